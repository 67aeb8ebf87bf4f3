//! The whole KMS on a real database: closing and opening, two openers at once, another root key, a released store.

use js_sys::{Object, Promise, Reflect, Uint8Array};
use tabkms_core::store::{Generation, Row};
use tabkms_wasm::kms::Kms;
use tabkms_wasm::store::{Commit, Head, IndexedDbStore, Outcome, Store, read_all};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fresh_name;

#[wasm_bindgen]
extern "C" {
    // A `Kms` as JavaScript has it: the class's own methods, through the generated wrapper.
    #[wasm_bindgen(typescript_type = "Kms")]
    type JsKms;
    #[wasm_bindgen(method)]
    fn send(
        this: &JsKms,
        operation: &str,
        input: &JsValue,
        region: Option<String>,
        caller: &JsValue,
        traced: bool,
    ) -> Promise;
    #[wasm_bindgen(method)]
    fn describe(this: &JsKms) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &JsKms) -> Promise;
    #[wasm_bindgen(method)]
    fn erase(this: &JsKms) -> Promise;
    #[wasm_bindgen(method, js_name = setPassphrase)]
    fn set_passphrase(this: &JsKms, passphrase: Option<Uint8Array>) -> Promise;
    #[wasm_bindgen(method, js_name = setListener)]
    fn set_listener(this: &JsKms, listener: &JsValue);
}

fn map(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

fn get(value: &JsValue, path: &[&str]) -> JsValue {
    path.iter().fold(value.clone(), |value, name| Reflect::get(&value, &(*name).into()).unwrap_or_default())
}

fn text(value: &JsValue, path: &[&str]) -> String {
    get(value, path).as_string().unwrap_or_default()
}

fn bytes(text: &str) -> Uint8Array {
    Uint8Array::from(text.as_bytes())
}

async fn open_as(name: &str, passphrase: Option<&str>) -> Result<JsKms, String> {
    let mut options = vec![("store", "indexeddb".into()), ("name", name.into())];
    if let Some(passphrase) = passphrase {
        options.push(("passphrase", bytes(passphrase).into()));
    }
    let opened = JsFuture::from(Kms::open(map(&options)).unwrap()).await;
    opened.map(JsCast::unchecked_into).map_err(|error| text(&error, &["name"]))
}

async fn open(name: &str) -> JsKms {
    open_as(name, None).await.unwrap()
}

/// What could be done at once comes without a promise.
async fn done(promise: Promise) -> JsValue {
    JsFuture::from(Promise::resolve(&promise)).await.unwrap()
}

/// The answer, or `{ error }`.
async fn call(kms: &JsKms, operation: &str, input: &[(&str, JsValue)]) -> JsValue {
    done(kms.send(operation, &map(input), None, &JsValue::UNDEFINED, false)).await
}

async fn create_key(kms: &JsKms) -> String {
    text(&call(kms, "CreateKey", &[]).await, &["KeyMetadata", "KeyId"])
}

async fn encrypt(kms: &JsKms, key: &str, plaintext: &str) -> JsValue {
    call(kms, "Encrypt", &[("KeyId", key.into()), ("Plaintext", bytes(plaintext).into())]).await
}

async fn decrypt(kms: &JsKms, blob: &JsValue) -> JsValue {
    call(kms, "Decrypt", &[("CiphertextBlob", blob.clone())]).await
}

fn plaintext(answer: &JsValue) -> Vec<u8> {
    get(answer, &["Plaintext"]).unchecked_into::<Uint8Array>().to_vec()
}

#[wasm_bindgen_test]
async fn keys_are_there_after_closing_and_opening() {
    let name = fresh_name();
    let kms = open(&name).await;
    let key = create_key(&kms).await;
    let blob = get(&encrypt(&kms, &key, "kept").await, &["CiphertextBlob"]);
    done(kms.close()).await;
    let again = open(&name).await;
    assert_eq!(plaintext(&decrypt(&again, &blob).await), b"kept");
    let facts = done(again.describe()).await;
    assert_eq!(text(&facts, &["rootKey", "mode"]), "browser");
    assert_eq!(get(&facts, &["keys"]).as_f64(), Some(1.0));
    done(again.close()).await;
}

#[wasm_bindgen_test]
async fn a_key_disabled_in_one_tab_does_not_encrypt_in_the_other() {
    let name = fresh_name();
    let (one, other) = (open(&name).await, open(&name).await);
    let key = create_key(&one).await;
    assert!(get(&encrypt(&other, &key, "x").await, &["error"]).is_undefined());
    call(&one, "DisableKey", &[("KeyId", key.as_str().into())]).await;
    assert_eq!(text(&encrypt(&other, &key, "x").await, &["error", "name"]), "DisabledException");
    call(&other, "EnableKey", &[("KeyId", key.as_str().into())]).await;
    assert!(get(&encrypt(&one, &key, "x").await, &["error"]).is_undefined());
    done(one.close()).await;
    done(other.close()).await;
}

#[wasm_bindgen_test]
async fn two_tabs_writing_at_once_lose_nothing() {
    let name = fresh_name();
    let (one, other) = (open(&name).await, open(&name).await);
    let promises: Vec<Promise> = (0..20)
        .map(|index| {
            let kms = if index % 2 == 0 { &one } else { &other };
            kms.send("CreateKey", &map(&[]), None, &JsValue::UNDEFINED, false)
        })
        .collect();
    for promise in promises {
        assert!(get(&done(promise).await, &["error"]).is_undefined());
    }
    for kms in [&one, &other] {
        let facts = done(kms.describe()).await;
        assert_eq!(get(&facts, &["keys"]).as_f64(), Some(20.0));
        assert_eq!(get(&facts, &["generation"]).as_f64(), Some(21.0), "each commit its own generation");
    }
    // Of two that make the same alias, one is told that it exists.
    let key = create_key(&one).await;
    let input = map(&[("AliasName", "alias/one".into()), ("TargetKeyId", key.as_str().into())]);
    let (a, b) = (
        one.send("CreateAlias", &input, None, &JsValue::UNDEFINED, false),
        other.send("CreateAlias", &input, None, &JsValue::UNDEFINED, false),
    );
    let mut outcomes = [text(&done(a).await, &["error", "name"]), text(&done(b).await, &["error", "name"])];
    outcomes.sort();
    assert_eq!(outcomes, ["", "AlreadyExistsException"]);
    done(one.close()).await;
    done(other.close()).await;
}

#[wasm_bindgen_test]
async fn the_other_tab_hears_of_a_commit() {
    let name = fresh_name();
    let (one, other) = (open(&name).await, open(&name).await);
    let heard = Promise::new(&mut |resolve, _| other.set_listener(&resolve));
    create_key(&one).await;
    done(heard).await;
    done(one.close()).await;
    done(other.close()).await;
}

#[wasm_bindgen_test]
async fn erasing_in_one_tab_is_erased_in_the_other() {
    let name = fresh_name();
    let (one, other) = (open(&name).await, open(&name).await);
    let key = create_key(&one).await;
    let blob = get(&encrypt(&other, &key, "x").await, &["CiphertextBlob"]);
    done(one.erase()).await;
    assert_eq!(text(&decrypt(&other, &blob).await, &["error", "name"]), "AccessDeniedException");
    create_key(&other).await;
    assert_eq!(get(&done(one.describe()).await, &["keys"]).as_f64(), Some(1.0));
    done(one.close()).await;
    done(other.close()).await;
}

#[wasm_bindgen_test]
async fn a_passphrase_can_be_set_and_taken_back() {
    let name = fresh_name();
    let kms = open(&name).await;
    let key = create_key(&kms).await;
    let blob = get(&encrypt(&kms, &key, "kept").await, &["CiphertextBlob"]);
    assert_eq!(open_as(&name, Some("too early")).await.map(drop).unwrap_err(), "WrongPassphraseError");
    done(kms.set_passphrase(Some(bytes("correct horse")))).await;
    done(kms.close()).await;

    assert_eq!(open_as(&name, None).await.map(drop).unwrap_err(), "PassphraseRequiredError");
    assert_eq!(open_as(&name, Some("wrong")).await.map(drop).unwrap_err(), "WrongPassphraseError");
    let kms = open_as(&name, Some("correct horse")).await.unwrap();
    assert_eq!(text(&done(kms.describe()).await, &["rootKey", "mode"]), "passphrase");
    assert_eq!(plaintext(&decrypt(&kms, &blob).await), b"kept");
    done(kms.set_passphrase(None)).await;
    done(kms.close()).await;

    let kms = open(&name).await;
    assert_eq!(text(&done(kms.describe()).await, &["rootKey", "mode"]), "browser");
    assert_eq!(plaintext(&decrypt(&kms, &blob).await), b"kept");
    done(kms.close()).await;
}

#[wasm_bindgen_test]
async fn an_altered_row_is_corrupt_and_not_believed() {
    let name = fresh_name();
    let kms = open(&name).await;
    create_key(&kms).await;
    done(kms.close()).await;
    let store = IndexedDbStore::open(&name).await.unwrap();
    let snapshot = read_all(&store).await.unwrap();
    let head = snapshot.head.unwrap();
    let mut row = snapshot.rows[0].clone();
    row.id = row.id.replace("us-east-1", "eu-west-1");
    let commit = Commit {
        expected: Some(head.clone()),
        head: Head { generation: head.generation.next(), ..head },
        rows: vec![row],
        root: None,
        replace: false,
        drop_bodies: Vec::new(),
    };
    assert_eq!(store.commit(commit).await.unwrap(), Outcome::Committed);
    store.close();
    assert_eq!(open_as(&name, None).await.map(drop).unwrap_err(), "CorruptStoreError");
}

/// A store as schema 1 of the first release wrote it. It must open for ever.
const RELEASED: &str = include_str!("../../vectors/store/schema-1.json");

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[wasm_bindgen_test]
async fn the_released_store_opens() {
    let fixture: serde_json::Value = serde_json::from_str(RELEASED).unwrap();
    let string = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let rows = fixture["rows"].as_array().unwrap().iter().map(|row| Row {
        kind: u8::try_from(row["kind"].as_u64().unwrap()).unwrap(),
        id: string(&row["id"]),
        generation: Generation(row["generation"].as_u64().unwrap()),
        sealed: row["sealed"].as_str().map(unhex),
    });
    let root = &fixture["root"];
    let member = |name: &str| JsValue::from(Uint8Array::from(unhex(root[name].as_str().unwrap()).as_slice()));
    let record = map(&[
        ("version", JsValue::from(root["version"].as_f64().unwrap())),
        ("mode", "passphrase".into()),
        ("rounds", JsValue::from(root["rounds"].as_f64().unwrap())),
        ("salt", member("salt")),
        ("iv", member("iv")),
        ("wrapped", member("wrapped")),
    ]);
    let name = fresh_name();
    let store = IndexedDbStore::open(&name).await.unwrap();
    let head = Head {
        store: string(&fixture["head"]["store"]),
        generation: Generation(fixture["head"]["generation"].as_u64().unwrap()),
    };
    let commit = Commit {
        expected: None,
        head,
        rows: rows.collect(),
        root: Some(record),
        replace: false,
        drop_bodies: Vec::new(),
    };
    assert_eq!(store.commit(commit).await.unwrap(), Outcome::Committed);
    store.close();

    let kms = open_as(&name, Some(fixture["passphrase"].as_str().unwrap())).await.unwrap();
    let blob = Uint8Array::from(unhex(fixture["ciphertext"].as_str().unwrap()).as_slice());
    let context = map(&[("purpose", "fixture".into())]);
    let input = [("CiphertextBlob", blob.into()), ("EncryptionContext", context)];
    let opened = call(&kms, "Decrypt", &input).await;
    assert_eq!(plaintext(&opened), fixture["plaintext"].as_str().unwrap().as_bytes());
    assert_eq!(text(&opened, &["KeyId"]), string(&fixture["keyArn"]));
    // And is written to as any other.
    create_key(&kms).await;
    assert_eq!(get(&done(kms.describe()).await, &["keys"]).as_f64(), Some(3.0));
    done(kms.close()).await;
}
