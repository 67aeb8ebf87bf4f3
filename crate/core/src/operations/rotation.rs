//! EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>

use super::context::{require_enabled, require_symmetric};
use super::paging::{limit, page, parse_marker};
use super::{Context, KeyRequest, KeyResponse};
use crate::keys::{Rotated, Rotation, RotationType, Status};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};

/// Days between automatic rotations where the request names none.
const DEFAULT_PERIOD: u32 = 365;
/// On-demand rotations that a KMS key may have.
const MAX_ON_DEMAND: u32 = 25;

request! {
    struct EnableKeyRotationRequest {
        "KeyId" key_id: String,
        "RotationPeriodInDays" period: Option<i64>,
    }
}

/// `EnableKeyRotation`: every 90 to 2560 days, 365 where nothing is said. On a key that rotates already, a new
/// period counts from now and no period changes nothing.
pub(super) fn enable_key_rotation(
    context: &mut Context<'_>,
    request: EnableKeyRotationRequest,
) -> Result<(), KmsError> {
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_symmetric(&key)?;
    require_enabled(&key)?;
    let period = request
        .period
        .map(u32::try_from)
        .transpose()
        .map_err(|_| KmsError::validation("RotationPeriodInDays is not a number of days"))?;
    let period_days = match (period, key.rotation) {
        (Some(period), _) => period,
        (None, Some(rotation)) => rotation.period_days,
        (None, None) => DEFAULT_PERIOD,
    };
    if key.rotation.is_none_or(|rotation| rotation.period_days != period_days) {
        key.rotation = Some(Rotation { period_days, next: context.now.plus_days(period_days) });
        context.changes.put(&key);
    }
    Ok(())
}

/// `DisableKeyRotation`.
pub(super) fn disable_key_rotation(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_symmetric(&key)?;
    require_enabled(&key)?;
    if key.rotation.take().is_some() {
        context.changes.put(&key);
    }
    Ok(())
}

answer! {
    struct RotationStatusResponse {
        "KeyRotationEnabled" enabled: bool,
        "KeyId" key_id: String,
        "RotationPeriodInDays" period: Option<u32>,
        "NextRotationDate" next: Option<Timestamp>,
    }
}

/// `GetKeyRotationStatus`: while a deletion is pending it reads false, and comes back on cancelling.
pub(super) fn get_key_rotation_status(
    context: &mut Context<'_>,
    request: KeyRequest,
) -> Result<RotationStatusResponse, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_symmetric(&key)?;
    let rotation = key.rotation.filter(|_| key.status != Status::PendingDeletion);
    Ok(RotationStatusResponse {
        enabled: rotation.is_some(),
        key_id: key.arn(),
        period: rotation.map(|rotation| rotation.period_days),
        next: rotation.map(|rotation| rotation.next),
    })
}

/// `RotateKeyOnDemand`: new material at once; the schedule of automatic rotation stays.
pub(super) fn rotate_key_on_demand(
    context: &mut Context<'_>,
    request: KeyRequest,
) -> Result<KeyResponse, KmsError> {
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_symmetric(&key)?;
    require_enabled(&key)?;
    if key.on_demand_rotations >= MAX_ON_DEMAND {
        return Err(KmsError::Request(
            RequestError::LimitExceeded,
            format!("{} has been rotated on demand {MAX_ON_DEMAND} times already", key.arn()),
        ));
    }
    key.on_demand_rotations += 1;
    let rotated = Rotated { at: context.now, by: RotationType::OnDemand };
    key.add_material(Some(rotated), context.store_key, context.random)?;
    context.changes.put(&key);
    Ok(KeyResponse { key_id: key.arn() })
}

request! {
    struct ListKeyRotationsRequest {
        "KeyId" key_id: String,
        "IncludeKeyMaterial" include: Option<String>,
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct ListKeyRotationsResponse {
        "Rotations" rotations: Vec<RotationEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

answer! {
    struct RotationEntry {
        "KeyId" key_id: String,
        "KeyMaterialId" material_id: String,
        "KeyMaterialState" state: &'static str,
        "RotationDate" date: Option<Timestamp>,
        "RotationType" kind: Option<&'static str>,
    }
}

/// `ListKeyRotations`: oldest first; with `ALL_KEY_MATERIAL` the first material too. 100 a page, at most 1000.
pub(super) fn list_key_rotations(
    context: &mut Context<'_>,
    request: ListKeyRotationsRequest,
) -> Result<ListKeyRotationsResponse, KmsError> {
    let limit = limit(request.limit, 100, 1000)?;
    let after: Option<usize> = parse_marker(request.marker.as_deref())?;
    let key = context.key_not_alias(&request.key_id)?;
    require_symmetric(&key)?;
    let all = request.include.as_deref() == Some("ALL_KEY_MATERIAL");
    let last = key.materials.len().saturating_sub(1);
    let entries = key
        .materials
        .iter()
        .enumerate()
        .filter(|(at, material)| (all || material.rotated.is_some()) && after.is_none_or(|after| *at > after))
        .map(|(at, material)| {
            let entry = RotationEntry {
                key_id: key.reference.id.to_string(),
                material_id: material.id.to_string(),
                state: if at == last { "CURRENT" } else { "NON_CURRENT" },
                date: material.rotated.map(|rotated| rotated.at),
                kind: material.rotated.map(|rotated| rotated.by.name()),
            };
            (at, entry)
        });
    let page = page(entries, limit, |(at, _)| at.to_string());
    Ok(ListKeyRotationsResponse {
        rotations: page.items.into_iter().map(|(_, entry)| entry).collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}
