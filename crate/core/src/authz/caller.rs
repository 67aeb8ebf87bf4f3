//! Who calls, from where, and through whom.

use std::fmt;
use std::sync::Arc;

use crate::keys::{AccountId, PolicyText, Principal, Region};
use crate::store::Who;

/// Who calls, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account that ids without one belong to: the principal's; for an AWS service, that of whoever it works for.
    pub account: AccountId,
    /// The Region that was called.
    pub region: Region,
    /// Who.
    pub principal: Principal,
    /// The service that calls on the principal's behalf, as `kms:ViaService` has it without the Region: `s3`.
    pub via_service: Option<String>,
    /// What else is known of the call; most have nothing of it.
    pub session: Option<Arc<Session>>,
}

/// What a call brings along beside its principal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Session policies: the session may do only what each of them allows too.
    pub policies: Vec<PolicyText>,
    /// From which address: `aws:SourceIp`.
    pub source_ip: Option<String>,
    /// The program: CloudTrail's `userAgent`.
    pub user_agent: Option<String>,
    /// Whether the principal has shown a second factor: `aws:MultiFactorAuthPresent`.
    pub mfa: Option<bool>,
    /// For what resource a service calls: `aws:SourceArn`.
    pub source_arn: Option<String>,
    /// In whose account that is: `aws:SourceAccount`.
    pub source_account: Option<String>,
    /// The organization of the principal's account: `aws:PrincipalOrgID`.
    pub organization: Option<String>,
}

impl Caller {
    /// The root of an account.
    #[must_use]
    pub fn root(account: AccountId, region: Region) -> Self {
        Self { account, region, principal: Principal::Root(account), via_service: None, session: None }
    }

    /// What an audit event says of the caller; nothing where it is just the account's root.
    #[must_use]
    pub fn who(&self) -> Option<Arc<Who>> {
        let is_root = self.principal == Principal::Root(self.account);
        if is_root && self.via_service.is_none() && self.session.is_none() {
            return None;
        }
        let session = self.session.as_deref();
        Some(Arc::new(Who {
            principal: self.principal.clone(),
            via_service: self.via_service.clone(),
            source_ip: session.and_then(|session| session.source_ip.clone()),
            user_agent: session.and_then(|session| session.user_agent.clone()),
            mfa: session.and_then(|session| session.mfa),
        }))
    }

    /// The same caller through `service`, in `region`.
    #[must_use]
    pub fn through(&self, service: &str, region: &Region) -> Self {
        Self { region: region.clone(), via_service: Some(service.to_owned()), ..self.clone() }
    }
}

impl Default for Caller {
    fn default() -> Self {
        Self::root(AccountId::default(), Region::default())
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.principal.fmt(f)
    }
}
