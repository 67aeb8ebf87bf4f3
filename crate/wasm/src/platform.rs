//! AES-256-GCM and SHA-256 as the host computes them at once: js/src/cipher.ts.

use std::cell::RefCell;

use tabkms_core::crypto::aead::{IV_LEN, Platform, TAG_LEN};
use tabkms_core::crypto::secret::KEY_LEN;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `PlatformCipher` in js/src/cipher.ts. It sees our memory itself: nothing is copied on the way.
    #[derive(Clone)]
    pub type PlatformCipher;
    #[wasm_bindgen(method, catch)]
    fn encrypt(
        this: &PlatformCipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decrypt(
        this: &PlatformCipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn hash(this: &PlatformCipher, head: &[u8], rest: &[u8], digest: &mut [u8]) -> Result<(), JsValue>;
}

thread_local! {
    static CIPHER: RefCell<Option<PlatformCipher>> = const { RefCell::new(None) };
}

/// Takes the host's cipher, for every store from now on that may use it.
#[wasm_bindgen(js_name = setPlatformCipher)]
pub fn set_platform_cipher(cipher: PlatformCipher) {
    CIPHER.set(Some(cipher));
}

/// The host's cipher, where it has given one.
pub(crate) fn platform() -> Option<&'static Platform> {
    CIPHER.with_borrow(Option::is_some).then_some(&HOST)
}

static HOST: Platform = Platform { encrypt, decrypt, hash };

fn encrypt(key: &[u8; KEY_LEN], iv: &[u8; IV_LEN], aad: &[u8], buffer: &mut [u8]) -> Option<[u8; TAG_LEN]> {
    let mut tag = [0; TAG_LEN];
    CIPHER.with_borrow(|cipher| cipher.as_ref()?.encrypt(key, iv, aad, buffer, &mut tag).ok())?;
    Some(tag)
}

fn decrypt(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Option<bool> {
    CIPHER.with_borrow(|cipher| cipher.as_ref()?.decrypt(key, iv, aad, buffer, tag).ok())
}

fn hash(head: &[u8], rest: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    CIPHER.with_borrow(|cipher| cipher.as_ref()?.hash(head, rest, &mut digest).ok())?;
    Some(digest)
}
