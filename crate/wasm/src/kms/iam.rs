//! IAM's calls: who there is in the account, and what they may do.

use tabkms_core::hierarchy::secret_access_key;
use tabkms_core::keys::{AccessKey, IdentityKind, Principal};
use tabkms_core::model::{KmsError, Value};
use tabkms_core::store::State;
use tabkms_services::iam;
use wasm_bindgen::prelude::*;

use super::{Given, Kms, map};
use crate::value::{read_members_of, to_js};

#[wasm_bindgen]
impl Kms {
    /// An operation of IAM: resolves to its answer, times in seconds, and rejects under IAM's error code. `input` is an
    /// object of its own data, or no object.
    pub fn iam(&self, operation: String, input: JsValue) -> Given<JsValue> {
        self.run(move |inner| async move {
            loop {
                inner.refresh().await?;
                let input = read_members_of(iam::MEMBERS, &input)?;
                let planned = inner.with(|state| {
                    let now = state.kms.now(inner.host_now());
                    let random = &mut *inner.random.borrow_mut();
                    let stored = (state.kms.state(), state.kms.store_key());
                    iam::plan(stored, inner.settings.account, &operation, input, now, random)
                })??;
                if inner.commit(planned.changes).await? {
                    return Ok(to_js(&planned.answer));
                }
            }
        })
    }

    /// What is needed to check a signature: `{ principal, account, userId, isActive, secret }` of the access key `id`,
    /// the secret in ASCII; `undefined` where there is none.
    #[wasm_bindgen(js_name = accessKey)]
    pub fn access_key(&self, id: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.refresh().await?;
            let found = inner.with(|state| {
                let (stored, store_key) = (state.kms.state(), state.kms.store_key());
                let Some(key) = stored.access_key(&id) else { return Ok(None) };
                let (principal, user_id) = owner(stored, key);
                let secret = secret_access_key(store_key, &key.id).map_err(KmsError::from)?;
                Ok::<_, KmsError>(Some(map([
                    ("principal", Value::String(principal)),
                    ("account", Value::String(key.account.to_string())),
                    ("userId", Value::String(user_id)),
                    ("isActive", Value::Boolean(key.is_active)),
                    ("secret", Value::Bytes(secret.into())),
                ])))
            })??;
            Ok(found.as_ref().map_or(JsValue::UNDEFINED, to_js))
        })
    }
}

/// The ARN and the unique id of whom an access key belongs to.
fn owner(state: &State, key: &AccessKey) -> (String, String) {
    let user = key.user.as_ref().and_then(|name| state.identity(key.account, IdentityKind::User, name));
    match user {
        Some(user) => (user.arn(), user.id.clone()),
        None => (Principal::Root(key.account).to_string(), key.account.to_string()),
    }
}
