//! ML-DSA (FIPS 204), the deterministic variant, with an empty context. The private key is kept as its seed ξ of 32
//! bytes.

use ml_dsa::signature::Verifier;
use ml_dsa::{MlDsaParams, Seed, Signature, SigningKey, VerifyingKey};
use spki::{DecodePublicKey, EncodePublicKey};

use super::super::{KeyMaterial, Random};
use super::{Pair, PairError, Signed};

fn key<P: MlDsaParams>(private: &KeyMaterial) -> Result<SigningKey<P>, PairError> {
    let seed: &Seed = private.expose().try_into().map_err(|_| PairError::Unsupported)?;
    Ok(SigningKey::from_seed(seed))
}

pub(super) fn generate<P: MlDsaParams>(random: &mut dyn Random) -> Result<Pair, PairError>
where
    VerifyingKey<P>: EncodePublicKey,
{
    let private = KeyMaterial::generate(32, random)?;
    let public = key::<P>(&private)?.expanded_key().verifying_key().to_public_key_der();
    Ok(Pair { private, public: public.map_err(|_| PairError::Unsupported)?.into_vec() })
}

pub(super) fn sign<P: MlDsaParams>(private: &KeyMaterial, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
    let key = key::<P>(private)?;
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

pub(super) fn verify<P: MlDsaParams>(
    public: &[u8],
    signed: Signed<'_>,
    signature: &[u8],
) -> Result<bool, PairError>
where
    VerifyingKey<P>: DecodePublicKey,
{
    let key = VerifyingKey::<P>::from_public_key_der(public).map_err(|_| PairError::PublicKey)?;
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
