//! HMAC (FIPS 198-1) with the SHA-2 family (FIPS 180-4).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// An HMAC by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// HMAC-SHA-224: a MAC of 28 bytes.
    Sha224,
    /// HMAC-SHA-256: 32 bytes.
    Sha256,
    /// HMAC-SHA-384: 48 bytes.
    Sha384,
    /// HMAC-SHA-512: 64 bytes.
    Sha512,
}

impl MacAlgorithm {
    /// The length in bytes of the MAC, and of the keys that AWS makes for it.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

fn updated<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Option<M> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

/// The MAC of `message`; `None` only for a key that HMAC refuses, and it takes any.
#[must_use]
pub fn mac(algorithm: MacAlgorithm, key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    fn of<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        updated::<M>(key, message).map(|mac| mac.finalize().into_bytes().to_vec())
    }
    match algorithm {
        MacAlgorithm::Sha224 => of::<Hmac<Sha224>>(key, message),
        MacAlgorithm::Sha256 => of::<Hmac<Sha256>>(key, message),
        MacAlgorithm::Sha384 => of::<Hmac<Sha384>>(key, message),
        MacAlgorithm::Sha512 => of::<Hmac<Sha512>>(key, message),
    }
}

/// Whether `tag` is the whole MAC of `message`, compared in constant time.
#[must_use]
pub fn verify(algorithm: MacAlgorithm, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    fn is<M: Mac + KeyInit>(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
        updated::<M>(key, message).is_some_and(|mac| mac.verify_slice(tag).is_ok())
    }
    match algorithm {
        MacAlgorithm::Sha224 => is::<Hmac<Sha224>>(key, message, tag),
        MacAlgorithm::Sha256 => is::<Hmac<Sha256>>(key, message, tag),
        MacAlgorithm::Sha384 => is::<Hmac<Sha384>>(key, message, tag),
        MacAlgorithm::Sha512 => is::<Hmac<Sha512>>(key, message, tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, section 4.3 (test case 2): a key shorter than the block.
    #[test]
    fn agrees_with_rfc_4231() {
        let (key, message) = (b"Jefe", b"what do ya want for nothing?");
        let cases = [
            (MacAlgorithm::Sha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
            (MacAlgorithm::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                MacAlgorithm::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                MacAlgorithm::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                 9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        for (algorithm, expected) in cases {
            let tag = mac(algorithm, key, message).unwrap();
            assert_eq!(hex::encode(&tag), expected);
            assert_eq!(tag.len(), algorithm.length());
            assert!(verify(algorithm, key, message, &tag));
            assert!(!verify(algorithm, key, message, &tag[1..]), "a cut MAC is no MAC");
            assert!(!verify(algorithm, b"jefe", message, &tag));
        }
    }
}
