//! What a message of the AWS Encryption SDK's format is made with where the host has no cryptography for it.

use hkdf::Hkdf;
use sha2::Sha512;

pub use tabkms_symmetric::{MessageCipher, StreamHash};

/// HKDF-SHA-512 (RFC 5869) into `out`, as version 2 of the format derives its keys. `false` where `out` is longer than
/// HKDF gives.
#[must_use]
pub fn hkdf_sha512(secret: &[u8], salt: &[u8], info: &[u8], out: &mut [u8]) -> bool {
    Hkdf::<Sha512>::new(Some(salt), secret).expand(info, out).is_ok()
}
