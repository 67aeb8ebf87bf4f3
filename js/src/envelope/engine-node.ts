/**
 * Node: node:crypto at once for small parts, WebCrypto for large ones, which runs on threads of its own. Where one begins
 * to be faster than the other: `npm run bench envelope`.
 */

import type { CipherGCMTypes, KeyObject } from "node:crypto";
import { type Bytes, toBase64 } from "./bytes.ts";
import type { Engine, FrameCipher, Maybe, Signature, SigningKey, Verifier } from "./engine.ts";
import { EnvelopeError, Forged } from "./errors.ts";
import { TAG_LENGTH } from "./header.ts";
import { SubtleCipher } from "./subtle.ts";
import type { Curve, Hash } from "./suites.ts";

type NodeCrypto = typeof import("node:crypto");

/** In bytes: longer parts go to WebCrypto. */
const AT_ONCE = 32 * 1024;

const OPENSSL_CURVES: Readonly<Record<Curve, string>> = {
  "P-256": "prime256v1",
  "P-384": "secp384r1",
};
const OPENSSL_HASHES: Readonly<Record<Hash, string>> = {
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** `undefined` where this is not Node. */
export function nodeEngine(): Engine | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // No import: a bundler for the browser would follow it.
  const crypto = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
  const os = process?.getBuiltinModule?.("node:os") as typeof import("node:os") | undefined;
  if (typeof crypto?.createCipheriv !== "function") return undefined;
  return engineOf(crypto, Math.min((os?.availableParallelism?.() ?? THREADS) - 1, THREADS));
}

/** Threads that Node's WebCrypto runs on, unless it is told otherwise. */
const THREADS = 4;

/** `others`: processors beside the one that this runs on. */
function engineOf(crypto: NodeCrypto, others: number): Engine {
  return {
    name: "node",
    random: supplyOf(crypto),
    cipher: (key, { longest, hashes }) =>
      longest > AT_ONCE
        ? MixedCipher.make(crypto, key, hashes ? Number.POSITIVE_INFINITY : others)
        : new NodeCipher(crypto, key),
    derive: (hash, secret, salt, infos, length) =>
      derive(crypto, hash, secret, salt, infos, length),
    signingKey: (signature) => signingKey(crypto, signature),
    verifier: (signature, publicKey) => verifier(crypto, signature, publicKey),
  };
}

/** Bytes that are drawn at a time: a draw costs some microseconds, however short it is. */
const SUPPLY = 4096;

/** Random bytes drawn in advance, each given out once and wiped here. */
function supplyOf(crypto: NodeCrypto): (length: number) => Bytes {
  const supply = new Uint8Array(SUPPLY);
  let left = 0;
  return (length) => {
    if (length > SUPPLY) return new Uint8Array(crypto.randomBytes(length));
    if (left < length) {
      crypto.randomFillSync(supply);
      left = SUPPLY;
    }
    const out = supply.slice(left - length, left);
    supply.fill(0, left - length, left);
    left -= length;
    return out;
  };
}

/**
 * HKDF (RFC 5869) on OpenSSL's HMAC, in its one block: `hkdfSync` extracts anew for each info and makes a KeyObject each
 * time, which takes three times as long. The tests hold it against WebCrypto's.
 */
function derive(
  crypto: NodeCrypto,
  hash: Hash,
  secret: Bytes,
  salt: Bytes | undefined,
  infos: readonly Bytes[],
  length: number,
): Bytes[] {
  const name = OPENSSL_HASHES[hash];
  // No salt is one of zeros, as many as the hash is long; HMAC fills a shorter key up with the same.
  const key = crypto
    .createHmac(name, salt ?? new Uint8Array())
    .update(secret)
    .digest();
  if (length > key.length) throw new RangeError("one block of HKDF is shorter");
  const derived = infos.map((info) => {
    const block = crypto.createHmac(name, key).update(info).update(FIRST_BLOCK).digest();
    const out = new Uint8Array(length);
    out.set(block.subarray(0, length));
    block.fill(0);
    return out;
  });
  key.fill(0);
  return derived;
}

const FIRST_BLOCK = new Uint8Array([1]);

class NodeCipher implements FrameCipher {
  readonly #crypto: NodeCrypto;
  readonly #key: Bytes;
  readonly #algorithm: CipherGCMTypes;

  constructor(crypto: NodeCrypto, key: Bytes) {
    this.#crypto = crypto;
    this.#key = key.slice();
    this.#algorithm = `aes-${(key.length * 8) as 128 | 192 | 256}-gcm`;
  }

  seal(iv: Bytes, aad: Bytes, plaintext: Bytes): readonly Bytes[] {
    const cipher = this.#crypto.createCipheriv(this.#algorithm, this.#key, iv);
    cipher.setAAD(aad);
    const sealed = cipher.update(plaintext);
    cipher.final();
    return [bare(sealed), bare(cipher.getAuthTag())];
  }

  sealInto(iv: Bytes, aad: Bytes, plaintext: Bytes, out: Bytes, at: number): void {
    const cipher = this.#crypto.createCipheriv(this.#algorithm, this.#key, iv);
    cipher.setAAD(aad);
    if (plaintext.length > 0) out.set(cipher.update(plaintext), at);
    cipher.final();
    out.set(cipher.getAuthTag(), at + plaintext.length);
  }

  open(iv: Bytes, aad: Bytes, sealed: Bytes): Maybe<Bytes> {
    const end = sealed.length - TAG_LENGTH;
    const decipher = this.#crypto.createDecipheriv(this.#algorithm, this.#key, iv);
    decipher.setAAD(aad).setAuthTag(sealed.subarray(end));
    // A Buffer of its own, which nobody sees before the tag fits.
    const opened = end > 0 ? decipher.update(sealed.subarray(0, end)) : new Uint8Array();
    try {
      decipher.final();
    } catch {
      opened.fill(0);
      throw new Forged();
    }
    return bare(opened);
  }

  forget(): void {
    this.#key.fill(0);
  }
}

/**
 * Small parts at once; large ones on WebCrypto's threads, and here too while those are busy and there is nothing else to
 * do: an encryption by WebCrypto begins with a copy of what is encrypted, which takes this thread a tenth of the time.
 */
class MixedCipher implements FrameCipher {
  readonly #here: NodeCipher;
  readonly #threads: SubtleCipher;
  readonly #most: number;
  /** What is on the threads. */
  #away = 0;

  private constructor(here: NodeCipher, threads: SubtleCipher, most: number) {
    this.#here = here;
    this.#threads = threads;
    this.#most = most;
  }

  /** `most`: parts that may be on the threads before one is done here. */
  static async make(crypto: NodeCrypto, key: Bytes, most: number): Promise<MixedCipher> {
    const threads = await SubtleCipher.make(globalThis.crypto.subtle, key);
    return new MixedCipher(new NodeCipher(crypto, key), threads, most);
  }

  seal(iv: Bytes, aad: Bytes, plaintext: Bytes): Maybe<readonly Bytes[]> {
    const cipher = this.#cipherFor(plaintext.length);
    return this.#watched(cipher.seal(iv, aad, plaintext));
  }

  sealInto(iv: Bytes, aad: Bytes, plaintext: Bytes, out: Bytes, at: number): Maybe<void> {
    const cipher = this.#cipherFor(plaintext.length);
    return this.#watched(cipher.sealInto(iv, aad, plaintext, out, at));
  }

  open(iv: Bytes, aad: Bytes, sealed: Bytes): Maybe<Bytes> {
    const cipher = this.#cipherFor(sealed.length - TAG_LENGTH);
    return this.#watched(cipher.open(iv, aad, sealed));
  }

  forget(): void {
    this.#here.forget();
  }

  #cipherFor(length: number): FrameCipher {
    return length <= AT_ONCE || this.#away >= this.#most ? this.#here : this.#threads;
  }

  #watched<T>(work: Maybe<T>): Maybe<T> {
    if (work instanceof Promise) {
      this.#away += 1;
      const back = () => {
        this.#away -= 1;
      };
      work.then(back, back);
    }
    return work;
  }
}

function signingKey(crypto: NodeCrypto, { curve, hash }: Signature): SigningKey {
  const ecdh = crypto.createECDH(OPENSSL_CURVES[curve]);
  ecdh.generateKeys();
  const privateKey = keyOf(crypto, curve, ecdh.getPublicKey(), ecdh.getPrivateKey());
  return {
    publicKey: new Uint8Array(ecdh.getPublicKey(null, "compressed")),
    signer: () => {
      const sign = crypto.createSign(OPENSSL_HASHES[hash]);
      return {
        update: (bytes) => void sign.update(bytes),
        sign: () => new Uint8Array(sign.sign(privateKey)),
      };
    },
  };
}

function verifier(crypto: NodeCrypto, { curve, hash }: Signature, publicKey: Bytes): Verifier {
  let key: KeyObject;
  try {
    const point = crypto.ECDH.convertKey(publicKey, OPENSSL_CURVES[curve]);
    key = keyOf(crypto, curve, point as Buffer);
  } catch (cause) {
    throw new EnvelopeError("PublicKey", { cause });
  }
  const verify = crypto.createVerify(OPENSSL_HASHES[hash]);
  return {
    update: (bytes) => void verify.update(bytes),
    verify: (signature) => verify.verify(key, signature),
  };
}

/** The key of an uncompressed point, with its scalar where that is given (RFC 7517). */
function keyOf(crypto: NodeCrypto, crv: Curve, point: Uint8Array, scalar?: Uint8Array): KeyObject {
  const half = (point.length - 1) / 2;
  const jwk = {
    kty: "EC",
    crv,
    x: base64Url(point.subarray(1, 1 + half)),
    y: base64Url(point.subarray(1 + half)),
  };
  if (!scalar) return crypto.createPublicKey({ key: jwk, format: "jwk" });
  const padded = new Uint8Array(half);
  padded.set(scalar, half - scalar.length);
  return crypto.createPrivateKey({ key: { ...jwk, d: base64Url(padded) }, format: "jwk" });
}

function bare({ buffer, byteOffset, length }: Uint8Array): Bytes {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
