//! CreateUser, GetUser, ListUsers, DeleteUser; the same of roles, with their trust policies; permissions boundaries.

use tabkms_core::authz::policy::Kind;
use tabkms_core::keys::{Identity, IdentityKind};
use tabkms_core::model::Value;
use tabkms_core::store::Record;

use super::answer::Answer;
use super::call::Call;
use super::documents::{check, over_quota, size};
use super::{IamError, Search, name_member, tags, title};

/// The longest trust policy.
const MAX_TRUST: usize = 2048;

/// How many of them an account may have.
fn quota(kind: IdentityKind) -> (&'static str, usize) {
    match kind {
        IdentityKind::User => ("UsersPerAccount", 5000),
        IdentityKind::Role => ("RolesPerAccount", 1000),
    }
}

/// `CreateUser`, `CreateRole`.
pub(super) fn create(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let kind = identity.kind;
    call.require(&[name_member(kind)])?;
    identity.name = call.name(name_member(kind))?;
    identity.path = call.path()?;
    identity.boundary = call.text("PermissionsBoundary");
    check_boundary(call, identity)?;
    tags::put(call, identity)?;
    if kind == IdentityKind::Role {
        identity.description = call.wanted("Description");
        put_trust(call, "AssumeRolePolicyDocument", identity)?;
    }
    let mut search = Search::new(&identity.name);
    for other in call.state.identities_after(call.account, kind, None) {
        search.see(&other.name);
    }
    search.require_new(quota(kind), &[title(kind), " with name ", &identity.name, " already exists."])?;
    identity.id = call.fresh_id(match kind {
        IdentityKind::User => "AIDA",
        IdentityKind::Role => "AROA",
    })?;
    call.put(identity);
    get(call, identity)
}

/// `GetUser`, `GetRole`.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn get(_: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let mut answer = describe(identity);
    if let Some(boundary) = &identity.boundary {
        let texts = [("PermissionsBoundaryType", "Policy"), ("PermissionsBoundaryArn", boundary)];
        answer.set("PermissionsBoundary", Answer::of(&texts).into_value());
    }
    if !identity.tags.is_empty() {
        let mut list = Vec::new();
        identity.tags.iter().for_each(|tag| list.push(tags::describe(tag)));
        answer.set("Tags", Value::List(list));
    }
    Ok(Answer::with(title(identity.kind), answer))
}

/// `ListUsers`, `ListRoles`: without what Get alone tells.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list(call: &mut Call<'_>, blank: &mut Identity) -> Result<Answer, IamError> {
    let (prefix, marker, mut page) = (call.wanted("PathPrefix"), call.text("Marker"), call.page());
    for identity in call.state.identities_after(call.account, blank.kind, marker.as_deref()) {
        if identity.path.starts_with(&prefix) && page.wants(&identity.name) {
            page.push(describe(identity).into_value());
        }
        if page.is_over() {
            break;
        }
    }
    Ok(page.into_answer(match blank.kind {
        IdentityKind::User => "Users",
        IdentityKind::Role => "Roles",
    }))
}

fn describe(identity: &Identity) -> Answer {
    let (kind, arn) = (identity.kind, identity.arn());
    let id = match kind {
        IdentityKind::User => "UserId",
        IdentityKind::Role => "RoleId",
    };
    let mut answer = Answer::of(&[
        ("Path", &identity.path),
        (name_member(kind), &identity.name),
        (id, &identity.id),
        ("Arn", &arn),
    ]);
    answer.time("CreateDate", identity.created);
    if let Some(trust) = &identity.trust {
        answer.text("AssumeRolePolicyDocument", trust);
    }
    if !identity.description.is_empty() {
        answer.text("Description", &identity.description);
    }
    answer
}

/// `DeleteUser`, `DeleteRole`: not before its access keys and its policies are gone. A boundary goes with it.
pub(super) fn delete(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let has_keys = identity.kind == IdentityKind::User
        && call.state.access_keys_of(call.account, Some(&identity.name)).next().is_some();
    let message = match (identity.attached.is_empty(), identity.policies.is_empty()) {
        _ if has_keys => "Cannot delete entity, must delete access keys first.",
        (false, _) => "Cannot delete entity, must detach all policies first.",
        (true, false) => "Cannot delete entity, must delete policies first.",
        (true, true) => {
            call.changes.delete(Identity::KIND, identity.id());
            return Ok(Answer::default());
        }
    };
    Err(IamError::new(IamError::CONFLICT, &[message]))
}

/// `UpdateAssumeRolePolicy`.
pub(super) fn update_trust(call: &mut Call<'_>, role: &mut Identity) -> Result<Answer, IamError> {
    put_trust(call, "PolicyDocument", role)?;
    Ok(call.put(role))
}

fn put_trust(call: &Call<'_>, member: &str, role: &mut Identity) -> Result<(), IamError> {
    let document = role.trust.insert(call.wanted(member));
    check(document, Kind::Trust)?;
    if size(document) > MAX_TRUST {
        return Err(over_quota("ACLSizePerRole", "", MAX_TRUST));
    }
    Ok(())
}

/// `PutUserPermissionsBoundary`, `PutRolePermissionsBoundary`.
pub(super) fn put_boundary(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    identity.boundary = call.text("PermissionsBoundary");
    check_boundary(call, identity)?;
    Ok(call.put(identity))
}

/// A boundary is a managed policy of this account.
fn check_boundary(call: &Call<'_>, identity: &Identity) -> Result<(), IamError> {
    match &identity.boundary {
        Some(arn) if call.policy(arn).is_none() => {
            let message = ["Scope ARN: ", arn, " does not exist or is not attachable."];
            Err(IamError::new(IamError::NO_SUCH_ENTITY, &message))
        }
        _ => Ok(()),
    }
}

/// `DeleteUserPermissionsBoundary`, `DeleteRolePermissionsBoundary`.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn delete_boundary(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    identity.boundary = None;
    Ok(call.put(identity))
}
