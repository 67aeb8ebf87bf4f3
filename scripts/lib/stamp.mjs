// A stage is skipped when the hash of its inputs is the one that its last run left behind.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { inTree, ROOT } from "./paths.mjs";
import { say, step } from "./report.mjs";

/**
 * SHA-256 over the names and contents of files, folders (all the files below them) and plain words.
 * @param {object} inputs
 * @param {string[]} inputs.paths absolute; one that is missing counts as missing
 * @param {string[]} [inputs.words] versions, flags
 * @param {(path: string) => boolean} [inputs.skip]
 */
export function hashOf({ paths, words = [], skip = () => false }) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`word ${word}\n`);
  for (const path of paths) {
    for (const file of filesBelow(path, skip)) {
      const contents = createHash("sha256").update(readFileSync(file)).digest("hex");
      hash.update(`${relative(ROOT, file)} ${contents}\n`);
    }
  }
  return hash.digest("hex");
}

/**
 * Every file at or below a path, in a stable order.
 * @param {string} path
 * @param {(path: string) => boolean} [skip]
 * @returns {string[]}
 */
export function filesBelow(path, skip = () => false) {
  if (skip(path) || !existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name), skip));
}

/**
 * Runs `work` unless its inputs are those of its last run and its outputs still exist.
 * @param {object} stage
 * @param {string} stage.name of the stamp
 * @param {string} stage.title what is said
 * @param {string} stage.hash of the inputs
 * @param {string[]} stage.outputs
 * @param {() => unknown} stage.work
 */
export async function unlessDone({ name, title, hash, outputs, work }) {
  const stamp = inTree("target", "stamps", name);
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) {
    say(`  as it was: ${title}`);
    return;
  }
  // Work that breaks off may leave its outputs half made: they are nobody's until it ends.
  rmSync(stamp, { force: true });
  await step(title, work);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}
