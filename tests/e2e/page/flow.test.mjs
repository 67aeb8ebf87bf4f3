// The seven steps, by keyboard, with what everybody holds; the bytes; what is kept.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openSite } from "../harness.mjs";
import { currentStep, downloaded, go, holds, onStep, openPage, ready } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test("the page opens alive: a key, an alias, a text, the first step", async () => {
  const page = await openPage(site);
  assert.equal(await currentStep(page), 1);
  assert.equal(await page.getByTestId("text").inputValue(), "super secret text");
  assert.match(
    await page.getByTestId("where").textContent(),
    /1 key, 0 objects, kept in this browser, no passphrase/,
  );
  const { Aliases } = await page.evaluate(() => window.tabkms.send("ListAliases"));
  assert.ok(Aliases.some((alias) => alias.AliasName === "alias/demo"));
  await page.close();
});

test("arrow keys walk the seven steps, and each says who holds what", async () => {
  const page = await openPage(site);
  assert.deepEqual(await holds(page, "s3"), ["data, secret.txt, readable, 17 bytes"]);

  await page.keyboard.press("ArrowRight");
  await onStep(page, 2);
  const two = await holds(page, "s3");
  assert.ok(two.includes("data key, in plaintext, 32 bytes"), two.join("; "));
  assert.ok(
    two.includes("encrypted data key, encrypted under alias/demo, 184 bytes"),
    two.join("; "),
  );

  await page.keyboard.press("ArrowRight");
  await onStep(page, 3);
  const gone = await holds(page, "s3", true);
  assert.ok(gone.includes("data key, no longer held, overwritten with, zeros"), gone.join("; "));
  assert.match(
    (await holds(page, "s3")).join("; "),
    /encrypted data, under the data key, \d+ bytes/,
  );
  const zeros = await page.locator("tk-bytes .byte").allTextContents();
  assert.equal(zeros.length, 32);
  assert.ok(zeros.every((byte) => byte.trim() === "00"));

  await page.keyboard.press("ArrowRight");
  await onStep(page, 4);
  assert.deepEqual(await holds(page, "s3"), []);
  assert.equal((await holds(page, "storage")).length, 4);

  for (const step of [5, 6, 7]) {
    await page.keyboard.press("ArrowRight");
    await onStep(page, step);
  }
  assert.deepEqual(await holds(page, "you"), ["data, secret.txt, readable, 17 bytes"]);
  await page.getByTestId("verdict").getByText("identical to what you sent").waitFor();
  assert.match(await page.getByTestId("live").textContent(), /^Step 7 of 7, Decrypt\./);

  await page.keyboard.press("ArrowLeft");
  await onStep(page, 6);
  assert.match(page.url(), /#\/flow\/6$/);
  await page.close();
});

test("one key press plays the whole flow", async () => {
  const page = await openPage(site);
  await page.keyboard.press("Space");
  await onStep(page, 7);
  await page.close();
});

test("an address opens its step", async () => {
  const page = await openPage(site, "#/flow/6");
  await onStep(page, 6);
  assert.match(await page.locator("h1").textContent(), /open the data key/);
  await page.close();
});

test("the call has three notations, with the values that really moved", async () => {
  const page = await openPage(site, "#/flow/2");
  await onStep(page, 2);
  const arn = await page.evaluate(async () => {
    const { KeyMetadata } = await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" });
    return KeyMetadata.Arn;
  });
  for (const [tab, start] of [
    ["JSON", "{"],
    ["AWS CLI", "aws kms generate-data-key"],
    ["SDK", "await kms.send(new GenerateDataKeyCommand("],
  ]) {
    await page.getByRole("tab", { name: tab, exact: true }).click();
    const text = await page.locator("#call-text").textContent();
    assert.ok(text.startsWith(start), text);
    assert.ok(text.includes(arn), text);
  }
  assert.match(await page.locator("pre.answer").textContent(), /"CiphertextBlob": "AQIDAH/);
  await page.close();
});

test("every byte of the blob belongs to a field, and every field leads to its bytes", async () => {
  const page = await openPage(site, "#/flow/2");
  await onStep(page, 2);
  const fields = page.locator("tk-bytes button.field");
  await fields.first().waitFor();
  const names = await fields.evaluateAll((all) => all.map((one) => one.dataset.field));
  for (const name of ["layout", "material-id", "nonce", "cms-header", "iv", "ciphertext", "tag"]) {
    assert.ok(names.includes(name), `${name} is among ${names.join(", ")}`);
  }
  const seen = new Set();
  for (let at = 0; at < names.length; at += 1) {
    await fields.nth(at).focus();
    await page.locator(`tk-bytes .detail h3`).waitFor();
    const lit = await page
      .locator("tk-bytes .byte.on")
      .evaluateAll((all) => all.map((one) => Number(one.dataset.at)));
    assert.ok(lit.length > 0, `${names[at]} has bytes`);
    for (const one of lit) seen.add(one);
    assert.notEqual(
      (await page.locator("tk-bytes .detail-source").textContent()).trim(),
      "Source:",
    );
  }
  assert.equal(seen.size, 184);

  await page.locator('tk-bytes .byte[data-at="0"]').click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("tk-bytes .byte:focus").getAttribute("data-at"), "32");
  assert.match(await page.locator("tk-bytes .detail h3").textContent(), /Key material id/);
  assert.equal(await currentStep(page), 2, "arrows in the bytes do not change the step");
  await page.close();
});

test("what is kept opens to the reason why there is nothing to see", async () => {
  const page = await openPage(site);
  await page.locator(".hsm button", { hasText: "root key" }).click();
  await page.locator("tk-bytes .kept").getByText("CryptoKey that no script can read").waitFor();
  await page.locator(".hsm button", { hasText: "alias/demo" }).click();
  await page.locator("tk-bytes .kept").getByText("never leaves the HSM boundary").waitFor();
  assert.equal(await page.locator("tk-bytes .byte").count(), 0);
  await page.close();
});

test("the stored object and the decrypted file come down byte for byte", async () => {
  const page = await openPage(site, "#/flow/7");
  await page.getByTestId("verdict").getByText("identical").waitFor();
  const data = await downloaded(page, page.getByTestId("save-data"));
  assert.equal(data.name, "secret.txt");
  assert.equal(await readFile(data.path, "utf8"), "super secret text");
  const object = await downloaded(page, page.getByTestId("save-object"));
  assert.equal(object.name, "secret.txt.enc");
  const stored = await page.evaluate(async () => {
    const blob = await window.tabkms.s3.readStored({ Bucket: "tabkms-demo", Key: "secret.txt" });
    return Array.from(new Uint8Array(await blob.arrayBuffer()));
  });
  assert.deepEqual([...(await readFile(object.path))], stored);
  await page.close();
});

test("a reload and a restart of the browser keep the keys and the object", async () => {
  const first = await openPage(site, "#/flow/4");
  await onStep(first, 4);
  const key = () =>
    window.tabkms.send("DescribeKey", { KeyId: "alias/demo" }).then((it) => it.KeyMetadata.Arn);
  const arn = await first.evaluate(key);
  await first.reload();
  await ready(first);
  assert.equal(await first.evaluate(key), arn);
  await site.reopen();
  const page = await openPage(site);
  assert.equal(await page.evaluate(key), arn);
  assert.match(
    await page.getByTestId("where").textContent(),
    /1 key, 1 object, kept in this browser/,
  );
  await go(page, "#/flow/7");
  await onStep(page, 7);
  await page.getByTestId("verdict").getByText("identical").waitFor();
  await page.close();
});
