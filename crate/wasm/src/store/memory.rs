//! A store that is gone with the tab: for Node, for tests and for forks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use tabkms_core::store::{Row, Tree};
use wasm_bindgen::JsValue;

use super::{Commit, Head, Outcome, Pending, Store, Take, read_all, row_key};
use crate::error::StorageError;
use crate::root_key::Mode;

#[derive(Default)]
struct Content {
    head: Option<Head>,
    root: Option<JsValue>,
    // By kind and id.
    rows: Tree<Row>,
    // On JavaScript's heap: an object of 200 MB must not grow wasm's memory, which never shrinks.
    pieces: Tree<Uint8Array>,
}

/// Rows and pieces in memory.
#[derive(Default)]
pub struct MemoryStore {
    content: RefCell<Content>,
    closed: Cell<bool>,
    // A fork reads its parent's bodies instead of copying them, and never writes there.
    parent: Option<Rc<dyn Store>>,
    hidden: RefCell<Tree<()>>,
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
        let snapshot = read_all(&*parent).await?;
        let mut rows = Tree::default();
        for row in snapshot.rows {
            rows.insert(&row_key(&row), row);
        }
        let content = Content { head: snapshot.head, rows, ..Content::default() };
        Ok(Self { content: RefCell::new(content), parent: Some(parent), ..Self::default() })
    }

    fn open(&self) -> Result<(), StorageError> {
        if self.closed.get() { Err(StorageError::Closed) } else { Ok(()) }
    }

    fn rows(&self, known: Option<&Head>, take: &mut Take<'_>) -> Result<Option<Head>, StorageError> {
        self.open()?;
        let content = self.content.borrow();
        let known = known.filter(|known| content.head.as_ref().is_some_and(|head| head.store == known.store));
        let rows = content.rows.iter().map(|(_, row)| row);
        let rows = rows.filter(|row| known.is_none_or(|known| row.generation > known.generation));
        take(rows.cloned().collect())?;
        Ok(content.head.clone())
    }

    fn write(&self, commit: Commit) -> Result<Outcome, StorageError> {
        self.open()?;
        let mut content = self.content.borrow_mut();
        if content.head != commit.expected {
            return Ok(Outcome::Refused(content.head.clone()));
        }
        if commit.replace {
            content.rows = Tree::default();
            content.keep_pieces(|key| key.starts_with(&body_key(&commit.head.store, None)));
        }
        for row in commit.rows {
            content.rows.insert(&row_key(&row), row);
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
        let body = body_key(store, Some(body));
        self.content.borrow_mut().keep_pieces(|key| !key.starts_with(&body));
        if self.parent.is_some() {
            self.hidden.borrow_mut().insert(&body, ());
        }
    }
}

/// How many bytes a piece's number takes.
const NUMBER: usize = 4;

/// The beginning of the keys of a body's pieces, or of all bodies' of a store. Neither name has a zero in it.
fn body_key(store: &str, body: Option<&str>) -> Vec<u8> {
    let mut key = [store.as_bytes(), &[0]].concat();
    if let Some(body) = body {
        key.extend_from_slice(body.as_bytes());
        key.push(0);
    }
    key
}

fn piece_key(store: &str, body: &str, index: u32) -> Vec<u8> {
    let mut key = body_key(store, Some(body));
    key.extend_from_slice(&index.to_be_bytes());
    key
}

impl Content {
    fn keep_pieces(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        let dropped: Vec<Vec<u8>> =
            self.pieces.iter().filter(|(key, _)| !keep(key)).map(|(key, _)| key.to_vec()).collect();
        for key in dropped {
            self.pieces.remove(&key);
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

    fn root_mode(&self) -> Mode {
        Mode::Memory
    }

    fn is_at(&self, head: &Head) -> bool {
        !self.closed.get() && self.content.borrow().head.as_ref() == Some(head)
    }

    fn head(&self) -> Pending<'_, Option<Head>> {
        ready(self.open().map(|()| self.content.borrow().head.clone()))
    }

    fn read<'a>(&'a self, known: Option<Head>, take: &'a mut Take<'a>) -> Pending<'a, Option<Head>> {
        ready(self.rows(known.as_ref(), take))
    }

    fn root(&self) -> Pending<'_, Option<JsValue>> {
        ready(self.open().map(|()| self.content.borrow().root.clone()))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Outcome> {
        ready(self.write(commit))
    }

    fn put_piece(&self, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Pending<'_, ()> {
        ready(self.open().map(|()| {
            // A copy: whoever put the piece in may go on using its buffer.
            let piece = bytes.slice(0, bytes.length());
            self.content.borrow_mut().pieces.insert(&piece_key(store, body, index), piece);
        }))
    }

    fn read_piece(&self, store: &str, body: &str, index: u32) -> Pending<'_, Option<Uint8Array>> {
        let (store, body) = (store.to_owned(), body.to_owned());
        Box::pin(async move {
            self.open()?;
            let key = piece_key(&store, &body, index);
            let own = self.content.borrow().pieces.get(&key).map(|piece| piece.slice(0, piece.length()));
            let hidden = self.hidden.borrow().get(&body_key(&store, Some(&body))).is_some();
            match (&own, &self.parent) {
                (None, Some(parent)) if !hidden => parent.read_piece(&store, &body, index).await,
                _ => Ok(own),
            }
        })
    }

    fn delete_body(&self, store: &str, body: &str) -> Pending<'_, ()> {
        ready(self.open().map(|()| self.remove(store, body)))
    }

    fn keep_bodies(&self, store: &str, bodies: Vec<String>) -> Pending<'_, u32> {
        let mut kept = Tree::default();
        for body in bodies {
            kept.insert(&body_key(store, Some(&body)), ());
        }
        ready(self.open().map(|()| {
            let mut dropped = Tree::default();
            self.content.borrow_mut().keep_pieces(|key| {
                let body = key.get(..key.len().saturating_sub(NUMBER)).unwrap_or_default();
                let keep = kept.get(body).is_some();
                if !keep {
                    dropped.insert(body, ());
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
