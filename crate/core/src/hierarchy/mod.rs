//! The key hierarchy: root key → store key → key material → per-call key → data key.
//!
//! The root key is the host's and never comes here. What is here seals under the store key (records, key
//! material) and under key material (a caller's plaintext, through a key derived for that one call).

pub mod access_key;
pub mod blob;
pub mod context;
pub mod inspect;
pub mod material;
pub mod record;

pub use access_key::secret_access_key;
pub use blob::{Blob, Made};
pub use context::EncryptionContext;
pub use inspect::inspect;
pub use material::{MaterialId, SealedMaterial};
