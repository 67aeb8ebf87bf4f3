// A walk over AWS's service model: every operation is called and answers as its shape says, and every exception of
// the model is met, or listed with the reason why it can't be.

import assert from "node:assert/strict";
import test from "node:test";
import { EXCEPTIONS, enumOf, OPERATIONS, operationsWith } from "../lib/model.mjs";
import {
  bytes,
  CERTIFICATE,
  CLUSTER,
  DAY,
  OTHER_REGION,
  PRINCIPAL,
  World,
  XKS,
} from "../lib/world.mjs";

const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "all",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Action: "kms:*",
      Resource: "*",
    },
  ],
});
const Message = bytes("message");
const EncryptionContext = { purpose: "test" };

async function open(t) {
  const world = await World.open();
  t.after(() => world.close());
  return world;
}

const hmacKey = (w) => w.key({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
const signingKey = (w) => w.key({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
const agreementKey = (w) => w.key({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
const capsuleKey = (w) => w.key({ KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" });
const SigningAlgorithm = "ECDSA_SHA_256";
const MacAlgorithm = "HMAC_SHA_256";
const EncapsulationAlgorithm = "ML_KEM";

/**
 * By operation: the input of a call that succeeds (and its Region, where it is another), and the members that the
 * answer has then. The model requires hardly any of them; AWS's documentation does.
 */
const SUCCESSES = {
  CancelKeyDeletion: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("ScheduleKeyDeletion", { KeyId });
      return { KeyId };
    },
    ["KeyId"],
  ],
  ConnectCustomKeyStore: [
    async (w) => ({ CustomKeyStoreId: await w.keyStore({ connected: false }) }),
    [],
  ],
  CreateAlias: [async (w) => ({ AliasName: "alias/one", TargetKeyId: await w.key() }), []],
  CreateCustomKeyStore: [
    async () => ({ CustomKeyStoreName: "external", ...XKS }),
    ["CustomKeyStoreId"],
  ],
  CreateGrant: [
    async (w) => ({
      KeyId: await w.key(),
      GranteePrincipal: PRINCIPAL,
      Operations: ["Encrypt", "GenerateDataKey"],
      Constraints: { EncryptionContextSubset: EncryptionContext },
      Name: "a-grant",
    }),
    ["GrantId", "GrantToken"],
  ],
  CreateKey: [
    async () => ({
      Description: "all of it",
      Tags: [{ TagKey: "k", TagValue: "" }],
      Policy: POLICY,
      MultiRegion: true,
    }),
    ["KeyMetadata"],
  ],
  Decapsulate: [
    async (w) => {
      const KeyId = await capsuleKey(w);
      const capsule = await w.send("Encapsulate", { KeyId, EncapsulationAlgorithm });
      const { SharedSecretCiphertextBlob } = capsule;
      return { KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob };
    },
    ["KeyId", "SharedSecret", "EncapsulationAlgorithm"],
  ],
  Decrypt: [
    async (w) => ({ CiphertextBlob: await w.encrypt(await w.key()) }),
    ["KeyId", "Plaintext", "EncryptionAlgorithm", "KeyMaterialId"],
  ],
  DeleteAlias: [
    async (w) => {
      await w.send("CreateAlias", { AliasName: "alias/one", TargetKeyId: await w.key() });
      return { AliasName: "alias/one" };
    },
    [],
  ],
  DeleteCustomKeyStore: [
    async (w) => ({ CustomKeyStoreId: await w.keyStore({ connected: false }) }),
    [],
  ],
  DeleteImportedKeyMaterial: [
    async (w) => ({ KeyId: (await w.importedKey()).KeyId }),
    ["KeyId", "KeyMaterialId"],
  ],
  DeriveSharedSecret: [
    async (w) => {
      const KeyId = await agreementKey(w);
      const { PublicKey } = await w.send("GetPublicKey", { KeyId: await agreementKey(w) });
      return { KeyId, PublicKey, KeyAgreementAlgorithm: "ECDH" };
    },
    ["KeyId", "SharedSecret", "KeyAgreementAlgorithm", "KeyOrigin"],
  ],
  DescribeCustomKeyStores: [
    async (w) => {
      await w.keyStore();
      await w.externalKeyStore({ connected: false });
      return {};
    },
    ["CustomKeyStores.0.CustomKeyStoreId", "CustomKeyStores.1.ConnectionState", "Truncated"],
  ],
  DescribeKey: [
    async (w) => ({ KeyId: await w.replicated() }),
    [
      "KeyMetadata.Arn",
      "KeyMetadata.AWSAccountId",
      "KeyMetadata.CreationDate",
      "KeyMetadata.CurrentKeyMaterialId",
      "KeyMetadata.CustomerMasterKeySpec",
      "KeyMetadata.Description",
      "KeyMetadata.Enabled",
      "KeyMetadata.EncryptionAlgorithms.0",
      "KeyMetadata.KeyManager",
      "KeyMetadata.KeySpec",
      "KeyMetadata.KeyState",
      "KeyMetadata.KeyUsage",
      "KeyMetadata.MultiRegion",
      "KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType",
      "KeyMetadata.MultiRegionConfiguration.PrimaryKey.Arn",
      "KeyMetadata.MultiRegionConfiguration.ReplicaKeys.0.Region",
      "KeyMetadata.Origin",
    ],
  ],
  DisableKey: [async (w) => ({ KeyId: await w.key() }), []],
  DisableKeyRotation: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("EnableKeyRotation", { KeyId });
      return { KeyId };
    },
    [],
  ],
  DisconnectCustomKeyStore: [async (w) => ({ CustomKeyStoreId: await w.keyStore() }), []],
  EnableKey: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("DisableKey", { KeyId });
      return { KeyId };
    },
    [],
  ],
  EnableKeyRotation: [async (w) => ({ KeyId: await w.key(), RotationPeriodInDays: 90 }), []],
  Encapsulate: [
    async (w) => ({ KeyId: await capsuleKey(w), EncapsulationAlgorithm }),
    ["KeyId", "SharedSecret", "SharedSecretCiphertextBlob", "EncapsulationAlgorithm"],
  ],
  Encrypt: [
    async (w) => ({ KeyId: await w.key(), Plaintext: Message, EncryptionContext }),
    ["KeyId", "CiphertextBlob", "EncryptionAlgorithm"],
  ],
  GenerateDataKey: [
    async (w) => ({ KeyId: await w.key(), KeySpec: "AES_256", EncryptionContext }),
    ["KeyId", "CiphertextBlob", "Plaintext", "KeyMaterialId"],
  ],
  GenerateDataKeyPair: [
    async (w) => ({ KeyId: await w.key(), KeyPairSpec: "ECC_NIST_P256" }),
    [
      "KeyId",
      "KeyMaterialId",
      "KeyPairSpec",
      "PrivateKeyCiphertextBlob",
      "PrivateKeyPlaintext",
      "PublicKey",
    ],
  ],
  GenerateDataKeyPairWithoutPlaintext: [
    async (w) => ({ KeyId: await w.key(), KeyPairSpec: "ECC_NIST_P384" }),
    ["KeyId", "KeyMaterialId", "KeyPairSpec", "PrivateKeyCiphertextBlob", "PublicKey"],
  ],
  GenerateDataKeyWithoutPlaintext: [
    async (w) => ({ KeyId: await w.key(), NumberOfBytes: 64 }),
    ["KeyId", "CiphertextBlob", "KeyMaterialId"],
  ],
  GenerateMac: [
    async (w) => ({ KeyId: await hmacKey(w), Message, MacAlgorithm }),
    ["KeyId", "Mac", "MacAlgorithm"],
  ],
  GenerateRandom: [async () => ({ NumberOfBytes: 1024 }), ["Plaintext"]],
  GetKeyLastUsage: [
    async (w) => {
      const KeyId = await w.key();
      await w.encrypt(KeyId);
      return { KeyId };
    },
    [
      "KeyId",
      "KeyCreationDate",
      "TrackingStartDate",
      "KeyLastUsage.Operation",
      "KeyLastUsage.Timestamp",
      "KeyLastUsage.CloudTrailEventId",
      "KeyLastUsage.KmsRequestId",
    ],
  ],
  GetKeyPolicy: [async (w) => ({ KeyId: await w.key() }), ["Policy", "PolicyName"]],
  GetKeyRotationStatus: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("EnableKeyRotation", { KeyId });
      return { KeyId };
    },
    ["KeyId", "KeyRotationEnabled", "NextRotationDate", "RotationPeriodInDays"],
  ],
  GetParametersForImport: [
    async (w) => ({
      KeyId: await w.key({ Origin: "EXTERNAL" }),
      WrappingAlgorithm: "RSAES_OAEP_SHA_256",
      WrappingKeySpec: "RSA_3072",
    }),
    ["KeyId", "ImportToken", "PublicKey", "ParametersValidTo"],
  ],
  GetPublicKey: [
    async (w) => ({ KeyId: await signingKey(w) }),
    ["KeyId", "PublicKey", "CustomerMasterKeySpec", "KeySpec", "KeyUsage", "SigningAlgorithms.0"],
  ],
  ImportKeyMaterial: [
    async (w) => w.importInput(await w.key({ Origin: "EXTERNAL" }), w.material()),
    ["KeyId", "KeyMaterialId"],
  ],
  ListAliases: [
    async (w) => {
      await w.send("CreateAlias", { AliasName: "alias/one", TargetKeyId: await w.key() });
      return {};
    },
    [
      "Aliases.0.AliasArn",
      "Aliases.0.AliasName",
      "Aliases.0.CreationDate",
      "Aliases.0.LastUpdatedDate",
      "Aliases.0.TargetKeyId",
      "Truncated",
    ],
  ],
  ListGrants: [
    async (w) => {
      const KeyId = await w.key();
      await w.grant(KeyId, {
        Name: "n",
        Constraints: { EncryptionContextEquals: EncryptionContext },
      });
      return { KeyId };
    },
    [
      "Grants.0.Constraints.EncryptionContextEquals.purpose",
      "Grants.0.CreationDate",
      "Grants.0.GrantId",
      "Grants.0.GranteePrincipal",
      "Grants.0.IssuingAccount",
      "Grants.0.KeyId",
      "Grants.0.Name",
      "Grants.0.Operations.1",
      "Grants.0.RetiringPrincipal",
      "Truncated",
    ],
  ],
  ListKeyPolicies: [async (w) => ({ KeyId: await w.key() }), ["PolicyNames.0", "Truncated"]],
  ListKeyRotations: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("RotateKeyOnDemand", { KeyId });
      return { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" };
    },
    [
      "Rotations.0.KeyId",
      "Rotations.0.KeyMaterialId",
      "Rotations.0.KeyMaterialState",
      "Rotations.1.KeyMaterialId",
      "Truncated",
    ],
  ],
  ListKeys: [
    async (w) => {
      await w.key();
      return {};
    },
    ["Keys.0.KeyArn", "Keys.0.KeyId", "Truncated"],
  ],
  ListResourceTags: [
    async (w) => ({ KeyId: await w.key({ Tags: [{ TagKey: "k", TagValue: "v" }] }) }),
    ["Tags.0.TagKey", "Tags.0.TagValue", "Truncated"],
  ],
  ListRetirableGrants: [
    async (w) => {
      await w.grant(await w.key());
      return { RetiringPrincipal: PRINCIPAL };
    },
    ["Grants.0.GrantId", "Grants.0.KeyId", "Grants.0.RetiringPrincipal", "Truncated"],
  ],
  PutKeyPolicy: [
    async (w) => ({ KeyId: await w.key(), PolicyName: "default", Policy: POLICY }),
    [],
  ],
  ReEncrypt: [
    async (w) => ({
      CiphertextBlob: await w.encrypt(await w.key()),
      DestinationKeyId: await w.key(),
      DestinationEncryptionContext: EncryptionContext,
    }),
    [
      "CiphertextBlob",
      "KeyId",
      "SourceKeyId",
      "SourceEncryptionAlgorithm",
      "DestinationEncryptionAlgorithm",
      "SourceKeyMaterialId",
      "DestinationKeyMaterialId",
    ],
  ],
  ReplicateKey: [
    async (w) => ({
      KeyId: await w.key({ MultiRegion: true }),
      ReplicaRegion: OTHER_REGION,
      Tags: [{ TagKey: "k", TagValue: "v" }],
      Description: "a replica",
    }),
    ["ReplicaKeyMetadata.Arn", "ReplicaPolicy", "ReplicaTags.0.TagKey"],
  ],
  RetireGrant: [async (w) => ({ GrantToken: (await w.grant(await w.key())).GrantToken }), []],
  RevokeGrant: [
    async (w) => {
      const KeyId = await w.key();
      return { KeyId, GrantId: (await w.grant(KeyId)).GrantId };
    },
    [],
  ],
  RotateKeyOnDemand: [async (w) => ({ KeyId: await w.key() }), ["KeyId"]],
  ScheduleKeyDeletion: [
    async (w) => ({ KeyId: await w.key(), PendingWindowInDays: 7 }),
    ["KeyId", "DeletionDate", "KeyState", "PendingWindowInDays"],
  ],
  Sign: [
    async (w) => ({ KeyId: await signingKey(w), Message, SigningAlgorithm }),
    ["KeyId", "Signature", "SigningAlgorithm"],
  ],
  TagResource: [
    async (w) => ({ KeyId: await w.key(), Tags: [{ TagKey: "k", TagValue: "v" }] }),
    [],
  ],
  UntagResource: [
    async (w) => ({
      KeyId: await w.key({ Tags: [{ TagKey: "k", TagValue: "" }] }),
      TagKeys: ["k"],
    }),
    [],
  ],
  UpdateAlias: [
    async (w) => {
      await w.send("CreateAlias", { AliasName: "alias/one", TargetKeyId: await w.key() });
      return { AliasName: "alias/one", TargetKeyId: await w.key() };
    },
    [],
  ],
  UpdateCustomKeyStore: [
    async (w) => ({
      CustomKeyStoreId: await w.keyStore({ connected: false }),
      NewCustomKeyStoreName: "renamed",
    }),
    [],
  ],
  UpdateKeyDescription: [async (w) => ({ KeyId: await w.key(), Description: "another" }), []],
  UpdatePrimaryRegion: [
    async (w) => ({ KeyId: await w.replicated(), PrimaryRegion: OTHER_REGION }),
    [],
  ],
  Verify: [
    async (w) => {
      const input = { KeyId: await signingKey(w), Message, SigningAlgorithm };
      const { Signature } = await w.send("Sign", input);
      return { ...input, Signature };
    },
    ["KeyId", "SignatureValid", "SigningAlgorithm"],
  ],
  VerifyMac: [
    async (w) => {
      const input = { KeyId: await hmacKey(w), Message, MacAlgorithm };
      const { Mac } = await w.send("GenerateMac", input);
      return { ...input, Mac };
    },
    ["KeyId", "MacValid", "MacAlgorithm"],
  ],
};

test("the walk knows every operation of the model and no other", () => {
  assert.deepEqual(Object.keys(SUCCESSES).sort(), OPERATIONS);
  assert.equal(OPERATIONS.length, 56);
});

function memberOf(answer, path) {
  return path.split(".").reduce((value, member) => value?.[member], answer);
}

for (const [operation, [prepare, members]] of Object.entries(SUCCESSES)) {
  test(`${operation} answers as its shape says`, async (t) => {
    const world = await open(t);
    const answer = await world.send(operation, await prepare(world));
    const absent = members.filter((path) => memberOf(answer, path) === undefined);
    assert.deepEqual(absent, [], "members that AWS answers");
  });
}

test("a dry run of what would succeed says so and changes nothing", async (t) => {
  const operations = operationsWith("DryRun");
  assert.equal(operations.length, 17);
  for (const operation of operations) {
    const world = await open(t);
    const input = await SUCCESSES[operation][0](world);
    const error = await world.refusal(operation, { ...input, DryRun: true });
    assert.deepEqual(
      [error?.name, error?.message],
      [
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
      ],
      operation,
    );
    await world.send(operation, { ...input, DryRun: false });
  }
});

test("a dry run of what would fail fails as it would", async (t) => {
  const world = await open(t);
  const KeyId = await world.key();
  const CiphertextBlob = await world.encrypt(KeyId);
  await world.send("DisableKey", { KeyId });
  for (const [operation, input] of [
    ["Encrypt", { KeyId, Plaintext: Message }],
    ["Decrypt", { CiphertextBlob }],
    ["GenerateDataKey", { KeyId, KeySpec: "AES_256" }],
    ["CreateGrant", { KeyId, GranteePrincipal: PRINCIPAL, Operations: ["Encrypt"] }],
  ]) {
    const { name } = await world.refusal(operation, { ...input, DryRun: true });
    assert.equal(name, "DisabledException", operation);
  }
});

test("a recipient is refused in words, wherever there can be one", async (t) => {
  const operations = operationsWith("Recipient");
  assert.equal(operations.length, 5);
  const Recipient = {
    KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256",
    AttestationDocument: Message,
  };
  for (const operation of operations) {
    const world = await open(t);
    const input = await SUCCESSES[operation][0](world);
    // Follows later; until then the name is the same everywhere, though not every operation's model has it.
    await assert.rejects(world.unchecked(operation, { ...input, Recipient }), {
      name: "UnsupportedOperationException",
      message: /Recipient/,
    });
  }
});

test("a key's metadata says what its kind has, and nothing of the others", async (t) => {
  const world = await open(t);
  const only = {
    CloudHsmClusterId: "cluster",
    CustomKeyStoreId: "store",
    DeletionDate: "deletion",
    ExpirationModel: "imported",
    MultiRegionConfiguration: "multi-Region",
    PendingDeletionWindowInDays: "waiting",
    ValidTo: "expiring",
    XksKeyConfiguration: "external key",
  };
  const traits = async (KeyId, region) => {
    const metadata = await world.metadata(KeyId, region);
    const found = Object.keys(only).filter((member) => member in metadata);
    return [metadata.Origin, ...found.map((member) => only[member])].sort().join(", ");
  };
  const generated = await world.key();
  assert.equal(await traits(generated), "AWS_KMS");
  await world.send("ScheduleKeyDeletion", { KeyId: generated });
  assert.equal(await traits(generated), "AWS_KMS, deletion");
  const replicated = await world.replicated();
  assert.equal(await traits(replicated), "AWS_KMS, multi-Region");
  assert.equal(await traits(replicated, OTHER_REGION), "AWS_KMS, multi-Region");
  await world.send("ScheduleKeyDeletion", { KeyId: replicated });
  assert.equal(await traits(replicated), "AWS_KMS, multi-Region, waiting");
  const empty = await world.key({ Origin: "EXTERNAL" });
  assert.equal(await traits(empty), "EXTERNAL");
  assert.equal(await traits((await world.importedKey()).KeyId), "EXTERNAL, imported");
  const ValidTo = new Date((await world.now()).getTime() + DAY);
  const expiry = { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo };
  const expiring = await world.importedKey({}, expiry);
  assert.equal(await traits(expiring.KeyId), "EXTERNAL, expiring, imported");
  const { KeyId } = await world.keyInStore();
  assert.equal(await traits(KeyId), "AWS_CLOUDHSM, cluster, store");
  const CustomKeyStoreId = await world.externalKeyStore();
  const external = { Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "one" };
  assert.equal(await traits(await world.key(external)), "EXTERNAL_KEY_STORE, external key, store");
});

// ---- Every key spec with every usage ----

const RSA_SIGNING = ["PSS", "PKCS1_V1_5"].flatMap((padding) =>
  [256, 384, 512].map((size) => `RSASSA_${padding}_SHA_${size}`),
);
const OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];

/** Key spec → usage → algorithms: AWS's "Key spec reference". What is not here is refused. */
const KINDS = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] },
  RSA_2048: { ENCRYPT_DECRYPT: OAEP, SIGN_VERIFY: RSA_SIGNING },
  RSA_3072: { ENCRYPT_DECRYPT: OAEP, SIGN_VERIFY: RSA_SIGNING },
  RSA_4096: { ENCRYPT_DECRYPT: OAEP, SIGN_VERIFY: RSA_SIGNING },
  ECC_NIST_P256: { SIGN_VERIFY: ["ECDSA_SHA_256"], KEY_AGREEMENT: ["ECDH"] },
  ECC_NIST_P384: { SIGN_VERIFY: ["ECDSA_SHA_384"], KEY_AGREEMENT: ["ECDH"] },
  ECC_NIST_P521: { SIGN_VERIFY: ["ECDSA_SHA_512"], KEY_AGREEMENT: ["ECDH"] },
  ECC_SECG_P256K1: { SIGN_VERIFY: ["ECDSA_SHA_256"] },
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] },
  HMAC_224: { GENERATE_VERIFY_MAC: ["HMAC_SHA_224"] },
  HMAC_256: { GENERATE_VERIFY_MAC: ["HMAC_SHA_256"] },
  HMAC_384: { GENERATE_VERIFY_MAC: ["HMAC_SHA_384"] },
  HMAC_512: { GENERATE_VERIFY_MAC: ["HMAC_SHA_512"] },
  ML_DSA_44: { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] },
  ML_DSA_65: { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] },
  ML_DSA_87: { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] },
  ML_KEM_512: { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] },
  ML_KEM_768: { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] },
  ML_KEM_1024: { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] },
  // Follows later; until then it is refused, and says so.
  SM2: {},
};

/** Where metadata and GetPublicKey name a usage's algorithms. */
const ALGORITHMS_OF = {
  ENCRYPT_DECRYPT: "EncryptionAlgorithms",
  SIGN_VERIFY: "SigningAlgorithms",
  GENERATE_VERIFY_MAC: "MacAlgorithms",
  KEY_AGREEMENT: "KeyAgreementAlgorithms",
  ENCAPSULATE_DECAPSULATE: "EncapsulationAlgorithms",
};

/** By usage: what such a key is for, there and back, with one algorithm. */
const USES = {
  async ENCRYPT_DECRYPT(w, KeyId, EncryptionAlgorithm) {
    const input = { KeyId, EncryptionAlgorithm };
    const { CiphertextBlob } = await w.send("Encrypt", { ...input, Plaintext: Message });
    const { Plaintext } = await w.send("Decrypt", { ...input, CiphertextBlob });
    assert.deepEqual(Plaintext, Message);
  },
  async SIGN_VERIFY(w, KeyId, SigningAlgorithm) {
    const MessageType = SigningAlgorithm === "ED25519_PH_SHA_512" ? "DIGEST" : "RAW";
    const input = { KeyId, SigningAlgorithm, MessageType };
    input.Message = MessageType === "RAW" ? Message : new Uint8Array(64);
    const { Signature } = await w.send("Sign", input);
    assert.equal((await w.send("Verify", { ...input, Signature })).SignatureValid, true);
  },
  async GENERATE_VERIFY_MAC(w, KeyId, MacAlgorithm) {
    const { Mac } = await w.send("GenerateMac", { KeyId, Message, MacAlgorithm });
    const { MacValid } = await w.send("VerifyMac", { KeyId, Message, MacAlgorithm, Mac });
    assert.equal(MacValid, true);
  },
  async KEY_AGREEMENT(w, KeyId, KeyAgreementAlgorithm) {
    const { PublicKey } = await w.send("GetPublicKey", { KeyId });
    await w.send("DeriveSharedSecret", { KeyId, PublicKey, KeyAgreementAlgorithm });
  },
  async ENCAPSULATE_DECAPSULATE(w, KeyId, EncapsulationAlgorithm) {
    const input = { KeyId, EncapsulationAlgorithm };
    const { SharedSecret, SharedSecretCiphertextBlob } = await w.send("Encapsulate", input);
    const opened = await w.send("Decapsulate", { ...input, SharedSecretCiphertextBlob });
    assert.deepEqual(opened.SharedSecret, SharedSecret);
  },
};

test("the kinds of key are the model's", () => {
  assert.deepEqual(Object.keys(KINDS).sort(), enumOf("KeySpec").toSorted());
  assert.deepEqual(Object.keys(USES).sort(), enumOf("KeyUsageType").toSorted());
});

for (const KeySpec of enumOf("KeySpec")) {
  test(`${KeySpec} has the usages and algorithms that AWS says, and no other`, async (t) => {
    const world = await open(t);
    for (const KeyUsage of enumOf("KeyUsageType")) {
      const algorithms = KINDS[KeySpec][KeyUsage];
      if (!algorithms) {
        const { name, message } = await world.refusal("CreateKey", { KeySpec, KeyUsage });
        if (KeySpec === "SM2") assert.match(name, /^(UnsupportedOperation|Validation)Exception$/);
        else
          assert.equal(message, `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`);
        continue;
      }
      const { KeyMetadata } = await world.send("CreateKey", { KeySpec, KeyUsage });
      const { KeyId } = KeyMetadata;
      for (const [usage, member] of Object.entries(ALGORITHMS_OF)) {
        const expected = usage === KeyUsage ? algorithms.toSorted() : undefined;
        assert.deepEqual(KeyMetadata[member]?.toSorted(), expected, member);
      }
      assert.deepEqual([KeyMetadata.KeySpec, KeyMetadata.KeyUsage], [KeySpec, KeyUsage]);
      for (const algorithm of algorithms) await USES[KeyUsage](world, KeyId, algorithm);
      const isPair = !/^(SYMMETRIC|HMAC)/.test(KeySpec);
      if (isPair) {
        const answer = await world.send("GetPublicKey", { KeyId });
        assert.deepEqual(answer[ALGORITHMS_OF[KeyUsage]].toSorted(), algorithms.toSorted());
      } else {
        const { name } = await world.refusal("GetPublicKey", { KeyId });
        assert.equal(name, "UnsupportedOperationException");
      }
    }
  });
}

test("every data key pair opens again, and SM2 says that it is not there", async (t) => {
  const world = await open(t);
  const KeyId = await world.key();
  for (const KeyPairSpec of enumOf("DataKeyPairSpec")) {
    if (KeyPairSpec === "SM2") {
      const { name } = await world.refusal("GenerateDataKeyPair", { KeyId, KeyPairSpec });
      assert.equal(name, "UnsupportedOperationException");
      continue;
    }
    const pair = await world.send("GenerateDataKeyPair", { KeyId, KeyPairSpec });
    const CiphertextBlob = pair.PrivateKeyCiphertextBlob;
    const { Plaintext } = await world.send("Decrypt", { CiphertextBlob });
    assert.deepEqual(Plaintext, pair.PrivateKeyPlaintext, KeyPairSpec);
    await world.send("GenerateDataKeyPairWithoutPlaintext", { KeyId, KeyPairSpec });
  }
});

// ---- Every exception ----

const NO_SUCH_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ARN = `arn:aws:kms:us-east-1:111122223333:key/${UUID}`;
const exactly = (text) => new RegExp(`^${text}$`);
const NOTHING = /^$/;
/** Recorded nowhere. */
const ANY = /^/;

/** By exception: the call that meets it (operation, input, Region), and AWS's message where it is known. */
const REFUSALS = {
  AlreadyExistsException: [
    async (w) => {
      const input = { AliasName: "alias/one", TargetKeyId: await w.key() };
      await w.send("CreateAlias", input);
      return ["CreateAlias", input];
    },
    exactly("An alias with the name arn:aws:kms:us-east-1:111122223333:alias/one already exists"),
  ],
  CloudHsmClusterInUseException: [
    async (w) => {
      await w.keyStore({ connected: false });
      return [
        "CreateCustomKeyStore",
        {
          CustomKeyStoreName: "another",
          CloudHsmClusterId: CLUSTER,
          TrustAnchorCertificate: CERTIFICATE,
          KeyStorePassword: "password",
        },
      ];
    },
  ],
  // "An automatic rotation of this key is currently in progress or scheduled to begin within the next 20 minutes."
  ConflictException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
      await w.advance(90 * DAY - 19 * 60_000);
      return ["RotateKeyOnDemand", { KeyId }];
    },
  ],
  CustomKeyStoreHasCMKsException: [
    async (w) => {
      const { CustomKeyStoreId } = await w.keyInStore();
      await w.send("DisconnectCustomKeyStore", { CustomKeyStoreId });
      await w.settle();
      return ["DeleteCustomKeyStore", { CustomKeyStoreId }];
    },
  ],
  CustomKeyStoreInvalidStateException: [
    async (w) => ["DeleteCustomKeyStore", { CustomKeyStoreId: await w.keyStore() }],
  ],
  CustomKeyStoreNameInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, CustomKeyStoreName: "name" });
      return [
        "CreateCustomKeyStore",
        {
          CustomKeyStoreName: "name",
          CloudHsmClusterId: CLUSTER,
          TrustAnchorCertificate: CERTIFICATE,
          KeyStorePassword: "password",
        },
      ];
    },
  ],
  CustomKeyStoreNotFoundException: [
    async () => ["ConnectCustomKeyStore", { CustomKeyStoreId: "cks-1234567890abcdef0" }],
  ],
  DisabledException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("DisableKey", { KeyId });
      return ["Encrypt", { KeyId, Plaintext: Message }];
    },
    exactly(`${ARN} is disabled\\.`),
  ],
  DryRunOperationException: [
    async (w) => ["Encrypt", { KeyId: await w.key(), Plaintext: Message, DryRun: true }],
    exactly("The request would have succeeded, but the DryRun option is set\\."),
  ],
  ExpiredImportTokenException: [
    async (w) => {
      const input = await w.importInput(await w.key({ Origin: "EXTERNAL" }), w.material());
      await w.advance(DAY + 1);
      return ["ImportKeyMaterial", input];
    },
  ],
  IncorrectKeyException: [
    async (w) => {
      const CiphertextBlob = await w.encrypt(await w.key());
      return ["Decrypt", { KeyId: await w.key(), CiphertextBlob }];
    },
    exactly("The key ID in the request does not identify a CMK that can perform this operation\\."),
  ],
  IncorrectKeyMaterialException: [
    async (w) => {
      const { KeyId } = await w.importedKey();
      await w.send("DeleteImportedKeyMaterial", { KeyId });
      return ["ImportKeyMaterial", await w.importInput(KeyId, w.material())];
    },
  ],
  InvalidAliasNameException: [
    async (w) => ["CreateAlias", { AliasName: "alias/aws/mine", TargetKeyId: await w.key() }],
  ],
  InvalidArnException: [async () => ["DescribeKey", { KeyId: "arn:aws:s3:::bucket" }]],
  InvalidCiphertextException: [
    async () => ["Decrypt", { CiphertextBlob: bytes("no ciphertext") }],
    NOTHING,
  ],
  InvalidGrantIdException: [
    async (w) => ["RevokeGrant", { KeyId: await w.key(), GrantId: "no grant" }],
  ],
  InvalidGrantTokenException: [
    async (w) => [
      "Encrypt",
      { KeyId: await w.key(), Plaintext: Message, GrantTokens: ["no token"] },
    ],
  ],
  InvalidImportTokenException: [
    async (w) => {
      const input = await w.importInput(await w.key({ Origin: "EXTERNAL" }), w.material());
      return ["ImportKeyMaterial", { ...input, KeyId: await w.key({ Origin: "EXTERNAL" }) }];
    },
  ],
  InvalidKeyUsageException: [
    async (w) => ["Encrypt", { KeyId: await signingKey(w), Plaintext: Message }],
    exactly(`${ARN} key usage is SIGN_VERIFY which is not valid for Encrypt\\.`),
  ],
  InvalidMarkerException: [async () => ["ListKeys", { Marker: "no marker" }]],
  KMSInvalidMacException: [
    async (w) => {
      const Mac = new Uint8Array(32);
      return ["VerifyMac", { KeyId: await hmacKey(w), Message, MacAlgorithm, Mac }];
    },
    NOTHING,
  ],
  KMSInvalidSignatureException: [
    async (w) => {
      const Signature = new Uint8Array(70);
      return ["Verify", { KeyId: await signingKey(w), Message, SigningAlgorithm, Signature }];
    },
    NOTHING,
  ],
  KMSInvalidStateException: [
    async (w) => {
      const KeyId = await w.key();
      await w.send("ScheduleKeyDeletion", { KeyId });
      return ["Encrypt", { KeyId, Plaintext: Message }];
    },
    exactly(`${ARN} is pending deletion\\.`),
  ],
  LimitExceededException: [
    async (w) => {
      const KeyId = await w.key();
      for (let count = 0; count < 25; count++) await w.send("RotateKeyOnDemand", { KeyId });
      return ["RotateKeyOnDemand", { KeyId }];
    },
  ],
  MalformedPolicyDocumentException: [
    async (w) => ["PutKeyPolicy", { KeyId: await w.key(), Policy: "no policy" }],
  ],
  NotFoundException: [
    async () => ["DescribeKey", { KeyId: NO_SUCH_KEY }],
    exactly(`Key 'arn:aws:kms:us-east-1:111122223333:key/${NO_SUCH_KEY}' does not exist`),
  ],
  TagException: [
    async (w) => [
      "TagResource",
      { KeyId: await w.key(), Tags: [{ TagKey: "aws:mine", TagValue: "v" }] },
    ],
  ],
  UnsupportedOperationException: [
    async (w) => {
      const input = { KeyId: await w.key(), WrappingKeySpec: "RSA_2048" };
      return ["GetParametersForImport", { ...input, WrappingAlgorithm: "RSAES_OAEP_SHA_256" }];
    },
    exactly(`${ARN} origin is AWS_KMS which is not valid for this operation\\.`),
  ],
  XksKeyAlreadyInUseException: [
    async (w) => {
      const CustomKeyStoreId = await w.externalKeyStore();
      const input = { Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "one" };
      await w.key(input);
      return ["CreateKey", input];
    },
  ],
  XksProxyUriInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false });
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS }];
    },
  ],
  // An endpoint may be shared by its paths where it is public; as a VPC endpoint service's private name it may not.
  XksProxyUriEndpointInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, ...VPC });
      const other = {
        XksProxyVpcEndpointServiceName: `${VPC_SERVICE}1`,
        XksProxyUriPath: "/other/kms/xks/v1",
      };
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS, ...VPC, ...other }];
    },
  ],
  XksProxyVpcEndpointServiceInUseException: [
    async (w) => {
      await w.externalKeyStore({ connected: false, ...VPC });
      const other = { XksProxyUriEndpoint: "https://other.example.com" };
      return ["CreateCustomKeyStore", { CustomKeyStoreName: "another", ...XKS, ...VPC, ...other }];
    },
  ],
};

const VPC_SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0";
const VPC = {
  XksProxyConnectivity: "VPC_ENDPOINT_SERVICE",
  XksProxyVpcEndpointServiceName: VPC_SERVICE,
};

const CLUSTER_PARTY =
  "the CloudHSM cluster would say it; a connection here is a switch, nothing is spoken to";
const PROXY_PARTY = "the external key store proxy would say it; a connection here is a switch";
const FAULT = "a fault of the service itself, which a caller cannot bring about";

/** The exceptions that no call can meet, and why. */
const OUT_OF_REACH = {
  CloudHsmClusterInvalidConfigurationException: CLUSTER_PARTY,
  CloudHsmClusterNotActiveException: CLUSTER_PARTY,
  CloudHsmClusterNotFoundException: CLUSTER_PARTY,
  CloudHsmClusterNotRelatedException: CLUSTER_PARTY,
  IncorrectTrustAnchorException: CLUSTER_PARTY,
  DependencyTimeoutException: "nothing here is waited for: the store is in memory or on this disk",
  KMSInternalException: FAULT,
  KeyUnavailableException: FAULT,
  XksKeyInvalidConfigurationException: PROXY_PARTY,
  XksKeyNotFoundException: PROXY_PARTY,
  XksProxyIncorrectAuthenticationCredentialException: PROXY_PARTY,
  XksProxyInvalidConfigurationException: PROXY_PARTY,
  XksProxyInvalidResponseException: PROXY_PARTY,
  XksProxyUriUnreachableException: PROXY_PARTY,
  XksProxyVpcEndpointServiceInvalidConfigurationException: PROXY_PARTY,
  XksProxyVpcEndpointServiceNotFoundException: PROXY_PARTY,
};

test("every exception of the model is met or listed, and none is both", () => {
  const both = Object.keys(REFUSALS).filter((name) => name in OUT_OF_REACH);
  assert.deepEqual(both, []);
  const all = [...Object.keys(REFUSALS), ...Object.keys(OUT_OF_REACH)].sort();
  assert.deepEqual(all, EXCEPTIONS);
});

for (const [exception, [prepare, message = ANY]] of Object.entries(REFUSALS)) {
  test(`${exception} is met`, async (t) => {
    const world = await open(t);
    const [operation, input, region] = await prepare(world);
    const error = await world.refusal(operation, input, region);
    assert.equal(error?.name, exception, `${operation}: ${error?.message}`);
    assert.match(error.message, message);
  });
}
