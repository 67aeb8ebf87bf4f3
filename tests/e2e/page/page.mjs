// How the tests of the page speak of it.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Opens the page and waits until the KMS answers. */
export async function openPage(site, path = "") {
  const page = await site.page(path);
  await ready(page);
  return page;
}

export async function ready(page) {
  await page.locator('[data-phase="ready"]').waitFor();
  await settled(page);
}

/** Waits until the page works on nothing. */
export async function settled(page) {
  await page.locator('.view[aria-busy="false"]').waitFor();
}

/** Opens an address within the page. */
export async function go(page, hash) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await settled(page);
}

/** Which step is lit. */
export async function currentStep(page) {
  return Number(await page.locator('.step[aria-current="step"] .step-number').textContent());
}

/** Waits for a step, and fails if it does not come. */
export async function onStep(page, step) {
  await page
    .locator('.step[aria-current="step"] .step-number', { hasText: String(step) })
    .waitFor();
  await settled(page);
}

/** The names of what a place holds (or no longer holds), as a screen reader says them. */
export async function holds(page, place, gone = false) {
  return page
    .locator(`[data-place="${place}"] > ul.tokens .token.${gone ? "gone" : "held"}`)
    .evaluateAll((buttons) =>
      buttons.map((button) => button.textContent.replace(/\s+/g, " ").trim()),
    );
}

/** The SHA-256 of a file, read as a stream. */
export async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Clicks, and gives the file that comes of it. */
export async function downloaded(page, locator) {
  const [download] = await Promise.all([page.waitForEvent("download"), locator.click()]);
  const path = await download.path();
  assert.ok(path, "the download has a file");
  return { path, name: download.suggestedFilename() };
}

/** A file of random bytes in a folder of its own; `remove` it. */
export async function largeFile(size) {
  const PIECE = 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), "tabkms-large-"));
  const path = join(folder, "large.bin");
  const file = await open(path, "w");
  for (let at = 0; at < size; at += PIECE) await file.write(randomBytes(PIECE));
  await file.close();
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
