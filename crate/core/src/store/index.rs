//! One tree for everything: records under byte strings whose order is the order of the lists. A record stands under
//! its own key and under those that it is looked for by.

use std::sync::Arc;

use super::tree::Tree;
use crate::hierarchy::MaterialId;
use crate::keys::{
    AccessKey, AccountId, Alias, AliasName, CustomKeyStore, CustomKeyStoreId, Grant, GrantId, Identity,
    IdentityKind, Key, KeyRef, ManagedPolicy, Region,
};
use crate::model::Timestamp;

/// A record in memory.
#[derive(Debug)]
pub(super) enum Entry {
    // The largest by far, and the others have no room for it.
    Key(Box<Key>),
    Alias(Alias),
    Grant(Grant),
    CustomKeyStore(CustomKeyStore),
    Identity(Identity),
    ManagedPolicy(ManagedPolicy),
    AccessKey(AccessKey),
}

impl Entry {
    pub(super) fn key(&self) -> Option<&Key> {
        if let Self::Key(key) = self { Some(key) } else { None }
    }

    pub(super) fn alias(&self) -> Option<&Alias> {
        if let Self::Alias(alias) = self { Some(alias) } else { None }
    }

    pub(super) fn grant(&self) -> Option<&Grant> {
        if let Self::Grant(grant) = self { Some(grant) } else { None }
    }

    pub(super) fn custom_key_store(&self) -> Option<&CustomKeyStore> {
        if let Self::CustomKeyStore(store) = self { Some(store) } else { None }
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        if let Self::Identity(identity) = self { Some(identity) } else { None }
    }

    pub(super) fn managed_policy(&self) -> Option<&ManagedPolicy> {
        if let Self::ManagedPolicy(policy) = self { Some(policy) } else { None }
    }

    pub(super) fn access_key(&self) -> Option<&AccessKey> {
        if let Self::AccessKey(key) = self { Some(key) } else { None }
    }

    /// What the record is looked for by, its own key first.
    fn paths(&self) -> Vec<Path> {
        match self {
            Self::Key(key) => {
                let reference = &key.reference;
                let mut paths = vec![Path::key(reference)];
                if let Some((at, _)) = key.next_due() {
                    paths.push(Path::due(at).key_ref(reference));
                }
                let ids = key.all_materials().map(|material| material.id);
                paths.extend(ids.map(|id| Path::material(reference.account, &reference.region, id)));
                if let Some(store) = &key.custom_key_store {
                    let in_store = Path::keys_in_store(reference.account, &reference.region, store);
                    paths.push(in_store.key_ref(reference));
                    if let Some(external) = &key.xks_key {
                        paths.push(Path::external_key(reference.account, &reference.region, store, external));
                    }
                }
                paths
            }
            Self::Alias(alias) => {
                let target = &alias.target;
                vec![
                    Path::alias(target.account, &target.region, Some(&alias.name)),
                    Path::alias_of(target, Some(&alias.name)),
                ]
            }
            Self::Grant(grant) => {
                let mut paths = vec![
                    Path::grant(&grant.key, Some(&grant.id)),
                    Path::grants_to(&grant.key, grant.grantee.as_str()).bytes(grant.id.as_bytes()),
                ];
                if let Some(name) = &grant.name {
                    paths.push(Path::grants_named(&grant.key, name).bytes(grant.id.as_bytes()));
                }
                if let Some(retiring) = &grant.retiring {
                    let by = Path::grants_retirable(&grant.key.region, retiring.as_str());
                    paths.push(by.key_ref(&grant.key).bytes(grant.id.as_bytes()));
                }
                paths
            }
            Self::CustomKeyStore(store) => {
                vec![Path::custom_key_store(store.account, &store.region, Some(&store.id))]
            }
            Self::Identity(identity) => {
                vec![Path::identity(identity.account, identity.kind, Some(&identity.name))]
            }
            Self::ManagedPolicy(policy) => {
                vec![Path::managed_policy(policy.account, Some(&policy.name))]
            }
            Self::AccessKey(key) => {
                let of = Path::access_keys_of(key.account, key.user.as_deref());
                vec![Path::access_key(Some(&key.id)), of.text(&key.id)]
            }
        }
    }
}

/// A place in the tree. The first byte says by what; text ends in a zero, which none of these texts has, so that no
/// text's beginning is another's whole.
#[derive(Debug, Clone)]
pub(super) struct Path(Vec<u8>);

impl AsRef<[u8]> for Path {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Path {
    fn new(by: u8) -> Self {
        let mut path = Vec::with_capacity(64);
        path.push(by);
        Self(path)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        self
    }

    fn place(self, account: AccountId, region: &Region) -> Self {
        self.bytes(&account.to_ordered_bytes()).text(region.as_str())
    }

    pub(super) fn key_ref(self, key: &KeyRef) -> Self {
        self.place(key.account, &key.region).bytes(&key.id.to_ordered_bytes())
    }

    pub(super) fn key(key: &KeyRef) -> Self {
        Self::new(b'K').key_ref(key)
    }

    pub(super) fn keys(account: AccountId, region: &Region) -> Self {
        Self::new(b'K').place(account, region)
    }

    pub(super) fn material(account: AccountId, region: &Region, id: MaterialId) -> Self {
        Self::materials(region, id).bytes(&account.to_ordered_bytes())
    }

    // What differs comes first: nobody asks for these in an order, and a comparison ends at once.
    pub(super) fn materials(region: &Region, id: MaterialId) -> Self {
        Self::new(b'M').bytes(id.as_bytes()).text(region.as_str())
    }

    pub(super) fn all_due() -> Self {
        Self::new(b'D')
    }

    fn due(at: Timestamp) -> Self {
        // Two's complement with the sign turned round: negative numbers before positive ones.
        let [first, rest @ ..] = at.0.to_be_bytes();
        Self::all_due().bytes(&[first ^ 0x80]).bytes(&rest)
    }

    pub(super) fn keys_in_store(account: AccountId, region: &Region, store: &CustomKeyStoreId) -> Self {
        Self::new(b'X').place(account, region).text(store.as_str())
    }

    pub(super) fn external_key(
        account: AccountId,
        region: &Region,
        store: &CustomKeyStoreId,
        external: &str,
    ) -> Self {
        Self::new(b'Y').place(account, region).text(store.as_str()).text(external)
    }

    pub(super) fn alias(account: AccountId, region: &Region, name: Option<&AliasName>) -> Self {
        Self::new(b'A').place(account, region).maybe_text(name.map(AliasName::as_str))
    }

    pub(super) fn alias_of(key: &KeyRef, name: Option<&AliasName>) -> Self {
        Self::new(b'B').key_ref(key).maybe_text(name.map(AliasName::as_str))
    }

    fn maybe_text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self,
        }
    }

    pub(super) fn grant(key: &KeyRef, id: Option<&GrantId>) -> Self {
        Self::new(b'G').key_ref(key).bytes(id.map_or(&[], |id| id.as_bytes().as_slice()))
    }

    pub(super) fn grants_to(key: &KeyRef, grantee: &str) -> Self {
        Self::new(b'P').key_ref(key).text(grantee)
    }

    pub(super) fn grants_named(key: &KeyRef, name: &str) -> Self {
        Self::new(b'N').key_ref(key).text(name)
    }

    pub(super) fn grants_retirable(region: &Region, retiring: &str) -> Self {
        Self::new(b'R').text(region.as_str()).text(retiring)
    }

    pub(super) fn grant_id(self, id: &GrantId) -> Self {
        self.bytes(id.as_bytes())
    }

    pub(super) fn custom_key_store(
        account: AccountId,
        region: &Region,
        id: Option<&CustomKeyStoreId>,
    ) -> Self {
        Self::new(b'S').place(account, region).maybe_text(id.map(CustomKeyStoreId::as_str))
    }
}

impl Path {
    pub(super) fn identity(account: AccountId, kind: IdentityKind, name: Option<&str>) -> Self {
        Self::new(b'I').bytes(&account.to_ordered_bytes()).text(kind.as_str()).maybe_text(name)
    }

    pub(super) fn managed_policy(account: AccountId, name: Option<&str>) -> Self {
        Self::new(b'J').bytes(&account.to_ordered_bytes()).maybe_text(name)
    }
}

impl Path {
    pub(super) fn access_key(id: Option<&str>) -> Self {
        Self::new(b'C').maybe_text(id)
    }

    /// No user is named by an empty text: that is the root.
    pub(super) fn access_keys_of(account: AccountId, user: Option<&str>) -> Self {
        Self::new(b'Q').bytes(&account.to_ordered_bytes()).text(user.unwrap_or_default())
    }
}

/// All records. A copy shares them.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(Tree<Arc<Entry>>);

impl Index {
    pub(super) fn get(&self, path: &Path) -> Option<&Entry> {
        self.0.get(&path.0).map(AsRef::as_ref)
    }

    /// The records below `prefix`, in order, from the one after `after`.
    pub(super) fn below(&self, prefix: Path, after: Option<Path>) -> impl Iterator<Item = &Entry> {
        self.0.below(prefix.0, after.as_ref().map(AsRef::as_ref)).map(|(_, entry)| entry.as_ref())
    }

    /// Puts a record in place of the one at `own`, or takes it out. Returns that one.
    pub(super) fn set(&mut self, own: &Path, entry: Option<Entry>) -> Option<Arc<Entry>> {
        if let Some(entry) = entry {
            return self.0.insert_under(&entry.paths(), Arc::new(entry), |old| old.paths());
        }
        let old = self.0.remove(&own.0);
        for path in old.iter().flat_map(|old| old.paths()) {
            self.0.forget(&path.0);
        }
        old
    }
}
