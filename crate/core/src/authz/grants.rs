//! Whether a grant allows it. Grants only allow, and here from the moment that they are made: a grant token is
//! accepted, and nobody has to wait without one.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use super::question::{Question, Resource, pairs};
use super::why::{Asked, GrantMiss, Record};
use crate::keys::{Grant, GrantConstraints, Principal};
use crate::model::{Pairs, Value};

/// Whether a grant on the key names the caller and allows the action. Looked for by grantee: grants to others cost
/// nothing, however many there are.
pub(super) fn allow(asked: &Question<'_>, record: &mut Record<'_>) -> bool {
    let Resource::Key { key, .. } = asked.on else { return false };
    let mut is_allowed = false;
    for name in names(asked) {
        for grant in asked.state.grants_to(&key.reference, &name, None) {
            let outcome = applies(grant, asked);
            record.layer(|| Asked::grant(grant, outcome));
            is_allowed |= outcome.is_ok();
            if is_allowed && !record.is_on() {
                return true;
            }
        }
    }
    is_allowed
}

/// By what a grant may name the caller: its ARN, its role's.
fn names(asked: &Question<'_>) -> Vec<String> {
    [Some(asked.caller.principal.to_string()), asked.role_arn()].into_iter().flatten().collect()
}

/// Whether the grant allows the action, its grantee aside.
pub(super) fn applies(grant: &Grant, asked: &Question<'_>) -> Result<(), GrantMiss> {
    if !grant.operations.iter().any(|operation| operation == asked.action) {
        return Err(GrantMiss::Operation);
    }
    // "The grantee can create a grant that allows only operations that are in the parent grant."
    if asked.action == "CreateGrant"
        && let Some(Value::List(wanted)) = asked.parameters.get("Operations")
        && !wanted
            .iter()
            .filter_map(Value::as_str)
            .all(|wanted| grant.operations.iter().any(|own| own == wanted))
    {
        return Err(GrantMiss::Operation);
    }
    match &grant.constraints {
        Some(constraints) if !satisfies(constraints, asked) => Err(GrantMiss::Constraint),
        _ => Ok(()),
    }
}

/// Context constraints are about the operations that have an encryption context; DescribeKey, RetireGrant and
/// GetPublicKey have none and are not kept by them. A grant that comes of a grant is at least as narrow.
fn satisfies(constraints: &GrantConstraints, asked: &Question<'_>) -> bool {
    if let Some(arn) = &constraints.source_arn {
        let source = asked.caller.session.as_deref().and_then(|session| session.source_arn.as_deref());
        if source != Some(arn) {
            return false;
        }
    }
    match asked.action {
        "DescribeKey" | "RetireGrant" | "GetPublicKey" => return true,
        "CreateGrant" => return narrows(constraints, asked),
        _ => {}
    }
    let context: Vec<_> = asked.encryption_context().collect();
    let has = |wanted: &Pairs| wanted.iter().all(|pair| holds(&context, pair));
    constraints.context_equals.as_ref().is_none_or(|wanted| wanted.len() == context.len() && has(wanted))
        && constraints.context_subset.as_ref().is_none_or(has)
}

/// Whether the grant that is to be made is kept by constraints at least as strict.
fn narrows(constraints: &GrantConstraints, asked: &Question<'_>) -> bool {
    let wanted = asked.parameters.get("Constraints");
    let of =
        |kind: &str| wanted.and_then(|wanted| wanted.get(kind)).map(|value| pairs(Some(value)).collect());
    let (equals, subset): (Option<Vec<_>>, Option<Vec<_>>) =
        (of("EncryptionContextEquals"), of("EncryptionContextSubset"));
    let has = |given: &Vec<_>, own: &Pairs| own.iter().all(|pair| holds(given, pair));
    constraints
        .context_equals
        .as_ref()
        .is_none_or(|own| equals.as_ref().is_some_and(|given| given.len() == own.len() && has(given, own)))
        && constraints
            .context_subset
            .as_ref()
            .is_none_or(|own| [&equals, &subset].into_iter().flatten().any(|given| has(given, own)))
}

/// The context's key is compared without case in a constraint, the value with it.
fn holds(context: &[(&str, &str)], (key, value): (&String, &String)) -> bool {
    context.iter().any(|(given, of)| given.eq_ignore_ascii_case(key) && *of == value)
}

/// Whether the grant itself says that the caller may retire it: as its retiring principal, as its grantee where it
/// allows RetireGrant, or as the root of the account that made it.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
#[must_use]
pub fn may_retire(grant: &Grant, asked: &Question<'_>) -> bool {
    let names = names(asked);
    let is_named = |named: &str| names.iter().any(|name| name == named);
    grant.retiring.as_ref().is_some_and(|retiring| is_named(retiring.as_str()))
        || (is_named(grant.grantee.as_str()) && applies(grant, asked).is_ok())
        || asked.caller.principal == Principal::Root(grant.issuer)
}
