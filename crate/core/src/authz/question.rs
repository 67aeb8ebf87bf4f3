//! What is asked: may this caller do this, on that, under these circumstances?

use crate::keys::{AccountId, Key, PolicyText};
use crate::model::{Parameters, Timestamp};
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

impl Question<'_> {
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
}
