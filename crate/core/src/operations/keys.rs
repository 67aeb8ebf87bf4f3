//! CreateKey, DescribeKey, ListKeys, UpdateKeyDescription.

use super::Context;
use super::context::require_not_pending_deletion;
use super::custom_stores::key_store_for;
use super::given::Given;
use super::paging::{limit, page, parse_marker};
use super::policies::accepted_policy;
use super::tags::{TagRequest, tagged};
use crate::keys::{
    Backing, CustomKeyStoreId, Key, KeyId, KeyManager, KeyRef, KeySpec, KeyState, KeyUsage, Material,
    MultiRegion, Origin, Region,
};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};

/// Customer managed keys that an account may have in a Region.
const MAX_KEYS: usize = 100_000;

request! {
    struct CreateKeyRequest {
        "Policy" policy: Option<String>,
        "BypassPolicyLockoutSafetyCheck" bypass: Option<bool>,
        "Description" description: Option<String>,
        "KeyUsage" usage: Option<String>,
        "CustomerMasterKeySpec" customer_master_key_spec: Option<String>,
        "KeySpec" spec: Option<String>,
        "Origin" origin: Option<String>,
        "CustomKeyStoreId" custom_key_store_id: Option<String>,
        "Tags" tags: Option<Vec<TagRequest>>,
        "MultiRegion" multi_region: Option<bool>,
        "XksKeyId" xks_key_id: Option<String>,
    }
}

answer! {
    struct KeyResponse {
        "KeyMetadata" metadata: KeyMetadata,
    }
}

answer! {
    struct KeyMetadata {
        "AWSAccountId" account: String,
        "KeyId" key_id: String,
        "Arn" arn: String,
        "CreationDate" created: Timestamp,
        "Enabled" enabled: bool,
        "Description" description: String,
        "KeyUsage" usage: &'static str,
        "KeyState" state: &'static str,
        "DeletionDate" deletion: Option<Timestamp>,
        "ValidTo" valid_to: Option<Timestamp>,
        "Origin" origin: &'static str,
        "CustomKeyStoreId" custom_key_store: Option<String>,
        "CloudHsmClusterId" cluster: Option<String>,
        "ExpirationModel" expiration: Option<&'static str>,
        "KeyManager" manager: &'static str,
        "CustomerMasterKeySpec" customer_master_key_spec: &'static str,
        "KeySpec" spec: &'static str,
        "EncryptionAlgorithms" encryption: Option<Vec<&'static str>>,
        "SigningAlgorithms" signing: Option<Vec<&'static str>>,
        "KeyAgreementAlgorithms" agreement: Option<Vec<&'static str>>,
        "EncapsulationAlgorithms" encapsulation: Option<Vec<&'static str>>,
        "MacAlgorithms" mac: Option<Vec<&'static str>>,
        "MultiRegion" multi_region: bool,
        "MultiRegionConfiguration" related: Option<MultiRegionConfiguration>,
        "PendingDeletionWindowInDays" window: Option<u32>,
        "XksKeyConfiguration" xks: Option<XksKeyConfiguration>,
        "CurrentKeyMaterialId" current: Option<String>,
    }
}

answer! {
    struct MultiRegionConfiguration {
        "MultiRegionKeyType" kind: &'static str,
        "PrimaryKey" primary: MultiRegionKey,
        "ReplicaKeys" replicas: Vec<MultiRegionKey>,
    }
}

answer! {
    struct MultiRegionKey {
        "Arn" arn: String,
        "Region" region: String,
    }
}

answer! {
    struct XksKeyConfiguration {
        "Id" id: String,
    }
}

/// The algorithms of a key, if `usage` is what it is for.
pub(super) fn algorithms(key: &Key, usage: KeyUsage) -> Option<Vec<&'static str>> {
    (key.usage == usage).then(|| match usage {
        KeyUsage::EncryptDecrypt => key.spec.encryption_algorithms().to_vec(),
        KeyUsage::SignVerify => key.spec.signing_algorithms().to_vec(),
        KeyUsage::GenerateVerifyMac => key.spec.mac_algorithm().into_iter().collect(),
        KeyUsage::KeyAgreement => vec!["ECDH"],
        KeyUsage::EncapsulateDecapsulate => vec!["ML_KEM"],
    })
}

impl KeyMetadata {
    pub(super) fn of(context: &Context<'_>, key: &Key, state: KeyState) -> Self {
        let is_imported = key.origin == Origin::External;
        let expires = key.materials.iter().filter_map(Material::expires).min();
        Self {
            account: key.reference.account.to_string(),
            key_id: key.reference.id.to_string(),
            arn: key.arn(),
            created: key.created,
            enabled: state == KeyState::Enabled,
            description: key.description.clone(),
            usage: key.usage.name(),
            state: state.name(),
            deletion: key.deletion_date(),
            valid_to: expires,
            origin: key.origin.name(),
            custom_key_store: key.custom_key_store.as_ref().map(CustomKeyStoreId::to_string),
            cluster: key.custom_key_store.as_ref().and_then(|id| cluster_of(context, key, id)),
            expiration: (is_imported && !key.lacks_material()).then_some(match expires {
                Some(_) => "KEY_MATERIAL_EXPIRES",
                None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
            }),
            manager: match key.manager {
                KeyManager::Customer => "CUSTOMER",
                KeyManager::Aws => "AWS",
            },
            customer_master_key_spec: key.spec.name(),
            spec: key.spec.name(),
            encryption: algorithms(key, KeyUsage::EncryptDecrypt),
            signing: algorithms(key, KeyUsage::SignVerify),
            agreement: algorithms(key, KeyUsage::KeyAgreement),
            encapsulation: algorithms(key, KeyUsage::EncapsulateDecapsulate),
            mac: algorithms(key, KeyUsage::GenerateVerifyMac),
            multi_region: key.multi_region.is_some(),
            related: key.multi_region.as_ref().map(|related| related_keys(key, related)),
            window: match state {
                KeyState::PendingReplicaDeletion => key.deletion.map(|deletion| deletion.window_days),
                _ => None,
            },
            xks: key.xks_key.clone().map(|id| XksKeyConfiguration { id }),
            current: key.current().ok().and_then(|material| shown_material_id(key, material)),
        }
    }
}

/// The id of a key material, where AWS shows it: symmetric encryption keys whose material KMS has.
pub(super) fn shown_material_id(key: &Key, material: &Material) -> Option<String> {
    shows_material_ids(key).then(|| material.id.to_string())
}

/// Whether AWS shows the ids of its key materials.
pub(super) fn shows_material_ids(key: &Key) -> bool {
    key.spec == KeySpec::SymmetricDefault && !key.origin.is_custom_key_store()
}

fn cluster_of(context: &Context<'_>, key: &Key, id: &CustomKeyStoreId) -> Option<String> {
    let store = context.state.custom_key_store(key.reference.account, &key.reference.region, id)?;
    match &store.backing {
        Backing::CloudHsm(hsm) => Some(hsm.cluster.clone()),
        Backing::External(_) => None,
    }
}

fn related_keys(key: &Key, related: &MultiRegion) -> MultiRegionConfiguration {
    let entry = |region: &Region| MultiRegionKey {
        arn: key.reference.in_region(region).arn(),
        region: region.to_string(),
    };
    MultiRegionConfiguration {
        kind: if key.is_replica() { "REPLICA" } else { "PRIMARY" },
        primary: entry(&related.primary),
        replicas: related.replicas.iter().map(entry).collect(),
    }
}

/// What the key is for: said by the caller for all but symmetric encryption keys.
fn usage_of(spec: KeySpec, name: Option<&str>) -> Result<KeyUsage, KmsError> {
    let usage = match name.and_then(KeyUsage::from_name) {
        None if spec == KeySpec::SymmetricDefault => KeyUsage::EncryptDecrypt,
        None => {
            return Err(KmsError::validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            ));
        }
        Some(usage) => usage,
    };
    if spec.usages().contains(&usage) {
        return Ok(usage);
    }
    Err(KmsError::validation(format!(
        "KeyUsage {} is not compatible with KeySpec {}",
        usage.name(),
        spec.name()
    )))
}

/// `CreateKey`: a customer managed key. What is asked for beyond what can be done is refused, never ignored.
pub(super) fn create_key(
    context: &mut Context<'_>,
    request: CreateKeyRequest,
) -> Result<KeyResponse, KmsError> {
    let name = match (request.spec, request.customer_master_key_spec) {
        (Some(spec), Some(old)) if spec != old => {
            return Err(KmsError::validation(
                "KeySpec and CustomerMasterKeySpec were both given, and they differ. Give only KeySpec.",
            ));
        }
        (spec, old) => spec.or(old),
    };
    let spec = match name.as_deref() {
        None => KeySpec::SymmetricDefault,
        Some(name) => KeySpec::from_name(name)
            .ok_or_else(|| KmsError::unsupported(format!("tabkms does not implement KeySpec {name} yet")))?,
    };
    let usage = usage_of(spec, request.usage.as_deref())?;
    let origin = request.origin.as_deref().and_then(Origin::from_name).unwrap_or_default();
    let multi_region = request.multi_region == Some(true);
    if origin == Origin::External && !spec.can_be_imported() {
        return Err(KmsError::unsupported(format!(
            "KeySpec {} does not support imported key material.",
            spec.name()
        )));
    }
    let place = (request.custom_key_store_id.as_deref(), request.xks_key_id);
    let store = key_store_for(context, origin, place)?;
    if origin.is_custom_key_store() && (spec != KeySpec::SymmetricDefault || multi_region) {
        return Err(KmsError::unsupported(
            "A custom key store holds only single-Region symmetric encryption KMS keys.",
        ));
    }
    let tags = tagged(Vec::new(), request.tags.unwrap_or_default())?;
    let policy = accepted_policy(request.policy)?;
    require_room(context, &context.caller.region)?;

    let description = request.description.unwrap_or_default();
    let given = context.given.take();
    let id = match &given {
        Some(given) => given.id_for(context, multi_region)?,
        None => KeyId::generate(multi_region, context.random)?,
    };
    let mut key = context.empty_key(id, description, KeyManager::Customer, (spec, usage));
    (key.origin, key.tags, key.policy) = (origin, tags, policy);
    if let Some((store, xks_key)) = store {
        (key.custom_key_store, key.xks_key) = (Some(store), xks_key);
    }
    if multi_region {
        key.multi_region = Some(MultiRegion { primary: key.reference.region.clone(), replicas: Vec::new() });
    }
    context.require_no_lockout(&key, key.policy.as_ref(), request.bypass)?;
    match given.and_then(|given| given.material) {
        Some(_) if origin != Origin::AwsKms => {
            return Err(KmsError::validation("Only a key of the Origin AWS_KMS can be given its material."));
        }
        Some(material) => Given::put_material(material, &mut key, context)?,
        None if origin == Origin::External => {}
        None => context.make_material(&mut key)?,
    }
    let metadata = KeyMetadata::of(context, &key, context.state_of(&key));
    context.put_key(key);
    Ok(KeyResponse { metadata })
}

/// Refuses one key more than a Region may have.
pub(super) fn require_room(context: &Context<'_>, region: &Region) -> Result<(), KmsError> {
    if context.state.customer_key_count(context.caller.account, region) < MAX_KEYS {
        return Ok(());
    }
    Err(KmsError::request(
        RequestError::LimitExceeded,
        format!("The account has {MAX_KEYS} KMS keys in {region} already"),
    ))
}

request! {
    struct DescribeKeyRequest {
        "KeyId" key_id: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
    }
}

/// `DescribeKey`.
pub(super) fn describe_key(
    context: &mut Context<'_>,
    request: DescribeKeyRequest,
) -> Result<KeyResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    Ok(KeyResponse { metadata: KeyMetadata::of(context, &key, key.state) })
}

request! {
    struct ListKeysRequest {
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct ListKeysResponse {
        "Keys" keys: Vec<KeyListEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

answer! {
    struct KeyListEntry {
        "KeyId" key_id: String,
        "KeyArn" arn: String,
    }
}

/// `ListKeys`: the caller's account and Region, in the order of ids; 100 a page, at most 1000.
pub(super) fn list_keys(
    context: &mut Context<'_>,
    request: ListKeysRequest,
) -> Result<ListKeysResponse, KmsError> {
    let limit = limit(request.limit, 100, 1000)?;
    let after: Option<KeyRef> = parse_marker(request.marker.as_deref())?;
    let now = context.now;
    let gone = |key: &Key| key.deletion_date().is_some_and(|date| date <= now);
    let (account, region) = (context.caller.account, &context.caller.region);
    let keys = context.state.keys_after(account, region, after.as_ref()).filter(|key| !gone(key));
    let page = page(keys, limit, |key| key.reference.to_string());
    let entry = |key: &Key| KeyListEntry { key_id: key.reference.id.to_string(), arn: key.arn() };
    Ok(ListKeysResponse {
        keys: page.items.into_iter().map(entry).collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}

request! {
    struct UpdateKeyDescriptionRequest {
        "KeyId" key_id: String,
        "Description" description: String,
    }
}

/// `UpdateKeyDescription`: at most 8192 characters; an empty one removes it.
pub(super) fn update_key_description(
    context: &mut Context<'_>,
    request: UpdateKeyDescriptionRequest,
) -> Result<(), KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_not_pending_deletion(&key)?;
    if key.description != request.description {
        context.put_key(Key { description: request.description, ..key.into_owned() });
    }
    Ok(())
}
