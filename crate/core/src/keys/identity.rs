//! IAM users and roles with their policies, and managed policies: what an account says of its own people.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id.html>

use super::ids::AccountId;
use super::key::Tag;
use super::policy_text::PolicyText;
use crate::model::Timestamp;
use crate::{numbered, record};

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityKind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
}

numbered!(IdentityKind { User = 0, Role = 1 });

impl IdentityKind {
    /// As it stands in an ARN and in a record's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
        }
    }
}

/// A user or a role. Their names are unique in the account, whatever the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whose it is.
    pub account: AccountId,
    /// Which of the two.
    pub kind: IdentityKind,
    /// Its name, 1 to 64 characters.
    pub name: String,
    /// `/`, or `/division/`.
    pub path: String,
    /// `AIDA…` or `AROA…`: never the same again for another of that name.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What a role is for.
    pub description: String,
    /// Its tags: `aws:PrincipalTag/…`.
    pub tags: Vec<Tag>,
    /// Its own policies, by name.
    pub policies: Vec<InlinePolicy>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached: Vec<String>,
    /// The ARN of the managed policy that is its permissions boundary.
    pub boundary: Option<String>,
    /// A role's trust policy: who may assume it.
    pub trust: Option<String>,
}

record!(Identity {
    account,
    kind,
    name,
    path,
    id,
    created,
    description,
    tags,
    policies,
    attached,
    boundary,
    trust,
});

impl Identity {
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`, or with `role`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:{}{}{}", self.account, self.kind.as_str(), self.path, self.name)
    }
}

/// A policy that stands in a user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlinePolicy {
    /// Its name, 1 to 128 characters.
    pub name: String,
    /// Its text.
    pub document: PolicyText,
}

record!(InlinePolicy { name, document });

/// A policy of the account's, for many identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Whose it is.
    pub account: AccountId,
    /// Its name, unique in the account.
    pub name: String,
    /// `/`, or `/division/`.
    pub path: String,
    /// `ANPA…`.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Its text.
    pub document: PolicyText,
    /// When it was made.
    pub created: Timestamp,
    /// When its text was last changed.
    pub updated: Timestamp,
}

record!(ManagedPolicy { account, name, path, id, description, document, created, updated });

impl ManagedPolicy {
    /// `arn:aws:iam::ACCOUNT:policy/PATH/NAME`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:policy{}{}", self.account, self.path, self.name)
    }
}
