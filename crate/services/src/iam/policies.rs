//! The policies of one user or role: those that stand in it, and the managed ones that are attached to it.

use tabkms_core::authz::policy::Kind;
use tabkms_core::keys::{Identity, IdentityKind, InlinePolicy};
use tabkms_core::model::Value;

use super::answer::Answer;
use super::call::Call;
use super::documents::{check, over_quota, size};
use super::{IamError, name_member, title};

/// Managed policies that may be attached to one of them.
const MAX_ATTACHED: usize = 10;

/// What the policies in one of them may come to.
fn max_inline(kind: IdentityKind) -> usize {
    match kind {
        IdentityKind::User => 2048,
        IdentityKind::Role => 10_240,
    }
}

/// `PutUserPolicy`, `PutRolePolicy`: in place of the one of that name.
pub(super) fn put(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let policy =
        InlinePolicy { name: call.name("PolicyName")?, document: call.wanted("PolicyDocument").into() };
    check(policy.document.as_str(), Kind::Identity)?;
    let policies = &mut identity.policies;
    policies.retain(|other| other.name != policy.name);
    let at = policies.iter().take_while(|other| other.name < policy.name).count();
    policies.insert(at, policy);
    let (in_all, max) =
        (policies.iter().map(|policy| size(policy.document.as_str())).sum(), max_inline(identity.kind));
    if max < in_all {
        let kind = identity.kind.as_str();
        let bytes = max.to_string();
        let message = ["Maximum policy size of ", &bytes, " bytes exceeded for ", kind, " ", &identity.name];
        return Err(IamError::new(IamError::LIMIT, &message));
    }
    Ok(call.put(identity))
}

fn find<'a>(call: &Call<'_>, identity: &'a Identity) -> Result<&'a InlinePolicy, IamError> {
    let name = call.wanted("PolicyName");
    identity.policies.iter().find(|policy| policy.name == name).ok_or_else(|| {
        let message = ["The ", identity.kind.as_str(), " policy with name ", &name, " cannot be found."];
        IamError::new(IamError::NO_SUCH_ENTITY, &message)
    })
}

/// `GetUserPolicy`, `GetRolePolicy`.
pub(super) fn get(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let policy = find(call, identity)?;
    Ok(Answer::of(&[
        (name_member(identity.kind), &identity.name),
        ("PolicyName", &policy.name),
        ("PolicyDocument", policy.document.as_str()),
    ]))
}

/// `ListUserPolicies`, `ListRolePolicies`: their names.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let names = identity.policies.iter().map(|policy| &policy.name);
    let mut items = names.map(|name| (name.clone(), Value::String(name.clone())));
    Ok(call.page("PolicyNames", &mut items))
}

/// `DeleteUserPolicy`, `DeleteRolePolicy`.
pub(super) fn delete(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let name = find(call, identity)?.name.clone();
    identity.policies.retain(|policy| policy.name != name);
    Ok(call.put(identity))
}

/// `AttachUserPolicy`, `AttachRolePolicy`: once is enough.
pub(super) fn attach(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let arn = call.wanted("PolicyArn");
    if call.policy(&arn).is_none() {
        let message = ["Policy ", &arn, " does not exist or is not attachable."];
        return Err(IamError::new(IamError::NO_SUCH_ENTITY, &message));
    }
    let attached = &mut identity.attached;
    if attached.contains(&arn) {
        return Ok(Answer::default());
    }
    if attached.len() >= MAX_ATTACHED {
        return Err(over_quota("PoliciesPer", title(identity.kind), MAX_ATTACHED));
    }
    let at = attached.iter().take_while(|other| **other < arn).count();
    attached.insert(at, arn);
    Ok(call.put(identity))
}

/// `DetachUserPolicy`, `DetachRolePolicy`.
pub(super) fn detach(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let arn = call.wanted("PolicyArn");
    if !identity.attached.contains(&arn) {
        return Err(IamError::new(IamError::NO_SUCH_ENTITY, &["Policy ", &arn, " was not found."]));
    }
    identity.attached.retain(|other| *other != arn);
    Ok(call.put(identity))
}

/// `ListAttachedUserPolicies`, `ListAttachedRolePolicies`: in the order of their ARNs.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list_attached(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let prefix = call.wanted("PathPrefix");
    let attached = identity.attached.iter().filter_map(|arn| call.policy(arn));
    let mut items = attached.filter(|policy| policy.path.starts_with(&prefix)).map(|policy| {
        let arn = policy.arn();
        let value = Answer::of(&[("PolicyName", &policy.name), ("PolicyArn", &arn)]).into_value();
        (arn, value)
    });
    Ok(call.page("AttachedPolicies", &mut items))
}
