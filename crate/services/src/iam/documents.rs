//! Policy documents: read in the language of policies before they are kept, and counted against IAM's quotas
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).

use tabkms_core::authz::policy::{Kind, Policy};

use super::IamError;

/// Refuses what is no policy of that kind, with the place and the reason.
pub(super) fn check(text: &str, kind: Kind) -> Result<(), IamError> {
    match Policy::parse(text, kind) {
        Ok(_) => Ok(()),
        Err(fault) => Err(IamError::new(IamError::MALFORMED_POLICY, &[&fault.describe(text)])),
    }
}

/// How much of a quota a document takes: "IAM doesn't count white space when calculating the size of a policy".
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_ascii_whitespace()).count()
}

/// `LimitExceeded`, of a quota by IAM's name for it.
pub(super) fn over_quota(quota: &str, of: &str, limit: usize) -> IamError {
    IamError::new(IamError::LIMIT, &["Cannot exceed quota for ", quota, of, ": ", &limit.to_string()])
}
