import type { ArtefactKind } from "../../../js/src/api.ts";

export interface KindInfo {
  /** What it is called. */
  readonly name: string;
  /** Whether it is closed to whoever lacks a key: drawn with a hatch, not by colour alone. */
  readonly sealed: boolean;
  /** One sentence on what it is. */
  readonly meaning: string;
  /** Why there is nothing to see, for what never leaves the HSM boundary. */
  readonly kept?: string;
}

export const KINDS: Readonly<Record<ArtefactKind, KindInfo>> = {
  "root-key": {
    name: "root key",
    sealed: false,
    meaning: "Wraps the store key, and so everything that is kept.",
    kept: "Nothing to see: the browser holds the root key as a CryptoKey that no script can read, this page's included. In AWS it lives in the HSMs and never leaves them.",
  },
  "store-key": {
    name: "store key",
    sealed: false,
    meaning: "Seals every record that the KMS keeps.",
    kept: "Nothing to see: the store key is opened inside the KMS worker only, and no message that leaves it carries the key.",
  },
  "key-material": {
    name: "key material",
    sealed: false,
    meaning:
      "The 256 secret bits behind a CMK. Rotation adds a version; the old ones stay for decryption.",
    kept: "Nothing to see: key material never leaves the HSM boundary, not even for the owner of the CMK. You use it by asking KMS to.",
  },
  "per-call-key": {
    name: "per-call key",
    sealed: false,
    meaning: "Derived from the key material and a fresh nonce, for this one call.",
    kept: "Nothing to see: the per-call key is derived inside the HSM boundary, used once and overwritten.",
  },
  "data-key": {
    name: "data key",
    sealed: false,
    meaning:
      "256 fresh random bits for one object, in plaintext: whoever has them can read the object.",
  },
  "encrypted-data-key": {
    name: "encrypted data key",
    sealed: true,
    meaning: "The same data key, encrypted under the CMK. Only KMS can open it.",
  },
  plaintext: {
    name: "data",
    sealed: false,
    meaning: "The data as you know it, readable by whoever has it.",
  },
  ciphertext: {
    name: "encrypted data",
    sealed: true,
    meaning: "The data under the data key. Without that key it is noise.",
  },
  "encryption-context": {
    name: "encryption context",
    sealed: false,
    meaning:
      "Names and values that are not secret but bound to the ciphertext: it opens only with exactly the same ones.",
  },
  nonce: {
    name: "nonce",
    sealed: false,
    meaning: "Random, not secret, used once, so that no two calls share a key.",
  },
  "message-key": {
    name: "message key",
    sealed: false,
    meaning: "Derived from the data key for this one object.",
    kept: "Nothing to see: the message key is derived from the data key where it is used, and overwritten after.",
  },
  object: {
    name: "object",
    sealed: true,
    meaning:
      "What is at rest: encrypted data, encrypted data key and encryption context, as one file.",
  },
};

/** The kinds that the legend shows, in the order in which they wrap each other. */
export const LEGEND: readonly ArtefactKind[] = [
  "root-key",
  "key-material",
  "data-key",
  "encrypted-data-key",
  "plaintext",
  "ciphertext",
  "encryption-context",
];
