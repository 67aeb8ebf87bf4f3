//! The tests that run in both places.

mod conformance;
mod database;
mod host_storage;
mod kms;
mod root_key;
mod rsa;
mod webcrypto;

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// A database name that no other test uses, nor an earlier run in the same profile.
fn fresh_name() -> String {
    let count = COUNT.with(|count| count.replace(count.get() + 1));
    format!("test-{}-{count}", js_sys::Math::random())
}
