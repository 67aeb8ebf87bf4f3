//! What a host's storage can do wrong, and how errors reach JavaScript: by `name`.

use std::fmt;

use tabkms_core::model::KmsError;
use tabkms_services::iam::IamError;
use tabkms_services::s3::S3Error;
use wasm_bindgen::JsValue;

use crate::host;

/// A fault of the host's storage, or of what it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageError {
    /// The browser gives no storage here: a private window, a blocked site, another tab in the way.
    Refused(String),
    /// The disk quota is used up, or the disk. The write that met it changed nothing.
    QuotaExceeded,
    /// A newer tabkms wrote the database.
    SchemaTooNew {
        /// The newest schema that this version reads.
        known: u32,
    },
    /// Something stored is not what was written.
    Corrupt(String),
    /// The store is under a passphrase and none was given.
    PassphraseRequired,
    /// The passphrase does not open the store or the file.
    WrongPassphrase,
    /// The store was closed.
    Closed,
    /// The host's own error, with its name.
    Host(String),
}

impl StorageError {
    /// The JavaScript error's `name`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refused(_) => "StorageRefusedError",
            Self::QuotaExceeded => "QuotaExceededError",
            Self::SchemaTooNew { .. } => "SchemaTooNewError",
            Self::Corrupt(_) => "CorruptStoreError",
            Self::PassphraseRequired => "PassphraseRequiredError",
            Self::WrongPassphrase => "WrongPassphraseError",
            Self::Closed => "ClosedError",
            Self::Host(_) => "StorageError",
        }
    }

    /// Reads an exception that IndexedDB, WebCrypto or a host's own storage threw.
    pub(crate) fn from_thrown(thrown: &JsValue) -> Self {
        let (name, message) = host::describe(thrown);
        match name.as_str() {
            "QuotaExceededError" => Self::QuotaExceeded,
            "CorruptStoreError" => Self::Corrupt(message),
            "ClosedError" => Self::Closed,
            "SecurityError" | "UnknownError" | "NotAllowedError" => Self::Refused(message),
            "DataCloneError" => Self::Refused(format!("this browser cannot keep such a value: {message}")),
            _ => Self::Host(if name.is_empty() { message } else { format!("{name}: {message}") }),
        }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "The browser refuses storage: {why}"),
            Self::QuotaExceeded => {
                f.write_str("The storage quota or the disk is used up; nothing was changed.")
            }
            Self::SchemaTooNew { known } => {
                write!(f, "A newer tabkms wrote this database; this version reads schema {known} at most.")
            }
            Self::Corrupt(what) => write!(f, "The store is damaged: {what}"),
            Self::PassphraseRequired => f.write_str("The store is under a passphrase."),
            Self::WrongPassphrase => f.write_str("The passphrase does not open it."),
            Self::Closed => f.write_str("The store was closed."),
            Self::Host(what) => write!(f, "The host's storage failed: {what}"),
        }
    }
}

impl std::error::Error for StorageError {}

/// Whatever a call can fail with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An exception of the KMS API.
    Kms(KmsError),
    /// A fault of the storage.
    Storage(StorageError),
    /// An error of S3.
    S3(S3Error),
    /// An error of IAM.
    Iam(IamError),
    /// The caller broke off.
    Aborted,
}

impl From<S3Error> for Failure {
    fn from(error: S3Error) -> Self {
        Self::S3(error)
    }
}

impl From<IamError> for Failure {
    fn from(error: IamError) -> Self {
        Self::Iam(error)
    }
}

impl From<KmsError> for Failure {
    fn from(error: KmsError) -> Self {
        Self::Kms(error)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Failure {
    /// The JavaScript error's `name` and `message`.
    #[must_use]
    pub fn parts(&self) -> (String, String) {
        match self {
            Self::Kms(error) => (error.code().to_owned(), error.message().to_owned()),
            Self::Storage(error) => (error.name().to_owned(), error.to_string()),
            Self::S3(error) => (error.code().to_owned(), error.message()),
            Self::Iam(error) => (error.code().to_owned(), error.message().to_owned()),
            Self::Aborted => ("AbortError".to_owned(), "The call was cancelled.".to_owned()),
        }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let (name, message) = failure.parts();
        let error = js_sys::Error::new(&message);
        error.set_name(&name);
        error.into()
    }
}
