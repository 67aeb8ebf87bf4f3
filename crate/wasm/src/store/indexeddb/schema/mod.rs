//! The database's layout, one file a version. A released file is frozen: the next layout is the next file.
//!
//! A migration adds what is new, moves what must move, and only then deletes what is old. It runs inside the
//! upgrade's transaction, so a crash leaves the old layout whole.

mod v1;

use wasm_bindgen::JsValue;
use web_sys::IdbDatabase;

/// The newest layout that this version reads and the one that it writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Brings a database from `from` (0: a new one) to [`SCHEMA_VERSION`].
pub(super) fn migrate(database: &IdbDatabase, from: u32) -> Result<(), JsValue> {
    if from < 1 {
        v1::create(database)?;
    }
    Ok(())
}
