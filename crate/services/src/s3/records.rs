//! Buckets and objects as they stand in the store.

use tabkms_core::keys::{AccountId, Region};
use tabkms_core::model::Timestamp;
use tabkms_core::record;
use tabkms_core::store::{Kind, Record};

/// A bucket. Bucket names are one space for all accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is, and so which Region's KMS encrypts for it.
    pub region: Region,
    /// When it was made.
    pub created: Timestamp,
}

record!(Bucket { name, account, region, created });

impl Record for Bucket {
    const KIND: Kind = Kind::Bucket;

    fn id(&self) -> String {
        self.name.clone()
    }
}

/// An object's metadata; its body, an Encryption SDK message, is kept by the host under `body`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The bucket's name.
    pub bucket: String,
    /// The object key.
    pub key: String,
    /// The media type that came with it.
    pub content_type: String,
    /// Bytes of plaintext.
    pub content_length: u64,
    /// Bytes at rest.
    pub stored_length: u64,
    /// When it was put.
    pub last_modified: Timestamp,
    /// Random: with SSE-KMS the `ETag` is not the MD5.
    pub etag: String,
    /// The ARN of the KMS key that its data key is encrypted under.
    pub key_arn: String,
    /// What the host keeps its body under; another one for every put.
    pub body: String,
}

record!(Object {
    bucket,
    key,
    content_type,
    content_length,
    stored_length,
    last_modified,
    etag,
    key_arn,
    body,
});

impl Record for Object {
    const KIND: Kind = Kind::Object;

    fn id(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }
}
