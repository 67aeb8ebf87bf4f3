// When the browser keeps nothing, or no more: the page says so, loses nothing, and goes on where it can.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "../harness.mjs";
import { go, openPage, ready } from "./page.mjs";

test("where storage is refused the page says so, and goes on in memory", async () => {
  // Chromium's setting "block all cookies" refuses IndexedDB as well, as a private window of some browsers does.
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  const site = await openSite({ preferences: blocked });
  try {
    const page = await site.page();
    await page
      .getByTestId("problem")
      .getByRole("heading", { name: "The browser refuses storage" })
      .waitFor();
    assert.match(await page.getByTestId("refusal").innerText(), /StorageRefusedError/);
    await page.getByTestId("in-memory").click();
    await ready(page);
    await go(page, "#/flow/7");
    assert.equal((await page.evaluate(() => window.tabkms.describe())).store, "memory");
  } finally {
    await site.close();
  }
});

/** Runs in the worker before its own code: the browser's answer once `window.full` has been asked for. */
const FULL = `{
  let full = false;
  new BroadcastChannel("quota").onmessage = ({ data }) => { full = data; };
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...row) {
    const request = put.apply(this, row);
    // The way of a full disk: the requests succeed, and then their transaction does not commit.
    if (full) {
      const refusal = new DOMException("The quota is used up.", "QuotaExceededError");
      const { transaction } = this;
      Object.defineProperty(transaction, "error", { get: () => refusal, configurable: true });
      request.addEventListener("success", () => transaction.abort(), { once: true });
    }
    return request;
  };
}
`;

test("where the quota is used up a put changes nothing, and what was kept still opens", async () => {
  const site = await openSite();
  try {
    await site.browser.route(/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: FULL + (await response.text()) });
    });
    const page = await openPage(site);
    await go(page, "#/flow/4");
    await page.getByText("Save secret.txt.enc").waitFor();
    const objects = () =>
      page.evaluate(async () => {
        const list = await window.tabkms.s3.listObjects({ Bucket: "tabkms-demo" });
        return list.map(({ Key, ETag }) => `${Key} ${ETag}`);
      });
    const setFull = (full) =>
      page.evaluate((full) => new BroadcastChannel("quota").postMessage(full), full);
    const attempts = () =>
      page.evaluate(async () => {
        const name = (promise) =>
          promise.then(
            (done) => done.error?.name ?? "done",
            (error) => error.name,
          );
        const Body = new Blob([new Uint8Array(9_000_000)]);
        return [
          await name(window.tabkms.s3.putObject({ Bucket: "tabkms-demo", Key: "large", Body })),
          await name(window.tabkms.send("CreateKey")),
          await name(window.tabkms.send("ListKeys")),
        ];
      });
    const before = await objects();
    assert.equal(before.length, 1);

    await setFull(true);
    assert.deepEqual(await attempts(), ["QuotaExceededError", "QuotaExceededError", "done"]);
    assert.deepEqual(await objects(), before);
    assert.equal((await page.evaluate(() => window.tabkms.describe())).keys, 1);

    await setFull(false);
    assert.deepEqual(await attempts(), ["done", "done", "done"], "with room again it goes in");
    await page.reload();
    await ready(page);
    const body = await page.evaluate(async () => {
      const got = await window.tabkms.s3.getObject({ Bucket: "tabkms-demo", Key: "secret.txt" });
      return got.answer.Body.text();
    });
    assert.equal(body, "super secret text");
    // alias/demo's, the one just made, and alias/aws/s3's, made when S3 first needed it.
    assert.equal((await page.evaluate(() => window.tabkms.describe())).keys, 3);
  } finally {
    await site.close();
  }
});
