//! The access keys of an account: what a request is signed with.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>

use super::ids::AccountId;
use crate::model::Timestamp;
use crate::record;

/// An access key. Its secret stands nowhere: [`secret_access_key`](crate::hierarchy::secret_access_key) derives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Whose it is.
    pub account: AccountId,
    /// `AKIA…`, 20 characters.
    pub id: String,
    /// The user; the account's root without one.
    pub user: Option<String>,
    /// Whether requests may be signed with it.
    pub is_active: bool,
    /// When it was made.
    pub created: Timestamp,
}

record!(AccessKey { account, id, user, is_active, created });
