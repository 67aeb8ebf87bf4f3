// Messages of the Encryption SDK's format for tests: an envelope under an AES key of its own, parts of a message by name.

import assert from "node:assert/strict";
import { platformEngine } from "../../dist/envelope/engine.js";
import { wasmEngine } from "../../dist/envelope/engine-wasm.js";
import { webEngine } from "../../dist/envelope/engine-web.js";
import { Envelope, EnvelopeError, rawAes } from "../../dist/envelope.js";

/** Every kind of text, and an empty name. */
export const CONTEXT = {
  purpose: "test",
  Größe: "42 €",
  鍵: "値",
  𝒦: "\u{1f511}",
  "\uffee": "",
  "": "no name",
};

export const SUITES = [
  0x0578, 0x0478, 0x0378, 0x0346, 0x0214, 0x0178, 0x0146, 0x0114, 0x0078, 0x0046, 0x0014,
];
export const KEY = pattern(32);

export function pattern(length) {
  return new Uint8Array(length).map((_, at) => at * 31 + (at >> 8));
}

export const hex = (suite) => `0x${suite.toString(16).padStart(4, "0").toUpperCase()}`;

export function dataKeys(key = KEY, name = "key") {
  return rawAes({ namespace: "tests", name, key });
}

/** One that reads every suite, and writes those that `suite` is of. */
export function envelopeFor(suite = 0x0478, options = {}) {
  const commitment =
    suite >= 0x0400 ? "REQUIRE_ENCRYPT_ALLOW_DECRYPT" : "FORBID_ENCRYPT_ALLOW_DECRYPT";
  return new Envelope({ dataKeys: dataKeys(), commitment, ...options });
}

/** What computes, by name. */
export const engines = () => ({ node: platformEngine(), web: webEngine(), wasm: wasmEngine() });

/** That it is refused for that reason and no other. */
export async function refused(work, reason) {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof EnvelopeError, String(error?.stack));
    assert.equal(error.reason, reason);
    return true;
  });
}

/** Chunks of these lengths, the last again and again. */
export function* cut(bytes, ...lengths) {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = lengths[Math.min(index, lengths.length - 1)];
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

export function readableOf(chunks) {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** All of a stream, and how it ended. */
export async function gathered(stream) {
  const parts = [];
  let error;
  try {
    for await (const part of stream) parts.push(part);
  } catch (thrown) {
    error = thrown;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), error };
}
