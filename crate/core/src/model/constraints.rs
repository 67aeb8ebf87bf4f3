//! What each operation's input must look like. Made by scripts/generate-constraints.py from AWS's service
//! model (botocore 1.44.5, kms/2014-11-01); not edited by hand.

use super::validate::{Member, Shape};

/// The model's patterns, by the shape that they stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `[0-9]{12}`
    AccountId,
    /// `^[a-zA-Z0-9:/_-]+$`
    AliasName,
    /// `cluster-[2-7a-zA-Z]{11,16}`
    CloudHsmCluster,
    /// `^[a-f0-9]+$`
    LowerHex,
    /// `[\u0020-\u00FF]*`
    Marker,
    /// `^[a-zA-Z0-9:/_\s.-]+$`
    MaterialDescription,
    /// `[\u0009\u000A\u000D\u0020-\u00FF]+`
    Policy,
    /// `^[\w+=,.@:/-]+$`
    Principal,
    /// `^([a-z]+-){2,3}\d+$`
    Region,
    /// `^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$`
    ServicePrincipal,
    /// `^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$`
    SourceArn,
    /// `[\w]+`
    Word,
    /// `^[A-Z2-7]+$`
    XksAccessKeyId,
    /// `^https://[a-zA-Z0-9.-]+$`
    XksEndpoint,
    /// `^[a-zA-Z0-9-_.]+$`
    XksKeyId,
    /// `^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$`
    XksPath,
    /// `^[a-zA-Z0-9\/+=]+$`
    XksSecret,
    /// `^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$`
    XksService,
}

impl Pattern {
    /// The pattern as the model writes it, which is how the error names it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::AccountId => "[0-9]{12}",
            Self::AliasName => "^[a-zA-Z0-9:/_-]+$",
            Self::CloudHsmCluster => "cluster-[2-7a-zA-Z]{11,16}",
            Self::LowerHex => "^[a-f0-9]+$",
            Self::Marker => "[\\u0020-\\u00FF]*",
            Self::MaterialDescription => "^[a-zA-Z0-9:/_\\s.-]+$",
            Self::Policy => "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
            Self::Principal => "^[\\w+=,.@:/-]+$",
            Self::Region => "^([a-z]+-){2,3}\\d+$",
            Self::ServicePrincipal => "^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
            Self::SourceArn => "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$",
            Self::Word => "[\\w]+",
            Self::XksAccessKeyId => "^[A-Z2-7]+$",
            Self::XksEndpoint => "^https://[a-zA-Z0-9.-]+$",
            Self::XksKeyId => "^[a-zA-Z0-9-_.]+$",
            Self::XksPath => "^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$",
            Self::XksSecret => "^[a-zA-Z0-9\\/+=]+$",
            Self::XksService => "^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$",
        }
    }
}

/// All operations of the service model, sorted by name, with the members of their input.
pub static OPERATIONS: &[(&str, &[Member])] = &[
    ("CancelKeyDeletion", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "ConnectCustomKeyStore",
        &[Member { name: "CustomKeyStoreId", required: true, shape: &CUSTOM_KEY_STORE_ID_TYPE }],
    ),
    (
        "CreateAlias",
        &[
            Member { name: "AliasName", required: true, shape: &ALIAS_NAME_TYPE },
            Member { name: "TargetKeyId", required: true, shape: &KEY_ID_TYPE },
        ],
    ),
    (
        "CreateCustomKeyStore",
        &[
            Member { name: "CustomKeyStoreName", required: true, shape: &CUSTOM_KEY_STORE_NAME_TYPE },
            Member { name: "CloudHsmClusterId", required: false, shape: &CLOUD_HSM_CLUSTER_ID_TYPE },
            Member { name: "TrustAnchorCertificate", required: false, shape: &TRUST_ANCHOR_CERTIFICATE_TYPE },
            Member { name: "KeyStorePassword", required: false, shape: &KEY_STORE_PASSWORD_TYPE },
            Member { name: "CustomKeyStoreType", required: false, shape: &CUSTOM_KEY_STORE_TYPE },
            Member { name: "XksProxyUriEndpoint", required: false, shape: &XKS_PROXY_URI_ENDPOINT_TYPE },
            Member { name: "XksProxyUriPath", required: false, shape: &XKS_PROXY_URI_PATH_TYPE },
            Member {
                name: "XksProxyVpcEndpointServiceName",
                required: false,
                shape: &XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE,
            },
            Member { name: "XksProxyVpcEndpointServiceOwner", required: false, shape: &ACCOUNT_ID_TYPE },
            Member {
                name: "XksProxyAuthenticationCredential",
                required: false,
                shape: &XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE,
            },
            Member { name: "XksProxyConnectivity", required: false, shape: &XKS_PROXY_CONNECTIVITY_TYPE },
        ],
    ),
    (
        "CreateGrant",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "GranteePrincipal", required: false, shape: &PRINCIPAL_ID_TYPE },
            Member { name: "RetiringPrincipal", required: false, shape: &PRINCIPAL_ID_TYPE },
            Member { name: "Operations", required: true, shape: &GRANT_OPERATION_LIST },
            Member { name: "Constraints", required: false, shape: &GRANT_CONSTRAINTS },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "Name", required: false, shape: &GRANT_NAME_TYPE },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
            Member { name: "GranteeServicePrincipal", required: false, shape: &SERVICE_PRINCIPAL_TYPE },
            Member { name: "RetiringServicePrincipal", required: false, shape: &SERVICE_PRINCIPAL_TYPE },
        ],
    ),
    (
        "CreateKey",
        &[
            Member { name: "Policy", required: false, shape: &POLICY_TYPE },
            Member { name: "Description", required: false, shape: &DESCRIPTION_TYPE },
            Member { name: "KeyUsage", required: false, shape: &KEY_USAGE_TYPE },
            Member { name: "CustomerMasterKeySpec", required: false, shape: &CUSTOMER_MASTER_KEY_SPEC },
            Member { name: "KeySpec", required: false, shape: &KEY_SPEC },
            Member { name: "Origin", required: false, shape: &ORIGIN_TYPE },
            Member { name: "CustomKeyStoreId", required: false, shape: &CUSTOM_KEY_STORE_ID_TYPE },
            Member { name: "BypassPolicyLockoutSafetyCheck", required: false, shape: &Shape::Boolean },
            Member { name: "Tags", required: false, shape: &TAG_LIST },
            Member { name: "MultiRegion", required: false, shape: &Shape::Boolean },
            Member { name: "XksKeyId", required: false, shape: &XKS_KEY_ID_TYPE },
        ],
    ),
    (
        "Decapsulate",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "SharedSecretCiphertextBlob", required: true, shape: &CIPHERTEXT_TYPE },
            Member { name: "EncapsulationAlgorithm", required: true, shape: &ENCAPSULATION_ALGORITHM_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "Decrypt",
        &[
            Member { name: "CiphertextBlob", required: false, shape: &CIPHERTEXT_TYPE },
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "KeyId", required: false, shape: &KEY_ID_TYPE },
            Member { name: "EncryptionAlgorithm", required: false, shape: &ENCRYPTION_ALGORITHM_SPEC },
            Member { name: "Recipient", required: false, shape: &RECIPIENT_INFO },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
            Member { name: "DryRunModifiers", required: false, shape: &DRY_RUN_MODIFIER_LIST },
        ],
    ),
    ("DeleteAlias", &[Member { name: "AliasName", required: true, shape: &ALIAS_NAME_TYPE }]),
    (
        "DeleteCustomKeyStore",
        &[Member { name: "CustomKeyStoreId", required: true, shape: &CUSTOM_KEY_STORE_ID_TYPE }],
    ),
    (
        "DeleteImportedKeyMaterial",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "KeyMaterialId", required: false, shape: &BACKING_KEY_ID_TYPE },
        ],
    ),
    (
        "DeriveSharedSecret",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "KeyAgreementAlgorithm", required: true, shape: &KEY_AGREEMENT_ALGORITHM_SPEC },
            Member { name: "PublicKey", required: true, shape: &PUBLIC_KEY_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
            Member { name: "Recipient", required: false, shape: &RECIPIENT_INFO },
        ],
    ),
    (
        "DescribeCustomKeyStores",
        &[
            Member { name: "CustomKeyStoreId", required: false, shape: &CUSTOM_KEY_STORE_ID_TYPE },
            Member { name: "CustomKeyStoreName", required: false, shape: &CUSTOM_KEY_STORE_NAME_TYPE },
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
        ],
    ),
    (
        "DescribeKey",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
        ],
    ),
    ("DisableKey", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    ("DisableKeyRotation", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "DisconnectCustomKeyStore",
        &[Member { name: "CustomKeyStoreId", required: true, shape: &CUSTOM_KEY_STORE_ID_TYPE }],
    ),
    ("EnableKey", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "EnableKeyRotation",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "RotationPeriodInDays", required: false, shape: &ROTATION_PERIOD_IN_DAYS_TYPE },
        ],
    ),
    (
        "Encapsulate",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "EncapsulationAlgorithm", required: true, shape: &ENCAPSULATION_ALGORITHM_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "Encrypt",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Plaintext", required: true, shape: &PLAINTEXT_TYPE },
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "EncryptionAlgorithm", required: false, shape: &ENCRYPTION_ALGORITHM_SPEC },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateDataKey",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "NumberOfBytes", required: false, shape: &NUMBER_OF_BYTES_TYPE },
            Member { name: "KeySpec", required: false, shape: &DATA_KEY_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "Recipient", required: false, shape: &RECIPIENT_INFO },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateDataKeyPair",
        &[
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "KeyPairSpec", required: true, shape: &DATA_KEY_PAIR_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "Recipient", required: false, shape: &RECIPIENT_INFO },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateDataKeyPairWithoutPlaintext",
        &[
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "KeyPairSpec", required: true, shape: &DATA_KEY_PAIR_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateDataKeyWithoutPlaintext",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "EncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "KeySpec", required: false, shape: &DATA_KEY_SPEC },
            Member { name: "NumberOfBytes", required: false, shape: &NUMBER_OF_BYTES_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateMac",
        &[
            Member { name: "Message", required: true, shape: &PLAINTEXT_TYPE },
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "MacAlgorithm", required: true, shape: &MAC_ALGORITHM_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "GenerateRandom",
        &[
            Member { name: "NumberOfBytes", required: false, shape: &NUMBER_OF_BYTES_TYPE },
            Member { name: "CustomKeyStoreId", required: false, shape: &CUSTOM_KEY_STORE_ID_TYPE },
            Member { name: "Recipient", required: false, shape: &RECIPIENT_INFO },
        ],
    ),
    ("GetKeyLastUsage", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "GetKeyPolicy",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "PolicyName", required: false, shape: &POLICY_NAME_TYPE },
        ],
    ),
    ("GetKeyRotationStatus", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "GetParametersForImport",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "WrappingAlgorithm", required: true, shape: &ALGORITHM_SPEC },
            Member { name: "WrappingKeySpec", required: true, shape: &WRAPPING_KEY_SPEC },
        ],
    ),
    (
        "GetPublicKey",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
        ],
    ),
    (
        "ImportKeyMaterial",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "ImportToken", required: true, shape: &CIPHERTEXT_TYPE },
            Member { name: "EncryptedKeyMaterial", required: true, shape: &CIPHERTEXT_TYPE },
            Member { name: "ValidTo", required: false, shape: &Shape::Timestamp },
            Member { name: "ExpirationModel", required: false, shape: &EXPIRATION_MODEL_TYPE },
            Member { name: "ImportType", required: false, shape: &IMPORT_TYPE },
            Member { name: "KeyMaterialDescription", required: false, shape: &KEY_MATERIAL_DESCRIPTION_TYPE },
            Member { name: "KeyMaterialId", required: false, shape: &BACKING_KEY_ID_TYPE },
        ],
    ),
    (
        "ListAliases",
        &[
            Member { name: "KeyId", required: false, shape: &KEY_ID_TYPE },
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
        ],
    ),
    (
        "ListGrants",
        &[
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "GrantId", required: false, shape: &GRANT_ID_TYPE },
            Member { name: "GranteePrincipal", required: false, shape: &PRINCIPAL_ID_TYPE },
            Member { name: "GranteeServicePrincipal", required: false, shape: &SERVICE_PRINCIPAL_TYPE },
        ],
    ),
    (
        "ListKeyPolicies",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
        ],
    ),
    (
        "ListKeyRotations",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "IncludeKeyMaterial", required: false, shape: &INCLUDE_KEY_MATERIAL },
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
        ],
    ),
    (
        "ListKeys",
        &[
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
            Member { name: "ResourceOwners", required: false, shape: &RESOURCE_OWNERS_LIST },
        ],
    ),
    (
        "ListResourceTags",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
        ],
    ),
    (
        "ListRetirableGrants",
        &[
            Member { name: "Limit", required: false, shape: &LIMIT_TYPE },
            Member { name: "Marker", required: false, shape: &MARKER_TYPE },
            Member { name: "RetiringPrincipal", required: false, shape: &PRINCIPAL_ID_TYPE },
            Member { name: "RetiringServicePrincipal", required: false, shape: &SERVICE_PRINCIPAL_TYPE },
        ],
    ),
    (
        "PutKeyPolicy",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "PolicyName", required: false, shape: &POLICY_NAME_TYPE },
            Member { name: "Policy", required: true, shape: &POLICY_TYPE },
            Member { name: "BypassPolicyLockoutSafetyCheck", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "ReEncrypt",
        &[
            Member { name: "CiphertextBlob", required: false, shape: &CIPHERTEXT_TYPE },
            Member { name: "SourceEncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "SourceKeyId", required: false, shape: &KEY_ID_TYPE },
            Member { name: "DestinationKeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "DestinationEncryptionContext", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
            Member { name: "SourceEncryptionAlgorithm", required: false, shape: &ENCRYPTION_ALGORITHM_SPEC },
            Member {
                name: "DestinationEncryptionAlgorithm",
                required: false,
                shape: &ENCRYPTION_ALGORITHM_SPEC,
            },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
            Member { name: "DryRunModifiers", required: false, shape: &DRY_RUN_MODIFIER_LIST },
        ],
    ),
    (
        "ReplicateKey",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "ReplicaRegion", required: true, shape: &REGION_TYPE },
            Member { name: "Policy", required: false, shape: &POLICY_TYPE },
            Member { name: "BypassPolicyLockoutSafetyCheck", required: false, shape: &Shape::Boolean },
            Member { name: "Description", required: false, shape: &DESCRIPTION_TYPE },
            Member { name: "Tags", required: false, shape: &TAG_LIST },
        ],
    ),
    (
        "RetireGrant",
        &[
            Member { name: "GrantToken", required: false, shape: &GRANT_TOKEN_TYPE },
            Member { name: "KeyId", required: false, shape: &KEY_ID_TYPE },
            Member { name: "GrantId", required: false, shape: &GRANT_ID_TYPE },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "RevokeGrant",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "GrantId", required: true, shape: &GRANT_ID_TYPE },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    ("RotateKeyOnDemand", &[Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE }]),
    (
        "ScheduleKeyDeletion",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "PendingWindowInDays", required: false, shape: &PENDING_WINDOW_IN_DAYS_TYPE },
        ],
    ),
    (
        "Sign",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Message", required: true, shape: &PLAINTEXT_TYPE },
            Member { name: "MessageType", required: false, shape: &MESSAGE_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "SigningAlgorithm", required: true, shape: &SIGNING_ALGORITHM_SPEC },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "TagResource",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Tags", required: true, shape: &TAG_LIST },
        ],
    ),
    (
        "UntagResource",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "TagKeys", required: true, shape: &TAG_KEY_LIST },
        ],
    ),
    (
        "UpdateAlias",
        &[
            Member { name: "AliasName", required: true, shape: &ALIAS_NAME_TYPE },
            Member { name: "TargetKeyId", required: true, shape: &KEY_ID_TYPE },
        ],
    ),
    (
        "UpdateCustomKeyStore",
        &[
            Member { name: "CustomKeyStoreId", required: true, shape: &CUSTOM_KEY_STORE_ID_TYPE },
            Member { name: "NewCustomKeyStoreName", required: false, shape: &CUSTOM_KEY_STORE_NAME_TYPE },
            Member { name: "KeyStorePassword", required: false, shape: &KEY_STORE_PASSWORD_TYPE },
            Member { name: "CloudHsmClusterId", required: false, shape: &CLOUD_HSM_CLUSTER_ID_TYPE },
            Member { name: "XksProxyUriEndpoint", required: false, shape: &XKS_PROXY_URI_ENDPOINT_TYPE },
            Member { name: "XksProxyUriPath", required: false, shape: &XKS_PROXY_URI_PATH_TYPE },
            Member {
                name: "XksProxyVpcEndpointServiceName",
                required: false,
                shape: &XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE,
            },
            Member { name: "XksProxyVpcEndpointServiceOwner", required: false, shape: &ACCOUNT_ID_TYPE },
            Member {
                name: "XksProxyAuthenticationCredential",
                required: false,
                shape: &XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE,
            },
            Member { name: "XksProxyConnectivity", required: false, shape: &XKS_PROXY_CONNECTIVITY_TYPE },
        ],
    ),
    (
        "UpdateKeyDescription",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Description", required: true, shape: &DESCRIPTION_TYPE },
        ],
    ),
    (
        "UpdatePrimaryRegion",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "PrimaryRegion", required: true, shape: &REGION_TYPE },
        ],
    ),
    (
        "Verify",
        &[
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "Message", required: true, shape: &PLAINTEXT_TYPE },
            Member { name: "MessageType", required: false, shape: &MESSAGE_TYPE },
            Member { name: "Signature", required: true, shape: &CIPHERTEXT_TYPE },
            Member { name: "SigningAlgorithm", required: true, shape: &SIGNING_ALGORITHM_SPEC },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
    (
        "VerifyMac",
        &[
            Member { name: "Message", required: true, shape: &PLAINTEXT_TYPE },
            Member { name: "KeyId", required: true, shape: &KEY_ID_TYPE },
            Member { name: "MacAlgorithm", required: true, shape: &MAC_ALGORITHM_SPEC },
            Member { name: "Mac", required: true, shape: &CIPHERTEXT_TYPE },
            Member { name: "GrantTokens", required: false, shape: &GRANT_TOKEN_LIST },
            Member { name: "DryRun", required: false, shape: &Shape::Boolean },
        ],
    ),
];

static ACCOUNT_ID_TYPE: Shape = Shape::String {
    min: Some(12),
    max: Some(12),
    pattern: Some(Pattern::AccountId),
    values: &[],
    sensitive: false,
};
static ALGORITHM_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "RSAES_PKCS1_V1_5",
        "RSAES_OAEP_SHA_1",
        "RSAES_OAEP_SHA_256",
        "RSA_AES_KEY_WRAP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_256",
        "SM2PKE",
    ],
    sensitive: false,
};
static ALIAS_NAME_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(256),
    pattern: Some(Pattern::AliasName),
    values: &[],
    sensitive: false,
};
static ATTESTATION_DOCUMENT_TYPE: Shape = Shape::Blob { min: Some(1), max: Some(262144) };
static BACKING_KEY_ID_TYPE: Shape = Shape::String {
    min: Some(64),
    max: Some(64),
    pattern: Some(Pattern::LowerHex),
    values: &[],
    sensitive: false,
};
static CIPHERTEXT_TYPE: Shape = Shape::Blob { min: Some(1), max: Some(6144) };
static CLOUD_HSM_CLUSTER_ID_TYPE: Shape = Shape::String {
    min: Some(19),
    max: Some(24),
    pattern: Some(Pattern::CloudHsmCluster),
    values: &[],
    sensitive: false,
};
static CUSTOMER_MASTER_KEY_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "SYMMETRIC_DEFAULT",
        "HMAC_224",
        "HMAC_256",
        "HMAC_384",
        "HMAC_512",
        "SM2",
    ],
    sensitive: false,
};
static CUSTOM_KEY_STORE_ID_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(64), pattern: None, values: &[], sensitive: false };
static CUSTOM_KEY_STORE_NAME_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(256), pattern: None, values: &[], sensitive: false };
static CUSTOM_KEY_STORE_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"],
    sensitive: false,
};
static DATA_KEY_PAIR_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "SM2",
        "ECC_NIST_EDWARDS25519",
        "ML_KEM_512",
        "ML_KEM_768",
        "ML_KEM_1024",
    ],
    sensitive: false,
};
static DATA_KEY_SPEC: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &["AES_256", "AES_128"], sensitive: false };
static DESCRIPTION_TYPE: Shape =
    Shape::String { min: Some(0), max: Some(8192), pattern: None, values: &[], sensitive: false };
static DRY_RUN_MODIFIER_LIST: Shape = Shape::List { min: None, max: None, item: &DRY_RUN_MODIFIER_TYPE };
static DRY_RUN_MODIFIER_TYPE: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &["IGNORE_CIPHERTEXT"], sensitive: false };
static ENCAPSULATION_ALGORITHM_SPEC: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &["ML_KEM"], sensitive: false };
static ENCRYPTION_ALGORITHM_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"],
    sensitive: false,
};
static ENCRYPTION_CONTEXT_TYPE: Shape = Shape::Map { value: &ENCRYPTION_CONTEXT_VALUE };
static ENCRYPTION_CONTEXT_VALUE: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &[], sensitive: false };
static EXPIRATION_MODEL_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"],
    sensitive: false,
};
static GRANT_CONSTRAINTS: Shape = Shape::Structure(&[
    Member { name: "EncryptionContextSubset", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
    Member { name: "EncryptionContextEquals", required: false, shape: &ENCRYPTION_CONTEXT_TYPE },
    Member { name: "SourceArn", required: false, shape: &GRANT_CONSTRAINT_SOURCE_ARN_TYPE },
]);
static GRANT_CONSTRAINT_SOURCE_ARN_TYPE: Shape = Shape::String {
    min: Some(20),
    max: Some(512),
    pattern: Some(Pattern::SourceArn),
    values: &[],
    sensitive: false,
};
static GRANT_ID_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(128), pattern: None, values: &[], sensitive: false };
static GRANT_NAME_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(256),
    pattern: Some(Pattern::AliasName),
    values: &[],
    sensitive: false,
};
static GRANT_OPERATION: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
        "Sign",
        "Verify",
        "GetPublicKey",
        "CreateGrant",
        "RetireGrant",
        "DescribeKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateMac",
        "VerifyMac",
        "DeriveSharedSecret",
        "Encapsulate",
        "Decapsulate",
    ],
    sensitive: false,
};
static GRANT_OPERATION_LIST: Shape = Shape::List { min: None, max: None, item: &GRANT_OPERATION };
static GRANT_TOKEN_LIST: Shape = Shape::List { min: Some(0), max: Some(10), item: &GRANT_TOKEN_TYPE };
static GRANT_TOKEN_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(8192), pattern: None, values: &[], sensitive: false };
static IMPORT_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"],
    sensitive: false,
};
static INCLUDE_KEY_MATERIAL: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"],
    sensitive: false,
};
static KEY_AGREEMENT_ALGORITHM_SPEC: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &["ECDH"], sensitive: false };
static KEY_ENCRYPTION_MECHANISM: Shape =
    Shape::String { min: None, max: None, pattern: None, values: &["RSAES_OAEP_SHA_256"], sensitive: false };
static KEY_ID_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(2048), pattern: None, values: &[], sensitive: false };
static KEY_MATERIAL_DESCRIPTION_TYPE: Shape = Shape::String {
    min: Some(0),
    max: Some(256),
    pattern: Some(Pattern::MaterialDescription),
    values: &[],
    sensitive: false,
};
static KEY_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "SYMMETRIC_DEFAULT",
        "HMAC_224",
        "HMAC_256",
        "HMAC_384",
        "HMAC_512",
        "SM2",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
        "ECC_NIST_EDWARDS25519",
        "ML_KEM_512",
        "ML_KEM_768",
        "ML_KEM_1024",
    ],
    sensitive: false,
};
static KEY_STORE_PASSWORD_TYPE: Shape =
    Shape::String { min: Some(7), max: Some(32), pattern: None, values: &[], sensitive: true };
static KEY_USAGE_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "SIGN_VERIFY",
        "ENCRYPT_DECRYPT",
        "GENERATE_VERIFY_MAC",
        "KEY_AGREEMENT",
        "ENCAPSULATE_DECAPSULATE",
    ],
    sensitive: false,
};
static LIMIT_TYPE: Shape = Shape::Integer { min: Some(1), max: Some(1000) };
static MAC_ALGORITHM_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"],
    sensitive: false,
};
static MARKER_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(1024),
    pattern: Some(Pattern::Marker),
    values: &[],
    sensitive: false,
};
static MESSAGE_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["RAW", "DIGEST", "EXTERNAL_MU"],
    sensitive: false,
};
static NUMBER_OF_BYTES_TYPE: Shape = Shape::Integer { min: Some(1), max: Some(1024) };
static ORIGIN_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"],
    sensitive: false,
};
static PENDING_WINDOW_IN_DAYS_TYPE: Shape = Shape::Integer { min: Some(1), max: Some(365) };
static PLAINTEXT_TYPE: Shape = Shape::Blob { min: Some(1), max: Some(4096) };
static POLICY_NAME_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern::Word),
    values: &[],
    sensitive: false,
};
static POLICY_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(131072),
    pattern: Some(Pattern::Policy),
    values: &[],
    sensitive: false,
};
static PRINCIPAL_ID_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(256),
    pattern: Some(Pattern::Principal),
    values: &[],
    sensitive: false,
};
static PUBLIC_KEY_TYPE: Shape = Shape::Blob { min: Some(1), max: Some(8192) };
static RECIPIENT_INFO: Shape = Shape::Structure(&[
    Member { name: "KeyEncryptionAlgorithm", required: false, shape: &KEY_ENCRYPTION_MECHANISM },
    Member { name: "AttestationDocument", required: false, shape: &ATTESTATION_DOCUMENT_TYPE },
]);
static REGION_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(32),
    pattern: Some(Pattern::Region),
    values: &[],
    sensitive: false,
};
static RESOURCE_OWNERS_LIST: Shape = Shape::List { min: Some(1), max: Some(2), item: &RESOURCE_OWNER_TYPE };
static RESOURCE_OWNER_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["SELF", "OTHER_ACCOUNTS_VIA_RAM"],
    sensitive: false,
};
static ROTATION_PERIOD_IN_DAYS_TYPE: Shape = Shape::Integer { min: Some(90), max: Some(2560) };
static SERVICE_PRINCIPAL_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern::ServicePrincipal),
    values: &[],
    sensitive: false,
};
static SIGNING_ALGORITHM_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &[
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "ECDSA_SHA_256",
        "ECDSA_SHA_384",
        "ECDSA_SHA_512",
        "SM2DSA",
        "ML_DSA_SHAKE_256",
        "ED25519_SHA_512",
        "ED25519_PH_SHA_512",
    ],
    sensitive: false,
};
static TAG: Shape = Shape::Structure(&[
    Member { name: "TagKey", required: true, shape: &TAG_KEY_TYPE },
    Member { name: "TagValue", required: true, shape: &TAG_VALUE_TYPE },
]);
static TAG_KEY_LIST: Shape = Shape::List { min: None, max: None, item: &TAG_KEY_TYPE };
static TAG_KEY_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(128), pattern: None, values: &[], sensitive: false };
static TAG_LIST: Shape = Shape::List { min: None, max: None, item: &TAG };
static TAG_VALUE_TYPE: Shape =
    Shape::String { min: Some(0), max: Some(256), pattern: None, values: &[], sensitive: false };
static TRUST_ANCHOR_CERTIFICATE_TYPE: Shape =
    Shape::String { min: Some(1), max: Some(5000), pattern: None, values: &[], sensitive: false };
static WRAPPING_KEY_SPEC: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["RSA_2048", "RSA_3072", "RSA_4096", "SM2"],
    sensitive: false,
};
static XKS_KEY_ID_TYPE: Shape = Shape::String {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern::XksKeyId),
    values: &[],
    sensitive: false,
};
static XKS_PROXY_AUTHENTICATION_ACCESS_KEY_ID_TYPE: Shape = Shape::String {
    min: Some(20),
    max: Some(30),
    pattern: Some(Pattern::XksAccessKeyId),
    values: &[],
    sensitive: true,
};
static XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE: Shape = Shape::Structure(&[
    Member { name: "AccessKeyId", required: true, shape: &XKS_PROXY_AUTHENTICATION_ACCESS_KEY_ID_TYPE },
    Member {
        name: "RawSecretAccessKey",
        required: true,
        shape: &XKS_PROXY_AUTHENTICATION_RAW_SECRET_ACCESS_KEY_TYPE,
    },
]);
static XKS_PROXY_AUTHENTICATION_RAW_SECRET_ACCESS_KEY_TYPE: Shape = Shape::String {
    min: Some(43),
    max: Some(64),
    pattern: Some(Pattern::XksSecret),
    values: &[],
    sensitive: true,
};
static XKS_PROXY_CONNECTIVITY_TYPE: Shape = Shape::String {
    min: None,
    max: None,
    pattern: None,
    values: &["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"],
    sensitive: false,
};
static XKS_PROXY_URI_ENDPOINT_TYPE: Shape = Shape::String {
    min: Some(10),
    max: Some(128),
    pattern: Some(Pattern::XksEndpoint),
    values: &[],
    sensitive: false,
};
static XKS_PROXY_URI_PATH_TYPE: Shape = Shape::String {
    min: Some(10),
    max: Some(128),
    pattern: Some(Pattern::XksPath),
    values: &[],
    sensitive: false,
};
static XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE: Shape = Shape::String {
    min: Some(20),
    max: Some(64),
    pattern: Some(Pattern::XksService),
    values: &[],
    sensitive: false,
};
