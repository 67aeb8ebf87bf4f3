//! What messages of the AWS Encryption SDK's format need and a browser's WebCrypto lacks: AES-192-GCM, SHA-2 over a
//! stream; and AES-256-GCM for where there is no WebCrypto.

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes192;
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit, Nonce, Tag};
use sha2::{Digest, Sha256, Sha384};

use crate::{IV_LEN, TAG_LEN};

/// AES-GCM (NIST SP 800-38D) under a key of 192 or 256 bits; the key schedule is wiped on drop. Version 2 of the format
/// needs the one, Chromium has not the other.
pub struct MessageCipher(Box<Schedule>);

enum Schedule {
    Aes192(AesGcm<Aes192, U12>),
    Aes256(Aes256Gcm),
}

macro_rules! with {
    ($schedule:expr, $cipher:ident => $then:expr) => {
        match $schedule {
            Schedule::Aes192($cipher) => $then,
            Schedule::Aes256($cipher) => $then,
        }
    };
}

impl MessageCipher {
    /// The key schedule of `key`; `None` unless it is of 24 or 32 bytes.
    #[must_use]
    #[inline(never)]
    pub fn new(key: &[u8]) -> Option<Self> {
        let schedule = match key.len() {
            24 => Schedule::Aes192(AesGcm::new_from_slice(key).ok()?),
            _ => Schedule::Aes256(Aes256Gcm::new_from_slice(key).ok()?),
        };
        Some(Self(Box::new(schedule)))
    }

    /// Encrypts `buffer` in place and returns the tag; `None` beyond AES-GCM's 64 GiB.
    #[must_use]
    #[inline(never)]
    pub fn encrypt(&self, iv: &[u8; IV_LEN], aad: &[u8], buffer: &mut [u8]) -> Option<[u8; TAG_LEN]> {
        let iv = Nonce::from(*iv);
        with!(&*self.0, cipher => cipher.encrypt_inout_detached(&iv, aad, buffer.into())).map(Into::into).ok()
    }

    /// Decrypts `buffer` in place; `false` where the tag does not fit (compared in constant time), and its content is
    /// unspecified then.
    #[must_use]
    #[inline(never)]
    pub fn decrypt(&self, iv: &[u8; IV_LEN], aad: &[u8], buffer: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
        let (iv, tag) = (Nonce::from(*iv), Tag::from(*tag));
        with!(&*self.0, cipher => cipher.decrypt_inout_detached(&iv, aad, buffer.into(), &tag)).is_ok()
    }
}

/// SHA-2 (FIPS 180-4) over a stream.
#[derive(Clone)]
pub enum StreamHash {
    /// SHA-256.
    Sha256(Sha256),
    /// SHA-384.
    Sha384(Sha384),
}

impl StreamHash {
    /// SHA-256 or SHA-384, whichever has so many bits.
    #[must_use]
    pub fn new(bits: u32) -> Option<Self> {
        match bits {
            256 => Some(Self::Sha256(Sha256::new())),
            384 => Some(Self::Sha384(Sha384::new())),
            _ => None,
        }
    }

    /// Takes what comes next.
    #[inline(never)]
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha384(hash) => hash.update(bytes),
        }
    }

    /// The hash of all that came.
    #[must_use]
    #[inline(never)]
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha384(hash) => hash.finalize().to_vec(),
        }
    }
}
