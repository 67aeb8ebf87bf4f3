//! CreateKey, DescribeKey, ListKeys.

use super::Context;
use super::context::require_not_pending_deletion;
use super::paging::{limit, page, parse_marker};
use crate::keys::{Key, KeyManager, KeyRef, KeySpec, KeyUsage, Status};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, Timestamp, Value};

request! {
    struct CreateKeyRequest {
        "Policy" policy: Option<String>,
        "Description" description: Option<String>,
        "KeyUsage" usage: Option<String>,
        "CustomerMasterKeySpec" customer_master_key_spec: Option<String>,
        "KeySpec" spec: Option<String>,
        "Origin" origin: Option<String>,
        "CustomKeyStoreId" custom_key_store_id: Option<String>,
        "Tags" tags: Option<Vec<Value>>,
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
        "Origin" origin: &'static str,
        "KeyManager" manager: &'static str,
        "CustomerMasterKeySpec" customer_master_key_spec: &'static str,
        "KeySpec" spec: &'static str,
        "EncryptionAlgorithms" encryption: Option<Vec<&'static str>>,
        "SigningAlgorithms" signing: Option<Vec<&'static str>>,
        "KeyAgreementAlgorithms" agreement: Option<Vec<&'static str>>,
        "EncapsulationAlgorithms" encapsulation: Option<Vec<&'static str>>,
        "MacAlgorithms" mac: Option<Vec<&'static str>>,
        "MultiRegion" multi_region: bool,
        "CurrentKeyMaterialId" current: Option<String>,
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
    fn of(key: &Key) -> Self {
        Self {
            account: key.reference.account.to_string(),
            key_id: key.reference.id.to_string(),
            arn: key.arn(),
            created: key.created,
            enabled: key.status == Status::Enabled,
            description: key.description.clone(),
            usage: key.usage.name(),
            state: key.status.key_state(),
            deletion: key.deletion.map(|deletion| deletion.date),
            origin: "AWS_KMS",
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
            multi_region: false,
            current: match key.spec {
                KeySpec::SymmetricDefault => key.current().ok().map(|material| material.id.to_string()),
                _ => None,
            },
        }
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

/// `CreateKey`: a customer managed key. What is asked for beyond that is refused, never ignored.
pub(super) fn create_key(
    context: &mut Context<'_>,
    request: CreateKeyRequest,
) -> Result<KeyResponse, KmsError> {
    let not_yet = |what: &str| Err(KmsError::unsupported(format!("tabkms does not implement {what} yet")));
    let name = request.spec.or(request.customer_master_key_spec);
    let spec = match name.as_deref() {
        None => KeySpec::SymmetricDefault,
        Some(name) => match KeySpec::from_name(name) {
            Some(spec) => spec,
            None => return not_yet(&format!("KeySpec {name}")),
        },
    };
    let usage = usage_of(spec, request.usage.as_deref())?;
    match request.origin.as_deref() {
        None | Some("AWS_KMS") => {}
        Some(origin) => return not_yet(&format!("Origin {origin}")),
    }
    if request.custom_key_store_id.is_some() || request.xks_key_id.is_some() {
        return not_yet("custom key stores");
    }
    if request.multi_region == Some(true) {
        return not_yet("multi-Region keys");
    }
    if request.policy.is_some() {
        return not_yet("key policies");
    }
    if request.tags.is_some_and(|tags| !tags.is_empty()) {
        return not_yet("tags");
    }
    let description = request.description.unwrap_or_default();
    let key = context.new_key(description, KeyManager::Customer, (spec, usage))?;
    context.changes.put(&key);
    Ok(KeyResponse { metadata: KeyMetadata::of(&key) })
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
    context.no_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    Ok(KeyResponse { metadata: KeyMetadata::of(&key) })
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
    let gone = |key: &Key| key.deletion.is_some_and(|deletion| deletion.date <= now);
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
    let mut key = context.key_not_alias(&request.key_id)?.into_owned();
    require_not_pending_deletion(&key)?;
    if key.description != request.description {
        key.description = request.description;
        context.changes.put(&key);
    }
    Ok(())
}
