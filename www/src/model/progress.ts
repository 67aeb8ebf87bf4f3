/** How far a long piece of work is, how fast it goes and how long it still takes. */

import type { Progress } from "../../../js/src/api.ts";

/** Work shorter than this shows no bar. */
const QUIET_MS = 300;

export interface Work {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** Bytes a second. */
  readonly rate: number;
  /** Seconds left. */
  readonly left: number;
  readonly visible: boolean;
}

/** One piece of long work: pass `signal` and `onProgress` on, and read `work`. */
export class LongWork {
  readonly #started = performance.now();
  readonly #controller = new AbortController();
  readonly #what: string;
  readonly #changed: () => void;
  #work: Work;

  constructor(what: string, total: number, changed: () => void) {
    this.#what = what;
    this.#changed = changed;
    this.#work = { what, done: 0, total, rate: 0, left: Number.POSITIVE_INFINITY, visible: false };
    setTimeout(() => this.#report({ done: this.#work.done, total }), QUIET_MS);
  }

  get work(): Work {
    return this.#work;
  }

  /** Since it began. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly onProgress = (progress: Progress): void => this.#report(progress);

  cancel(): void {
    this.#controller.abort();
  }

  #report({ done, total }: Progress): void {
    const elapsed = (performance.now() - this.#started) / 1000;
    const rate = elapsed > 0 ? done / elapsed : 0;
    this.#work = {
      what: this.#what,
      done,
      total,
      rate,
      left: rate > 0 ? (total - done) / rate : Number.POSITIVE_INFINITY,
      visible: elapsed * 1000 >= QUIET_MS,
    };
    this.#changed();
  }
}
