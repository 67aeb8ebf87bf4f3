// Readable without JavaScript, usable with any device, and quiet.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openSite } from "../harness.mjs";
import { go, openPage } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite({ context: { reducedMotion: "reduce" } });
});
after(() => site.close());

const VIEWS = [
  "#/flow/1",
  "#/flow/2",
  "#/flow/3",
  "#/flow/7",
  "#/flow/if/flip-key",
  "#/keys",
  "#/roles",
  "#/files",
  "#/inspect",
  "#/log",
];

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing at ${width} pixels, ${colorScheme}, and nothing overflows`, async () => {
      const page = await openPage(site);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      for (const view of VIEWS) {
        await go(page, view);
        await page.waitForTimeout(200);
        await assertAccessible(page, `${view}, ${width}, ${colorScheme}`);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(overflow <= 0, `${view} is ${overflow} pixels too wide`);
      }
      await page.close();
    });
  }
}

test("the inspector names the fields of a pasted ciphertext", async () => {
  const page = await openPage(site, "#/inspect");
  await page.getByRole("button", { name: "A fresh example" }).click();
  await page.getByTestId("format").getByText("A KMS ciphertext").waitFor();
  await page.locator('tk-bytes [data-field="nonce"]').waitFor();
  await page.getByTestId("inspect-text").fill("not bytes!");
  await page.getByRole("alert").getByText("neither base64 nor hex").waitFor();
  await page.close();
});

test("nothing jumps while the page wakes up", async () => {
  const page = await site.browser.newPage();
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(site.address);
  await page.locator('[data-phase="ready"]').waitFor();
  await page.waitForTimeout(500);
  const shift = await page.evaluate(() => window.shift);
  assert.ok(shift < 0.05, `the layout shifted by ${shift}`);
  await page.close();
});

test("a browser without JavaScript shows the text", async () => {
  const bare = await openSite({ context: { javaScriptEnabled: false } });
  try {
    const page = await bare.page();
    await page.getByRole("heading", { name: "The four steps" }).waitFor();
    const wide = await page.getByRole("article").boundingBox();
    assert.ok(wide !== null && wide.height > 300, "the text is laid out");
  } finally {
    await bare.close();
  }
});

test("the text is there in the HTML", async () => {
  const response = await fetch(site.address);
  const html = await response.text();
  for (const text of [
    "a key management service in a browser tab",
    "Deliver.",
    "Generate.",
    "Encrypt, discard.",
    "Store.",
    "<noscript>",
  ]) {
    assert.ok(html.includes(text), text);
  }
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
});

test("a file dropped twice is harmless", async () => {
  const page = await openPage(site);
  const file = { name: "twice.txt", mimeType: "text/plain", buffer: Buffer.from("twice") };
  const drop = () =>
    page.evaluate(
      ({ name }) => {
        window.theFile ??= new File(["twice"], name, { type: "text/plain", lastModified: 1 });
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(window.theFile);
        window.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
      },
      { name: file.name },
    );
  await drop();
  await page.locator(".file-name").getByText("twice.txt").waitFor();
  await go(page, "#/flow/4");
  await drop();
  await page.getByTestId("live").getByText("twice.txt is here already.").waitFor();
  await go(page, "#/flow/7");
  await page.getByTestId("verdict").getByText("identical").waitFor();
  await page.close();
});

test("a store of a newer schema gets a clear panel, stays as it is, and memory is offered", async () => {
  const fresh = await openSite();
  // A picture opened by itself has no link to an icon, so the browser asks for the usual one.
  fresh.expect(/favicon\.ico/);
  const page = await fresh.browser.newPage();
  await page.goto(new URL("favicon.svg", fresh.address).href);
  const version = () =>
    new Promise((done, failed) => {
      const request = indexedDB.open("tabkms");
      request.onsuccess = () => {
        done(request.result.version);
        request.result.close();
      };
      request.onerror = () => failed(request.error);
    });
  await page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.open("tabkms", 1_000);
        request.onsuccess = () => {
          request.result.close();
          done();
        };
      }),
  );
  await page.goto(fresh.address);
  await page.getByTestId("problem").getByText("written by a newer tabkms").waitFor();
  await page.getByTestId("refusal").getByText("SchemaTooNewError").waitFor();
  await assertAccessible(page, "newer schema");
  await page.getByTestId("in-memory").click();
  await page.locator('[data-phase="ready"]').waitFor();
  assert.match(await page.getByTestId("where").textContent(), /in this tab only/);
  assert.equal(await page.evaluate(version), 1_000);
  await fresh.close();
});
