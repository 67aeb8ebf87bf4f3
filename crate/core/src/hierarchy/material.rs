//! Key material: its id, and its sealed form under the store key.

use crate::record;
use std::fmt;

use crate::crypto::{KeyMaterial, Random, StoreKey, aead, kdf, random};
use crate::model::KmsError;
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::model::hex::Hex;

/// AWS's `KeyMaterialId`: 32 bytes, written as 64 hexadecimal digits.
///
/// Derived from the material and the KMS key's id, so that the same material imported again, or replicated
/// into another Region, has the same id. The derivation is one way: the id says nothing of the material.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaterialId([u8; 32]);

impl Cbor for MaterialId {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self(Cbor::read(from))
    }
}

impl MaterialId {
    /// The id of `material` in the KMS key `key_id`.
    ///
    /// # Errors
    /// As [`kdf::derive`].
    pub fn of(material: &KeyMaterial, key_id: &str) -> Result<Self, KmsError> {
        let mut id = [0; 32];
        kdf::derive(material.expose(), b"tabkms key material id", key_id.as_bytes(), &mut id)?;
        Ok(Self(id))
    }

    /// The id that a ciphertext carries.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaterialId({self})")
    }
}

/// Key material under the store key: AES-256-GCM, the KMS key's id as associated data.
///
/// This is what stands in memory and in the store between uses; it is no secret without the store key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedMaterial {
    iv: [u8; aead::IV_LEN],
    sealed: Vec<u8>,
}

record!(SealedMaterial { iv, sealed: bytes });

impl fmt::Debug for SealedMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedMaterial")
    }
}

fn associated_data(key_id: &str) -> Vec<u8> {
    [b"tabkms key material 1 ", key_id.as_bytes()].concat()
}

impl SealedMaterial {
    /// Seals `material` for the KMS key `key_id`.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn seal(
        store_key: &StoreKey,
        key_id: &str,
        material: &KeyMaterial,
        random: &mut dyn Random,
    ) -> Result<Self, KmsError> {
        let iv = random::array(random)?;
        let mut sealed = Vec::with_capacity(material.expose().len() + aead::TAG_LEN);
        let aad = associated_data(key_id);
        aead::seal_into(store_key.keyed(), &iv, &aad, material.expose(), &mut sealed)?;
        Ok(Self { iv, sealed })
    }

    /// Opens the material for one use.
    ///
    /// # Errors
    /// `KMSInternalException` where it was not sealed under this store key for this KMS key.
    pub fn open(&self, store_key: &StoreKey, key_id: &str) -> Result<KeyMaterial, KmsError> {
        let opened = aead::open_with(store_key.keyed(), &self.iv, &associated_data(key_id), &self.sealed);
        opened.map(KeyMaterial::new).map_err(|_| KmsError::internal("the key material at rest does not open"))
    }
}
