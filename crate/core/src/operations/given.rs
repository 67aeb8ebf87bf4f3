//! A key that is given its id, and its material if wanted, instead of fresh ones: for tests that can be repeated. No
//! part of the KMS API: only whoever holds the store can do it.

use std::fmt;

use zeroize::Zeroizing;

use super::Context;
use super::import::of_spec;
use crate::keys::{Key, KeyId, KeyRef};
use crate::model::{KmsError, RequestError};

/// What CreateKey is given.
pub struct Given {
    /// The key's id.
    pub id: KeyId,
    /// Its material: 32 bytes for a symmetric key, a MAC's as long as its digest, PKCS #8 for a key pair. Of its
    /// form alone it is asked: it is as secret as whoever gave it has kept it.
    pub material: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given({})", self.id)
    }
}

impl Given {
    /// The key's id, if it is one of its kind and no key here has it.
    pub(super) fn id_for(&self, context: &Context<'_>, multi_region: bool) -> Result<KeyId, KmsError> {
        let id = self.id;
        if id.is_multi_region() != multi_region {
            return Err(KmsError::validation(format!(
                "{id} cannot be the id of this key: one of a multi-Region key, and no other, begins with mrk-."
            )));
        }
        let reference = KeyRef { account: context.caller.account, region: context.caller.region.clone(), id };
        if context.state.key(&reference).is_some() {
            let message = format!("{} already exists.", reference.arn());
            return Err(KmsError::request(RequestError::AlreadyExists, message));
        }
        Ok(id)
    }

    /// Gives the key its material.
    pub(super) fn put_material(
        material: Zeroizing<Vec<u8>>,
        key: &mut Key,
        context: &mut Context<'_>,
    ) -> Result<(), KmsError> {
        let (private, public) = of_spec(key.spec, material)?;
        key.public_key = public;
        key.seal_material(&private, None, context.store_key, context.random)
    }
}
