//! AES-256-GCM (NIST SP 800-38D): 96-bit IV, 128-bit tag behind the ciphertext.

pub use tabkms_symmetric::{Cipher, IV_LEN, TAG_LEN};
use zeroize::Zeroizing;

use super::Failure;
use super::secret::KEY_LEN;

/// A ciphertext that does not open. There is nothing more to say, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forged;

/// Encrypts `buffer` in place and returns the tag.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB.
pub fn encrypt_in_place(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LEN], Failure> {
    Cipher::new(key).encrypt(iv, aad, buffer).ok_or(Failure::Encryption)
}

/// Decrypts `buffer` in place; on a wrong tag its content is unspecified and the error says nothing more.
///
/// # Errors
/// [`Forged`] where the tag does not fit, compared in constant time.
pub fn decrypt_in_place(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), Forged> {
    if Cipher::new(key).decrypt(iv, aad, buffer, tag) { Ok(()) } else { Err(Forged) }
}

/// Encrypts `plaintext`; ciphertext ‖ tag in a buffer sized once.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB.
pub fn seal(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::with_capacity(plaintext.len() + TAG_LEN);
    seal_into(&Cipher::new(key), iv, aad, plaintext, &mut out)?;
    Ok(out)
}

/// Appends ciphertext ‖ tag to `out`, which has room for them.
///
/// # Errors
/// [`Failure::Encryption`] beyond AES-GCM's 64 GiB; `out` is as it was then.
pub fn seal_into(
    cipher: &Cipher,
    iv: &[u8; IV_LEN],
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let start = out.len();
    out.extend_from_slice(plaintext);
    let buffer = out.get_mut(start..).unwrap_or_default();
    match cipher.encrypt(iv, aad, buffer) {
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
pub fn open(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Forged> {
    open_with(&Cipher::new(key), iv, aad, sealed)
}

/// As [`open`], under a key whose schedule stands.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    cipher: &Cipher,
    iv: &[u8; IV_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Forged> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Forged)?;
    let mut out = Zeroizing::new(ciphertext.to_vec());
    if cipher.decrypt(iv, aad, &mut out, tag) { Ok(out) } else { Err(Forged) }
}
