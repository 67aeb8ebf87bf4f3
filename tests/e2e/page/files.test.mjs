// Files of one's own through the page: encrypted, explained, decrypted again, refused where they should be.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertAccessible, openSite } from "../harness.mjs";
import { downloaded, go, openPage, settled } from "./page.mjs";

/** @type {import("../harness.mjs").Site} */
let site;
const folder = mkdtempSync(join(tmpdir(), "tabkms-files-"));
const at = (name) => join(folder, name);

before(async () => {
  site = await openSite({ context: { reducedMotion: "reduce" } });
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

function token(page, name) {
  return page.locator("kms-token button").filter({ hasText: name });
}

async function choose(page, name, bytes) {
  if (bytes !== undefined) writeFileSync(at(name), bytes);
  await page.getByTestId("files-file").setInputFiles(at(name));
  await page.getByTestId("files-name").getByText(name).waitFor();
}

/** Encrypts what is there, and gives the file that comes of it. */
async function sealed(page) {
  await page.getByTestId("encrypt").click();
  const { path, name } = await downloaded(page, page.getByTestId("save-sealed"));
  return { name, bytes: readFileSync(path) };
}

/** Decrypts what is there, and gives its bytes. */
async function opened(page, words) {
  await page.getByTestId("decrypt").click();
  await page.getByTestId("opened").getByText(words).waitFor();
  const { path, name } = await downloaded(page, page.getByTestId("save-opened"));
  return { name, bytes: readFileSync(path) };
}

async function refusal(page) {
  await page.getByTestId("refusal").waitFor();
  return (await page.getByTestId("refusal").innerText()).replace(/\s+/g, " ");
}

test("the example goes there and back in two clicks, and every byte of its header has a name", async () => {
  const page = await openPage(site, "#/files");
  await token(page, "secret.txt").waitFor();
  const { bytes, name } = await sealed(page);
  assert.equal(name, "secret.txt.enc");
  assert.deepEqual([...bytes.subarray(0, 3)], [0x02, 0x04, 0x78]);
  assert.ok(!bytes.includes("super secret text"), "nothing of it stands there in plain");

  const named = (field) => page.locator(`tk-bytes [data-field="${field}"]`).first();
  for (const field of ["version", "suite", "message-id", "context", "keys", "commitment"])
    await named(field).waitFor();
  await named("frame-1").waitFor();
  const fields = await page.evaluate(
    async (bytes) => {
      const { fields } = await window.tabkms.inspect(new Uint8Array(bytes));
      const named = fields.flatMap((one) => (one.fields?.length > 0 ? one.fields : [one]));
      return named.reduce((sum, { length }) => sum + length, 0);
    },
    [...bytes],
  );
  assert.equal(fields, bytes.length, "the fields cover the file");

  // What became of the data key: the encrypted copy is in the file, the other one is gone.
  await token(page, "encrypted data key").click();
  await page.locator('tk-bytes [data-field="material-id"]').waitFor();
  await page.locator(".token.gone").filter({ hasText: "data key" }).click();
  await page.locator("tk-bytes").getByText("this is all that is left of it").waitFor();
  assert.match(await page.locator("tk-bytes .hex").innerText(), /^(\s|0000|0010|00|·)+$/);

  const back = await opened(page, "identical to the original");
  assert.deepEqual([back.name, back.bytes.toString()], ["secret.txt", "super secret text"]);
  await assertAccessible(page, "files, decrypted");

  await page.getByTestId("sealed").getByRole("link", { name: "log" }).click();
  await page
    .locator("tk-log")
    .getByText("GenerateDataKey")
    .filter({ visible: true })
    .first()
    .waitFor();
  await go(page, "#/files");
  await page.getByTestId("opened").getByText("identical").waitFor();
  await page.close();
});

test("names, contexts and lengths that are easily got wrong go through", async () => {
  const page = await openPage(site, "#/files");
  await page.getByTestId("context-name-0").fill("Größe");
  await page.getByTestId("context-name-0").blur();
  await page.getByTestId("context-value-0").fill("42 €, 文");
  await page.getByTestId("context-value-0").blur();
  await page.getByTestId("files-frame").selectOption("4096");
  for (const [name, bytes] of [
    ["leer.bin", Buffer.alloc(0)],
    ["Größe & 'Zitat' 文.txt", Buffer.from("text")],
    ["4096.bin", Buffer.alloc(4096, 7)],
    ["8193.bin", Buffer.alloc(8193, 8)],
  ]) {
    await choose(page, name, bytes);
    const message = await sealed(page);
    assert.equal(message.name, `${name}.enc`);
    await token(page, "Größe=42 €, 文").waitFor();
    const back = await opened(page, "identical to the original");
    assert.equal(back.name, name);
    assert.ok(back.bytes.equals(bytes));
  }
  await page.close();
});

test("what is encrypted already is decrypted, dropped or chosen", async () => {
  const page = await openPage(site, "#/files");
  const { bytes } = await sealed(page);
  await choose(page, "brought.txt.enc", bytes);
  await page.getByTestId("sealed").getByText("Its data key is under alias/demo.").waitFor();
  assert.equal(await page.getByTestId("encrypt").count(), 0);
  const back = await opened(page, "Every tag fits");
  assert.deepEqual([back.name, back.bytes.toString()], ["brought.txt", "super secret text"]);

  // By its first bytes, whatever it is called.
  await page.evaluate(
    (bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], "dropped"));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
    },
    [...bytes],
  );
  await page.getByTestId("files-name").getByText("dropped").waitFor();
  assert.equal((await opened(page, "Every tag fits")).bytes.toString(), "super secret text");

  // Encrypted a second time, if that is what one wants.
  await page.getByRole("button", { name: "Encrypt it as it is" }).click();
  assert.ok((await sealed(page)).bytes.length > bytes.length);
  await page.close();
});

test("a broken file is refused with its reason, and nothing of it is given out", async () => {
  const page = await openPage(site, "#/files");
  const { bytes } = await sealed(page);
  const flipped = (place) => {
    const copy = Buffer.from(bytes);
    copy[place < 0 ? copy.length + place : place] ^= 1;
    return copy;
  };
  const context = bytes.indexOf("demo");
  for (const [name, broken, ...said] of [
    ["tag.enc", flipped(-1), "FrameTag", "A frame's tag does not fit.", "get an untouched copy"],
    [
      "context.enc",
      flipped(context),
      "NoKeyOpens",
      "InvalidCiphertextException",
      "does not say which",
    ],
    ["short.enc", bytes.subarray(0, -5), "Truncated", "ends too early", "cut short"],
    ["long.enc", Buffer.concat([bytes, Buffer.alloc(1)]), "TrailingBytes", "appended"],
    ["commitment.enc", flipped(bytes.length - 57 - 17), "Commitment", "commits to"],
    ["picture.enc", Buffer.from("\x89PNG"), "UnknownVersion", "not an Encryption SDK message"],
  ]) {
    await choose(page, name, broken);
    await page.getByTestId("decrypt").click();
    const words = await refusal(page);
    for (const part of ["EnvelopeError", ...said])
      assert.ok(words.includes(part), `${name}: ${words}`);
    assert.equal(await page.getByTestId("opened").count(), 0);
  }
  await assertAccessible(page, "files, refused");
  await page.close();
});

test("a file of a key that is not here is refused, and says which key it is", async () => {
  const page = await openPage(site, "#/files");
  const { bytes } = await sealed(page);
  const foreign = Buffer.from(
    bytes.toString("latin1").replace(/key\/[0-9a-f]{8}/, "key/00000000"),
    "latin1",
  );
  await choose(page, "foreign.enc", foreign);
  await page.getByTestId("sealed").getByText("key/00000000").waitFor();
  await page.getByTestId("decrypt").click();
  assert.match(await refusal(page), /NoKeyOpens .*NotFoundException: .* Look under Keys/);
  await page.close();
});

test("somebody who may not is refused both ways, with the way to the reason", async () => {
  const page = await openPage(site, "#/roles");
  await page.getByTestId("set-scene").click();
  await page.locator('[data-cell="auditor Decrypt"]').waitFor();
  await go(page, "#/files");
  await page.getByTestId("encrypt").click();
  await page.getByTestId("sealed").waitFor();
  await page.getByTestId("who").click();
  await page.getByTestId("be-auditor").click();
  await settled(page);
  await page.getByTestId("decrypt").click();
  const decrypting = await refusal(page);
  assert.match(
    decrypting,
    /NoKeyOpens .*AccessDeniedException: User: \S+user\/auditor is not authorized/,
  );
  assert.match(decrypting, /Become somebody else in the header/);
  await page.getByTestId("encrypt").click();
  assert.match(await refusal(page), /AccessDeniedException .* perform: kms:GenerateDataKey/);
  assert.equal(await page.getByTestId("sealed").count(), 0);
  await page.getByRole("link", { name: "See why, under Roles" }).click();
  await page.locator("tk-roles").waitFor();
  await page.getByTestId("who").click();
  await page.getByTestId("be-root").click();
  await page.close();
});

test("a file that changes while it is here is refused in clear words", async () => {
  const page = await openPage(site, "#/files");
  await choose(page, "changing.bin", Buffer.alloc(100_000, 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync(at("changing.bin"), Buffer.alloc(100_001, 2));
  await page.getByTestId("encrypt").click();
  assert.match(
    await refusal(page),
    /NotReadableError .* changed, moved or deleted since it was chosen/,
  );
  assert.equal(await page.getByTestId("sealed").count(), 0);
  await page.close();
});

test("it is written straight into the file that one picks, and stopping leaves none", async () => {
  const page = await site.browser.newPage();
  // The browser's own dialogue cannot be driven: what it gives is a handle, as OPFS does.
  await page.addInitScript(() => {
    window.showSaveFilePicker = async ({ suggestedName }) => {
      const root = await navigator.storage.getDirectory();
      return root.getFileHandle(suggestedName, { create: true });
    };
  });
  await page.goto(new URL("#/files", site.address).href);
  const names = () =>
    page.evaluate(async () => {
      const found = {};
      const root = await navigator.storage.getDirectory();
      for await (const [name, handle] of root.entries())
        if (handle.kind === "file") found[name] = (await handle.getFile()).size;
      return found;
    });
  const body = Buffer.alloc(60_000_000, 5);
  await choose(page, "into.bin", body);
  await page.getByTestId("encrypt-into").click();
  await page.getByTestId("sealed-name").getByText("into.bin.enc").waitFor();
  const written = await names();
  assert.deepEqual(Object.keys(written), ["into.bin.enc"]);
  assert.ok(written["into.bin.enc"] > body.length);
  await page.getByTestId("decrypt-into").click();
  await page.getByTestId("opened").getByText("identical").waitFor();
  assert.equal((await names())["into.bin"], body.length);

  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    for (const name of ["into.bin", "into.bin.enc"]) await root.removeEntry(name);
  });
  await page.evaluate(() => {
    // Stopped at the first sign of progress.
    const stop = () => document.querySelector('[data-testid="cancel"]')?.click();
    new MutationObserver(stop).observe(document.body, { subtree: true, childList: true });
  });
  writeFileSync(at("into.bin"), Buffer.alloc(400_000_000, 6));
  await choose(page, "into.bin");
  await page.getByTestId("encrypt-into").click();
  assert.match(await refusal(page), /AbortError .* You stopped it/);
  assert.deepEqual(await names(), {});
  await page.close();
});
