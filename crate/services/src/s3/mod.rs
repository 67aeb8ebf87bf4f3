//! S3 as far as envelope encryption needs it: buckets, and objects encrypted with SSE-KMS.
//!
//! A stored object is an AWS Encryption SDK message; real S3's storage format is its own. The host keeps the
//! bytes; what stands here decides.
//!
//! ```text
//! put:  S3::plan_put → commit and apply its changes → store Put::header
//!       → for each frame: Put::frame, encrypt under Put::message_key (or Put::seal), store
//!       → Put::finish → commit and apply its changes: from here on the object exists
//! get:  S3::get → feed it the stored bytes as Get::want says; at Want::Unlock call Get::plan_unlock, commit
//!       and apply its changes, then Get::unlock → for each frame: decrypt (or Get::open), then Get::opened → Get::finish
//! ```
//!
//! A durable commit that another tab forestalls is planned again: planning changes nothing.

mod error;
mod get;
mod names;
mod put;
mod records;
mod state;

pub use error::S3Error;
pub use get::{Get, OpenedKey};
pub use names::{BucketName, ObjectKey};
pub use put::{Put, PutObject};
pub use records::{Bucket, Object};
pub use state::S3;

use tabkms_core::store::Changes;

/// Bodies up to this length, in bytes, get frames of [`SMALL_FRAME`].
pub const SMALL_BODY: u64 = 64 * 1024;
/// The frame length of small bodies in bytes, as the AWS Encryption SDK has it by default.
pub const SMALL_FRAME: u32 = 4096;
/// The frame length of large bodies in bytes: what the platform's AES likes best, under Chromium's cliff at 1 MiB.
pub const LARGE_FRAME: u32 = 512 * 1024;

/// A planned step: its result, and what it changes whether it succeeded or not.
#[derive(Debug)]
#[must_use = "the changes are to be committed and applied before the result is acted on"]
pub struct Planned<T> {
    /// What came of it.
    pub result: Result<T, S3Error>,
    /// What it changes: a key made on first use, what fell due, the memory of a key's use.
    pub changes: Changes,
}

impl<T> Planned<T> {
    fn refused(error: impl Into<S3Error>) -> Self {
        Self { result: Err(error.into()), changes: Changes::default() }
    }
}

#[cfg(test)]
mod tests;
