// Opening a store of 100,000 keys: in Node from its file and from a directory, in Chromium from IndexedDB.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Kms } from "../../dist/node/index.js";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { FLAGS } from "../e2e/harness.mjs";
import { median } from "./measure.mjs";
import { fill } from "./operations.mjs";

const KEYS = 100_000;
const PASSPHRASE = "a passphrase for a benchmark";
const ROUNDS = 3;
/** What the project promises, in seconds. */
const PROMISED = { "in Node": 2, "from a directory": 2, "in Chromium": 3 };

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** The package and the store's file, for a page of the same origin. */
async function serve(file) {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>bench</title>");
    } else if (path === "/store") {
      response.end(file);
    } else {
      try {
        const body = readFileSync(join(DIST, path));
        response.setHeader("content-type", TYPES[extname(path)] ?? "text/plain").end(body);
      } catch {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

async function inNode(file) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const kms = await Kms.open({ store: "memory" });
    const blob = new Blob([file]);
    // What the passphrase costs is measured with an empty store's file, and taken off.
    const started = performance.now();
    await kms.importStore(blob, PASSPHRASE);
    times.push((performance.now() - started) / 1000);
    const { keys } = await kms.describe();
    if (keys !== KEYS) throw new Error(`${keys} keys came back`);
    await kms.close();
  }
  return median(times);
}

async function inDirectory(file) {
  const directory = mkdtempSync(join(tmpdir(), "tabkms-bench-"));
  const open = () => Kms.open({ store: { directory } });
  try {
    const filled = await open();
    await filled.importStore(new Blob([file]), PASSPHRASE);
    await filled.close();
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      const kms = await open();
      times.push((performance.now() - started) / 1000);
      const { keys } = await kms.describe();
      if (keys !== KEYS) throw new Error(`${keys} keys came back`);
      await kms.close();
    }
    return median(times);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ofPassphrase() {
  const kms = await Kms.open({ store: "memory" });
  const file = await kms.exportStore(PASSPHRASE);
  const started = performance.now();
  await kms.importStore(file, PASSPHRASE);
  const time = (performance.now() - started) / 1000;
  await kms.close();
  return time;
}

async function inChromium(file) {
  const executablePath = findChromium();
  if (!executablePath) return undefined;
  const { server, address } = await serve(file);
  const folder = mkdtempSync(join(tmpdir(), "tabkms-bench-"));
  const open = () =>
    chromium.launchPersistentContext(folder, { executablePath, headless: true, args: FLAGS });
  try {
    let browser = await open();
    let page = await browser.newPage();
    await page.goto(address);
    await page.evaluate(async (passphrase) => {
      const { Kms } = await import("/index.js");
      const kms = await Kms.open({ store: "indexeddb" });
      await kms.importStore(await (await fetch("/store")).blob(), passphrase);
      await kms.close();
    }, PASSPHRASE);
    await browser.close();
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      browser = await open();
      page = await browser.newPage();
      await page.goto(address);
      const { time, keys } = await page.evaluate(async () => {
        const { Kms } = await import("/index.js");
        const started = performance.now();
        const kms = await Kms.open({ store: "indexeddb" });
        const time = (performance.now() - started) / 1000;
        const { keys } = await kms.describe();
        await kms.close();
        return { time, keys };
      });
      if (keys !== KEYS) throw new Error(`${keys} keys came back`);
      times.push(time);
      await browser.close();
    }
    return median(times);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** @param {(line: string) => void} say */
export async function benchOpening(say) {
  const kms = await Kms.open({ store: "memory" });
  await fill(kms, KEYS);
  const file = new Uint8Array(await (await kms.exportStore(PASSPHRASE)).arrayBuffer());
  await kms.close();
  const results = [];
  const note = (host, seconds) => {
    const promised = PROMISED[host];
    results.push({ name: `open ${KEYS} keys`, host, seconds, promised });
    const verdict = seconds <= promised ? "reached" : `MISSED ${promised}`;
    say(
      `  ${`opening ${KEYS} keys ${host}`.padEnd(53)} ${seconds.toFixed(2).padStart(7)} s  ${verdict}`,
    );
  };
  const passphrase = await ofPassphrase();
  note("in Node", (await inNode(file)) - passphrase);
  note("from a directory", await inDirectory(file));
  const browser = await inChromium(file);
  if (browser === undefined) say("  no Chromium here: node scripts/setup.mjs --test");
  else note("in Chromium", browser);
  return results;
}
