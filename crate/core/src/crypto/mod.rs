//! RustCrypto behind the names that the key hierarchy uses, and the types that keep secrets.

use std::fmt;

pub mod aead;
pub mod der;
pub mod kdf;
pub mod mac;
pub mod message;
pub mod pair;
pub mod random;
pub mod secret;
pub mod wrap;

pub use random::Random;
pub use secret::{DataKey, KeyMaterial, PerCallKey, StoreKey};

/// Overwrites a buffer with zeros, its spare room too, and empties it: what `zeroize` does byte by byte, at once.
pub fn wipe(buffer: &mut Vec<u8>) {
    buffer.resize(buffer.capacity(), 0);
    tabkms_symmetric::wipe(buffer);
    buffer.clear();
}

/// What a host or a library could not do; never a caller's fault, and never about a ciphertext's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The platform has no randomness to give.
    Randomness,
    /// A key could not be derived.
    Derivation,
    /// The plaintext is longer than AES-GCM takes (64 GiB).
    Encryption,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Randomness => "no randomness is to be had",
            Self::Derivation => "the key could not be derived",
            Self::Encryption => "the plaintext could not be encrypted",
        })
    }
}

impl std::error::Error for Failure {}
