//! Bucket names and object keys, and the ARNs that they make.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use std::fmt;

use super::S3Error;

/// A bucket name: 3 to 63 lower-case letters, digits, dots and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

impl BucketName {
    /// Parses a bucket name.
    ///
    /// # Errors
    /// [`S3Error::InvalidBucketName`].
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        let label = |label: &str| {
            let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(inner)
        };
        let like_an_address = text.split('.').count() == 4
            && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let good = (3..=63).contains(&text.len()) && text.split('.').all(label) && !like_an_address;
        if good { Ok(Self(text.to_owned())) } else { Err(S3Error::InvalidBucketName(text.to_owned())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object key: 1 to 1024 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Parses an object key.
    ///
    /// # Errors
    /// [`S3Error::KeyTooLong`], or [`S3Error::InvalidArgument`] where it is empty.
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        match text.len() {
            0 => Err(S3Error::InvalidArgument("An object key has at least one character.".to_owned())),
            1..=1024 => Ok(Self(text.to_owned())),
            _ => Err(S3Error::KeyTooLong),
        }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The object's ARN in `bucket`: `arn:aws:s3:::BUCKET/KEY`.
    #[must_use]
    pub fn arn(&self, bucket: &BucketName) -> String {
        format!("arn:aws:s3:::{bucket}/{}", self.0)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
