// Envelope encryption: ours beside the Encryption SDK for JavaScript and beside the platform's bare cryptography, in Node
// and in headless Chromium, in rounds by turns. What is promised is a ratio, so that what else the machine does hits both.

import { execFileSync } from "node:child_process";
import { createCipheriv, createHash, randomFillSync, webcrypto } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Envelope, rawAes } from "../../dist/envelope.js";
import * as sdk from "../interop/node/raw.mjs";
import { benchEnvelopeInChromium } from "./envelope-chromium.mjs";
import { sideBySide } from "./measure.mjs";

const KEYRING = { namespace: "bench", name: "key", key: randomFillSync(new Uint8Array(32)) };
const COMMITTING = 0x0478;
const SIGNED = 0x0578;
const MIB = 1024 * 1024;

/** @param {(line: string) => void} say */
export async function benchEnvelope(say) {
  const results = [];
  const compare = async (name, bytes, promised, ours, theirs) => {
    const { first, second, ratio } = await sideBySide(theirs, ours);
    const scale = bytes / 1e6;
    const row = { name, ours: second * scale, theirs: first * scale, ratio, promised };
    results.push(row);
    const unit = bytes === 1e6 ? "/s" : "MB/s";
    const figures = `${Math.round(row.ours)} beside ${Math.round(row.theirs)} ${unit}`;
    const verdict = ratio >= promised ? "reached" : "MISSED";
    say(
      `  ${name.padEnd(58)} ${figures.padStart(26)}  ${ratio.toFixed(2)} of ${promised}  ${verdict}`,
    );
  };
  await benchNode(compare);
  results.push(await memory(say));
  await benchEnvelopeInChromium(say, results);
  return results;
}

async function benchNode(compare) {
  const envelope = new Envelope({ dataKeys: rawAes(KEYRING) });
  const data = randomFillSync(new Uint8Array(32 * MIB));
  const few = data.slice(0, 4 * MIB);
  const one = data.slice(0, 1024);
  const options = (suite, frameLength) => ({ suite, frameLength, context: {} });

  // 1e6 "bytes" make calls a second of the rate.
  const small = options(COMMITTING, 4096);
  const theirOne = await sdk.encrypt(KEYRING, one, small);
  const calls = [
    ["encrypt", () => envelope.encrypt(one, small), () => sdk.encrypt(KEYRING, one, small)],
    ["decrypt", () => envelope.decrypt(theirOne), () => sdk.decrypt(KEYRING, theirOne)],
  ];
  for (const [way, ours, theirs] of calls) {
    await compare(`Node, messages of 1 KiB, ${way}, beside the SDK`, 1e6, 10, ours, theirs);
  }

  const theirFew = await sdk.encrypt(KEYRING, few, small);
  const frames = [
    ["encrypt", () => envelope.encrypt(few, small), () => sdk.encrypt(KEYRING, few, small)],
    ["decrypt", () => envelope.decrypt(theirFew), () => sdk.decrypt(KEYRING, theirFew)],
  ];
  for (const [way, ours, theirs] of frames) {
    await compare(`Node, frames of 4 KiB, ${way}, beside the SDK`, few.length, 3, ours, theirs);
  }

  const large = options(COMMITTING, MIB / 2);
  const sealed = await envelope.encrypt(data, large);
  const bare = await fasterOf(data, MIB / 2);
  const streams = [
    ["encrypt", data, () => envelope.encryptStream(large)],
    ["decrypt", sealed, () => envelope.decryptStream()],
  ];
  for (const [way, bytes, make] of streams) {
    const name = `Node, frames of 512 KiB, ${way}, beside bare ${bare.name}`;
    await compare(name, data.length, 0.7, () => drained(bytes, make()), bare.run);
  }

  const signed = options(SIGNED, MIB / 2);
  const signedMessage = await envelope.encrypt(data, signed);
  const hash = () => createHash("sha384").update(data).digest();
  const signing = [
    ["encrypt", data, () => envelope.encryptStream(signed)],
    ["decrypt", signedMessage, () => envelope.decryptStream({ signed: "release" })],
  ];
  for (const [way, bytes, make] of signing) {
    const name = `Node, signed, ${way}, beside SHA-384 alone`;
    await compare(name, data.length, 0.85, () => drained(bytes, make()), hash);
  }
}

/** Through a stream, in chunks of 1 MiB, as a file would be read. */
async function drained(bytes, stream) {
  let at = 0;
  const source = new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + MIB));
      at += MIB;
    },
  });
  for await (const _ of source.pipeThrough(stream));
}

/** node:crypto, or WebCrypto with 4 in flight: whichever encrypts these pieces faster here. */
async function fasterOf(data, piece) {
  const { key } = KEYRING;
  const iv = new Uint8Array(12);
  const pieces = [];
  for (let at = 0; at < data.length; at += piece) pieces.push(data.subarray(at, at + piece));
  const cryptoKey = await webcrypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const node = () => {
    for (const bytes of pieces) {
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      cipher.update(bytes);
      cipher.final();
      cipher.getAuthTag();
    }
  };
  const web = async () => {
    const waiting = [];
    for (const bytes of pieces) {
      waiting.push(webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, cryptoKey, bytes));
      if (waiting.length >= 4) await waiting.shift();
    }
    await Promise.all(waiting);
  };
  const { ratio } = await sideBySide(node, web);
  return ratio > 1 ? { name: "WebCrypto", run: web } : { name: "node:crypto", run: node };
}

/** Megabytes that a stream of 4 GB takes beyond what Node itself does, there and back, in a process of its own. */
async function memory(say) {
  const script = fileURLToPath(new URL("envelope-memory.mjs", import.meta.url));
  const { beyond, seconds } = JSON.parse(execFileSync(process.execPath, ["--expose-gc", script]));
  const verdict = beyond < 64 ? "reached" : "MISSED";
  const name = "Node, a stream of 4 GB, encrypted and decrypted";
  say(
    `  ${name.padEnd(58)} ${beyond.toFixed(0)} MB beyond Node's own in ${seconds.toFixed(0)} s  of 64  ${verdict}`,
  );
  return { name, beyond, promised: 64 };
}
