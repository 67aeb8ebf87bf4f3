//! Layout 1.
//!
//! | object store | key | value |
//! |---|---|---|
//! | `meta` | `"head"` | `{ store, generation }` |
//! | `meta` | `"root"` | the root key's record (see `root_key`) |
//! | `rows` | `[kind, id]` | `{ kind, id, generation, sealed? }`, without `sealed` a tombstone; index `generation` |
//! | `pieces` | `[store, body, index]` | `Uint8Array`, at most 4 MiB |

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbObjectStoreParameters};

pub(super) fn create(database: &IdbDatabase) -> Result<(), JsValue> {
    database.create_object_store("meta")?;
    let by_kind_and_id = IdbObjectStoreParameters::new();
    by_kind_and_id.set_key_path(&Array::of2(&"kind".into(), &"id".into()));
    let rows = database.create_object_store_with_optional_parameters("rows", &by_kind_and_id)?;
    rows.create_index_with_str("generation", "generation")?;
    database.create_object_store("pieces")?;
    Ok::<(), JsValue>(())
}
