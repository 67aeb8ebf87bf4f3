//! What can go wrong at S3, under S3's names
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).

use std::fmt;

use tabkms_core::envelope::EnvelopeError;
use tabkms_core::model::KmsError;

/// An error of S3, or of KMS passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum S3Error {
    /// The bucket belongs to another account.
    AccessDenied,
    /// The bucket exists and is the caller's.
    BucketAlreadyOwnedByYou(String),
    /// The bucket exists and is another account's.
    BucketAlreadyExists(String),
    /// The body is not as long as was said at its beginning.
    IncompleteBody,
    /// The bucket's name is not a bucket name.
    InvalidBucketName(String),
    /// An empty object key.
    InvalidArgument(String),
    /// The object key is longer than 1024 bytes.
    KeyTooLong,
    /// No such bucket.
    NoSuchBucket(String),
    /// No such object.
    NoSuchKey(String),
    /// The stored object is not what was stored: altered, cut, or another's.
    Envelope(EnvelopeError),
    /// KMS refused.
    Kms(KmsError),
}

impl S3Error {
    /// The name that a program branches on.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::BucketAlreadyOwnedByYou(_) => "BucketAlreadyOwnedByYou",
            Self::BucketAlreadyExists(_) => "BucketAlreadyExists",
            Self::IncompleteBody => "IncompleteBody",
            Self::InvalidBucketName(_) => "InvalidBucketName",
            Self::InvalidArgument(_) => "InvalidArgument",
            Self::KeyTooLong => "KeyTooLongError",
            Self::NoSuchBucket(_) => "NoSuchBucket",
            Self::NoSuchKey(_) => "NoSuchKey",
            Self::Envelope(_) => "EnvelopeError",
            Self::Kms(error) => error.code(),
        }
    }

    /// What went wrong, in a sentence; KMS's own message where KMS refused.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::AccessDenied => "Access Denied".to_owned(),
            Self::BucketAlreadyOwnedByYou(bucket) => {
                format!("The bucket {bucket} exists already, and you own it.")
            }
            Self::BucketAlreadyExists(bucket) => format!("The bucket name {bucket} is taken."),
            Self::IncompleteBody => {
                "You did not provide the number of bytes specified by the Content-Length HTTP header."
                    .to_owned()
            }
            Self::InvalidBucketName(bucket) => format!("The bucket name '{bucket}' is not valid."),
            Self::InvalidArgument(what) => what.clone(),
            Self::KeyTooLong => "Your key is too long".to_owned(),
            Self::NoSuchBucket(bucket) => format!("The bucket {bucket} does not exist."),
            Self::NoSuchKey(key) => format!("The key {key} does not exist."),
            Self::Envelope(error) => error.to_string(),
            Self::Kms(error) => error.message().to_owned(),
        }
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for S3Error {}

impl From<KmsError> for S3Error {
    fn from(error: KmsError) -> Self {
        Self::Kms(error)
    }
}

impl From<EnvelopeError> for S3Error {
    fn from(error: EnvelopeError) -> Self {
        Self::Envelope(error)
    }
}
