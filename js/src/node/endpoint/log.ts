/**
 * One line a request: when, what, by whom, how it ended. Never a body, a key, a plaintext, an access key or a
 * signature; what the request named itself is cut and freed of what a terminal would obey.
 */

import type { Writable } from "node:stream";
import type { OutgoingAnswer } from "./message.ts";

/** One request. */
export interface LogEntry {
  /** ISO 8601, the host's clock. */
  readonly time: string;
  /** The request's id, as the answer's `x-amzn-RequestId`. */
  readonly id: string;
  /** The operation; the method and path of what is none. */
  readonly operation?: string;
  readonly status: number;
  /** The exception's name. */
  readonly error?: string;
  /** The caller's ARN; `root` without one. */
  readonly principal?: string;
  readonly region?: string;
  /** Milliseconds from the request's head to its answer. */
  readonly ms: number;
  /** Bytes of the request's body. */
  readonly bytesIn: number;
  /** Bytes of the answer's body. */
  readonly bytesOut: number;
}

export type Logger = (entry: LogEntry) => void;
export type LogFormat = "json" | "pretty";
export const LOG_FORMATS = ["pretty", "json", "off"] as const;

export function entryOf(
  { status, body, facts }: OutgoingAnswer,
  milliseconds: number,
  bytesIn: number,
): LogEntry {
  const { id, operation, error, principal, region } = facts;
  return {
    time: new Date().toISOString(),
    id,
    ...(operation !== undefined && { operation: printable(operation) }),
    status,
    ...(error !== undefined && { error: printable(error) }),
    ...(principal !== undefined && { principal: printable(principal) }),
    ...(region !== undefined && { region: printable(region) }),
    ms: Math.round(milliseconds * 1000) / 1000,
    bytesIn,
    bytesOut: body.byteLength,
  };
}

/** Letters of a word that somebody else chose. */
const LONGEST = 200;

function printable(word: string): string {
  return word.slice(0, LONGEST).replace(/[^\x20-\x7e]/g, "?");
}

/** Milliseconds for which lines are gathered: a system call for each would cost as much as a request. */
const GATHERED = 50;
/** Bytes that wait for a reader that does not read. What comes after is left out and counted. */
const WAITING = 1 << 20;

export interface LineWriter {
  readonly write: Logger;
  /** Writes what is gathered. */
  flush(): void;
}

/** Writes lines to a stream; it neither waits for its reader nor fails with it. */
export function logTo(stream: Writable, format: LogFormat): LineWriter {
  const render = format === "json" ? jsonLine : prettyLine;
  let lines = "";
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;
  // A reader that went away ends the log and not the endpoint.
  stream.on("error", () => {});
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = lines;
    lines = "";
    if (text !== "" && !stream.destroyed) stream.write(text);
  };
  return {
    write(entry) {
      if (stream.writableLength > WAITING) {
        leftOut += 1;
        return;
      }
      if (leftOut > 0) {
        lines += `${JSON.stringify({ time: entry.time, leftOut })}\n`;
        leftOut = 0;
      }
      lines += render(entry);
      timer ??= setTimeout(flush, GATHERED).unref();
    },
    flush,
  };
}

function jsonLine(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function prettyLine(entry: LogEntry): string {
  const { time, status, operation = "-", region = "-", principal = "-", ms, error = "" } = entry;
  return `${time.slice(11, 23)}  ${status}  ${operation.padEnd(24)} ${region}  ${principal}  ${ms.toFixed(2)} ms  ${error}`
    .trimEnd()
    .concat("\n");
}
