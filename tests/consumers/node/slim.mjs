import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Kms } from "tabkms/slim";

await assert.rejects(Kms.open({ store: "memory" }), TypeError);
const wasm = await WebAssembly.compile(
  await readFile(new URL(import.meta.resolve("tabkms/tabkms.wasm"))),
);
const kms = await Kms.open({ store: "memory", wasm });
await kms.send("CreateKey");
const fork = await kms.fork();
assert.ok(fork instanceof Kms);
await kms.close();
console.log("all is well");
