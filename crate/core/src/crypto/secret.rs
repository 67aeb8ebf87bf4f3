//! The secrets of the hierarchy, one type each, so that the compiler keeps them apart.
//!
//! They are boxed when made and never moved by value (a moved array leaves a copy on the stack), zeroize on
//! drop, and have no `Display`, `Clone` or `Serialize`; `Debug` says what they are and nothing more.

use std::fmt;

use zeroize::Zeroizing;

use super::{Failure, Random};

/// The length in bytes of every 256-bit key.
pub const KEY_LEN: usize = 32;

macro_rules! secret_key {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        pub struct $name(Box<Zeroizing<[u8; KEY_LEN]>>);

        impl $name {
            /// Makes one from fresh randomness, in place.
            ///
            /// # Errors
            /// As [`Random::fill`].
            pub fn generate(random: &mut dyn Random) -> Result<Self, Failure> {
                let mut key = Self::zeroed();
                random.fill(key.0.as_mut_slice())?;
                Ok(key)
            }

            /// Copies one in; `None` unless `bytes` are 32.
            #[must_use]
            pub fn copy_from(bytes: &[u8]) -> Option<Self> {
                let mut key = Self::zeroed();
                if bytes.len() != KEY_LEN {
                    return None;
                }
                key.0.copy_from_slice(bytes);
                Some(key)
            }

            /// A place for one that a derivation or a decryption fills.
            pub(crate) fn zeroed() -> Self {
                Self(Box::new(Zeroizing::new([0; KEY_LEN])))
            }

            #[allow(dead_code)]
            pub(crate) fn as_mut(&mut self) -> &mut [u8; KEY_LEN] {
                &mut self.0
            }

            /// The bytes, for the cipher, the derivation or the wrapping that needs them.
            #[must_use]
            pub fn expose(&self) -> &[u8; KEY_LEN] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(kept)"))
            }
        }
    };
}

secret_key! {
    /// Seals every record at rest; itself wrapped by the root key, which the host keeps.
    StoreKey
}
secret_key! {
    /// The backing key of a KMS key: 256 bits, sealed under the store key, unsealed for one use.
    KeyMaterial
}
secret_key! {
    /// Derived from key material for one Encrypt; encrypts at most 4096 bytes.
    PerCallKey
}
secret_key! {
    /// Encrypts one object; stored nowhere in plaintext.
    DataKey
}
