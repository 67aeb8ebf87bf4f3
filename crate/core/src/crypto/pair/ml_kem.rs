//! ML-KEM (FIPS 203). The private key is kept as its seed d ‖ z of 64 bytes.

use spki::{DecodePublicKey, EncodePublicKey};
use zeroize::Zeroizing;

use super::super::{KeyMaterial, Random};
use super::{Pair, PairError};

macro_rules! parameters {
    ($name:ident, $type:ident) => {
        pub(super) mod $name {
            use ::ml_kem::kem::Decapsulate;
            use ::ml_kem::pkcs8::EncodePrivateKey;
            use ::ml_kem::{DecapsulationKey, EncapsulationKey, $type};

            use super::*;

            fn key(private: &KeyMaterial) -> Result<DecapsulationKey<$type>, PairError> {
                let seed = private.expose().try_into().map_err(|_| PairError::Unsupported)?;
                Ok(DecapsulationKey::from_seed(seed))
            }

            pub(in super::super) fn generate(random: &mut dyn Random) -> Result<Pair, PairError> {
                let private = KeyMaterial::generate(64, random)?;
                let public = key(&private)?.encapsulation_key().to_public_key_der();
                Ok(Pair { private, public: public.map_err(|_| PairError::Unsupported)?.into_vec() })
            }

            pub(in super::super) fn encapsulate(
                public: &[u8],
                random: &mut dyn Random,
            ) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), PairError> {
                let key = EncapsulationKey::<$type>::from_public_key_der(public);
                let key = key.map_err(|_| PairError::PublicKey)?;
                let mut message = Zeroizing::new(::ml_kem::B32::default());
                random.fill(&mut message)?;
                let (ciphertext, shared) = key.encapsulate_deterministic(&message);
                Ok((Zeroizing::new(shared.to_vec()), ciphertext.to_vec()))
            }

            pub(in super::super) fn decapsulate(
                private: &KeyMaterial,
                ciphertext: &[u8],
            ) -> Result<Zeroizing<Vec<u8>>, PairError> {
                let ciphertext = ciphertext.try_into().map_err(|_| PairError::CiphertextLength)?;
                Ok(Zeroizing::new(key(private)?.decapsulate(&ciphertext).to_vec()))
            }

            pub(in super::super) fn pkcs8(private: &KeyMaterial) -> Result<Zeroizing<Vec<u8>>, PairError> {
                let document = key(private)?.to_pkcs8_der().map_err(|_| PairError::Unsupported)?;
                Ok(Zeroizing::new(document.as_bytes().to_vec()))
            }
        }
    };
}

parameters!(k512, MlKem512);
parameters!(k768, MlKem768);
parameters!(k1024, MlKem1024);
