//! The state in memory: records by id, and what they are looked for by, at O(log n) each.

use std::collections::BTreeMap;

use super::deferred::Deferred;
use super::index::{Entry, Index, Path};
use super::{Change, Clock, Event, Kind, LastUse, Record, StoreError};
use crate::hierarchy::MaterialId;
use crate::keys::{
    AccessKey, AccountId, Alias, AliasName, CustomKeyStore, CustomKeyStoreId, Grant, GrantId, Identity,
    IdentityKind, Key, KeyManager, KeyRef, ManagedPolicy, NotAnId, Region,
};
use crate::model::Timestamp;

/// All that the core knows of one store. Nothing here is secret: key material is sealed.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// How far the clock is ahead of the host's.
    pub clock: Clock,
    index: Index,
    deferred: Deferred,
    keys: usize,
    /// How many customer managed keys each account has in each Region.
    customer_keys: Vec<(AccountId, Region, usize)>,
    /// How many grants are on each key that has any.
    grants: BTreeMap<KeyRef, usize>,
}

impl State {
    /// The KMS key `reference`.
    #[must_use]
    pub fn key(&self, reference: &KeyRef) -> Option<&Key> {
        self.index.get(&Path::key(reference))?.key()
    }

    /// How many KMS keys there are, in all accounts and Regions.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys
    }

    /// How many customer managed keys an account has in a Region.
    #[must_use]
    pub fn customer_key_count(&self, account: AccountId, region: &Region) -> usize {
        let found = self.customer_keys.iter().find(|(a, r, _)| *a == account && r == region);
        found.map_or(0, |(_, _, count)| *count)
    }

    /// The keys of an account and Region in the order of their ids, from the one after `after`.
    pub fn keys_after(
        &self,
        account: AccountId,
        region: &Region,
        after: Option<&KeyRef>,
    ) -> impl Iterator<Item = &Key> {
        self.index.below(Path::keys(account, region), after.map(Path::key)).filter_map(Entry::key)
    }

    /// The KMS keys of a Region that have the material `id`: one in each account that imported the same material
    /// under one id, and so one at most.
    #[must_use]
    pub fn key_with_material(&self, region: &Region, id: MaterialId) -> Option<&Key> {
        self.index.below(Path::materials(region, id), None).find_map(Entry::key)
    }

    /// The alias of that name.
    #[must_use]
    pub fn alias(&self, account: AccountId, region: &Region, name: &AliasName) -> Option<&Alias> {
        self.index.get(&Path::alias(account, region, Some(name)))?.alias()
    }

    /// The aliases of an account and Region in the order of their names, from the one after `after`.
    pub fn aliases_after(
        &self,
        account: AccountId,
        region: &Region,
        after: Option<&AliasName>,
    ) -> impl Iterator<Item = &Alias> {
        let after = after.map(|after| Path::alias(account, region, Some(after)));
        self.index.below(Path::alias(account, region, None), after).filter_map(Entry::alias)
    }

    /// The aliases of one KMS key, in the order of their names, from the one after `after`.
    pub fn aliases_of(&self, key: &KeyRef, after: Option<&AliasName>) -> impl Iterator<Item = &Alias> {
        let after = after.map(|after| Path::alias_of(key, Some(after)));
        self.index.below(Path::alias_of(key, None), after).filter_map(Entry::alias)
    }

    /// The grant `id` on a key.
    #[must_use]
    pub fn grant(&self, key: &KeyRef, id: &GrantId) -> Option<&Grant> {
        self.index.get(&Path::grant(key, Some(id)))?.grant()
    }

    /// The grants on a key in the order of their ids, from the one after `after`.
    pub fn grants_of(&self, key: &KeyRef, after: Option<&GrantId>) -> impl Iterator<Item = &Grant> {
        let after = after.map(|after| Path::grant(key, Some(after)));
        self.index.below(Path::grant(key, None), after).filter_map(Entry::grant)
    }

    /// How many grants are on a key.
    #[must_use]
    pub fn grant_count(&self, key: &KeyRef) -> usize {
        self.grants.get(key).copied().unwrap_or_default()
    }

    /// The grants on a key that name `grantee`, in the order of their ids, from the one after `after`.
    pub fn grants_to(
        &self,
        key: &KeyRef,
        grantee: &str,
        after: Option<&GrantId>,
    ) -> impl Iterator<Item = &Grant> {
        let prefix = Path::grants_to(key, grantee);
        let after = after.map(|after| prefix.clone().grant_id(after));
        self.index.below(prefix, after).filter_map(Entry::grant)
    }

    /// The grants on a key of that name.
    pub fn grants_named(&self, key: &KeyRef, name: &str) -> impl Iterator<Item = &Grant> {
        self.index.below(Path::grants_named(key, name), None).filter_map(Entry::grant)
    }

    /// The grants of a Region, on whosever keys, that `retiring` may retire, from the one after `after`.
    pub fn grants_retirable(
        &self,
        region: &Region,
        retiring: &str,
        after: Option<(&KeyRef, &GrantId)>,
    ) -> impl Iterator<Item = &Grant> {
        let prefix = Path::grants_retirable(region, retiring);
        let after = after.map(|(key, id)| prefix.clone().key_ref(key).grant_id(id));
        self.index.below(prefix, after).filter_map(Entry::grant)
    }

    /// A custom key store.
    #[must_use]
    pub fn custom_key_store(
        &self,
        account: AccountId,
        region: &Region,
        id: &CustomKeyStoreId,
    ) -> Option<&CustomKeyStore> {
        self.index.get(&Path::custom_key_store(account, region, Some(id)))?.custom_key_store()
    }

    /// The custom key stores of an account and Region in the order of their ids, from the one after `after`.
    pub fn custom_key_stores_after(
        &self,
        account: AccountId,
        region: &Region,
        after: Option<&CustomKeyStoreId>,
    ) -> impl Iterator<Item = &CustomKeyStore> {
        let after = after.map(|after| Path::custom_key_store(account, region, Some(after)));
        let stores = self.index.below(Path::custom_key_store(account, region, None), after);
        stores.filter_map(Entry::custom_key_store)
    }

    /// The keys that stand in a custom key store.
    pub fn keys_in_store(&self, store: &CustomKeyStore) -> impl Iterator<Item = &Key> {
        let path = Path::keys_in_store(store.account, &store.region, &store.id);
        self.index.below(path, None).filter_map(Entry::key)
    }

    /// The key that an external key stands behind in an external key store.
    #[must_use]
    pub fn key_with_external(&self, store: &CustomKeyStore, external: &str) -> Option<&Key> {
        let path = Path::external_key(store.account, &store.region, &store.id, external);
        self.index.get(&path)?.key()
    }

    /// The user or the role of that name.
    #[must_use]
    pub fn identity(&self, account: AccountId, kind: IdentityKind, name: &str) -> Option<&Identity> {
        self.index.get(&Path::identity(account, kind, Some(name)))?.identity()
    }

    /// The users or the roles of an account in the order of their names, from the one after `after`.
    pub fn identities_after(
        &self,
        account: AccountId,
        kind: IdentityKind,
        after: Option<&str>,
    ) -> impl Iterator<Item = &Identity> {
        let after = after.map(|after| Path::identity(account, kind, Some(after)));
        self.index.below(Path::identity(account, kind, None), after).filter_map(Entry::identity)
    }

    /// The managed policy of that name.
    #[must_use]
    pub fn managed_policy(&self, account: AccountId, name: &str) -> Option<&ManagedPolicy> {
        self.index.get(&Path::managed_policy(account, Some(name)))?.managed_policy()
    }

    /// The managed policy of that ARN.
    #[must_use]
    pub fn managed_policy_by_arn(&self, arn: &str) -> Option<&ManagedPolicy> {
        let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":policy/")?;
        let policy = self.managed_policy(account.parse().ok()?, path.rsplit('/').next()?)?;
        (policy.arn() == arn).then_some(policy)
    }

    /// The managed policies of an account in the order of their names, from the one after `after`.
    pub fn managed_policies_after(
        &self,
        account: AccountId,
        after: Option<&str>,
    ) -> impl Iterator<Item = &ManagedPolicy> {
        let after = after.map(|after| Path::managed_policy(account, Some(after)));
        self.index.below(Path::managed_policy(account, None), after).filter_map(Entry::managed_policy)
    }

    /// The access key of that id.
    #[must_use]
    pub fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.index.get(&Path::access_key(Some(id)))?.access_key()
    }

    /// All access keys.
    pub fn access_keys(&self) -> impl Iterator<Item = &AccessKey> {
        self.index.below(Path::access_key(None), None).filter_map(Entry::access_key)
    }

    /// The access keys of a user of an account's, or of its root, in the order of their ids.
    pub fn access_keys_of(&self, account: AccountId, user: Option<&str>) -> impl Iterator<Item = &AccessKey> {
        self.index.below(Path::access_keys_of(account, user), None).filter_map(Entry::access_key)
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

    /// Whether [`State::events`] are all that the store holds.
    #[must_use]
    pub fn has_all_events(&self) -> bool {
        self.deferred.has_all()
    }

    /// The events that are not in the store yet.
    pub fn waiting_events(&self) -> impl Iterator<Item = &Event> {
        self.deferred.waiting()
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
        let index = &self.index;
        self.deferred.committed(events, |key| index.get(&Path::key(key)).is_some());
    }

    /// The keys on which something falls due, in the order of its dates.
    pub fn due(&self) -> impl Iterator<Item = (Timestamp, &KeyRef)> {
        let keys = self.index.below(Path::all_due(), None).filter_map(Entry::key);
        keys.filter_map(|key| key.next_due().map(|(at, _)| (at, &key.reference)))
    }

    /// Makes a change visible. `false` where its kind is not the core's.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where the record is not one of its kind; nothing changes then.
    pub fn apply(&mut self, change: &Change) -> Result<bool, StoreError> {
        let (id, bytes) = (change.id.as_str(), change.record.as_deref());
        let malformed = || StoreError::Malformed(id.to_owned());
        match change.kind {
            Kind::Clock => {
                let clock = bytes.map(|b| Clock::from_bytes(id, b)).transpose()?.unwrap_or_default();
                self.clock.offset = self.clock.offset.max(clock.offset);
            }
            Kind::Key => {
                let key = bytes.map(|b| Key::from_bytes(id, b)).transpose()?;
                self.set_key(&id.parse().map_err(|_| malformed())?, key);
            }
            Kind::Alias => {
                let alias = bytes.map(|b| Alias::from_bytes(id, b)).transpose()?;
                let (account, region, name) = placed(id).ok_or_else(malformed)?;
                self.index.set(&Path::alias(account, &region, Some(&name)), alias.map(Entry::Alias));
            }
            Kind::Grant => {
                let grant = bytes.map(|b| Grant::from_bytes(id, b)).transpose()?;
                let (key, id) = id.rsplit_once('/').ok_or_else(malformed)?;
                let parsed = |_: NotAnId| malformed();
                let (key, id) = (key.parse().map_err(parsed)?, id.parse().map_err(parsed)?);
                self.set_grant(&key, &id, grant);
            }
            Kind::CustomKeyStore => {
                let store = bytes.map(|b| CustomKeyStore::from_bytes(id, b)).transpose()?;
                let (account, region, id) = placed(id).ok_or_else(malformed)?;
                let path = Path::custom_key_store(account, &region, Some(&id));
                self.index.set(&path, store.map(Entry::CustomKeyStore));
            }
            Kind::Identity => {
                let identity = bytes.map(|b| Identity::from_bytes(id, b)).transpose()?;
                let mut parts = id.splitn(3, '/');
                let account = parts.next().and_then(|part| part.parse().ok()).ok_or_else(malformed)?;
                let kind = match parts.next() {
                    Some("user") => IdentityKind::User,
                    Some("role") => IdentityKind::Role,
                    _ => return Err(malformed()),
                };
                let path = Path::identity(account, kind, parts.next());
                self.index.set(&path, identity.map(Entry::Identity));
            }
            Kind::ManagedPolicy => {
                let policy = bytes.map(|b| ManagedPolicy::from_bytes(id, b)).transpose()?;
                let (account, name) = id.split_once('/').ok_or_else(malformed)?;
                let path = Path::managed_policy(account.parse().map_err(|_| malformed())?, Some(name));
                self.index.set(&path, policy.map(Entry::ManagedPolicy));
            }
            Kind::AccessKey => {
                let key = bytes.map(|b| AccessKey::from_bytes(id, b)).transpose()?;
                self.index.set(&Path::access_key(Some(id)), key.map(Entry::AccessKey));
            }
            Kind::LastUse => self.deferred.load_use(id, bytes)?,
            Kind::Audit => self.deferred.load_segment(id, bytes)?,
            Kind::AuditHead => self.deferred.load_head(id, bytes)?,
            Kind::Bucket | Kind::Object => return Ok(false),
        }
        Ok(true)
    }

    fn set_grant(&mut self, key: &KeyRef, id: &GrantId, grant: Option<Grant>) {
        let is = usize::from(grant.is_some());
        let old = self.index.set(&Path::grant(key, Some(id)), grant.map(Entry::Grant));
        match self.grant_count(key) + is - usize::from(old.is_some()) {
            0 => drop(self.grants.remove(key)),
            count => drop(self.grants.insert(key.clone(), count)),
        }
    }

    fn set_key(&mut self, reference: &KeyRef, key: Option<Key>) {
        let is = key.as_ref().map(|key| key.manager);
        if key.is_none() {
            self.deferred.forget(reference);
        }
        let old = self.index.set(&Path::key(reference), key.map(|key| Entry::Key(Box::new(key))));
        let was = old.as_deref().and_then(Entry::key).map(|key| key.manager);
        self.keys = self.keys + usize::from(is.is_some()) - usize::from(was.is_some());
        let mine = self
            .customer_keys
            .iter_mut()
            .find(|(account, region, _)| *account == reference.account && *region == reference.region);
        let customer = |manager| usize::from(manager == Some(KeyManager::Customer));
        match mine {
            Some((_, _, count)) => *count = *count + customer(is) - customer(was),
            None => {
                let count = customer(is);
                self.customer_keys.push((reference.account, reference.region.clone(), count));
            }
        }
    }
}

/// `ACCOUNT/REGION/…`
fn placed<T: std::str::FromStr>(id: &str) -> Option<(AccountId, Region, T)> {
    let (account, rest) = id.split_once('/')?;
    let (region, rest) = rest.split_once('/')?;
    Some((account.parse().ok()?, region.parse().ok()?, rest.parse().ok()?))
}
