/** The table of algorithm suites (specification: `framework/algorithm-suites.md`). All are AES-GCM, IV 12, tag 16. */

import { EnvelopeError } from "./errors.ts";

export type Hash = "SHA-256" | "SHA-384" | "SHA-512";
export type Curve = "P-256" | "P-384";

export interface Suite {
  /** The number in the header. */
  readonly id: number;
  readonly name: string;
  /** The version of the message format that it stands in; with key commitment from 2 on. */
  readonly version: 1 | 2;
  /** Of the data key and of the key that encrypts, in bytes. */
  readonly keyLength: 16 | 24 | 32;
  /** HKDF's hash; without one the data key itself encrypts. */
  readonly kdf?: Hash;
  readonly signature?: { readonly curve: Curve; readonly hash: Hash };
}

/** 0x0478: AES-256-GCM under a key from HKDF-SHA-512, with key commitment, without a signature. */
export const DEFAULT_SUITE = 0x0478;

const P384 = { curve: "P-384", hash: "SHA-384" } as const;
const P256 = { curve: "P-256", hash: "SHA-256" } as const;

const SUITES: ReadonlyMap<number, Suite> = new Map(
  (
    [
      {
        id: 0x0578,
        name: "AES-256-GCM, HKDF-SHA-512, key commitment, ECDSA P-384",
        version: 2,
        keyLength: 32,
        kdf: "SHA-512",
        signature: P384,
      },
      {
        id: 0x0478,
        name: "AES-256-GCM, HKDF-SHA-512, key commitment",
        version: 2,
        keyLength: 32,
        kdf: "SHA-512",
      },
      {
        id: 0x0378,
        name: "AES-256-GCM, HKDF-SHA-384, ECDSA P-384",
        version: 1,
        keyLength: 32,
        kdf: "SHA-384",
        signature: P384,
      },
      {
        id: 0x0346,
        name: "AES-192-GCM, HKDF-SHA-384, ECDSA P-384",
        version: 1,
        keyLength: 24,
        kdf: "SHA-384",
        signature: P384,
      },
      {
        id: 0x0214,
        name: "AES-128-GCM, HKDF-SHA-256, ECDSA P-256",
        version: 1,
        keyLength: 16,
        kdf: "SHA-256",
        signature: P256,
      },
      { id: 0x0178, name: "AES-256-GCM, HKDF-SHA-256", version: 1, keyLength: 32, kdf: "SHA-256" },
      { id: 0x0146, name: "AES-192-GCM, HKDF-SHA-256", version: 1, keyLength: 24, kdf: "SHA-256" },
      { id: 0x0114, name: "AES-128-GCM, HKDF-SHA-256", version: 1, keyLength: 16, kdf: "SHA-256" },
      { id: 0x0078, name: "AES-256-GCM", version: 1, keyLength: 32 },
      { id: 0x0046, name: "AES-192-GCM", version: 1, keyLength: 24 },
      { id: 0x0014, name: "AES-128-GCM", version: 1, keyLength: 16 },
    ] satisfies Suite[]
  ).map((suite) => [suite.id, suite]),
);

/** `0x0478`. */
export function suiteName(id: number): string {
  return `0x${id.toString(16).padStart(4, "0").toUpperCase()}`;
}

/** The suite of this number. Throws UnknownSuite. */
export function suiteOf(id: number): Suite {
  const suite = SUITES.get(id);
  if (!suite) throw new EnvelopeError("UnknownSuite", { detail: suiteName(id) });
  return suite;
}

/** AWS's names: what may be written, then what may be read. */
export type CommitmentPolicy =
  | "REQUIRE_ENCRYPT_REQUIRE_DECRYPT"
  | "REQUIRE_ENCRYPT_ALLOW_DECRYPT"
  | "FORBID_ENCRYPT_ALLOW_DECRYPT";

/** Throws SuiteNotAllowed. */
export function checkPolicy(
  policy: CommitmentPolicy,
  suite: Suite,
  way: "encrypt" | "decrypt",
): void {
  const commits = suite.version === 2;
  const isAllowed =
    way === "encrypt"
      ? commits !== (policy === "FORBID_ENCRYPT_ALLOW_DECRYPT")
      : commits || policy !== "REQUIRE_ENCRYPT_REQUIRE_DECRYPT";
  if (!isAllowed) {
    throw new EnvelopeError("SuiteNotAllowed", {
      detail: `${policy} forbids ${suiteName(suite.id)}.`,
    });
  }
}
