// 250 MB encrypted and decrypted on the page: speed and time left, a page that answers, a stop that leaves nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSite } from "../harness.mjs";
import { downloaded, largeFile, openPage, sha256 } from "./page.mjs";

const SIZE = 250_000_000;

/** @type {import("../harness.mjs").Site} */
let site;
/** @type {Awaited<ReturnType<typeof largeFile>>} */
let large;

before(async () => {
  large = await largeFile(SIZE);
  site = await openSite();
});
after(async () => {
  await site.close();
  large.remove();
});

/** What stands in the browser's private file system, in the folders of all tabs. */
function scratch(page) {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const folder of (await root.getDirectoryHandle("files")).values())
      for await (const name of folder.keys()) names.push(name);
    return names.sort();
  });
}

async function scratchIsEmpty() {
  const root = await navigator.storage.getDirectory();
  for await (const folder of (await root.getDirectoryHandle("files")).values())
    for await (const _ of folder.keys()) return false;
  return true;
}

/** Watches the page: pauses above 50 ms, and what the bar said. */
function watch(page) {
  return page.evaluate(() => {
    window.pauses = [];
    window.facts = new Set();
    let last = performance.now();
    const beat = () => {
      const now = performance.now();
      if (now - last > 50) window.pauses.push(Math.round(now - last));
      last = now;
      const facts = document.querySelector(".work-facts")?.textContent;
      if (facts) window.facts.add(facts.replace(/\s+/g, " ").trim());
      setTimeout(beat);
    };
    beat();
  });
}

test("250 MB is encrypted and decrypted while the page answers", { timeout: 240_000 }, async () => {
  const page = await openPage(site, "#/files");
  await page.getByTestId("files-file").setInputFiles(large.path);
  await page.getByTestId("files-name").getByText("250 MB").waitFor();

  // In the page itself: it is done in a second.
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const button = document.querySelector('[data-testid="cancel"]');
      if (button === null) return;
      observer.disconnect();
      button.click();
    });
    observer.observe(document.body, { subtree: true, childList: true });
  });
  await page.getByTestId("encrypt").click();
  await page.getByTestId("refusal").getByText("AbortError").waitFor();
  assert.equal(await page.getByTestId("sealed").count(), 0);
  assert.deepEqual(await scratch(page), [], "nothing is left");

  await watch(page);
  await page.getByTestId("encrypt").click();
  await page.getByTestId("sealed").getByText(/MB\/s/).waitFor({ timeout: 120_000 });
  await page.getByTestId("decrypt").click();
  await page.getByTestId("opened").getByText("identical").waitFor({ timeout: 120_000 });
  const [pauses, facts] = await page.evaluate(() => [window.pauses, [...window.facts]]);
  // Two for each of the three works, for a busy machine; none that a person would feel.
  assert.ok(
    pauses.length <= 6 && pauses.every((ms) => ms < 150),
    `pauses of ${pauses.join(", ")} ms`,
  );
  assert.ok(
    facts.some((text) => /^\d+ % · [\d.]+ [MG]B\/s · \d+ s left$/.test(text)),
    facts.join("\n"),
  );

  const data = await downloaded(page, page.getByTestId("save-opened"));
  assert.equal(data.name, "large.bin");
  assert.equal(await sha256(data.path), await sha256(large.path));

  // Results of this size stand in files of the browser's, which go with the next file, or when the page is opened next.
  assert.deepEqual(await scratch(page), ["decrypted", "encrypted"]);
  await page.getByRole("button", { name: "The example" }).click();
  await page.waitForFunction(scratchIsEmpty);
  await page.getByTestId("files-file").setInputFiles(large.path);
  await page.getByTestId("encrypt").click();
  await page.getByTestId("sealed").waitFor({ timeout: 120_000 });
  assert.deepEqual(await scratch(page), ["encrypted"]);
  await page.close();
  const next = await openPage(site, "#/files");
  await next.waitForFunction(scratchIsEmpty);
  await next.close();
});
