//! GetKeyPolicy, PutKeyPolicy, ListKeyPolicies. A KMS key has one key policy, and its name is `default`.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

use super::Context;
use super::paging::limit;
use crate::authz;
use crate::authz::policy::{Kind, Policy};
use crate::keys::{Key, PolicyText};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError};

/// The only name that a key policy can have.
const NAME: &str = "default";
/// The longest key policy in bytes; AWS's default quota, below what the service model admits.
const MAX_POLICY: usize = 32_768;

request! {
    struct GetKeyPolicyRequest {
        "KeyId" key_id: String,
        "PolicyName" name: Option<String>,
    }
}

answer! {
    struct GetKeyPolicyResponse {
        "Policy" policy: String,
        "PolicyName" name: &'static str,
    }
}

/// `GetKeyPolicy`: the text as it was put.
pub(super) fn get_key_policy(
    context: &mut Context<'_>,
    request: GetKeyPolicyRequest,
) -> Result<GetKeyPolicyResponse, KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_default(request.name.as_deref())?;
    Ok(GetKeyPolicyResponse { policy: policy_of(context, &key), name: NAME })
}

/// The key policy's text: as it was put, or the default one.
pub(super) fn policy_of(context: &Context<'_>, key: &Key) -> String {
    let service = context.state.aliases_of(&key.reference, None).find_map(|alias| alias.name.service());
    key.policy.as_ref().map_or_else(|| authz::default_policy(key, service), PolicyText::to_string)
}

fn require_default(name: Option<&str>) -> Result<(), KmsError> {
    match name {
        None | Some(NAME) => Ok(()),
        Some(name) => Err(KmsError::not_found(format!("No such policy exists: {name}"))),
    }
}

request! {
    struct PutKeyPolicyRequest {
        "KeyId" key_id: String,
        "PolicyName" name: Option<String>,
        "Policy" policy: String,
        "BypassPolicyLockoutSafetyCheck" bypass: Option<bool>,
    }
}

/// `PutKeyPolicy`: in place of the one before, if the caller could do it again.
pub(super) fn put_key_policy(
    context: &mut Context<'_>,
    request: PutKeyPolicyRequest,
) -> Result<(), KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_default(request.name.as_deref())?;
    let policy = accepted_policy(Some(request.policy))?;
    context.require_no_lockout(&key, policy.as_ref(), request.bypass)?;
    if policy != key.policy {
        context.put_key(Key { policy, ..key.into_owned() });
    }
    Ok(())
}

/// A key policy that may be stored, its form alone looked at.
///
/// # Errors
/// `MalformedPolicyDocumentException`, `LimitExceededException`.
pub(super) fn accepted_policy(policy: Option<String>) -> Result<Option<PolicyText>, KmsError> {
    let Some(policy) = policy else { return Ok(None) };
    if policy.len() > MAX_POLICY {
        let message = format!("A key policy has at most {MAX_POLICY} bytes");
        return Err(KmsError::request(RequestError::LimitExceeded, message));
    }
    match Policy::parse(&policy, Kind::Key) {
        Ok(_) => Ok(Some(policy.into())),
        Err(fault) => Err(KmsError::request(RequestError::MalformedPolicy, fault.describe(&policy))),
    }
}

request! {
    struct ListKeyPoliciesRequest {
        "KeyId" key_id: String,
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct ListKeyPoliciesResponse {
        "PolicyNames" names: Vec<&'static str>,
        "Truncated" truncated: bool,
    }
}

/// `ListKeyPolicies`: `default`, and never another.
pub(super) fn list_key_policies(
    context: &mut Context<'_>,
    request: ListKeyPoliciesRequest,
) -> Result<ListKeyPoliciesResponse, KmsError> {
    limit(request.limit, 100, 1000)?;
    // One page holds all, so that no marker is ever given out; the model has no InvalidMarkerException here.
    if request.marker.is_some() {
        return Err(KmsError::validation("Invalid marker."));
    }
    context.key_not_alias(&request.key_id)?;
    Ok(ListKeyPoliciesResponse { names: vec![NAME], truncated: false })
}
