// The wasm file's size, against the budget, and each crate's share. A path of this machine in it is refused.
//
// By hand: node scripts/check-size.mjs
//
// With a pattern as its argument it lists the functions whose names match, those that differ only in their types as
// one: node scripts/check-size.mjs btree

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { NAMED, ROOT, WASM } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";
import { cargoHome } from "./lib/tools.mjs";
import { crateShares, functions } from "./lib/wasm-shares.mjs";

/** What the wasm file may weigh on the wire, compressed with brotli at level 11: 415 KB of 1000 bytes. */
const BUDGET = 415_000;

/** Shares below this many bytes are told together. */
const SMALL = 3000;
/** So many functions are listed. */
const LISTED = 60;

/** @param {{ shares?: boolean }} [options] */
export function checkSize({ shares = false } = {}) {
  const file = join(WASM, "tabkms_bg.wasm");
  if (!existsSync(file)) throw new Fault("there is no wasm file yet", "npm run build");
  const raw = readFileSync(file);
  refusePaths(raw);
  const gzip = gzipSync(raw, { level: 9 }).length;
  const brotli = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  }).length;
  say(
    `  tabkms_bg.wasm: ${kilobytes(raw.length)}, gzip ${kilobytes(gzip)}, brotli ${kilobytes(brotli)} of ${kilobytes(BUDGET)}`,
  );
  if (shares) sayShares();
  if (brotli > BUDGET) {
    throw new Fault(
      `the wasm file is ${kilobytes(brotli - BUDGET)} over its budget`,
      "find what grew: node scripts/check-size.mjs [PATTERN]; or raise BUDGET with the reason in the commit",
    );
  }
}

// The file would tell where it was built, and differ from machine to machine.
function refusePaths(raw) {
  for (const path of [ROOT, homedir(), cargoHome()]) {
    if (path.length > 1 && raw.includes(path + sep))
      throw new Fault(
        `the wasm file tells of ${path}`,
        "see shortPaths in scripts/build.mjs, and build again",
      );
  }
}

// Uncompressed: what compresses, compresses across crates.
function sayShares() {
  const all = crateShares(named());
  const large = all.filter(({ bytes }) => bytes >= SMALL);
  const small = all.slice(large.length);
  const rest = small.reduce((sum, { bytes }) => sum + bytes, 0);
  say("  each crate's share, uncompressed:");
  for (const { name, bytes } of large) say(`  ${kilobytes(bytes).padStart(10)}  ${name}`);
  if (small.length > 0) say(`  ${kilobytes(rest).padStart(10)}  ${small.length} others`);
}

function sayFunctions(pattern) {
  const found = new Map();
  for (const { name, bytes } of functions(named())) {
    const plain = name.replace(/::h[0-9a-f]{16}/g, "");
    if (!pattern.test(plain)) continue;
    const { count, sum } = found.get(plain) ?? { count: 0, sum: 0 };
    found.set(plain, { count: count + 1, sum: sum + bytes });
  }
  const sorted = [...found].sort(([, a], [, b]) => b.sum - a.sum);
  for (const [name, { count, sum }] of sorted.slice(0, LISTED)) {
    say(`  ${kilobytes(sum).padStart(10)}  ${count} x ${name}`);
  }
}

function named() {
  if (!existsSync(NAMED)) throw new Fault("there is no wasm file with names yet", "npm run build");
  return readFileSync(NAMED);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

await runMain(import.meta.url, ([pattern]) => {
  if (pattern !== undefined) sayFunctions(new RegExp(pattern, "i"));
  else checkSize({ shares: true });
});
