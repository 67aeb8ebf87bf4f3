/**
 * The short way for the request that clients send nearly always: a POST with a plain head and its whole body, come in
 * one piece on a connection with nothing else under way. It is read and answered here, without node:http's objects and
 * events, which take longer than KMS does. Whatever is otherwise in the least (in pieces, chunked, pipelined, a header
 * twice, `Expect`, `Connection: close`, another method, no HTTP) is not read here: its connection goes to node:http,
 * with every byte that came, and stays there.
 *
 * The form of what is taken is a part of RFC 9112's: one line, fields of token, colon and visible text, no folding, one
 * `Content-Length` that is right, no `Transfer-Encoding`.
 */

import type { Socket } from "node:net";
import type { IncomingRequest, OutgoingAnswer } from "./message.ts";
import type { Service } from "./service.ts";

export interface LaneOptions {
  readonly service: Service;
  /** Takes a connection over. */
  readonly handOver: (socket: Socket) => void;
  /** Milliseconds. */
  readonly firstTimeout: number;
  readonly idleTimeout: number;
  readonly bodyLimit: number;
  readonly headLimit: number;
}

const LINE = "POST / HTTP/1.1\r\n";
const HEAD_END = "\r\n\r\n";

export class Lane {
  readonly #socket: Socket;
  readonly #options: LaneOptions;
  /** The address of the other side, asked once. */
  readonly #remote: string | undefined;
  #isAnswering = false;
  #isStopping = false;
  #hasEnded = false;
  /** What came while an answer was under way. */
  #waiting: Buffer[] = [];

  constructor(socket: Socket, options: LaneOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#remote = socket.remoteAddress;
    socket.setTimeout(options.firstTimeout, this.#onTimeout);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("error", ignore);
  }

  /** Ends the connection, now or after the answer that is under way. */
  stop(): void {
    this.#isStopping = true;
    if (!this.#isAnswering) this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isAnswering) {
      // One more behind this one: that is pipelining, and node:http's. Until then no more is read.
      this.#waiting.push(chunk);
      this.#socket.pause();
      return;
    }
    const request = read(chunk, this.#remote, this.#options);
    if (!request) {
      this.#handOver(chunk);
      return;
    }
    this.#isAnswering = true;
    void this.#answer(request);
  };

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    if (!this.#isAnswering) this.#socket.end();
  };

  readonly #onTimeout = (): void => {
    if (!this.#isAnswering) this.#socket.destroy();
  };

  async #answer(request: IncomingRequest): Promise<void> {
    const { service, idleTimeout } = this.#options;
    const started = performance.now();
    try {
      const answer = service.early(request) ?? (await service.answer(request));
      this.#isAnswering = false;
      this.#write(answer);
      service.done(answer, started, request.body.byteLength);
      // Set once: each write and read starts it anew.
      if (this.#socket.timeout !== idleTimeout) this.#socket.setTimeout(idleTimeout);
    } catch {
      // Nothing above rejects; if it ever did, its connection alone would suffer.
      this.#socket.destroy();
    }
  }

  #write(answer: OutgoingAnswer): void {
    const socket = this.#socket;
    const bytes = textOf(answer, this.#isStopping);
    if (this.#isStopping || this.#hasEnded) socket.end(bytes);
    else if (!socket.write(bytes) || this.#waiting.length > 0) {
      // It reads more slowly than it asks, or asks before it has read: node:http knows how to wait for it.
      this.#handOver(Buffer.concat(this.#waiting));
    }
  }

  #handOver(rest: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.removeListener("timeout", this.#onTimeout);
    socket.removeListener("data", this.#onData).removeListener("end", this.#onEnd);
    socket.removeListener("error", ignore);
    socket.pause();
    if (rest.byteLength > 0) socket.unshift(rest);
    this.#options.handOver(socket);
    socket.resume();
  }
}

function ignore(): void {}

// ---- In ----

/** RFC 9112, section 5, without folding: token, colon, visible text. */
const FIELD = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r\n/y;

/** What changes how a message is framed or a connection is used: all of it node:http's. */
const FOREIGN: ReadonlySet<string> = new Set([
  "transfer-encoding",
  "connection",
  "expect",
  "upgrade",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "http2-settings",
]);

const LENGTH = /^\d{1,7}$/;

/** The request that a chunk is, if it is one and nothing else. */
function read(
  chunk: Buffer,
  remoteAddress: string | undefined,
  { bodyLimit, headLimit }: LaneOptions,
): IncomingRequest | undefined {
  const end = chunk.indexOf(HEAD_END, 0, "latin1");
  if (end < LINE.length || end > headLimit) return undefined;
  const head = chunk.toString("latin1", 0, end + 2);
  if (!head.startsWith(LINE)) return undefined;
  const headers = fieldsOf(head);
  if (!headers) return undefined;
  const length = headers["content-length"];
  if (headers["host"] === undefined || length === undefined || !LENGTH.test(length))
    return undefined;
  const body = chunk.subarray(end + HEAD_END.length);
  if (Number(length) !== body.byteLength || body.byteLength > bodyLimit) return undefined;
  return { method: "POST", url: "/", headers, remoteAddress, body };
}

function fieldsOf(head: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  let at = LINE.length;
  while (at < head.length) {
    FIELD.lastIndex = at;
    const field = FIELD.exec(head);
    if (!field) return undefined;
    at = FIELD.lastIndex;
    const [, given = "", value = ""] = field;
    const name = given.toLowerCase();
    if (name in headers) return undefined;
    if (FOREIGN.has(name) && !isKeepAlive(name, trimmed(value))) return undefined;
    headers[name] = trimmed(value);
  }
  return headers;
}

/** Without the blanks around it. In the pattern, each of them would be a place to look for its end from anew. */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** What HTTP/1.1 does anyway; some clients say so. */
function isKeepAlive(name: string, value: string): boolean {
  return name === "connection" && value.toLowerCase() === "keep-alive";
}

// ---- Out ----

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  500: "Internal Server Error",
};

/** An answer in one buffer, and so in one system call and mostly in one packet. */
function textOf({ status, headers, body }: OutgoingAnswer, isLast: boolean): Buffer {
  let head = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  head += `Date: ${date()}\r\nConnection: ${isLast ? "close" : "keep-alive"}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + body.byteLength);
  bytes.write(head, "latin1");
  bytes.set(body, head.length);
  return bytes;
}

let second = 0;
let written = "";

/** RFC 9110, section 6.6.1: the host's clock. Made once a second. */
function date(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    written = new Date(now * 1000).toUTCString();
  }
  return written;
}
