//! AES-256-GCM (NIST SP 800-38D): 96-bit IV, 128-bit tag behind the ciphertext.
//!
//! `aes-gcm` computes it. A host may have something faster that answers at once (Node has its node:crypto, a browser has
//! nothing of the kind): what is long enough goes there, and comes out the same to the byte.

use std::cell::Cell;

pub use tabkms_symmetric::{Cipher, IV_LEN, TAG_LEN};
use zeroize::Zeroizing;

use super::Failure;
use super::secret::KEY_LEN;

/// A ciphertext that does not open. There is nothing more to say, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forged;

/// A key's 32 bytes.
type Key = [u8; KEY_LEN];
/// The 12 bytes that one key sees once.
type Iv = [u8; IV_LEN];
/// The 16 bytes behind a ciphertext.
type Tag = [u8; TAG_LEN];
type Encrypt = fn(&Key, &Iv, aad: &[u8], buffer: &mut [u8]) -> Option<Tag>;
type Decrypt = fn(&Key, &Iv, aad: &[u8], buffer: &mut [u8], &Tag) -> Option<bool>;
type Hash = fn(head: &[u8], rest: &[u8]) -> Option<[u8; 32]>;

/// AES-256-GCM and SHA-256 as the host computes them, at once. `None` where it cannot.
#[derive(Debug)]
pub struct Platform {
    /// Encrypts the buffer in place and returns the tag; on `None` the buffer is as it was.
    pub encrypt: Encrypt,
    /// Decrypts the buffer in place and says whether the tag fits; unless it does, the buffer is as it was.
    pub decrypt: Decrypt,
    /// The hash of both parts, one behind the other.
    pub hash: Hash,
}

/// SHA-256 (FIPS 180-4) of both parts, one behind the other.
#[must_use]
pub fn sha256(head: &[u8], rest: &[u8]) -> [u8; 32] {
    let platform = platform_for(rest.len()).and_then(|platform| (platform.hash)(head, rest));
    platform.unwrap_or_else(|| tabkms_symmetric::sha256(&[head, rest]))
}

impl Platform {
    /// From so many bytes on the way there and back is worth it: node:crypto takes 3.5 µs for these, wasm 6.
    pub const LEAST: usize = 256;
}

thread_local! {
    static PLATFORM: Cell<Option<&'static Platform>> = const { Cell::new(None) };
}

/// Says what computes in this thread from now on; `None` for `aes-gcm` alone.
pub fn compute_on(platform: Option<&'static Platform>) {
    PLATFORM.set(platform);
}

fn platform_for(length: usize) -> Option<&'static Platform> {
    if length < Platform::LEAST { None } else { PLATFORM.get() }
}

/// A key, and its schedule where that stands already.
#[derive(Clone, Copy)]
pub struct Keyed<'a> {
    key: &'a Key,
    schedule: Option<&'a Cipher>,
}

impl<'a> Keyed<'a> {
    /// A key whose schedule stands.
    #[must_use]
    pub fn with_schedule(key: &'a Key, schedule: &'a Cipher) -> Self {
        Self { key, schedule: Some(schedule) }
    }

    fn encrypt(self, iv: &Iv, aad: &[u8], buffer: &mut [u8]) -> Option<Tag> {
        if let Some(platform) = platform_for(buffer.len())
            && let Some(tag) = (platform.encrypt)(self.key, iv, aad, buffer)
        {
            return Some(tag);
        }
        match self.schedule {
            Some(cipher) => cipher.encrypt(iv, aad, buffer),
            None => Cipher::new(self.key).encrypt(iv, aad, buffer),
        }
    }

    fn decrypt(self, iv: &Iv, aad: &[u8], buffer: &mut [u8], tag: &Tag) -> bool {
        if let Some(platform) = platform_for(buffer.len())
            && let Some(fits) = (platform.decrypt)(self.key, iv, aad, buffer, tag)
        {
            return fits;
        }
        match self.schedule {
            Some(cipher) => cipher.decrypt(iv, aad, buffer, tag),
            None => Cipher::new(self.key).decrypt(iv, aad, buffer, tag),
        }
    }
}

impl<'a> From<&'a Key> for Keyed<'a> {
    fn from(key: &'a Key) -> Self {
        Self { key, schedule: None }
    }
}

/// Encrypts `buffer` in place and returns the tag.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB.
pub fn encrypt_in_place(key: &Key, iv: &Iv, aad: &[u8], buffer: &mut [u8]) -> Result<Tag, Failure> {
    Keyed::from(key).encrypt(iv, aad, buffer).ok_or(Failure::Encryption)
}

/// Decrypts `buffer` in place; on a wrong tag its content is unspecified and the error says nothing more.
///
/// # Errors
/// [`Forged`] where the tag does not fit, compared in constant time.
pub fn decrypt_in_place(key: &Key, iv: &Iv, aad: &[u8], buffer: &mut [u8], tag: &Tag) -> Result<(), Forged> {
    if Keyed::from(key).decrypt(iv, aad, buffer, tag) { Ok(()) } else { Err(Forged) }
}

/// Encrypts `plaintext`; ciphertext ‖ tag in a buffer sized once.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB.
pub fn seal(key: &Key, iv: &Iv, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::with_capacity(plaintext.len() + TAG_LEN);
    seal_into(key.into(), iv, aad, plaintext, &mut out)?;
    Ok(out)
}

/// Appends ciphertext ‖ tag to `out`, which has room for them.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB; `out` is as it was then.
pub fn seal_into(
    keyed: Keyed<'_>,
    iv: &Iv,
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let start = out.len();
    out.extend_from_slice(plaintext);
    let buffer = out.get_mut(start..).unwrap_or_default();
    match keyed.encrypt(iv, aad, buffer) {
        Some(tag) => {
            out.extend_from_slice(&tag);
            Ok(())
        }
        None => {
            tabkms_symmetric::wipe(buffer);
            out.truncate(start);
            Err(Failure::Encryption)
        }
    }
}

/// Opens ciphertext ‖ tag into a buffer that zeroizes.
///
/// # Errors
/// [`Forged`] where it is too short or the tag does not fit.
pub fn open(key: &Key, iv: &Iv, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Forged> {
    open_with(key.into(), iv, aad, sealed)
}

/// As [`open`], under a key whose schedule may stand.
///
/// # Errors
/// As [`open`].
pub fn open_with(keyed: Keyed<'_>, iv: &Iv, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Forged> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Forged)?;
    let mut out = Zeroizing::new(ciphertext.to_vec());
    if keyed.decrypt(iv, aad, &mut out, tag) { Ok(out) } else { Err(Forged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A platform that is not there, and one that says that nothing fits.
    static ABSENT: Platform =
        Platform { encrypt: |_, _, _, _| None, decrypt: |_, _, _, _, _| None, hash: |_, _| None };
    static REFUSING: Platform = Platform {
        encrypt: |_, _, _, _| Some([7; TAG_LEN]),
        decrypt: |_, _, _, _, _| Some(false),
        hash: |_, _| Some([7; 32]),
    };

    #[test]
    fn a_platform_computes_what_is_long_enough_and_wasm_where_it_cannot() {
        let (key, iv) = ([1; KEY_LEN], [2; IV_LEN]);
        for length in [0, Platform::LEAST - 1, Platform::LEAST, 4096] {
            let plaintext = vec![3; length];
            compute_on(None);
            let sealed = seal(&key, &iv, b"aad", &plaintext).unwrap();
            compute_on(Some(&ABSENT));
            assert_eq!(seal(&key, &iv, b"aad", &plaintext).unwrap(), sealed);
            assert_eq!(*open(&key, &iv, b"aad", &sealed).unwrap(), plaintext);
            compute_on(Some(&REFUSING));
            let is_asked = length >= Platform::LEAST;
            assert_eq!(seal(&key, &iv, b"aad", &plaintext).unwrap().ends_with(&[7; TAG_LEN]), is_asked);
            assert_eq!(open(&key, &iv, b"aad", &sealed).is_err(), is_asked);
            assert_eq!(sha256(b"head", &plaintext) == [7; 32], is_asked);
            compute_on(Some(&ABSENT));
            assert_eq!(sha256(b"head", &plaintext), sha256(&[b"head", &plaintext[..]].concat(), b""));
            compute_on(None);
        }
    }
}
