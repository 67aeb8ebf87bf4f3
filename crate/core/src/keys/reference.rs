//! What a caller may write where a request says `KeyId`.

use super::ids::{AccountId, KeyId, KeyRef, Region};
use super::{AliasName, ids::NotAnId};
use crate::model::{KmsError, RequestError};

/// A parsed `KeyId` of a request: a KMS key, or an alias of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyIdentifier {
    /// By id or key ARN.
    Key(KeyRef),
    /// By alias name or alias ARN.
    Alias(AccountId, Region, AliasName),
}

impl KeyIdentifier {
    /// Parses key id, key ARN, alias name or alias ARN; a bare id or name is of the caller's account, and the
    /// Region is always the one that was called.
    ///
    /// # Errors
    /// `NotFoundException` (`Invalid keyId 'x'`, `Invalid arn REGION`) or `InvalidArnException`.
    pub fn parse(text: &str, account: AccountId, region: &Region) -> Result<Self, KmsError> {
        let invalid = |_: NotAnId| not_found(format!("Invalid keyId '{text}'"));
        if text.starts_with("arn:") {
            return Self::parse_arn(text, region);
        }
        if text.starts_with("alias/") {
            return Ok(Self::Alias(account, region.clone(), text.parse().map_err(invalid)?));
        }
        let id: KeyId = text.parse().map_err(invalid)?;
        Ok(Self::Key(KeyRef { account, region: region.clone(), id }))
    }

    fn parse_arn(text: &str, region: &Region) -> Result<Self, KmsError> {
        let invalid =
            |_: NotAnId| KmsError::Request(RequestError::InvalidArn, format!("Invalid arn '{text}'"));
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", "aws", "kms", of_region, account, resource] = parts.as_slice() else {
            return Err(invalid(NotAnId));
        };
        let of_region: Region = of_region.parse().map_err(invalid)?;
        let account: AccountId = account.parse().map_err(invalid)?;
        if of_region != *region {
            return Err(not_found(format!("Invalid arn {of_region}")));
        }
        match resource.strip_prefix("key/") {
            Some(id) => {
                let id = id.parse().map_err(|_| not_found(format!("Invalid keyId '{id}'")))?;
                Ok(Self::Key(KeyRef { account, region: of_region, id }))
            }
            None => Ok(Self::Alias(account, of_region, resource.parse().map_err(invalid)?)),
        }
    }
}

fn not_found(message: String) -> KmsError {
    KmsError::Request(RequestError::NotFound, message)
}
