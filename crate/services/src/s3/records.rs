//! Buckets and objects as they stand in the store.

use minicbor::{Decode, Encode};
use tabkms_core::keys::{AccountId, Region};
use tabkms_core::model::Timestamp;
use tabkms_core::store::{Kind, Record};

/// A bucket. Bucket names are one space for all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Bucket {
    /// Its name.
    #[n(0)]
    pub name: String,
    /// Whose it is.
    #[n(1)]
    pub account: AccountId,
    /// Where it is, and so which Region's KMS encrypts for it.
    #[n(2)]
    pub region: Region,
    /// When it was made.
    #[n(3)]
    pub created: Timestamp,
}

impl Record for Bucket {
    const KIND: Kind = Kind::Bucket;

    fn id(&self) -> String {
        self.name.clone()
    }
}

/// An object's metadata; its body, an Encryption SDK message, is kept by the host under `body`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Object {
    /// The bucket's name.
    #[n(0)]
    pub bucket: String,
    /// The object key.
    #[n(1)]
    pub key: String,
    /// The media type that came with it.
    #[n(2)]
    pub content_type: String,
    /// Bytes of plaintext.
    #[n(3)]
    pub content_length: u64,
    /// Bytes at rest.
    #[n(4)]
    pub stored_length: u64,
    /// When it was put.
    #[n(5)]
    pub last_modified: Timestamp,
    /// Random: with SSE-KMS the `ETag` is not the MD5.
    #[n(6)]
    pub etag: String,
    /// The ARN of the KMS key that its data key is encrypted under.
    #[n(7)]
    pub key_arn: String,
    /// What the host keeps its body under; another one for every put.
    #[n(8)]
    pub body: String,
}

impl Record for Object {
    const KIND: Kind = Kind::Object;

    fn id(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }
}
