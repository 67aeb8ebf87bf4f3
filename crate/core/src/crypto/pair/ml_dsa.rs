//! ML-DSA (FIPS 204), the deterministic variant, with an empty context. The private key is kept as its seed ξ of 32
//! bytes.

use ml_dsa::signature::Verifier;
use ml_dsa::{
    EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Seed, Signature, SigningKey, VerifyingKey,
};

use super::super::{KeyMaterial, Random};
use super::encoding::{self, Algorithm};
use super::{Pair, PairError, Signed};

/// What is one parameter set's own.
pub(super) struct Parameters {
    /// RFC 9881, 2: without parameters.
    algorithm: Algorithm,
    public: Public,
    sign: Sign,
    verify: Verify,
}

/// The encoded public key of a seed.
type Public = fn(seed: &Seed) -> Vec<u8>;
type Sign = fn(seed: &Seed, signed: Signed<'_>) -> Result<Vec<u8>, PairError>;
type Verify = fn(key: &[u8], signed: Signed<'_>, signature: &[u8]) -> Result<bool, PairError>;

// 2.16.840.1.101.3.4.3.17 to 19
pub(super) static MLDSA44: Parameters =
    parameters::<MlDsa44>(&[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 17]);
pub(super) static MLDSA65: Parameters =
    parameters::<MlDsa65>(&[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 18]);
pub(super) static MLDSA87: Parameters =
    parameters::<MlDsa87>(&[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 19]);

const fn parameters<P: MlDsaParams>(algorithm: Algorithm) -> Parameters {
    Parameters { algorithm, public: public::<P>, sign: sign::<P>, verify: verify::<P> }
}

impl Parameters {
    pub(super) fn generate(&self, random: &mut dyn Random) -> Result<Pair, PairError> {
        let private = KeyMaterial::generate(32, random)?;
        let public = encoding::public(self.algorithm, &(self.public)(seed(&private)?));
        Ok(Pair { private, public })
    }

    pub(super) fn sign(&self, private: &KeyMaterial, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
        (self.sign)(seed(private)?, signed)
    }

    pub(super) fn verify(
        &self,
        public: &[u8],
        signed: Signed<'_>,
        signature: &[u8],
    ) -> Result<bool, PairError> {
        (self.verify)(encoding::read_public(self.algorithm, public)?, signed, signature)
    }
}

fn seed(private: &KeyMaterial) -> Result<&Seed, PairError> {
    private.expose().try_into().map_err(|_| PairError::Unsupported)
}

fn public<P: MlDsaParams>(seed: &Seed) -> Vec<u8> {
    let key = SigningKey::<P>::from_seed(seed);
    AsRef::<VerifyingKey<P>>::as_ref(&key).encode().to_vec()
}

fn sign<P: MlDsaParams>(seed: &Seed, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
    let key = SigningKey::<P>::from_seed(seed);
    let signature = match signed {
        Signed::Message(message) => {
            key.expanded_key().sign_deterministic(message, &[]).map_err(|_| PairError::Unsupported)?
        }
        Signed::Prepared(mu) => {
            let mu = mu.try_into().map_err(|_| PairError::DigestLength)?;
            key.expanded_key().sign_mu_deterministic(&mu)
        }
    };
    Ok(signature.encode().to_vec())
}

fn verify<P: MlDsaParams>(key: &[u8], signed: Signed<'_>, signature: &[u8]) -> Result<bool, PairError> {
    let key: &EncodedVerifyingKey<P> = key.try_into().map_err(|_| PairError::PublicKey)?;
    let key = VerifyingKey::<P>::decode(key);
    let signature = Signature::<P>::try_from(signature);
    match signed {
        Signed::Message(message) => {
            Ok(signature.is_ok_and(|signature| key.verify(message, &signature).is_ok()))
        }
        Signed::Prepared(mu) => {
            let mu = mu.try_into().map_err(|_| PairError::DigestLength)?;
            Ok(signature.is_ok_and(|signature| key.verify_mu(&mu, &signature)))
        }
    }
}
