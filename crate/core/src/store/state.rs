//! The state in memory: records by id, and the indexes that keep every look-up at O(log n).

use std::collections::{BTreeMap, BTreeSet};

use super::deferred::Deferred;
use super::{Change, Clock, Event, Kind, LastUse, Record, StoreError};
use crate::hierarchy::MaterialId;
use crate::keys::{AccountId, Alias, AliasName, Key, KeyRef, Region};
use crate::model::Timestamp;

type AliasRef = (AccountId, Region, AliasName);

/// All that the core knows of one store. Nothing here is secret: key material is sealed.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// How far the clock is ahead of the host's.
    pub clock: Clock,
    keys: BTreeMap<KeyRef, Key>,
    aliases: BTreeMap<AliasRef, Alias>,
    deferred: Deferred,
    aliases_of: BTreeSet<(KeyRef, AliasName)>,
    keys_by_material: BTreeMap<(Region, MaterialId), KeyRef>,
    due: BTreeSet<(Timestamp, KeyRef)>,
}

impl State {
    /// The KMS key `reference`.
    #[must_use]
    pub fn key(&self, reference: &KeyRef) -> Option<&Key> {
        self.keys.get(reference)
    }

    /// How many KMS keys there are, in all accounts and Regions.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// The keys of an account and Region in the order of their ids, from the one after `after`.
    pub fn keys_after<'a>(
        &'a self,
        account: AccountId,
        region: &'a Region,
        after: Option<&KeyRef>,
    ) -> impl Iterator<Item = &'a Key> {
        let from = match after {
            Some(after) => std::ops::Bound::Excluded(after.clone()),
            None => match first_ref(account, region) {
                Some(first) => std::ops::Bound::Included(first),
                None => std::ops::Bound::Unbounded,
            },
        };
        self.keys
            .range((from, std::ops::Bound::Unbounded))
            .map(|(_, key)| key)
            .take_while(move |key| key.reference.account == account && key.reference.region == *region)
    }

    /// The KMS key of a Region that has the material `id`, in whatever account.
    #[must_use]
    pub fn key_with_material(&self, region: &Region, id: MaterialId) -> Option<&Key> {
        self.keys_by_material.get(&(region.clone(), id)).and_then(|reference| self.keys.get(reference))
    }

    /// The alias of that name.
    #[must_use]
    pub fn alias(&self, account: AccountId, region: &Region, name: &AliasName) -> Option<&Alias> {
        self.aliases.get(&(account, region.clone(), name.clone()))
    }

    /// The aliases of an account and Region in the order of their names, from the one after `after`.
    pub fn aliases_after<'a>(
        &'a self,
        account: AccountId,
        region: &'a Region,
        after: Option<&AliasName>,
    ) -> impl Iterator<Item = &'a Alias> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let from = match (after, "alias/-".parse::<AliasName>()) {
            (Some(after), _) => Excluded((account, region.clone(), after.clone())),
            (None, Ok(first)) => Included((account, region.clone(), first)),
            (None, Err(_)) => Unbounded,
        };
        self.aliases
            .range((from, Unbounded))
            .map(|(_, alias)| alias)
            .take_while(move |alias| alias.target.account == account && alias.target.region == *region)
    }

    /// The aliases of one KMS key, in the order of their names, from the one after `after`.
    pub fn aliases_of<'a>(
        &'a self,
        key: &'a KeyRef,
        after: Option<&AliasName>,
    ) -> impl Iterator<Item = &'a Alias> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let from = match (after, "alias/-".parse::<AliasName>()) {
            (Some(after), _) => Excluded((key.clone(), after.clone())),
            (None, Ok(first)) => Included((key.clone(), first)),
            (None, Err(_)) => Unbounded,
        };
        self.aliases_of
            .range((from, Unbounded))
            .take_while(move |(of, _)| of == key)
            .filter_map(|(of, name)| self.alias(of.account, &of.region, name))
    }

    /// When the KMS key was last used.
    #[must_use]
    pub fn last_use(&self, reference: &KeyRef) -> Option<&LastUse> {
        self.deferred.last_use(reference)
    }

    /// The newest audit events, some ten thousand, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.deferred.events()
    }

    /// Whether anything waits for the next commit.
    #[must_use]
    pub fn has_deferred(&self) -> bool {
        self.deferred.waiting().next().is_some()
    }

    /// Whether the use of a KMS key waits for the next commit.
    #[must_use]
    pub fn has_deferred_uses(&self) -> bool {
        self.deferred.waiting().any(|event| event.is_use)
    }

    /// Whether an older version has left a row of its own for the key's last use.
    #[must_use]
    pub fn has_use_row(&self, reference: &KeyRef) -> bool {
        self.deferred.has_row(reference)
    }

    /// The records of all that waits, and of `events`, for the commit of `generation`.
    pub(crate) fn deferred_records(&self, events: &[Event], generation: u64) -> Vec<Change> {
        self.deferred.records(events, generation, |key| self.key(key).is_some())
    }

    /// Makes visible what a call defers.
    pub(crate) fn defer(&mut self, events: Vec<Event>) {
        self.deferred.defer(events);
    }

    /// Makes visible what a call defers, and notes that it is committed with all that waited.
    pub(crate) fn deferred_committed(&mut self, events: Vec<Event>) {
        let keys = &self.keys;
        self.deferred.committed(events, |key| keys.contains_key(key));
    }

    /// The keys on which something falls due, in the order of its dates.
    pub fn due(&self) -> impl Iterator<Item = (Timestamp, &KeyRef)> {
        self.due.iter().map(|(at, reference)| (*at, reference))
    }

    /// Makes a change visible. `false` where its kind is not the core's.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where the record is not one of its kind; nothing changes then.
    pub fn apply(&mut self, change: &Change) -> Result<bool, StoreError> {
        let (id, bytes) = (change.id.as_str(), change.record.as_deref());
        match change.kind {
            Kind::Clock => {
                let clock = bytes.map(|b| Clock::from_bytes(id, b)).transpose()?.unwrap_or_default();
                self.clock.offset = self.clock.offset.max(clock.offset);
            }
            Kind::Key => {
                let key = bytes.map(|b| Key::from_bytes(id, b)).transpose()?;
                self.set_key(id.parse().map_err(|_| StoreError::Malformed(id.to_owned()))?, key);
            }
            Kind::Alias => {
                let alias = bytes.map(|b| Alias::from_bytes(id, b)).transpose()?;
                self.set_alias(alias_ref(id).ok_or_else(|| StoreError::Malformed(id.to_owned()))?, alias);
            }
            Kind::LastUse => self.deferred.load_use(id, bytes)?,
            Kind::Audit => self.deferred.load_segment(id, bytes)?,
            Kind::Bucket | Kind::Object => return Ok(false),
        }
        Ok(true)
    }

    fn set_key(&mut self, reference: KeyRef, key: Option<Key>) {
        if let Some(old) = self.keys.remove(&reference) {
            if let Some((at, _)) = old.next_due() {
                self.due.remove(&(at, reference.clone()));
            }
            for material in &old.materials {
                self.keys_by_material.remove(&(reference.region.clone(), material.id));
            }
        }
        if key.is_none() {
            self.deferred.forget(&reference);
        }
        if let Some(key) = key {
            if let Some((at, _)) = key.next_due() {
                self.due.insert((at, reference.clone()));
            }
            for material in &key.materials {
                self.keys_by_material.insert((reference.region.clone(), material.id), reference.clone());
            }
            self.keys.insert(reference, key);
        }
    }

    fn set_alias(&mut self, reference: AliasRef, alias: Option<Alias>) {
        if let Some(old) = self.aliases.remove(&reference) {
            self.aliases_of.remove(&(old.target, old.name));
        }
        if let Some(alias) = alias {
            self.aliases_of.insert((alias.target.clone(), alias.name.clone()));
            self.aliases.insert(reference, alias);
        }
    }
}

fn first_ref(account: AccountId, region: &Region) -> Option<KeyRef> {
    let id = "00000000-0000-0000-0000-000000000000".parse().ok()?;
    Some(KeyRef { account, region: region.clone(), id })
}

fn alias_ref(id: &str) -> Option<AliasRef> {
    let (account, rest) = id.split_once('/')?;
    let (region, name) = rest.split_once('/')?;
    Some((account.parse().ok()?, region.parse().ok()?, name.parse().ok()?))
}
