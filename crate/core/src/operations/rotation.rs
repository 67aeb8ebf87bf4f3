//! EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>

use super::context::{ResolvedKey, require_enabled, wrong_origin};
use super::due;
use super::paging::{limit, page, parse_marker};
use super::replicas::is_imported_everywhere;
use super::{Context, KeyRequest, KeyResponse};
use crate::keys::{Key, KeySpec, Material, Origin, Rotated, Rotation, RotationType};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};

/// Days between automatic rotations where the request names none.
const DEFAULT_PERIOD: u32 = 365;
/// On-demand rotations that a KMS key may have.
const MAX_ON_DEMAND: u32 = 25;
/// How close an automatic rotation may be to one on demand, in milliseconds: 20 minutes.
const TOO_CLOSE: i64 = 20 * 60 * 1000;

/// Refuses all but symmetric encryption keys whose material KMS has.
fn require_rotatable(key: &Key) -> Result<(), KmsError> {
    if key.spec != KeySpec::SymmetricDefault {
        return Err(KmsError::unsupported(""));
    }
    if key.origin.is_custom_key_store() { Err(wrong_origin(key)) } else { Ok(()) }
}

/// Refuses what is rotated with its primary key only.
fn require_not_replica(key: &Key) -> Result<(), KmsError> {
    if !key.is_replica() {
        return Ok(());
    }
    Err(KmsError::unsupported(format!("{} is a replica: it is rotated with its primary key.", key.arn())))
}

/// The key whose automatic rotation the request is about.
fn scheduled<'a>(context: &mut Context<'a>, key_id: &str) -> Result<ResolvedKey<'a>, KmsError> {
    let key = context.key_not_alias(key_id)?;
    require_rotatable(&key)?;
    if key.origin != Origin::AwsKms {
        return Err(wrong_origin(&key));
    }
    require_enabled(&key)?;
    require_not_replica(&key)?;
    Ok(key)
}

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
    let mut key = scheduled(context, &request.key_id)?.into_owned();
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
        return context.put_related(key, |primary, replica| replica.follow(primary));
    }
    Ok(())
}

/// `DisableKeyRotation`.
pub(super) fn disable_key_rotation(context: &mut Context<'_>, request: KeyRequest) -> Result<(), KmsError> {
    let mut key = scheduled(context, &request.key_id)?.into_owned();
    if key.rotation.take().is_some() {
        return context.put_related(key, |primary, replica| replica.follow(primary));
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
    require_rotatable(&key)?;
    let rotation = key.rotation.filter(|_| !key.state.is_pending_deletion());
    Ok(RotationStatusResponse {
        enabled: rotation.is_some(),
        key_id: key.arn(),
        period: rotation.map(|rotation| rotation.period_days),
        next: rotation.map(|rotation| rotation.next),
    })
}

/// `RotateKeyOnDemand`: new material at once, for an imported key what was imported for it; the schedule of automatic
/// rotation stays.
pub(super) fn rotate_key_on_demand(
    context: &mut Context<'_>,
    request: KeyRequest,
) -> Result<KeyResponse, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_rotatable(&key)?;
    require_enabled(&key)?;
    require_not_replica(&key)?;
    if key.on_demand_rotations >= MAX_ON_DEMAND {
        return Err(KmsError::Request(
            RequestError::LimitExceeded,
            format!("{} has been rotated on demand {MAX_ON_DEMAND} times already", key.arn()),
        ));
    }
    if key.rotation.is_some_and(|rotation| rotation.next <= context.now.plus(TOO_CLOSE)) {
        return Err(KmsError::request(
            RequestError::Conflict,
            format!("An automatic rotation of {} begins within the next 20 minutes.", key.arn()),
        ));
    }
    let mut key = key.into_owned();
    let rotated = Rotated { at: context.now, by: RotationType::OnDemand };
    key.on_demand_rotations += 1;
    let key_id = key.arn();
    if key.origin != Origin::External {
        key.add_material(Some(rotated), context.store_key, context.random)?;
        due::rotated(&mut context.changes.events, &key, context.now, context.random)?;
        context.put_related(key, |primary, replica| replica.follow(primary))?;
        return Ok(KeyResponse { key_id });
    }
    let pending = key.pending.clone();
    let is_ready = match &pending {
        Some(pending) => is_imported_everywhere(context, &key, pending)?,
        None => false,
    };
    if !is_ready {
        return Err(KmsError::invalid_state(format!(
            "No available key material pending rotation for the key: {key_id}."
        )));
    }
    make_current(&mut key, rotated);
    due::rotated(&mut context.changes.events, &key, context.now, context.random)?;
    context.put_related(key, |primary, replica| {
        make_current(replica, rotated);
        replica.on_demand_rotations = primary.on_demand_rotations;
    })?;
    Ok(KeyResponse { key_id })
}

fn make_current(key: &mut Key, rotated: Rotated) {
    let pending = key.pending.take();
    key.materials.extend(pending.map(|pending| Material { rotated: Some(rotated), ..pending }));
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
        "KeyMaterialDescription" description: Option<String>,
        "ImportState" import: Option<&'static str>,
        "KeyMaterialState" state: &'static str,
        "ExpirationModel" expiration: Option<&'static str>,
        "ValidTo" valid_to: Option<Timestamp>,
        "RotationDate" date: Option<Timestamp>,
        "RotationType" kind: Option<&'static str>,
    }
}

impl RotationEntry {
    fn of(key: &Key, material: &Material, state: &'static str) -> Self {
        let is_imported = key.origin == Origin::External;
        let imported = material.imported.as_ref().filter(|_| material.sealed.is_some());
        Self {
            key_id: key.reference.id.to_string(),
            material_id: material.id.to_string(),
            description: material.imported.as_ref().and_then(|imported| imported.description.clone()),
            import: is_imported.then_some(if material.sealed.is_some() {
                "IMPORTED"
            } else {
                "PENDING_IMPORT"
            }),
            state,
            expiration: imported.map(|imported| match imported.valid_to {
                Some(_) => "KEY_MATERIAL_EXPIRES",
                None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
            }),
            valid_to: material.expires(),
            date: material.rotated.map(|rotated| rotated.at),
            kind: material.rotated.map(|rotated| rotated.by.name()),
        }
    }
}

/// `ListKeyRotations`: oldest first; with `ALL_KEY_MATERIAL` the first material too, and what waits for its rotation.
/// 100 a page, at most 1000.
pub(super) fn list_key_rotations(
    context: &mut Context<'_>,
    request: ListKeyRotationsRequest,
) -> Result<ListKeyRotationsResponse, KmsError> {
    let limit = limit(request.limit, 100, 1000)?;
    let after: Option<usize> = parse_marker(request.marker.as_deref())?;
    let key = context.key_not_alias(&request.key_id)?;
    require_rotatable(&key)?;
    let all = request.include.as_deref() == Some("ALL_KEY_MATERIAL");
    let waiting = match &key.pending {
        Some(pending) if is_imported_everywhere(context, &key, pending)? => "PENDING_ROTATION",
        _ => "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
    };
    let last = key.materials.len().saturating_sub(1);
    let entries = key
        .all_materials()
        .enumerate()
        .filter(|(at, material)| (all || material.rotated.is_some()) && after.is_none_or(|after| *at > after))
        .map(|(at, material)| {
            let state = match at.cmp(&last) {
                std::cmp::Ordering::Less => "NON_CURRENT",
                std::cmp::Ordering::Equal => "CURRENT",
                std::cmp::Ordering::Greater => waiting,
            };
            (at, RotationEntry::of(&key, material, state))
        });
    let page = page(entries, limit, |(at, _)| at.to_string());
    Ok(ListKeyRotationsResponse {
        rotations: page.items.into_iter().map(|(_, entry)| entry).collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}
