/**
 * Objects of any size in constant memory: a Blob is read chunk by chunk, each chunk's frames are encrypted side by
 * side, and what comes of them is stored in pieces.
 */

import type { LongOptions, Step } from "./api.ts";
import type { ErrorLike } from "./errors.ts";

/** Bytes of one stored piece; the last of a body may be shorter. */
const PIECE_LENGTH = 4 * 1024 * 1024;
/** Bytes that are read, or waited for, at a time. */
const CHUNK_LENGTH = 4 * 1024 * 1024;
/** How much of something long a trace shows. */
export const SAMPLE_LENGTH = 64 * 1024;
/** Frames of a get that are opened side by side. */
const IN_FLIGHT = 8;

export interface Outcome {
  readonly answer?: unknown;
  readonly error?: ErrorLike;
  readonly steps: readonly Step[];
}

/** What wasm does of a put. */
export interface PutSession {
  readonly header: Uint8Array;
  readonly frameLength: number;
  frame(data: Uint8Array, last: boolean): Promise<[prefix: Uint8Array, sealed: Uint8Array]>;
  store(index: number, piece: Uint8Array): Promise<void>;
  finish(sample: Uint8Array, length: number): Promise<Outcome>;
  abort(): Promise<void>;
  free(): void;
}

/** What wasm does of a get. */
export interface GetSession {
  readonly length: number;
  readonly contentType: string;
  readonly isRefused: boolean;
  next(): Promise<{ plaintext: Promise<Uint8Array<ArrayBuffer>> } | undefined>;
  finish(sample: Uint8Array): Outcome;
  abort(): void;
  free(): void;
}

/** Gathers bytes into pieces of {@link PIECE_LENGTH} and stores each as it fills. */
class Pieces {
  length = 0;
  readonly #session: PutSession;
  #piece = new Uint8Array(PIECE_LENGTH);
  #filled = 0;
  #index = 0;
  #sample = new Uint8Array(SAMPLE_LENGTH);

  constructor(session: PutSession) {
    this.#session = session;
  }

  get sample(): Uint8Array {
    return this.#sample.subarray(0, Math.min(this.length, SAMPLE_LENGTH));
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.length < SAMPLE_LENGTH) {
      this.#sample.set(bytes.subarray(0, SAMPLE_LENGTH - this.length), this.length);
    }
    this.length += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      const part = bytes.subarray(at, at + PIECE_LENGTH - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PIECE_LENGTH) await this.end();
    }
  }

  async end(): Promise<void> {
    if (this.#filled === 0) return;
    await this.#session.store(this.#index, this.#piece.subarray(0, this.#filled));
    this.#index += 1;
    this.#filled = 0;
  }
}

export async function readBytes(blob: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(from, to).arrayBuffer());
}

/** Encrypts and stores `body`, and makes the object. Broken off, it leaves nothing behind. */
export async function put(
  session: PutSession,
  body: Blob,
  { onProgress, signal }: LongOptions,
): Promise<Outcome> {
  try {
    const pieces = new Pieces(session);
    await pieces.write(session.header);
    const { frameLength } = session;
    const chunkLength = Math.max(1, Math.floor(CHUNK_LENGTH / frameLength)) * frameLength;
    let at = 0;
    do {
      signal?.throwIfAborted();
      const chunk = await readBytes(body, at, Math.min(at + chunkLength, body.size));
      const frames: ReturnType<PutSession["frame"]>[] = [];
      let from = 0;
      do {
        const to = Math.min(from + frameLength, chunk.length);
        frames.push(session.frame(chunk.subarray(from, to), at + to >= body.size));
        from = to;
      } while (from < chunk.length);
      for (const [prefix, sealed] of await Promise.all(frames)) {
        await pieces.write(prefix);
        await pieces.write(sealed);
      }
      at += chunk.length;
      onProgress?.({ done: at, total: body.size });
    } while (at < body.size);
    await pieces.end();
    signal?.throwIfAborted();
    return await session.finish(pieces.sample, pieces.length);
  } catch (thrown) {
    await session.abort();
    throw thrown;
  } finally {
    session.free();
  }
}

/** Reads and decrypts an object. Its plaintext is handed out only when all of it was verified. */
export async function get(
  session: GetSession,
  { onProgress, signal }: LongOptions,
): Promise<Outcome & { readonly body?: Blob }> {
  const { length: total, contentType } = session;
  const sample = new Uint8Array(Math.min(SAMPLE_LENGTH, total));
  const parts: Blob[] = [];
  let done = 0;

  const take = async (waiting: Promise<Uint8Array<ArrayBuffer>>[]) => {
    const plaintexts = await Promise.all(waiting.splice(0));
    for (const plaintext of plaintexts) {
      if (done < sample.length) sample.set(plaintext.subarray(0, sample.length - done), done);
      done += plaintext.length;
    }
    // A Blob of its own: the browser may move it out of memory at once.
    parts.push(new Blob(plaintexts));
    onProgress?.({ done, total });
  };

  try {
    const waiting: Promise<Uint8Array<ArrayBuffer>>[] = [];
    for (;;) {
      signal?.throwIfAborted();
      const frame = await session.next();
      if (frame) {
        // Awaited with the others below; until then a refusal is nobody's unhandled rejection.
        frame.plaintext.catch(() => {});
        waiting.push(frame.plaintext);
      }
      if (!frame || waiting.length === IN_FLIGHT) await take(waiting);
      if (!frame) break;
    }
    const outcome = session.finish(sample);
    return outcome.error ? outcome : { ...outcome, body: new Blob(parts, { type: contentType }) };
  } catch (thrown) {
    if (session.isRefused) return session.finish(sample);
    session.abort();
    throw thrown;
  } finally {
    session.free();
  }
}
