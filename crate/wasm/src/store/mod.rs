//! A store keeps sealed rows, pieces of object bodies and the root key's record, and understands none of them.
//!
//! One interface, three stores: [`MemoryStore`], [`IndexedDbStore`] and [`HostStore`], which JavaScript keeps (in Node,
//! in a directory). The conformance suite that all pass is tests/wasm/suite/conformance.rs.

mod host;
mod indexeddb;
mod memory;

use std::future::Future;
use std::pin::Pin;

use js_sys::{Object, Promise, Uint8Array};
use tabkms_core::model::cbor::{Cbor, Reader, Writer};
use tabkms_core::store::{Generation, Row};
use wasm_bindgen::JsValue;

use crate::error::StorageError;
use crate::host::{member, set};
use crate::root_key::Mode;

pub use host::{HostStorage, HostStore};
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
    /// `indexeddb`, `memory` or `directory`.
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

    /// Who keeps a root key that comes from no passphrase.
    fn root_mode(&self) -> Mode;

    /// A fresh one, a promise of a `CryptoKey`, where the store itself keeps it beside its content. It counts once its
    /// record is committed.
    fn fresh_key(&self) -> Option<Promise> {
        None
    }

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

pub(crate) fn encode(value: &impl Cbor) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.into_bytes()
}

/// `None` for bytes that are not one whole `T`.
pub(crate) fn decode<T: Cbor>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader);
    reader.is_at_sound_end().then_some(value)
}

fn row_key(row: &Row) -> Vec<u8> {
    [&[row.kind], row.id.as_bytes()].concat()
}

/// `{ store, generation }`.
fn head_to_js(head: &Head) -> JsValue {
    let object = Object::new();
    set(&object, "store", &JsValue::from_str(&head.store));
    set(&object, "generation", &number(head.generation));
    object.into()
}

fn head_from_js(head: JsValue) -> Result<Option<Head>, StorageError> {
    if head.is_undefined() {
        return Ok(None);
    }
    let corrupt = || StorageError::Corrupt("its head cannot be read".to_owned());
    let store = member(&head, "store").and_then(|store| store.as_string()).ok_or_else(corrupt)?;
    let generation = member(&head, "generation").and_then(|value| whole(&value)).ok_or_else(corrupt)?;
    Ok(Some(Head { store, generation: Generation(generation) }))
}

/// JavaScript counts exactly up to 2^53; a store of a thousand commits a second gets there in 285,000 years.
#[allow(clippy::cast_precision_loss)]
fn number(generation: Generation) -> JsValue {
    JsValue::from_f64(generation.0 as f64)
}

fn whole(value: &JsValue) -> Option<u64> {
    let value = value.as_f64()?;
    let fits = value.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&value);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fits.then_some(value as u64)
}
