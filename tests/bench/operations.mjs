// The operations through the package's `send` in Node, with last use and the audit event on, in stores of 1, 1,000
// and 100,000 keys; beside them, in the same run, what their cryptography alone costs in node:crypto.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { Kms } from "../../dist/index.js";
import { perSecond, perSecondSync } from "./measure.mjs";

export const STORES = [1, 1000, 100_000];

/** What the project promises, in calls a second. */
const PROMISED = {
  "GenerateDataKey, 32 bytes": 50_000,
  "Encrypt, 32 bytes": 50_000,
  "Encrypt, 1 KiB": 40_000,
  "Decrypt, 1 KiB": 40_000,
};

/** @param {Kms} kms @param {number} count */
async function fill(kms, count) {
  const ids = [];
  while (ids.length < count) {
    const wanted = Math.min(1000, count - ids.length);
    const made = await Promise.all(Array.from({ length: wanted }, () => kms.send("CreateKey")));
    ids.push(...made.map(({ KeyMetadata }) => KeyMetadata.KeyId));
  }
  return ids;
}

/**
 * Every operation on one key among those of the store; and, where there are more, one operation on each in turn: that
 * one pays for what the processor no longer has at hand, and for the last use of each.
 */
async function operations(kms, ids) {
  const small = randomBytes(32);
  const large = randomBytes(1024);
  const KeyId = ids[Math.floor(ids.length / 2)];
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: large });
  const calls = {
    "GenerateDataKey, 32 bytes": () => kms.send("GenerateDataKey", { KeyId, KeySpec: "AES_256" }),
    "Encrypt, 32 bytes": () => kms.send("Encrypt", { KeyId, Plaintext: small }),
    "Encrypt, 1 KiB": () => kms.send("Encrypt", { KeyId, Plaintext: large }),
    "Decrypt, 1 KiB": () => kms.send("Decrypt", { CiphertextBlob }),
    DescribeKey: () => kms.send("DescribeKey", { KeyId }),
  };
  if (ids.length === 1) return calls;
  const turn = (index) => ids[index % ids.length];
  return {
    ...calls,
    "Encrypt, 32 bytes, each key in turn": (index) =>
      kms.send("Encrypt", { KeyId: turn(index), Plaintext: small }),
  };
}

/** Other kinds of key, in a store of their own. */
async function otherKinds(kms) {
  const make = async (KeySpec, KeyUsage) =>
    (await kms.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata.KeyId;
  const mac = await make("HMAC_256", "GENERATE_VERIFY_MAC");
  const ecc = await make("ECC_NIST_P256", "SIGN_VERIFY");
  const ed = await make("ECC_NIST_EDWARDS25519", "SIGN_VERIFY");
  const Message = randomBytes(32);
  return {
    "GenerateMac, HMAC_256": () =>
      kms.send("GenerateMac", { KeyId: mac, Message, MacAlgorithm: "HMAC_SHA_256" }),
    "Sign, ECC_NIST_P256": () =>
      kms.send("Sign", { KeyId: ecc, Message, SigningAlgorithm: "ECDSA_SHA_256" }),
    "Sign, Ed25519": () =>
      kms.send("Sign", { KeyId: ed, Message, SigningAlgorithm: "ED25519_SHA_512" }),
  };
}

/**
 * What a GenerateDataKey has to do at least: open the key material, derive the call's key, draw the data key,
 * encrypt it. In node:crypto, without the KMS around it.
 */
function bareCryptography(length) {
  const storeKey = randomBytes(32);
  const iv = randomBytes(12);
  const sealed = createCipheriv("aes-256-gcm", storeKey, iv);
  const material = Buffer.concat([sealed.update(randomBytes(32)), sealed.final()]);
  const tag = sealed.getAuthTag();
  return () => {
    const opening = createDecipheriv("aes-256-gcm", storeKey, iv).setAuthTag(tag);
    const opened = Buffer.concat([opening.update(material), opening.final()]);
    const key = createHmac("sha256", opened).update(randomBytes(16)).digest();
    const cipher = createCipheriv("aes-256-gcm", key, randomBytes(12));
    cipher.update(randomBytes(length));
    cipher.final();
    cipher.getAuthTag();
  };
}

/** @param {(line: string) => void} say */
export async function benchOperations(say) {
  const results = [];
  const note = (name, keys, rate) => {
    const promised = PROMISED[name];
    results.push({ name, keys, perSecond: Math.round(rate), promised });
    const verdict =
      promised === undefined ? "" : rate >= promised ? "  reached" : `  MISSED ${promised}`;
    const where = keys === undefined ? "" : `${keys} key${keys === 1 ? "" : "s"}`;
    say(
      `  ${name.padEnd(38)} ${where.padStart(14)} ${String(Math.round(rate)).padStart(9)}/s${verdict}`,
    );
  };
  for (const length of [32, 1024]) {
    note(
      `node:crypto alone, ${length} bytes`,
      undefined,
      await perSecondSync(bareCryptography(length)),
    );
  }
  for (const keys of STORES) {
    const kms = await Kms.open({ store: "memory" });
    const ids = await fill(kms, keys);
    for (const [name, call] of Object.entries(await operations(kms, ids))) {
      note(name, keys, await perSecond(call));
    }
    await kms.close();
  }
  const kms = await Kms.open({ store: "memory" });
  for (const [name, call] of Object.entries(await otherKinds(kms))) {
    note(name, 1, await perSecond(call));
  }
  await kms.close();
  return results;
}

export { fill };
