//! What every call of the KMS API computes, compiled for speed: AES-256-GCM, the derivation of a key, wiping.
//!
//! A crate of its own, because generic code (all of RustCrypto's) is compiled with the options of the crate that
//! names its types, and the rest of tabkms is compiled for size. So that it stays that way, nothing here is inlined
//! into others.
#![forbid(unsafe_code)]

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use hmac::Hmac;
use kbkdf::{Counter, Kbkdf, Params};
use sha2::Sha256;
use sha2::digest::consts::U32;
use zeroize::Zeroize;

/// The length of a key in bytes.
pub const KEY_LEN: usize = 32;
/// The length of an initialisation vector in bytes.
pub const IV_LEN: usize = 12;
/// The length of a tag in bytes.
pub const TAG_LEN: usize = 16;

/// AES-256-GCM (NIST SP 800-38D) under one key: its key schedule, about 1 KB, wiped on drop.
pub struct Cipher(Aes256Gcm);

impl Cipher {
    /// The key schedule of `key`.
    #[must_use]
    #[inline(never)]
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Encrypts `buffer` in place and returns the tag; `None` beyond AES-GCM's 64 GiB.
    #[must_use]
    #[inline(never)]
    pub fn encrypt(&self, iv: &[u8; IV_LEN], aad: &[u8], buffer: &mut [u8]) -> Option<[u8; TAG_LEN]> {
        let tag = self.0.encrypt_inout_detached(&Nonce::from(*iv), aad, buffer.into());
        tag.map(Into::into).ok()
    }

    /// Decrypts `buffer` in place; `false` where the tag does not fit (compared in constant time), and its content is
    /// unspecified then.
    #[must_use]
    #[inline(never)]
    pub fn decrypt(&self, iv: &[u8; IV_LEN], aad: &[u8], buffer: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
        self.0.decrypt_inout_detached(&Nonce::from(*iv), aad, buffer.into(), &Tag::from(*tag)).is_ok()
    }
}

/// A key of 256 bits, for the type that `kbkdf` wants to know the length from.
struct Key256;

impl sha2::digest::common::KeySizeUser for Key256 {
    type KeySize = U32;
}

/// Derives 256 bits from `key` into `out`: NIST SP 800-108r1 in counter mode with HMAC-SHA-256. `false` where the
/// derivation refuses its parameters, which fixed lengths do not let happen.
#[must_use]
#[inline(never)]
pub fn derive(key: &[u8], label: &[u8], context: &[u8], out: &mut [u8; KEY_LEN]) -> bool {
    let params = Params::builder(key).with_label(label).with_context(context).build();
    let kdf = Counter::<Hmac<Sha256>, Key256>::default();
    let Ok(mut derived) = kdf.derive(params) else { return false };
    out.copy_from_slice(&derived);
    derived.as_mut_slice().zeroize();
    true
}

/// Overwrites `bytes` with zeros, at once and not byte by byte.
#[inline(never)]
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
