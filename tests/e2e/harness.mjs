// What the tests of the page stand on: the built site behind its own server, and the system's Chromium on
// a folder of its own. A default context keeps IndexedDB in memory; a persistent one writes it to disk, so
// closing the browser and opening it on the same folder again is what a person does.
//
//   const site = await openSite();                    // server + browser on a fresh folder
//   const page = await site.page();                   // opened on the site, watched
//   await site.reopen();                              // the browser ends and starts again, same folder
//   await site.close();                               // fails if a page logged an error or went outside

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { serve } from "../../scripts/serve.mjs";

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = fileURLToPath(new URL("../.tmp/", import.meta.url));

/** Whether the long variants run: npm run test:long. */
export const LONG = process.env.TABKMS_LONG === "1";

/** Milliseconds that a page may take before it counts as stuck: slow machines, cold caches. */
const PATIENCE = 30_000;

/**
 * Serves the built site and starts a browser on a fresh folder.
 * @param {object} [options]
 * @param {import("playwright-core").BrowserContextOptions} [options.context] viewport, colour scheme, …
 * @param {object} [options.preferences] what the person has set in Chromium, as its `Preferences` file has it
 */
export async function openSite({ context = {}, preferences } = {}) {
  const server = await serve({ port: 0 });
  const site = new Site(server, context, preferences);
  try {
    await site.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  return site;
}

export class Site {
  /** What no page may do, as it was seen: console errors, uncaught errors, requests that leave the site. */
  complaints = [];
  /** @type {RegExp[]} */
  #expected = [];
  /** @type {import("playwright-core").BrowserContext | undefined} */
  #browser;
  #folder = mkdtempSync(join(tmpdir(), "tabkms-e2e-"));
  #server;
  #options;

  constructor(server, options, preferences) {
    this.#server = server;
    this.#options = options;
    if (preferences !== undefined) {
      mkdirSync(join(this.#folder, "Default"));
      writeFileSync(join(this.#folder, "Default", "Preferences"), JSON.stringify(preferences));
    }
  }

  /** The site's address, with a slash at the end. */
  get address() {
    return this.#server.address;
  }

  /** The browser as Playwright knows it. */
  get browser() {
    assert.ok(this.#browser, "the browser is closed");
    return this.#browser;
  }

  async start() {
    const executablePath = findChromium();
    assert.ok(executablePath, "no Chromium: node scripts/setup.mjs --test");
    this.#browser = await chromium.launchPersistentContext(this.#folder, {
      executablePath,
      headless: true,
      args: FLAGS,
      acceptDownloads: true,
      viewport: { width: 1280, height: 800 },
      ...this.#options,
    });
    this.#browser.setDefaultTimeout(PATIENCE);
    this.#browser.on("page", (page) => this.#watch(page));
    for (const page of this.#browser.pages()) this.#watch(page);
    // Also what workers ask for, which a page's own events leave out.
    this.#browser.on("request", (request) => this.#checkRequest(request.url()));
  }

  /**
   * A new tab, opened on a path of the site.
   * @param {string} [path] relative to the address, e.g. `#step-2`
   */
  async page(path = "") {
    const page = await this.browser.newPage();
    await page.goto(new URL(path, this.address).href);
    return page;
  }

  /** Ends the browser and starts it again on the same folder: what was kept is what was written. */
  async reopen() {
    await this.stop();
    await this.start();
  }

  async stop() {
    await this.#browser?.close();
    this.#browser = undefined;
  }

  /**
   * Lets complaints that match pass: for a test that provokes them.
   * @param {RegExp} pattern
   */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Ends everything, and fails if a page did what no page may do. */
  async close() {
    await this.stop();
    await this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    assert.deepEqual(this.complaints, [], "pages complained");
  }

  #watch(page) {
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.#complain(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.#complain(`uncaught: ${error.stack ?? error.message}`));
    page.on("crash", () => this.#complain("the page crashed"));
  }

  #checkRequest(url) {
    const { protocol, origin } = new URL(url);
    const inside = protocol === "blob:" || protocol === "data:" || protocol === "about:";
    if (!inside && origin !== new URL(this.address).origin) this.#complain(`request to ${url}`);
  }

  #complain(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }
}

/**
 * Runs axe over the page as it stands and fails on any violation.
 *
 * Its source goes in through the debugger: the page's policy forbids a script tag from elsewhere.
 * @param {import("playwright-core").Page} page
 * @param {string} [where] for the message
 */
export async function assertAccessible(page, where = page.url()) {
  await page.evaluate(`{ const module = undefined; ${AXE}; }`);
  const violations = await page.evaluate(async () => {
    const found = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
    }));
  });
  assert.deepEqual(violations, [], `axe finds violations at ${where}`);
}

/**
 * A picture in tests/.tmp/, to be looked at; it asserts nothing.
 * @param {import("playwright-core").Page} page
 * @param {string} name without ending
 */
export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
