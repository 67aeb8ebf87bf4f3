// How the scripts speak: one plain line when something starts that takes time, one when it is done,
// and on failure one line that says what is wrong and one that says what to do.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A failure whose cause is known: it is printed without a stack, with its remedy. */
export class Fault extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} [remedy] what to do about it
   */
  constructor(message, remedy) {
    super(message);
    this.name = "Fault";
    this.remedy = remedy;
  }
}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * Seconds below a minute, minutes and seconds above.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs `work` between two lines that say what it is and how long it took.
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  say(`> ${title}`);
  const started = performance.now();
  const result = await work();
  say(`  done: ${title} (${duration(performance.now() - started)})`);
  return result;
}

/**
 * Runs `main` if the module at `url` is the one that Node was started with, and turns what it throws into
 * a line and a non-zero exit code.
 * @param {string} url the caller's `import.meta.url`
 * @param {(args: string[]) => unknown} main
 */
export async function runMain(url, main) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    if (error.remedy) process.stderr.write(`  what to do: ${error.remedy}\n`);
  }
}
