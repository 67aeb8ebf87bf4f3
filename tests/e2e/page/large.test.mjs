// 200 MB through the page: progress, cancel, a page that answers, and the same bytes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSite } from "../harness.mjs";
import { downloaded, largeFile, onStep, openPage, sha256 } from "./page.mjs";

const SIZE = 200_000_000;

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

test("200 MB goes through the page and comes back the same", { timeout: 240_000 }, async () => {
  const page = await openPage(site);
  await page.getByTestId("file").setInputFiles(large.path);
  await page.locator(".file-name").getByText("200 MB").waitFor();

  // Stopped half way: a clear exception, and nothing stored.
  await page.getByLabel("Next").click();
  await page.getByTestId("work").getByText(/MB\/s/).waitFor();
  await page.getByTestId("cancel").click();
  await page.getByTestId("refusal").getByText("AbortError").waitFor();
  const none = await page.evaluate(() => window.tabkms.s3.listObjects({ Bucket: "tabkms-demo" }));
  assert.equal(none.length, 0);

  // While it works, the page answers.
  await page.getByLabel("Back").click();
  await onStep(page, 1);
  await page.evaluate(() => {
    window.pauses = [];
    let last = performance.now();
    const beat = () => {
      const now = performance.now();
      if (now - last > 50) window.pauses.push(Math.round(now - last));
      last = now;
      setTimeout(beat);
    };
    beat();
  });
  await page.getByLabel("Next").click();
  await page.getByTestId("work").waitFor();
  await page.getByTestId("work").waitFor({ state: "detached", timeout: 120_000 });
  await onStep(page, 2);
  // Two for a busy machine; none that a person would feel.
  const pauses = await page.evaluate(() => window.pauses);
  assert.ok(
    pauses.length <= 2 && pauses.every((ms) => ms < 150),
    `pauses of ${pauses.join(", ")} ms`,
  );

  await page.getByRole("link", { name: /Decrypt/ }).click();
  await page.getByTestId("verdict").getByText("identical").waitFor({ timeout: 120_000 });
  const data = await downloaded(page, page.getByTestId("save-data"));
  assert.equal(data.name, "large.bin");
  assert.equal(await sha256(data.path), await sha256(large.path));
  await page.close();
});
