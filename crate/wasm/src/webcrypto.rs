//! The platform's own cryptography: RSA in [`rsa`], and AES-256-GCM for bulk bytes that never enter wasm's memory.
//!
//! [`Cipher`] has two engines that write the same bytes: WebCrypto, and `aes-gcm` in wasm where WebCrypto is not to
//! be had or is not wanted. One is tested against the other in tests/wasm.

pub mod rsa;

use std::rc::Rc;

use js_sys::{Array, Object, Promise, Uint8Array};
use tabkms_core::crypto::{DataKey, aead};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::host;

const TAG_BITS: u8 = 128;

/// `crypto.subtle`, in a window, in a worker and in Node alike.
///
/// # Errors
/// [`StorageError::Refused`] where there is none: a page that is not served securely.
pub(crate) fn subtle() -> Result<SubtleCrypto, StorageError> {
    // Looked up at every call, and it does not change while a host runs.
    thread_local! {
        static SUBTLE: Option<SubtleCrypto> = host::global("crypto")
            .and_then(|crypto| host::member(&crypto, "subtle"))
            .map(JsCast::unchecked_into);
    }
    SUBTLE.with(Clone::clone).ok_or_else(|| {
        StorageError::Refused(
            "there is no WebCrypto here: the page has to come over HTTPS or from localhost".into(),
        )
    })
}

/// Waits for a promise of WebCrypto's.
pub(crate) async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue, StorageError> {
    let promise = promise.map_err(|thrown| StorageError::from_thrown(&thrown))?;
    JsFuture::from(promise).await.map_err(|thrown| StorageError::from_thrown(&thrown))
}

fn parameters(iv: &[u8; aead::IV_LEN], aad: &[u8]) -> Object {
    let parameters = AesGcmParams::new("AES-GCM", &Uint8Array::from(iv.as_slice()));
    parameters.set_additional_data(&Uint8Array::from(aad));
    parameters.set_tag_length(TAG_BITS);
    parameters.unchecked_into()
}

/// Ciphertext ‖ tag.
pub(crate) async fn encrypt(
    key: &CryptoKey,
    iv: &[u8; aead::IV_LEN],
    aad: &[u8],
    data: &Uint8Array,
) -> Result<Uint8Array, StorageError> {
    let promise = subtle()?.encrypt_with_object_and_buffer_source(&parameters(iv, aad), key, data);
    Ok(Uint8Array::new(&settled(promise).await?))
}

/// Opens ciphertext ‖ tag; `None` where the tag does not fit.
pub(crate) async fn decrypt(
    key: &CryptoKey,
    iv: &[u8; aead::IV_LEN],
    aad: &[u8],
    data: &Uint8Array,
) -> Result<Option<Uint8Array>, StorageError> {
    let promise = subtle()?
        .decrypt_with_object_and_buffer_source(&parameters(iv, aad), key, data)
        .map_err(|thrown| StorageError::from_thrown(&thrown))?;
    match JsFuture::from(promise).await {
        Ok(opened) => Ok(Some(Uint8Array::new(&opened))),
        // The one thing that WebCrypto says of a tag that does not fit, or of data shorter than one.
        Err(thrown) if host::describe(&thrown).0 == "OperationError" => Ok(None),
        Err(thrown) => Err(StorageError::from_thrown(&thrown)),
    }
}

/// Which engine a [`Cipher`] runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// WebCrypto where it works, else wasm.
    #[default]
    Auto,
    /// `aes-gcm` in wasm.
    Wasm,
}

/// An AES-256-GCM key for many pieces of one body.
#[derive(Clone)]
pub struct Cipher(Inner);

#[derive(Clone)]
enum Inner {
    Platform(CryptoKey),
    Wasm(Rc<DataKey>),
}

impl Cipher {
    /// Takes a key in. In WebCrypto it becomes a non-extractable `CryptoKey`, and its copy is wiped.
    ///
    /// `None` unless `key` is 32 bytes long.
    pub async fn new(key: &[u8], engine: Engine) -> Option<Self> {
        let own = DataKey::copy_from(key)?;
        if engine == Engine::Auto
            && let Ok(key) = import(&own).await
        {
            return Some(Self(Inner::Platform(key)));
        }
        Some(Self(Inner::Wasm(Rc::new(own))))
    }

    /// Whether the platform's hardware does it.
    #[must_use]
    pub fn is_platform(&self) -> bool {
        matches!(self.0, Inner::Platform(_))
    }

    /// Encrypts one piece: ciphertext ‖ tag.
    ///
    /// # Errors
    /// Those of WebCrypto.
    pub async fn encrypt(
        &self,
        iv: &[u8; aead::IV_LEN],
        aad: &[u8],
        data: &Uint8Array,
    ) -> Result<Uint8Array, StorageError> {
        match &self.0 {
            Inner::Platform(key) => encrypt(key, iv, aad, data).await,
            Inner::Wasm(key) => {
                let mut buffer = copy_in(data);
                aead::compute_on(None);
                let tag = aead::encrypt_in_place(key.expose(), iv, aad, &mut buffer)
                    .map_err(|failure| StorageError::Host(failure.to_string()))?;
                let out = Uint8Array::new_with_length(data.length().saturating_add(16));
                out.set(&Uint8Array::from(buffer.as_slice()), 0);
                out.set(&Uint8Array::from(tag.as_slice()), data.length());
                Ok(out)
            }
        }
    }

    /// Opens one piece; `None` where the tag does not fit.
    ///
    /// # Errors
    /// Those of WebCrypto.
    pub async fn decrypt(
        &self,
        iv: &[u8; aead::IV_LEN],
        aad: &[u8],
        data: &Uint8Array,
    ) -> Result<Option<Uint8Array>, StorageError> {
        match &self.0 {
            Inner::Platform(key) => decrypt(key, iv, aad, data).await,
            Inner::Wasm(key) => {
                let sealed = copy_in(data);
                aead::compute_on(None);
                let opened = aead::open(key.expose(), iv, aad, &sealed).ok();
                Ok(opened.map(|opened| Uint8Array::from(opened.as_slice())))
            }
        }
    }
}

/// Bytes of JavaScript's in a buffer of ours that zeroizes.
pub(crate) fn copy_in(data: &Uint8Array) -> Zeroizing<Vec<u8>> {
    let mut buffer = Zeroizing::new(vec![0; usize::try_from(data.length()).unwrap_or(0)]);
    data.copy_to(&mut buffer);
    buffer
}

/// Imports a key as one that no script can read out.
async fn import(key: &DataKey) -> Result<CryptoKey, StorageError> {
    let raw = Uint8Array::from(key.expose().as_slice());
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let imported = match subtle() {
        Ok(subtle) => settled(subtle.import_key_with_str("raw", &raw, "AES-GCM", false, &usages)).await,
        Err(error) => Err(error),
    };
    raw.fill(0, 0, raw.length());
    Ok(imported?.unchecked_into())
}
