//! The record of a KMS key, and what falls due on it.

use super::custom_store::CustomKeyStoreId;
use super::ids::{KeyRef, Region};
use super::material::{Material, Rotated, RotationType};
use super::policy_text::PolicyText;
use super::spec::{Family, KeySpec, KeyUsage};
use super::state::{KeyState, Status};
use crate::crypto::pair::Pair;
use crate::crypto::secret::KEY_LEN;
use crate::crypto::{KeyMaterial, Random, StoreKey};
use crate::hierarchy::{MaterialId, SealedMaterial};
use crate::model::{KmsError, Timestamp};
use crate::{numbered, record};

/// Who manages a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyManager {
    /// Customer managed.
    Customer,
    /// AWS managed: made for a service on first use, usable only through it.
    Aws,
}

numbered!(KeyManager { Customer = 0, Aws = 1, });

/// AWS's `Origin`: where key material comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// KMS makes it.
    #[default]
    AwsKms,
    /// The customer imports it.
    External,
    /// A CloudHSM cluster makes it and keeps it.
    CloudHsm,
    /// An external key manager keeps a second key, which encrypts what KMS has encrypted.
    ExternalKeyStore,
}

numbered!(Origin { AwsKms = 0, External = 1, CloudHsm = 2, ExternalKeyStore = 3, });

impl Origin {
    const ALL: [Self; 4] = [Self::AwsKms, Self::External, Self::CloudHsm, Self::ExternalKeyStore];

    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsKms => "AWS_KMS",
            Self::External => "EXTERNAL",
            Self::CloudHsm => "AWS_CLOUDHSM",
            Self::ExternalKeyStore => "EXTERNAL_KEY_STORE",
        }
    }

    /// The origin of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }

    /// Whether the key stands in a custom key store.
    #[must_use]
    pub fn is_custom_key_store(self) -> bool {
        matches!(self, Self::CloudHsm | Self::ExternalKeyStore)
    }
}

/// Automatic rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Every how many days, 90 to 2560.
    pub period_days: u32,
    /// When next.
    pub next: Timestamp,
}

record!(Rotation { period_days, next });

/// A scheduled deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// When the key is gone; `None` while replicas remain, since the window begins when the last one is gone.
    pub date: Option<Timestamp>,
    /// The window that was asked for, 7 to 30 days.
    pub window_days: u32,
}

record!(Deletion { date, window_days });

/// A multi-Region key: the related keys share id, material, spec, usage, origin and rotation.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultiRegion {
    /// Where the primary key is.
    pub primary: Region,
    /// Where its replicas are, sorted.
    pub replicas: Vec<Region>,
}

record!(MultiRegion { primary, replicas });

impl MultiRegion {
    /// Adds a replica in its place.
    pub fn add_replica(&mut self, region: Region) {
        let at = self.replicas.partition_point(|other| *other < region);
        self.replicas.insert(at, region);
    }
}

/// A state that passes by itself; what is left of it then means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// When it is over.
    pub until: Timestamp,
    /// What is going on.
    pub what: Transition,
}

record!(Settling { until, what });

/// What a key is on its way through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// A replica is being made.
    Creating,
    /// The primary Region is being changed.
    Updating,
}

numbered!(Transition { Creating = 0, Updating = 1, });

/// A tag: key 1 to 128, value 0 to 256 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The tag's key.
    pub key: String,
    /// Its value.
    pub value: String,
}

record!(Tag { key, value });

/// A KMS key as it stands in the store. Its material is sealed, so the record is no secret in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Which key.
    pub reference: KeyRef,
    /// At most 8192 characters.
    pub description: String,
    /// When it was made.
    pub created: Timestamp,
    /// Who manages it.
    pub manager: KeyManager,
    /// What its owner has done with it.
    pub status: Status,
    /// Set while its deletion is pending.
    pub deletion: Option<Deletion>,
    /// Oldest first; the last one encrypts, all of them decrypt.
    pub materials: Vec<Material>,
    /// Set while automatic rotation is on.
    pub rotation: Option<Rotation>,
    /// How often it was rotated on demand.
    pub on_demand_rotations: u32,
    /// What kind of key it is.
    pub spec: KeySpec,
    /// What it may be used for.
    pub usage: KeyUsage,
    /// The public key of a key pair, as DER SubjectPublicKeyInfo.
    pub public_key: Option<Vec<u8>>,
    /// Where its material comes from.
    pub origin: Origin,
    /// Set for a multi-Region key, primary or replica.
    pub multi_region: Option<MultiRegion>,
    /// Sorted by key; at most 50.
    pub tags: Vec<Tag>,
    /// The key policy as it was put; `None` for the default one.
    pub policy: Option<PolicyText>,
    /// Imported material that the next rotation on demand makes current.
    pub pending: Option<Material>,
    /// The last state that passes, or passed, by itself.
    pub settling: Option<Settling>,
    /// The custom key store that it stands in.
    pub custom_key_store: Option<CustomKeyStoreId>,
    /// The external key that stands behind a key of an external key store.
    pub xks_key: Option<String>,
}

record!(Key {
    reference,
    description,
    created,
    manager,
    status,
    deletion,
    materials,
    rotation,
    on_demand_rotations,
    spec: default,
    usage: default,
    public_key: bytes,
    origin: default,
    multi_region,
    tags: default,
    policy,
    pending,
    settling,
    custom_key_store,
    xks_key,
});

/// What falls due on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Automatic rotation.
    Rotate,
    /// The end of the deletion window.
    Delete,
    /// The end of imported material.
    Expire,
}

impl Due {
    /// AWS's name for the service event in CloudTrail.
    #[must_use]
    pub fn event(self) -> &'static str {
        match self {
            Self::Rotate => "RotateKey",
            Self::Delete => "DeleteKey",
            Self::Expire => "DeleteExpiredKeyMaterial",
        }
    }
}

impl Key {
    /// The key's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        self.reference.arn()
    }

    /// When the key is gone, where that is fixed: its deletion is pending and waits for no replica.
    #[must_use]
    pub fn deletion_date(&self) -> Option<Timestamp> {
        self.deletion.and_then(|deletion| deletion.date)
    }

    /// The key's state at `now`; `is_connected` says whether the custom key store that it stands in is connected.
    #[must_use]
    pub fn state(&self, now: Timestamp, is_connected: bool) -> KeyState {
        if self.status == Status::PendingDeletion {
            return match self.deletion {
                Some(Deletion { date: None, .. }) => KeyState::PendingReplicaDeletion,
                _ => KeyState::PendingDeletion,
            };
        }
        match self.settling.filter(|settling| settling.until > now).map(|settling| settling.what) {
            Some(Transition::Creating) => return KeyState::Creating,
            Some(Transition::Updating) => return KeyState::Updating,
            None => {}
        }
        if self.lacks_material() {
            return KeyState::PendingImport;
        }
        match self.status {
            _ if !is_connected && self.custom_key_store.is_some() => KeyState::Unavailable,
            Status::Enabled => KeyState::Enabled,
            Status::Disabled | Status::PendingDeletion => KeyState::Disabled,
        }
    }

    /// Whether material that the key needs has not been imported, was deleted or has expired: any of it, since all
    /// of it stands behind ciphertexts.
    #[must_use]
    pub fn lacks_material(&self) -> bool {
        self.materials.is_empty() || self.materials.iter().any(|material| material.sealed.is_none())
    }

    /// Whether this is a replica, which follows its primary.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.multi_region.as_ref().is_some_and(|related| related.primary != self.reference.region)
    }

    /// The other keys of a multi-Region key; none for a single-Region key.
    pub fn related(&self) -> impl Iterator<Item = KeyRef> + '_ {
        let regions = self
            .multi_region
            .iter()
            .flat_map(|related| std::iter::once(&related.primary).chain(&related.replicas));
        regions
            .filter(|region| **region != self.reference.region)
            .map(|region| self.reference.in_region(region))
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

    /// Every material that the key knows of, what waits for its rotation included.
    pub fn all_materials(&self) -> impl Iterator<Item = &Material> {
        self.materials.iter().chain(&self.pending)
    }

    /// As [`Key::all_materials`], to change.
    pub fn all_materials_mut(&mut self) -> impl Iterator<Item = &mut Material> {
        self.materials.iter_mut().chain(&mut self.pending)
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

    /// Adds material that was made or brought for the key.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn seal_material(
        &mut self,
        material: &KeyMaterial,
        rotated: Option<Rotated>,
        store_key: &StoreKey,
        random: &mut dyn Random,
    ) -> Result<(), KmsError> {
        let key_id = self.reference.id.to_string();
        let id = MaterialId::of(material, &key_id)?;
        let sealed = Some(SealedMaterial::seal(store_key, &key_id, material, random)?);
        self.materials.push(Material { id, sealed, rotated, imported: None });
        Ok(())
    }

    /// What falls due next, and when. While a key is disabled nothing rotates; while a deletion is pending, nothing
    /// rotates either; a replica rotates with its primary. Imported material expires in every state.
    #[must_use]
    pub fn next_due(&self) -> Option<(Timestamp, Due)> {
        let deletion = match self.status {
            Status::PendingDeletion => self.deletion_date(),
            Status::Enabled | Status::Disabled => None,
        };
        let rotation = match self.status {
            Status::Enabled if !self.is_replica() => self.rotation.map(|rotation| rotation.next),
            _ => None,
        };
        [
            (self.all_materials().filter_map(Material::expires).min(), Due::Expire),
            (rotation, Due::Rotate),
            (deletion, Due::Delete),
        ]
        .into_iter()
        .filter_map(|(at, due)| at.map(|at| (at, due)))
        .min_by_key(|(at, _)| *at)
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

    /// Takes over from `primary` what related keys share.
    pub fn follow(&mut self, primary: &Self) {
        let missing = primary.materials.iter().skip(self.materials.len());
        self.materials.extend(missing.map(|material| material.replica(primary.origin)));
        self.rotation = primary.rotation;
        self.on_demand_rotations = primary.on_demand_rotations;
    }

    /// Drops imported material that has expired by `now`, and material that waited for its rotation with it.
    pub fn expire(&mut self, now: Timestamp) {
        for material in self.all_materials_mut() {
            if material.expires().is_some_and(|at| at <= now) {
                material.sealed = None;
            }
        }
        self.pending.take_if(|pending| pending.sealed.is_none());
    }
}
