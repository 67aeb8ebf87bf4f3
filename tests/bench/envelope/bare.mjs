// AES-256-GCM without any format in Node: what the platform has, wasm and JavaScript. Each way does the same work over the
// same pieces: every piece into fresh memory, every tag made or checked.

import { createCipheriv, createDecipheriv, webcrypto } from "node:crypto";
import { gcm } from "@noble/ciphers/aes.js";
import { wasmEngine } from "../../../dist/envelope/engine-wasm.js";

const IV = new Uint8Array(12);
const NONE = new Uint8Array();
const TAG = 16;

/** How many calls of WebCrypto are under way at a time. */
const IN_FLIGHT = [1, 4, 8];

/** Passes through all of `data`, both ways, by name. @param {Uint8Array} key @param {Uint8Array} data */
export async function platform(key, data, piece) {
  const plain = piecesOf(data, piece);
  const sealed = plain.map((bytes) => sealNode(key, bytes));
  const cryptoKey = await webcrypto.subtle.importKey("raw", key, "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const algorithm = { name: "AES-GCM", iv: IV };
  const passes = {
    "node:crypto": {
      encrypt() {
        for (const bytes of plain) {
          const cipher = createCipheriv("aes-256-gcm", key, IV);
          cipher.update(bytes);
          cipher.final();
          cipher.getAuthTag();
        }
      },
      decrypt() {
        for (const bytes of sealed) {
          const decipher = createDecipheriv("aes-256-gcm", key, IV);
          decipher.setAuthTag(bytes.subarray(-TAG));
          decipher.update(bytes.subarray(0, -TAG));
          decipher.final();
        }
      },
    },
  };
  for (const most of IN_FLIGHT) {
    const all = async (pieces, call) => {
      const waiting = [];
      for (const bytes of pieces) {
        waiting.push(call(bytes));
        if (waiting.length >= most) await waiting.shift();
      }
      await Promise.all(waiting);
    };
    passes[`WebCrypto, ${most} in flight`] = {
      encrypt: () => all(plain, (bytes) => webcrypto.subtle.encrypt(algorithm, cryptoKey, bytes)),
      decrypt: () => all(sealed, (bytes) => webcrypto.subtle.decrypt(algorithm, cryptoKey, bytes)),
    };
  }
  return passes;
}

/** The same where no platform computes: for scale. */
export async function portable(key, data, piece) {
  const plain = piecesOf(data, piece);
  const sealed = plain.map((bytes) => sealNode(key, bytes));
  const cipher = await wasmEngine().cipher(key, piece);
  const each = (pieces, call) => () => {
    for (const bytes of pieces) call(bytes);
  };
  return {
    "aes-gcm in wasm": {
      encrypt: each(plain, (bytes) => cipher.seal(IV, NONE, bytes)),
      decrypt: each(sealed, (bytes) => cipher.open(IV, NONE, bytes)),
    },
    "@noble/ciphers": {
      encrypt: each(plain, (bytes) => gcm(key, IV).encrypt(bytes)),
      decrypt: each(sealed, (bytes) => gcm(key, IV).decrypt(bytes)),
    },
  };
}

function piecesOf(data, piece) {
  const pieces = [];
  for (let at = 0; at < data.length; at += piece) pieces.push(data.subarray(at, at + piece));
  return pieces;
}

/** Ciphertext and tag, as WebCrypto has them. */
export function sealNode(key, bytes) {
  const cipher = createCipheriv("aes-256-gcm", key, IV);
  const parts = [cipher.update(bytes), cipher.final()];
  return new Uint8Array(Buffer.concat([...parts, cipher.getAuthTag()]));
}
