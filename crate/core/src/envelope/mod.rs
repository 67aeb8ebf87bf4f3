//! The AWS Encryption SDK message format, written and read as a stream.
//!
//! Specification: <https://github.com/awslabs/aws-encryption-sdk-specification>, `data-format/` for the
//! layout, `client-apis/key-derivation.md` for the keys. What is read and written is in the table of
//! [`suite`]: now suite 0x0478 (message version 2, AES-256-GCM, HKDF-SHA-512, key commitment, no signature),
//! framed.
//!
//! ```text
//! header:  02 | suite u16 | message id 32 | context | encrypted data keys | 02 | frame length u32
//!          | commitment 32 | tag 16
//! frame:   sequence u32 | IV 12 | ciphertext (frame length) | tag 16
//! last:    FFFFFFFF | sequence u32 | IV 12 | length u32 | ciphertext (0 to frame length) | tag 16
//! ```
//!
//! Nothing here does input or output. An [`Encryptor`] makes the header and then, frame by frame, either the
//! finished frame ([`Encryptor::seal`]) or a [`FrameJob`] for a host whose AES is faster
//! ([`Encryptor::frame`]); the bytes are the same. A [`Decryptor`] says what it wants next
//! ([`Decryptor::want`]), so that the host reads a message in order, once, in constant memory.
//!
//! Secrets: the data key is borrowed for one derivation; what is held on to is the [`MessageKey`], which opens
//! this one message and nothing else.

mod context;
mod decrypt;
mod encrypt;
mod error;
mod frame;
mod header;
mod inspect;
mod keys;
pub mod suite;
#[cfg(test)]
mod tests;

pub use decrypt::{Decryptor, Limits, Want};
pub use encrypt::Encryptor;
pub use error::EnvelopeError;
pub use frame::FrameJob;
pub use header::{ContentType, EncryptedDataKey, Header};
pub use inspect::{LISTED_FRAMES, inspect};
pub use keys::{COMMITMENT_LEN, MessageKey};
