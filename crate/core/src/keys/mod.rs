//! What a KMS key is: names, metadata, states, aliases, rotation. Parsed on the way in, valid ever after.

pub mod access_key;
pub mod alias;
pub mod custom_store;
pub mod grant;
pub mod identity;
pub mod ids;
pub mod key;
pub mod material;
pub mod policy_text;
pub mod principal;
pub mod reference;
pub mod spec;
pub mod state;

pub use access_key::AccessKey;
pub use alias::{Alias, AliasName};
pub use custom_store::{Backing, CloudHsm, ConnectionState, CustomKeyStore, CustomKeyStoreId, XksProxy};
pub use grant::{Grant, GrantConstraints, GrantId, GrantPrincipal};
pub use identity::{Identity, IdentityKind, InlinePolicy, ManagedPolicy};
pub use ids::{AccountId, KeyId, KeyRef, NotAnId, Region};
pub use key::{Deletion, Due, Key, KeyManager, MultiRegion, Origin, Rotation, Settling, Tag, Transition};
pub use material::{Imported, Material, Rotated, RotationType};
pub use policy_text::PolicyText;
pub use principal::Principal;
pub use reference::KeyIdentifier;
pub use spec::{Family, KeySpec, KeyUsage};
pub use state::{KeyState, Status};
