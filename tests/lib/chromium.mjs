// Headless Chromium on a page that holds the package as it was built, scripts bundled beside it, under the policy of our
// own site: no eval, nothing from elsewhere.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { serveWithPolicy } from "../consumers/serve.mjs";
import { FLAGS } from "../e2e/harness.mjs";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const PLACES = fileURLToPath(new URL("../.tmp/", import.meta.url));

/**
 * @param {object} options
 * @param {string} options.name of the site's folder in tests/.tmp
 * @param {Record<string, { entry: string, inject?: string[] }>} options.scripts by the name that the page loads each under
 * @param {string} options.ready the global that is there once the page has started
 * @param {string} [options.body] of the page
 * @param {string[]} [options.connect] URLs that the page may speak to beside its own site
 * @param {string} [options.host] what the site is called; by a name other than localhost it is no secure context
 * @param {string[]} [options.flags] of Chromium, beside the usual
 */
export async function openPackage({
  name,
  scripts,
  ready,
  body = "",
  connect,
  host = "127.0.0.1",
  flags = [],
}) {
  const executablePath = findChromium();
  assert.ok(executablePath, "no Chromium: node scripts/setup.mjs --test");
  const folder = join(PLACES, name);
  await fill(folder, body, scripts);
  const site = await serveWithPolicy(folder, { connect });
  const args = [...FLAGS, ...flags, `--host-resolver-rules=MAP ${host} 127.0.0.1`];
  const browser = await chromium.launch({ executablePath, args });
  const close = async () => {
    await browser.close();
    await site.close();
  };
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(message.text()));
  try {
    const address = new URL(site.address);
    address.hostname = host;
    await page.goto(address.href);
    await page.waitForFunction((ready) => globalThis[ready], ready, { timeout: 20_000 });
  } catch (error) {
    await close();
    throw new Error(`the page does not start; its console: ${complaints.join("\n")}`, {
      cause: error,
    });
  }
  return { page, folder, version: browser.version(), close };
}

async function fill(folder, body, scripts) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(DIST, join(folder, "dist"), {
    recursive: true,
    filter: (path) => !path.startsWith(join(DIST, "www")),
  });
  const tags = Object.keys(scripts).map((src) => `<script type="module" src="${src}"></script>`);
  writeFileSync(join(folder, "index.html"), body + tags.join(""));
  for (const [outfile, { entry, inject = [] }] of Object.entries(scripts)) {
    await esbuild.build({
      entryPoints: [entry],
      outfile: join(folder, outfile),
      bundle: true,
      format: "esm",
      platform: "browser",
      inject,
      logLevel: "error",
      plugins: [{ name: "tabkms", setup: asItIs }],
    });
  }
}

/** The package is left outside: the page takes it as it was built, worker and wasm file included. */
function asItIs({ onResolve }) {
  onResolve({ filter: /^tabkms\/\w+$/ }, ({ path }) => outside(`${path.split("/")[1]}.js`));
  onResolve({ filter: /\/dist\// }, ({ path, resolveDir }) => {
    const below = relative(DIST, join(resolveDir, path));
    return below.startsWith("..") ? undefined : outside(below.split(sep).join("/"));
  });
}

function outside(file) {
  return { path: `./dist/${file}`, external: true };
}
