//! IAM as far as a separation of roles needs it: users, roles, managed policies, and what is attached to what
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>).
//!
//! These calls are not authorised themselves: whoever holds the store may administer its identities. What is enforced
//! is what the policies say of calls to KMS.
//!
//! Policy documents are plain JSON text both ways. The real IAM sends them URL-encoded over HTTP, and its clients decode
//! them. A managed policy has one version, `v1`, and its text is the current one. The policies that AWS manages
//! (`arn:aws:iam::aws:policy/…`) are not here.

mod answer;
mod call;
mod documents;
mod error;
mod identities;
mod managed;
mod members;
mod policies;
mod tags;

pub use error::IamError;
pub use members::MEMBERS;

use tabkms_core::crypto::Random;
use tabkms_core::keys::{AccountId, Identity, IdentityKind};
use tabkms_core::model::validate::validate;
use tabkms_core::model::{Timestamp, Value};
use tabkms_core::store::{Changes, State};

use answer::Answer;
use call::Call;

/// What an operation came to.
#[derive(Debug)]
#[must_use = "the changes are to be committed and applied before the answer is given out"]
pub struct Planned {
    /// The answer.
    pub answer: Value,
    /// What it changes.
    pub changes: Changes,
}

/// Plans an operation of `account`'s. One that fails changes nothing.
///
/// # Errors
/// IAM's, by code; `InvalidAction` for an operation that is not here.
pub fn plan(
    state: &State,
    account: AccountId,
    operation: &str,
    input: Value,
    now: Timestamp,
    random: &mut dyn Random,
) -> Result<Planned, IamError> {
    validate(MEMBERS, &input)?;
    let mut call = Call { state, account, input, now, random, changes: Changes::default() };
    let answer = run(&mut call, operation)?;
    Ok(Planned { answer: answer.into_value(), changes: call.changes })
}

/// An operation on a user or a role that exists, by what its name has before and behind `User` or `Role`; the members
/// that it wants besides that name.
struct OnIdentity {
    before: &'static str,
    behind: &'static str,
    wants: &'static [&'static str],
    run: fn(&mut Call<'_>, &mut Identity) -> Result<Answer, IamError>,
}

/// An operation on managed policies.
struct OnPolicies {
    name: &'static str,
    wants: &'static [&'static str],
    run: fn(&mut Call<'_>) -> Result<Answer, IamError>,
}

macro_rules! operations {
    ($($before:literal _ $behind:literal $wants:expr => $run:path,)*) => {
        &[$(OnIdentity { before: $before, behind: $behind, wants: &$wants, run: $run },)*]
    };
    ($($name:literal $wants:expr => $run:path,)*) => {
        &[$(OnPolicies { name: $name, wants: &$wants, run: $run },)*]
    };
}

const ON_IDENTITIES: &[OnIdentity] = operations! {
    "Get" _ "" [] => identities::get,
    "Delete" _ "" [] => identities::delete,
    "UpdateAssume" _ "Policy" ["PolicyDocument"] => identities::update_trust,
    "Put" _ "PermissionsBoundary" ["PermissionsBoundary"] => identities::put_boundary,
    "Delete" _ "PermissionsBoundary" [] => identities::delete_boundary,
    "Put" _ "Policy" ["PolicyName", "PolicyDocument"] => policies::put,
    "Get" _ "Policy" ["PolicyName"] => policies::get,
    "List" _ "Policies" [] => policies::list,
    "Delete" _ "Policy" ["PolicyName"] => policies::delete,
    "Attach" _ "Policy" ["PolicyArn"] => policies::attach,
    "Detach" _ "Policy" ["PolicyArn"] => policies::detach,
    "ListAttached" _ "Policies" [] => policies::list_attached,
    "Tag" _ "" ["Tags"] => tags::tag,
    "Untag" _ "" ["TagKeys"] => tags::untag,
    "List" _ "Tags" [] => tags::list,
};

const ON_POLICIES: &[OnPolicies] = operations! {
    "CreatePolicy" ["PolicyName", "PolicyDocument"] => managed::create,
    "GetPolicy" ["PolicyArn"] => managed::get,
    "ListPolicies" [] => managed::list,
    "DeletePolicy" ["PolicyArn"] => managed::delete,
    "GetPolicyVersion" ["PolicyArn", "VersionId"] => managed::get_version,
    "CreatePolicyVersion" ["PolicyArn", "PolicyDocument"] => managed::create_version,
};

fn run(call: &mut Call<'_>, operation: &str) -> Result<Answer, IamError> {
    if let Some(found) = ON_POLICIES.iter().find(|known| known.name == operation) {
        call.require(found.wants)?;
        return (found.run)(call);
    }
    let named = |kind| Some((kind, operation.split_once(title(kind))?));
    let Some((kind, parts)) = named(IdentityKind::User).or_else(|| named(IdentityKind::Role)) else {
        return Err(unknown(operation));
    };
    match (kind, parts) {
        (_, ("List", "s")) => return Ok(identities::list(call, kind)),
        (IdentityKind::User, ("Create", "")) => return identities::create(call, kind),
        (IdentityKind::Role, ("Create", "")) => {
            call.require(&["RoleName", "AssumeRolePolicyDocument"])?;
            return identities::create(call, kind);
        }
        (IdentityKind::User, ("UpdateAssume", _)) => return Err(unknown(operation)),
        _ => {}
    }
    let found = ON_IDENTITIES.iter().find(|known| (known.before, known.behind) == parts);
    let found = found.ok_or_else(|| unknown(operation))?;
    call.require(&[name_member(kind)])?;
    call.require(found.wants)?;
    let mut identity = call.identity(kind)?;
    (found.run)(call, &mut identity)
}

fn unknown(operation: &str) -> IamError {
    let message = ["Could not find operation ", operation, " for version 2010-05-08"];
    IamError::new(IamError::INVALID_ACTION, &message)
}

/// `User` or `Role`, as operations and answers have it.
fn title(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::User => "User",
        IdentityKind::Role => "Role",
    }
}

fn name_member(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::User => "UserName",
        IdentityKind::Role => "RoleName",
    }
}

/// Whether none of `others` has the name: "names are not distinguished by case".
///
/// # Errors
/// `LimitExceeded` where it is new and they are as many as an account may have: a quota's name, and its number.
fn is_new(
    name: &str,
    others: &mut dyn Iterator<Item = &str>,
    (quota, limit): (&str, usize),
) -> Result<bool, IamError> {
    let mut count = 0;
    for other in others {
        if other.eq_ignore_ascii_case(name) {
            return Ok(false);
        }
        count += 1;
    }
    if count < limit { Ok(true) } else { Err(documents::over_quota(quota, "", limit)) }
}

#[cfg(test)]
mod tests;
