// No message of the worker carries a key of the hierarchy. Every draw of key material inside the worker, and the supply of
// data keys, none of which is returned here, is copied as it is made; afterwards every message that left the worker is searched for each, as bytes and as text.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { openSite } from "./harness.mjs";

const ASSETS = fileURLToPath(new URL("../../dist/www/assets/", import.meta.url));

// Runs in the worker before its own code.
const RECORD = `{
  const draws = [];
  Object.defineProperty(globalThis, "__draws", { value: draws });
  const prototype = Object.getPrototypeOf(crypto);
  const original = prototype.getRandomValues;
  prototype.getRandomValues = function (array) {
    const filled = original.call(this, array);
    // One key material or store key; thirty-two data keys to come.
    for (let at = 0; [32, 1024].includes(array.byteLength) && at < array.byteLength; at += 32) {
      draws.push([...new Uint8Array(filled.buffer, filled.byteOffset + at, 32)]);
    }
    return filled;
  };
}
`;

/** Runs in the page: speaks the worker's protocol, and keeps every message as it came. */
async function converse(url) {
  const worker = new Worker(url, { type: "module" });
  const messages = [];
  const waiting = new Map();
  worker.onmessage = ({ data }) => {
    messages.push(data);
    if (data.type === "answer") waiting.get(data.id)?.resolve(data.value);
    if (data.type === "failure") waiting.get(data.id)?.resolve(data.error);
  };
  let lastId = 0;
  const call = (kms, request) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, { resolve });
      worker.postMessage({ type: "call", id: lastId, kms, call: request });
    });
  const kms = await call(0, { type: "open", options: { name: "secrets" } });
  const ask = (operation, input) => call(kms, { type: "trace", operation, input });
  const { KeyId } = (await ask("CreateKey", {})).answer.KeyMetadata;
  const Plaintext = new TextEncoder().encode("a plaintext");
  const { CiphertextBlob } = (await ask("Encrypt", { KeyId, Plaintext })).answer;
  await ask("Decrypt", { CiphertextBlob });
  await ask("Decrypt", { CiphertextBlob: CiphertextBlob.slice(1) });
  await ask("RotateKeyOnDemand", { KeyId });
  await ask("ReEncrypt", { CiphertextBlob, DestinationKeyId: KeyId });
  await ask("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256" });
  await ask("DescribeKey", { KeyId });
  await ask("ListKeyRotations", { KeyId });
  const input = { keyIds: [KeyId] };
  const message = await call(kms, { type: "encryptFile", file: new Blob(["a file"]), input });
  await call(kms, { type: "decryptFile", file: message });
  await call(kms, { type: "inspect", bytes: CiphertextBlob });
  await call(kms, { type: "describe" });
  await call(kms, { type: "setPassphrase", passphrase: "correct horse" });
  const file = await call(kms, { type: "exportStore", passphrase: "battery staple" });
  await call(kms, { type: "importStore", file, passphrase: "battery staple" });
  const fork = await call(kms, { type: "fork" });
  await call(fork, { type: "trace", operation: "Decrypt", input: { CiphertextBlob } });
  await call(fork, { type: "advance", milliseconds: 400 * 86_400_000 });
  globalThis.__ended = true;

  const found = { bytes: [], text: JSON.stringify(messages) };
  // Random, and meant to be seen (data-format/message-header.md, "Message ID").
  found.messageId = [...new Uint8Array(await message.slice(3, 35).arrayBuffer())];
  const walk = async (value) => {
    if (value instanceof Blob) found.bytes.push([...new Uint8Array(await value.arrayBuffer())]);
    else if (ArrayBuffer.isView(value)) found.bytes.push([...new Uint8Array(value.buffer)]);
    else if (typeof value === "object" && value !== null) {
      for (const entry of Object.values(value)) await walk(entry);
    }
  };
  await walk(messages);
  return found;
}

test("no message of the worker carries the store key, key material or an unreturned data key", async () => {
  const site = await openSite();
  try {
    const script = readdirSync(ASSETS).find((name) => /^worker-.*\.js$/.test(name));
    assert.ok(script, "the site has a worker");
    let patched = 0;
    await site.browser.route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      patched += 1;
      await route.fulfill({ response, body: RECORD + (await response.text()) });
    });
    // A document of the site without the page's own KMS.
    const page = await site.page("favicon.svg");
    const { bytes, text, messageId } = await page.evaluate(
      converse,
      `${site.address}assets/${script}`,
    );
    assert.equal(patched, 1);
    const [worker] = page.workers();
    const drawn = await worker.evaluate(() => globalThis.__draws);
    const draws = drawn
      .map((draw) => Buffer.from(draw))
      .filter((draw) => !draw.equals(Buffer.from(messageId)));
    assert.equal(draws.length, drawn.length - 1, "the message's id is one of them");
    // The store key, two materials of the key, and among thirty-two data keys the one that was not returned.
    assert.ok(draws.length >= 3 + 32, `${draws.length} draws`);
    assert.ok(bytes.length >= 10, `${bytes.length} blobs in the messages`);
    const all = Buffer.concat(bytes.map((blob) => Buffer.from(blob)));
    for (const words of ["a plaintext", "a file"])
      assert.ok(all.includes(Buffer.from(words)), "the search finds what is there");
    for (const [index, draw] of draws.entries()) {
      assert.equal(all.indexOf(draw), -1, `draw ${index} left the worker`);
      assert.equal(text.includes(draw.toString("hex")), false, `draw ${index} left as hex`);
      assert.equal(text.includes(draw.toString("base64")), false, `draw ${index} left as base64`);
    }
  } finally {
    await site.close();
  }
});
