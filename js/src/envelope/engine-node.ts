/**
 * Node: node:crypto at once for small parts, WebCrypto for large ones, which runs on threads of its own. Where one begins
 * to be faster than the other: `npm run bench envelope`.
 */

import type { CipherGCMTypes, JsonWebKey, KeyObject } from "node:crypto";
import { Beside, type Hashing } from "./beside.ts";
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
  const builtin = (name: string) => process?.getBuiltinModule?.(name);
  const crypto = builtin("node:crypto") as NodeCrypto | undefined;
  if (typeof crypto?.createCipheriv !== "function") return undefined;
  const os = builtin("node:os") as typeof import("node:os") | undefined;
  const threads = builtin("node:worker_threads") as Node["threads"];
  const others = Math.min((os?.availableParallelism?.() ?? 1) - 1, THREADS);
  return engineOf({ crypto, threads, others });
}

/** What is used of Node. */
interface Node {
  readonly crypto: NodeCrypto;
  readonly threads: typeof import("node:worker_threads") | undefined;
  /** Processors beside the one that this runs on. */
  readonly others: number;
}

/** Threads that Node's WebCrypto runs on, unless it is told otherwise. */
const THREADS = 4;

function engineOf(node: Node): Engine {
  const { crypto, others } = node;
  return {
    name: "node",
    random: supplyOf(crypto),
    cipher: (key, { longest, hashes }) => {
      const most = hashes ? others - 1 : others;
      return longest > AT_ONCE && most > 0
        ? MixedCipher.make(crypto, key, most)
        : new NodeCipher(crypto, key);
    },
    derive: (hash, secret, salt, infos, length) =>
      derive(crypto, hash, secret, salt, infos, length),
    signingKey: (signature) => signingKey(node, signature),
    verifier: (signature, publicKey, longest) => verifier(node, signature, publicKey, longest),
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
    // To decrypt, Node's WebCrypto copies twice here: one thread more does not make up for it.
    const cipher = this.#most > 1 ? this.#cipherFor(sealed.length - TAG_LENGTH) : this.#here;
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

function signingKey(node: Node, { curve, hash }: Signature): SigningKey {
  const { crypto } = node;
  const ecdh = crypto.createECDH(OPENSSL_CURVES[curve]);
  ecdh.generateKeys();
  const jwk = jwkOf(curve, ecdh.getPublicKey(), ecdh.getPrivateKey());
  const privateKey = crypto.createPrivateKey({ key: jwk, format: "jwk" });
  const name = OPENSSL_HASHES[hash];
  return {
    publicKey: new Uint8Array(ecdh.getPublicKey(null, "compressed")),
    signer: (longest) => {
      const make = () => crypto.createSign(name);
      const hashing = hashingFor(node, longest, name, true, make);
      const sign = (made: ReturnType<typeof make>) => new Uint8Array(made.sign(privateKey));
      if (!(hashing instanceof Beside)) {
        return { update: (bytes) => void hashing.update(bytes), sign: () => sign(hashing) };
      }
      return {
        update: (bytes) => hashing.update(bytes),
        ready: () => hashing.ready(),
        forget: () => hashing.forget(),
        sign: () => hashing.end(sign, (id) => ({ type: "sign", id, key: jwk })),
      };
    },
  };
}

function verifier(
  node: Node,
  { curve, hash }: Signature,
  publicKey: Bytes,
  longest: number,
): Verifier {
  const { crypto } = node;
  let jwk: JsonWebKey;
  let key: KeyObject;
  try {
    const point = crypto.ECDH.convertKey(publicKey, OPENSSL_CURVES[curve]);
    jwk = jwkOf(curve, point as Buffer);
    key = crypto.createPublicKey({ key: jwk, format: "jwk" });
  } catch (cause) {
    throw new EnvelopeError("PublicKey", { cause });
  }
  const name = OPENSSL_HASHES[hash];
  const make = () => crypto.createVerify(name);
  const hashing = hashingFor(node, longest, name, false, make);
  if (!(hashing instanceof Beside)) {
    return {
      update: (bytes) => void hashing.update(bytes),
      verify: (signature) => hashing.verify(key, signature),
    };
  }
  return {
    update: (bytes) => hashing.update(bytes),
    ready: () => hashing.ready(),
    forget: () => hashing.forget(),
    verify: (signature) =>
      hashing.end(
        (made) => made.verify(key, signature),
        (id) => ({ type: "verify", id, key: jwk, signature }),
      ),
  };
}

/** Where large frames come and there is another processor, a thread hashes them. */
function hashingFor<Here extends Hashing>(
  { threads, others }: Node,
  longest: number,
  hash: string,
  signs: boolean,
  make: () => Here,
): Here | Beside<Here> {
  if (longest <= AT_ONCE || others < 1 || !threads) return make();
  return new Beside(threads, hash, signs, make);
}

/** An uncompressed point, with its scalar where that is given (RFC 7517). */
function jwkOf(crv: Curve, point: Uint8Array, scalar?: Uint8Array): JsonWebKey {
  const half = (point.length - 1) / 2;
  const jwk = {
    kty: "EC",
    crv,
    x: base64Url(point.subarray(1, 1 + half)),
    y: base64Url(point.subarray(1 + half)),
  };
  if (!scalar) return jwk;
  const padded = new Uint8Array(half);
  padded.set(scalar, half - scalar.length);
  return { ...jwk, d: base64Url(padded) };
}

function bare({ buffer, byteOffset, length }: Uint8Array): Bytes {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
