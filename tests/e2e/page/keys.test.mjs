// The keys at hand: every action, the clock, the store.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSite } from "../harness.mjs";
import { downloaded, openPage, ready } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

async function done(page, text) {
  await page.getByTestId("done").getByText(text).waitFor();
}

async function make(page) {
  const before = await page.getByTestId("key").count();
  await page.getByTestId("description").fill("a second key");
  await page.getByTestId("create-key").click();
  await done(page, "The key is made.");
  await page.waitForFunction(
    (count) => document.querySelectorAll("[data-testid=key]").length > count,
    before,
  );
  await page.locator(".key-side").getByText("a second key").waitFor();
}

test("create, alias, disable, enable, rotate, schedule, cancel", async () => {
  const page = await openPage(site, "#/keys");
  await make(page);

  await page.getByTestId("alias").fill("alias/second");
  await page.getByTestId("create-alias").click();
  await page.locator(".key-side h2", { hasText: "alias/second" }).waitFor();

  await page.getByTestId("disable").click();
  await page.getByTestId("state").getByText("disabled").waitFor();
  await page.getByTestId("enable").click();
  await page.getByTestId("state").getByText("enabled").waitFor();

  await page.getByTestId("rotate").click();
  await page.waitForFunction(
    () => document.querySelectorAll("[data-testid=material]").length === 2,
  );

  await page.getByTestId("rotation-days").fill("90");
  await page.getByTestId("rotation-on").click();
  await page.locator(".key-side").getByText("Automatic every 90 days").waitFor();
  await page.getByTestId("rotation-off").click();
  await page.locator(".key-side").getByText("Automatic rotation is off.").waitFor();

  await page.getByTestId("window").fill("7");
  await page.getByTestId("schedule-deletion").click();
  await page.getByTestId("state").getByText("pending deletion").waitFor();
  await page.getByTestId("cancel-deletion").click();
  await page.getByTestId("state").getByText("disabled").waitFor();

  await page.getByLabel("Delete alias/second").click();
  await done(page, "alias/second is deleted");
  await page.close();
});

test("an exception shows with AWS's name, and what it means", async () => {
  const page = await openPage(site, "#/keys");
  await page.getByTestId("window").fill("31");
  await page.getByTestId("schedule-deletion").click();
  const note = page.locator(".key-list .refusal");
  await note.getByText("ValidationException").waitFor();
  assert.match(await note.textContent(), /less than or equal to 30/);
  await page.close();
});

test("the clock moves forward and says what fell due; the deleted key is gone", async () => {
  const page = await openPage(site, "#/keys");
  await make(page);
  const id = await page.locator('.key-row[aria-current="true"]').getAttribute("data-key");
  await page.getByTestId("window").fill("7");
  await page.getByTestId("schedule-deletion").click();
  await page.getByTestId("state").getByText("pending deletion").waitFor();
  await page.getByTestId("clock").click();
  await page.getByTestId("advance-30").click();
  await page.getByTestId("due").getByText("DeleteKey").waitFor();
  await page.locator(`[data-key="${id}"]`).waitFor({ state: "detached" });
  await page.close();
});

test("a passphrase locks the store at the next opening, and unlocks it", async () => {
  const page = await openPage(site, "#/keys");
  await page.getByTestId("new-passphrase").fill("correct horse");
  await page.getByTestId("set-passphrase").click();
  await page.getByTestId("store-done").getByText("under the passphrase").waitFor();
  await page.reload();
  await page.getByTestId("locked").waitFor();
  await page.getByTestId("passphrase").fill("wrong horse");
  await page.getByRole("button", { name: "Unlock" }).click();
  await page.getByTestId("refusal").getByText("WrongPassphrase").waitFor();
  await page.getByTestId("passphrase").fill("correct horse");
  await page.getByRole("button", { name: "Unlock" }).click();
  await ready(page);
  assert.match(await page.getByTestId("where").textContent(), /under a passphrase/);
  await page.getByTestId("remove-passphrase").click();
  await page.getByTestId("store-done").getByText("is removed").waitFor();
  await page.close();
});

test("export, erase with confirmation, import", async () => {
  const page = await openPage(site, "#/keys");
  const arn = () =>
    window.tabkms.send("DescribeKey", { KeyId: "alias/demo" }).then((it) => it.KeyMetadata.Arn);
  const before = await page.evaluate(arn);
  await page.getByTestId("export-passphrase").fill("take me along");
  const file = await downloaded(page, page.getByTestId("export"));

  await page.getByTestId("erase").click();
  await page.getByRole("button", { name: "Keep everything" }).click();
  assert.equal(await page.evaluate(arn), before);
  await page.getByTestId("erase").click();
  await page.getByTestId("erase-yes").click();
  await page.getByTestId("store-done").getByText("Everything is erased").waitFor();
  assert.notEqual(await page.evaluate(arn), before);

  await page.getByTestId("import-file").setInputFiles(file.path);
  await page.getByTestId("import-passphrase").fill("not this one");
  await page.getByTestId("import").click();
  await page.locator(".store .refusal").waitFor();
  await page.getByTestId("import-file").setInputFiles(file.path);
  await page.getByTestId("import-passphrase").fill("take me along");
  await page.getByTestId("import").click();
  await page.getByTestId("store-done").getByText("replaced").waitFor();
  assert.equal(await page.evaluate(arn), before);
  await page.close();
});

test("a key disabled in one tab does not encrypt in the other", async () => {
  const one = await openPage(site, "#/keys");
  const other = await openPage(site, "#/flow/1");
  await one.locator(".key-row", { hasText: "alias/demo" }).click();
  await one.getByTestId("disable").click();
  await one.getByTestId("state").getByText("disabled").waitFor();
  await other.getByLabel("Next").click();
  await other
    .locator('[data-place="kms"] [data-testid="refusal"]')
    .getByText("DisabledException")
    .waitFor();
  await one.getByTestId("enable").click();
  await one.getByTestId("state").getByText("enabled").waitFor();
  await one.close();
  await other.close();
});
