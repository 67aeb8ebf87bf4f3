//! The symmetric ciphertext blob, in the layout that people see in AWS's own.
//!
//! ```text
//! 01 02 | 02 00 (Encrypt) or 03 00 (GenerateDataKey) | 78 | 32 bytes, key material id | 01 | 16 bytes, nonce
//! | u32 big-endian length | DER: CMS EncryptedData (RFC 5652, 8; AES-GCM parameters: RFC 5084, 3.2)
//! ```
//!
//! The layout is observed, not documented: AWS calls its blob opaque. What is sealed inside is a version
//! byte, ten reserved zeros (both ours) and the plaintext. The key is derived for this one call from the key
//! material and the nonce (NIST SP 800-108, counter mode, HMAC-SHA-256), as AWS documents for its service.
//! Every byte of the blob before the sealed content is associated data, and the encryption context after it.

use zeroize::Zeroizing;

use super::{EncryptionContext, MaterialId};
use crate::crypto::aead::{self, IV_LEN, TAG_LEN};
use crate::crypto::der::{
    INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, begin, constructed, element_len, primitive,
    push,
};
use crate::crypto::{Failure, KeyMaterial, PerCallKey, Random, kdf, random};
use crate::model::KmsError;

/// The longest plaintext in bytes.
pub const MAX_PLAINTEXT: usize = 4096;
/// The longest blob in bytes that the service model admits.
pub const MAX_BLOB: usize = 6144;
/// The bytes before the CMS structure.
pub const HEADER_LEN: usize = 58;
/// The length of the nonce in bytes.
pub const NONCE_LEN: usize = 16;
/// What is sealed before the plaintext: a version byte and ten reserved zeros.
pub const INNER: [u8; 11] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

const LAYOUT: [u8; 2] = [0x01, 0x02];
const MATERIAL_FOLLOWS: u8 = 0x78;
const NONCE_FOLLOWS: u8 = 0x01;
/// RFC 5652, 8: 1.2.840.113549.1.7.6.
const ENCRYPTED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// RFC 5652, 4: 1.2.840.113549.1.7.1.
const DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// RFC 5084, 3.2: 2.16.840.1.101.3.4.1.46.
const AES_256_GCM: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e];
/// The version of EncryptedData without attributes (RFC 5652, 8).
/// At least as many bytes as the CMS structure takes around its content.
const MOST_AROUND: usize = 96;
const VERSION: [u8; 1] = [0];
/// The length of the tag in bytes, as an INTEGER's content.
const ICV_LEN: [u8; 1] = [16];

/// Which operation made a blob; it stands in the blob and is bound to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// `Encrypt`, `ReEncrypt`.
    ByEncrypt,
    /// `GenerateDataKey` and its like.
    ByGenerateDataKey,
}

impl Made {
    fn code(self) -> [u8; 2] {
        match self {
            Self::ByEncrypt => [0x02, 0x00],
            Self::ByGenerateDataKey => [0x03, 0x00],
        }
    }

    fn from_code(code: [u8; 2]) -> Option<Self> {
        [Self::ByEncrypt, Self::ByGenerateDataKey].into_iter().find(|made| made.code() == code)
    }
}

/// A parsed blob. Its parts are as they were sent: nothing is authentic before [`Blob::open`].
#[derive(Debug)]
pub struct Blob<'a> {
    bytes: &'a [u8],
    /// Which operation says to have made it.
    pub made: Made,
    /// Which key material it names.
    pub material: MaterialId,
    nonce: [u8; NONCE_LEN],
    iv: [u8; IV_LEN],
    sealed: &'a [u8],
}

impl<'a> Blob<'a> {
    /// Parses a blob; `None` for anything but the exact layout, DER strictly, with nothing behind it.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (layout, rest) = bytes.split_first_chunk::<2>()?;
        let (made, rest) = rest.split_first_chunk::<2>()?;
        let (marker, rest) = rest.split_first()?;
        let (material, rest) = rest.split_first_chunk::<32>()?;
        let (second_marker, rest) = rest.split_first()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
        let (length, cms) = rest.split_first_chunk::<4>()?;
        if *layout != LAYOUT || *marker != MATERIAL_FOLLOWS || *second_marker != NONCE_FOLLOWS {
            return None;
        }
        if usize::try_from(u32::from_be_bytes(*length)).ok()? != cms.len() {
            return None;
        }
        let (iv, sealed) = read_content(cms)?;
        if sealed.len() <= INNER.len() + TAG_LEN {
            return None;
        }
        Some(Self {
            bytes,
            made: Made::from_code(*made)?,
            material: MaterialId::from_bytes(*material),
            nonce: *nonce,
            iv,
            sealed,
        })
    }

    /// The nonce that the per-call key is derived from.
    #[must_use]
    pub fn nonce(&self) -> &[u8; NONCE_LEN] {
        &self.nonce
    }

    /// Where the sealed content begins, in bytes from the start; it runs to the end.
    #[must_use]
    pub fn content_offset(&self) -> usize {
        self.bytes.len().saturating_sub(self.sealed.len())
    }

    /// Opens the blob with the key derived for it.
    ///
    /// # Errors
    /// `InvalidCiphertextException`, alike for a wrong key, context or byte.
    pub fn open(
        &self,
        key: &PerCallKey,
        context: &EncryptionContext,
    ) -> Result<Zeroizing<Vec<u8>>, KmsError> {
        let before = self.bytes.get(..self.content_offset()).unwrap_or_default();
        let aad = associated_data(before, context);
        let mut opened = aead::open(key.expose(), &self.iv, &aad, self.sealed)
            .map_err(|_| KmsError::invalid_ciphertext())?;
        if opened.get(..INNER.len()) != Some(&INNER[..]) {
            return Err(KmsError::invalid_ciphertext());
        }
        let length = opened.len() - INNER.len();
        opened.copy_within(INNER.len().., 0);
        // Truncating leaves the tail's bytes in the buffer: wipe them first.
        if let Some(tail) = opened.get_mut(length..) {
            tail.fill(0);
        }
        opened.truncate(length);
        Ok(opened)
    }
}

/// The IV and the content of a ContentInfo (RFC 5652, 3) around an EncryptedData (RFC 5652, 8), encrypted with
/// AES-256-GCM and its parameters (RFC 5084, 3.2).
fn read_content(cms: &[u8]) -> Option<([u8; IV_LEN], &[u8])> {
    let mut whole = Reader::new(cms);
    let mut info = whole.enter(SEQUENCE)?;
    whole.end()?;
    info.expect(OBJECT_IDENTIFIER, &ENCRYPTED_DATA)?;
    let mut explicit = info.enter(constructed(0))?;
    info.end()?;
    let mut data = explicit.enter(SEQUENCE)?;
    explicit.end()?;
    data.expect(INTEGER, &VERSION)?;
    let mut content = data.enter(SEQUENCE)?;
    data.end()?;
    content.expect(OBJECT_IDENTIFIER, &DATA)?;
    let mut algorithm = content.enter(SEQUENCE)?;
    let sealed = content.take(primitive(0))?;
    content.end()?;
    algorithm.expect(OBJECT_IDENTIFIER, &AES_256_GCM)?;
    let mut parameters = algorithm.enter(SEQUENCE)?;
    algorithm.end()?;
    let iv = parameters.take(OCTET_STRING)?;
    parameters.expect(INTEGER, &ICV_LEN)?;
    parameters.end()?;
    Some((iv.try_into().ok()?, sealed))
}

/// Appends what [`read_content`] reads, with `length` zero bytes where the content goes: from the outside in, into one
/// buffer.
fn push_content(iv: &[u8; IV_LEN], length: usize, out: &mut Vec<u8>) {
    const PARAMETERS: usize = 2 + IV_LEN + 2 + ICV_LEN.len();
    const ALGORITHM: usize = 2 + AES_256_GCM.len() + 2 + PARAMETERS;
    let content = element_len(DATA.len()) + element_len(ALGORITHM) + element_len(length);
    let data = element_len(VERSION.len()) + element_len(content);
    let explicit = element_len(data);
    begin(SEQUENCE, element_len(ENCRYPTED_DATA.len()) + element_len(explicit), out);
    push(OBJECT_IDENTIFIER, &ENCRYPTED_DATA, out);
    begin(constructed(0), explicit, out);
    begin(SEQUENCE, data, out);
    push(INTEGER, &VERSION, out);
    begin(SEQUENCE, content, out);
    push(OBJECT_IDENTIFIER, &DATA, out);
    begin(SEQUENCE, ALGORITHM, out);
    push(OBJECT_IDENTIFIER, &AES_256_GCM, out);
    begin(SEQUENCE, PARAMETERS, out);
    push(OCTET_STRING, iv, out);
    push(INTEGER, &ICV_LEN, out);
    begin(primitive(0), length, out);
    out.resize(out.len() + length, 0);
}

fn associated_data(before: &[u8], context: &EncryptionContext) -> Vec<u8> {
    let mut aad = Vec::with_capacity(before.len() + 64);
    aad.extend_from_slice(before);
    context.encode(&mut aad);
    aad
}

/// Derives the per-call key from `material` and `nonce`.
///
/// # Errors
/// As [`kdf::derive`].
pub fn derive_per_call_key(material: &KeyMaterial, nonce: &[u8; NONCE_LEN]) -> Result<PerCallKey, Failure> {
    let mut key = PerCallKey::zeroed();
    kdf::derive(material.expose(), b"tabkms per-call key", nonce, key.as_mut())?;
    Ok(key)
}

/// Encrypts `plaintext` (1 to 4096 bytes) under a key derived for this call, and lays out the blob.
///
/// # Errors
/// As [`Random::fill`]; `KMSInternalException` where the plaintext is longer than a blob can hold.
pub fn seal(
    (material_id, material): (MaterialId, &KeyMaterial),
    made: Made,
    context: &EncryptionContext,
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<Sealed, KmsError> {
    let failed = || KmsError::internal("the ciphertext could not be made");
    let nonce: [u8; NONCE_LEN] = random::array(random)?;
    let iv: [u8; IV_LEN] = random::array(random)?;
    let key = derive_per_call_key(material, &nonce)?;

    // The layout is written first with the content's place still empty: its bytes are associated data.
    let length = INNER.len() + plaintext.len() + TAG_LEN;
    let mut blob = layout(made, material_id, &nonce, &iv, length).ok_or_else(failed)?;
    let content_at = blob.len() - length;
    let (before, content) = blob.split_at_mut(content_at);
    let aad = associated_data(before, context);
    let (inner, rest) = content.split_at_mut(INNER.len());
    inner.copy_from_slice(&INNER);
    rest.split_at_mut(plaintext.len()).0.copy_from_slice(plaintext);
    let (sealed, tag) = content.split_at_mut(length - TAG_LEN);
    tag.copy_from_slice(&aead::encrypt_in_place(key.expose(), &iv, &aad, sealed)?);
    Ok(Sealed { blob, nonce, key })
}

/// What [`seal`] made, with what a trace wants to tell of it.
#[derive(Debug)]
pub struct Sealed {
    /// The ciphertext blob.
    pub blob: Vec<u8>,
    /// The nonce that the per-call key was derived from.
    pub nonce: [u8; NONCE_LEN],
    /// The per-call key, kept until the trace has named it.
    pub key: PerCallKey,
}

/// The whole blob with `length` zero bytes where the sealed content goes.
fn layout(
    made: Made,
    material: MaterialId,
    nonce: &[u8; NONCE_LEN],
    iv: &[u8; IV_LEN],
    length: usize,
) -> Option<Vec<u8>> {
    let mut blob = Vec::with_capacity(HEADER_LEN + length + MOST_AROUND);
    blob.extend_from_slice(&LAYOUT);
    blob.extend_from_slice(&made.code());
    blob.push(MATERIAL_FOLLOWS);
    blob.extend_from_slice(material.as_bytes());
    blob.push(NONCE_FOLLOWS);
    blob.extend_from_slice(nonce);
    blob.extend_from_slice(&[0; 4]);
    push_content(iv, length, &mut blob);
    let cms = u32::try_from(blob.len() - HEADER_LEN).ok()?;
    blob.get_mut(HEADER_LEN - 4..HEADER_LEN)?.copy_from_slice(&cms.to_be_bytes());
    Some(blob)
}

#[cfg(test)]
mod tests;
