//! CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey: of the user that the request names, or of the
//! account's root.

use tabkms_core::hierarchy::secret_access_key;
use tabkms_core::keys::{AccessKey, Identity, IdentityKind};
use tabkms_core::model::Value;
use tabkms_core::store::Record;

use super::IamError;
use super::answer::Answer;
use super::call::Call;
use super::documents::over_quota;

/// How many a user may have.
const QUOTA: usize = 2;
/// An id's length.
const ID_LEN: usize = 20;

/// `CreateAccessKey`: the one answer that has the secret.
pub(super) fn create(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let user = user(call)?;
    if call.state.access_keys_of(call.account, user.as_deref()).count() >= QUOTA {
        return Err(over_quota("AccessKeysPerUser", "", QUOTA));
    }
    let mut id = call.fresh_id("AKIA")?;
    id.truncate(ID_LEN);
    let key = AccessKey { account: call.account, id, user, is_active: true, created: call.now };
    let secret = secret_access_key(call.store_key, &key.id)?;
    call.changes.put(&key);
    let mut answer = describe(&key);
    answer.text("SecretAccessKey", std::str::from_utf8(&secret).unwrap_or_default());
    Ok(Answer::with("AccessKey", answer))
}

/// `ListAccessKeys`.
pub(super) fn list(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let (user, mut page) = (user(call)?, call.page());
    for key in call.state.access_keys_of(call.account, user.as_deref()) {
        if page.wants(&key.id) {
            page.push(describe(key).into_value());
        }
    }
    Ok(page.into_answer("AccessKeyMetadata"))
}

/// `UpdateAccessKey`.
pub(super) fn update(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let mut key = found(call)?;
    key.is_active = call.wanted("Status") == "Active";
    call.changes.put(&key);
    Ok(Answer::default())
}

/// `DeleteAccessKey`.
pub(super) fn delete(call: &mut Call<'_>, _: &mut Identity) -> Result<Answer, IamError> {
    let key = found(call)?;
    call.changes.delete(AccessKey::KIND, key.id);
    Ok(Answer::default())
}

fn user(call: &Call<'_>) -> Result<Option<String>, IamError> {
    let named = call.input.get("UserName").map(|_| call.identity(IdentityKind::User));
    Ok(named.transpose()?.map(|user| user.name))
}

fn found(call: &Call<'_>) -> Result<AccessKey, IamError> {
    let (user, id) = (user(call)?, call.wanted("AccessKeyId"));
    let of_user = |key: &&AccessKey| key.account == call.account && key.user == user;
    call.state.access_key(&id).filter(of_user).cloned().ok_or_else(|| {
        let message = ["The Access Key with id ", &id, " cannot be found."];
        IamError::new(IamError::NO_SUCH_ENTITY, &message)
    })
}

fn describe(key: &AccessKey) -> Answer {
    let mut answer = Answer::default();
    if let Some(user) = &key.user {
        answer.text("UserName", user);
    }
    answer.text("AccessKeyId", &key.id);
    answer.text("Status", if key.is_active { "Active" } else { "Inactive" });
    answer.set("CreateDate", Value::Float(key.created.seconds()));
    answer
}
