//! tabkms for JavaScript: the core behind wasm-bindgen, with the browser's storage and cryptography.
//!
//! The core decides; what stands here carries: rows to IndexedDB, bulk bytes to WebCrypto, values to JavaScript.
//! A secret crosses the boundary only as a `Uint8Array` that is copied out of or into a buffer that zeroizes.

pub mod error;
mod gate;
mod host;
pub mod kms;
pub mod random;
pub mod root_key;
pub mod store;
pub mod value;
pub mod webcrypto;
pub mod wipe;
