//! The root key's three modes, through a real database: what is kept is what opens.

use js_sys::{Object, Reflect, Uint8Array};
use tabkms_core::crypto::StoreKey;
use tabkms_core::store::Generation;
use tabkms_wasm::error::StorageError;
use tabkms_wasm::random::Source;
use tabkms_wasm::root_key::{Mode, ROUNDS, RootKey, mode_of};
use tabkms_wasm::store::{Commit, Head, IndexedDbStore, Store};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::CryptoKey;

use super::fresh_name;

fn bytes(text: &str) -> Uint8Array {
    Uint8Array::from(text.as_bytes())
}

fn get(record: &JsValue, name: &str) -> JsValue {
    Reflect::get(record, &name.into()).unwrap()
}

/// A copy of `record` with one member changed.
fn altered(record: &JsValue, name: &str, value: &JsValue) -> JsValue {
    let copy = Object::assign(&Object::new(), record.unchecked_ref());
    Reflect::set(&copy, &name.into(), value).unwrap();
    copy.into()
}

/// Puts a record into a database and reads it from a new connection, as after a restart.
async fn through_a_database(record: JsValue) -> JsValue {
    let name = fresh_name();
    let store = IndexedDbStore::open(&name).await.unwrap();
    let head = Head { store: "s".to_owned(), generation: Generation(1) };
    let commit = Commit {
        expected: None,
        head,
        rows: Vec::new(),
        root: Some(record),
        replace: false,
        drop_bodies: Vec::new(),
    };
    store.commit(commit).await.unwrap();
    store.close();
    IndexedDbStore::open(&name).await.unwrap().root().await.unwrap().unwrap()
}

#[wasm_bindgen_test]
async fn the_browsers_key_opens_what_it_wrapped_and_cannot_be_read_out() {
    let mut random = Source::default();
    let store_key = StoreKey::generate(&mut random).unwrap();
    let root = RootKey::generate(Mode::Browser, None).await.unwrap();
    let record = through_a_database(root.wrap(&store_key, "s", &mut random).await.unwrap()).await;
    let key: CryptoKey = get(&record, "key").unchecked_into();
    assert!(!key.extractable());
    assert_eq!(mode_of(&record), Some(Mode::Browser));

    let (again, opened) = RootKey::open(&record, "s", None).await.unwrap();
    assert_eq!(opened.expose(), store_key.expose());
    assert_eq!(again.mode(), Mode::Browser);

    let damaged = |error: StorageError| matches!(error, StorageError::Corrupt(_));
    assert!(damaged(RootKey::open(&record, "another", None).await.unwrap_err()), "bound to its store");
    let wrapped: Uint8Array = get(&record, "wrapped").unchecked_into();
    for index in 0..wrapped.length() {
        let flipped = wrapped.slice(0, wrapped.length());
        flipped.set_index(index, flipped.get_index(index) ^ 1);
        let record = altered(&record, "wrapped", &flipped);
        assert!(damaged(RootKey::open(&record, "s", None).await.unwrap_err()), "byte {index}");
    }
    for (name, value) in [
        ("version", JsValue::from(2)),
        ("mode", JsValue::from_str("passphrase")),
        ("mode", JsValue::from_str("else")),
        ("iv", Uint8Array::new_with_length(11).into()),
        ("wrapped", JsValue::UNDEFINED),
        ("key", JsValue::NULL),
    ] {
        let error = RootKey::open(&altered(&record, name, &value), "s", None).await.unwrap_err();
        assert!(damaged(error), "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_passphrase_opens_only_what_it_closed() {
    let mut random = Source::default();
    let store_key = StoreKey::generate(&mut random).unwrap();
    let root = RootKey::from_passphrase(&bytes("correct horse"), &mut random).await.unwrap();
    let record = through_a_database(root.wrap(&store_key, "s", &mut random).await.unwrap()).await;
    assert!(get(&record, "key").is_undefined(), "no key is stored");
    assert!(get(&record, "rounds").as_f64().unwrap() >= f64::from(ROUNDS));
    assert_eq!(get(&record, "salt").unchecked_into::<Uint8Array>().length(), 16);

    let open = |passphrase: Option<Uint8Array>| {
        let record = record.clone();
        async move { RootKey::open(&record, "s", passphrase.as_ref()).await }
    };
    let (_, opened) = open(Some(bytes("correct horse"))).await.unwrap();
    assert_eq!(opened.expose(), store_key.expose());
    assert_eq!(open(Some(bytes("correct horsf"))).await.unwrap_err(), StorageError::WrongPassphrase);
    assert_eq!(open(None).await.unwrap_err(), StorageError::PassphraseRequired);
    assert_eq!(open(Some(bytes(""))).await.unwrap_err(), StorageError::PassphraseRequired);

    for rounds in [JsValue::from(1), JsValue::from(f64::INFINITY), JsValue::from(600_000.5)] {
        let weak = altered(&record, "rounds", &rounds);
        let error = RootKey::open(&weak, "s", Some(&bytes("correct horse"))).await.unwrap_err();
        assert!(matches!(error, StorageError::Corrupt(_)), "{rounds:?}");
    }
}

#[wasm_bindgen_test]
async fn a_passphrase_gets_its_own_salt_every_time() {
    let mut random = Source::default();
    let store_key = StoreKey::generate(&mut random).unwrap();
    let mut salts = Vec::new();
    for _ in 0..2 {
        let root = RootKey::from_passphrase(&bytes("same"), &mut random).await.unwrap();
        let record = root.wrap(&store_key, "s", &mut random).await.unwrap();
        salts.push(get(&record, "salt").unchecked_into::<Uint8Array>().to_vec());
    }
    assert_ne!(salts[0], salts[1]);
}
