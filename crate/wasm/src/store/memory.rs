//! A store that is gone with the tab: for Node, for tests and for forks.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use js_sys::Uint8Array;
use tabkms_core::store::Row;
use wasm_bindgen::JsValue;

use super::{Commit, Head, Outcome, Pending, Snapshot, Store};
use crate::error::StorageError;

type PieceKey = (String, String, u32);

#[derive(Default)]
struct Content {
    head: Option<Head>,
    root: Option<JsValue>,
    rows: BTreeMap<(u8, String), Row>,
    // On JavaScript's heap: an object of 200 MB must not grow wasm's memory, which never shrinks.
    pieces: BTreeMap<PieceKey, Uint8Array>,
}

/// Rows and pieces in memory.
#[derive(Default)]
pub struct MemoryStore {
    content: RefCell<Content>,
    closed: Cell<bool>,
    // A fork reads its parent's bodies instead of copying them, and never writes there.
    parent: Option<Rc<dyn Store>>,
    hidden: RefCell<HashSet<(String, String)>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of what `parent` holds, for a what-if. Bodies are read through; what is written stays here.
    ///
    /// # Errors
    /// As the parent's reading.
    pub async fn fork(parent: Rc<dyn Store>) -> Result<Self, StorageError> {
        let snapshot = parent.read_all().await?;
        let mut rows = BTreeMap::new();
        rows.extend(snapshot.rows.into_iter().map(|row| ((row.kind, row.id.clone()), row)));
        let content = Content { head: snapshot.head, rows, ..Content::default() };
        Ok(Self { content: RefCell::new(content), parent: Some(parent), ..Self::default() })
    }

    fn open(&self) -> Result<(), StorageError> {
        if self.closed.get() { Err(StorageError::Closed) } else { Ok(()) }
    }

    fn snapshot(&self, keep: impl Fn(&Content, &Row) -> bool) -> Result<Snapshot, StorageError> {
        self.open()?;
        let content = self.content.borrow();
        let rows = content.rows.values().filter(|row| keep(&content, row)).cloned().collect();
        Ok(Snapshot { head: content.head.clone(), rows })
    }

    fn write(&self, commit: Commit) -> Result<Outcome, StorageError> {
        self.open()?;
        let mut content = self.content.borrow_mut();
        if content.head != commit.expected {
            return Ok(Outcome::Refused(content.head.clone()));
        }
        if commit.replace {
            content.rows.clear();
            content.pieces.retain(|(store, ..), _| *store == commit.head.store);
        }
        for row in commit.rows {
            content.rows.insert((row.kind, row.id.clone()), row);
        }
        if let Some(root) = commit.root {
            content.root = Some(root);
        }
        drop(content);
        for body in &commit.drop_bodies {
            self.remove(&commit.head.store, body);
        }
        self.content.borrow_mut().head = Some(commit.head);
        Ok(Outcome::Committed)
    }

    fn remove(&self, store: &str, body: &str) {
        self.content.borrow_mut().pieces.retain(|(s, b, _), _| !(s == store && b == body));
        if self.parent.is_some() {
            self.hidden.borrow_mut().insert((store.to_owned(), body.to_owned()));
        }
    }
}

fn ready<'a, T: 'a>(result: Result<T, StorageError>) -> Pending<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Store for MemoryStore {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn is_at(&self, head: &Head) -> bool {
        !self.closed.get() && self.content.borrow().head.as_ref() == Some(head)
    }

    fn read_all(&self) -> Pending<'_, Snapshot> {
        ready(self.snapshot(|_, _| true))
    }

    fn read_since(&self, known: Head) -> Pending<'_, Snapshot> {
        ready(self.snapshot(|content, row| {
            content.head.as_ref().is_none_or(|head| head.store != known.store)
                || row.generation > known.generation
        }))
    }

    fn root(&self) -> Pending<'_, Option<JsValue>> {
        ready(self.open().map(|()| self.content.borrow().root.clone()))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Outcome> {
        ready(self.write(commit))
    }

    fn put_piece(&self, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Pending<'_, ()> {
        ready(self.open().map(|()| {
            let key = (store.to_owned(), body.to_owned(), index);
            // A copy: whoever put the piece in may go on using its buffer.
            self.content.borrow_mut().pieces.insert(key, bytes.slice(0, bytes.length()));
        }))
    }

    fn read_piece(&self, store: &str, body: &str, index: u32) -> Pending<'_, Option<Uint8Array>> {
        let key = (store.to_owned(), body.to_owned(), index);
        Box::pin(async move {
            self.open()?;
            let own = self.content.borrow().pieces.get(&key).map(|piece| piece.slice(0, piece.length()));
            let (store, body, index) = key;
            let hidden = self.hidden.borrow().contains(&(store.clone(), body.clone()));
            match (&own, &self.parent) {
                (None, Some(parent)) if !hidden => parent.read_piece(&store, &body, index).await,
                _ => Ok(own),
            }
        })
    }

    fn delete_body(&self, store: &str, body: &str) -> Pending<'_, ()> {
        ready(self.open().map(|()| self.remove(store, body)))
    }

    fn keep_bodies(&self, store: &str, bodies: BTreeSet<String>) -> Pending<'_, u32> {
        ready(self.open().map(|()| {
            let mut dropped = BTreeSet::new();
            self.content.borrow_mut().pieces.retain(|(s, b, _), _| {
                let keep = s == store && bodies.contains(b);
                if !keep {
                    dropped.insert((s.clone(), b.clone()));
                }
                keep
            });
            u32::try_from(dropped.len()).unwrap_or(u32::MAX)
        }))
    }

    fn close(&self) {
        self.closed.set(true);
        *self.content.borrow_mut() = Content::default();
    }
}
