// The Chromium part of tests/bench/envelope.mjs: a page that holds our package as it was built, and the Encryption SDK's
// half for browsers, bundled.

import { randomFillSync } from "node:crypto";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { serveWithPolicy } from "../consumers/serve.mjs";
import { FLAGS } from "../e2e/harness.mjs";
import { median } from "./measure.mjs";

const PLACE = fileURLToPath(new URL("../.tmp/bench-envelope/", import.meta.url));
const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const BROWSER = fileURLToPath(new URL("../interop/browser/", import.meta.url));
/** Rounds by turns of all that is compared. */
const ROUNDS = 5;
const FILE = 256 * 1024 * 1024;
/** What the SDK takes at a time: it keeps all in memory, several times. */
const SDK_FILE = 8 * 1024 * 1024;

/** @param {(line: string) => void} say @param {object[]} results */
export async function benchEnvelopeInChromium(say, results) {
  await bundle();
  const site = await serveWithPolicy(PLACE);
  const browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => say(`  the page: ${error}`));
    await page.goto(site.address);
    await page.waitForFunction(() => globalThis.sdkWith && globalThis.ours, undefined, {
      timeout: 20_000,
    });
    await page.setInputFiles("input", join(PLACE, "file"));
    await page.evaluate(([file, sdkFile]) => globalThis.prepare(file, sdkFile), [FILE, SDK_FILE]);
    const rate = (name) => page.evaluate((name) => globalThis.rate(name), name);
    const best = async (names) => {
      const found = [];
      for (const name of names) found.push([await rate(name), name]);
      return found.sort(([one], [other]) => other - one)[0][1];
    };
    const pieces = [65_536, 131_072, 262_144, 524_288, 786_432];
    const bare = await best(
      pieces.flatMap((piece) => [1, 4].map((most) => `bare ${piece} ${most}`)),
    );
    const frame = await best([262_144, 524_288].map((length) => `encrypt ${length}`));
    const frameLength = frame.split(" ")[1];
    const sdkFrame = (await best([4096, 65_536, 524_288].map((of) => `sdk-encrypt ${of}`))).split(
      " ",
    )[1];
    say(
      `  Chromium: ${bare} is best of the bare, frames of ${frameLength} of ours, of ${sdkFrame} of the SDK's`,
    );
    const names = {
      bare,
      encrypt: `encrypt ${frameLength}`,
      memory: `memory ${frameLength}`,
      read: "read",
      decrypt: `decrypt ${frameLength}`,
      "sdk encrypt": "sdk-encrypt 4096",
      "sdk decrypt": "sdk-decrypt 4096",
      "sdk best encrypt": `sdk-encrypt ${sdkFrame}`,
      "sdk best decrypt": `sdk-decrypt ${sdkFrame}`,
      hash: "hash",
      "signed encrypt": `signed-encrypt ${frameLength}`,
      "signed decrypt": `signed-decrypt ${frameLength}`,
    };
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const row = {};
      for (const [short, name] of Object.entries(names)) row[short] = await rate(name);
      rounds.push(row);
    }
    const compare = (name, ours, theirs, promised) => {
      const of = (short) => median(rounds.map((row) => row[short]));
      const ratio = median(rounds.map((row) => row[ours] / row[theirs]));
      results.push({ name, ours: of(ours), theirs: of(theirs), ratio, promised });
      const figures = `${Math.round(of(ours))} beside ${Math.round(of(theirs))} MB/s`;
      const verdict = ratio >= promised ? "reached" : "MISSED";
      say(
        `  ${name.padEnd(58)} ${figures.padStart(26)}  ${ratio.toFixed(2)} of ${promised}  ${verdict}`,
      );
    };
    compare("Chromium, a file, encrypt, beside bare WebCrypto", "encrypt", "bare", 0.8);
    compare("Chromium, a file, encrypt, beside reading it alone", "encrypt", "read", 0.8);
    // The message is in memory, as the plaintext is where it is encrypted from there.
    for (const [way, ours] of [
      ["encrypt", "memory"],
      ["decrypt", "decrypt"],
    ]) {
      compare(`Chromium, memory, ${way}, beside bare WebCrypto`, ours, "bare", 0.8);
      compare(`Chromium, memory, ${way}, beside the SDK's defaults`, ours, `sdk ${way}`, 6);
      compare(`Chromium, memory, ${way}, beside the SDK's best`, ours, `sdk best ${way}`, 3);
      compare(`Chromium, signed, ${way}, beside SHA-384 in wasm`, `signed ${way}`, "hash", 0.85);
    }
  } finally {
    await browser.close();
    await site.close();
  }
}

async function bundle() {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  cpSync(DIST, join(PLACE, "dist"), {
    recursive: true,
    filter: (path) => !path.startsWith(join(DIST, "www")),
  });
  cpSync(fileURLToPath(new URL("envelope-page.mjs", import.meta.url)), join(PLACE, "page.js"));
  const scripts = ["sdk.js", "page.js"].map(
    (src) => `<script type="module" src="${src}"></script>`,
  );
  writeFileSync(join(PLACE, "index.html"), `<input type="file">${scripts.join("")}`);
  writeFileSync(join(PLACE, "file"), randomFillSync(new Uint8Array(FILE)));
  await esbuild.build({
    entryPoints: [join(BROWSER, "bench.mjs")],
    outfile: join(PLACE, "sdk.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    inject: [join(BROWSER, "buffer.mjs")],
    logLevel: "error",
  });
}
