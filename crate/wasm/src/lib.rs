//! tabkms for JavaScript: the core behind wasm-bindgen, with the browser's storage and cryptography.
//!
//! The core decides; what stands here carries: rows to IndexedDB, bulk bytes to WebCrypto, values to JavaScript.
//! A secret crosses the boundary only as a `Uint8Array` that is copied out of or into a buffer that zeroizes.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

pub mod envelope;
pub mod error;
mod gate;
mod host;
pub mod kms;
mod memory;
pub mod platform;
pub mod random;
pub mod root_key;
pub mod store;
pub mod value;
pub mod webcrypto;
pub mod wipe;

/// Wipes what is freed. Our own secrets zeroize themselves; the big integers of RSA do not, nor does what wasm-bindgen
/// allocates on the way in and out.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
