//! Whether a statement applies to a request.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html>

use super::Span;
use super::document::Statement;
use super::index::Indexes;
use super::pattern::Compare;
use super::variables::resource_covered;
use crate::keys::Principal;

/// What is known of a request: the values of its condition keys.
pub trait Facts {
    /// Hands over each value of the condition key `key`, whose name is compared without case; none where the request
    /// does not have it. Booleans are `true` or `false`, numbers decimal, times in ISO 8601 or seconds since 1970,
    /// bytes base64.
    fn values(&self, key: &str, each: &mut dyn FnMut(&str));
}

/// A request that a policy is asked about.
pub struct Request<'a> {
    /// What is to be done: `kms:Decrypt`.
    pub action: &'a str,
    /// On what: its ARN, or `*` where the action has no resource.
    pub resource: &'a str,
    /// By whom.
    pub principal: &'a Principal,
    /// The whole ARN of a session's role, with its path. Without it, the role is taken to have none.
    pub role_arn: Option<&'a str>,
    /// Whether a permissions boundary limits the principal.
    pub has_boundary: bool,
    /// Under which circumstances.
    pub facts: &'a dyn Facts,
    /// What its values are made into where there is much to hold them against.
    pub indexes: Indexes,
}

impl Request<'_> {
    /// The values of a condition key. The resource has no key; here it is that of the empty name.
    pub(super) fn values(&self, key: &str, each: &mut dyn FnMut(&str)) {
        if key.is_empty() { each(self.resource) } else { self.facts.values(key, each) }
    }
}

/// The first element that keeps a statement from applying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// It is about other actions, or none.
    Action,
    /// It is about others.
    Principal,
    /// It is about other resources, or none.
    Resource,
    /// The condition of this number, from 0, does not hold.
    Condition(usize),
}

/// How a statement names the caller, from the farthest to the closest. The closest counts where several do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalMatch {
    /// Not at all: it stands in an identity policy, which belongs to somebody.
    None,
    /// As the others: NotPrincipal has matched.
    Others,
    /// By the account's number or its root's ARN: for all but root it delegates to the account's own policies.
    Account,
    /// By the role.
    Role,
    /// As everyone.
    Everyone,
    /// The service by its name.
    Service,
    /// The user's own ARN.
    User,
    /// The session's own ARN.
    Session,
}

impl Statement {
    /// Whether the statement is about `request`, and how it names the caller.
    ///
    /// The elements are looked at in the order of what they cost: action, principal, resource, conditions.
    ///
    /// # Errors
    /// The first element that does not match.
    pub fn applies(&self, request: &Request<'_>) -> Result<PrincipalMatch, Miss> {
        let actions = self.actions.as_ref().ok_or(Miss::Action)?;
        let is_listed =
            actions.items.iter().any(|item| item.value.matches(request.action, Compare::IgnoringCase));
        if is_listed == actions.is_not {
            return Err(Miss::Action);
        }
        let found = match &self.principals {
            None => PrincipalMatch::None,
            Some(principals) => principals.matches(request, self.effect).ok_or(Miss::Principal)?,
        };
        let resources = self.resources.as_ref().ok_or(Miss::Resource)?;
        // "* … can expand to match beyond the colon boundaries": a resource is matched as one text.
        if resource_covered(&resources.items, request) != Some(!resources.is_not) {
            return Err(Miss::Resource);
        }
        match self.conditions.iter().position(|condition| !condition.holds(request)) {
            Some(number) => Err(Miss::Condition(number)),
            None => Ok(found),
        }
    }

    /// The place of what did not match; the statement's own where that element is absent.
    #[must_use]
    pub fn place_of(&self, miss: Miss) -> Span {
        let place = match miss {
            Miss::Action => self.actions.as_ref().map(|actions| actions.span),
            Miss::Principal => self.principals.as_ref().map(|principals| principals.span),
            Miss::Resource => self.resources.as_ref().map(|resources| resources.span),
            Miss::Condition(number) => self.conditions.get(number).map(|condition| condition.span),
        };
        place.unwrap_or(self.span)
    }
}
