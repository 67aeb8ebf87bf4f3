//! The digests that are signed.

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{PairError, Signed};

/// A hash of the SHA-2 family (FIPS 180-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sha2 {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Sha2 {
    /// The digest to sign.
    ///
    /// # Errors
    /// [`PairError::DigestLength`] where the caller has prepared one of another length.
    pub(super) fn of(self, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
        let length = match self {
            Self::Sha256 => Sha256::output_size(),
            Self::Sha384 => Sha384::output_size(),
            Self::Sha512 => Sha512::output_size(),
        };
        match (signed, self) {
            (Signed::Message(message), Self::Sha256) => Ok(Sha256::digest(message).to_vec()),
            (Signed::Message(message), Self::Sha384) => Ok(Sha384::digest(message).to_vec()),
            (Signed::Message(message), Self::Sha512) => Ok(Sha512::digest(message).to_vec()),
            (Signed::Prepared(digest), _) if digest.len() == length => Ok(digest.to_vec()),
            (Signed::Prepared(_), _) => Err(PairError::DigestLength),
        }
    }
}
