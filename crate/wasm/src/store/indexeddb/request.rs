//! IndexedDB's requests, transactions and opening as futures.
//!
//! A transaction commits by itself as soon as it has nothing to do when a task ends: between its requests only
//! its own requests may be awaited.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbVersionChangeEvent};

use super::schema;
use crate::error::StorageError;
use crate::host;

#[wasm_bindgen]
extern "C" {
    /// The three-argument form, which web-sys holds back as unstable.
    #[wasm_bindgen(extends = IdbDatabase)]
    type TransactionSource;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with(
        this: &TransactionSource,
        stores: &JsValue,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    /// Done when the operating system has it.
    Write,
    /// Done when the disk has it (`durability: "strict"`).
    WriteStrict,
}

/// Opens a transaction over `stores`.
pub(super) fn transaction(
    database: &IdbDatabase,
    stores: &[&str],
    mode: Mode,
) -> Result<IdbTransaction, StorageError> {
    let names = stores.iter().map(|name| JsValue::from_str(name)).collect::<js_sys::Array>();
    let options = js_sys::Object::new();
    let durability = if mode == Mode::WriteStrict { "strict" } else { "relaxed" };
    host::set(&options, "durability", &JsValue::from_str(durability));
    let mode = if mode == Mode::Read { "readonly" } else { "readwrite" };
    database
        .unchecked_ref::<TransactionSource>()
        .transaction_with(&names, mode, &options)
        .map_err(|thrown| StorageError::from_thrown(&thrown))
}

/// The result of one request.
pub(super) async fn result(request: Result<IdbRequest, JsValue>) -> Result<JsValue, StorageError> {
    let request = request.map_err(|thrown| StorageError::from_thrown(&thrown))?;
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => request.result().map_err(|thrown| StorageError::from_thrown(&thrown)),
        Err(_) => Err(failure(request.error().ok().flatten().map(JsValue::from))),
    }
}

/// Waits until a transaction stands. Where it was aborted, nothing of it does.
pub(super) async fn complete(transaction: &IdbTransaction) -> Result<(), StorageError> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => Ok(()),
        Err(_) => Err(failure(transaction.error().map(JsValue::from))),
    }
}

fn failure(error: Option<JsValue>) -> StorageError {
    error.map_or_else(
        || StorageError::Host("the transaction was broken off".to_owned()),
        |thrown| StorageError::from_thrown(&thrown),
    )
}

/// Opens a database at the current layout, migrating an older one.
pub(super) async fn open(name: &str) -> Result<IdbDatabase, StorageError> {
    let factory = host::global("indexedDB")
        .ok_or_else(|| StorageError::Refused("there is no IndexedDB here".to_owned()))?
        .unchecked_into::<IdbFactory>();
    let request =
        factory.open_with_u32(name, schema::SCHEMA_VERSION).map_err(|thrown| opening_error(&thrown))?;
    let migrated = Rc::new(Cell::new(true));
    let on_upgrade = {
        let (request, migrated) = (request.clone(), Rc::clone(&migrated));
        Closure::<dyn FnMut(IdbVersionChangeEvent)>::new(move |event: IdbVersionChangeEvent| {
            // Old versions are whole numbers far below 2^32.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let from = event.old_version() as u32;
            let done = request.result().and_then(|result| schema::migrate(result.unchecked_ref(), from));
            if done.is_err() {
                migrated.set(false);
                if let Some(transaction) = request.transaction() {
                    let _ = transaction.abort();
                }
            }
        })
    };
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let opened = settle(&request).await;
    request.set_onupgradeneeded(None);
    match opened {
        Ok(()) => {
            let result = request.result().map_err(|thrown| opening_error(&thrown))?;
            Ok(result.unchecked_into())
        }
        Err(_) if !migrated.get() => {
            Err(StorageError::Host("the database could not be brought to this version's layout".to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Waits for an opening; a tab that holds an older layout open and does not let go is reported, not waited for.
async fn settle(request: &IdbOpenDbRequest) -> Result<(), StorageError> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onblocked(Some(&reject));
    });
    let Err(event) = JsFuture::from(promise).await else { return Ok(()) };
    let is_blocked =
        host::member(&event, "type").and_then(|kind| kind.as_string()).as_deref() == Some("blocked");
    if is_blocked {
        // The request goes on without us; what it opens later must not stay open.
        let late = request.clone();
        let close = Closure::once_into_js(move || {
            if let Ok(database) = late.result() {
                database.unchecked_ref::<IdbDatabase>().close();
            }
        });
        request.set_onsuccess(Some(close.unchecked_ref()));
        return Err(StorageError::Refused(
            "another tab holds an older version of this store open; close it and try again".to_owned(),
        ));
    }
    let error = request.error().ok().flatten().map(JsValue::from);
    Err(error.map_or_else(|| failure(None), |thrown| opening_error(&thrown)))
}

fn opening_error(thrown: &JsValue) -> StorageError {
    let (name, message) = host::describe(thrown);
    match name.as_str() {
        "VersionError" => StorageError::SchemaTooNew { known: schema::SCHEMA_VERSION },
        // What private windows and blocked sites answer, each browser in its way.
        "InvalidStateError" | "AbortError" => StorageError::Refused(message),
        _ => StorageError::from_thrown(thrown),
    }
}
