//! The key materials of a KMS key: which there are, since when, and until when.

use super::key::Origin;
use crate::hierarchy::{MaterialId, SealedMaterial};
use crate::model::Timestamp;
use crate::{numbered, record};

/// Why key material was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationType {
    /// On its date.
    Automatic,
    /// By `RotateKeyOnDemand`.
    OnDemand,
}

numbered!(RotationType { Automatic = 0, OnDemand = 1, });

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// The material under the store key; `None` where imported material was deleted, has expired, or has not yet
    /// been imported into this replica.
    pub sealed: Option<SealedMaterial>,
    /// When and why it was added; `None` for the first.
    pub rotated: Option<Rotated>,
    /// How it was imported, where it was.
    pub imported: Option<Imported>,
}

record!(Material { id, sealed, rotated, imported });

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// When it expires; `None` where it does not.
    pub valid_to: Option<Timestamp>,
    /// Its description, at most 256 characters.
    pub description: Option<String>,
}

record!(Imported { valid_to, description });

/// When and why a key material was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub by: RotationType,
}

record!(Rotated { at, by });
