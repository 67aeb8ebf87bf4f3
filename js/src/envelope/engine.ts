/** What computes: the platform's own cryptography, and the core in wasm where it has none. */

import type { Bytes } from "./bytes.ts";
import { nodeEngine } from "./engine-node.ts";
import { webEngine } from "./engine-web.ts";
import { EnvelopeError } from "./errors.ts";
import type { Hash, Suite } from "./suites.ts";

export type Maybe<T> = T | Promise<T>;
export type Signature = NonNullable<Suite["signature"]>;

/** AES-GCM under one key. What is given is used or copied before a call returns, so that it may be written over. */
export interface FrameCipher {
  /** Ciphertext and tag, in one piece or two. */
  seal(iv: Bytes, aad: Bytes, plaintext: Bytes): Maybe<readonly Bytes[]>;
  /** As {@link FrameCipher.seal}, written into `out` at `at`. */
  sealInto(iv: Bytes, aad: Bytes, plaintext: Bytes, out: Bytes, at: number): Maybe<void>;
  /** The plaintext; throws, or rejects with, {@link Forged} where the tag does not fit. */
  open(iv: Bytes, aad: Bytes, sealed: Bytes): Maybe<Bytes>;
  /** Wipes what of the key this holds itself. */
  forget(): void;
}

/** ECDSA over a stream. */
export interface Signer {
  update(bytes: Uint8Array): void;
  /** In DER. */
  sign(): Maybe<Uint8Array>;
}

export interface Verifier {
  update(bytes: Uint8Array): void;
  verify(signature: Bytes): Maybe<boolean>;
}

/** A fresh key pair, for one message, or for several of one cached data key. */
export interface SigningKey {
  /** The compressed point (SEC 1, 2.3.3). */
  readonly publicKey: Uint8Array;
  signer(): Maybe<Signer>;
}

/** What a cipher is wanted for. */
export interface CipherUse {
  /** Bytes of plaintext of the longest part that is to come. */
  readonly longest: number;
  /** Whether this thread has all to hash besides, and so better leaves the rest to others. */
  readonly hashes: boolean;
}

export interface Engine {
  readonly name: "node" | "web" | "wasm";
  random(length: number): Bytes;
  cipher(key: Bytes, use: CipherUse): Maybe<FrameCipher>;
  /** HKDF (RFC 5869): `length` bytes for each info. Without a salt it is zeros, as many as the hash is long. */
  derive(
    hash: Hash,
    secret: Bytes,
    salt: Bytes | undefined,
    infos: readonly Bytes[],
    length: number,
  ): Maybe<Bytes[]>;
  signingKey(signature: Signature): Maybe<SigningKey>;
  /** Throws PublicKey where the point is none on the curve. */
  verifier(signature: Signature, publicKey: Bytes): Maybe<Verifier>;
}

let platform: Engine | undefined;

/** node:crypto where there is one, else WebCrypto. Throws NoCryptography. */
export function platformEngine(): Engine {
  platform ??= nodeEngine() ?? webEngine();
  if (!platform) throw new EnvelopeError("NoCryptography");
  return platform;
}
