// In the page of tests/bench/envelope-chromium.mjs: one way through the data, in MB/s, by name.

import { wasmEngine } from "./dist/envelope/engine-wasm.js";
import { Envelope, rawAes } from "./dist/envelope.js";

const KEY = new Uint8Array(32).fill(7);
const COMMITTING = 0x0478;
const SIGNED = 0x0578;
const envelope = new Envelope({ dataKeys: rawAes({ namespace: "bench", name: "key", key: KEY }) });
const sealed = new Map();
let data;
let file;
let few;
let sdk;
let cryptoKey;

globalThis.prepare = async (length, sdkLength) => {
  data = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536)
    crypto.getRandomValues(data.subarray(at, at + 65_536));
  [file] = document.querySelector("input").files;
  few = data.slice(0, sdkLength);
  sdk = await globalThis.sdkWith(KEY);
  cryptoKey = await crypto.subtle.importKey("raw", KEY, "AES-GCM", false, ["encrypt"]);
};

const WAYS = {
  async bare(piece, most) {
    const iv = new Uint8Array(12);
    const waiting = [];
    for (let at = 0; at < data.length; at += piece) {
      const bytes = data.subarray(at, at + piece);
      waiting.push(crypto.subtle.encrypt({ name: "AES-GCM", iv }, cryptoKey, bytes));
      if (waiting.length >= most) await waiting.shift();
    }
    await Promise.all(waiting);
    return data.length;
  },
  encrypt: (frameLength) => drained(envelope.encryptBlob(file, { frameLength })),
  decrypt: async (frameLength) =>
    drained(readable(await message(COMMITTING, frameLength)).pipeThrough(envelope.decryptStream())),
  "signed-encrypt": (frameLength) =>
    drained(envelope.encryptBlob(file, { frameLength, suite: SIGNED })),
  "signed-decrypt": async (frameLength) =>
    drained(
      readable(await message(SIGNED, frameLength)).pipeThrough(
        envelope.decryptStream({ signed: "release" }),
      ),
    ),
  /** What the file costs before anything is encrypted. */
  async read() {
    let length = 0;
    for (let at = 0; at < file.size; at += 8_388_608) {
      length += (await file.slice(at, at + 8_388_608).arrayBuffer()).byteLength;
    }
    return length;
  },
  /** As the SDK and the bare cryptography have it: from memory. */
  memory: (frameLength) => {
    const parts = [];
    for (let at = 0; at < data.length; at += 4_194_304)
      parts.push(data.subarray(at, at + 4_194_304));
    return drained(readable(parts).pipeThrough(envelope.encryptStream({ frameLength })));
  },
  async hash() {
    const verifier = await wasmEngine().verifier({ curve: "P-384", hash: "SHA-384" }, POINT);
    for (let at = 0; at < data.length; at += 524_288)
      verifier.update(data.subarray(at, at + 524_288));
    await verifier.verify(new Uint8Array());
    return data.length;
  },
  async "sdk-encrypt"(frameLength) {
    await sdk.encrypt(few, { suiteId: COMMITTING, frameLength, encryptionContext: {} });
    return few.length;
  },
  async "sdk-decrypt"(frameLength) {
    const name = `sdk ${frameLength}`;
    if (!sealed.has(name)) {
      const options = { suiteId: COMMITTING, frameLength, encryptionContext: {} };
      sealed.set(name, await sdk.encrypt(few, options));
    }
    return async () => {
      await sdk.decrypt(sealed.get(name));
      return few.length;
    };
  },
};

/** P-384's base point, compressed (SEC 2, 2.5.1). */
const POINT = Uint8Array.from(
  "03aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
    .match(/../g)
    .map((pair) => Number.parseInt(pair, 16)),
);

/** In memory, in the chunks that it came in. */
async function message(suite, frameLength) {
  const name = `${suite} ${frameLength}`;
  if (!sealed.has(name)) {
    // One at a time: each is as long as the file.
    for (const other of sealed.keys()) if (!other.startsWith("sdk")) sealed.delete(other);
    const parts = [];
    for await (const part of streamed(envelope.encryptBlob(file, { frameLength, suite })))
      parts.push(part);
    sealed.set(name, parts);
  }
  return sealed.get(name);
}

async function* streamed(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function readable(parts) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === parts.length) controller.close();
      else controller.enqueue(parts[at++]);
    },
  });
}

async function drained(stream) {
  const reader = stream.getReader();
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read())
    length += next.value.length;
  return length;
}

globalThis.rate = async (name) => {
  const [way, ...numbers] = name.split(" ");
  const args = numbers.map(Number);
  if (way.endsWith("decrypt") && !way.startsWith("sdk")) {
    await message(way.startsWith("signed") ? SIGNED : COMMITTING, args[0]);
  }
  let run = () => WAYS[way](...args);
  if (way === "sdk-decrypt") run = await run();
  const started = performance.now();
  const length = await run();
  return length / 1e3 / (performance.now() - started);
};

globalThis.ours = true;
