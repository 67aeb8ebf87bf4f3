//! AES-256-GCM (NIST SP 800-38D): 96-bit IV, 128-bit tag behind the ciphertext.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use zeroize::Zeroizing;

use super::Failure;
use super::secret::KEY_LEN;

/// The length of an initialisation vector in bytes.
pub const IV_LEN: usize = 12;
/// The length of a tag in bytes.
pub const TAG_LEN: usize = 16;

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
    let cipher = Aes256Gcm::new(key.into());
    let tag = cipher.encrypt_inout_detached(&Nonce::from(*iv), aad, buffer.into());
    tag.map(Into::into).map_err(|_| Failure::Encryption)
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
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt_inout_detached(&Nonce::from(*iv), aad, buffer.into(), &Tag::from(*tag)).map_err(|_| Forged)
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
    let mut out = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LEN));
    out.extend_from_slice(plaintext);
    let tag = encrypt_in_place(key, iv, aad, &mut out)?;
    out.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *out))
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
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Forged)?;
    let mut out = Zeroizing::new(ciphertext.to_vec());
    decrypt_in_place(key, iv, aad, &mut out, tag)?;
    Ok(out)
}
