/** Work that runs side by side and comes out in order. */

import type { Bytes } from "./bytes.ts";
import type { Maybe } from "./engine.ts";

export type Emit = (bytes: Bytes) => void;

export class Pipeline {
  readonly #emit: Emit;
  readonly #most: number;
  #waiting: Promise<readonly Bytes[]>[] = [];

  /** At most `most` pieces of work are under way. */
  constructor(emit: Emit, most: number) {
    this.#emit = emit;
    this.#most = most;
  }

  /** Takes what is done, or will be; to be awaited before more is begun. */
  add(work: Maybe<readonly Bytes[]>): Maybe<void> {
    if (!(work instanceof Promise) && this.#waiting.length === 0) {
      for (const bytes of work) this.#emit(bytes);
      return;
    }
    const promise = Promise.resolve(work);
    // Awaited in its turn; until then a refusal is nobody's unhandled rejection.
    promise.catch(() => {});
    this.#waiting.push(promise);
    if (this.#waiting.length >= this.#most) return this.#next();
  }

  async drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#next();
  }

  async #next(): Promise<void> {
    const work = await this.#waiting.shift();
    for (const bytes of work ?? []) this.#emit(bytes);
  }
}

/** Frames up to this many bytes are handed on joined. */
export const JOINED = 64 * 1024;
/** So many bytes of small frames are worked on at a time. */
const BATCH = 256 * 1024;
/** Batches under way at a time: with one more a stream of 4 GB takes 5 MB more memory and no less time. */
export const IN_FLIGHT = 3;

/** Frames of a batch. */
export function batchOf(frameLength: number): number {
  return frameLength > JOINED ? 1 : Math.max(1, Math.floor(BATCH / frameLength));
}
