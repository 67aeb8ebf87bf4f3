/** The core in wasm, loaded when it is first needed: what WebCrypto lacks, and all where there is none. */

import { load } from "../load.ts";
import {
  EnvelopeCipher,
  EnvelopeHash,
  EnvelopeSigningKey,
  envelopeHkdf,
  envelopeVerify,
} from "../wasm/tabkms.js";
import { type Bytes, concat } from "./bytes.ts";
import type { Engine, FrameCipher, Signature, Signer, SigningKey, Verifier } from "./engine.ts";
import { EnvelopeError, Forged } from "./errors.ts";
import type { Curve, Hash } from "./suites.ts";

const HASH_BITS: Readonly<Record<Hash, number>> = {
  "SHA-256": 256,
  "SHA-384": 384,
  "SHA-512": 512,
};
const CURVE_BITS: Readonly<Record<Curve, number>> = { "P-256": 256, "P-384": 384 };

/** What stands before a point in DER SubjectPublicKeyInfo, but for lengths (RFC 5480, 2): `id-ecPublicKey`, the curve. */
const ALGORITHMS: Readonly<Record<Curve, readonly number[]>> = {
  "P-256": [
    0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1,
    7,
  ],
  "P-384": [0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x22],
};

export function wasmEngine(): Engine {
  return {
    name: "wasm",
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    async cipher(key) {
      await load();
      return new WasmCipher(there(EnvelopeCipher.of(key)));
    },
    // Of version 2 alone: what derives by another hash is read where there is WebCrypto.
    async derive(hash, secret, salt = new Uint8Array(), infos, length) {
      if (hash !== "SHA-512") throw new EnvelopeError("NoCryptography", { detail: hash });
      await load();
      return infos.map((info) => own(there(envelopeHkdf(secret, salt, info, length))));
    },
    async signingKey(signature) {
      await load();
      return signingKey(signature);
    },
    async verifier(signature, publicKey) {
      await load();
      return verifier(signature, publicKey);
    },
  };
}

class WasmCipher implements FrameCipher {
  readonly #cipher: EnvelopeCipher;
  #isFreed = false;

  constructor(cipher: EnvelopeCipher) {
    this.#cipher = cipher;
  }

  seal(iv: Bytes, aad: Bytes, plaintext: Bytes): readonly Bytes[] {
    return [own(there(this.#cipher.seal(iv, aad, plaintext)))];
  }

  sealInto(iv: Bytes, aad: Bytes, plaintext: Bytes, out: Bytes, at: number): void {
    out.set(there(this.#cipher.seal(iv, aad, plaintext)), at);
  }

  open(iv: Bytes, aad: Bytes, sealed: Bytes): Bytes {
    const opened = this.#cipher.open(iv, aad, sealed);
    if (!opened) throw new Forged();
    return own(opened);
  }

  forget(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#cipher.free();
  }
}

function signingKey({ curve, hash }: Signature): SigningKey {
  const key = there(EnvelopeSigningKey.generate(CURVE_BITS[curve]));
  const point = key.publicKey.slice(-2 * scalarLength(curve));
  return {
    publicKey: compressed(point),
    signer: (): Signer => {
      const digest = there(EnvelopeHash.of(HASH_BITS[hash]));
      return {
        update: (bytes) => digest.update(bytes),
        sign: () => there(key.sign(digest.finish())),
      };
    },
  };
}

function verifier({ curve, hash }: Signature, publicKey: Bytes): Verifier {
  const key = subjectPublicKeyInfo(curve, publicKey);
  const bits = CURVE_BITS[curve];
  // A digest and a signature of nothing, to hear of the key alone.
  const isKey = envelopeVerify(bits, key, new Uint8Array(bits / 8), new Uint8Array());
  if (isKey === undefined) throw new EnvelopeError("PublicKey");
  const digest = there(EnvelopeHash.of(HASH_BITS[hash]));
  return {
    update: (bytes) => digest.update(bytes),
    verify: (signature) => envelopeVerify(bits, key, digest.finish(), signature) ?? false,
  };
}

/** x ‖ y as SEC 1, 2.3.3 compresses it. */
function compressed(point: Uint8Array): Bytes {
  const sign = 2 | ((point.at(-1) ?? 0) & 1);
  return concat([new Uint8Array([sign]), point.subarray(0, point.length / 2)]);
}

function subjectPublicKeyInfo(curve: Curve, point: Bytes): Bytes {
  const algorithm = new Uint8Array(ALGORITHMS[curve]);
  const bits = concat([new Uint8Array([3, point.length + 1, 0]), point]);
  return concat([new Uint8Array([0x30, algorithm.length + bits.length]), algorithm, bits]);
}

function scalarLength(curve: Curve): number {
  return CURVE_BITS[curve] / 8;
}

/** wasm answers nothing only for lengths that none here asks with, or without randomness. */
function there<T>(given: T | undefined): T {
  if (given === undefined) throw new EnvelopeError("NoCryptography");
  return given;
}

/** wasm's arrays are copies on JavaScript's own heap. */
function own(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}
