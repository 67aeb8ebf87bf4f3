//! What the wasm crate asks of a browser, asked in a dedicated worker: where the KMS lives.
#![cfg(target_arch = "wasm32")]
// Clippy knows tests by `#[test]` alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

mod suite;
