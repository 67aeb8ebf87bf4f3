//! The table of algorithm suites (`framework/algorithm-suites.md`).
//!
//! All of them encrypt with AES-GCM under a 12-byte IV and a 16-byte tag. A suite that is not `supported` is in
//! the table so that it can be named; to support another, give its row what it needs and say so there.

use super::EnvelopeError;

/// A version of the message format: the header's first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Version {
    /// Suites without key commitment.
    V1 = 1,
    /// Suites with key commitment.
    V2 = 2,
}

impl Version {
    /// The version whose byte is `code`.
    ///
    /// # Errors
    /// [`EnvelopeError::UnknownVersion`].
    pub fn from_code(code: u8) -> Result<Self, EnvelopeError> {
        match code {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            other => Err(EnvelopeError::UnknownVersion(other)),
        }
    }
}

/// An algorithm suite: its number in the header, and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Suite {
    /// The number in the header.
    pub id: u16,
    /// The algorithms by their standards' names.
    pub name: &'static str,
    /// The version of the message format that it stands in.
    pub version: Version,
    /// Whether it is read and written here.
    pub supported: bool,
}

/// AES-256-GCM under a key from HKDF-SHA-512, with key commitment, without a signature.
pub static COMMITTING: &Suite = &Suite {
    id: 0x0478,
    name: "AES-256-GCM, HKDF-SHA-512, key commitment",
    version: Version::V2,
    supported: true,
};

const fn named(id: u16, name: &'static str, version: Version) -> Suite {
    Suite { id, name, version, supported: false }
}

static NAMED: [Suite; 10] = [
    named(0x0578, "AES-256-GCM, HKDF-SHA-512, key commitment, ECDSA P-384", Version::V2),
    named(0x0378, "AES-256-GCM, HKDF-SHA-384, ECDSA P-384", Version::V1),
    named(0x0346, "AES-192-GCM, HKDF-SHA-384, ECDSA P-384", Version::V1),
    named(0x0214, "AES-128-GCM, HKDF-SHA-256, ECDSA P-256", Version::V1),
    named(0x0178, "AES-256-GCM, HKDF-SHA-256", Version::V1),
    named(0x0146, "AES-192-GCM, HKDF-SHA-256", Version::V1),
    named(0x0114, "AES-128-GCM, HKDF-SHA-256", Version::V1),
    named(0x0078, "AES-256-GCM", Version::V1),
    named(0x0046, "AES-192-GCM", Version::V1),
    named(0x0014, "AES-128-GCM", Version::V1),
];

/// The suite of number `id`, supported or not; `None` where the specification has none.
#[must_use]
pub fn find(id: u16) -> Option<&'static Suite> {
    if id == COMMITTING.id { Some(COMMITTING) } else { NAMED.iter().find(|suite| suite.id == id) }
}

/// The suite of number `id`, for a message of `version`.
///
/// # Errors
/// [`UnknownSuite`](EnvelopeError::UnknownSuite),
/// [`SuiteOfOtherVersion`](EnvelopeError::SuiteOfOtherVersion) or
/// [`UnsupportedSuite`](EnvelopeError::UnsupportedSuite).
pub fn supported(version: Version, id: u16) -> Result<&'static Suite, EnvelopeError> {
    let suite = find(id).ok_or(EnvelopeError::UnknownSuite(id))?;
    if suite.version != version {
        return Err(EnvelopeError::SuiteOfOtherVersion(id));
    }
    if !suite.supported {
        return Err(EnvelopeError::UnsupportedSuite(id));
    }
    Ok(suite)
}
