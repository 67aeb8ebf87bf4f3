//! What can go wrong, by who is at fault, under the names that AWS gives.

use std::fmt;

use crate::crypto;

/// An exception of the KMS API: AWS's name for it and AWS's message.
///
/// The name is what a program branches on (`err.name` in JavaScript, `__type` on the wire).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KmsError {
    /// The caller's request is at fault: HTTP 400.
    Request(RequestError, String),
    /// The service, or what it stands on, is at fault: HTTP 500.
    Service(ServiceError, String),
}

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant,)* }
        impl $name {
            /// AWS's name for the exception.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

codes! {
    /// The request's faults. Each name is the service model's.
    RequestError {
        /// Refused: no permission, or a ciphertext whose key the caller cannot be told about.
        AccessDenied = "AccessDeniedException",
        /// The alias or replica exists already.
        AlreadyExists = "AlreadyExistsException",
        /// The KMS key is disabled.
        Disabled = "DisabledException",
        /// The dry run would have succeeded.
        DryRun = "DryRunOperationException",
        /// An automatic rotation is too close to one on demand.
        Conflict = "ConflictException",
        /// The CloudHSM cluster stands behind another custom key store.
        CloudHsmClusterInUse = "CloudHsmClusterInUseException",
        /// The custom key store holds KMS keys.
        CustomKeyStoreHasKeys = "CustomKeyStoreHasCMKsException",
        /// The connection of the custom key store does not allow the operation.
        CustomKeyStoreInvalidState = "CustomKeyStoreInvalidStateException",
        /// Another custom key store has that name.
        CustomKeyStoreNameInUse = "CustomKeyStoreNameInUseException",
        /// No such custom key store.
        CustomKeyStoreNotFound = "CustomKeyStoreNotFoundException",
        /// The import token is older than 24 hours.
        ExpiredImportToken = "ExpiredImportTokenException",
        /// The key material is not what the KMS key expects.
        IncorrectKeyMaterial = "IncorrectKeyMaterialException",
        /// The trust anchor is none of the cluster's.
        IncorrectTrustAnchor = "IncorrectTrustAnchorException",
        /// The named KMS key did not encrypt this ciphertext.
        IncorrectKey = "IncorrectKeyException",
        /// The alias name is not acceptable.
        InvalidAliasName = "InvalidAliasNameException",
        /// The ARN is not acceptable.
        InvalidArn = "InvalidArnException",
        /// The ciphertext, its context or its key does not fit. The message is empty and alike for every cause.
        InvalidCiphertext = "InvalidCiphertextException",
        /// The MAC is not one of the message under this key. The message is empty.
        InvalidMac = "KMSInvalidMacException",
        /// The signature is not one of the message under this key. The message is empty.
        InvalidSignature = "KMSInvalidSignatureException",
        /// The key's usage or spec does not allow the operation.
        InvalidKeyUsage = "InvalidKeyUsageException",
        /// A grant id is not of their form.
        InvalidGrantId = "InvalidGrantIdException",
        /// An import token is not one of ours, or another KMS key's.
        InvalidImportToken = "InvalidImportTokenException",
        /// A grant token is not one of ours.
        InvalidGrantToken = "InvalidGrantTokenException",
        /// The paging marker was not made by this service.
        InvalidMarker = "InvalidMarkerException",
        /// The KMS key is in a state that does not allow the operation.
        InvalidState = "KMSInvalidStateException",
        /// A quota is used up.
        LimitExceeded = "LimitExceededException",
        /// A key policy is not acceptable.
        MalformedPolicy = "MalformedPolicyDocumentException",
        /// No such KMS key, alias or other resource.
        NotFound = "NotFoundException",
        /// The request is not of the operation's form at all.
        Serialization = "SerializationException",
        /// A tag is not acceptable.
        Tag = "TagException",
        /// No such operation here.
        UnknownOperation = "UnknownOperationException",
        /// The operation does not work on this kind of key.
        UnsupportedOperation = "UnsupportedOperationException",
        /// A member breaks a constraint of the service model.
        Validation = "ValidationException",
        /// The external key stands behind another KMS key.
        XksKeyAlreadyInUse = "XksKeyAlreadyInUseException",
        /// The proxy's endpoint stands behind another external key store.
        XksProxyUriEndpointInUse = "XksProxyUriEndpointInUseException",
        /// The proxy's address stands behind another external key store.
        XksProxyUriInUse = "XksProxyUriInUseException",
        /// The VPC endpoint service stands behind another external key store.
        XksProxyVpcEndpointServiceInUse = "XksProxyVpcEndpointServiceInUseException",
    }
}

codes! {
    /// The service's faults.
    ServiceError {
        /// Something inside failed; the request may be sent again.
        Internal = "KMSInternalException",
        /// The key material cannot be had at the moment.
        KeyUnavailable = "KeyUnavailableException",
        /// Something that the service depends on did not answer.
        DependencyTimeout = "DependencyTimeoutException",
    }
}

impl KmsError {
    /// AWS's name for the exception.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request(kind, _) => kind.code(),
            Self::Service(kind, _) => kind.code(),
        }
    }

    /// AWS's message; empty where AWS says nothing on purpose.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Request(_, message) | Self::Service(_, message) => message,
        }
    }

    /// The HTTP status under which AWS sends it.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Request(..) => 400,
            Self::Service(..) => 500,
        }
    }

    /// `InvalidCiphertextException`: one error for every cryptographic failure, with nothing to learn from it.
    #[must_use]
    pub fn invalid_ciphertext() -> Self {
        Self::Request(RequestError::InvalidCiphertext, String::new())
    }

    /// What Decrypt says of a ciphertext whose key the caller may not even know of.
    #[must_use]
    pub fn unknown_ciphertext_key() -> Self {
        Self::Request(
            RequestError::AccessDenied,
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, \
             or you are not allowed to access."
                .to_owned(),
        )
    }

    /// An exception of the caller's with `message`.
    #[must_use]
    pub fn request(kind: RequestError, message: impl Into<String>) -> Self {
        Self::Request(kind, message.into())
    }

    /// `NotFoundException` with `message`.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::Request(RequestError::NotFound, message.into())
    }

    /// `KMSInvalidStateException` with `message`.
    #[must_use]
    pub fn invalid_state(message: impl Into<String>) -> Self {
        Self::Request(RequestError::InvalidState, message.into())
    }

    /// `UnsupportedOperationException` with `message`.
    #[must_use]
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Request(RequestError::UnsupportedOperation, message.into())
    }

    /// A request that is not of the operation's form.
    #[must_use]
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::Request(RequestError::Serialization, message.into())
    }

    /// `ValidationException` with `message`.
    #[must_use]
    pub fn validation(message: impl Into<String>) -> Self {
        Self::Request(RequestError::Validation, message.into())
    }

    /// `KMSInternalException` with `message`.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Service(ServiceError::Internal, message.into())
    }
}

impl From<crypto::Failure> for KmsError {
    fn from(failure: crypto::Failure) -> Self {
        Self::internal(failure.to_string())
    }
}

impl fmt::Display for KmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message().is_empty() {
            f.write_str(self.code())
        } else {
            write!(f, "{}: {}", self.code(), self.message())
        }
    }
}

impl std::error::Error for KmsError {}
