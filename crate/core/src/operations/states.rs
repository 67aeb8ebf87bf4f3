//! EnableKey and DisableKey.

use super::context::{ResolvedKey, require_not};
use super::{Context, KeyRequest};
use crate::keys::{Key, KeyState, Status};
use crate::model::KmsError;

/// What keeps a key from being switched on or off. One that is unavailable shows the change once it is not.
const NOT_IN: [KeyState; 5] = [
    KeyState::PendingDeletion,
    KeyState::PendingReplicaDeletion,
    KeyState::PendingImport,
    KeyState::Creating,
    KeyState::Updating,
];

fn switchable<'a>(context: &mut Context<'a>, request: &KeyRequest) -> Result<ResolvedKey<'a>, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_not(&key, &NOT_IN)?;
    Ok(key)
}

/// `EnableKey`. An automatic rotation that fell due meanwhile happens at once.
pub(super) fn enable_key(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let key = switchable(context, &request)?;
    if key.status == Status::Enabled {
        return Ok(());
    }
    let mut key = Key { status: Status::Enabled, ..key.into_owned() };
    let is_due = key.rotation.is_some_and(|rotation| rotation.next <= context.now);
    if !is_due || key.is_replica() {
        context.put_key(key);
        return Ok(());
    }
    key.rotate_automatically(context.now, context.store_key, context.random)?;
    context.put_related(key, |primary, replica| replica.follow(primary))
}

/// `DisableKey`.
pub(super) fn disable_key(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let key = switchable(context, &request)?;
    if key.status != Status::Disabled {
        context.put_key(Key { status: Status::Disabled, ..key.into_owned() });
    }
    Ok(())
}
