//! A store keeps sealed rows, pieces of object bodies and the root key's record, and understands none of them.
//!
//! One interface, two stores: [`MemoryStore`] and [`IndexedDbStore`]. The conformance suite that both pass is
//! tests/wasm/conformance.rs.

mod indexeddb;
mod memory;

use std::future::Future;
use std::pin::Pin;

use js_sys::Uint8Array;
use tabkms_core::store::{Generation, Row};
use wasm_bindgen::JsValue;

use crate::error::StorageError;

pub use indexeddb::{IndexedDbStore, SCHEMA_VERSION};
pub use memory::MemoryStore;

/// A store's answer to come.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + 'a>>;

/// The most bytes of one piece.
pub const PIECE_LEN: u32 = 4 * 1024 * 1024;

/// Which store this is and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Identifies the store's content as a whole: an erased or an imported store has another one, so that a tab
    /// that still holds the old store key notices. Bodies stand under it.
    pub store: String,
    /// The last commit.
    pub generation: Generation,
}

/// Takes rows that were read.
pub type Take<'a> = dyn FnMut(Vec<Row>) -> Result<(), StorageError> + 'a;

/// Rows and the head that they belong to, read at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// `None` where nothing was ever committed.
    pub head: Option<Head>,
    /// The rows that were asked for, tombstones included.
    pub rows: Vec<Row>,
}

/// What goes in together or not at all.
pub struct Commit {
    /// What the commit was planned on; `None` for a store that was never written.
    pub expected: Option<Head>,
    /// What it leads to.
    pub head: Head,
    /// Rows to put in.
    pub rows: Vec<Row>,
    /// A new record of the root key, where it changes.
    pub root: Option<JsValue>,
    /// Whether everything that stood there goes first: all rows, and bodies of stores other than `head.store`.
    pub replace: bool,
    /// Bodies of `head.store` that go with this commit.
    pub drop_bodies: Vec<String>,
}

/// How a commit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It stands, and a crash will not undo it.
    Committed,
    /// Another tab was first; nothing was written. What stands there now:
    Refused(Option<Head>),
}

/// Keeps what the core hands out.
pub trait Store {
    /// `indexeddb` or `memory`.
    fn kind(&self) -> &'static str;

    /// Whether the store stands at `head`, where it can tell without reading.
    fn is_at(&self, _head: &Head) -> bool {
        false
    }

    /// Where it stands; `None` where nothing was ever committed.
    fn head(&self) -> Pending<'_, Option<Head>>;

    /// Hands `take` the rows, in order of kind and id and in as many parts as is quick; with `known` those alone that
    /// are newer, in any order, or all of them where `known` is of another store. All are of one instant, that of the
    /// head that it returns. Once `take` fails it is asked no more.
    fn read<'a>(&'a self, known: Option<Head>, take: &'a mut Take<'a>) -> Pending<'a, Option<Head>>;

    /// The root key's record.
    fn root(&self) -> Pending<'_, Option<JsValue>>;

    /// Puts everything in, in one durable transaction, provided that the store still is as expected.
    fn commit(&self, commit: Commit) -> Pending<'_, Outcome>;

    /// Puts one piece of a body in, at most [`PIECE_LEN`] bytes. It counts once a row that names it is committed.
    fn put_piece(&self, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Pending<'_, ()>;

    /// One piece of a body; `None` behind its end.
    fn read_piece(&self, store: &str, body: &str, index: u32) -> Pending<'_, Option<Uint8Array>>;

    /// Deletes a body.
    fn delete_body(&self, store: &str, body: &str) -> Pending<'_, ()>;

    /// Deletes every body that is not among `bodies` of `store`, and returns how many there were.
    fn keep_bodies(&self, store: &str, bodies: Vec<String>) -> Pending<'_, u32>;

    /// Gives the storage back. Every later call is refused.
    fn close(&self);
}

/// All rows of a store.
///
/// # Errors
/// As [`Store::read`].
pub async fn read_all(store: &dyn Store) -> Result<Snapshot, StorageError> {
    snapshot(store, None).await
}

/// The rows of a store that are newer than `known`; all of them where `known` is of another store.
///
/// # Errors
/// As [`Store::read`].
pub async fn read_since(store: &dyn Store, known: Head) -> Result<Snapshot, StorageError> {
    snapshot(store, Some(known)).await
}

async fn snapshot(store: &dyn Store, known: Option<Head>) -> Result<Snapshot, StorageError> {
    let mut rows = Vec::new();
    let mut take = |part: Vec<Row>| {
        rows.extend(part);
        Ok(())
    };
    let head = store.read(known, &mut take).await?;
    Ok(Snapshot { head, rows })
}
