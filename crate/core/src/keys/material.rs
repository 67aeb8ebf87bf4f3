//! The key materials of a KMS key: which there are, since when, and until when.

use minicbor::{Decode, Encode};

use super::key::Origin;
use crate::hierarchy::{MaterialId, SealedMaterial};
use crate::model::Timestamp;

/// Why key material was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RotationType {
    /// On its date.
    #[n(0)]
    Automatic,
    /// By `RotateKeyOnDemand`.
    #[n(1)]
    OnDemand,
}

impl RotationType {
    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "AUTOMATIC",
            Self::OnDemand => "ON_DEMAND",
        }
    }
}

/// One key material of a KMS key, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Material {
    /// Its id.
    #[n(0)]
    pub id: MaterialId,
    /// The material under the store key; `None` where imported material was deleted, has expired, or has not yet
    /// been imported into this replica.
    #[n(1)]
    pub sealed: Option<SealedMaterial>,
    /// When and why it was added; `None` for the first.
    #[n(2)]
    pub rotated: Option<Rotated>,
    /// How it was imported, where it was.
    #[n(3)]
    pub imported: Option<Imported>,
}

impl Material {
    /// When the material expires, where it is there and does.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.sealed.as_ref().and(self.imported.as_ref()).and_then(|imported| imported.valid_to)
    }

    /// The same material as another Region has it: known by its id, and there only if KMS brings it there.
    #[must_use]
    pub fn replica(&self, origin: Origin) -> Self {
        match origin {
            Origin::External => Self { id: self.id, sealed: None, rotated: self.rotated, imported: None },
            _ => self.clone(),
        }
    }
}

/// What was said when key material was imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Imported {
    /// When it expires; `None` where it does not.
    #[n(0)]
    pub valid_to: Option<Timestamp>,
    /// Its description, at most 256 characters.
    #[n(1)]
    pub description: Option<String>,
}

/// When and why a key material was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Rotated {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Why.
    #[n(1)]
    pub by: RotationType,
}
