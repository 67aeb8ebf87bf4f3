//! Records at rest: AES-256-GCM under the store key; kind, id and generation as associated data, so that a
//! record can be neither altered nor put in another's place.

use zeroize::Zeroizing;

use crate::crypto::aead::{self, Forged, IV_LEN, TAG_LEN};
use crate::crypto::{Random, StoreKey, random};
use crate::model::KmsError;

fn associated_data(kind: u8, id: &str, generation: u64) -> Vec<u8> {
    let mut aad = Vec::with_capacity(32 + id.len());
    aad.extend_from_slice(b"tabkms record 1 ");
    aad.push(kind);
    aad.extend_from_slice(&generation.to_be_bytes());
    aad.extend_from_slice(id.as_bytes());
    aad
}

/// Seals a record: IV (12 bytes) ‖ ciphertext ‖ tag (16 bytes).
///
/// # Errors
/// As [`Random::fill`].
pub fn seal(
    store_key: &StoreKey,
    (kind, id, generation): (u8, &str, u64),
    record: &[u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, KmsError> {
    let iv: [u8; IV_LEN] = random::array(random)?;
    let mut sealed = Vec::with_capacity(IV_LEN + record.len() + TAG_LEN);
    sealed.extend_from_slice(&iv);
    aead::seal_into(store_key.keyed(), &iv, &associated_data(kind, id, generation), record, &mut sealed)?;
    Ok(sealed)
}

/// Opens a sealed record.
///
/// # Errors
/// [`Forged`] where it is not what was sealed under this kind, id and generation.
pub fn open(
    store_key: &StoreKey,
    (kind, id, generation): (u8, &str, u64),
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Forged> {
    let (iv, sealed) = sealed.split_first_chunk::<IV_LEN>().ok_or(Forged)?;
    aead::open_with(store_key.keyed(), iv, &associated_data(kind, id, generation), sealed)
}
