/**
 * The inputs and answers of the KMS API, by AWS's names. Made by scripts/generate-types.mjs from AWS's service model
 * (botocore 1.44.5, kms/2014-11-01); not edited by hand.
 *
 * As in AWS's own SDK, hardly a member of an answer is promised by the model: what AWS always answers is in its
 * documentation. Lengths of texts are in UTF-16 code units, of blobs in bytes.
 */

/** By operation: what it takes and what it answers. */
export type Operations = {
  CancelKeyDeletion: { input: CancelKeyDeletionRequest; output: CancelKeyDeletionResponse };
  ConnectCustomKeyStore: {
    input: ConnectCustomKeyStoreRequest;
    output: ConnectCustomKeyStoreResponse;
  };
  CreateAlias: { input: CreateAliasRequest; output: Nothing };
  CreateCustomKeyStore: {
    input: CreateCustomKeyStoreRequest;
    output: CreateCustomKeyStoreResponse;
  };
  CreateGrant: { input: CreateGrantRequest; output: CreateGrantResponse };
  CreateKey: { input: CreateKeyRequest; output: CreateKeyResponse };
  Decapsulate: { input: DecapsulateRequest; output: DecapsulateResponse };
  Decrypt: { input: DecryptRequest; output: DecryptResponse };
  DeleteAlias: { input: DeleteAliasRequest; output: Nothing };
  DeleteCustomKeyStore: {
    input: DeleteCustomKeyStoreRequest;
    output: DeleteCustomKeyStoreResponse;
  };
  DeleteImportedKeyMaterial: {
    input: DeleteImportedKeyMaterialRequest;
    output: DeleteImportedKeyMaterialResponse;
  };
  DeriveSharedSecret: { input: DeriveSharedSecretRequest; output: DeriveSharedSecretResponse };
  DescribeCustomKeyStores: {
    input: DescribeCustomKeyStoresRequest;
    output: DescribeCustomKeyStoresResponse;
  };
  DescribeKey: { input: DescribeKeyRequest; output: DescribeKeyResponse };
  DisableKey: { input: DisableKeyRequest; output: Nothing };
  DisableKeyRotation: { input: DisableKeyRotationRequest; output: Nothing };
  DisconnectCustomKeyStore: {
    input: DisconnectCustomKeyStoreRequest;
    output: DisconnectCustomKeyStoreResponse;
  };
  EnableKey: { input: EnableKeyRequest; output: Nothing };
  EnableKeyRotation: { input: EnableKeyRotationRequest; output: Nothing };
  Encapsulate: { input: EncapsulateRequest; output: EncapsulateResponse };
  Encrypt: { input: EncryptRequest; output: EncryptResponse };
  GenerateDataKey: { input: GenerateDataKeyRequest; output: GenerateDataKeyResponse };
  GenerateDataKeyPair: { input: GenerateDataKeyPairRequest; output: GenerateDataKeyPairResponse };
  GenerateDataKeyPairWithoutPlaintext: {
    input: GenerateDataKeyPairWithoutPlaintextRequest;
    output: GenerateDataKeyPairWithoutPlaintextResponse;
  };
  GenerateDataKeyWithoutPlaintext: {
    input: GenerateDataKeyWithoutPlaintextRequest;
    output: GenerateDataKeyWithoutPlaintextResponse;
  };
  GenerateMac: { input: GenerateMacRequest; output: GenerateMacResponse };
  GenerateRandom: { input: GenerateRandomRequest; output: GenerateRandomResponse };
  GetKeyLastUsage: { input: GetKeyLastUsageRequest; output: GetKeyLastUsageResponse };
  GetKeyPolicy: { input: GetKeyPolicyRequest; output: GetKeyPolicyResponse };
  GetKeyRotationStatus: {
    input: GetKeyRotationStatusRequest;
    output: GetKeyRotationStatusResponse;
  };
  GetParametersForImport: {
    input: GetParametersForImportRequest;
    output: GetParametersForImportResponse;
  };
  GetPublicKey: { input: GetPublicKeyRequest; output: GetPublicKeyResponse };
  ImportKeyMaterial: { input: ImportKeyMaterialRequest; output: ImportKeyMaterialResponse };
  ListAliases: { input: ListAliasesRequest; output: ListAliasesResponse };
  ListGrants: { input: ListGrantsRequest; output: ListGrantsResponse };
  ListKeyPolicies: { input: ListKeyPoliciesRequest; output: ListKeyPoliciesResponse };
  ListKeyRotations: { input: ListKeyRotationsRequest; output: ListKeyRotationsResponse };
  ListKeys: { input: ListKeysRequest; output: ListKeysResponse };
  ListResourceTags: { input: ListResourceTagsRequest; output: ListResourceTagsResponse };
  ListRetirableGrants: { input: ListRetirableGrantsRequest; output: ListGrantsResponse };
  PutKeyPolicy: { input: PutKeyPolicyRequest; output: Nothing };
  ReEncrypt: { input: ReEncryptRequest; output: ReEncryptResponse };
  ReplicateKey: { input: ReplicateKeyRequest; output: ReplicateKeyResponse };
  RetireGrant: { input: RetireGrantRequest; output: Nothing };
  RevokeGrant: { input: RevokeGrantRequest; output: Nothing };
  RotateKeyOnDemand: { input: RotateKeyOnDemandRequest; output: RotateKeyOnDemandResponse };
  ScheduleKeyDeletion: { input: ScheduleKeyDeletionRequest; output: ScheduleKeyDeletionResponse };
  Sign: { input: SignRequest; output: SignResponse };
  TagResource: { input: TagResourceRequest; output: Nothing };
  UntagResource: { input: UntagResourceRequest; output: Nothing };
  UpdateAlias: { input: UpdateAliasRequest; output: Nothing };
  UpdateCustomKeyStore: {
    input: UpdateCustomKeyStoreRequest;
    output: UpdateCustomKeyStoreResponse;
  };
  UpdateKeyDescription: { input: UpdateKeyDescriptionRequest; output: Nothing };
  UpdatePrimaryRegion: { input: UpdatePrimaryRegionRequest; output: Nothing };
  Verify: { input: VerifyRequest; output: VerifyResponse };
  VerifyMac: { input: VerifyMacRequest; output: VerifyMacResponse };
};

/** No members. */
export type Nothing = Record<never, never>;

export type AlgorithmSpec =
  | "RSAES_PKCS1_V1_5"
  | "RSAES_OAEP_SHA_1"
  | "RSAES_OAEP_SHA_256"
  | "RSA_AES_KEY_WRAP_SHA_1"
  | "RSA_AES_KEY_WRAP_SHA_256"
  | "SM2PKE";

export type AliasListEntry = {
  /** 1 to 256 characters. */
  AliasName?: string | undefined;
  /** 20 to 2048 characters. */
  AliasArn?: string | undefined;
  /** 1 to 2048 characters. */
  TargetKeyId?: string | undefined;
  CreationDate?: Date | undefined;
  LastUpdatedDate?: Date | undefined;
};

export type CancelKeyDeletionRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type CancelKeyDeletionResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
};

export type ConnectCustomKeyStoreRequest = {
  /** 1 to 64 characters. */
  CustomKeyStoreId: string;
};

export type ConnectCustomKeyStoreResponse = Nothing;

export type ConnectionErrorCodeType =
  | "INVALID_CREDENTIALS"
  | "CLUSTER_NOT_FOUND"
  | "NETWORK_ERRORS"
  | "INTERNAL_ERROR"
  | "INSUFFICIENT_CLOUDHSM_HSMS"
  | "USER_LOCKED_OUT"
  | "USER_NOT_FOUND"
  | "USER_LOGGED_IN"
  | "SUBNET_NOT_FOUND"
  | "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET"
  | "XKS_PROXY_ACCESS_DENIED"
  | "XKS_PROXY_NOT_REACHABLE"
  | "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"
  | "XKS_PROXY_INVALID_RESPONSE"
  | "XKS_PROXY_INVALID_CONFIGURATION"
  | "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"
  | "XKS_PROXY_TIMED_OUT"
  | "XKS_PROXY_INVALID_TLS_CONFIGURATION";

export type ConnectionStateType =
  | "CONNECTED"
  | "CONNECTING"
  | "FAILED"
  | "DISCONNECTED"
  | "DISCONNECTING";

export type CreateAliasRequest = {
  /** 1 to 256 characters. */
  AliasName: string;
  /** 1 to 2048 characters. */
  TargetKeyId: string;
};

export type CreateCustomKeyStoreRequest = {
  /** 1 to 256 characters. */
  CustomKeyStoreName: string;
  /** 19 to 24 characters. */
  CloudHsmClusterId?: string | undefined;
  /** 1 to 5000 characters. */
  TrustAnchorCertificate?: string | undefined;
  /** 7 to 32 characters. */
  KeyStorePassword?: string | undefined;
  CustomKeyStoreType?: CustomKeyStoreType | undefined;
  /** 10 to 128 characters. */
  XksProxyUriEndpoint?: string | undefined;
  /** 10 to 128 characters. */
  XksProxyUriPath?: string | undefined;
  /** 20 to 64 characters. */
  XksProxyVpcEndpointServiceName?: string | undefined;
  /** 12 characters. */
  XksProxyVpcEndpointServiceOwner?: string | undefined;
  XksProxyAuthenticationCredential?: XksProxyAuthenticationCredentialType | undefined;
  XksProxyConnectivity?: XksProxyConnectivityType | undefined;
};

export type CreateCustomKeyStoreResponse = {
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
};

export type CreateGrantRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 256 characters. */
  GranteePrincipal?: string | undefined;
  /** 1 to 256 characters. */
  RetiringPrincipal?: string | undefined;
  Operations: readonly GrantOperation[];
  Constraints?: GrantConstraints | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  /** 1 to 256 characters. */
  Name?: string | undefined;
  DryRun?: boolean | undefined;
  /** 1 to 128 characters. */
  GranteeServicePrincipal?: string | undefined;
  /** 1 to 128 characters. */
  RetiringServicePrincipal?: string | undefined;
};

export type CreateGrantResponse = {
  /** 1 to 8192 characters. */
  GrantToken?: string | undefined;
  /** 1 to 128 characters. */
  GrantId?: string | undefined;
};

export type CreateKeyRequest = {
  /** 1 to 131072 characters. */
  Policy?: string | undefined;
  /** 0 to 8192 characters. */
  Description?: string | undefined;
  KeyUsage?: KeyUsageType | undefined;
  CustomerMasterKeySpec?: CustomerMasterKeySpec | undefined;
  KeySpec?: KeySpec | undefined;
  Origin?: OriginType | undefined;
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
  BypassPolicyLockoutSafetyCheck?: boolean | undefined;
  Tags?: readonly Tag[] | undefined;
  MultiRegion?: boolean | undefined;
  /** 1 to 128 characters. */
  XksKeyId?: string | undefined;
};

export type CreateKeyResponse = {
  KeyMetadata?: KeyMetadata | undefined;
};

export type CustomKeyStoreType = "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE";

export type CustomKeyStoresListEntry = {
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
  /** 1 to 256 characters. */
  CustomKeyStoreName?: string | undefined;
  /** 19 to 24 characters. */
  CloudHsmClusterId?: string | undefined;
  /** 1 to 5000 characters. */
  TrustAnchorCertificate?: string | undefined;
  ConnectionState?: ConnectionStateType | undefined;
  ConnectionErrorCode?: ConnectionErrorCodeType | undefined;
  CreationDate?: Date | undefined;
  CustomKeyStoreType?: CustomKeyStoreType | undefined;
  XksProxyConfiguration?: XksProxyConfigurationType | undefined;
};

export type CustomerMasterKeySpec =
  | "RSA_2048"
  | "RSA_3072"
  | "RSA_4096"
  | "ECC_NIST_P256"
  | "ECC_NIST_P384"
  | "ECC_NIST_P521"
  | "ECC_SECG_P256K1"
  | "SYMMETRIC_DEFAULT"
  | "HMAC_224"
  | "HMAC_256"
  | "HMAC_384"
  | "HMAC_512"
  | "SM2";

export type DataKeyPairSpec =
  | "RSA_2048"
  | "RSA_3072"
  | "RSA_4096"
  | "ECC_NIST_P256"
  | "ECC_NIST_P384"
  | "ECC_NIST_P521"
  | "ECC_SECG_P256K1"
  | "SM2"
  | "ECC_NIST_EDWARDS25519"
  | "ML_KEM_512"
  | "ML_KEM_768"
  | "ML_KEM_1024";

export type DataKeySpec = "AES_256" | "AES_128";

export type DecapsulateRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 6144 bytes. */
  SharedSecretCiphertextBlob: Uint8Array;
  EncapsulationAlgorithm: EncapsulationAlgorithmSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type DecapsulateResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 4096 bytes. */
  SharedSecret?: Uint8Array | undefined;
  EncapsulationAlgorithm?: EncapsulationAlgorithmSpec | undefined;
};

export type DecryptRequest = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  EncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  Recipient?: RecipientInfo | undefined;
  DryRun?: boolean | undefined;
  DryRunModifiers?: readonly DryRunModifierType[] | undefined;
};

export type DecryptResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 4096 bytes. */
  Plaintext?: Uint8Array | undefined;
  EncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  /** 1 to 6144 bytes. */
  CiphertextForRecipient?: Uint8Array | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type DeleteAliasRequest = {
  /** 1 to 256 characters. */
  AliasName: string;
};

export type DeleteCustomKeyStoreRequest = {
  /** 1 to 64 characters. */
  CustomKeyStoreId: string;
};

export type DeleteCustomKeyStoreResponse = Nothing;

export type DeleteImportedKeyMaterialRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type DeleteImportedKeyMaterialResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 0 to 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type DeriveSharedSecretRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  KeyAgreementAlgorithm: KeyAgreementAlgorithmSpec;
  /** 1 to 8192 bytes. */
  PublicKey: Uint8Array;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
  Recipient?: RecipientInfo | undefined;
};

export type DeriveSharedSecretResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 4096 bytes. */
  SharedSecret?: Uint8Array | undefined;
  /** 1 to 6144 bytes. */
  CiphertextForRecipient?: Uint8Array | undefined;
  KeyAgreementAlgorithm?: KeyAgreementAlgorithmSpec | undefined;
  KeyOrigin?: OriginType | undefined;
};

export type DescribeCustomKeyStoresRequest = {
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
  /** 1 to 256 characters. */
  CustomKeyStoreName?: string | undefined;
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
};

export type DescribeCustomKeyStoresResponse = {
  CustomKeyStores?: CustomKeyStoresListEntry[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type DescribeKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
};

export type DescribeKeyResponse = {
  KeyMetadata?: KeyMetadata | undefined;
};

export type DisableKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type DisableKeyRotationRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type DisconnectCustomKeyStoreRequest = {
  /** 1 to 64 characters. */
  CustomKeyStoreId: string;
};

export type DisconnectCustomKeyStoreResponse = Nothing;

export type DryRunModifierType = "IGNORE_CIPHERTEXT";

export type EnableKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type EnableKeyRotationRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 90 to 2560. */
  RotationPeriodInDays?: number | undefined;
};

export type EncapsulateRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  EncapsulationAlgorithm: EncapsulationAlgorithmSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type EncapsulateResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 4096 bytes. */
  SharedSecret?: Uint8Array | undefined;
  /** 1 to 6144 bytes. */
  SharedSecretCiphertextBlob?: Uint8Array | undefined;
  EncapsulationAlgorithm?: EncapsulationAlgorithmSpec | undefined;
};

export type EncapsulationAlgorithmSpec = "ML_KEM";

export type EncryptRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 4096 bytes. */
  Plaintext: Uint8Array;
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  EncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  DryRun?: boolean | undefined;
};

export type EncryptResponse = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  EncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
};

export type EncryptionAlgorithmSpec =
  | "SYMMETRIC_DEFAULT"
  | "RSAES_OAEP_SHA_1"
  | "RSAES_OAEP_SHA_256"
  | "SM2PKE";

export type ExpirationModelType = "KEY_MATERIAL_EXPIRES" | "KEY_MATERIAL_DOES_NOT_EXPIRE";

export type GenerateDataKeyPairRequest = {
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 1 to 2048 characters. */
  KeyId: string;
  KeyPairSpec: DataKeyPairSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  Recipient?: RecipientInfo | undefined;
  DryRun?: boolean | undefined;
};

export type GenerateDataKeyPairResponse = {
  /** 1 to 6144 bytes. */
  PrivateKeyCiphertextBlob?: Uint8Array | undefined;
  /** 1 to 4096 bytes. */
  PrivateKeyPlaintext?: Uint8Array | undefined;
  /** 1 to 8192 bytes. */
  PublicKey?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  KeyPairSpec?: DataKeyPairSpec | undefined;
  /** 1 to 6144 bytes. */
  CiphertextForRecipient?: Uint8Array | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type GenerateDataKeyPairWithoutPlaintextRequest = {
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 1 to 2048 characters. */
  KeyId: string;
  KeyPairSpec: DataKeyPairSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type GenerateDataKeyPairWithoutPlaintextResponse = {
  /** 1 to 6144 bytes. */
  PrivateKeyCiphertextBlob?: Uint8Array | undefined;
  /** 1 to 8192 bytes. */
  PublicKey?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  KeyPairSpec?: DataKeyPairSpec | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type GenerateDataKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 1 to 1024. */
  NumberOfBytes?: number | undefined;
  KeySpec?: DataKeySpec | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  Recipient?: RecipientInfo | undefined;
  DryRun?: boolean | undefined;
};

export type GenerateDataKeyResponse = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  /** 1 to 4096 bytes. */
  Plaintext?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 6144 bytes. */
  CiphertextForRecipient?: Uint8Array | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type GenerateDataKeyWithoutPlaintextRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  EncryptionContext?: Readonly<Record<string, string>> | undefined;
  KeySpec?: DataKeySpec | undefined;
  /** 1 to 1024. */
  NumberOfBytes?: number | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type GenerateDataKeyWithoutPlaintextResponse = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type GenerateMacRequest = {
  /** 1 to 4096 bytes. */
  Message: Uint8Array;
  /** 1 to 2048 characters. */
  KeyId: string;
  MacAlgorithm: MacAlgorithmSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type GenerateMacResponse = {
  /** 1 to 6144 bytes. */
  Mac?: Uint8Array | undefined;
  MacAlgorithm?: MacAlgorithmSpec | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
};

export type GenerateRandomRequest = {
  /** 1 to 1024. */
  NumberOfBytes?: number | undefined;
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
  Recipient?: RecipientInfo | undefined;
};

export type GenerateRandomResponse = {
  /** 1 to 4096 bytes. */
  Plaintext?: Uint8Array | undefined;
  /** 1 to 6144 bytes. */
  CiphertextForRecipient?: Uint8Array | undefined;
};

export type GetKeyLastUsageRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type GetKeyLastUsageResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  KeyLastUsage?: KeyLastUsageData | undefined;
  TrackingStartDate?: Date | undefined;
  KeyCreationDate?: Date | undefined;
};

export type GetKeyPolicyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 128 characters. */
  PolicyName?: string | undefined;
};

export type GetKeyPolicyResponse = {
  /** 1 to 131072 characters. */
  Policy?: string | undefined;
  /** 1 to 128 characters. */
  PolicyName?: string | undefined;
};

export type GetKeyRotationStatusRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type GetKeyRotationStatusResponse = {
  KeyRotationEnabled?: boolean | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 90 to 2560. */
  RotationPeriodInDays?: number | undefined;
  NextRotationDate?: Date | undefined;
  OnDemandRotationStartDate?: Date | undefined;
};

export type GetParametersForImportRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  WrappingAlgorithm: AlgorithmSpec;
  WrappingKeySpec: WrappingKeySpec;
};

export type GetParametersForImportResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 6144 bytes. */
  ImportToken?: Uint8Array | undefined;
  /** 1 to 4096 bytes. */
  PublicKey?: Uint8Array | undefined;
  ParametersValidTo?: Date | undefined;
};

export type GetPublicKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
};

export type GetPublicKeyResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 8192 bytes. */
  PublicKey?: Uint8Array | undefined;
  CustomerMasterKeySpec?: CustomerMasterKeySpec | undefined;
  KeySpec?: KeySpec | undefined;
  KeyUsage?: KeyUsageType | undefined;
  EncryptionAlgorithms?: EncryptionAlgorithmSpec[] | undefined;
  SigningAlgorithms?: SigningAlgorithmSpec[] | undefined;
  KeyAgreementAlgorithms?: KeyAgreementAlgorithmSpec[] | undefined;
  EncapsulationAlgorithms?: EncapsulationAlgorithmSpec[] | undefined;
};

export type GrantConstraints = {
  EncryptionContextSubset?: Record<string, string> | undefined;
  EncryptionContextEquals?: Record<string, string> | undefined;
  /** 20 to 512 characters. */
  SourceArn?: string | undefined;
};

export type GrantListEntry = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 128 characters. */
  GrantId?: string | undefined;
  /** 1 to 256 characters. */
  Name?: string | undefined;
  CreationDate?: Date | undefined;
  /** 1 to 256 characters. */
  GranteePrincipal?: string | undefined;
  /** 1 to 256 characters. */
  RetiringPrincipal?: string | undefined;
  /** 1 to 256 characters. */
  IssuingAccount?: string | undefined;
  Operations?: GrantOperation[] | undefined;
  Constraints?: GrantConstraints | undefined;
  /** 1 to 128 characters. */
  GranteeServicePrincipal?: string | undefined;
  /** 1 to 128 characters. */
  RetiringServicePrincipal?: string | undefined;
};

export type GrantOperation =
  | "Decrypt"
  | "Encrypt"
  | "GenerateDataKey"
  | "GenerateDataKeyWithoutPlaintext"
  | "ReEncryptFrom"
  | "ReEncryptTo"
  | "Sign"
  | "Verify"
  | "GetPublicKey"
  | "CreateGrant"
  | "RetireGrant"
  | "DescribeKey"
  | "GenerateDataKeyPair"
  | "GenerateDataKeyPairWithoutPlaintext"
  | "GenerateMac"
  | "VerifyMac"
  | "DeriveSharedSecret"
  | "Encapsulate"
  | "Decapsulate";

export type ImportKeyMaterialRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 6144 bytes. */
  ImportToken: Uint8Array;
  /** 1 to 6144 bytes. */
  EncryptedKeyMaterial: Uint8Array;
  ValidTo?: Date | undefined;
  ExpirationModel?: ExpirationModelType | undefined;
  ImportType?: ImportType | undefined;
  /** 0 to 256 characters. */
  KeyMaterialDescription?: string | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type ImportKeyMaterialResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
};

export type ImportState = "IMPORTED" | "PENDING_IMPORT";

export type ImportType = "NEW_KEY_MATERIAL" | "EXISTING_KEY_MATERIAL";

export type IncludeKeyMaterial = "ALL_KEY_MATERIAL" | "ROTATIONS_ONLY";

export type KeyAgreementAlgorithmSpec = "ECDH";

export type KeyEncryptionMechanism = "RSAES_OAEP_SHA_256";

export type KeyLastUsageData = {
  Operation?: KeyLastUsageTrackingOperation | undefined;
  Timestamp?: Date | undefined;
  CloudTrailEventId?: string | undefined;
  KmsRequestId?: string | undefined;
};

export type KeyLastUsageTrackingOperation =
  | "Decrypt"
  | "DeriveSharedSecret"
  | "Encrypt"
  | "GenerateDataKey"
  | "GenerateDataKeyPair"
  | "GenerateDataKeyPairWithoutPlaintext"
  | "GenerateDataKeyWithoutPlaintext"
  | "GenerateMac"
  | "ReEncrypt"
  | "Sign"
  | "Verify"
  | "VerifyMac"
  | "Encapsulate"
  | "Decapsulate";

export type KeyListEntry = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 20 to 2048 characters. */
  KeyArn?: string | undefined;
};

export type KeyManagerType = "AWS" | "CUSTOMER";

export type KeyMaterialState =
  | "NON_CURRENT"
  | "CURRENT"
  | "PENDING_ROTATION"
  | "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";

export type KeyMetadata = {
  AWSAccountId?: string | undefined;
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 20 to 2048 characters. */
  Arn?: string | undefined;
  CreationDate?: Date | undefined;
  Enabled?: boolean | undefined;
  /** 0 to 8192 characters. */
  Description?: string | undefined;
  KeyUsage?: KeyUsageType | undefined;
  KeyState?: KeyState | undefined;
  DeletionDate?: Date | undefined;
  ValidTo?: Date | undefined;
  Origin?: OriginType | undefined;
  /** 1 to 64 characters. */
  CustomKeyStoreId?: string | undefined;
  /** 19 to 24 characters. */
  CloudHsmClusterId?: string | undefined;
  ExpirationModel?: ExpirationModelType | undefined;
  KeyManager?: KeyManagerType | undefined;
  CustomerMasterKeySpec?: CustomerMasterKeySpec | undefined;
  KeySpec?: KeySpec | undefined;
  EncryptionAlgorithms?: EncryptionAlgorithmSpec[] | undefined;
  SigningAlgorithms?: SigningAlgorithmSpec[] | undefined;
  KeyAgreementAlgorithms?: KeyAgreementAlgorithmSpec[] | undefined;
  EncapsulationAlgorithms?: EncapsulationAlgorithmSpec[] | undefined;
  MultiRegion?: boolean | undefined;
  MultiRegionConfiguration?: MultiRegionConfiguration | undefined;
  /** 1 to 365. */
  PendingDeletionWindowInDays?: number | undefined;
  MacAlgorithms?: MacAlgorithmSpec[] | undefined;
  XksKeyConfiguration?: XksKeyConfigurationType | undefined;
  /** 64 characters. */
  CurrentKeyMaterialId?: string | undefined;
};

export type KeySpec =
  | "RSA_2048"
  | "RSA_3072"
  | "RSA_4096"
  | "ECC_NIST_P256"
  | "ECC_NIST_P384"
  | "ECC_NIST_P521"
  | "ECC_SECG_P256K1"
  | "SYMMETRIC_DEFAULT"
  | "HMAC_224"
  | "HMAC_256"
  | "HMAC_384"
  | "HMAC_512"
  | "SM2"
  | "ML_DSA_44"
  | "ML_DSA_65"
  | "ML_DSA_87"
  | "ECC_NIST_EDWARDS25519"
  | "ML_KEM_512"
  | "ML_KEM_768"
  | "ML_KEM_1024";

export type KeyState =
  | "Creating"
  | "Enabled"
  | "Disabled"
  | "PendingDeletion"
  | "PendingImport"
  | "PendingReplicaDeletion"
  | "Unavailable"
  | "Updating";

export type KeyUsageType =
  | "SIGN_VERIFY"
  | "ENCRYPT_DECRYPT"
  | "GENERATE_VERIFY_MAC"
  | "KEY_AGREEMENT"
  | "ENCAPSULATE_DECAPSULATE";

export type ListAliasesRequest = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
};

export type ListAliasesResponse = {
  Aliases?: AliasListEntry[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListGrantsRequest = {
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 128 characters. */
  GrantId?: string | undefined;
  /** 1 to 256 characters. */
  GranteePrincipal?: string | undefined;
  /** 1 to 128 characters. */
  GranteeServicePrincipal?: string | undefined;
};

export type ListGrantsResponse = {
  Grants?: GrantListEntry[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListKeyPoliciesRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
};

export type ListKeyPoliciesResponse = {
  PolicyNames?: string[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListKeyRotationsRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  IncludeKeyMaterial?: IncludeKeyMaterial | undefined;
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
};

export type ListKeyRotationsResponse = {
  Rotations?: RotationsListEntry[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListKeysRequest = {
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
  /** 1 to 2 items. */
  ResourceOwners?: readonly ResourceOwnerType[] | undefined;
};

export type ListKeysResponse = {
  Keys?: KeyListEntry[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListResourceTagsRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
};

export type ListResourceTagsResponse = {
  Tags?: Tag[] | undefined;
  /** 1 to 1024 characters. */
  NextMarker?: string | undefined;
  Truncated?: boolean | undefined;
};

export type ListRetirableGrantsRequest = {
  /** 1 to 1000. */
  Limit?: number | undefined;
  /** 1 to 1024 characters. */
  Marker?: string | undefined;
  /** 1 to 256 characters. */
  RetiringPrincipal?: string | undefined;
  /** 1 to 128 characters. */
  RetiringServicePrincipal?: string | undefined;
};

export type MacAlgorithmSpec = "HMAC_SHA_224" | "HMAC_SHA_256" | "HMAC_SHA_384" | "HMAC_SHA_512";

export type MessageType = "RAW" | "DIGEST" | "EXTERNAL_MU";

export type MultiRegionConfiguration = {
  MultiRegionKeyType?: MultiRegionKeyType | undefined;
  PrimaryKey?: MultiRegionKey | undefined;
  ReplicaKeys?: MultiRegionKey[] | undefined;
};

export type MultiRegionKey = {
  /** 20 to 2048 characters. */
  Arn?: string | undefined;
  /** 1 to 32 characters. */
  Region?: string | undefined;
};

export type MultiRegionKeyType = "PRIMARY" | "REPLICA";

export type OriginType = "AWS_KMS" | "EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE";

export type PutKeyPolicyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 128 characters. */
  PolicyName?: string | undefined;
  /** 1 to 131072 characters. */
  Policy: string;
  BypassPolicyLockoutSafetyCheck?: boolean | undefined;
};

export type ReEncryptRequest = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  SourceEncryptionContext?: Readonly<Record<string, string>> | undefined;
  /** 1 to 2048 characters. */
  SourceKeyId?: string | undefined;
  /** 1 to 2048 characters. */
  DestinationKeyId: string;
  DestinationEncryptionContext?: Readonly<Record<string, string>> | undefined;
  SourceEncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  DestinationEncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
  DryRunModifiers?: readonly DryRunModifierType[] | undefined;
};

export type ReEncryptResponse = {
  /** 1 to 6144 bytes. */
  CiphertextBlob?: Uint8Array | undefined;
  /** 1 to 2048 characters. */
  SourceKeyId?: string | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  SourceEncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  DestinationEncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
  /** 64 characters. */
  SourceKeyMaterialId?: string | undefined;
  /** 64 characters. */
  DestinationKeyMaterialId?: string | undefined;
};

export type RecipientInfo = {
  KeyEncryptionAlgorithm?: KeyEncryptionMechanism | undefined;
  /** 1 to 262144 bytes. */
  AttestationDocument?: Uint8Array | undefined;
};

export type ReplicateKeyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 32 characters. */
  ReplicaRegion: string;
  /** 1 to 131072 characters. */
  Policy?: string | undefined;
  BypassPolicyLockoutSafetyCheck?: boolean | undefined;
  /** 0 to 8192 characters. */
  Description?: string | undefined;
  Tags?: readonly Tag[] | undefined;
};

export type ReplicateKeyResponse = {
  ReplicaKeyMetadata?: KeyMetadata | undefined;
  /** 1 to 131072 characters. */
  ReplicaPolicy?: string | undefined;
  ReplicaTags?: Tag[] | undefined;
};

export type ResourceOwnerType = "SELF" | "OTHER_ACCOUNTS_VIA_RAM";

export type RetireGrantRequest = {
  /** 1 to 8192 characters. */
  GrantToken?: string | undefined;
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 128 characters. */
  GrantId?: string | undefined;
  DryRun?: boolean | undefined;
};

export type RevokeGrantRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 128 characters. */
  GrantId: string;
  DryRun?: boolean | undefined;
};

export type RotateKeyOnDemandRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
};

export type RotateKeyOnDemandResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
};

export type RotationType = "AUTOMATIC" | "ON_DEMAND";

export type RotationsListEntry = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 64 characters. */
  KeyMaterialId?: string | undefined;
  /** 0 to 256 characters. */
  KeyMaterialDescription?: string | undefined;
  ImportState?: ImportState | undefined;
  KeyMaterialState?: KeyMaterialState | undefined;
  ExpirationModel?: ExpirationModelType | undefined;
  ValidTo?: Date | undefined;
  RotationDate?: Date | undefined;
  RotationType?: RotationType | undefined;
};

export type ScheduleKeyDeletionRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 365. */
  PendingWindowInDays?: number | undefined;
};

export type ScheduleKeyDeletionResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  DeletionDate?: Date | undefined;
  KeyState?: KeyState | undefined;
  /** 1 to 365. */
  PendingWindowInDays?: number | undefined;
};

export type SignRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 4096 bytes. */
  Message: Uint8Array;
  MessageType?: MessageType | undefined;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  SigningAlgorithm: SigningAlgorithmSpec;
  DryRun?: boolean | undefined;
};

export type SignResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  /** 1 to 6144 bytes. */
  Signature?: Uint8Array | undefined;
  SigningAlgorithm?: SigningAlgorithmSpec | undefined;
};

export type SigningAlgorithmSpec =
  | "RSASSA_PSS_SHA_256"
  | "RSASSA_PSS_SHA_384"
  | "RSASSA_PSS_SHA_512"
  | "RSASSA_PKCS1_V1_5_SHA_256"
  | "RSASSA_PKCS1_V1_5_SHA_384"
  | "RSASSA_PKCS1_V1_5_SHA_512"
  | "ECDSA_SHA_256"
  | "ECDSA_SHA_384"
  | "ECDSA_SHA_512"
  | "SM2DSA"
  | "ML_DSA_SHAKE_256"
  | "ED25519_SHA_512"
  | "ED25519_PH_SHA_512";

export type Tag = {
  /** 1 to 128 characters. */
  TagKey: string;
  /** 0 to 256 characters. */
  TagValue: string;
};

export type TagResourceRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  Tags: readonly Tag[];
};

export type UntagResourceRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  TagKeys: readonly string[];
};

export type UpdateAliasRequest = {
  /** 1 to 256 characters. */
  AliasName: string;
  /** 1 to 2048 characters. */
  TargetKeyId: string;
};

export type UpdateCustomKeyStoreRequest = {
  /** 1 to 64 characters. */
  CustomKeyStoreId: string;
  /** 1 to 256 characters. */
  NewCustomKeyStoreName?: string | undefined;
  /** 7 to 32 characters. */
  KeyStorePassword?: string | undefined;
  /** 19 to 24 characters. */
  CloudHsmClusterId?: string | undefined;
  /** 10 to 128 characters. */
  XksProxyUriEndpoint?: string | undefined;
  /** 10 to 128 characters. */
  XksProxyUriPath?: string | undefined;
  /** 20 to 64 characters. */
  XksProxyVpcEndpointServiceName?: string | undefined;
  /** 12 characters. */
  XksProxyVpcEndpointServiceOwner?: string | undefined;
  XksProxyAuthenticationCredential?: XksProxyAuthenticationCredentialType | undefined;
  XksProxyConnectivity?: XksProxyConnectivityType | undefined;
};

export type UpdateCustomKeyStoreResponse = Nothing;

export type UpdateKeyDescriptionRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 0 to 8192 characters. */
  Description: string;
};

export type UpdatePrimaryRegionRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 32 characters. */
  PrimaryRegion: string;
};

export type VerifyMacRequest = {
  /** 1 to 4096 bytes. */
  Message: Uint8Array;
  /** 1 to 2048 characters. */
  KeyId: string;
  MacAlgorithm: MacAlgorithmSpec;
  /** 1 to 6144 bytes. */
  Mac: Uint8Array;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type VerifyMacResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  MacValid?: boolean | undefined;
  MacAlgorithm?: MacAlgorithmSpec | undefined;
};

export type VerifyRequest = {
  /** 1 to 2048 characters. */
  KeyId: string;
  /** 1 to 4096 bytes. */
  Message: Uint8Array;
  MessageType?: MessageType | undefined;
  /** 1 to 6144 bytes. */
  Signature: Uint8Array;
  SigningAlgorithm: SigningAlgorithmSpec;
  /** 0 to 10 items. */
  GrantTokens?: readonly string[] | undefined;
  DryRun?: boolean | undefined;
};

export type VerifyResponse = {
  /** 1 to 2048 characters. */
  KeyId?: string | undefined;
  SignatureValid?: boolean | undefined;
  SigningAlgorithm?: SigningAlgorithmSpec | undefined;
};

export type WrappingKeySpec = "RSA_2048" | "RSA_3072" | "RSA_4096" | "SM2";

export type XksKeyConfigurationType = {
  /** 1 to 128 characters. */
  Id?: string | undefined;
};

export type XksProxyAuthenticationCredentialType = {
  /** 20 to 30 characters. */
  AccessKeyId: string;
  /** 43 to 64 characters. */
  RawSecretAccessKey: string;
};

export type XksProxyConfigurationType = {
  Connectivity?: XksProxyConnectivityType | undefined;
  /** 20 to 30 characters. */
  AccessKeyId?: string | undefined;
  /** 10 to 128 characters. */
  UriEndpoint?: string | undefined;
  /** 10 to 128 characters. */
  UriPath?: string | undefined;
  /** 20 to 64 characters. */
  VpcEndpointServiceName?: string | undefined;
  /** 12 characters. */
  VpcEndpointServiceOwner?: string | undefined;
};

export type XksProxyConnectivityType = "PUBLIC_ENDPOINT" | "VPC_ENDPOINT_SERVICE";
