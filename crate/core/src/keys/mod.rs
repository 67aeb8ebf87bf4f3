//! What a KMS key is: names, metadata, states, aliases, rotation. Parsed on the way in, valid ever after.

pub mod alias;
pub mod ids;
pub mod key;
pub mod reference;
pub mod spec;

pub use alias::{Alias, AliasName};
pub use ids::{AccountId, KeyId, KeyRef, Region};
pub use key::{Deletion, Due, Key, KeyManager, Material, Rotated, Rotation, RotationType, Status};
pub use reference::KeyIdentifier;
pub use spec::{Family, KeySpec, KeyUsage};
