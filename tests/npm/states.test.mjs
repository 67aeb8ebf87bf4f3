// Operations × key states: every cell of tests/vectors/states/operations.csv, each on a key of its own that real calls
// have brought into that state.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import { enumOf, OPERATIONS } from "../lib/model.mjs";
import { bytes, OTHER_REGION, PRINCIPAL, REGION, World } from "../lib/world.mjs";

const vectors = new URL("../vectors/states/", import.meta.url);
const { outcomes } = JSON.parse(readFileSync(new URL("outcomes.json", vectors), "utf8"));
const [[, , ...header], ...rows] = readFileSync(new URL("operations.csv", vectors), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => line.split(","));
const STATES = header.slice(0, -1);
const THIRD_REGION = "ap-southeast-2";

const Message = bytes("message");
const SigningAlgorithm = "ECDSA_SHA_256";
const MacAlgorithm = "HMAC_SHA_256";
const KeyAgreementAlgorithm = "ECDH";
const EncapsulationAlgorithm = "ML_KEM";
const ExpirationModel = "KEY_MATERIAL_DOES_NOT_EXPIRE";
const dataKey = { KeySpec: "AES_256" };
const pair = { KeyPairSpec: "ECC_NIST_P256" };
const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };

const symmetric = (w) => w.material();
/** The private key of a fresh pair, as ImportKeyMaterial takes it. */
function pkcs8() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }));
}

/** By the name in the table: how such a key is made, and what its key material looks like. */
const KEYS = {
  symmetric: { input: {}, material: symmetric },
  imported: { input: {}, material: symmetric, isImported: true },
  primary: { input: { MultiRegion: true }, material: symmetric },
  mac: { input: { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, material: symmetric },
  signing: { input: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, material: pkcs8 },
  agreement: { input: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" }, material: pkcs8 },
  capsule: { input: { KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" } },
};

/** A key of that kind, with its material: `{ KeyId, region, material }`. */
async function make(w, { input, material, isImported = false }, more = {}) {
  if (!isImported) return { KeyId: await w.key({ ...input, ...more }), region: REGION };
  const KeyId = await w.key({ ...input, ...more, Origin: "EXTERNAL" });
  const own = material(w);
  await w.import(KeyId, own);
  return { KeyId, region: REGION, material: own };
}

async function replicate(w, KeyId, ReplicaRegion = OTHER_REGION) {
  await w.send("ReplicateKey", { KeyId, ReplicaRegion });
  await w.settle();
}

/**
 * By state: makes a key, lets `prepare` use it while it is enabled, and brings it into the state. Answers where the
 * key then is, and what `prepare` made.
 */
const REACH = {
  async Enabled(w, kind, prepare) {
    const key = await make(w, kind);
    return { ...key, made: await prepare(key) };
  },
  async Disabled(w, kind, prepare) {
    const key = await make(w, kind);
    const made = await prepare(key);
    await w.send("DisableKey", { KeyId: key.KeyId });
    return { ...key, made };
  },
  async PendingDeletion(w, kind, prepare) {
    const key = await make(w, kind);
    const made = await prepare({ ...key, hasNoReplica: true });
    await w.send("ScheduleKeyDeletion", { KeyId: key.KeyId });
    return { ...key, made };
  },
  async PendingReplicaDeletion(w, kind, prepare) {
    const key = await make(w, kind, { MultiRegion: true });
    const made = await prepare(key);
    await replicate(w, key.KeyId);
    await w.send("ScheduleKeyDeletion", { KeyId: key.KeyId });
    return { ...key, made };
  },
  async PendingImport(w, kind, prepare) {
    const key = await make(w, { ...kind, isImported: true });
    const made = await prepare(key);
    await w.send("DeleteImportedKeyMaterial", { KeyId: key.KeyId });
    return { ...key, made };
  },
  async Unavailable(w, _kind, prepare) {
    const { KeyId, CustomKeyStoreId } = await w.keyInStore();
    const key = { KeyId, region: REGION };
    const made = await prepare(key);
    await w.send("DisconnectCustomKeyStore", { CustomKeyStoreId });
    await w.settle();
    return { ...key, made };
  },
  /** The replica; what is made beforehand is made with its primary. */
  async Creating(w, kind, prepare) {
    const key = await make(w, kind, { MultiRegion: true });
    const made = await prepare(key);
    await w.send("ReplicateKey", { KeyId: key.KeyId, ReplicaRegion: OTHER_REGION });
    return { ...key, region: OTHER_REGION, made };
  },
  /** The new primary: what only a primary can do, it can. */
  async Updating(w, kind, prepare) {
    const old = await make(w, kind, { MultiRegion: true });
    await replicate(w, old.KeyId);
    const key = { ...old, region: OTHER_REGION };
    if (kind.isImported) await w.import(key.KeyId, key.material, { region: OTHER_REGION });
    const made = await prepare(key);
    await w.send("UpdatePrimaryRegion", { KeyId: key.KeyId, PrimaryRegion: OTHER_REGION });
    return { ...key, made };
  },
};

/** By row: the call's input from the key as it is; where needed, what was made while the key was enabled. */
const CALLS = {
  CancelKeyDeletion: { input: keyId },
  CreateAlias: { input: (_, { KeyId }) => ({ AliasName: "alias/new", TargetKeyId: KeyId }) },
  CreateGrant: {
    input: (_, { KeyId }) => ({ KeyId, GranteePrincipal: PRINCIPAL, Operations: ["Encrypt"] }),
  },
  Decapsulate: {
    prepare: (w, { KeyId, region }) =>
      w.send("Encapsulate", { KeyId, EncapsulationAlgorithm }, region),
    input: (_, { KeyId, made: { SharedSecretCiphertextBlob } }) => ({
      KeyId,
      EncapsulationAlgorithm,
      SharedSecretCiphertextBlob,
    }),
  },
  Decrypt: {
    prepare: encrypted,
    input: (_, { KeyId, made }) => ({ KeyId, CiphertextBlob: made }),
  },
  DeleteAlias: { prepare: aliased, input: aliasInRegion },
  DeleteImportedKeyMaterial: { input: keyId },
  DeriveSharedSecret: {
    async input(w, { KeyId, region }) {
      const other = await w.key(KEYS.agreement.input, region);
      const { PublicKey } = await w.send("GetPublicKey", { KeyId: other }, region);
      return { KeyId, PublicKey, KeyAgreementAlgorithm };
    },
  },
  DescribeKey: { input: keyId },
  DisableKey: { input: keyId },
  DisableKeyRotation: { input: keyId },
  EnableKey: { input: keyId },
  EnableKeyRotation: { input: keyId },
  Encapsulate: { input: (_, { KeyId }) => ({ KeyId, EncapsulationAlgorithm }) },
  Encrypt: { input: (_, { KeyId }) => ({ KeyId, Plaintext: Message }) },
  GenerateDataKey: { input: (_, { KeyId }) => ({ KeyId, ...dataKey }) },
  GenerateDataKeyPair: { input: (_, { KeyId }) => ({ KeyId, ...pair }) },
  GenerateDataKeyPairWithoutPlaintext: { input: (_, { KeyId }) => ({ KeyId, ...pair }) },
  GenerateDataKeyWithoutPlaintext: { input: (_, { KeyId }) => ({ KeyId, ...dataKey }) },
  GenerateMac: { input: (_, { KeyId }) => ({ KeyId, Message, MacAlgorithm }) },
  GetKeyLastUsage: { input: keyId },
  GetKeyPolicy: { input: keyId },
  GetKeyRotationStatus: { input: keyId },
  GetParametersForImport: { input: (_, { KeyId }) => ({ KeyId, ...wrapping }) },
  GetPublicKey: { input: keyId },
  ImportKeyMaterial: {
    // A key in a custom key store is given no parameters; something that looks like them is there to be refused.
    prepare: async (w, { KeyId, region, material }) =>
      material
        ? w.importInput(KeyId, material, { region })
        : { KeyId, ImportToken: Message, EncryptedKeyMaterial: Message, ExpirationModel },
    input: (_, { made: { region, ...input } }) => input,
  },
  ListAliases: { input: keyId },
  ListGrants: { input: keyId },
  ListKeyPolicies: { input: keyId },
  ListKeyRotations: { input: keyId },
  ListResourceTags: { input: keyId },
  ListRetirableGrants: { prepare: granted, input: () => ({ RetiringPrincipal: PRINCIPAL }) },
  PutKeyPolicy: {
    async input(w, { KeyId, region }) {
      const { Policy } = await w.send("GetKeyPolicy", { KeyId }, region);
      return { KeyId, Policy };
    },
  },
  "ReEncrypt from": {
    prepare: encrypted,
    input: async (w, { region, made }) => ({
      CiphertextBlob: made,
      DestinationKeyId: await w.key({}, region),
    }),
  },
  "ReEncrypt to": {
    input: async (w, { KeyId, region }) => ({
      CiphertextBlob: await w.encrypt(await w.key({}, region), "secret", region),
      DestinationKeyId: KeyId,
    }),
  },
  ReplicateKey: { input: (_, { KeyId }) => ({ KeyId, ReplicaRegion: THIRD_REGION }) },
  RetireGrant: { prepare: granted, input: (_, { made: { GrantToken } }) => ({ GrantToken }) },
  RevokeGrant: {
    prepare: granted,
    input: (_, { KeyId, made: { GrantId } }) => ({ KeyId, GrantId }),
  },
  RotateKeyOnDemand: { input: keyId },
  ScheduleKeyDeletion: { input: keyId },
  Sign: { input: (_, { KeyId }) => ({ KeyId, Message, SigningAlgorithm }) },
  TagResource: { input: (_, { KeyId }) => ({ KeyId, Tags: [{ TagKey: "k", TagValue: "v" }] }) },
  UntagResource: { input: (_, { KeyId }) => ({ KeyId, TagKeys: ["k"] }) },
  "UpdateAlias from": {
    prepare: aliased,
    input: async (w, key) => ({
      ...(await aliasInRegion(w, key)),
      TargetKeyId: await w.key({}, key.region),
    }),
  },
  "UpdateAlias to": {
    async input(w, { KeyId, region }) {
      const input = { AliasName: "alias/other", TargetKeyId: await w.key({}, region) };
      await w.send("CreateAlias", input, region);
      return { ...input, TargetKeyId: KeyId };
    },
  },
  UpdateKeyDescription: { input: (_, { KeyId }) => ({ KeyId, Description: "another" }) },
  UpdatePrimaryRegion: {
    // A primary with a replica is never pending deletion but pending the replica's.
    prepare: (w, { KeyId, hasNoReplica }) =>
      hasNoReplica ? undefined : replicate(w, KeyId, THIRD_REGION),
    input: (_, { KeyId }) => ({ KeyId, PrimaryRegion: THIRD_REGION }),
  },
  Verify: {
    prepare: (w, { KeyId, region }) => w.send("Sign", { KeyId, Message, SigningAlgorithm }, region),
    input: (_, { KeyId, made: { Signature } }) => ({ KeyId, Message, SigningAlgorithm, Signature }),
  },
  VerifyMac: {
    prepare: (w, { KeyId, region }) =>
      w.send("GenerateMac", { KeyId, Message, MacAlgorithm }, region),
    input: (_, { KeyId, made: { Mac } }) => ({ KeyId, Message, MacAlgorithm, Mac }),
  },
};

function keyId(_, { KeyId }) {
  return { KeyId };
}

function encrypted(w, { KeyId, region }) {
  return w.encrypt(KeyId, "secret", region);
}

function granted(w, { KeyId, region }) {
  return w.grant(KeyId, {}, region);
}

async function aliased(w, { KeyId, region }) {
  await w.send("CreateAlias", { AliasName: "alias/one", TargetKeyId: KeyId }, region);
  return region;
}

/** The alias that stands in the key's own Region; a replica's is made when the replica is there. */
async function aliasInRegion(w, { KeyId, region, made }) {
  if (made !== region) await aliased(w, { KeyId, region });
  return { AliasName: "alias/one" };
}

test("the table has every operation and every key state of the model", () => {
  const operations = new Set(rows.map(([row]) => row.split(" ")[0]));
  assert.deepEqual([...operations].sort(), OPERATIONS);
  assert.deepEqual(STATES.toSorted(), enumOf("KeyState").toSorted());
  for (const [row, kind, ...cells] of rows) {
    assert.ok(kind === "none" || kind in KEYS, `${row}: no key ${kind}`);
    assert.ok(cells.length > STATES.length && cells.at(-1), `${row} has no source`);
    for (const cell of cells.slice(0, STATES.length)) {
      assert.ok(cell in outcomes || /^n\/a: ./.test(cell), `${row}: ${cell} is no outcome`);
    }
  }
});

for (const [row, kind, ...cells] of rows) {
  const [operation] = row.split(" ");
  for (const [index, state] of STATES.entries()) {
    const outcome = cells[index];
    if (outcome.startsWith("n/a")) continue;
    test(`${row}, ${state}: ${outcome}`, async (t) => {
      const w = await World.open();
      t.after(() => w.close());
      const call = CALLS[row];
      const prepare = async (key) => call.prepare?.(w, key);
      const key = await REACH[state](w, KEYS[kind], prepare);
      const { Arn, KeyState } = await w.metadata(key.KeyId, key.region);
      assert.equal(KeyState, state, "the key is in the state");
      const error = await w.refusal(operation, await call.input(w, key), key.region);
      const { exception, message } = outcomes[outcome];
      assert.equal(error?.name, exception, error?.message);
      if (message) assert.match(error.message, new RegExp(message.replaceAll("{arn}", Arn)));
    });
  }
}
