//! GetKeyLastUsage.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html>

use super::{Context, KeyRequest};
use crate::model::shape::answer;
use crate::model::{KmsError, Timestamp};

answer! {
    struct GetKeyLastUsageResponse {
        "KeyId" key_id: String,
        "KeyLastUsage" last: KeyLastUsage,
        "TrackingStartDate" tracked_since: Timestamp,
        "KeyCreationDate" created: Timestamp,
    }
}

answer! {
    /// Empty where the key was never used.
    struct KeyLastUsage {
        "Operation" operation: Option<String>,
        "Timestamp" at: Option<Timestamp>,
        "CloudTrailEventId" event: Option<String>,
        "KmsRequestId" request: Option<String>,
    }
}

/// `GetKeyLastUsage`: takes no alias. Every use since the key was made is on record, so tracking starts there.
pub(super) fn get_key_last_usage(
    context: &mut Context<'_>,
    request: KeyRequest,
) -> Result<GetKeyLastUsageResponse, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    // Of a replica that was deleted and made again, the old one's use may still be on record.
    let last = context.state.last_use(&key.reference).filter(|last| last.at >= key.created);
    Ok(GetKeyLastUsageResponse {
        // "The globally unique identifier for the KMS key", as in KeyMetadata: there it is the id, not the ARN.
        key_id: key.reference.id.to_string(),
        last: KeyLastUsage {
            operation: last.map(|last| last.operation.to_string()),
            at: last.map(|last| last.at),
            event: last.and_then(|last| last.event).map(|id| id.to_string()),
            request: last.and_then(|last| last.request).map(|id| id.to_string()),
        },
        tracked_since: key.created,
        created: key.created,
    })
}
