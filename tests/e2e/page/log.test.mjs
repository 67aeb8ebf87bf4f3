// The log of the KMS: what was called is there, is found, is explained, and leads back to where it came from.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, openSite, screenshot } from "../harness.mjs";
import { downloaded, go, onStep, openPage } from "./page.mjs";

const EVE = "arn:aws:iam::000000000000:user/eve";

/** @type {import("../harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite({ context: { reducedMotion: "reduce" } });
});
after(() => site.close());

async function openLog(page, hash = "#/log") {
  await go(page, hash);
  await page.locator('.log[data-ready="true"]').waitFor();
}

/** The names of the events in the list, newest first. */
const names = (page) =>
  page.locator(".event-open").evaluateAll((all) => all.map((one) => one.textContent.trim()));

/** A row by its operation. */
const event = (page, name) => page.getByTestId("event").filter({ hasText: name });

/** Waits until the list is what it should be. */
async function listed(page, expected) {
  await page.waitForFunction(
    (text) => {
      const all = [...document.querySelectorAll(".event-open")];
      return all.map((one) => one.textContent.trim()).join(" ") === text;
    },
    expected.join(" "),
    { timeout: 10_000 },
  );
}

const call = (page, operation, input, options) =>
  page.evaluate(
    ([operation, input, options]) =>
      window.tabkms.send(operation, input, options).catch((error) => error.name),
    [operation, input, options],
  );

const encrypt = (page, KeyId, options) =>
  page.evaluate(
    ([KeyId, options]) =>
      window.tabkms
        .send("Encrypt", { KeyId, Plaintext: new TextEncoder().encode("pin 1234") }, options)
        .then(
          () => "done",
          (error) => error.name,
        ),
    [KeyId, options],
  );

test("what the flow called is there, and links to its step and to its key; the step links back", async () => {
  const page = await openPage(site);
  await go(page, "#/flow/7");
  await openLog(page);
  await listed(page, ["Decrypt", "GenerateDataKey", "CreateAlias", "CreateKey"]);
  const decrypt = event(page, "Decrypt").first();
  assert.match(await decrypt.innerText(), /root[\s\S]*via S3/);
  assert.match(await decrypt.innerText(), /allowed/);
  assert.match(await decrypt.innerText(), /read-only/);
  assert.match(await event(page, "CreateKey").innerText(), /write/);

  await decrypt.getByTestId("event-step").click();
  await onStep(page, 6);
  await page.getByTestId("in-the-log").click();
  await page
    .getByTestId("record")
    .getByTestId("sentence")
    .getByText("For root, S3 called")
    .waitFor();
  await page.locator(".event.open .event-open", { hasText: "Decrypt" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains("event-open"));
  await page.getByTestId("record-step").click();
  await onStep(page, 6);

  await go(page, "#/flow/2");
  await page.getByTestId("in-the-log").click();
  await page.locator(".event.open .event-open", { hasText: "GenerateDataKey" }).waitFor();

  await event(page, "Decrypt").first().getByTestId("event-key").click();
  await page.locator(".key-side h2", { hasText: "alias/demo" }).waitFor();
  await page.close();
});

test("a record opens to its JSON, explains its members, and is copied", async () => {
  await site.browser.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await openPage(site);
  await encrypt(page, "alias/demo");
  await openLog(page, "#/log?operation=Encrypt");
  await event(page, "Encrypt").first().locator(".event-open").click();
  const record = page.getByTestId("record");
  await record.locator('[data-member="requestParameters"]').click();
  await record.getByText("No plaintext and no ciphertext stands here").waitFor();
  await record.locator('[data-member="readOnly"]').click();
  await record.getByText("It is true for Encrypt").waitFor();
  await record.locator('[data-member="additionalEventData.keyMaterialId"]').click();
  await record.getByText("Which version of the key's material").waitFor();
  await record.getByTestId("copy-record").click();
  await record.getByText("Copied").waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  const shown = JSON.parse(
    await record.getByTestId("json").evaluate((json) => {
      const rows = [...json.querySelectorAll(".json-line")];
      return rows.map((row) => row.textContent).join("");
    }),
  );
  assert.deepEqual(shown, copied);
  assert.equal(copied.eventName, "Encrypt");
  assert.equal(copied.responseElements, null);
  assert.doesNotMatch(JSON.stringify(copied), /pin 1234|CiphertextBlob/i);
  await page.close();
});

test("a refusal shows its exception; filters by address and by click, each taken back by its chip", async () => {
  const page = await openPage(site);
  assert.equal(await encrypt(page, "alias/demo", { principal: EVE }), "AccessDeniedException");
  await openLog(page, "#/log?errors=1");
  await listed(page, ["Encrypt"]);
  assert.match(await event(page, "Encrypt").innerText(), /✕\s*refused:\s*AccessDeniedException/);
  await event(page, "Encrypt").locator(".event-open").click();
  await page.getByTestId("record").getByTestId("refusal").getByText("not authorized").waitFor();

  await go(page, `#/log?principal=${EVE}&operation=Decrypt`);
  await page.getByTestId("no-events").getByText("No event fits this filter").waitFor();
  await page.getByTestId("chip-operation").click();
  await listed(page, ["Encrypt"]);
  await page.getByTestId("chip-principal").click();
  await page.waitForFunction(() => document.querySelectorAll(".event-open").length > 3);
  assert.equal(await page.evaluate(() => location.hash), "#/log");

  await event(page, "Encrypt").first().locator(".person").click();
  await page.getByTestId("chip-principal").getByText("by eve").waitFor();
  await listed(page, ["Encrypt"]);
  await go(page, "#/log");
  await event(page, "CreateAlias").first().locator(".event-open").click();
  await page.getByTestId("json-link").filter({ hasText: '"CreateAlias"' }).click();
  await page.getByTestId("chip-operation").waitFor();
  await listed(page, ["CreateAlias"]);
  await page.getByTestId("filter-operation").selectOption("CreateKey");
  await listed(page, ["CreateKey"]);
  await page.getByTestId("filter-errors").check();
  await page.getByTestId("no-events").getByText("To see a refusal").waitFor();
  await page.getByRole("link", { name: "Clear all" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".event-open").length > 3);
  assert.doesNotMatch((await names(page)).join(), /DescribeKey|ListAliases/);
  await page.getByTestId("filter-lookups").check();
  await event(page, "DescribeKey").first().waitFor();
  await go(page, "#/log?from=2099-01-01T00:00:00Z");
  await page.getByTestId("no-events").waitFor();
  await go(page, "#/log?to=nonsense&key=");
  await page.waitForFunction(() => document.querySelectorAll(".event-open").length > 3);
  await page.close();
});

test("new events come by themselves, and wait where somebody reads", async () => {
  const page = await openPage(site);
  await openLog(page, "#/log?operation=GetPublicKey");
  await page.getByTestId("no-events").waitFor();
  await call(page, "GetPublicKey", { KeyId: "alias/demo" });
  await listed(page, ["GetPublicKey"]);
  await page.locator(".event-open").focus();
  await call(page, "GetPublicKey", { KeyId: "alias/demo" });
  await call(page, "GetPublicKey", { KeyId: "alias/demo" });
  const fresh = page.getByTestId("fresh");
  await fresh.getByText("2 new events").waitFor();
  assert.equal((await names(page)).length, 1);
  await fresh.click();
  await listed(page, ["GetPublicKey", "GetPublicKey", "GetPublicKey"]);

  await page.getByTestId("live-switch").click();
  await call(page, "GetPublicKey", { KeyId: "alias/demo" });
  await fresh.getByText("1 new event").waitFor();
  await page.getByTestId("live-switch").click();
  await listed(
    page,
    Array.from({ length: 4 }, () => "GetPublicKey"),
  );

  const other = await openPage(site);
  await call(other, "GetPublicKey", { KeyId: "alias/demo" });
  await page.bringToFront();
  await listed(
    page,
    Array.from({ length: 5 }, () => "GetPublicKey"),
  );
  await other.close();
  await page.close();
});

test("older events come page by page, and a far one opens by its address", async () => {
  const page = await openPage(site);
  const first = await page.evaluate(async () => {
    const { KeyId } = (await window.tabkms.send("DescribeKey", { KeyId: "alias/demo" }))
      .KeyMetadata;
    for (let at = 0; at < 110; at += 1) await window.tabkms.send("ListResourceTags", { KeyId });
    const { events } = await window.tabkms.audit.events({
      operation: "ListResourceTags",
      limit: 1000,
    });
    return events.at(-1).eventID;
  });
  await openLog(page, "#/log?operation=ListResourceTags");
  assert.equal((await names(page)).length, 50);
  await page.getByTestId("older").click();
  await page.waitForFunction(() => document.querySelectorAll(".event-open").length === 100);
  await page.getByTestId("older").click();
  await page.waitForFunction(() => document.querySelectorAll(".event-open").length === 110);
  assert.equal(await page.getByTestId("older").count(), 0);
  await go(page, `#/log?event=${first}`);
  await page.getByTestId("event-alone").getByTestId("record").waitFor();
  await go(page, "#/log?event=00000000-0000-0000-0000-000000000000");
  await page.getByTestId("event-missing").waitFor();
  await page.close();
});

test("the chain is verified in a line, and a fault says where", async () => {
  const page = await openPage(site);
  await openLog(page);
  const chain = page.getByTestId("chain");
  await chain.getByText(/Chain unbroken: checked\s+[\d,]+ events, complete since .* UTC/).waitFor();
  await page.getByText("How the chain works").click();
  await page.getByText("put back to an earlier state").waitFor();
  await page.evaluate(async () => {
    const { events } = await window.tabkms.audit.events({ operation: "CreateKey" });
    window.tabkms.audit.verify = async () => ({
      ok: false,
      events: 9,
      fault: { at: 3, eventID: events.at(-1).eventID, what: "This record was altered." },
    });
  });
  await page.getByTestId("verify").click();
  const fault = page.getByTestId("fault");
  await fault.getByText("broken after 3 events from the oldest").waitFor();
  await assertAccessible(page, "a broken chain");
  await fault.getByRole("link", { name: "Show the event" }).click();
  await page.getByTestId("record").getByRole("heading", { name: "CreateKey" }).waitFor();
  await page.close();
});

test("the export is a CloudTrail file of what the filter shows", async () => {
  const page = await openPage(site);
  await encrypt(page, "alias/demo");
  await openLog(page, "#/log?operation=Encrypt");
  const shown = (await names(page)).length;
  const file = await downloaded(page, page.getByTestId("export-log"));
  assert.equal(file.name, "tabkms-cloudtrail.json");
  const { Records } = JSON.parse(await readFile(file.path, "utf8"));
  assert.equal(Records.length, shown);
  assert.ok(Records.every((record) => record.eventName === "Encrypt"));
  assert.equal(Records[0].eventVersion, "1.11");
  await page.getByTestId("exported").getByText("tabkms-cloudtrail.json").waitFor();
  await go(page, "#/log");
  const all = await downloaded(page, page.getByTestId("export-log"));
  const whole = JSON.parse(await readFile(all.path, "utf8")).Records;
  assert.ok(whole.length > shown);
  assert.ok(whole.every((record) => record.userAgent !== "tabkms-page"));
  await page.close();
});

test("the keyboard walks the rows, opens one, and closes it", async () => {
  const page = await openPage(site);
  await openLog(page);
  const rows = page.locator(".event-open");
  await rows.first().focus();
  await page.keyboard.press("ArrowDown");
  const focused = () =>
    page.evaluate(() => {
      const all = [...document.querySelectorAll(".event-open")];
      return all.indexOf(document.activeElement);
    });
  assert.equal(await focused(), 1);
  await page.keyboard.press("Enter");
  await page.getByTestId("record").waitFor();
  assert.equal(await rows.nth(1).getAttribute("aria-expanded"), "true");
  const outline = await rows
    .nth(1)
    .evaluate((row) => getComputedStyle(row, "::after").outlineStyle);
  assert.equal(outline, "solid", "the focus shows");
  await page.getByTestId("copy-record").focus();
  await page.keyboard.press("Escape");
  await page.getByTestId("record").waitFor({ state: "detached" });
  assert.equal(await focused(), 1);
  await page.close();
});

test("what KMS does by itself says that nobody called it; a key that is gone leads to its events", async () => {
  const fresh = await openSite();
  try {
    const page = await openPage(fresh);
    const id = await page.evaluate(async () => {
      const { tabkms } = window;
      const { KeyId } = (await tabkms.send("CreateKey")).KeyMetadata;
      await tabkms.send("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
      return KeyId;
    });
    await openLog(page);
    await page.getByTestId("clock").click();
    await page.getByTestId("advance-30").click();
    await page.getByTestId("due").getByText("DeleteKey").waitFor();
    await page.keyboard.press("Escape");
    const row = event(page, "DeleteKey").first();
    assert.match(await row.innerText(), /nobody/);
    await row.locator(".event-open").click();
    await page.getByTestId("sentence").getByText("Nobody called this.").waitFor();
    await row.getByTestId("event-key").click();
    await page.getByTestId("chip-key").getByText("gone or elsewhere").waitFor();
    assert.equal(await page.evaluate(() => location.hash), `#/log?key=${id}`);
    await listed(page, ["DeleteKey", "ScheduleKeyDeletion", "CreateKey"]);
  } finally {
    await fresh.close();
  }
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing at ${width} pixels, ${colorScheme}, a record open and a filter set`, async () => {
      const page = await openPage(site);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await openLog(page);
      await assertAccessible(page, `the log, ${width}, ${colorScheme}`);
      await openLog(page, `#/log?errors=1&principal=${EVE}`);
      await page.locator(".event-open").first().click();
      await page.locator('[data-member="requestParameters"]').click();
      await assertAccessible(page, `a record, ${width}, ${colorScheme}`);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      await screenshot(page, `log-${width}-${colorScheme}`);
      await page.close();
    });
  }
}
