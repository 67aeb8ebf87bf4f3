//! The secrets of the hierarchy, one type each, so that the compiler keeps them apart.
//!
//! They are boxed when made and never moved by value (a moved array leaves a copy on the stack), zeroize on
//! drop, and have no `Display`, `Clone` or `Serialize`; `Debug` says what they are and nothing more.

use std::fmt;

use zeroize::Zeroizing;

use super::aead::{Cipher, Keyed};
use super::{Failure, Random};

pub use tabkms_symmetric::KEY_LEN;

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

/// Seals every record at rest; itself wrapped by the root key, which the host keeps. Each call opens something under
/// it, so its key schedule stands beside it as long as it does.
pub struct StoreKey(Box<Zeroizing<[u8; KEY_LEN]>>, Box<Cipher>);

impl StoreKey {
    /// Makes one from fresh randomness, in place.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, Failure> {
        let mut key = Box::new(Zeroizing::new([0; KEY_LEN]));
        random.fill(key.as_mut_slice())?;
        Ok(Self::new(key))
    }

    /// Copies one in; `None` unless `bytes` are 32.
    #[must_use]
    pub fn copy_from(bytes: &[u8]) -> Option<Self> {
        let mut key = Box::new(Zeroizing::new([0; KEY_LEN]));
        if bytes.len() != KEY_LEN {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self::new(key))
    }

    fn new(key: Box<Zeroizing<[u8; KEY_LEN]>>) -> Self {
        let cipher = Box::new(Cipher::new(&key));
        Self(key, cipher)
    }

    /// The bytes, for the wrapping that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// As AES-256-GCM takes it.
    #[must_use]
    pub fn keyed(&self) -> Keyed<'_> {
        Keyed::with_schedule(&self.0, &self.1)
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(kept)")
    }
}

/// The backing key of a KMS key, sealed under the store key and unsealed for one use: 256 bits of a symmetric key,
/// an HMAC key of its digest's length, or the private part of a key pair in the form of its algorithm.
pub struct KeyMaterial(Box<Zeroizing<Vec<u8>>>);

impl KeyMaterial {
    /// `length` bytes of fresh randomness, in place.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(length: usize, random: &mut dyn Random) -> Result<Self, Failure> {
        let mut bytes = Box::new(Zeroizing::new(vec![0; length]));
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Takes over what a decryption or a key generation made; nothing is copied.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Box::new(bytes))
    }

    /// The bytes, for the computation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaterial(kept)")
    }
}

secret_key! {
    /// Derived from key material for one Encrypt; encrypts at most 4096 bytes.
    PerCallKey
}
secret_key! {
    /// Encrypts one object; stored nowhere in plaintext.
    DataKey
}
