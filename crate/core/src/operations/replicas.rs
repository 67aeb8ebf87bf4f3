//! ReplicateKey and UpdatePrimaryRegion: multi-Region keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>

use super::Context;
use super::context::{ResolvedKey, in_state, require_enabled};
use super::due;
use super::keys::{KeyMetadata, require_room};
use super::policies::{accepted_policy, policy_of};
use super::tags::{TagEntry, TagRequest, tagged};
use crate::keys::{Key, KeyState, Material, MultiRegion, Region, Settling, Status, Transition};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError};

/// How long `Creating` and `Updating` last, in milliseconds: "a few seconds", says AWS.
const SETTLING: i64 = 2_000;

request! {
    struct ReplicateKeyRequest {
        "KeyId" key_id: String,
        "ReplicaRegion" region: String,
        "Policy" policy: Option<String>,
        "Description" description: Option<String>,
        "Tags" tags: Option<Vec<TagRequest>>,
        "BypassPolicyLockoutSafetyCheck" bypass: Option<bool>,
    }
}

answer! {
    struct ReplicateKeyResponse {
        "ReplicaKeyMetadata" metadata: KeyMetadata,
        "ReplicaPolicy" policy: String,
        "ReplicaTags" tags: Vec<TagEntry>,
    }
}

/// `ReplicateKey`: a replica in another Region, `Creating` for two seconds. Imported material is to be imported there.
pub(super) fn replicate_key(
    context: &mut Context<'_>,
    request: ReplicateKeyRequest,
) -> Result<ReplicateKeyResponse, KmsError> {
    let (key, related) = primary_key(context, &request.key_id)?;
    let region = region(&request.region)?;
    context.authorise_replica(&region)?;
    if key.state == KeyState::Updating {
        return Err(in_state(&key));
    }
    let tags = tagged(Vec::new(), request.tags.unwrap_or_default())?;
    let policy = accepted_policy(request.policy)?;
    if region == related.primary || related.replicas.contains(&region) {
        let existing = key.reference.in_region(&region).arn();
        return Err(KmsError::request(RequestError::AlreadyExists, format!("{existing} already exists.")));
    }
    require_room(context, &region)?;

    let mut related = related;
    related.add_replica(region.clone());
    let mut key = key.into_owned();
    key.multi_region = Some(related.clone());
    let replica = Key {
        reference: key.reference.in_region(&region),
        description: request.description.unwrap_or_default(),
        created: context.now,
        status: Status::Enabled,
        deletion: None,
        materials: key.materials.iter().map(|material| material.replica(key.origin)).collect(),
        tags,
        policy,
        pending: None,
        settling: Some(Settling { until: context.now.plus(SETTLING), what: Transition::Creating }),
        ..key.clone()
    };
    context.require_no_lockout(&replica, replica.policy.as_ref(), request.bypass)?;
    let answer = ReplicateKeyResponse {
        metadata: KeyMetadata::of(context, &replica, context.state_of(&replica)),
        policy: policy_of(context, &replica),
        tags: replica.tags.iter().map(TagEntry::from).collect(),
    };
    due::synchronized(&mut context.changes.events, &key, context.now, context.random)?;
    context.put_related(key, |_, other| other.multi_region = Some(related.clone()))?;
    context.put_key(replica);
    Ok(answer)
}

request! {
    struct UpdatePrimaryRegionRequest {
        "KeyId" key_id: String,
        "PrimaryRegion" region: String,
    }
}

/// `UpdatePrimaryRegion`: primary and replica change places; both are `Updating` for two seconds.
pub(super) fn update_primary_region(
    context: &mut Context<'_>,
    request: UpdatePrimaryRegionRequest,
) -> Result<(), KmsError> {
    let (key, mut related) = primary_key(context, &request.key_id)?;
    let region = region(&request.region)?;
    if region == related.primary {
        return Err(KmsError::unsupported(format!("{} is the primary key already.", key.arn())));
    }
    let reference = key.reference.in_region(&region);
    let replica = match related.replicas.contains(&region) {
        true => context.caught_up(&reference)?,
        false => None,
    };
    let replica =
        replica.ok_or_else(|| KmsError::not_found(format!("Key '{}' does not exist", reference.arn())))?;
    context.authorise(&replica)?;
    require_enabled(&replica)?;

    related.replicas.retain(|other| *other != region);
    let former = std::mem::replace(&mut related.primary, region.clone());
    related.add_replica(former);
    let settling = Some(Settling { until: context.now.plus(SETTLING), what: Transition::Updating });
    let mut key = key.into_owned();
    (key.multi_region, key.settling) = (Some(related.clone()), settling);
    context.put_related(key, |_, other| {
        other.multi_region = Some(related.clone());
        if other.reference.region == region {
            other.settling = settling;
        }
    })
}

/// The primary key that the request names, which stands in the Region that was called; enabled or updating.
fn primary_key<'a>(
    context: &mut Context<'a>,
    key_id: &str,
) -> Result<(ResolvedKey<'a>, MultiRegion), KmsError> {
    let key = context.key_not_alias(key_id)?;
    let Some(related) = key.multi_region.clone() else {
        return Err(KmsError::unsupported(format!("{} is not a multi-Region key.", key.arn())));
    };
    // A replica that is being created says that, and not yet that it is a replica.
    require_enabled(&key)?;
    if key.is_replica() {
        return Err(KmsError::unsupported(format!("{} is a replica, not a primary key.", key.arn())));
    }
    Ok((key, related))
}

fn region(name: &str) -> Result<Region, KmsError> {
    name.parse().map_err(|_| KmsError::validation(format!("{name} is not the name of a Region.")))
}

/// Whether each replica of a primary key has the material that waits for its rotation.
pub(super) fn is_imported_everywhere(
    context: &mut Context<'_>,
    key: &Key,
    pending: &Material,
) -> Result<bool, KmsError> {
    let related: Vec<_> = key.related().collect();
    for of in related {
        let replica = context.caught_up(&of)?;
        let own = replica.as_ref().and_then(|replica| replica.pending.as_ref());
        if own.is_none_or(|own| own.id != pending.id || own.sealed.is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}
