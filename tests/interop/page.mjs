// tests/interop/browser in headless Chromium: bundled with its own packages, the built package beside it, under a policy
// that allows no eval.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { serveWithPolicy } from "../consumers/serve.mjs";
import { FLAGS } from "../e2e/harness.mjs";

const HERE = fileURLToPath(new URL("browser/", import.meta.url));
const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const PLACE = fileURLToPath(new URL("../.tmp/interop/", import.meta.url));

/**
 * Opens the page; `endpoints` are the URLs that it may speak to beside its own site.
 * @param {{ endpoints: string[] }} options
 */
export async function openPage({ endpoints }) {
  await bundle();
  const site = await serveWithPolicy(PLACE, { connect: endpoints });
  const executablePath = findChromium();
  assert.ok(executablePath, "no Chromium: node scripts/setup.mjs --test");
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const close = async () => {
    await browser.close();
    await site.close();
  };
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(message.text()));
  try {
    await page.goto(site.address);
    await page.waitForFunction(() => globalThis.overHttp, undefined, { timeout: 20_000 });
  } catch (error) {
    await close();
    throw new Error(`the page does not start; its console: ${complaints.join("\n")}`, {
      cause: error,
    });
  }
  return { page, close };
}

async function bundle() {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  cpSync(DIST, join(PLACE, "dist"), {
    recursive: true,
    filter: (path) => !path.startsWith(join(DIST, "www")),
  });
  writeFileSync(join(PLACE, "index.html"), '<script type="module" src="main.js"></script>');
  await esbuild.build({
    entryPoints: [join(HERE, "main.mjs")],
    outfile: join(PLACE, "main.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    inject: [join(HERE, "buffer.mjs")],
    logLevel: "error",
    plugins: [{ name: "tabkms", setup: asItIs }],
  });
}

/** The package is left outside: the page takes it as it was built, worker and wasm file included. */
function asItIs({ onResolve }) {
  onResolve({ filter: /^tabkms\/client$/ }, () => ({ path: "./dist/client.js", external: true }));
}
