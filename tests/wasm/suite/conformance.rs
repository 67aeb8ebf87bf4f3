//! One suite for every store. What Node keeps in a directory has one opener: it refuses no commit, keeps no tombstones
//! and is never asked for what is newer; all else holds for it too.

use std::rc::Rc;

use js_sys::Uint8Array;
use tabkms_core::store::{Generation, Row};
use tabkms_wasm::error::StorageError;
use tabkms_wasm::store::{
    Commit, Head, HostStore, IndexedDbStore, MemoryStore, Outcome, PIECE_LEN, Store, read_all, read_since,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fresh_name;
use super::host_storage::memory_storage;

fn head(store: &str, generation: u64) -> Head {
    Head { store: store.to_owned(), generation: Generation(generation) }
}

fn row(kind: u8, id: &str, generation: u64, sealed: Option<&[u8]>) -> Row {
    Row { kind, id: id.to_owned(), generation: Generation(generation), sealed: sealed.map(<[u8]>::to_vec) }
}

fn commit(expected: Option<Head>, next: Head, rows: Vec<Row>) -> Commit {
    Commit { expected, head: next, rows, root: None, replace: false, drop_bodies: Vec::new() }
}

fn piece(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}

fn has_other_openers(store: &dyn Store) -> bool {
    store.kind() != "directory"
}

async fn generations(store: &dyn Store) {
    let empty = read_all(store).await.unwrap();
    assert_eq!((empty.head, empty.rows.len()), (None, 0));

    let first =
        commit(None, head("a", 1), vec![row(2, "k", 1, Some(b"one")), row(3, "k", 1, Some(b"alias"))]);
    assert_eq!(store.commit(first).await.unwrap(), Outcome::Committed);
    if has_other_openers(store) {
        // Whoever else thought the store new is too late.
        let late = commit(None, head("b", 1), vec![row(2, "other", 1, Some(b"x"))]);
        assert_eq!(store.commit(late).await.unwrap(), Outcome::Refused(Some(head("a", 1))));
    }

    let second = vec![row(2, "k", 2, None), row(2, "l", 2, Some(b"two")), row(2, "empty", 2, Some(b""))];
    let second = commit(Some(head("a", 1)), head("a", 2), second);
    assert_eq!(store.commit(second).await.unwrap(), Outcome::Committed);
    if has_other_openers(store) {
        let stale = commit(Some(head("a", 1)), head("a", 2), vec![row(2, "l", 2, Some(b"lost"))]);
        assert_eq!(store.commit(stale).await.unwrap(), Outcome::Refused(Some(head("a", 2))));
    }

    let all = read_all(store).await.unwrap();
    assert_eq!(all.head, Some(head("a", 2)));
    assert_eq!(store.head().await.unwrap(), all.head);
    let expected = [
        row(2, "empty", 2, Some(b"")),
        row(2, "k", 2, None),
        row(2, "l", 2, Some(b"two")),
        row(3, "k", 1, Some(b"alias")),
    ];
    if !has_other_openers(store) {
        let [empty, _, l, alias] = expected;
        assert_eq!(all.rows, [empty, l, alias], "in order of kind and id, without the tombstone");
        return;
    }
    assert_eq!(all.rows, expected, "in order of kind and id, with the tombstone");

    let since = |known| async { read_since(store, known).await.unwrap() };
    let mut newer = since(head("a", 1)).await.rows;
    newer.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(newer, expected[..3], "only what is newer");
    assert_eq!(since(head("a", 2)).await.rows, []);
    assert_eq!(since(head("b", 2)).await.rows.len(), 4, "a store of another identity is read whole");
}

async fn replacement(store: &dyn Store) {
    let mut first = commit(None, head("a", 7), vec![row(2, "k", 7, Some(b"one"))]);
    first.root = Some(JsValue::from_str("root a"));
    store.commit(first).await.unwrap();
    assert_eq!(store.root().await.unwrap(), Some(JsValue::from_str("root a")));
    store.put_piece("a", "body", 0, piece(b"old")).await.unwrap();
    store.put_piece("b", "body", 0, piece(b"new")).await.unwrap();
    store.put_piece("c", "body", 0, piece(b"other")).await.unwrap();

    if has_other_openers(store) {
        let mut refused = commit(Some(head("a", 6)), head("b", 8), Vec::new());
        (refused.replace, refused.root) = (true, Some(JsValue::from_str("root b")));
        assert_eq!(store.commit(refused).await.unwrap(), Outcome::Refused(Some(head("a", 7))));
    }
    assert_eq!(read_all(store).await.unwrap().rows.len(), 1, "a refused commit changes nothing");
    assert_eq!(store.root().await.unwrap(), Some(JsValue::from_str("root a")));

    let mut second = commit(Some(head("a", 7)), head("b", 8), vec![row(3, "n", 5, Some(b"imported"))]);
    (second.replace, second.root) = (true, Some(JsValue::from_str("root b")));
    assert_eq!(store.commit(second).await.unwrap(), Outcome::Committed);
    let all = read_all(store).await.unwrap();
    assert_eq!((all.head, all.rows), (Some(head("b", 8)), vec![row(3, "n", 5, Some(b"imported"))]));
    assert_eq!(store.root().await.unwrap(), Some(JsValue::from_str("root b")));
    assert!(store.read_piece("a", "body", 0).await.unwrap().is_none());
    assert!(store.read_piece("c", "body", 0).await.unwrap().is_none());
    assert_eq!(store.read_piece("b", "body", 0).await.unwrap().unwrap().to_vec(), b"new");
}

async fn many_rows(store: &dyn Store) {
    assert_eq!(store.head().await.unwrap(), None);
    // More than one part, and exactly as many as two: nothing is left out between them, nothing comes twice.
    for (generation, count) in [(1, 8192), (2, 8193), (3, 9000)] {
        let rows: Vec<_> = (0..count).map(|n| row(2, &format!("{n:05}"), generation, Some(b"key"))).collect();
        let mut all = commit(store.head().await.unwrap(), head("a", generation), rows.clone());
        all.replace = true;
        assert_eq!(store.commit(all).await.unwrap(), Outcome::Committed);
        let found = read_all(store).await.unwrap();
        assert_eq!((found.head, found.rows.len()), (Some(head("a", generation)), count));
        assert!(found.rows == rows, "in order");
    }
    assert_eq!(store.head().await.unwrap(), Some(head("a", 3)));

    let mut asked = 0;
    let mut refuse = |_: Vec<Row>| {
        asked += 1;
        Err(StorageError::Closed)
    };
    assert_eq!(store.read(None, &mut refuse).await.unwrap_err(), StorageError::Closed);
    assert_eq!(asked, 1, "whoever refuses is asked no more");
}

async fn bodies(store: &dyn Store) {
    store.commit(commit(None, head("a", 1), Vec::new())).await.unwrap();
    for (body, index) in [("x", 0), ("x", 1), ("x", 300), ("xy", 0), ("y", 0)] {
        store.put_piece("a", body, index, piece(format!("{body}{index}").as_bytes())).await.unwrap();
    }
    let large = Uint8Array::new_with_length(PIECE_LEN);
    large.set_index(PIECE_LEN - 1, 7);
    store.put_piece("a", "large", 0, large).await.unwrap();
    let read = |body: &'static str, index| async move {
        store.read_piece("a", body, index).await.unwrap().map(|piece| piece.to_vec())
    };
    assert_eq!(read("x", 300).await.unwrap(), b"x300");
    assert_eq!(read("x", 2).await, None);
    let large = read("large", 0).await.unwrap();
    assert_eq!((large.len(), large.last()), (PIECE_LEN as usize, Some(&7)));

    store.put_piece("a", "x", 1, piece(b"again")).await.unwrap();
    assert_eq!(read("x", 1).await.unwrap(), b"again", "a piece can be written over");

    store.delete_body("a", "x").await.unwrap();
    assert_eq!((read("x", 0).await, read("x", 300).await), (None, None));
    assert_eq!(read("xy", 0).await.unwrap(), b"xy0", "only that body");

    let mut drop_y = commit(Some(head("a", 1)), head("a", 2), Vec::new());
    drop_y.drop_bodies = vec!["y".to_owned()];
    assert_eq!(store.commit(drop_y).await.unwrap(), Outcome::Committed);
    assert_eq!(read("y", 0).await, None);

    store.put_piece("gone", "xy", 0, piece(b"of another store")).await.unwrap();
    let kept = store.keep_bodies("a", vec!["xy".to_owned()]).await.unwrap();
    assert_eq!(kept, 2, "the large one, and the other store's");
    assert_eq!(read("xy", 0).await.unwrap(), b"xy0");
    assert_eq!(read("large", 0).await, None);
}

async fn closing(store: &dyn Store) {
    store.commit(commit(None, head("a", 1), Vec::new())).await.unwrap();
    store.close();
    assert_eq!(read_all(store).await.unwrap_err(), StorageError::Closed);
    assert_eq!(store.head().await.unwrap_err(), StorageError::Closed);
    assert_eq!(store.root().await.unwrap_err(), StorageError::Closed);
    let more = commit(Some(head("a", 1)), head("a", 2), Vec::new());
    assert_eq!(store.commit(more).await.unwrap_err(), StorageError::Closed);
    assert_eq!(store.put_piece("a", "x", 0, piece(b"x")).await.unwrap_err(), StorageError::Closed);
}

macro_rules! conformance {
    ($($case:ident),*) => {
        mod memory {
            use super::*;
            $(#[wasm_bindgen_test] async fn $case() { super::$case(&MemoryStore::new()).await; })*
        }
        mod host {
            use super::*;
            $(#[wasm_bindgen_test] async fn $case() { super::$case(&HostStore::new(memory_storage())).await; })*
        }
        mod indexeddb {
            use super::*;
            $(#[wasm_bindgen_test] async fn $case() {
                super::$case(&IndexedDbStore::open(&fresh_name()).await.unwrap()).await;
            })*
        }
    };
}

conformance!(generations, replacement, many_rows, bodies, closing);

#[wasm_bindgen_test]
async fn a_fork_reads_its_parents_bodies_and_writes_none_there() {
    let parent: Rc<dyn Store> = Rc::new(IndexedDbStore::open(&fresh_name()).await.unwrap());
    let first = commit(None, head("a", 1), vec![row(2, "k", 1, Some(b"one"))]);
    parent.commit(first).await.unwrap();
    parent.put_piece("a", "x", 0, piece(b"parent's")).await.unwrap();
    parent.put_piece("a", "y", 0, piece(b"parent's")).await.unwrap();

    let fork = MemoryStore::fork(Rc::clone(&parent)).await.unwrap();
    assert_eq!(read_all(&fork).await.unwrap(), read_all(&*parent).await.unwrap());
    assert_eq!(fork.read_piece("a", "x", 0).await.unwrap().unwrap().to_vec(), b"parent's");
    fork.put_piece("a", "x", 0, piece(b"fork's")).await.unwrap();
    fork.delete_body("a", "y").await.unwrap();
    let next = commit(Some(head("a", 1)), head("a", 2), vec![row(2, "k", 2, None)]);
    assert_eq!(fork.commit(next).await.unwrap(), Outcome::Committed);

    assert_eq!(fork.read_piece("a", "x", 0).await.unwrap().unwrap().to_vec(), b"fork's");
    assert!(fork.read_piece("a", "y", 0).await.unwrap().is_none());
    assert_eq!(parent.read_piece("a", "x", 0).await.unwrap().unwrap().to_vec(), b"parent's");
    assert_eq!(parent.read_piece("a", "y", 0).await.unwrap().unwrap().to_vec(), b"parent's");
    assert_eq!(read_all(&*parent).await.unwrap().head, Some(head("a", 1)));
}
