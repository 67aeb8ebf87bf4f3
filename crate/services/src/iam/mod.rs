//! IAM as far as a separation of roles needs it: users and their access keys, roles, managed policies, and what is attached to
//! what
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>).
//!
//! These calls are not authorised themselves: whoever holds the store may administer its identities. What is enforced
//! is what the policies say of calls to KMS.
//!
//! Policy documents are plain JSON text both ways. The real IAM sends them URL-encoded over HTTP, and its clients decode
//! them. A managed policy has one version, `v1`, and its text is the current one. The policies that AWS manages
//! (`arn:aws:iam::aws:policy/…`) are not here.

mod access_keys;
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

use tabkms_core::crypto::{Random, StoreKey};
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
    (state, store_key): (&State, &StoreKey),
    account: AccountId,
    operation: &str,
    input: Value,
    now: Timestamp,
    random: &mut dyn Random,
) -> Result<Planned, IamError> {
    validate(MEMBERS, &input)?;
    let mut call = Call { state, store_key, account, input, now, random, changes: Changes::default() };
    let answer = run(&mut call, operation)?;
    Ok(Planned { answer: answer.into_value(), changes: call.changes })
}

/// An operation. One on users or roles has `User` or `Role` in its name, between `before` and `behind`.
struct Operation {
    before: &'static str,
    kinds: &'static [IdentityKind],
    behind: &'static str,
    /// Whether it is on one that there is, and wants its name.
    is_on_one: bool,
    /// What else it wants.
    wants: &'static [&'static str],
    /// Does it, on a blank one where it is on none.
    run: Run,
}

type Run = fn(&mut Call<'_>, &mut Identity) -> Result<Answer, IamError>;

const USER: &[IdentityKind] = &[IdentityKind::User];
const ROLE: &[IdentityKind] = &[IdentityKind::Role];
const EITHER: &[IdentityKind] = &[IdentityKind::User, IdentityKind::Role];
/// A managed policy is neither.
const NONE: &[IdentityKind] = &[];

const OPERATIONS: &[Operation] = &[
    free("Create", USER, "", &[], identities::create),
    free("Create", ROLE, "", &["RoleName", "AssumeRolePolicyDocument"], identities::create),
    free("List", EITHER, "s", &[], identities::list),
    on_one("Get", EITHER, "", &[], identities::get),
    on_one("Delete", EITHER, "", &[], identities::delete),
    on_one("UpdateAssume", ROLE, "Policy", &["PolicyDocument"], identities::update_trust),
    on_one("Put", EITHER, "PermissionsBoundary", &["PermissionsBoundary"], identities::put_boundary),
    on_one("Delete", EITHER, "PermissionsBoundary", &[], identities::delete_boundary),
    on_one("Put", EITHER, "Policy", &["PolicyName", "PolicyDocument"], policies::put),
    on_one("Get", EITHER, "Policy", &["PolicyName"], policies::get),
    on_one("List", EITHER, "Policies", &[], policies::list),
    on_one("Delete", EITHER, "Policy", &["PolicyName"], policies::delete),
    on_one("Attach", EITHER, "Policy", &["PolicyArn"], policies::attach),
    on_one("Detach", EITHER, "Policy", &["PolicyArn"], policies::detach),
    on_one("ListAttached", EITHER, "Policies", &[], policies::list_attached),
    on_one("Tag", EITHER, "", &["Tags"], tags::tag),
    on_one("Untag", EITHER, "", &["TagKeys"], tags::untag),
    on_one("List", EITHER, "Tags", &[], tags::list),
    free("CreatePolicy", NONE, "", &["PolicyName", "PolicyDocument"], managed::create),
    free("GetPolicy", NONE, "", &["PolicyArn"], managed::get),
    free("ListPolicies", NONE, "", &[], managed::list),
    free("DeletePolicy", NONE, "", &["PolicyArn"], managed::delete),
    free("GetPolicyVersion", NONE, "", &["PolicyArn", "VersionId"], managed::get_version),
    free("CreateAccessKey", NONE, "", &[], access_keys::create),
    free("ListAccessKeys", NONE, "", &[], access_keys::list),
    free("UpdateAccessKey", NONE, "", &["AccessKeyId", "Status"], access_keys::update),
    free("DeleteAccessKey", NONE, "", &["AccessKeyId"], access_keys::delete),
    free("CreatePolicyVersion", NONE, "", &["PolicyArn", "PolicyDocument"], managed::create_version),
];

const fn free(
    before: &'static str,
    kinds: &'static [IdentityKind],
    behind: &'static str,
    wants: &'static [&'static str],
    run: Run,
) -> Operation {
    Operation { before, kinds, behind, is_on_one: false, wants, run }
}

const fn on_one(
    before: &'static str,
    kinds: &'static [IdentityKind],
    behind: &'static str,
    wants: &'static [&'static str],
    run: Run,
) -> Operation {
    Operation { is_on_one: true, ..free(before, kinds, behind, wants, run) }
}

fn run(call: &mut Call<'_>, operation: &str) -> Result<Answer, IamError> {
    let Some((found, kind)) = find(operation) else {
        let message = ["Could not find operation ", operation, " for version 2010-05-08"];
        return Err(IamError::new(IamError::INVALID_ACTION, &message));
    };
    if found.is_on_one {
        call.require(&[name_member(kind)])?;
    }
    call.require(found.wants)?;
    let mut identity = if found.is_on_one { call.identity(kind)? } else { call.blank(kind) };
    (found.run)(call, &mut identity)
}

fn find(operation: &str) -> Option<(&'static Operation, IdentityKind)> {
    for known in OPERATIONS {
        let Some(rest) = operation.strip_prefix(known.before) else { continue };
        if known.kinds.is_empty() && rest.is_empty() {
            return Some((known, IdentityKind::User));
        }
        for kind in known.kinds {
            if rest.strip_prefix(title(*kind)) == Some(known.behind) {
                return Some((known, *kind));
            }
        }
    }
    None
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

/// Looks for a name among those that there are: "names are not distinguished by case".
struct Search<'a> {
    name: &'a str,
    is_taken: bool,
    others: usize,
}

impl<'a> Search<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, is_taken: false, others: 0 }
    }

    #[inline(never)]
    fn see(&mut self, other: &str) {
        self.is_taken |= other.eq_ignore_ascii_case(self.name);
        self.others += 1;
    }

    /// Refuses a taken name with `message`, and a new one where they are as many as an account may have.
    fn require_new(&self, (quota, limit): (&str, usize), message: &[&str]) -> Result<(), IamError> {
        if self.is_taken {
            return Err(IamError::new(IamError::EXISTS, message));
        }
        if self.others >= limit { Err(documents::over_quota(quota, "", limit)) } else { Ok(()) }
    }
}

/// Puts `item` in its place in a list that is in the order of names, instead of the one that `is_old`.
fn put_in_order<T>(list: &mut Vec<T>, item: T, name: fn(&T) -> &str, is_old: &dyn Fn(&str) -> bool) {
    remove(list, name, is_old);
    let place = list.iter().position(|other| name(other) > name(&item));
    list.insert(place.unwrap_or(list.len()), item);
}

/// Takes the one that `is_old` out, if it is there.
fn remove<T>(list: &mut Vec<T>, name: fn(&T) -> &str, is_old: &dyn Fn(&str) -> bool) {
    if let Some(place) = list.iter().position(|other| is_old(name(other))) {
        list.remove(place);
    }
}

#[cfg(test)]
mod tests;
