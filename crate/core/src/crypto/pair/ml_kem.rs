//! ML-KEM (FIPS 203). The private key is kept as its seed d ‖ z of 64 bytes.

use zeroize::Zeroizing;

use super::super::{KeyMaterial, Random};
use super::encoding::{self, Algorithm};
use super::{Pair, PairError, Secret};
use crate::crypto::der::{element, primitive};

/// What is one parameter set's own.
pub(super) struct Parameters {
    /// RFC 9935, 3: without parameters.
    algorithm: Algorithm,
    public: Public,
    encapsulate: Encapsulate,
    decapsulate: Decapsulate,
}

/// The encoded public key of a seed.
type Public = fn(seed: &[u8; 64]) -> Vec<u8>;
/// A shared secret and its ciphertext.
type Encapsulate = fn(key: &[u8], random: &mut dyn Random) -> Result<(Secret, Vec<u8>), PairError>;
/// The shared secret of a ciphertext.
type Decapsulate = fn(seed: &[u8; 64], ciphertext: &[u8]) -> Result<Secret, PairError>;

impl Parameters {
    pub(super) fn generate(&self, random: &mut dyn Random) -> Result<Pair, PairError> {
        let private = KeyMaterial::generate(64, random)?;
        let public = encoding::public(self.algorithm, &(self.public)(seed(&private)?));
        Ok(Pair { private, public })
    }

    pub(super) fn encapsulate(
        &self,
        public: &[u8],
        random: &mut dyn Random,
    ) -> Result<(Secret, Vec<u8>), PairError> {
        (self.encapsulate)(encoding::read_public(self.algorithm, public)?, random)
    }

    pub(super) fn decapsulate(&self, private: &KeyMaterial, ciphertext: &[u8]) -> Result<Secret, PairError> {
        (self.decapsulate)(seed(private)?, ciphertext)
    }

    /// PKCS #8 around the seed (RFC 9935, 6).
    pub(super) fn pkcs8(&self, private: &KeyMaterial) -> Result<Secret, PairError> {
        let seed = Zeroizing::new(element(primitive(0), &[seed(private)?]));
        Ok(encoding::private(self.algorithm, &seed, None))
    }
}

fn seed(private: &KeyMaterial) -> Result<&[u8; 64], PairError> {
    private.expose().try_into().map_err(|_| PairError::Unsupported)
}

macro_rules! parameters {
    ($name:ident, $type:ident, $last:literal) => {
        pub(super) static $name: Parameters = {
            use ::ml_kem::kem::{Decapsulate as _, KeyExport};
            use ::ml_kem::{B32, DecapsulationKey, EncapsulationKey, $type};

            fn public(seed: &[u8; 64]) -> Vec<u8> {
                let key = DecapsulationKey::<$type>::from_seed((*seed).into());
                key.encapsulation_key().to_bytes().to_vec()
            }

            fn encapsulate(key: &[u8], random: &mut dyn Random) -> Result<(Secret, Vec<u8>), PairError> {
                let key = key.try_into().map_err(|_| PairError::PublicKey)?;
                let key = EncapsulationKey::<$type>::new(key).map_err(|_| PairError::PublicKey)?;
                let mut message = Zeroizing::new(B32::default());
                random.fill(&mut message)?;
                let (ciphertext, shared) = key.encapsulate_deterministic(&message);
                Ok((Zeroizing::new(shared.to_vec()), ciphertext.to_vec()))
            }

            fn decapsulate(seed: &[u8; 64], ciphertext: &[u8]) -> Result<Secret, PairError> {
                let ciphertext = ciphertext.try_into().map_err(|_| PairError::CiphertextLength)?;
                let key = DecapsulationKey::<$type>::from_seed((*seed).into());
                Ok(Zeroizing::new(key.decapsulate(&ciphertext).to_vec()))
            }

            // 2.16.840.1.101.3.4.4.1 to 3
            let algorithm = &[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, $last];
            Parameters { algorithm, public, encapsulate, decapsulate }
        };
    };
}

parameters!(MLKEM512, MlKem512, 1);
parameters!(MLKEM768, MlKem768, 2);
parameters!(MLKEM1024, MlKem1024, 3);
