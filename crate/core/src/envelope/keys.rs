//! The keys of one message (`client-apis/key-derivation.md`, suites with commitment).

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha512;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::EnvelopeError;
use super::suite::Suite;
use crate::crypto::secret::KEY_LEN;
use crate::crypto::{DataKey, Failure};

/// The length of a message id in bytes, in version 2; it is the salt of the derivation as well.
pub(super) const MESSAGE_ID_LEN: usize = 32;
/// The length of a key commitment in bytes.
pub const COMMITMENT_LEN: usize = 32;

/// Encrypts the header's tag and the frames of one message, and nothing else.
///
/// Boxed when made and never moved by value; zeroizes on drop; `Debug` says what it is and nothing more.
pub struct MessageKey(Box<Zeroizing<[u8; KEY_LEN]>>);

impl MessageKey {
    /// The bytes, for the cipher here or for the import into the host's.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(kept)")
    }
}

/// What a data key gives for one message: the key that encrypts, and the commitment that stands in the header.
pub(super) struct Derived {
    pub(super) key: MessageKey,
    pub(super) commitment: [u8; COMMITMENT_LEN],
}

/// Derives both with HKDF-SHA-512, the message id as the salt: "the info MUST be the algorithm suite ID
/// followed by the string DERIVEKEY" for the key, "the string COMMITKEY" for the commitment.
pub(super) fn derive(
    suite: &Suite,
    data_key: &DataKey,
    message_id: &[u8; MESSAGE_ID_LEN],
) -> Result<Derived, EnvelopeError> {
    let (mut pseudorandom_key, hkdf) = Hkdf::<Sha512>::extract(Some(message_id), data_key.expose());
    pseudorandom_key.as_mut_slice().zeroize();
    let mut key = MessageKey(Box::new(Zeroizing::new([0; KEY_LEN])));
    let mut commitment = [0; COMMITMENT_LEN];
    hkdf.expand_multi_info(&[&suite.id.to_be_bytes(), b"DERIVEKEY"], key.0.as_mut_slice())
        .and_then(|()| hkdf.expand(b"COMMITKEY", &mut commitment))
        .map_err(|_| Failure::Derivation)?;
    Ok(Derived { key, commitment })
}

/// As [`derive`], for a message that says what it commits to; compared in constant time.
pub(super) fn derive_committed(
    suite: &Suite,
    data_key: &DataKey,
    message_id: &[u8; MESSAGE_ID_LEN],
    commitment: &[u8; COMMITMENT_LEN],
) -> Result<MessageKey, EnvelopeError> {
    let derived = derive(suite, data_key, message_id)?;
    if bool::from(derived.commitment.ct_eq(commitment)) {
        Ok(derived.key)
    } else {
        Err(EnvelopeError::Commitment)
    }
}
