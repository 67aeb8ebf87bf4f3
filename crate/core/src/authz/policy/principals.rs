//! Whom a statement names.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use super::document::{Effect, Element, Item, items, string};
use super::evaluate::{PrincipalMatch, Request};
use crate::keys::principal::{self, Arn, is_service};
use crate::keys::{AccountId, Principal};
use crate::model::json::{Faults, Json, Member};

/// One principal of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `*`, or `{"AWS": "*"}`.
    Everyone,
    /// An account, by its number or its root's ARN.
    Account(AccountId),
    /// An IAM user.
    User(AccountId, Box<str>),
    /// A role, by its ARN, the path included.
    Role(AccountId, Box<str>),
    /// A session, by its role's name and its own.
    Session(AccountId, Box<str>, Box<str>),
    /// A service.
    Service(Box<str>),
    /// Of a kind that no caller here is: federated, or the canonical user that S3 knows.
    Nobody,
}

/// Reads a Principal or a NotPrincipal element.
pub(super) fn parse(member: &Member<'_>, is_not: bool, faults: &mut Faults) -> Element<Named> {
    let node = &member.node;
    let mut element = Element { span: member.span(), is_not, items: Vec::new() };
    match &node.value {
        Json::Text(text) if text == "*" => {
            element.items.push(Item { span: node.span, value: Named::Everyone });
        }
        Json::Object(members) => {
            for member in members {
                let read: fn(&str) -> Option<Named> = match member.name.as_ref() {
                    "AWS" => aws,
                    "Service" => service,
                    "Federated" => federated,
                    "CanonicalUser" => canonical_user,
                    _ => {
                        faults.add(member.at, "Principals are of no such kind");
                        continue;
                    }
                };
                for item in items(&member.node) {
                    match read(string(item, faults)) {
                        Some(value) => element.items.push(Item { span: item.span, value }),
                        None => faults.add(item.span, "This is not the form of a principal"),
                    }
                }
            }
            // "Each statement in the key policy must contain one or more principals." (PutKeyPolicy)
            if element.items.is_empty() {
                faults.add(node.span, "A statement names no principal");
            }
        }
        _ => faults.add(node.span, "A principal is neither \"*\" nor an object"),
    }
    element
}

fn aws(text: &str) -> Option<Named> {
    if text == "*" {
        return Some(Named::Everyone);
    }
    if let Ok(account) = text.parse() {
        return Some(Named::Account(account));
    }
    let Arn { account, who } = Arn::parse(text)?;
    Some(match who {
        principal::Named::Root => Named::Account(account),
        principal::Named::User(name) => Named::User(account, name.into()),
        principal::Named::Role(_) => Named::Role(account, text.into()),
        principal::Named::Session(role, session) => Named::Session(account, role.into(), session.into()),
        principal::Named::FederatedUser(_) => Named::Nobody,
    })
}

fn service(text: &str) -> Option<Named> {
    is_service(text).then(|| Named::Service(text.into()))
}

/// A web identity provider's domain, or the ARN of a provider in IAM.
fn federated(text: &str) -> Option<Named> {
    let provider = || {
        let (account, resource) = text.strip_prefix("arn:aws:iam::")?.split_once(':')?;
        account.parse::<AccountId>().ok()?;
        let name = resource.strip_prefix("saml-provider/").or(resource.strip_prefix("oidc-provider/"))?;
        (!name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && !b"*?".contains(&b))).then_some(())
    };
    (is_service(text) || provider().is_some()).then_some(Named::Nobody)
}

/// 64 hexadecimal digits.
fn canonical_user(text: &str) -> Option<Named> {
    (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(Named::Nobody)
}

impl Element<Named> {
    /// How the caller is meant; `None` if not at all.
    pub(super) fn matches(&self, request: &Request<'_>, effect: Effect) -> Option<PrincipalMatch> {
        let mut found = self.items.iter().filter_map(|item| item.value.matches(request));
        if !self.is_not {
            // The closest: what a user or a session is given directly is theirs whatever else stands beside it.
            return found.max();
        }
        let is_excepted = match effect {
            // AWS advises against it and promises nothing. Whoever is named at all, if only with the account, is not
            // given what everybody else is.
            Effect::Allow => found.next().is_some(),
            Effect::Deny => self.excepts(request),
        };
        (!is_excepted).then_some(PrincipalMatch::Others)
    }

    /// Whether a denial of all others leaves the caller out. "AWS might validate the account first, then the role, and
    /// then the assumed-role user": one is left out only where one's account, one's role and oneself are all named.
    /// And "the NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions
    /// boundary policy attached, regardless of the values specified":
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.
    fn excepts(&self, request: &Request<'_>) -> bool {
        if request.has_boundary {
            return false;
        }
        let names = |wanted| self.items.iter().any(|item| item.value.matches(request) == Some(wanted));
        let needed: &[PrincipalMatch] = match request.principal {
            Principal::Root(_) => &[PrincipalMatch::Account],
            Principal::User { .. } => &[PrincipalMatch::Account, PrincipalMatch::User],
            Principal::Session { .. } => {
                &[PrincipalMatch::Account, PrincipalMatch::Role, PrincipalMatch::Session]
            }
            Principal::Service(_) => &[PrincipalMatch::Service],
        };
        names(PrincipalMatch::Everyone) || needed.iter().all(|level| names(*level))
    }
}

impl Named {
    fn matches(&self, request: &Request<'_>) -> Option<PrincipalMatch> {
        match (self, request.principal) {
            (Self::Everyone, _) => Some(PrincipalMatch::Everyone),
            (Self::Account(account), caller) => {
                (caller.account() == Some(*account)).then_some(PrincipalMatch::Account)
            }
            (Self::User(of, name), Principal::User { account, path_and_name }) => {
                (of == account && **name == **path_and_name).then_some(PrincipalMatch::User)
            }
            (Self::Role(of, arn), Principal::Session { account, role, .. }) => {
                let is_it = match request.role_arn {
                    Some(role_arn) => **arn == *role_arn,
                    // Nobody knows of a path.
                    None => arn.split_once('/').is_some_and(|(_, name)| name == role),
                };
                (of == account && is_it).then_some(PrincipalMatch::Role)
            }
            (Self::Session(of, in_role, name), Principal::Session { account, role, session }) => {
                let is_it = of == account && **in_role == **role && **name == **session;
                is_it.then_some(PrincipalMatch::Session)
            }
            (Self::Service(name), Principal::Service(service)) => {
                (**name == **service).then_some(PrincipalMatch::Service)
            }
            _ => None,
        }
    }
}
