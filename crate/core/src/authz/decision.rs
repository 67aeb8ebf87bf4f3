//! The decision: explicit deny, key policy, delegation to IAM, grants, the other account's consent.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/control-access.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
//!
//! ```text
//! a Deny anywhere                                   → refused
//! one account: the key policy names the user, the session, everyone or the service → allowed
//!              the key policy names the role, or a grant its grantee               → allowed, within the limits
//!              the key policy names the account, and an identity policy allows     → allowed, within the limits
//! two:         the key's side allows, by key policy or grant, and the caller's identity policy allows,
//!              within the limits, and the operation is one of those for two accounts                  → allowed
//! the limits:  the permissions boundary and every session policy allow too
//! ```
//!
//! Organizations' policies (SCPs, RCPs) and VPC endpoint policies are not modelled.

use super::Caller;
use super::default_policy::given_policy;
use super::facts::ByName;
use super::grants;
use super::identity::Identities;
use super::policy::{Effect, Indexes, Kind, Miss, Policy, PrincipalMatch, Request, Statement};
use super::question::{Question, Resource};
use super::why::{Asked, Layer, Record};
use crate::keys::{KeyManager, PolicyText, Principal};
use crate::model::{KmsError, RequestError};

/// Operations that a caller of another account may do:
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>.
const ACROSS_ACCOUNTS: [&str; 24] = [
    "CreateGrant",
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
    // ReEncrypt's two actions have no operation of their names; these two have no action of theirs.
    "GetKeyLastUsage",
    "ReEncrypt",
];

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A statement denies it.
    Denied(Layer),
    /// Nothing allows it: this is what is missing.
    NotAllowed(Layer),
}

/// What a policy says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// A statement denies.
    pub(super) denies: bool,
    /// How the closest statement that allows names the caller.
    pub(super) allows: Option<PrincipalMatch>,
}

impl Answer {
    fn and(self, other: Self) -> Self {
        Self { denies: self.denies || other.denies, allows: self.allows.max(other.allows) }
    }
}

/// Decides. What was asked on the way goes into `record`, where somebody wants to know.
///
/// # Errors
/// [`Refusal`].
pub fn decide(asked: &Question<'_>, record: &mut Record<'_>) -> Result<(), Refusal> {
    if !record.is_on() && is_the_owner_under_the_default(asked) {
        return Ok(());
    }
    let identities = Identities::of(asked);
    let action = ["kms:", asked.action].concat();
    let resource = asked.resource();
    let role_arn = identities.role_arn();
    let request = Request {
        action: &action,
        resource: &resource,
        principal: &asked.caller.principal,
        role_arn: role_arn.as_deref(),
        has_boundary: identities.have_boundary(),
        facts: &ByName::of(asked),
        indexes: Indexes::default(),
    };

    let on_key = ask_key_policy(asked, &request, record);
    let by_identity = identities.ask(&request, record);
    let boundary = identities.ask_boundary(&request, record);
    let sessions = identities.ask_sessions(&request, record);
    let layers = [
        (Layer::KeyPolicy, on_key.denies),
        (Layer::Identity, by_identity.denies),
        (Layer::Boundary, boundary.is_some_and(|answer| answer.denies)),
        (Layer::Session, sessions.is_some_and(|answer| answer.denies)),
    ];
    if let Some((layer, _)) = layers.into_iter().find(|(_, denies)| *denies) {
        return Err(Refusal::Denied(layer));
    }

    let limits = || {
        let limit = |layer, answer: Option<Answer>| match answer {
            Some(Answer { allows: None, .. }) => Err(Refusal::NotAllowed(layer)),
            _ => Ok(()),
        };
        limit(Layer::Boundary, boundary).and_then(|()| limit(Layer::Session, sessions))
    };
    let is_root = matches!(asked.caller.principal, Principal::Root(_));
    // The root of an account may do everything in it that IAM decides.
    let identity_allows = is_root || by_identity.allows.is_some();
    let by_own_account = || match identity_allows {
        true => limits(),
        false => Err(Refusal::NotAllowed(Layer::Identity)),
    };
    let Resource::Key { .. } = asked.on else { return by_own_account() };

    if asked.is_across_accounts() {
        let is_possible = ACROSS_ACCOUNTS.contains(&asked.action);
        if !is_possible || (on_key.allows.is_none() && !grants::allow(asked, record)) {
            return Err(Refusal::NotAllowed(Layer::KeyPolicy));
        }
        return by_own_account();
    }
    match on_key.allows {
        Some(
            PrincipalMatch::User
            | PrincipalMatch::Session
            | PrincipalMatch::Everyone
            | PrincipalMatch::Service,
        ) => return Ok(()),
        Some(PrincipalMatch::Role | PrincipalMatch::Others) => return limits(),
        Some(PrincipalMatch::Account) if identity_allows => return limits(),
        Some(PrincipalMatch::Account | PrincipalMatch::None) | None => {}
    }
    if grants::allow(asked, record) {
        return limits();
    }
    Err(Refusal::NotAllowed(if on_key.allows.is_some() { Layer::Identity } else { Layer::KeyPolicy }))
}

/// The commonest question of all, whose answer needs no policy to be read: an account's root about a key of its own
/// that nobody has put a policy on, or about nothing in particular.
fn is_the_owner_under_the_default(asked: &Question<'_>) -> bool {
    asked.caller.principal == Principal::Root(asked.owner())
        && asked.caller.session.as_ref().is_none_or(|session| session.policies.is_empty())
        && match asked.on {
            Resource::Key { key, policy, .. } => policy.is_none() && key.manager == KeyManager::Customer,
            Resource::Alias(_) | Resource::Any => true,
        }
}

fn ask_key_policy(asked: &Question<'_>, request: &Request<'_>, record: &mut Record<'_>) -> Answer {
    let Resource::Key { key, policy, service } = asked.on else { return Answer::default() };
    let source = || key.arn();
    match policy {
        Some(text) => ask_text(text, Kind::Key, (Layer::KeyPolicy, &source), request, record),
        None => {
            let text = given_policy(key, service);
            ask_text(&text, Kind::Key, (Layer::KeyPolicy, &source), request, record)
        }
    }
}

/// Asks the policy that stands in a text. One that cannot be read allows nothing; it was read when it was put.
pub(super) fn ask_text(
    text: &PolicyText,
    kind: Kind,
    (layer, source): (Layer, &dyn Fn() -> String),
    request: &Request<'_>,
    record: &mut Record<'_>,
) -> Answer {
    let Some(Some(policy)) = text.read(|text| Policy::parse(text, kind).ok()) else {
        return Answer::default();
    };
    record.layer(|| Asked::policy(layer, source(), text.as_str()));
    let mut answer = Answer::default();
    for (index, statement) in policy.statements.iter().enumerate() {
        let outcome = statement.applies(request);
        record.statement(|| (index, statement, outcome));
        answer = answer.and(of_statement(statement, outcome));
        if answer.denies && !record.is_on() {
            break;
        }
    }
    answer
}

fn of_statement(statement: &Statement, outcome: Result<PrincipalMatch, Miss>) -> Answer {
    match (statement.effect, outcome) {
        (_, Err(_)) => Answer::default(),
        (Effect::Deny, Ok(_)) => Answer { denies: true, allows: None },
        (Effect::Allow, Ok(found)) => Answer { denies: false, allows: Some(found) },
    }
}

/// All of several answers of one layer.
pub(super) fn all(answers: impl Iterator<Item = Answer>) -> Answer {
    answers.fold(Answer::default(), Answer::and)
}

impl Refusal {
    /// `AccessDeniedException` in AWS's words:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
    #[must_use]
    pub fn error(self, asked: &Question<'_>) -> KmsError {
        let layer = match self {
            Self::Denied(layer) | Self::NotAllowed(layer) => layer,
        };
        if layer == Layer::KeyPolicy && asked.is_across_accounts() {
            return unknown_to(asked.caller, asked.action);
        }
        let (caller, action, resource) = (asked.caller, asked.action, asked.resource());
        let because = match self {
            Self::Denied(layer) => format!("with an explicit deny in {}", layer.with_article()),
            Self::NotAllowed(layer) => format!("because no {} allows the kms:{action} action", layer.name()),
        };
        let message = format!(
            "User: {caller} is not authorized to perform: kms:{action} on resource: {resource} {because}"
        );
        KmsError::Request(RequestError::AccessDenied, message)
    }
}

/// What a caller of another account is told of a key that is not there, and of one that does not let it in.
#[must_use]
pub fn unknown_to(caller: &Caller, action: &str) -> KmsError {
    let message = format!(
        "User: {caller} is not authorized to perform: kms:{action} on this resource because the resource does not \
         exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies \
         access"
    );
    KmsError::Request(RequestError::AccessDenied, message)
}
