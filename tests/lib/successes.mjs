// By operation, a call that succeeds, and what AWS's documentation says that it answers: the tests walk along it, by
// the package's `send` and by the clients of others.

import { bytes, OTHER_REGION, PRINCIPAL, XKS } from "./world.mjs";

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
export const Message = bytes("message");
const EncryptionContext = { purpose: "test" };

export const hmacKey = (w) => w.key({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
export const signingKey = (w) => w.key({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
const agreementKey = (w) => w.key({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
const capsuleKey = (w) => w.key({ KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" });
export const SigningAlgorithm = "ECDSA_SHA_256";
export const MacAlgorithm = "HMAC_SHA_256";
const EncapsulationAlgorithm = "ML_KEM";

/**
 * By operation: the input of a call that succeeds (and its Region, where it is another), and the members that the
 * answer has then. The model requires hardly any of them; AWS's documentation does.
 */
export const SUCCESSES = {
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

/** Which of the members that AWS answers are absent. */
export function absentMembers(operation, answer) {
  const [, members] = SUCCESSES[operation];
  return members.filter((path) => memberOf(answer, path) === undefined);
}

function memberOf(answer, path) {
  return path.split(".").reduce((value, member) => value?.[member], answer);
}
