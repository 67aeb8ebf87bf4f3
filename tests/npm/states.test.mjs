// Operations × key states: every cell of tests/vectors/states/operations.csv, each on a key of its own that real calls
// have brought into that state.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import test, { after } from "node:test";
import { enumOf, OPERATIONS } from "../lib/model.mjs";
import { bytes, DAY, OTHER_REGION, PRINCIPAL, REGION, World } from "../lib/world.mjs";

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

/** A key of that kind, with its material where it was imported: `{ KeyId, region, material }`. */
async function make(w, { input, material, isImported = false, key }, more = {}) {
  if (key) return key;
  if (!isImported) return { KeyId: await w.key({ ...input, ...more }), region: REGION };
  const KeyId = await w.key({ ...input, ...more, Origin: "EXTERNAL" });
  const own = material(w);
  await w.import(KeyId, own);
  return { KeyId, region: REGION, material: own };
}

/** Importing costs an RSA key each time: such keys are made once, and every test has a fork with one in it. */
const imported = new Map();

/** A world, and what makes the keys in it. */
async function open(kindName, state) {
  const kind = KEYS[kindName];
  const isImported = kind.isImported || state === "PendingImport";
  if (!isImported || state === "Unavailable") return { w: await World.open(), kind };
  const more = { MultiRegion: true };
  if (!imported.has(kindName)) {
    const w = await World.open();
    imported.set(kindName, { w, key: await make(w, { ...kind, isImported }, more) });
  }
  const { w, key } = imported.get(kindName);
  return { w: await w.fork(), kind: { ...kind, isImported, key } };
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
    const key = await make(w, kind);
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

after(async () => {
  for (const { w } of imported.values()) await w.close();
});

for (const [row, kindName, ...cells] of rows) {
  const [operation] = row.split(" ");
  for (const [index, state] of STATES.entries()) {
    const outcome = cells[index];
    if (outcome.startsWith("n/a")) continue;
    test(`${row}, ${state}: ${outcome}`, async (t) => {
      const { w, kind } = await open(kindName, state);
      t.after(() => w.close());
      const call = CALLS[row];
      const prepare = async (key) => call.prepare?.(w, key);
      const key = await REACH[state](w, kind, prepare);
      const { Arn, KeyState } = await w.metadata(key.KeyId, key.region);
      assert.equal(KeyState, state, "the key is in the state");
      const error = await w.refusal(operation, await call.input(w, key), key.region);
      const { exception, message } = outcomes[outcome];
      assert.equal(error?.name, exception, error?.message);
      if (message) assert.match(error.message, new RegExp(message.replaceAll("{arn}", Arn)));
    });
  }
}

// ---- How the states come and go ----

async function fresh(t) {
  const w = await World.open();
  t.after(() => w.close());
  return w;
}

test("a replica is creating for two seconds", async (t) => {
  const w = await fresh(t);
  const KeyId = await w.key({ MultiRegion: true });
  const { ReplicaKeyMetadata } = await w.send("ReplicateKey", {
    KeyId,
    ReplicaRegion: OTHER_REGION,
  });
  assert.equal(ReplicaKeyMetadata.KeyState, "Creating");
  assert.equal(await w.state(KeyId), "Enabled", "its primary stays as it is");
  await w.advance(1_999);
  assert.equal(await w.state(KeyId, OTHER_REGION), "Creating");
  await w.advance(1);
  assert.equal(await w.state(KeyId, OTHER_REGION), "Enabled");
});

test("both keys are updating for two seconds while the primary Region moves", async (t) => {
  const w = await fresh(t);
  const KeyId = await w.replicated();
  await replicate(w, KeyId, THIRD_REGION);
  await w.send("UpdatePrimaryRegion", { KeyId, PrimaryRegion: OTHER_REGION });
  const states = async () => [
    await w.state(KeyId),
    await w.state(KeyId, OTHER_REGION),
    await w.state(KeyId, THIRD_REGION),
  ];
  assert.deepEqual(await states(), ["Updating", "Updating", "Enabled"]);
  await w.advance(2_000);
  assert.deepEqual(await states(), ["Enabled", "Enabled", "Enabled"]);
  for (const region of [REGION, OTHER_REGION, THIRD_REGION]) {
    const { MultiRegionConfiguration } = await w.metadata(KeyId, region);
    const { MultiRegionKeyType, PrimaryKey, ReplicaKeys } = MultiRegionConfiguration;
    assert.equal(PrimaryKey.Region, OTHER_REGION);
    assert.deepEqual(ReplicaKeys.map((key) => key.Region).sort(), [THIRD_REGION, REGION].sort());
    assert.equal(MultiRegionKeyType, region === OTHER_REGION ? "PRIMARY" : "REPLICA");
  }
});

test("a primary key's deletion waits for its last replica's, and its window begins then", async (t) => {
  const w = await fresh(t);
  const KeyId = await w.replicated();
  const window = { KeyId, PendingWindowInDays: 7 };
  const scheduled = await w.send("ScheduleKeyDeletion", window);
  assert.deepEqual(
    [scheduled.KeyState, scheduled.DeletionDate, scheduled.PendingWindowInDays],
    ["PendingReplicaDeletion", undefined, 7],
  );
  const waiting = await w.metadata(KeyId);
  assert.deepEqual([waiting.DeletionDate, waiting.PendingDeletionWindowInDays], [undefined, 7]);
  await w.advance(30 * DAY);
  assert.equal(await w.state(KeyId), "PendingReplicaDeletion");

  await w.send("ScheduleKeyDeletion", window, OTHER_REGION);
  await w.advance(7 * DAY);
  assert.equal((await w.refusal("DescribeKey", { KeyId }, OTHER_REGION)).name, "NotFoundException");
  const pending = await w.metadata(KeyId);
  assert.equal(pending.KeyState, "PendingDeletion");
  assert.equal(pending.PendingDeletionWindowInDays, undefined);
  assert.equal(pending.DeletionDate.getTime(), (await w.now()).getTime() + 7 * DAY);
  await w.advance(7 * DAY);
  assert.equal((await w.refusal("DescribeKey", { KeyId })).name, "NotFoundException");
});

test("a key comes back from a cancelled deletion disabled, or waiting for its material", async (t) => {
  const w = await fresh(t);
  const cancelled = async (KeyId) => {
    await w.send("CancelKeyDeletion", { KeyId });
    return w.state(KeyId);
  };
  const primary = await w.replicated();
  await w.send("ScheduleKeyDeletion", { KeyId: primary });
  assert.equal(await cancelled(primary), "Disabled");
  const empty = await w.key({ Origin: "EXTERNAL" });
  await w.send("ScheduleKeyDeletion", { KeyId: empty });
  assert.equal(await cancelled(empty), "PendingImport");
});

test("an unavailable key can be disabled, which shows when it is available", async (t) => {
  const w = await fresh(t);
  const { KeyId, CustomKeyStoreId } = await w.keyInStore();
  await w.send("DisconnectCustomKeyStore", { CustomKeyStoreId });
  await w.settle();
  await w.send("DisableKey", { KeyId });
  assert.equal(await w.state(KeyId), "Unavailable");
  await w.send("ConnectCustomKeyStore", { CustomKeyStoreId });
  await w.settle();
  assert.equal(await w.state(KeyId), "Disabled");
});

test("a key that is pending deletion stays so when its key store is disconnected", async (t) => {
  const w = await fresh(t);
  const { KeyId, CustomKeyStoreId } = await w.keyInStore();
  await w.send("ScheduleKeyDeletion", { KeyId });
  await w.send("DisconnectCustomKeyStore", { CustomKeyStoreId });
  await w.settle();
  assert.equal(await w.state(KeyId), "PendingDeletion");
  await w.send("CancelKeyDeletion", { KeyId });
  assert.equal(await w.state(KeyId), "Unavailable");
});

test("a key store is connecting for two seconds", async (t) => {
  const w = await fresh(t);
  const CustomKeyStoreId = await w.keyStore({ connected: false });
  const state = async () => {
    const { CustomKeyStores } = await w.send("DescribeCustomKeyStores", { CustomKeyStoreId });
    return CustomKeyStores[0].ConnectionState;
  };
  assert.equal(await state(), "DISCONNECTED");
  await w.send("ConnectCustomKeyStore", { CustomKeyStoreId });
  assert.equal(await state(), "CONNECTING");
  await w.advance(1_999);
  assert.equal(await state(), "CONNECTING");
  await w.advance(1);
  assert.equal(await state(), "CONNECTED");
});

test("imported material goes on its date, and the key waits for it", async (t) => {
  const w = await fresh(t);
  const KeyId = await w.key({ Origin: "EXTERNAL" });
  assert.equal(await w.state(KeyId), "PendingImport");
  const material = w.material();
  const ValidTo = new Date((await w.now()).getTime() + 30 * DAY);
  const expiry = { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo };
  await w.import(KeyId, material, expiry);
  assert.equal(await w.state(KeyId), "Enabled");
  const metadata = await w.metadata(KeyId);
  assert.deepEqual([metadata.ExpirationModel, metadata.ValidTo], ["KEY_MATERIAL_EXPIRES", ValidTo]);
  const CiphertextBlob = await w.encrypt(KeyId);

  await w.advance(30 * DAY - 1);
  assert.equal(await w.state(KeyId), "Enabled");
  const events = await w.advance(1);
  assert.deepEqual(
    events.map(({ event, time }) => [event, time]),
    [["DeleteExpiredKeyMaterial", ValidTo]],
  );
  assert.equal(await w.state(KeyId), "PendingImport");
  assert.equal((await w.refusal("Decrypt", { CiphertextBlob })).name, "KMSInvalidStateException");
  await w.import(KeyId, material);
  assert.equal(await w.state(KeyId), "Enabled");
  await w.send("Decrypt", { CiphertextBlob });
});
