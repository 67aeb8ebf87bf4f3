//! What a host stores for the core: sealed rows, each of the generation that wrote it.
//!
//! The core makes and reads the rows; a host only keeps them. A host's store has four verbs: `read_all`,
//! `read_since(generation)`, `commit`, `close`; tests/wasm holds the conformance suite that each must pass.

mod changes;
mod deferred;
mod event;
mod index;
mod records;
pub mod segment;
mod state;
mod tree;

pub use changes::{Change, Changes};
pub use event::{Asked, Event, KeyOf, Keys, Rare, Shared, Who};
pub use records::{Clock, LastUse, Record};
pub use state::State;
pub use tree::Tree;

use std::fmt;

use crate::model::cbor::{Cbor, Reader, Writer};
use crate::record;

/// Counts commits. A store that has never been written is of generation 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation of the commit after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Cbor for Generation {
    fn write(&self, to: &mut Writer) {
        to.u64(self.0);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self(from.u64())
    }
}

/// What a row is about; the number stands in the store and never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// How far the clock has been moved forward.
    Clock = 1,
    /// A KMS key with its sealed material.
    Key = 2,
    /// An alias.
    Alias = 3,
    /// When a KMS key was last used (deferred).
    LastUse = 4,
    /// A grant.
    Grant = 5,
    /// A custom key store.
    CustomKeyStore = 6,
    /// A segment of audit events (deferred).
    Audit = 7,
    /// An IAM user or role with its policies.
    Identity = 8,
    /// A managed policy.
    ManagedPolicy = 9,
    /// Where the chain of audit segments ends (deferred).
    AuditHead = 10,
    /// An access key.
    AccessKey = 11,
    /// An S3 bucket.
    Bucket = 32,
    /// An S3 object's metadata; its body stands in pieces beside the rows.
    Object = 33,
}

impl Kind {
    /// The kind of number `code`; `None` for one that this version does not know.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [
            Self::Clock,
            Self::Key,
            Self::Alias,
            Self::LastUse,
            Self::Grant,
            Self::CustomKeyStore,
            Self::Audit,
            Self::Identity,
            Self::ManagedPolicy,
            Self::AuditHead,
            Self::AccessKey,
            Self::Bucket,
            Self::Object,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == code)
    }

    /// Whether rows of this kind are to be loaded in the order of their generations, after all others. These may come
    /// in any order.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::LastUse | Self::Audit | Self::AuditHead | Self::Bucket | Self::Object)
    }
}

/// One row at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about: [`Kind`] as its number, so that a host can carry kinds it does not know.
    pub kind: u8,
    /// Which one, unique within its kind.
    pub id: String,
    /// The commit that wrote it.
    pub generation: Generation,
    /// The sealed record; `None` is a tombstone, kept so that other tabs learn of the deletion.
    pub sealed: Option<Vec<u8>>,
}

record!(Row { kind, id, generation, sealed: bytes });

/// What is wrong with stored rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// A row does not open: altered, put in another's place, or sealed under another store key.
    Forged(String),
    /// A row opens but holds no record of its kind.
    Malformed(String),
    /// A row is of a kind that this version does not know: a newer version wrote it.
    UnknownKind(u8),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forged(id) => {
                write!(f, "the stored record {id} does not open: it was altered or is another's")
            }
            Self::Malformed(id) => write!(f, "the stored record {id} is not what its kind says"),
            Self::UnknownKind(kind) => {
                write!(f, "the store has a record of kind {kind}, which a newer version of tabkms wrote")
            }
        }
    }
}

impl std::error::Error for StoreError {}
