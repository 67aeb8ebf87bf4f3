//! Key pairs: the private part as [`KeyMaterial`] in its algorithm's shortest form, the public part as DER
//! SubjectPublicKeyInfo (RFC 5280, 4.1), which is no secret and stands in the record.

mod ecc;
mod ed25519;
mod encoding;
mod hash;
mod ml_dsa;
mod ml_kem;
pub mod rsa;

use zeroize::Zeroizing;

use super::{Failure, KeyMaterial, Random};

/// What kind of pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    /// NIST P-256 (SP 800-186).
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1 (SEC 2, 2.4.1).
    K256,
    /// Edwards25519 (RFC 8032).
    Ed25519,
    /// ML-DSA-44 (FIPS 204).
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// ML-KEM-512 (FIPS 203).
    MlKem512,
    /// ML-KEM-768.
    MlKem768,
    /// ML-KEM-1024.
    MlKem1024,
    /// RSA with a modulus of 2048 bits (RFC 8017).
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
}

/// A fresh pair.
#[derive(Debug)]
pub struct Pair {
    /// A scalar, a seed, or for RSA the whole key as DER PKCS #8.
    pub private: KeyMaterial,
    /// DER SubjectPublicKeyInfo.
    pub public: Vec<u8>,
}

/// What is signed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed<'a> {
    /// The message, which the algorithm hashes itself.
    Message(&'a [u8]),
    /// What the caller has computed from the message: its digest, or for ML-DSA the message representative μ.
    Prepared(&'a [u8]),
}

/// Why something was not made, signed, decrypted, agreed or encapsulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairError {
    /// What the caller has prepared is of another length than the algorithm's.
    DigestLength,
    /// The other side's public key is no key of this kind.
    PublicKey,
    /// What was to be imported is no private key of this kind.
    PrivateKey,
    /// The ciphertext is of another length than the algorithm's.
    CiphertextLength,
    /// The ciphertext does not open. There is nothing more to say, on purpose.
    Ciphertext,
    /// The plaintext is longer than the algorithm takes.
    PlaintextLength,
    /// The pair cannot do that, or its private part does not read.
    Unsupported,
    /// The host gave no randomness.
    Failure(Failure),
}

impl From<Failure> for PairError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Bytes that are secret: a key, or what is agreed on.
type Secret = Zeroizing<Vec<u8>>;

/// The family of a kind, with what is the kind's own in it.
enum Family {
    Ecc(&'static ecc::Curve),
    Ed25519,
    MlDsa(&'static ml_dsa::Parameters),
    MlKem(&'static ml_kem::Parameters),
    /// The length of the modulus in bits.
    Rsa(usize),
}

impl PairKind {
    fn family(self) -> Family {
        match self {
            Self::P256 => Family::Ecc(&ecc::P256),
            Self::P384 => Family::Ecc(&ecc::P384),
            Self::P521 => Family::Ecc(&ecc::P521),
            Self::K256 => Family::Ecc(&ecc::K256),
            Self::Ed25519 => Family::Ed25519,
            Self::MlDsa44 => Family::MlDsa(&ml_dsa::MLDSA44),
            Self::MlDsa65 => Family::MlDsa(&ml_dsa::MLDSA65),
            Self::MlDsa87 => Family::MlDsa(&ml_dsa::MLDSA87),
            Self::MlKem512 => Family::MlKem(&ml_kem::MLKEM512),
            Self::MlKem768 => Family::MlKem(&ml_kem::MLKEM768),
            Self::MlKem1024 => Family::MlKem(&ml_kem::MLKEM1024),
            Self::Rsa2048 => Family::Rsa(2048),
            Self::Rsa3072 => Family::Rsa(3072),
            Self::Rsa4096 => Family::Rsa(4096),
        }
    }

    /// Makes a pair.
    ///
    /// # Errors
    /// [`PairError::Failure`] as [`Random::fill`].
    pub fn generate(self, random: &mut dyn Random) -> Result<Pair, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.generate(random),
            Family::Ed25519 => ed25519::generate(random),
            Family::MlDsa(parameters) => parameters.generate(random),
            Family::MlKem(parameters) => parameters.generate(random),
            Family::Rsa(bits) => rsa::generate(bits, random),
        }
    }

    /// The length of the modulus in bits, where this is RSA.
    #[must_use]
    pub fn rsa_bits(self) -> Option<usize> {
        match self.family() {
            Family::Rsa(bits) => Some(bits),
            _ => None,
        }
    }

    /// Takes in a private key from elsewhere: DER PKCS #8 (RFC 5958) of exactly this kind, with nothing behind it.
    ///
    /// # Errors
    /// [`PairError::PrivateKey`] for anything else, and where a public key that comes with it is another one's;
    /// [`PairError::Unsupported`] for ML-DSA and ML-KEM, which AWS does not import.
    pub fn import(self, pkcs8: &[u8]) -> Result<Pair, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.import(pkcs8),
            Family::Ed25519 => ed25519::import(pkcs8),
            Family::Rsa(bits) => rsa::import(bits, pkcs8),
            Family::MlDsa(_) | Family::MlKem(_) => Err(PairError::Unsupported),
        }
    }

    /// Signs: ECDSA as DER `Ecdsa-Sig-Value` (RFC 3279, 2.2.3), the others in their own form. RSA signs in more
    /// than one way: [`rsa::sign`].
    ///
    /// # Errors
    /// [`PairError::DigestLength`], [`PairError::Unsupported`].
    pub fn sign(self, private: &KeyMaterial, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.sign(private, signed),
            Family::Ed25519 => ed25519::sign(private, signed),
            Family::MlDsa(parameters) => parameters.sign(private, signed),
            Family::MlKem(_) | Family::Rsa(_) => Err(PairError::Unsupported),
        }
    }

    /// Whether `signature` is one of `signed` under the public key. For RSA: [`rsa::verify`].
    ///
    /// # Errors
    /// [`PairError::DigestLength`], [`PairError::PublicKey`], [`PairError::Unsupported`].
    pub fn verify(self, public: &[u8], signed: Signed<'_>, signature: &[u8]) -> Result<bool, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.verify(public, signed, signature),
            Family::Ed25519 => ed25519::verify(public, signed, signature),
            Family::MlDsa(parameters) => parameters.verify(public, signed, signature),
            Family::MlKem(_) | Family::Rsa(_) => Err(PairError::Unsupported),
        }
    }

    /// The shared secret of ECDH (NIST SP 800-56A, 5.7.1.2): the x coordinate, not hashed.
    ///
    /// # Errors
    /// [`PairError::PublicKey`], [`PairError::Unsupported`].
    pub fn agree(self, private: &KeyMaterial, other: &[u8]) -> Result<Zeroizing<Vec<u8>>, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.agree(private, other),
            _ => Err(PairError::Unsupported),
        }
    }

    /// A fresh shared secret of 32 bytes, and its ciphertext for the private key's holder.
    ///
    /// # Errors
    /// [`PairError::PublicKey`], [`PairError::Unsupported`], [`PairError::Failure`].
    pub fn encapsulate(
        self,
        public: &[u8],
        random: &mut dyn Random,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), PairError> {
        match self.family() {
            Family::MlKem(parameters) => parameters.encapsulate(public, random),
            _ => Err(PairError::Unsupported),
        }
    }

    /// The shared secret of a ciphertext. A wrong one of the right length gives a pseudo-random secret (implicit
    /// rejection, FIPS 203, 6.3).
    ///
    /// # Errors
    /// [`PairError::CiphertextLength`], [`PairError::Unsupported`].
    pub fn decapsulate(
        self,
        private: &KeyMaterial,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, PairError> {
        match self.family() {
            Family::MlKem(parameters) => parameters.decapsulate(private, ciphertext),
            _ => Err(PairError::Unsupported),
        }
    }

    /// The private key as DER PKCS #8 (RFC 5958), as a data key pair is handed out; ML-KEM as its seed (RFC 9935, 6).
    ///
    /// # Errors
    /// [`PairError::Unsupported`] for ML-DSA, of which there are no data key pairs.
    pub fn pkcs8(self, private: &KeyMaterial) -> Result<Zeroizing<Vec<u8>>, PairError> {
        match self.family() {
            Family::Ecc(curve) => curve.pkcs8(private),
            Family::Ed25519 => ed25519::pkcs8(private),
            Family::MlKem(parameters) => parameters.pkcs8(private),
            Family::Rsa(_) => Ok(Zeroizing::new(private.expose().to_vec())),
            Family::MlDsa(_) => Err(PairError::Unsupported),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
