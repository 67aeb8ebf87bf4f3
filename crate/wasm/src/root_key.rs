//! The root key: a WebCrypto key that wasm never sees, and the record of it that a store keeps.
//!
//! It wraps one thing, the store key. Four modes: kept by the browser as a non-extractable `CryptoKey` (binds
//! scripts, not the disk: browsers write such keys into the profile in the clear), in a file that JavaScript reads,
//! derived from a passphrase at every opening (protects at rest), or in memory alone.
//!
//! The record is a JavaScript object, since a `CryptoKey` can stand nowhere else:
//! `{ version: 1, mode, iv, wrapped, key? , salt?, rounds? }`, `wrapped` being the store key under AES-256-GCM with
//! `tabkms store key, record 1, <mode>, <store>` as associated data.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use tabkms_core::crypto::{Random, StoreKey};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;
use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::host;
use crate::random::Source;
use crate::webcrypto::{self, settled, subtle};

/// The fewest rounds of PBKDF2-HMAC-SHA-256 that a passphrase gets, and what a new one gets (OWASP, 2023).
pub const ROUNDS: u32 = 600_000;
/// More than anybody chooses: a damaged record must not keep the tab busy for hours.
const MOST_ROUNDS: u32 = 50_000_000;
const RECORD_VERSION: f64 = 1.0;
const SALT_LEN: usize = 16;

/// Who keeps the root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The browser, in the database.
    Browser,
    /// The host, in a file beside the store.
    File,
    /// A person, in mind: derived again at every opening.
    Passphrase,
    /// Nobody: it is gone with the tab.
    Memory,
}

impl Mode {
    /// The name in records and in `describe()`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::File => "file",
            Self::Passphrase => "passphrase",
            Self::Memory => "memory",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Browser, Self::File, Self::Passphrase, Self::Memory]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}

/// A root key in use.
#[derive(Debug, Clone)]
pub struct RootKey {
    mode: Mode,
    key: CryptoKey,
    // What a passphrase's derivation needs again.
    derivation: Option<Derivation>,
}

#[derive(Debug, Clone)]
struct Derivation {
    salt: [u8; SALT_LEN],
    rounds: u32,
}

impl RootKey {
    /// Makes one that cannot be extracted, kept as `mode` says; `made` is the host's own, where it makes one itself.
    ///
    /// # Errors
    /// [`StorageError::Refused`] where there is no WebCrypto (a page that is not served securely); those of the host.
    pub async fn generate(mode: Mode, made: Option<Promise>) -> Result<Self, StorageError> {
        let made = match made {
            Some(made) => Ok(made),
            None => {
                let algorithm = Object::new();
                host::set(&algorithm, "name", &"AES-GCM".into());
                host::set(&algorithm, "length", &256.into());
                subtle()?.generate_key_with_object(&algorithm, false, &usages())
            }
        };
        let key = settled(made.map(JsCast::unchecked_into)).await?;
        Ok(Self { mode, key: key.unchecked_into(), derivation: None })
    }

    /// Derives one from a passphrase and a fresh salt.
    ///
    /// # Errors
    /// As [`RootKey::generate`]; [`StorageError::PassphraseRequired`] for an empty passphrase.
    pub async fn from_passphrase(passphrase: &Uint8Array, random: &mut Source) -> Result<Self, StorageError> {
        let mut salt = [0; SALT_LEN];
        random.fill(&mut salt).map_err(|failure| StorageError::Host(failure.to_string()))?;
        Self::derive(passphrase, Derivation { salt, rounds: ROUNDS }).await
    }

    async fn derive(passphrase: &Uint8Array, derivation: Derivation) -> Result<Self, StorageError> {
        if passphrase.length() == 0 {
            return Err(StorageError::PassphraseRequired);
        }
        let key = derive_key(passphrase, &derivation.salt, derivation.rounds).await?;
        Ok(Self { mode: Mode::Passphrase, key, derivation: Some(derivation) })
    }

    /// Who keeps it.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether `record` names this root key's keeper: the same mode and, for a passphrase, the same salt.
    #[must_use]
    pub fn wrote(&self, record: &JsValue) -> bool {
        match (Record::parse(record).map(|record| (record.mode, record.keeper)), &self.derivation) {
            (Some((Mode::Passphrase, Keeper::Passphrase(other))), Some(own)) => own.salt == other.salt,
            (Some((mode, Keeper::Key(_))), None) => mode == self.mode,
            _ => false,
        }
    }

    /// Wraps the key of `store`: the record to commit.
    ///
    /// # Errors
    /// Those of WebCrypto.
    pub async fn wrap(
        &self,
        store_key: &StoreKey,
        store: &str,
        random: &mut Source,
    ) -> Result<JsValue, StorageError> {
        let mut iv = [0; 12];
        random.fill(&mut iv).map_err(|failure| StorageError::Host(failure.to_string()))?;
        let wrapped = wrap_bytes(&self.key, &iv, &purpose(self.mode, store), store_key.expose()).await?;
        let record = Object::new();
        host::set(&record, "version", &RECORD_VERSION.into());
        host::set(&record, "mode", &self.mode.name().into());
        host::set(&record, "iv", &Uint8Array::from(iv.as_slice()));
        host::set(&record, "wrapped", &wrapped);
        match &self.derivation {
            Some(derivation) => {
                host::set(&record, "salt", &Uint8Array::from(derivation.salt.as_slice()));
                host::set(&record, "rounds", &derivation.rounds.into());
            }
            None => host::set(&record, "key", &self.key),
        }
        Ok(record.into())
    }

    /// Opens a record: the root key, and the key of `store` that it wraps. `passphrase` is the UTF-8 of one.
    ///
    /// # Errors
    /// [`StorageError::PassphraseRequired`] and [`StorageError::WrongPassphrase`] in passphrase mode,
    /// [`StorageError::Corrupt`] for a record that is not one of these.
    pub async fn open(
        record: &JsValue,
        store: &str,
        passphrase: Option<&Uint8Array>,
    ) -> Result<(Self, StoreKey), StorageError> {
        let parsed = Record::parse(record).ok_or_else(damaged)?;
        let root = match parsed.keeper {
            Keeper::Key(key) => Self { mode: parsed.mode, key, derivation: None },
            Keeper::Passphrase(derivation) => {
                let passphrase = passphrase.ok_or(StorageError::PassphraseRequired)?;
                Self::derive(passphrase, derivation).await?
            }
        };
        let opened = unwrap_bytes(&root.key, &parsed.iv, &purpose(root.mode, store), &parsed.wrapped).await?;
        let Some(bytes) = opened else {
            return Err(match root.mode {
                Mode::Passphrase => StorageError::WrongPassphrase,
                Mode::Browser | Mode::File | Mode::Memory => damaged(),
            });
        };
        let store_key = StoreKey::copy_from(&bytes).ok_or_else(damaged)?;
        Ok((root, store_key))
    }
}

/// The mode that a record names, without opening it.
#[must_use]
pub fn mode_of(record: &JsValue) -> Option<Mode> {
    Mode::from_name(&host::member(record, "mode")?.as_string()?)
}

struct Record {
    mode: Mode,
    iv: [u8; 12],
    wrapped: Uint8Array,
    keeper: Keeper,
}

enum Keeper {
    Key(CryptoKey),
    Passphrase(Derivation),
}

impl Record {
    fn parse(record: &JsValue) -> Option<Self> {
        if host::member(record, "version")?.as_f64()?.to_bits() != RECORD_VERSION.to_bits() {
            return None;
        }
        let mode = mode_of(record)?;
        let iv = host::member(record, "iv")?.dyn_into::<Uint8Array>().ok()?.to_vec().try_into().ok()?;
        let wrapped = host::member(record, "wrapped")?.dyn_into::<Uint8Array>().ok()?;
        let keeper = match mode {
            Mode::Browser | Mode::File | Mode::Memory => {
                Keeper::Key(host::member(record, "key")?.unchecked_into())
            }
            Mode::Passphrase => {
                let salt = host::member(record, "salt")?.dyn_into::<Uint8Array>().ok()?;
                let rounds = host::member(record, "rounds")?.as_f64()?;
                if rounds.fract() != 0.0 || !(f64::from(ROUNDS)..=f64::from(MOST_ROUNDS)).contains(&rounds) {
                    return None;
                }
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let rounds = rounds as u32;
                Keeper::Passphrase(Derivation { salt: salt.to_vec().try_into().ok()?, rounds })
            }
        };
        Some(Self { mode, iv, wrapped, keeper })
    }
}

fn damaged() -> StorageError {
    StorageError::Corrupt("the root key's record cannot be opened".to_owned())
}

fn purpose(mode: Mode, store: &str) -> Vec<u8> {
    format!("tabkms store key, record 1, {}, {store}", mode.name()).into_bytes()
}

fn usages() -> Array {
    Array::of2(&"encrypt".into(), &"decrypt".into())
}

/// PBKDF2-HMAC-SHA-256 of a passphrase into a non-extractable AES-256-GCM key.
///
/// # Errors
/// Those of WebCrypto.
pub(crate) async fn derive_key(
    passphrase: &Uint8Array,
    salt: &[u8],
    rounds: u32,
) -> Result<CryptoKey, StorageError> {
    let subtle = subtle()?;
    let derive = Array::of1(&"deriveKey".into());
    let base = settled(subtle.import_key_with_str("raw", passphrase, "PBKDF2", false, &derive)).await?;
    let parameters = Object::new();
    host::set(&parameters, "name", &"PBKDF2".into());
    host::set(&parameters, "hash", &"SHA-256".into());
    host::set(&parameters, "salt", &Uint8Array::from(salt));
    host::set(&parameters, "iterations", &rounds.into());
    let algorithm = Object::new();
    host::set(&algorithm, "name", &"AES-GCM".into());
    host::set(&algorithm, "length", &256.into());
    // Through Reflect: web-sys types the derived key's algorithm in a way that differs between its versions.
    let function =
        host::member(&subtle, "deriveKey").and_then(|function| function.dyn_into::<Function>().ok());
    let function = function.ok_or_else(|| StorageError::Refused("there is no WebCrypto here".to_owned()))?;
    let arguments = Array::of5(&parameters, &base, &algorithm, &JsValue::FALSE, &usages());
    let promise = Reflect::apply(&function, &subtle, &arguments);
    Ok(settled(promise.map(JsCast::unchecked_into)).await?.unchecked_into())
}

/// Encrypts a secret under `key`. The copy that WebCrypto reads is wiped.
pub(crate) async fn wrap_bytes(
    key: &CryptoKey,
    iv: &[u8; 12],
    aad: &[u8],
    secret: &[u8],
) -> Result<Uint8Array, StorageError> {
    let copy = Uint8Array::from(secret);
    let wrapped = webcrypto::encrypt(key, iv, aad, &copy).await;
    copy.fill(0, 0, copy.length());
    wrapped
}

/// Decrypts a secret; `None` where `key` does not fit. The copy that WebCrypto wrote is wiped.
pub(crate) async fn unwrap_bytes(
    key: &CryptoKey,
    iv: &[u8; 12],
    aad: &[u8],
    wrapped: &Uint8Array,
) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
    let Some(copy) = webcrypto::decrypt(key, iv, aad, wrapped).await? else { return Ok(None) };
    let mut secret = Zeroizing::new(vec![0; usize::try_from(copy.length()).unwrap_or(0)]);
    copy.copy_to(&mut secret);
    copy.fill(0, 0, copy.length());
    Ok(Some(secret))
}
