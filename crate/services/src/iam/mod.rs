//! IAM as far as a separation of roles needs it: users, roles, managed policies, and what is attached to what
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>).
//!
//! These calls are not authorised themselves: whoever holds the store may administer its identities. What is enforced
//! is what the policies say of calls to KMS.
//!
//! Policy documents are plain JSON text both ways. The real IAM sends them URL-encoded over HTTP, and its clients decode
//! them. A managed policy has one version, `v1`, and its text is the current one. The policies that AWS manages
//! (`arn:aws:iam::aws:policy/…`) are not here.

mod error;
mod members;

pub use error::IamError;
pub use members::MEMBERS;

use tabkms_core::crypto::Random;
use tabkms_core::keys::AccountId;
use tabkms_core::model::validate::validate;
use tabkms_core::model::{Timestamp, Value};
use tabkms_core::store::{Changes, State};

/// What an operation came to.
#[derive(Debug)]
#[must_use = "the changes are to be committed and applied before the answer is given out"]
pub struct Planned {
    /// The answer.
    pub answer: Value,
    /// What it changes.
    pub changes: Changes,
}

/// Plans an operation of `account`'s. One that fails changes nothing.
///
/// # Errors
/// IAM's, by code; `InvalidAction` for an operation that is not here.
pub fn plan(
    _state: &State,
    _account: AccountId,
    operation: &str,
    input: Value,
    _now: Timestamp,
    _random: &mut dyn Random,
) -> Result<Planned, IamError> {
    validate(MEMBERS, &input)?;
    let message = ["Could not find operation ", operation, " for version 2010-05-08"];
    Err(IamError::new(IamError::INVALID_ACTION, &message))
}
