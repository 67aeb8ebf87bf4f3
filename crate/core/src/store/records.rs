//! The records that stand in the store, as CBOR with numbered fields: a field may be added under a new number,
//! and an older record reads without it.

use std::borrow::Cow;

use minicbor::{Decode, Encode};

use super::{Kind, StoreError};
use crate::keys::{Alias, CustomKeyStore, Grant, Key, KeyRef};
use crate::model::{Timestamp, Uuid};

/// Something that stands in the store under its kind and id.
pub trait Record: Encode<()> + for<'b> Decode<'b, ()> {
    /// Its kind.
    const KIND: Kind;

    /// Its id within the kind.
    fn id(&self) -> String;

    /// The record as CBOR.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Writing to a vector cannot fail: its error type has no value.
        match minicbor::encode(self, &mut bytes) {
            Ok(()) => bytes,
            Err(_) => Vec::new(),
        }
    }

    /// The record that `bytes` hold.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where they hold none, or hold it under another id than `id`.
    fn from_bytes(id: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let malformed = || StoreError::Malformed(id.to_owned());
        let record: Self = minicbor::decode(bytes).map_err(|_| malformed())?;
        if record.id() == id { Ok(record) } else { Err(malformed()) }
    }
}

impl Record for Key {
    const KIND: Kind = Kind::Key;

    fn id(&self) -> String {
        self.reference.to_string()
    }
}

impl Record for Alias {
    const KIND: Kind = Kind::Alias;

    fn id(&self) -> String {
        format!("{}/{}/{}", self.target.account, self.target.region, self.name)
    }
}

impl Record for Grant {
    const KIND: Kind = Kind::Grant;

    fn id(&self) -> String {
        format!("{}/{}", self.key, self.id)
    }
}

impl Record for CustomKeyStore {
    const KIND: Kind = Kind::CustomKeyStore;

    fn id(&self) -> String {
        format!("{}/{}/{}", self.account, self.region, self.id)
    }
}

/// How far the clock has been moved forward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
pub struct Clock {
    /// Milliseconds ahead of the host's time; never less than before.
    #[n(0)]
    pub offset: i64,
}

impl Record for Clock {
    const KIND: Kind = Kind::Clock;

    fn id(&self) -> String {
        "clock".to_owned()
    }
}

/// When a KMS key was last used in a cryptographic operation.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LastUse {
    /// Which key.
    #[n(0)]
    pub key: KeyRef,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// In which operation.
    #[n(2)]
    pub operation: Cow<'static, str>,
    /// The audit event of that call; none in the records of before there were any.
    #[n(3)]
    pub event: Option<Uuid>,
    /// The request's id; as the event's.
    #[n(4)]
    pub request: Option<Uuid>,
}

impl Record for LastUse {
    const KIND: Kind = Kind::LastUse;

    fn id(&self) -> String {
        self.key.to_string()
    }
}
