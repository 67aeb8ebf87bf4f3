//! The cryptography of messages where a host lacks it: js/src/envelope/engine-wasm.ts. Chromium has no AES-192, no
//! browser hashes a stream, and a page over plain HTTP has no WebCrypto at all.

use js_sys::Uint8Array;
use tabkms_core::crypto::KeyMaterial;
use tabkms_core::crypto::aead::{IV_LEN, TAG_LEN};
use tabkms_core::crypto::message::{self, MessageCipher, StreamHash};
use tabkms_core::crypto::pair::{PairKind, Signed};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::random::Source;
use crate::wipe;

/// AES-GCM under one key of 24 or 32 bytes.
#[wasm_bindgen]
pub struct EnvelopeCipher(MessageCipher);

#[wasm_bindgen]
impl EnvelopeCipher {
    /// `undefined` for a key of another length.
    pub fn of(key: &Uint8Array) -> Option<EnvelopeCipher> {
        let made = MessageCipher::new(&copied(key)).map(Self);
        wipe::wipe_stack();
        made
    }

    /// Ciphertext and tag; `undefined` for an IV of another length than 12 bytes.
    pub fn seal(&self, iv: &Uint8Array, aad: &Uint8Array, plaintext: &Uint8Array) -> Option<Uint8Array> {
        let iv = <[u8; IV_LEN]>::try_from(iv.to_vec()).ok()?;
        let mut buffer = copied(plaintext);
        let tag = self.0.encrypt(&iv, &aad.to_vec(), &mut buffer)?;
        let out = Uint8Array::new_with_length(plaintext.length().checked_add(16)?);
        out.subarray(0, plaintext.length()).copy_from(&buffer);
        out.subarray(plaintext.length(), out.length()).copy_from(&tag);
        Some(out)
    }

    /// The plaintext; `undefined` where the tag does not fit.
    pub fn open(&self, iv: &Uint8Array, aad: &Uint8Array, sealed: &Uint8Array) -> Option<Uint8Array> {
        let iv = <[u8; IV_LEN]>::try_from(iv.to_vec()).ok()?;
        let mut buffer = copied(sealed);
        let (body, tag) = buffer.split_last_chunk_mut::<TAG_LEN>()?;
        self.0.decrypt(&iv, &aad.to_vec(), body, tag).then(|| Uint8Array::from(&*body))
    }
}

/// SHA-256 or SHA-384 over a stream.
#[wasm_bindgen]
pub struct EnvelopeHash(StreamHash);

#[wasm_bindgen]
impl EnvelopeHash {
    /// `undefined` for another number of bits.
    pub fn of(bits: u32) -> Option<EnvelopeHash> {
        StreamHash::new(bits).map(Self)
    }

    /// Takes what comes next.
    pub fn update(&mut self, bytes: &Uint8Array) {
        const PIECE: u32 = 64 * 1024;
        let mut buffer = vec![0; usize::try_from(PIECE.min(bytes.length())).unwrap_or_default()];
        let mut at = 0;
        while at < bytes.length() {
            let part = bytes.subarray(at, at.saturating_add(PIECE));
            let Some(piece) = buffer.get_mut(..usize::try_from(part.length()).unwrap_or_default()) else {
                return;
            };
            part.copy_to(piece);
            self.0.update(piece);
            at = at.saturating_add(PIECE);
        }
    }

    /// The hash of all that came.
    pub fn finish(self) -> Uint8Array {
        Uint8Array::from(self.0.finish().as_slice())
    }
}

/// HKDF-SHA-512: `length` bytes; `undefined` for more than it gives.
#[wasm_bindgen(js_name = envelopeHkdf)]
pub fn envelope_hkdf(
    secret: &Uint8Array,
    salt: &Uint8Array,
    info: &Uint8Array,
    length: u32,
) -> Option<Uint8Array> {
    let mut out = Zeroizing::new(vec![0; usize::try_from(length).ok()?]);
    let derived = message::hkdf_sha512(&copied(secret), &salt.to_vec(), &info.to_vec(), &mut out);
    wipe::wipe_stack();
    derived.then(|| Uint8Array::from(out.as_slice()))
}

/// An ECDSA key that signs one message, or those of one cached data key. The private key stays here.
#[wasm_bindgen]
pub struct EnvelopeSigningKey {
    kind: PairKind,
    private: KeyMaterial,
    public: Vec<u8>,
}

#[wasm_bindgen]
impl EnvelopeSigningKey {
    /// A fresh one on P-256 or P-384; `undefined` for another number of bits, or without randomness.
    pub fn generate(bits: u32) -> Option<EnvelopeSigningKey> {
        let kind = kind(bits)?;
        let pair = kind.generate(&mut Source::default()).ok()?;
        wipe::wipe_stack();
        Some(Self { kind, private: pair.private, public: pair.public })
    }

    /// DER SubjectPublicKeyInfo, the point uncompressed.
    #[wasm_bindgen(getter, js_name = publicKey)]
    pub fn public_key(&self) -> Uint8Array {
        Uint8Array::from(self.public.as_slice())
    }

    /// Signs a digest: DER; `undefined` for one of another length than the curve's.
    pub fn sign(&self, digest: &Uint8Array) -> Option<Uint8Array> {
        let signature = self.kind.sign(&self.private, Signed::Prepared(&digest.to_vec())).ok()?;
        wipe::wipe_stack();
        Some(Uint8Array::from(signature.as_slice()))
    }
}

/// Whether a signature in DER is the digest's; `undefined` where the public key (DER SubjectPublicKeyInfo) is none.
#[wasm_bindgen(js_name = envelopeVerify)]
pub fn envelope_verify(
    bits: u32,
    public_key: &Uint8Array,
    digest: &Uint8Array,
    signature: &Uint8Array,
) -> Option<bool> {
    let digest = digest.to_vec();
    kind(bits)?.verify(&public_key.to_vec(), Signed::Prepared(&digest), &signature.to_vec()).ok()
}

fn kind(bits: u32) -> Option<PairKind> {
    match bits {
        256 => Some(PairKind::P256),
        384 => Some(PairKind::P384),
        _ => None,
    }
}

/// A copy that zeroizes.
fn copied(bytes: &Uint8Array) -> Zeroizing<Vec<u8>> {
    let mut buffer = Zeroizing::new(vec![0; usize::try_from(bytes.length()).unwrap_or_default()]);
    bytes.copy_to(&mut buffer);
    buffer
}
