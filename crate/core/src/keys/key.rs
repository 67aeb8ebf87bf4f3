//! The record of a KMS key, its states, and what falls due on it.

use minicbor::{Decode, Encode};

use super::ids::KeyRef;
use super::spec::{Family, KeySpec, KeyUsage};
use crate::crypto::pair::Pair;
use crate::crypto::secret::KEY_LEN;
use crate::crypto::{KeyMaterial, Random, StoreKey};
use crate::hierarchy::{MaterialId, SealedMaterial};
use crate::model::{KmsError, Timestamp};

/// Who manages a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum KeyManager {
    /// Customer managed.
    #[n(0)]
    Customer,
    /// AWS managed: made for a service on first use, usable only through it.
    #[n(1)]
    Aws,
}

/// What the owner has done with the key; the wire's `KeyState` follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    /// In use.
    #[n(0)]
    Enabled,
    /// Switched off.
    #[n(1)]
    Disabled,
    /// Waiting out its deletion window.
    #[n(2)]
    PendingDeletion,
}

impl Status {
    /// AWS's `KeyState`.
    #[must_use]
    pub fn key_state(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
        }
    }
}

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
    /// The material under the store key.
    #[n(1)]
    pub sealed: SealedMaterial,
    /// When and why it was added; `None` for the first.
    #[n(2)]
    pub rotated: Option<Rotated>,
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

/// Automatic rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Rotation {
    /// Every how many days, 90 to 2560.
    #[n(0)]
    pub period_days: u32,
    /// When next.
    #[n(1)]
    pub next: Timestamp,
}

/// A scheduled deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Deletion {
    /// When the key is gone.
    #[n(0)]
    pub date: Timestamp,
    /// The window that was asked for, 7 to 30 days.
    #[n(1)]
    pub window_days: u32,
}

/// A KMS key as it stands in the store. Its material is sealed, so the record is no secret in memory.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Key {
    /// Which key.
    #[n(0)]
    pub reference: KeyRef,
    /// At most 8192 characters.
    #[n(1)]
    pub description: String,
    /// When it was made.
    #[n(2)]
    pub created: Timestamp,
    /// Who manages it.
    #[n(3)]
    pub manager: KeyManager,
    /// What its owner has done with it.
    #[n(4)]
    pub status: Status,
    /// Set while its deletion is pending.
    #[n(5)]
    pub deletion: Option<Deletion>,
    /// Oldest first; the last one encrypts, all of them decrypt.
    #[n(6)]
    pub materials: Vec<Material>,
    /// Set while automatic rotation is on.
    #[n(7)]
    pub rotation: Option<Rotation>,
    /// How often it was rotated on demand.
    #[n(8)]
    pub on_demand_rotations: u32,
    /// What kind of key it is.
    #[n(9)]
    #[cbor(default)]
    pub spec: KeySpec,
    /// What it may be used for.
    #[n(10)]
    #[cbor(default)]
    pub usage: KeyUsage,
    /// The public key of a key pair, as DER SubjectPublicKeyInfo.
    #[cbor(n(11), with = "minicbor::bytes")]
    pub public_key: Option<Vec<u8>>,
}

/// What falls due on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Automatic rotation.
    Rotate,
    /// The end of the deletion window.
    Delete,
}

impl Due {
    /// AWS's name for the service event in CloudTrail.
    #[must_use]
    pub fn event(self) -> &'static str {
        match self {
            Self::Rotate => "RotateKey",
            Self::Delete => "DeleteKey",
        }
    }
}

impl Key {
    /// The key's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        self.reference.arn()
    }

    /// The material that encrypts.
    ///
    /// # Errors
    /// `KMSInternalException` where there is none.
    pub fn current(&self) -> Result<&Material, KmsError> {
        self.materials.last().ok_or_else(|| KmsError::internal("the KMS key has no key material"))
    }

    /// The material of id `id`, old or new.
    #[must_use]
    pub fn material(&self, id: MaterialId) -> Option<&Material> {
        self.materials.iter().rev().find(|material| material.id == id)
    }

    /// Adds fresh material of the key's spec; of a key pair also the public key.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn add_material(
        &mut self,
        rotated: Option<Rotated>,
        store_key: &StoreKey,
        random: &mut dyn Random,
    ) -> Result<(), KmsError> {
        let material = match self.spec.family() {
            Family::Symmetric => KeyMaterial::generate(KEY_LEN, random)?,
            Family::Hmac(algorithm) => KeyMaterial::generate(algorithm.length(), random)?,
            Family::Pair(kind) => {
                let pair = kind
                    .generate(random)
                    .map_err(|_| KmsError::internal("the key pair could not be made"))?;
                return self.add_pair(pair, store_key, random);
            }
        };
        self.seal_material(&material, rotated, store_key, random)
    }

    /// Adds a pair of the key's spec that was made or brought for it: its only material, and its public key.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn add_pair(
        &mut self,
        pair: Pair,
        store_key: &StoreKey,
        random: &mut dyn Random,
    ) -> Result<(), KmsError> {
        self.public_key = Some(pair.public);
        self.seal_material(&pair.private, None, store_key, random)
    }

    fn seal_material(
        &mut self,
        material: &KeyMaterial,
        rotated: Option<Rotated>,
        store_key: &StoreKey,
        random: &mut dyn Random,
    ) -> Result<(), KmsError> {
        let key_id = self.reference.id.to_string();
        let id = MaterialId::of(material, &key_id)?;
        let sealed = SealedMaterial::seal(store_key, &key_id, material, random)?;
        self.materials.push(Material { id, sealed, rotated });
        Ok(())
    }

    /// What falls due next, and when. While a key is disabled nothing rotates; while a deletion is pending
    /// only the deletion counts.
    #[must_use]
    pub fn next_due(&self) -> Option<(Timestamp, Due)> {
        match self.status {
            Status::PendingDeletion => self.deletion.map(|deletion| (deletion.date, Due::Delete)),
            Status::Enabled => self.rotation.map(|rotation| (rotation.next, Due::Rotate)),
            Status::Disabled => None,
        }
    }

    /// Rotates automatically at `at` and sets the next date one period later.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn rotate_automatically(
        &mut self,
        at: Timestamp,
        store_key: &StoreKey,
        random: &mut dyn Random,
    ) -> Result<(), KmsError> {
        let rotated = Rotated { at, by: RotationType::Automatic };
        self.add_material(Some(rotated), store_key, random)?;
        if let Some(rotation) = &mut self.rotation {
            rotation.next = at.plus_days(rotation.period_days);
        }
        Ok(())
    }
}
