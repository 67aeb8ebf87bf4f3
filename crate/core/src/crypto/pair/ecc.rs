//! ECDSA (FIPS 186-5) and ECDH (NIST SP 800-56A) on the NIST curves and secp256k1.
//!
//! The private key is kept as its scalar, big-endian. Signatures are deterministic (RFC 6979): a nonce cannot repeat.

use super::super::{Failure, KeyMaterial, Random};
use super::{Pair, PairError, Signed};
use spki::der::Decode as _;
use zeroize::Zeroizing;

/// How often a random scalar may miss the curve's order before the randomness is to blame: it hits nearly always.
const TRIES: usize = 64;

macro_rules! curve {
    ($name:ident, $crate_name:ident, $digest:ty, $scalar:literal, $first_byte:literal, agreement: $agreement:tt) => {
        pub(super) mod $name {
            use super::*;
            use ::$crate_name::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use ::$crate_name::ecdsa::{DerSignature, Signature, SigningKey, VerifyingKey};
            use ::$crate_name::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
            use ::$crate_name::{PublicKey, SecretKey};
            use sha2::Digest as _;

            pub(in super::super) fn generate(random: &mut dyn Random) -> Result<Pair, PairError> {
                for _ in 0..TRIES {
                    let mut scalar = Zeroizing::new(vec![0; $scalar]);
                    random.fill(&mut scalar)?;
                    if let Some(first) = scalar.first_mut() {
                        *first &= $first_byte;
                    }
                    if let Ok(secret) = SecretKey::from_slice(&scalar) {
                        return pair(scalar, &secret);
                    }
                }
                Err(Failure::Randomness.into())
            }

            pub(in super::super) fn import(pkcs8: &[u8]) -> Result<Pair, PairError> {
                let secret = SecretKey::from_pkcs8_der(pkcs8).map_err(|_| PairError::PrivateKey)?;
                let bytes = Zeroizing::new(secret.to_bytes());
                pair(Zeroizing::new(bytes.to_vec()), &secret)
            }

            fn pair(scalar: Zeroizing<Vec<u8>>, secret: &SecretKey) -> Result<Pair, PairError> {
                let public = secret.public_key().to_public_key_der();
                let public = public.map_err(|_| PairError::Unsupported)?.into_vec();
                Ok(Pair { private: KeyMaterial::new(scalar), public })
            }

            fn secret(private: &KeyMaterial) -> Result<SecretKey, PairError> {
                SecretKey::from_slice(private.expose()).map_err(|_| PairError::Unsupported)
            }

            fn digest(signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
                match signed {
                    Signed::Message(message) => Ok(<$digest>::digest(message).to_vec()),
                    Signed::Prepared(digest) if digest.len() == <$digest>::output_size() => Ok(digest.to_vec()),
                    Signed::Prepared(_) => Err(PairError::DigestLength),
                }
            }

            pub(in super::super) fn sign(
                private: &KeyMaterial,
                signed: Signed<'_>,
            ) -> Result<Vec<u8>, PairError> {
                let digest = digest(signed)?;
                let key = SigningKey::from(secret(private)?);
                let signature: Signature = key.sign_prehash(&digest).map_err(|_| PairError::Unsupported)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }

            pub(in super::super) fn verify(
                public: &[u8],
                signed: Signed<'_>,
                signature: &[u8],
            ) -> Result<bool, PairError> {
                let digest = digest(signed)?;
                let public = PublicKey::from_public_key_der(public).map_err(|_| PairError::PublicKey)?;
                let Ok(signature) = DerSignature::from_der(signature) else { return Ok(false) };
                let Ok(signature) = Signature::try_from(signature) else { return Ok(false) };
                // (r, s) and (r, n - s) are both signatures (SEC 1, 4.1.4). The library wants the lower one on
                // secp256k1, as Bitcoin does; KMS, like OpenSSL, takes both.
                let signature = signature.normalize_s();
                Ok(VerifyingKey::from(public).verify_prehash(&digest, &signature).is_ok())
            }

            pub(in super::super) fn pkcs8(private: &KeyMaterial) -> Result<Zeroizing<Vec<u8>>, PairError> {
                let document = secret(private)?.to_pkcs8_der().map_err(|_| PairError::Unsupported)?;
                Ok(Zeroizing::new(document.as_bytes().to_vec()))
            }

            curve!(@agreement $agreement);
        }
    };
    (@agreement no) => {};
    (@agreement yes) => {
        pub(in super::super) fn agree(
            private: &KeyMaterial,
            other: &[u8],
        ) -> Result<Zeroizing<Vec<u8>>, PairError> {
            let other = PublicKey::from_public_key_der(other).map_err(|_| PairError::PublicKey)?;
            let shared = secret(private)?.diffie_hellman(&other);
            Ok(Zeroizing::new(shared.raw_secret_bytes().to_vec()))
        }
    };
}

curve!(p256, p256, sha2::Sha256, 32, 0xff, agreement: yes);
curve!(p384, p384, sha2::Sha384, 48, 0xff, agreement: yes);
// The order of P-521 has 521 bits: of the first byte only the lowest counts.
curve!(p521, p521, sha2::Sha512, 66, 0x01, agreement: yes);
curve!(k256, k256, sha2::Sha256, 32, 0xff, agreement: no);
