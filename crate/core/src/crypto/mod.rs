//! RustCrypto behind the names that the key hierarchy uses, and the types that keep secrets.

pub mod aead;
pub mod kdf;
pub mod random;
pub mod secret;

pub use random::Random;
pub use secret::{DataKey, KeyMaterial, PerCallKey, StoreKey};
