/**
 * How many commits there are, in a file that is written behind each: what LevelDB loses at the end of its log it cannot
 * tell from what never was. It may lag behind after a power failure, and is never ahead.
 */

import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

const DIGITS = 16;

export class CommitCount {
  readonly file: string;
  #descriptor: number | undefined;

  constructor(directory: string) {
    this.file = join(directory, "commits");
    // Made where it is missing, and left whole where it is not.
    this.#descriptor = openSync(this.file, constants.O_RDWR | constants.O_CREAT, 0o600);
  }

  /** 0 where nothing can be read. */
  read(): number {
    const bytes = Buffer.alloc(DIGITS);
    if (this.#descriptor === undefined) return 0;
    readSync(this.#descriptor, bytes, 0, DIGITS, 0);
    return Number.parseInt(bytes.toString("latin1"), 10) || 0;
  }

  /** At once, since that costs some microseconds; the commit stands with it or without. */
  write(number: number): void {
    if (this.#descriptor === undefined) return;
    try {
      writeSync(this.#descriptor, String(number).padStart(DIGITS, "0"), 0, "latin1");
    } catch {
      // A full disk, say: it lags behind, and says less than it could.
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
