// node:crypto and wasm compute the same: a seeded store gives the same bytes under either engine, and each opens
// what the other has sealed.

import assert from "node:assert/strict";
import { createRequire, syncBuiltinESMExports } from "node:module";
import test from "node:test";

// Counted before the package takes it.
const crypto = createRequire(import.meta.url)("node:crypto");
const { createCipheriv, createDecipheriv } = crypto;
let asked = 0;
crypto.createCipheriv = (...words) => {
  asked += 1;
  return createCipheriv(...words);
};
crypto.createDecipheriv = (...words) => {
  asked += 1;
  return createDecipheriv(...words);
};
syncBuiltinESMExports();
const { Kms } = await import("../../dist/index.js");

const LENGTHS = [1, 32, 228, 229, 244, 245, 256, 1024, 4095, 4096];
const seed = new Uint8Array(32).fill(5);
const open = (engine) => Kms.open({ store: "memory", engine, seed, clock: () => 1.8e12 });
const EncryptionContext = { a: "b" };

/** Ciphertexts of every length, and how often node:crypto was asked for them. */
async function seal(kms) {
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const before = asked;
  const sealed = [];
  for (const length of LENGTHS) {
    const Plaintext = new Uint8Array(length).fill(length);
    const encrypted = await kms.send("Encrypt", { KeyId, Plaintext, EncryptionContext });
    sealed.push(Buffer.from(encrypted.CiphertextBlob).toString("hex"));
  }
  return { sealed, asked: asked - before };
}

test("node:crypto and wasm seal the same bytes and open each other's", async () => {
  const [host, wasm] = [await open("auto"), await open("wasm")];
  const byHost = await seal(host);
  const byWasm = await seal(wasm);
  assert.deepEqual(byHost.sealed, byWasm.sealed);
  assert.ok(byHost.asked >= 4, "long ones went to node:crypto");
  assert.equal(byWasm.asked, 0);
  for (const [kms, sealed] of [
    [host, byWasm.sealed],
    [wasm, byHost.sealed],
  ]) {
    for (const [index, length] of LENGTHS.entries()) {
      const CiphertextBlob = Buffer.from(sealed[index], "hex");
      const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob, EncryptionContext });
      assert.deepEqual(Plaintext, new Uint8Array(length).fill(length));
      // Header, sealed content, tag.
      for (const at of [60, CiphertextBlob.length - 40, CiphertextBlob.length - 1]) {
        const damaged = Uint8Array.from(CiphertextBlob);
        damaged[at] ^= 1;
        await assert.rejects(kms.send("Decrypt", { CiphertextBlob: damaged, EncryptionContext }), {
          name: "InvalidCiphertextException",
          message: "",
        });
      }
    }
  }
  await host.close();
  await wasm.close();
});
