//! A store that JavaScript keeps: in Node, a directory.
//!
//! What goes over is bytes and names: rows as CBOR under keys of kind and id. There is one opener at a time, so nobody
//! else moves the head, and a row that is deleted needs no tombstone.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::{Array, Promise, Uint8Array};
use tabkms_core::store::Row;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Commit, Head, Outcome, Pending, Store, Take, decode, encode, head_from_js, head_to_js, row_key};
use crate::error::StorageError;
use crate::memory;
use crate::root_key::Mode;

#[wasm_bindgen]
extern "C" {
    /// `HostStorage` in js/src/storage.ts: no method throws, all but `close` answer with a promise.
    pub type HostStorage;
    #[wasm_bindgen(method)]
    fn head(this: &HostStorage) -> Promise;
    #[wasm_bindgen(method)]
    fn read(this: &HostStorage) -> Promise;
    #[wasm_bindgen(method)]
    fn root(this: &HostStorage) -> Promise;
    #[wasm_bindgen(method, js_name = freshKey)]
    fn fresh_key(this: &HostStorage) -> Promise;
    #[wasm_bindgen(method)]
    fn commit(
        this: &HostStorage,
        head: &JsValue,
        rows: &Array,
        drop_bodies: &Array,
        replace: bool,
        root: Option<JsValue>,
    ) -> Promise;
    #[wasm_bindgen(method, js_name = putPiece)]
    fn put_piece(this: &HostStorage, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Promise;
    #[wasm_bindgen(method, js_name = readPiece)]
    fn read_piece(this: &HostStorage, store: &str, body: &str, index: u32) -> Promise;
    #[wasm_bindgen(method, js_name = deleteBody)]
    fn delete_body(this: &HostStorage, store: &str, body: &str) -> Promise;
    #[wasm_bindgen(method, js_name = keepBodies)]
    fn keep_bodies(this: &HostStorage, store: &str, bodies: &Array) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &HostStorage);
}

/// Rows and pieces where JavaScript puts them.
pub struct HostStore(HostStorage);

impl HostStore {
    /// A store over `storage`, which nobody else uses from now on.
    #[must_use]
    pub fn new(storage: HostStorage) -> Self {
        Self(storage)
    }
}

/// A promise, and what becomes of its value.
struct Answer<T> {
    promise: JsFuture,
    read: fn(JsValue) -> Result<T, StorageError>,
}

impl<T> Future for Answer<T> {
    type Output = Result<T, StorageError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let read = self.read;
        Pin::new(&mut self.promise).poll(context).map(|settled| match settled {
            Ok(value) => read(value),
            Err(thrown) => Err(StorageError::from_thrown(&thrown)),
        })
    }
}

fn answer<'a, T: 'a>(promise: Promise, read: fn(JsValue) -> Result<T, StorageError>) -> Pending<'a, T> {
    Box::pin(Answer { promise: promise.into(), read })
}

fn given<T: JsCast>(value: JsValue) -> Result<Option<T>, StorageError> {
    Ok((!value.is_undefined()).then(|| value.unchecked_into()))
}

fn rows(value: JsValue) -> Result<Option<Vec<Row>>, StorageError> {
    let Some(bytes) = given::<Uint8Array>(value)? else { return Ok(None) };
    memory::reserve(bytes.length());
    let rows = decode(&bytes.to_vec());
    rows.map(Some).ok_or_else(|| StorageError::Corrupt("a row cannot be read".to_owned()))
}

fn names(bodies: Vec<String>) -> Array {
    bodies.into_iter().map(JsValue::from).collect()
}

impl Store for HostStore {
    fn kind(&self) -> &'static str {
        "directory"
    }

    fn is_at(&self, _head: &Head) -> bool {
        // Nobody else moves it.
        true
    }

    fn head(&self) -> Pending<'_, Option<Head>> {
        answer(self.0.head(), head_from_js)
    }

    fn read<'a>(&'a self, _known: Option<Head>, take: &'a mut Take<'a>) -> Pending<'a, Option<Head>> {
        Box::pin(async move {
            while let Some(rows) = answer(self.0.read(), rows).await? {
                take(rows)?;
            }
            self.head().await
        })
    }

    fn root_mode(&self) -> Mode {
        Mode::File
    }

    fn fresh_key(&self) -> Option<Promise> {
        Some(self.0.fresh_key())
    }

    fn root(&self) -> Pending<'_, Option<JsValue>> {
        answer(self.0.root(), given)
    }

    /// Never refused: what is expected is what there is.
    fn commit(&self, commit: Commit) -> Pending<'_, Outcome> {
        // Keys and values by turns, no value for what is deleted.
        let entries = Array::new();
        for row in &commit.rows {
            entries.push(&Uint8Array::from(row_key(row).as_slice()));
            let value = row.sealed.as_ref().map(|_| Uint8Array::from(encode(row).as_slice()));
            entries.push(&value.into());
        }
        let (head, bodies) = (head_to_js(&commit.head), names(commit.drop_bodies));
        let promise = self.0.commit(&head, &entries, &bodies, commit.replace, commit.root);
        answer(promise, |_| Ok(Outcome::Committed))
    }

    fn put_piece(&self, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Pending<'_, ()> {
        answer(self.0.put_piece(store, body, index, bytes), |_| Ok(()))
    }

    fn read_piece(&self, store: &str, body: &str, index: u32) -> Pending<'_, Option<Uint8Array>> {
        answer(self.0.read_piece(store, body, index), given)
    }

    fn delete_body(&self, store: &str, body: &str) -> Pending<'_, ()> {
        answer(self.0.delete_body(store, body), |_| Ok(()))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
    fn keep_bodies(&self, store: &str, bodies: Vec<String>) -> Pending<'_, u32> {
        let dropped = self.0.keep_bodies(store, &names(bodies));
        answer(dropped, |count| Ok(count.as_f64().unwrap_or_default() as u32))
    }

    fn close(&self) {
        self.0.close();
    }
}
