//! What only a database has: it outlives its opener, has versions, and may be open twice.

use js_sys::{Promise, Reflect};
use tabkms_core::store::{Generation, Row};
use tabkms_wasm::error::StorageError;
use tabkms_wasm::store::{Commit, Head, IndexedDbStore, Outcome, SCHEMA_VERSION, Store, read_all};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest};

use super::fresh_name;

fn factory() -> IdbFactory {
    Reflect::get(&js_sys::global(), &"indexedDB".into()).unwrap().unchecked_into()
}

/// Settles as the request does: `Err` where it is blocked or fails.
async fn settled(request: &IdbOpenDbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onblocked(Some(&reject));
    });
    JsFuture::from(promise).await
}

fn first_commit(id: &str) -> Commit {
    Commit {
        expected: None,
        head: Head { store: "a".to_owned(), generation: Generation(1) },
        rows: vec![Row {
            kind: 2,
            id: id.to_owned(),
            generation: Generation(1),
            sealed: Some(vec![1, 2, 3]),
        }],
        root: None,
        replace: false,
        drop_bodies: Vec::new(),
    }
}

#[wasm_bindgen_test]
async fn what_was_committed_is_there_after_reopening() {
    let name = fresh_name();
    let store = IndexedDbStore::open(&name).await.unwrap();
    store.commit(first_commit("k")).await.unwrap();
    let before = read_all(&store).await.unwrap();
    store.close();
    let again = IndexedDbStore::open(&name).await.unwrap();
    assert_eq!(read_all(&again).await.unwrap(), before);
    assert_eq!(before.rows.len(), 1);
}

#[wasm_bindgen_test]
async fn of_two_openers_the_second_to_commit_is_refused() {
    let name = fresh_name();
    let one = IndexedDbStore::open(&name).await.unwrap();
    let other = IndexedDbStore::open(&name).await.unwrap();
    let (a, b) = (one.commit(first_commit("one")), other.commit(first_commit("other")));
    let (b, a) = (b.await.unwrap(), a.await.unwrap());
    let outcomes = [a == Outcome::Committed, b == Outcome::Committed];
    assert_eq!(outcomes.iter().filter(|committed| **committed).count(), 1, "{outcomes:?}");
    assert_eq!(read_all(&one).await.unwrap(), read_all(&other).await.unwrap());
    assert_eq!(read_all(&one).await.unwrap().rows.len(), 1);
}

#[wasm_bindgen_test]
async fn a_newer_layout_is_left_alone() {
    let name = fresh_name();
    let request = factory().open_with_u32(&name, SCHEMA_VERSION + 1).unwrap();
    settled(&request).await.unwrap();
    let newer: IdbDatabase = request.result().unwrap().unchecked_into();
    newer.close();
    let refused = IndexedDbStore::open(&name).await.map(drop).unwrap_err();
    assert_eq!(refused, StorageError::SchemaTooNew { known: SCHEMA_VERSION });
    assert_eq!(refused.name(), "SchemaTooNewError");
}

#[wasm_bindgen_test]
async fn whoever_migrates_or_deletes_is_not_kept_waiting() {
    let name = fresh_name();
    let store = IndexedDbStore::open(&name).await.unwrap();
    store.commit(first_commit("k")).await.unwrap();
    let request = factory().delete_database(&name).unwrap();
    settled(&request).await.expect("the open store lets go by itself");
    // And comes back to an empty database, not to an error.
    let after = read_all(&store).await.unwrap();
    assert_eq!((after.head, after.rows.len()), (None, 0));

    let newer = factory().open_with_u32(&name, SCHEMA_VERSION + 1).unwrap();
    settled(&newer).await.expect("nor is a newer version");
    let refused = read_all(&store).await.unwrap_err();
    assert_eq!(refused, StorageError::SchemaTooNew { known: SCHEMA_VERSION });
    newer.result().unwrap().unchecked_into::<IdbDatabase>().close();
}

#[wasm_bindgen_test]
async fn an_opener_that_does_not_let_go_is_reported() {
    let name = fresh_name();
    // A database of an older version, held by something that ignores `versionchange`: version 1 is the oldest, so
    // deleting has to stand in for migrating.
    let stubborn = factory().open_with_u32(&name, SCHEMA_VERSION).unwrap();
    settled(&stubborn).await.unwrap();
    let blocked = factory().delete_database(&name).unwrap();
    settled(&blocked).await.expect_err("blocked");
    // Behind the blocked deletion every opening waits; once it is through, the store opens, and is new.
    stubborn.result().unwrap().unchecked_into::<IdbDatabase>().close();
    let store = IndexedDbStore::open(&name).await.unwrap();
    assert_eq!(read_all(&store).await.unwrap().head, None);
}

#[wasm_bindgen_test]
async fn a_database_that_something_else_filled_is_corrupt_and_not_a_panic() {
    let name = fresh_name();
    IndexedDbStore::open(&name).await.unwrap().close();
    let request = factory().open_with_u32(&name, SCHEMA_VERSION).unwrap();
    settled(&request).await.unwrap();
    let database: IdbDatabase = request.result().unwrap().unchecked_into();
    for head in [JsValue::from_str("x"), js_sys::Object::new().into()] {
        let transaction =
            database.transaction_with_str_and_mode("meta", web_sys::IdbTransactionMode::Readwrite).unwrap();
        let put = transaction.object_store("meta").unwrap().put_with_key(&head, &"head".into()).unwrap();
        settled(put.unchecked_ref()).await.unwrap();
        let store = IndexedDbStore::open(&name).await.unwrap();
        assert!(matches!(read_all(&store).await.unwrap_err(), StorageError::Corrupt(_)));
    }
    database.close();
}
