//! Grants: what a principal may do with one KMS key, without a policy.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use crate::{choice, record};
use std::fmt;
use std::str::FromStr;

use super::ids::{AccountId, KeyRef, NotAnId, stored_as_text};
use crate::crypto::{Failure, Random, random};
use crate::model::hex::{self, Hex};
use crate::model::{Pairs, Timestamp};

/// The id of a grant: 32 bytes, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId([u8; 32]);

impl GrantId {
    /// A fresh one.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, Failure> {
        random::array(random).map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for GrantId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        hex::decode(text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotAnId)
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

stored_as_text!(GrantId, Self([0; 32]));

/// What a request must look like for the grant to allow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantConstraints {
    /// The encryption context must be just this.
    pub context_equals: Option<Pairs>,
    /// The encryption context must have these pairs.
    pub context_subset: Option<Pairs>,
    /// The resource on whose behalf the request is made.
    pub source_arn: Option<String>,
}

record!(GrantConstraints { context_equals, context_subset, source_arn });

/// Whom a grant names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantPrincipal {
    /// An account, user, role or session, by ARN.
    Aws(String),
    /// An AWS service, as `s3.amazonaws.com`.
    Service(String),
}

choice!(GrantPrincipal { Aws = 0, Service = 1, });

impl GrantPrincipal {
    /// The ARN, or the service's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Aws(name) | Self::Service(name) => name,
        }
    }
}

/// A grant as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// On which key.
    pub key: KeyRef,
    /// Its id.
    pub id: GrantId,
    /// Its friendly name, 1 to 256 characters.
    pub name: Option<String>,
    /// Who may.
    pub grantee: GrantPrincipal,
    /// Who may retire it.
    pub retiring: Option<GrantPrincipal>,
    /// What the grantee may do: AWS's `GrantOperation`s.
    pub operations: Vec<String>,
    /// Under which conditions.
    pub constraints: Option<GrantConstraints>,
    /// When it was made.
    pub created: Timestamp,
    /// In which account it was made.
    pub issuer: AccountId,
}

record!(Grant { key, id, name, grantee, retiring, operations, constraints, created, issuer });

impl Grant {
    /// Whether a request for a grant asks for this one again: all but id and date are equal.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let wanted = Self { id: self.id, created: self.created, ..other.clone() };
        *self == wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::tests::Counting;

    #[test]
    fn ids_are_their_text() {
        let id = GrantId::generate(&mut Counting::default()).unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        let text = id.to_string();
        for bad in ["", &text[1..], &text.to_uppercase(), &format!("{text}0"), &"é".repeat(32)] {
            assert_eq!(bad.parse::<GrantId>(), Err(NotAnId), "{bad}");
        }
    }
}
