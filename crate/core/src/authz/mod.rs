//! Who may do what.
//!
//! So far the callers are accounts' roots and the services that call for them, and each key has the policy that
//! AWS gives it by default: a customer managed key allows its own account everything; an AWS managed key may be
//! used through its service only, and looked at by its account.

mod caller;
mod default_policy;
pub mod policy;

pub use caller::{Caller, Session};
pub use default_policy::default_policy;

use crate::keys::{Key, KeyManager};
use crate::model::{KmsError, RequestError};

/// What the account itself may do with an AWS managed key, from the key policy that AWS gives it
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>): `kms:Describe*`,
/// `kms:Get*`, `kms:List*`, `kms:RevokeGrant`.
fn managed_key_allows_account(action: &str) -> bool {
    ["Describe", "Get", "List"].iter().any(|prefix| action.starts_with(prefix)) || action == "RevokeGrant"
}

/// What the service may do with its AWS managed key for the account.
fn managed_key_allows_service(action: &str) -> bool {
    ["Encrypt", "Decrypt", "CreateGrant", "DescribeKey"].contains(&action)
        || ["ReEncrypt", "GenerateDataKey"].iter().any(|prefix| action.starts_with(prefix))
}

/// Decides whether `caller` may do `action` (the operation's name, without `kms:`) on `key`, whose AWS managed
/// service is `service`.
///
/// # Errors
/// `AccessDeniedException` in AWS's words.
pub fn authorise(caller: &Caller, action: &str, key: &Key, service: Option<&str>) -> Result<(), KmsError> {
    let same_account = caller.account == key.reference.account;
    let allowed = same_account
        && match key.manager {
            KeyManager::Customer => true,
            KeyManager::Aws => {
                managed_key_allows_account(action)
                    || (service.is_some()
                        && caller.via_service.as_deref() == service
                        && managed_key_allows_service(action))
            }
        };
    if allowed {
        return Ok(());
    }
    Err(KmsError::Request(
        RequestError::AccessDenied,
        format!(
            "User: {caller} is not authorized to perform: kms:{action} on resource: {} because no resource-based \
             policy allows the kms:{action} action",
            key.arn()
        ),
    ))
}
