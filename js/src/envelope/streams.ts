/** Streams around what takes chunks and emits others. */

import { type Bytes, ownBytes } from "./bytes.ts";
import type { Maybe } from "./engine.ts";
import type { EnvelopeProgress } from "./envelope.ts";
import type { Header } from "./header.ts";
import type { Opener } from "./open.ts";
import type { Emit } from "./pipeline.ts";

/** A sealer or an opener. */
interface Machine {
  write(chunk: Bytes): Promise<void>;
  end(): Promise<void>;
  forget(): void;
}

interface LongOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EnvelopeProgress) => void) | undefined;
  readonly size?: number | undefined;
}

type Output = Uint8Array<ArrayBuffer>;

/** Bytes of a Blob that are read at a time, and pieces that are read ahead: in Chromium a read is a way to another process. */
const PIECE = 8 * 1024 * 1024;
const AHEAD = 2;

/** Ends a stream where its signal says so, from `watch` to `leave`; either way `forget` is called. */
function endingBy(signal: AbortSignal | undefined, forget: () => void) {
  let onAbort: (() => void) | undefined;
  return {
    watch(controller: { error(reason: unknown): void }): void {
      onAbort = () => {
        forget();
        controller.error(signal?.reason);
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    },
    leave(): void {
      if (onAbort) signal?.removeEventListener("abort", onAbort);
      forget();
    },
  };
}

/** The machine is made when the first chunk comes, or the end. `done` counts the bytes of plaintext. */
export function transforming<M extends Machine>(
  make: (emit: Emit) => Maybe<M>,
  { signal, onProgress, size }: LongOptions,
  done: (machine: M) => number,
): TransformStream<Uint8Array, Output> {
  let machine: M | undefined;
  const ending = endingBy(signal, () => machine?.forget());
  const guarded = async (
    controller: TransformStreamDefaultController<Output>,
    work: (machine: M) => Promise<void>,
  ) => {
    try {
      signal?.throwIfAborted();
      machine ??= await make((bytes) => {
        // An aborted stream takes no more.
        if (!signal?.aborted) controller.enqueue(bytes);
      });
      await work(machine);
      signal?.throwIfAborted();
      onProgress?.({ done: done(machine), ...(size !== undefined && { total: size }) });
    } catch (thrown) {
      ending.leave();
      throw thrown;
    }
  };
  return new TransformStream<Uint8Array, Output>({
    start: ending.watch,
    transform: (chunk, controller) =>
      guarded(controller, (machine) => machine.write(bytesOf(chunk))),
    async flush(controller) {
      await guarded(controller, (machine) => machine.end());
      ending.leave();
    },
  });
}

/** What decrypts: a TransformStream that also tells of the message. */
export interface Decrypting extends TransformStream<Uint8Array, Output> {
  /** Once it is verified; rejects where the message is refused before. */
  readonly header: Promise<Header>;
  /** Once all is verified, the signature included; rejects where the message is refused or broken off. */
  readonly verified: Promise<void>;
}

export function decryptingStream(
  make: (emit: Emit) => Opener,
  options: LongOptions,
  headerOf: (opener: Opener) => Header,
): Decrypting {
  const header = deferred<Header>();
  const verified = deferred<void>();
  const refuse = (reason: unknown) => {
    header.reject(reason);
    verified.reject(reason);
  };
  options.signal?.addEventListener("abort", () => refuse(options.signal?.reason), { once: true });
  let done = 0;
  const stream = transforming<Machine>(
    (emit) => {
      const opener = make((bytes) => {
        done += bytes.length;
        emit(bytes);
      });
      const watched = async (work: Promise<void>) => {
        try {
          await work;
        } catch (thrown) {
          refuse(thrown);
          throw thrown;
        } finally {
          if (opener.header) header.resolve(headerOf(opener));
        }
      };
      return {
        write: (chunk) => watched(opener.write(chunk)),
        end: async () => {
          await watched(opener.end());
          verified.resolve();
        },
        forget: () => opener.forget(),
      };
    },
    options,
    () => done,
  );
  return Object.assign(stream, { header: header.promise, verified: verified.promise });
}

/** A Blob through a machine: the next pieces are read while this one is worked on. */
export function fromBlob(
  blob: Blob,
  make: (emit: Emit) => Promise<Machine>,
  { signal, onProgress }: LongOptions,
): ReadableStream<Output> {
  let machine: Machine | undefined;
  let at = 0;
  const ahead: Promise<ArrayBuffer>[] = [];
  let asked = 0;
  const read = () => {
    while (asked < blob.size && ahead.length <= AHEAD) {
      const piece = blob.slice(asked, asked + PIECE).arrayBuffer();
      // Awaited in its turn; until then a failure is nobody's unhandled rejection.
      piece.catch(() => {});
      ahead.push(piece);
      asked += PIECE;
    }
    return ahead.shift();
  };
  const ending = endingBy(signal, () => machine?.forget());
  return new ReadableStream<Output>(
    {
      start: ending.watch,
      async pull(controller) {
        let emitted = 0;
        try {
          signal?.throwIfAborted();
          machine ??= await make((bytes) => {
            emitted += 1;
            if (!signal?.aborted) controller.enqueue(bytes);
          });
          const before = emitted;
          while (at < blob.size && emitted === before) {
            const piece = await read();
            if (!piece) break;
            at += piece.byteLength;
            await machine.write(new Uint8Array(piece));
            signal?.throwIfAborted();
            onProgress?.({ done: at, total: blob.size });
          }
          if (at < blob.size) return;
          await machine.end();
          ending.leave();
          controller.close();
        } catch (thrown) {
          ending.leave();
          throw thrown;
        }
      },
      cancel: ending.leave,
    },
    { highWaterMark: 0 },
  );
}

function bytesOf(chunk: unknown): Bytes {
  if (chunk instanceof Uint8Array) return ownBytes(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError("a stream of Uint8Array is wanted");
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever is not interested is not bothered.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
