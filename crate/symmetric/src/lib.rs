//! What every call of the KMS API computes, compiled for speed: AES-256-GCM, the derivation of a key, wiping, digits.
//!
//! A crate of its own, because generic code (all of RustCrypto's) is compiled with the options of the crate that
//! names its types, and the rest of tabkms is compiled for size. So that it stays that way, nothing here is inlined
//! into others.
#![forbid(unsafe_code)]

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

mod message;

pub use message::{MessageCipher, StreamHash};

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

/// SHA-256 (FIPS 180-4) of `parts`, one behind another.
#[must_use]
#[inline(never)]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// A sum over `bytes`, going on from `sum`: FNV-1a's step, on eight bytes at a time, with the high bits brought down to
/// where the next go in. It proves nothing.
#[must_use]
#[inline(never)]
pub fn mix(sum: u64, bytes: &[u8]) -> u64 {
    let step = |sum: u64, word: [u8; 8]| {
        (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x100_0000_01b3).rotate_left(23)
    };
    let (words, rest) = bytes.as_chunks();
    let sum = words.iter().fold(sum, |sum, word| step(sum, *word));
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    step(sum, last)
}

/// Derives 256 bits from `key` into `out`: NIST SP 800-108r1 in counter mode with HMAC-SHA-256 as the PRF, in the one
/// block that 256 bits are (section 4.1, with a 32-bit counter first and a 32-bit length last).
///
/// `K = HMAC(key, [1]₃₂ ‖ label ‖ 0x00 ‖ context ‖ [256]₃₂)`
///
/// `kbkdf`, which computes the same, makes two HMACs where one is used; the tests hold this one against it. `false` only
/// for a key that HMAC refuses, and it takes any.
#[must_use]
#[inline(never)]
pub fn derive(key: &[u8], label: &[u8], context: &[u8], out: &mut [u8; KEY_LEN]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    for part in [&1_u32.to_be_bytes()[..], label, &[0], context, &256_u32.to_be_bytes()] {
        mac.update(part);
    }
    let mut derived = mac.finalize().into_bytes();
    out.copy_from_slice(&derived);
    derived.as_mut_slice().zeroize();
    true
}

/// Writes the digits of `bytes` in hexadecimal, two a byte in lower case, as far as `out` has room.
#[inline(never)]
pub fn hexadecimal(bytes: &[u8], out: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(out.chunks_exact_mut(2)) {
        for (to, place) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *to = DIGITS.get(usize::from(place)).copied().unwrap_or_default();
        }
    }
}

/// Overwrites `bytes` with zeros, at once and not byte by byte.
#[inline(never)]
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
