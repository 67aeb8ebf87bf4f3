/**
 * Which members of the KMS API are times, blobs, maps or sensitive. Made by scripts/generate-constraints.py from
 * AWS's service model (botocore 1.44.5, kms/2014-11-01); not edited by hand.
 */

export const TIME_MEMBERS: ReadonlySet<string> = new Set([
  "CreationDate",
  "DeletionDate",
  "KeyCreationDate",
  "LastUpdatedDate",
  "NextRotationDate",
  "OnDemandRotationStartDate",
  "ParametersValidTo",
  "RotationDate",
  "Timestamp",
  "TrackingStartDate",
  "ValidTo",
]);

export const BLOB_MEMBERS: ReadonlySet<string> = new Set([
  "AttestationDocument",
  "CiphertextBlob",
  "CiphertextForRecipient",
  "EncryptedKeyMaterial",
  "ImportToken",
  "Mac",
  "Message",
  "Plaintext",
  "PrivateKeyCiphertextBlob",
  "PrivateKeyPlaintext",
  "PublicKey",
  "SharedSecret",
  "SharedSecretCiphertextBlob",
  "Signature",
]);

/** What is in them is named by the caller: a key of an encryption context may be called like a member. */
export const MAP_MEMBERS: ReadonlySet<string> = new Set([
  "DestinationEncryptionContext",
  "EncryptionContext",
  "EncryptionContextEquals",
  "EncryptionContextSubset",
  "SourceEncryptionContext",
]);

export const SENSITIVE_MEMBERS: ReadonlySet<string> = new Set([
  "AccessKeyId",
  "KeyStorePassword",
  "Message",
  "Plaintext",
  "PrivateKeyPlaintext",
  "PublicKey",
  "RawSecretAccessKey",
  "SharedSecret",
]);
