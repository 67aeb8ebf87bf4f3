//! Ed25519 and Ed25519ph (RFC 8032). The private key is kept as its seed of 32 bytes.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::digest::consts::U64;
use sha2::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Reset, Update};
use zeroize::Zeroizing;

use super::super::{KeyMaterial, Random};
use super::encoding::{self, Algorithm};
use super::{Pair, PairError, Secret, Signed};
use crate::crypto::der::{OCTET_STRING, Reader, element};

/// RFC 8410, 3: 1.3.101.112, without parameters.
const ALGORITHM: Algorithm = &[0x06, 3, 0x2b, 0x65, 0x70];

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

fn seed(private: &KeyMaterial) -> Result<&[u8; 32], PairError> {
    private.expose().try_into().map_err(|_| PairError::Unsupported)
}

fn key(private: &KeyMaterial) -> Result<SigningKey, PairError> {
    seed(private).map(SigningKey::from_bytes)
}

pub(super) fn generate(random: &mut dyn Random) -> Result<Pair, PairError> {
    pair(KeyMaterial::generate(32, random)?)
}

pub(super) fn import(pkcs8: &[u8]) -> Result<Pair, PairError> {
    let info = encoding::read_private(&[ALGORITHM], pkcs8)?;
    let seed = read_private(info.key).ok_or(PairError::PrivateKey)?;
    let private = KeyMaterial::new(Zeroizing::new(seed.to_vec()));
    let public = public(&private)?;
    if info.public.is_some_and(|other| other != public) {
        return Err(PairError::PrivateKey);
    }
    Ok(Pair { private, public: encoding::public(ALGORITHM, &public) })
}

/// The seed in a CurvePrivateKey (RFC 8410, 7).
fn read_private(key: &[u8]) -> Option<&[u8; 32]> {
    let mut whole = Reader::new(key);
    let seed = whole.take(OCTET_STRING)?;
    whole.end()?;
    seed.try_into().ok()
}

fn pair(private: KeyMaterial) -> Result<Pair, PairError> {
    let public = encoding::public(ALGORITHM, &public(&private)?);
    Ok(Pair { private, public })
}

fn public(private: &KeyMaterial) -> Result<[u8; 32], PairError> {
    Ok(key(private)?.verifying_key().to_bytes())
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
    let public = encoding::read_public(ALGORITHM, public)?;
    let public = public.try_into().map_err(|_| PairError::PublicKey)?;
    let key = VerifyingKey::from_bytes(public).map_err(|_| PairError::PublicKey)?;
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

/// PKCS #8 of version 1 (RFC 8410, 7). Version 2, with the public key behind, OpenSSL 3.0 does not read.
pub(super) fn pkcs8(private: &KeyMaterial) -> Result<Secret, PairError> {
    let seed = Zeroizing::new(element(OCTET_STRING, &[seed(private)?]));
    Ok(encoding::private(ALGORITHM, &seed, None))
}
