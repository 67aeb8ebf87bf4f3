//! Ed25519 and Ed25519ph (RFC 8032). The private key is kept as its seed of 32 bytes.

use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};
use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer, SigningKey, VerifyingKey};
use sha2::digest::consts::U64;
use sha2::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Reset, Update};
use zeroize::Zeroizing;

use super::super::{KeyMaterial, Random};
use super::{Pair, PairError, Signed};

/// A digest that was computed elsewhere: what is put in comes out. Ed25519ph wants SHA-512 of the message as a hasher.
#[derive(Clone)]
struct Computed {
    digest: [u8; 64],
    at: usize,
}

impl Default for Computed {
    fn default() -> Self {
        Self { digest: [0; 64], at: 0 }
    }
}

impl HashMarker for Computed {}

impl OutputSizeUser for Computed {
    type OutputSize = U64;
}

impl Update for Computed {
    fn update(&mut self, data: &[u8]) {
        for (to, from) in self.digest.iter_mut().skip(self.at).zip(data) {
            *to = *from;
        }
        self.at = self.at.saturating_add(data.len());
    }
}

impl FixedOutput for Computed {
    fn finalize_into(self, out: &mut Output<Self>) {
        out.copy_from_slice(&self.digest);
    }
}

impl Reset for Computed {
    fn reset(&mut self) {
        *self = Self::default();
    }
}

fn computed(digest: &[u8]) -> Result<Computed, PairError> {
    let digest = digest.try_into().map_err(|_| PairError::DigestLength)?;
    Ok(Computed { digest, at: 64 })
}

fn key(private: &KeyMaterial) -> Result<SigningKey, PairError> {
    let seed = private.expose().try_into().map_err(|_| PairError::Unsupported)?;
    Ok(SigningKey::from_bytes(seed))
}

pub(super) fn generate(random: &mut dyn Random) -> Result<Pair, PairError> {
    pair(KeyMaterial::generate(32, random)?)
}

pub(super) fn import(pkcs8: &[u8]) -> Result<Pair, PairError> {
    let key = SigningKey::from_pkcs8_der(pkcs8).map_err(|_| PairError::PrivateKey)?;
    pair(KeyMaterial::new(Zeroizing::new(key.as_bytes().to_vec())))
}

fn pair(private: KeyMaterial) -> Result<Pair, PairError> {
    let public = key(&private)?.verifying_key().to_public_key_der();
    Ok(Pair { private, public: public.map_err(|_| PairError::Unsupported)?.into_vec() })
}

pub(super) fn sign(private: &KeyMaterial, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
    let key = key(private)?;
    let signature = match signed {
        Signed::Message(message) => key.sign(message),
        Signed::Prepared(digest) => {
            key.sign_prehashed(computed(digest)?, None).map_err(|_| PairError::Unsupported)?
        }
    };
    Ok(signature.to_bytes().to_vec())
}

pub(super) fn verify(public: &[u8], signed: Signed<'_>, signature: &[u8]) -> Result<bool, PairError> {
    let key = VerifyingKey::from_public_key_der(public).map_err(|_| PairError::PublicKey)?;
    let signature = Signature::from_slice(signature);
    match signed {
        Signed::Message(message) => {
            Ok(signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()))
        }
        Signed::Prepared(digest) => {
            let digest = computed(digest)?;
            Ok(signature.is_ok_and(|signature| key.verify_prehashed_strict(digest, None, &signature).is_ok()))
        }
    }
}

/// What stands before the seed in PKCS #8 (RFC 8410, section 7): version 1, Ed25519, an octet string in another. The
/// library writes version 2, with the public key behind, which OpenSSL 3.0 does not read.
const BEFORE_THE_SEED: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

pub(super) fn pkcs8(private: &KeyMaterial) -> Result<Zeroizing<Vec<u8>>, PairError> {
    let seed = private.expose();
    if seed.len() != SECRET_KEY_LENGTH {
        return Err(PairError::Unsupported);
    }
    let mut document = Zeroizing::new(Vec::with_capacity(BEFORE_THE_SEED.len() + seed.len()));
    document.extend_from_slice(&BEFORE_THE_SEED);
    document.extend_from_slice(seed);
    Ok(document)
}
