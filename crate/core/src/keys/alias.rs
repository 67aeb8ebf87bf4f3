//! Aliases: friendly names that point at KMS keys of their account and Region.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html>

use crate::record;
use std::fmt;
use std::str::FromStr;

use super::ids::{AccountId, KeyRef, NotAnId, Region, stored_as_text};
use crate::model::Timestamp;

/// An alias name with its `alias/` prefix: 7 to 256 characters of `[a-zA-Z0-9/_-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasName(String);

impl AliasName {
    /// The name with its prefix, `alias/demo`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is one that AWS keeps for AWS managed keys.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("alias/aws/")
    }

    /// The service whose AWS managed key this alias names: `s3` for `alias/aws/s3`.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.0.strip_prefix("alias/aws/")
    }

    /// `arn:aws:kms:REGION:ACCOUNT:alias/NAME`.
    #[must_use]
    pub fn arn(&self, account: AccountId, region: &Region) -> String {
        format!("arn:aws:kms:{region}:{account}:{}", self.0)
    }
}

impl FromStr for AliasName {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let name = text.strip_prefix("alias/").ok_or(NotAnId)?;
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/_-".contains(&b);
        let good = !name.is_empty() && text.len() <= 256 && name.bytes().all(allowed);
        if good { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

stored_as_text!(AliasName, Self(String::new()));

/// An alias as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Its name.
    pub name: AliasName,
    /// The KMS key that it points at; its account and Region are the alias's own.
    pub target: KeyRef,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last pointed at another key.
    pub updated: Timestamp,
}

record!(Alias { name, target, created, updated });

impl Alias {
    /// `arn:aws:kms:REGION:ACCOUNT:alias/NAME`.
    #[must_use]
    pub fn arn(&self) -> String {
        self.name.arn(self.target.account, &self.target.region)
    }
}
