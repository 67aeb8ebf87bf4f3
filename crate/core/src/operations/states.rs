//! EnableKey and DisableKey.

use super::context::require_not_pending_deletion;
use super::{Context, KeyRequest};
use crate::keys::Status;
use crate::model::KmsError;

/// `EnableKey`. An automatic rotation that fell due meanwhile happens at once.
pub(super) fn enable_key(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_not_pending_deletion(&key)?;
    if key.status != Status::Enabled {
        key.status = Status::Enabled;
        if key.rotation.is_some_and(|rotation| rotation.next <= context.now) {
            key.rotate_automatically(context.now, context.store_key, context.random)?;
        }
        context.changes.put(&key);
    }
    Ok(())
}

/// `DisableKey`.
pub(super) fn disable_key(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_not_pending_deletion(&key)?;
    if key.status != Status::Disabled {
        key.status = Status::Disabled;
        context.changes.put(&key);
    }
    Ok(())
}
