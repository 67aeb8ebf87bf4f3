// Each what-if, with the true exception at the place where it is thrown, and nothing left of it after.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSite } from "../harness.mjs";
import { go, onStep, openPage, settled } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

const REFUSALS = [
  {
    id: "flip-data",
    place: "s3",
    name: "EnvelopeError",
    message: /authentication tag does not fit/,
  },
  {
    id: "flip-key",
    place: "kms",
    name: "InvalidCiphertextException",
    message: /empty, on purpose/,
  },
  { id: "context", place: "kms", name: "InvalidCiphertextException", message: /empty, on purpose/ },
  {
    id: "disable",
    place: "kms",
    name: "DisabledException",
    message: /arn:aws:kms:.* is disabled\./,
  },
  {
    id: "delete",
    place: "kms",
    name: "AccessDeniedException",
    message: /refers to a customer master key that does not exist/,
  },
  {
    id: "direct",
    place: "kms",
    name: "ValidationException",
    message:
      /Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096/,
  },
];

async function stateOf(page) {
  return page.evaluate(async () => {
    const { KeyMetadata } = await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" });
    const blob = await window.tabkms.s3.readStored({ Bucket: "tabkms-demo", Key: "secret.txt" });
    return {
      state: KeyMetadata.KeyState,
      material: KeyMetadata.CurrentKeyMaterialId,
      bytes: Array.from(new Uint8Array(await blob.arrayBuffer())),
    };
  });
}

for (const { id, place, name, message } of REFUSALS) {
  test(`${id}: ${name} at ${place}, on a fork only`, async () => {
    const page = await openPage(site, "#/flow/4");
    await onStep(page, 4);
    const before = await stateOf(page);
    await page.getByTestId(`if-${id}`).click();
    const note = page.locator(`[data-place="${place}"] [data-testid="refusal"]`);
    await note.waitFor();
    assert.equal((await note.locator("code").textContent()).trim(), name);
    assert.match(await note.locator(".refusal-message").textContent(), message);
    assert.ok((await note.locator(".refusal-meaning").textContent()).length > 30);
    assert.match(await page.getByTestId("live").textContent(), new RegExp(name));
    assert.equal(await page.getByTestId(`if-${id}`).getAttribute("aria-pressed"), "true");

    await page.getByTestId(`if-${id}`).click();
    await note.waitFor({ state: "detached" });
    await settled(page);
    assert.deepEqual(await stateOf(page), before);
    await go(page, "#/flow/7");
    await page.getByTestId("verdict").getByText("identical").waitFor();
    await page.close();
  });
}

test("rotate: the old object opens, a new one uses new material", async () => {
  const page = await openPage(site, "#/flow/if/rotate");
  await page.getByTestId("shows").getByText("The old object opens").waitFor();
  const ids = await page.locator(".words .facts dd").allTextContents();
  assert.equal(ids.length, 2);
  for (const id of ids) assert.match(id.trim(), /^[0-9a-f]{64}$/);
  assert.notEqual(ids[0], ids[1]);
  const versions = page.locator(".hsm .materials li");
  assert.equal(await versions.count(), 2);
  await page.keyboard.press("Escape");
  await page.getByTestId("shows").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelectorAll(".hsm .materials li").length === 1);
  await page.close();
});

test("delete says when, and that it is for ever", async () => {
  const page = await openPage(site, "#/flow/if/delete");
  await page.getByTestId("refusal").getByText("lost for ever").waitFor();
  await page.locator(".words .facts").getByText("DeleteKey").waitFor();
  assert.equal(await page.locator(".materials li").count(), 0, "its material went with it");
  await page.close();
});

test("a byte edited in place breaks the way back; the right byte mends it", async () => {
  const page = await openPage(site, "#/flow/6");
  await onStep(page, 6);
  await page.locator("tk-bytes button.field").first().waitFor();
  const cell = page.locator('tk-bytes .byte[data-at="50"]');
  const was = (await cell.textContent()).trim();
  await cell.click();
  await page.keyboard.type(was === "aa" ? "ab" : "aa");
  const note = page.locator('[data-place="kms"] [data-testid="refusal"]');
  await note.getByText("InvalidCiphertext").waitFor();
  assert.equal(await page.locator("tk-bytes .byte.altered").count(), 1);
  await page.getByTestId("leave").click();
  await note.waitFor({ state: "detached" });
  await page.close();
});
