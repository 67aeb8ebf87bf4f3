//! The policies of one user or role: those that stand in it, and the managed ones that are attached to it.

use tabkms_core::authz::policy::Kind;
use tabkms_core::keys::{Identity, IdentityKind, InlinePolicy};
use tabkms_core::model::Value;

use super::answer::Answer;
use super::call::Call;
use super::documents::{check, over_quota, size};
use super::{IamError, name_member, put_in_order, remove, title};

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
    let name = policy.name.clone();
    put_in_order(&mut identity.policies, policy, name_of, &|other| other == name);
    let (mut in_all, max) = (0, max_inline(identity.kind));
    for policy in &identity.policies {
        in_all += size(policy.document.as_str());
    }
    if max < in_all {
        let kind = identity.kind.as_str();
        let bytes = max.to_string();
        let message = ["Maximum policy size of ", &bytes, " bytes exceeded for ", kind, " ", &identity.name];
        return Err(IamError::new(IamError::LIMIT, &message));
    }
    Ok(call.put(identity))
}

fn name_of(policy: &InlinePolicy) -> &str {
    &policy.name
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
    let mut page = call.page();
    for policy in &identity.policies {
        if page.wants(&policy.name) {
            page.push(Value::String(policy.name.clone()));
        }
    }
    Ok(page.into_answer("PolicyNames"))
}

/// `DeleteUserPolicy`, `DeleteRolePolicy`.
pub(super) fn delete(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let name = find(call, identity)?.name.clone();
    remove(&mut identity.policies, name_of, &|other| other == name);
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
    put_in_order(attached, arn, String::as_str, &|_| false);
    Ok(call.put(identity))
}

/// `DetachUserPolicy`, `DetachRolePolicy`.
pub(super) fn detach(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let arn = call.wanted("PolicyArn");
    if !identity.attached.contains(&arn) {
        return Err(IamError::new(IamError::NO_SUCH_ENTITY, &["Policy ", &arn, " was not found."]));
    }
    remove(&mut identity.attached, String::as_str, &|other| other == arn);
    Ok(call.put(identity))
}

/// `ListAttachedUserPolicies`, `ListAttachedRolePolicies`: in the order of their ARNs.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list_attached(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let (prefix, mut page) = (call.wanted("PathPrefix"), call.page());
    for arn in &identity.attached {
        let Some(policy) = call.policy(arn) else { continue };
        if policy.path.starts_with(&prefix) && page.wants(arn) {
            page.push(Answer::of(&[("PolicyName", &policy.name), ("PolicyArn", arn)]).into_value());
        }
    }
    Ok(page.into_answer("AttachedPolicies"))
}
