//! The records that stand in the store, as CBOR arrays of their fields: a field may be added at the end, and an
//! older record reads without it.

use crate::record;
use std::borrow::Cow;

use super::segment::Chained;
use super::{Kind, StoreError};
use crate::keys::{AccessKey, Alias, CustomKeyStore, Grant, Identity, Key, KeyRef, ManagedPolicy};
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::model::{Timestamp, Uuid};

/// Something that stands in the store under its kind and id.
pub trait Record: Cbor {
    /// Its kind.
    const KIND: Kind;

    /// Its id within the kind.
    fn id(&self) -> String;

    /// The record as CBOR.
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.into_bytes()
    }

    /// The record that `bytes` hold.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where they hold none, or hold it under another id than `id`.
    fn from_bytes(id: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        let record = Self::read(&mut reader);
        let is_it = reader.is_at_sound_end() && record.id() == id;
        if is_it { Ok(record) } else { Err(StoreError::Malformed(id.to_owned())) }
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

impl Record for Identity {
    const KIND: Kind = Kind::Identity;

    fn id(&self) -> String {
        format!("{}/{}/{}", self.account, self.kind.as_str(), self.name)
    }
}

impl Record for ManagedPolicy {
    const KIND: Kind = Kind::ManagedPolicy;

    fn id(&self) -> String {
        format!("{}/{}", self.account, self.name)
    }
}

impl Record for AccessKey {
    const KIND: Kind = Kind::AccessKey;

    fn id(&self) -> String {
        self.id.clone()
    }
}

/// How far the clock has been moved forward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds ahead of the host's time; never less than before.
    pub offset: i64,
}

record!(Clock { offset });

impl Record for Clock {
    const KIND: Kind = Kind::Clock;

    fn id(&self) -> String {
        "clock".to_owned()
    }
}

/// When a KMS key was last used in a cryptographic operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// Which key.
    pub key: KeyRef,
    /// When.
    pub at: Timestamp,
    /// In which operation.
    pub operation: Cow<'static, str>,
    /// The audit event of that call; none in the records of before there were any.
    pub event: Option<Uuid>,
    /// The request's id; as the event's.
    pub request: Option<Uuid>,
}

record!(LastUse { key, at, operation, event, request });

impl Record for LastUse {
    const KIND: Kind = Kind::LastUse;

    fn id(&self) -> String {
        self.key.to_string()
    }
}

impl Record for Chained {
    const KIND: Kind = Kind::AuditHead;

    fn id(&self) -> String {
        "head".to_owned()
    }
}
