// The wasm file's size, against the budget. By hand: node scripts/check-size.mjs

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { WASM } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";

/** What the wasm file may weigh on the wire, compressed with brotli at level 11: 400 KB of 1000 bytes. */
const BUDGET = 400_000;

export function checkSize() {
  const file = join(WASM, "tabkms_bg.wasm");
  if (!existsSync(file)) throw new Fault("there is no wasm file yet", "npm run build");
  const raw = readFileSync(file);
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
  if (brotli > BUDGET) {
    throw new Fault(
      `the wasm file is ${kilobytes(brotli - BUDGET)} over its budget`,
      "find what grew with twiggy or wasm-opt --metrics, or raise BUDGET with the reason in the commit",
    );
  }
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

await runMain(import.meta.url, checkSize);
