//! Opening a store, making one, putting it under another root key, and destroying it.

use std::rc::Rc;

use js_sys::Uint8Array;
use tabkms_core::api::Kms as Core;
use tabkms_core::crypto::{StoreKey, random};
use tabkms_core::model::hex::Hex;
use tabkms_core::model::{KmsError, Value};
use tabkms_core::store::Generation;
use tabkms_services::s3::S3;

use super::loading::Loading;
use super::map;
use super::options::{Options, Place};
use super::store_loop::{Inner, State};
use crate::error::{Failure, StorageError};
use crate::root_key::{Mode, RootKey, mode_of};
use crate::store::{Commit, Head, HostStore, IndexedDbStore, MemoryStore, Outcome, Store};

impl Inner {
    /// Opens the store that `options` name, or makes it.
    pub(super) async fn open(options: Options) -> Result<Rc<Self>, Failure> {
        let Options { place, passphrase, random, settings } = options;
        let mut channel = None;
        let store: Rc<dyn Store> = match place {
            Place::Database(name) => {
                let store = IndexedDbStore::open(&name).await?;
                channel = Some(name);
                Rc::new(store)
            }
            Place::Memory => Rc::new(MemoryStore::new()),
            Place::Host(storage) => Rc::new(HostStore::new(storage)),
        };
        let inner = Self::new(store, settings, random, channel.as_deref(), false);
        let inside = inner.gate.enter().await;
        if let Err(failure) = inner.load(passphrase.as_ref()).await {
            inner.store.close();
            return Err(failure);
        }
        drop(inside);
        inner.after_call();
        Ok(inner)
    }

    /// Reads the whole store; makes it where there is none.
    pub(super) async fn load(&self, passphrase: Option<&Uint8Array>) -> Result<(), Failure> {
        self.rsa.forget();
        loop {
            let Some(head) = self.store.head().await? else {
                if self.create(passphrase).await? {
                    return Ok(());
                }
                continue;
            };
            match self.load_all(&head.store, passphrase).await {
                // Another tab replaced the store between two reads: what there is, is about a store that is gone.
                result if self.store.head().await?.is_none_or(|now| now.store != head.store) => drop(result),
                result => return result,
            }
        }
    }

    /// Reads the store of that identity. Its root key comes first, so that rows are opened while the next are read.
    async fn load_all(&self, store: &str, passphrase: Option<&Uint8Array>) -> Result<(), Failure> {
        let record = self.store.root().await?;
        let record =
            record.ok_or_else(|| StorageError::Corrupt("its root key's record is gone".to_owned()))?;
        if passphrase.is_some() && mode_of(&record) != Some(Mode::Passphrase) {
            // To open it all the same would let somebody believe that it is protected.
            return Err(StorageError::WrongPassphrase.into());
        }
        let (root, store_key) = RootKey::open(&record, store, passphrase).await?;
        let (mut kms, mut s3) = (Core::new(store_key), S3::default());
        let mut loading = Loading::new(&mut kms, &mut s3);
        let head =
            self.store.read(None, &mut |rows| rows.iter().try_for_each(|row| loading.take(row))).await?;
        loading.finish()?;
        let head = head.ok_or(StorageError::Closed)?;
        *self.state.borrow_mut() = Some(State { kms, s3, head, root });
        Ok(())
    }

    /// Makes a store; `false` where another tab has just made one.
    async fn create(&self, passphrase: Option<&Uint8Array>) -> Result<bool, Failure> {
        let root = match passphrase {
            Some(passphrase) => {
                let mut source = self.draw()?;
                RootKey::from_passphrase(passphrase, &mut source).await?
            }
            None => self.fresh_root().await?,
        };
        self.start(root, None).await
    }

    /// A root key without a passphrase, as the store's kind has it.
    async fn fresh_root(&self) -> Result<RootKey, Failure> {
        Ok(RootKey::generate(self.store.root_mode(), self.store.fresh_key()).await?)
    }

    /// Commits an empty store under `root` in place of `expected`; `false` where another tab was first.
    async fn start(&self, root: RootKey, expected: Option<Head>) -> Result<bool, Failure> {
        let (store_key, id) = {
            let random = &mut *self.random.borrow_mut();
            (StoreKey::generate(random).map_err(KmsError::from)?, store_id(random)?)
        };
        let generation = expected.as_ref().map_or(Generation(0), |head| head.generation).next();
        let head = Head { store: id, generation };
        let record = root.wrap(&store_key, &head.store, &mut self.draw()?).await?;
        let commit = Commit {
            replace: expected.is_some(),
            expected,
            head: head.clone(),
            rows: Vec::new(),
            root: Some(record),
            drop_bodies: Vec::new(),
        };
        if self.store.commit(commit).await? != Outcome::Committed {
            return Ok(false);
        }
        self.probe(&root, &head, &store_key).await?;
        let kms = Core::new(store_key);
        *self.state.borrow_mut() = Some(State { kms, s3: S3::default(), head, root });
        Ok(true)
    }

    /// Reads the browser's key back before anything depends on it: some browsers take a `CryptoKey` and keep none.
    async fn probe(&self, root: &RootKey, head: &Head, store_key: &StoreKey) -> Result<(), Failure> {
        if root.mode() != Mode::Browser {
            return Ok(());
        }
        let refused = || {
            StorageError::Refused("this browser does not keep a CryptoKey; open with a passphrase".to_owned())
        };
        let record = self.store.root().await?.ok_or_else(refused)?;
        let (_, opened) = RootKey::open(&record, &head.store, None).await.map_err(|_| refused())?;
        if opened.expose() == store_key.expose() { Ok(()) } else { Err(refused().into()) }
    }

    /// Rewraps the store key, in one strict commit. The old root key is gone from the store with it.
    pub(super) async fn set_passphrase(
        self: &Rc<Self>,
        passphrase: Option<&Uint8Array>,
    ) -> Result<(), Failure> {
        let root = match passphrase {
            Some(passphrase) => {
                let mut source = self.draw()?;
                RootKey::from_passphrase(passphrase, &mut source).await?
            }
            None => self.fresh_root().await?,
        };
        loop {
            self.refresh().await?;
            let (head, key) =
                self.with(|state| (state.head.clone(), StoreKey::copy_from(state.kms.store_key().expose())))?;
            let key = key.ok_or(StorageError::Closed)?;
            let next = Head { store: head.store.clone(), generation: head.generation.next() };
            let record = root.wrap(&key, &head.store, &mut self.draw()?).await?;
            let commit = Commit {
                expected: Some(head),
                head: next.clone(),
                rows: Vec::new(),
                root: Some(record),
                replace: false,
                drop_bodies: Vec::new(),
            };
            if self.store.commit(commit).await? == Outcome::Committed {
                self.probe(&root, &next, &key).await?;
                if let Some(state) = self.state.borrow_mut().as_mut() {
                    (state.head, state.root) = (next, root);
                }
                self.announce();
                return Ok(());
            }
        }
    }

    /// Puts an empty store under a fresh root key in this one's place.
    pub(super) async fn erase(self: &Rc<Self>) -> Result<(), Failure> {
        self.rsa.forget();
        loop {
            let expected = self.store.head().await?;
            let root = self.fresh_root().await?;
            if self.start(root, expected).await? {
                self.announce();
                return Ok(());
            }
        }
    }

    /// A copy in memory.
    pub(super) async fn fork(self: &Rc<Self>) -> Result<Rc<Self>, Failure> {
        self.refresh().await?;
        let store: Rc<dyn Store> = Rc::new(MemoryStore::fork(Rc::clone(&self.store)).await?);
        let random = self.draw()?;
        let state = self.with(|state| {
            let kms = state.kms.fork().map_err(KmsError::from)?;
            Ok::<_, KmsError>(State {
                kms,
                s3: state.s3.clone(),
                head: state.head.clone(),
                root: state.root.clone(),
            })
        })??;
        let fork = Self::new(store, self.settings.clone(), random, None, true);
        *fork.state.borrow_mut() = Some(state);
        Ok(fork)
    }

    /// What protects the store, in facts; what they mean, js/src/meanings.ts says.
    pub(super) async fn describe(self: &Rc<Self>) -> Result<Value, Failure> {
        self.refresh().await?;
        let mode = if self.is_fork {
            Mode::Memory
        } else {
            self.store.root().await?.as_ref().and_then(mode_of).unwrap_or(Mode::Memory)
        };
        let text = |text: &str| Value::String(text.to_owned());
        let number = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        self.with(|state| {
            map([
                ("version", text(env!("CARGO_PKG_VERSION"))),
                ("store", text(self.store.kind())),
                ("rootKey", map([("mode", text(mode.name()))])),
                ("account", Value::String(self.settings.account.to_string())),
                ("region", Value::String(self.settings.region.to_string())),
                ("now", Value::Float(state.kms.now(self.host_now()).seconds())),
                ("keys", number(state.kms.state().key_count())),
                ("accessKeys", number(state.kms.state().access_keys().count())),
                ("objects", number(state.s3.object_count())),
                ("generation", Value::Integer(i64::try_from(state.head.generation.0).unwrap_or(i64::MAX))),
                ("insecure", Value::Boolean(self.settings.is_insecure)),
            ])
        })
    }

    /// A source of the same kind for work that goes on across awaits, where the shared one cannot be borrowed.
    pub(super) fn draw(&self) -> Result<crate::random::Source, Failure> {
        self.random.borrow_mut().split().map_err(|failure| KmsError::from(failure).into())
    }
}

/// A fresh identity for a store: 16 random bytes in hexadecimal.
pub(super) fn store_id(random: &mut crate::random::Source) -> Result<String, Failure> {
    let id: [u8; 16] = random::array(random).map_err(KmsError::from)?;
    Ok(Hex(&id).to_string())
}
