//! ScheduleKeyDeletion and CancelKeyDeletion.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html>

use super::context::{require_not, require_not_pending_deletion};
use super::{Context, KeyRequest, KeyResponse};
use crate::keys::{Deletion, KeyState, Status};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, Timestamp};

/// Days, where the request names none.
const DEFAULT_WINDOW: u32 = 30;
/// The shortest window in days.
const MIN_WINDOW: i64 = 7;
/// The longest window in days.
const MAX_WINDOW: i64 = 30;

request! {
    struct ScheduleKeyDeletionRequest {
        "KeyId" key_id: String,
        "PendingWindowInDays" window: Option<i64>,
    }
}

answer! {
    struct ScheduleKeyDeletionResponse {
        "KeyId" key_id: String,
        "DeletionDate" date: Option<Timestamp>,
        "KeyState" state: &'static str,
        "PendingWindowInDays" window: u32,
    }
}

/// `ScheduleKeyDeletion`: the key stops working at once and is gone after 7 to 30 days. For a primary key with
/// replicas the days count from when the last of them is gone.
pub(super) fn schedule_key_deletion(
    context: &mut Context<'_>,
    request: ScheduleKeyDeletionRequest,
) -> Result<ScheduleKeyDeletionResponse, KmsError> {
    let window_days = window_of(request.window)?;
    let key = context.key_not_alias(&request.key_id)?;
    require_not_pending_deletion(&key)?;
    require_not(&key, &[KeyState::Updating])?;
    let mut key = key.into_owned();
    let has_replicas =
        !key.is_replica() && key.multi_region.as_ref().is_some_and(|related| !related.replicas.is_empty());
    let date = (!has_replicas).then(|| context.now.plus_days(window_days));
    key.status = Status::PendingDeletion;
    key.deletion = Some(Deletion { date, window_days });
    let answer = ScheduleKeyDeletionResponse {
        key_id: key.arn(),
        date,
        state: context.state_of(&key).name(),
        window: window_days,
    };
    context.put_key(key);
    Ok(answer)
}

/// The service model admits 1 to 365; the API 7 to 30.
fn window_of(wanted: Option<i64>) -> Result<u32, KmsError> {
    let Some(wanted) = wanted else { return Ok(DEFAULT_WINDOW) };
    match u32::try_from(wanted) {
        Ok(days) if (MIN_WINDOW..=MAX_WINDOW).contains(&wanted) => Ok(days),
        _ => {
            let (relation, bound) =
                if wanted < MIN_WINDOW { ("greater", MIN_WINDOW) } else { ("less", MAX_WINDOW) };
            Err(KmsError::validation(format!(
                "1 validation error detected: Value '{wanted}' at 'pendingWindowInDays' failed to satisfy \
                 constraint: Member must have value {relation} than or equal to {bound}"
            )))
        }
    }
}

/// `CancelKeyDeletion`: the key comes back disabled, or waiting for its material.
pub(super) fn cancel_key_deletion(
    context: &mut Context<'_>,
    request: KeyRequest,
) -> Result<KeyResponse, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    if !key.state.is_pending_deletion() {
        return Err(KmsError::invalid_state(format!("{} is not pending deletion.", key.arn())));
    }
    let mut key = key.into_owned();
    key.status = Status::Disabled;
    key.deletion = None;
    let key_id = key.arn();
    context.put_key(key);
    Ok(KeyResponse { key_id })
}
