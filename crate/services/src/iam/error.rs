//! What can go wrong at IAM, under IAM's codes
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>, and each operation's own list).

use std::fmt;

use tabkms_core::crypto;
use tabkms_core::model::KmsError;

/// An error of IAM: its code, as the API reference has it, and IAM's own message where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamError {
    code: &'static str,
    message: String,
}

impl IamError {
    /// The name that a program branches on. AWS's SDKs put `Exception` behind some of these.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What went wrong, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// One word for each code, in place of a type that would have to be turned into its name again.
impl IamError {
    pub(super) const CONFLICT: &'static str = "DeleteConflict";
    pub(super) const EXISTS: &'static str = "EntityAlreadyExists";
    pub(super) const INVALID_ACTION: &'static str = "InvalidAction";
    pub(super) const INVALID_INPUT: &'static str = "InvalidInput";
    pub(super) const LIMIT: &'static str = "LimitExceeded";
    pub(super) const MALFORMED_POLICY: &'static str = "MalformedPolicyDocument";
    pub(super) const NO_SUCH_ENTITY: &'static str = "NoSuchEntity";
    pub(super) const VALIDATION: &'static str = "ValidationError";

    /// An error with a message of these parts, one behind the other.
    #[inline(never)]
    pub(super) fn new(code: &'static str, message: &[&str]) -> Self {
        // By hand: `concat` brings a copy for each number of parts along.
        let mut text = String::new();
        message.iter().for_each(|part| text.push_str(part));
        Self { code, message: text }
    }
}

impl fmt::Display for IamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for IamError {}

/// A member that breaks its constraint is told in the same words by every service.
impl From<KmsError> for IamError {
    fn from(error: KmsError) -> Self {
        Self::new(Self::VALIDATION, &[error.message()])
    }
}

impl From<crypto::Failure> for IamError {
    fn from(_: crypto::Failure) -> Self {
        Self::new("ServiceFailure", &["There is no randomness to make an id of."])
    }
}
