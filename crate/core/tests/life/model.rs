//! What AWS's documentation says of the life of a KMS key, written down once more and as simply as it goes: whole
//! lists, no indexes, no cryptography. Times are in milliseconds.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) const DAY: i64 = 86_400_000;
/// How near an automatic rotation a rotation on demand is refused.
const CONFLICT: i64 = 20 * 60_000;

/// An exception's name.
pub(crate) type Refusal = &'static str;

const DISABLED: Refusal = "DisabledException";
const INVALID_STATE: Refusal = "KMSInvalidStateException";
const NOT_FOUND: Refusal = "NotFoundException";
const UNSUPPORTED: Refusal = "UnsupportedOperationException";
const INCORRECT_MATERIAL: Refusal = "IncorrectKeyMaterialException";

#[derive(Debug, Clone)]
struct Material {
    /// Which of the materials that are imported; of generated material just a number.
    number: usize,
    is_there: bool,
    expires: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) is_imported: bool,
    is_enabled: bool,
    pub(crate) deletion: Option<i64>,
    pub(crate) is_gone: bool,
    /// Days, and when next.
    rotation: Option<(i64, i64)>,
    on_demand: usize,
    materials: Vec<Material>,
    /// Imported for the next rotation.
    next_material: Option<Material>,
    /// When, and whether automatically.
    pub(crate) rotations: Vec<(i64, bool)>,
    pub(crate) aliases: BTreeSet<usize>,
    pub(crate) tags: BTreeMap<usize, usize>,
    pub(crate) grants: usize,
}

/// A ciphertext by the key and the material that made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) key: usize,
    material: usize,
}

impl Key {
    pub(crate) fn new(is_imported: bool) -> Self {
        let generated = Material { number: 0, is_there: true, expires: None };
        Self {
            is_imported,
            is_enabled: true,
            deletion: None,
            is_gone: false,
            rotation: None,
            on_demand: 0,
            materials: if is_imported { Vec::new() } else { vec![generated] },
            next_material: None,
            rotations: Vec::new(),
            aliases: BTreeSet::new(),
            tags: BTreeMap::new(),
            grants: 0,
        }
    }

    pub(crate) fn state(&self) -> &'static str {
        match self {
            _ if self.deletion.is_some() => "PendingDeletion",
            _ if self.lacks_material() => "PendingImport",
            _ if self.is_enabled => "Enabled",
            _ => "Disabled",
        }
    }

    fn lacks_material(&self) -> bool {
        self.materials.is_empty() || self.materials.iter().any(|material| !material.is_there)
    }

    fn exists(&self) -> Result<(), Refusal> {
        if self.is_gone { Err(NOT_FOUND) } else { Ok(()) }
    }

    fn is_not_pending_deletion(&self) -> Result<(), Refusal> {
        self.exists()?;
        if self.deletion.is_some() { Err(INVALID_STATE) } else { Ok(()) }
    }

    pub(crate) fn is_usable(&self) -> Result<(), Refusal> {
        self.exists()?;
        match self.state() {
            "Enabled" => Ok(()),
            "Disabled" => Err(DISABLED),
            _ => Err(INVALID_STATE),
        }
    }

    pub(crate) fn switch(&mut self, is_on: bool, now: i64) -> Result<(), Refusal> {
        self.exists()?;
        if matches!(self.state(), "PendingDeletion" | "PendingImport") {
            return Err(INVALID_STATE);
        }
        let was_on = std::mem::replace(&mut self.is_enabled, is_on);
        // What fell due while it was off happens at once, and the schedule goes on from there.
        if is_on && !was_on && self.rotation.is_some_and(|(_, next)| next <= now) {
            self.rotate(now);
        }
        Ok(())
    }

    pub(crate) fn schedule_deletion(&mut self, days: i64, now: i64) -> Result<(), Refusal> {
        self.is_not_pending_deletion()?;
        self.deletion = Some(now + days * DAY);
        Ok(())
    }

    pub(crate) fn cancel_deletion(&mut self) -> Result<(), Refusal> {
        self.exists()?;
        self.deletion.take().ok_or(INVALID_STATE)?;
        self.is_enabled = false;
        Ok(())
    }

    pub(crate) fn schedule_rotation(&mut self, days: Option<i64>, now: i64) -> Result<(), Refusal> {
        self.exists()?;
        if self.is_imported {
            return Err(UNSUPPORTED);
        }
        self.is_usable()?;
        let Some(days) = days else {
            self.rotation = None;
            return Ok(());
        };
        if self.rotation.is_none_or(|(old, _)| old != days) {
            self.rotation = Some((days, now + days * DAY));
        }
        Ok(())
    }

    /// The period and the next date, as GetKeyRotationStatus tells them.
    pub(crate) fn shown_rotation(&self) -> Option<(i64, i64)> {
        self.rotation.filter(|_| self.deletion.is_none())
    }

    fn rotate(&mut self, at: i64) {
        let number = self.materials.len();
        self.materials.push(Material { number, is_there: true, expires: None });
        self.rotations.push((at, true));
        if let Some((days, next)) = &mut self.rotation {
            *next = at + *days * DAY;
        }
    }

    pub(crate) fn rotate_on_demand(&mut self, now: i64) -> Result<(), Refusal> {
        self.is_usable()?;
        if self.on_demand == 25 {
            return Err("LimitExceededException");
        }
        if self.rotation.is_some_and(|(_, next)| next <= now + CONFLICT) {
            return Err("ConflictException");
        }
        let number = self.materials.len();
        let generated = Material { number, is_there: true, expires: None };
        let material = if self.is_imported { self.next_material.take() } else { Some(generated) };
        self.materials.push(material.ok_or(INVALID_STATE)?);
        self.rotations.push((now, false));
        self.on_demand += 1;
        Ok(())
    }

    pub(crate) fn import(
        &mut self,
        number: usize,
        is_new: Option<bool>,
        expires: Option<i64>,
    ) -> Result<(), Refusal> {
        self.exists()?;
        if !self.is_imported {
            return Err(UNSUPPORTED);
        }
        self.is_not_pending_deletion()?;
        let imported = Material { number, is_there: true, expires };
        let was_lacking = self.lacks_material();
        if is_new.unwrap_or(self.materials.is_empty()) {
            self.import_new(imported)?;
        } else {
            let all = self.materials.iter_mut().chain(&mut self.next_material);
            *all.into_iter().find(|known| known.number == number).ok_or(INCORRECT_MATERIAL)? = imported;
        }
        // "When this operation is successful, the state of the KMS key changes to Enabled."
        self.is_enabled |= was_lacking && !self.lacks_material();
        Ok(())
    }

    fn import_new(&mut self, imported: Material) -> Result<(), Refusal> {
        if self.materials.iter().any(|known| known.number == imported.number) {
            return Err(INCORRECT_MATERIAL);
        }
        if self.materials.is_empty() {
            self.materials.push(imported);
            return Ok(());
        }
        if self.next_material.as_ref().is_some_and(|next| next.number != imported.number) {
            return Err(INCORRECT_MATERIAL);
        }
        self.next_material = Some(imported);
        Ok(())
    }

    /// Deletes the current material.
    pub(crate) fn delete_material(&mut self) -> Result<(), Refusal> {
        self.exists()?;
        if !self.is_imported {
            return Err(UNSUPPORTED);
        }
        if let Some(current) = self.materials.last_mut() {
            current.is_there = false;
        }
        Ok(())
    }

    pub(crate) fn tag(&mut self, key: usize, value: Option<usize>) -> Result<(), Refusal> {
        self.is_not_pending_deletion()?;
        match value {
            Some(value) => self.tags.insert(key, value),
            None => self.tags.remove(&key),
        };
        Ok(())
    }

    /// Lets happen what falls due by `now`, in the order of its dates.
    fn pass_time(&mut self, now: i64) {
        loop {
            let expiries = self.materials.iter().chain(&self.next_material);
            let expiry = expiries.filter(|material| material.is_there).filter_map(|m| m.expires).min();
            let is_rotating = self.is_enabled && self.deletion.is_none();
            let rotation = self.rotation.filter(|_| is_rotating).map(|(_, next)| next);
            let due = [expiry, rotation, self.deletion].into_iter().flatten().min();
            let Some(at) = due.filter(|at| *at <= now && !self.is_gone) else { return };
            if self.deletion == Some(at) {
                self.is_gone = true;
            } else if rotation == Some(at) {
                self.rotate(at);
            } else {
                for material in self.materials.iter_mut().chain(&mut self.next_material) {
                    material.is_there &= material.expires != Some(at);
                }
                self.next_material.take_if(|next| !next.is_there);
            }
        }
    }
}

/// All keys, gone ones too.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) keys: Vec<Key>,
}

impl Model {
    pub(crate) fn advance(&mut self, now: i64) {
        self.keys.iter_mut().for_each(|key| key.pass_time(now));
    }

    pub(crate) fn create_alias(&mut self, alias: usize, key: usize) -> Result<(), Refusal> {
        self.keys[key].is_not_pending_deletion()?;
        if self.has_alias(alias) {
            return Err("AlreadyExistsException");
        }
        self.keys[key].aliases.insert(alias);
        Ok(())
    }

    pub(crate) fn delete_alias(&mut self, alias: usize) -> Result<(), Refusal> {
        if !self.has_alias(alias) {
            return Err(NOT_FOUND);
        }
        self.keys.iter_mut().for_each(|key| {
            key.aliases.remove(&alias);
        });
        Ok(())
    }

    fn has_alias(&self, alias: usize) -> bool {
        self.keys.iter().any(|key| !key.is_gone && key.aliases.contains(&alias))
    }

    pub(crate) fn encrypt(&self, key: usize) -> Result<Made, Refusal> {
        self.keys[key].is_usable()?;
        Ok(Made { key, material: self.keys[key].materials.len() - 1 })
    }

    /// Whether a ciphertext opens.
    pub(crate) fn decrypt(&self, made: Made) -> Result<(), Refusal> {
        let key = &self.keys[made.key];
        if key.is_gone {
            return Err("AccessDeniedException");
        }
        key.is_usable()?;
        assert!(key.materials[made.material].is_there, "a usable key has all its materials");
        Ok(())
    }
}
