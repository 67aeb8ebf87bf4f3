//! RSA on the platform: what the core asks its host to do.
//!
//! A key goes to WebCrypto as PKCS #8 and becomes a `CryptoKey` that no script can read out; the last ones are kept,
//! so that a key in use is taken in once. What WebCrypto will not take is declined, and the core does it.

use std::cell::RefCell;

use js_sys::{Array, Object, Uint8Array};
use tabkms_core::api::{HostJob, HostKey, HostResult};
use tabkms_core::crypto::KeyMaterial;
use tabkms_core::crypto::pair::rsa::{Oaep, RsaSigning, Sha2};
use tabkms_core::hierarchy::MaterialId;
use wasm_bindgen::JsCast;
use web_sys::CryptoKey;

use super::{copy_in, settled, subtle};
use crate::error::StorageError;
use crate::host;

/// How many keys are kept.
const KEPT: usize = 16;

/// What a `CryptoKey` is for: WebCrypto binds each to one algorithm with one hash.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Use {
    name: &'static str,
    hash: &'static str,
    verb: &'static str,
    /// In bytes, for PSS.
    salt: Option<u32>,
}

impl Use {
    fn signing(algorithm: RsaSigning) -> Self {
        let (RsaSigning::Pkcs1(hash) | RsaSigning::Pss(hash)) = algorithm;
        let (hash, length) = match hash {
            Sha2::Sha256 => ("SHA-256", 32),
            Sha2::Sha384 => ("SHA-384", 48),
            Sha2::Sha512 => ("SHA-512", 64),
        };
        match algorithm {
            RsaSigning::Pkcs1(_) => Self { name: "RSASSA-PKCS1-v1_5", hash, verb: "sign", salt: None },
            RsaSigning::Pss(_) => Self { name: "RSA-PSS", hash, verb: "sign", salt: Some(length) },
        }
    }

    fn decryption(algorithm: Oaep) -> Self {
        let hash = match algorithm {
            Oaep::Sha1 => "SHA-1",
            Oaep::Sha256 => "SHA-256",
        };
        Self { name: "RSA-OAEP", hash, verb: "decrypt", salt: None }
    }

    /// `RsaHashedImportParams`.
    fn import_parameters(self) -> Object {
        let parameters = Object::new();
        host::set(&parameters, "name", &self.name.into());
        host::set(&parameters, "hash", &self.hash.into());
        parameters
    }

    /// What `sign` and `decrypt` want: the name, and the length of a salt.
    fn parameters(self) -> Object {
        let parameters = Object::new();
        host::set(&parameters, "name", &self.name.into());
        if let Some(length) = self.salt {
            host::set(&parameters, "saltLength", &length.into());
        }
        parameters
    }
}

/// The platform's RSA, and the keys that it has taken in.
#[derive(Default)]
pub struct RsaHost {
    /// The one used last is at the end.
    keys: RefCell<Vec<(MaterialId, Use, CryptoKey)>>,
}

impl RsaHost {
    /// Whether there is a platform to ask.
    #[must_use]
    pub fn is_there() -> bool {
        subtle().is_ok()
    }

    /// Does `job`; [`HostResult::Declined`] where this platform cannot.
    pub async fn work(&self, job: &HostJob) -> HostResult {
        let result = match job {
            HostJob::GenerateRsa { bits } => generate(*bits).await.map(HostResult::Made),
            HostJob::RsaSign { key, algorithm, message } => {
                self.sign(key, Use::signing(*algorithm), message.expose()).await.map(HostResult::Signed)
            }
            HostJob::RsaDecrypt { key, algorithm, ciphertext } => {
                self.decrypt(key, Use::decryption(*algorithm), ciphertext).await
            }
        };
        result.unwrap_or(HostResult::Declined)
    }

    /// Lets go of every key.
    pub fn forget(&self) {
        self.keys.borrow_mut().clear();
    }

    /// How many keys are kept at the moment.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.keys.borrow().len()
    }

    async fn sign(&self, key: &HostKey, purpose: Use, message: &[u8]) -> Result<Vec<u8>, StorageError> {
        let key = self.key(key, purpose).await?;
        // WebCrypto copies the message before it returns.
        let signed = subtle()?.sign_with_object_and_u8_array(&purpose.parameters(), &key, message);
        Ok(Uint8Array::new(&settled(signed).await?).to_vec())
    }

    async fn decrypt(
        &self,
        key: &HostKey,
        purpose: Use,
        ciphertext: &[u8],
    ) -> Result<HostResult, StorageError> {
        let key = self.key(key, purpose).await?;
        let opened = subtle()?.decrypt_with_object_and_u8_array(&purpose.parameters(), &key, ciphertext);
        let opened = opened.map_err(|thrown| StorageError::from_thrown(&thrown))?;
        match wasm_bindgen_futures::JsFuture::from(opened).await {
            Ok(opened) => Ok(HostResult::Decrypted(take(&Uint8Array::new(&opened)))),
            // The one thing that WebCrypto says, whatever is wrong with the ciphertext.
            Err(thrown) if host::describe(&thrown).0 == "OperationError" => Ok(HostResult::Refused),
            Err(thrown) => Err(StorageError::from_thrown(&thrown)),
        }
    }

    /// The key as WebCrypto has it.
    async fn key(&self, key: &HostKey, purpose: Use) -> Result<CryptoKey, StorageError> {
        if let Some(known) = self.known(key.id, purpose) {
            return Ok(known);
        }
        let pkcs8 = Uint8Array::from(key.pkcs8.expose());
        let imported = import(&pkcs8, purpose).await;
        pkcs8.fill(0, 0, pkcs8.length());
        let imported = imported?;
        let mut keys = self.keys.borrow_mut();
        if keys.len() >= KEPT {
            keys.remove(0);
        }
        keys.push((key.id, purpose, imported.clone()));
        Ok(imported)
    }

    fn known(&self, id: MaterialId, purpose: Use) -> Option<CryptoKey> {
        let mut keys = self.keys.borrow_mut();
        let at = keys.iter().position(|(known, used, _)| (*known, *used) == (id, purpose))?;
        let entry = keys.remove(at);
        let key = entry.2.clone();
        keys.push(entry);
        Some(key)
    }
}

async fn import(pkcs8: &Uint8Array, purpose: Use) -> Result<CryptoKey, StorageError> {
    let usages = Array::of1(&purpose.verb.into());
    let imported =
        subtle()?.import_key_with_object("pkcs8", pkcs8, &purpose.import_parameters(), false, &usages);
    Ok(settled(imported).await?.unchecked_into())
}

/// Makes a key pair; the algorithm with which WebCrypto wants to make it does not stand in PKCS #8.
async fn generate(bits: usize) -> Result<KeyMaterial, StorageError> {
    let parameters = Use::signing(RsaSigning::Pkcs1(Sha2::Sha256)).import_parameters();
    host::set(&parameters, "modulusLength", &u32::try_from(bits).unwrap_or(0).into());
    // 65537, big-endian.
    host::set(&parameters, "publicExponent", &Uint8Array::from([1, 0, 1].as_slice()));
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let pair = settled(subtle()?.generate_key_with_object(&parameters, true, &usages)).await?;
    let private = host::member(&pair, "privateKey")
        .ok_or_else(|| StorageError::Host("WebCrypto made no private key".to_owned()))?;
    let exported = settled(subtle()?.export_key("pkcs8", private.unchecked_ref())).await?;
    Ok(KeyMaterial::new(take(&Uint8Array::new(&exported))))
}

/// Takes a secret over: JavaScript's copy is wiped.
fn take(copy: &Uint8Array) -> zeroize::Zeroizing<Vec<u8>> {
    let secret = copy_in(copy);
    copy.fill(0, 0, copy.length());
    secret
}
