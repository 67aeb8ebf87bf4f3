//! What is asked: may this caller do this, on that, under these circumstances?

use crate::keys::principal::name_of;
use crate::keys::{AccountId, Identity, IdentityKind, Key, PolicyText, Principal};
use crate::model::{Parameters, Timestamp, Value};
use crate::store::State;

use super::Caller;

/// A question to the policies and grants.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Where the identities and grants are.
    pub state: &'a State,
    /// Who.
    pub caller: &'a Caller,
    /// Does what: `Decrypt`, `ReEncryptFrom`. The operation's name, but for ReEncrypt.
    pub action: &'a str,
    /// On what.
    pub on: Resource<'a>,
    /// What the request says.
    pub parameters: &'a Parameters,
    /// Whether both keys of a ReEncrypt are one.
    pub is_same_key: Option<bool>,
    /// When.
    pub now: Timestamp,
}

/// What an action is about.
#[derive(Clone, Copy)]
pub enum Resource<'a> {
    /// A KMS key.
    Key {
        /// Which.
        key: &'a Key,
        /// Its key policy; `None` for the one that AWS gives it.
        policy: Option<&'a PolicyText>,
        /// The service whose AWS managed key it is.
        service: Option<&'a str>,
    },
    /// An alias, by ARN: identity policies alone say who may.
    Alias(&'a str),
    /// Nothing in particular, as for ListKeys: identity policies alone say who may.
    Any,
}

impl<'a> Resource<'a> {
    /// A key under its own policy.
    #[must_use]
    pub fn key(key: &'a Key, service: Option<&'a str>) -> Self {
        Self::Key { key, policy: key.policy.as_ref(), service }
    }
}

impl<'a> Question<'a> {
    /// The ARN of what it is about; `*` for nothing in particular.
    #[must_use]
    pub fn resource(&self) -> String {
        match self.on {
            Resource::Key { key, .. } => key.arn(),
            Resource::Alias(arn) => arn.to_owned(),
            Resource::Any => "*".to_owned(),
        }
    }

    /// The account that owns what it is about.
    pub(super) fn owner(&self) -> AccountId {
        match self.on {
            Resource::Key { key, .. } => key.reference.account,
            Resource::Alias(_) | Resource::Any => self.caller.account,
        }
    }

    /// Whether the caller is of another account than what it is about. A service is of none.
    pub(super) fn is_across_accounts(&self) -> bool {
        self.caller.principal.account().is_some_and(|account| account != self.owner())
    }

    /// The caller's user or role, where the store has it.
    pub(super) fn identity(&self) -> Option<&'a Identity> {
        match &self.caller.principal {
            Principal::User { account, path_and_name } => {
                let user = self.state.identity(*account, IdentityKind::User, name_of(path_and_name))?;
                // Another path is another user.
                let path = user.path.get(1..)?;
                let is_it = path_and_name.strip_prefix(path) == Some(user.name.as_str());
                is_it.then_some(user)
            }
            Principal::Session { account, role, .. } => {
                self.state.identity(*account, IdentityKind::Role, role)
            }
            Principal::Root(_) | Principal::Service(_) => None,
        }
    }

    /// The ARN of a session's role; one that the store does not have has no path.
    pub(super) fn role_arn(&self) -> Option<String> {
        match &self.caller.principal {
            Principal::Session { account, role, .. } => {
                let arn = || format!("arn:aws:iam::{account}:role/{role}");
                Some(self.identity().map_or_else(arn, Identity::arn))
            }
            Principal::Root(_) | Principal::User { .. } | Principal::Service(_) => None,
        }
    }

    /// The encryption context of what is done: ReEncrypt has two.
    pub(super) fn encryption_context(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        pairs(self.parameters.get(match self.action {
            "ReEncryptFrom" => "SourceEncryptionContext",
            "ReEncryptTo" => "DestinationEncryptionContext",
            _ => "EncryptionContext",
        }))
    }
}

/// The pairs of text in a map.
pub(super) fn pairs<'v>(map: Option<&'v Value>) -> impl Iterator<Item = (&'v str, &'v str)> + use<'v> {
    let pairs = match map {
        Some(Value::Map(pairs)) => pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}
