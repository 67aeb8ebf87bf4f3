/** From file to file through a stream: what comes out stands under its name once all of it was verified. */

import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { EnvelopeError } from "../envelope/errors.ts";
import { KmsError } from "../errors.ts";
import { type CommandLine, Failure, UsageError } from "./command.ts";
import { codeOf } from "./store/faults.ts";

/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024;

export interface Files {
  readonly input: string;
  readonly output: string;
}

export function filesOf(line: CommandLine, example: string): Files {
  const [input, ...more] = line.operands;
  const output = line.value("output");
  if (input === undefined || more.length > 0) throw new UsageError("One FILE is wanted.");
  if (output === undefined) throw new UsageError(`--output is wanted: --output ${example}.`);
  return { input: resolve(input), output: resolve(output) };
}

/** The pairs of `--encryption-context k=v`. */
export function contextOf(line: CommandLine): Record<string, string> {
  const pairs = line.values("encryption-context").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    if (equals < 0)
      throw new UsageError(`${JSON.stringify(pair)} is no pair: --encryption-context k=v.`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(fileFault)).size;
}

/** Pipes the one through `stream` into the other. Broken off, it leaves what was there. */
export async function through(
  { input, output }: Files,
  stream: TransformStream<Uint8Array, Uint8Array>,
): Promise<void> {
  const partial = `${output}.${process.pid}.partial`;
  try {
    // Node's types of its own web streams are not the DOM's.
    const source = Readable.toWeb(
      createReadStream(input, { highWaterMark: CHUNK }),
    ) as unknown as ReadableStream<Uint8Array>;
    const sink = Writable.toWeb(
      createWriteStream(partial, { flags: "wx" }),
    ) as WritableStream<Uint8Array>;
    await source.pipeThrough(stream).pipeTo(sink);
    await rename(partial, output);
  } catch (thrown) {
    await rm(partial, { force: true });
    fileFault(thrown);
  }
}

/** What a person can do something about, as a sentence. */
export function fileFault(thrown: unknown): never {
  if (thrown instanceof EnvelopeError || thrown instanceof KmsError) {
    throw new Failure(
      thrown instanceof KmsError ? `${thrown.name}: ${thrown.message}` : thrown.message,
    );
  }
  if (thrown instanceof Error && codeOf(thrown) !== undefined) throw new Failure(thrown.message);
  throw thrown;
}
