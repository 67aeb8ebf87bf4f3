//! Custom key stores. The connection is a switch: no CloudHSM cluster and no external key store proxy is spoken to.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html>

use crate::{choice, record};
use std::fmt;
use std::str::FromStr;

use super::ids::{AccountId, NotAnId, Region, stored_as_text};
use crate::crypto::{Failure, Random, random};
use crate::model::Timestamp;
use crate::model::hex::Hex;

/// The id of a custom key store: `cks-` and 17 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomKeyStoreId(String);

impl CustomKeyStoreId {
    /// A fresh one.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, Failure> {
        let bytes: [u8; 9] = random::array(random)?;
        let mut digits = Hex(&bytes).to_string();
        digits.truncate(17);
        Ok(Self(format!("cks-{digits}")))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomKeyStoreId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.strip_prefix("cks-").ok_or(NotAnId)?;
        let good = digits.len() == 17 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if good { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }
}

impl fmt::Display for CustomKeyStoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

stored_as_text!(CustomKeyStoreId, Self(String::new()));

/// AWS's `ConnectionState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// Its keys work.
    Connected,
    /// On the way there.
    Connecting,
    /// Its keys are unavailable.
    Disconnected,
}

impl ConnectionState {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "CONNECTED",
            Self::Connecting => "CONNECTING",
            Self::Disconnected => "DISCONNECTED",
        }
    }
}

/// What stands behind an external key store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XksProxy {
    /// `PUBLIC_ENDPOINT` or `VPC_ENDPOINT_SERVICE`.
    pub connectivity: String,
    /// The public half of the proxy's credential. The secret half is taken and not kept: nobody signs with it here.
    pub access_key_id: String,
    /// `https://` and a host.
    pub endpoint: String,
    /// Ends in `/kms/xks/v1`.
    pub path: String,
    /// The VPC endpoint service, where that is the connectivity.
    pub vpc_service: Option<String>,
    /// Who owns that service.
    pub vpc_owner: Option<AccountId>,
}

record!(XksProxy { connectivity, access_key_id, endpoint, path, vpc_service, vpc_owner });

/// What stands behind a CloudHSM key store. Its password is taken and not kept: nobody logs in with it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudHsm {
    /// `cluster-` and 11 to 16 characters.
    pub cluster: String,
    /// The certificate of the cluster, PEM.
    pub trust_anchor: String,
}

record!(CloudHsm { cluster, trust_anchor });

/// What stands behind a custom key store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backing {
    /// A CloudHSM cluster.
    CloudHsm(CloudHsm),
    /// An external key manager behind its proxy.
    External(XksProxy),
}

choice!(Backing { CloudHsm = 0, External = 1, });

impl Backing {
    /// AWS's `CustomKeyStoreType`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::CloudHsm(_) => "AWS_CLOUDHSM",
            Self::External(_) => "EXTERNAL_KEY_STORE",
        }
    }
}

/// A custom key store as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomKeyStore {
    /// Whose.
    pub account: AccountId,
    /// In which Region.
    pub region: Region,
    /// Its id.
    pub id: CustomKeyStoreId,
    /// Its name, one in its account and Region.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is connected; `None` while it is not.
    pub connected_from: Option<Timestamp>,
    /// What stands behind it.
    pub backing: Backing,
}

record!(CustomKeyStore { account, region, id, name, created, connected_from, backing });

impl CustomKeyStore {
    /// Its connection at `now`.
    #[must_use]
    pub fn connection(&self, now: Timestamp) -> ConnectionState {
        match self.connected_from {
            None => ConnectionState::Disconnected,
            Some(from) if from > now => ConnectionState::Connecting,
            Some(_) => ConnectionState::Connected,
        }
    }
}
