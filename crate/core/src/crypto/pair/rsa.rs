//! RSA (RFC 8017): PKCS #1 v1.5 and PSS signatures, OAEP encryption; public exponent 65537.
//!
//! The private key is kept as DER PKCS #8 (RFC 5958), the form in which WebCrypto and OpenSSL take it in. Every
//! operation with it is blinded and checked against the public key before its result is given out.

use ::rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ::rsa::rand_core::{TryCryptoRng, TryRng};
use ::rsa::traits::PublicKeyParts;
use ::rsa::{Error, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::super::{Failure, KeyMaterial, Random};
use super::{Pair, PairError, Signed};

/// The hash of an RSA signature; PSS also masks with it (MGF1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sha2 {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How an RSA pair signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RsaSigning {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2): one signature for one message.
    Pkcs1(Sha2),
    /// RSASSA-PSS (RFC 8017, 8.1), the salt as long as the digest.
    Pss(Sha2),
}

impl RsaSigning {
    /// The algorithm of AWS's name, as in `RSASSA_PSS_SHA_256`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "RSASSA_PKCS1_V1_5_SHA_256" => Self::Pkcs1(Sha2::Sha256),
            "RSASSA_PKCS1_V1_5_SHA_384" => Self::Pkcs1(Sha2::Sha384),
            "RSASSA_PKCS1_V1_5_SHA_512" => Self::Pkcs1(Sha2::Sha512),
            "RSASSA_PSS_SHA_256" => Self::Pss(Sha2::Sha256),
            "RSASSA_PSS_SHA_384" => Self::Pss(Sha2::Sha384),
            "RSASSA_PSS_SHA_512" => Self::Pss(Sha2::Sha512),
            _ => return None,
        })
    }
}

/// RSAES-OAEP (RFC 8017, 7.1) by its hash, with which it also masks (MGF1); the label is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oaep {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Oaep {
    /// The algorithm of AWS's name, as in `RSAES_OAEP_SHA_256`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "RSAES_OAEP_SHA_1" => Some(Self::Sha1),
            "RSAES_OAEP_SHA_256" => Some(Self::Sha256),
            _ => None,
        }
    }

    /// The longest plaintext in bytes under a modulus of `bits`: RFC 8017, 7.1.1, step 1b.
    #[must_use]
    pub fn longest_plaintext(self, bits: usize) -> usize {
        let hash = match self {
            Self::Sha1 => Sha1::output_size(),
            Self::Sha256 => Sha256::output_size(),
        };
        (bits / 8).saturating_sub(2 * hash + 2)
    }
}

/// Our source of randomness in the clothes of rand_core.
struct Source<'a>(&'a mut dyn Random);

impl Source<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        // Not `random::array`, which is for what is public: from these the primes are made.
        let mut bytes = [0; N];
        self.0.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl TryRng for Source<'_> {
    type Error = Failure;

    fn try_next_u32(&mut self) -> Result<u32, Failure> {
        self.array().map(u32::from_le_bytes)
    }

    fn try_next_u64(&mut self) -> Result<u64, Failure> {
        self.array().map(u64::from_le_bytes)
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        self.0.fill(dest)
    }
}

// The hosts' generators are cryptographically secure; seeded ones are marked insecure where they are chosen.
impl TryCryptoRng for Source<'_> {}

fn private_key(private: &KeyMaterial) -> Result<PrivateKey, PairError> {
    PrivateKey::from_pkcs8_der(private.expose()).map_err(|_| PairError::Unsupported)
}

fn public_key(public: &[u8]) -> Result<PublicKey, PairError> {
    PublicKey::from_public_key_der(public).map_err(|_| PairError::PublicKey)
}

/// All that goes wrong with a ciphertext is one error; what is not about it is the host's.
fn decryption(error: Error) -> PairError {
    match error {
        Error::Rng => Failure::Randomness.into(),
        _ => PairError::Ciphertext,
    }
}

/// All that goes wrong in signing is the key's or the host's.
fn signing(error: Error) -> PairError {
    match error {
        Error::Rng => Failure::Randomness.into(),
        _ => PairError::Unsupported,
    }
}

pub(super) fn generate(bits: usize, random: &mut dyn Random) -> Result<Pair, PairError> {
    pair(&PrivateKey::new(&mut Source(random), bits).map_err(signing)?)
}

fn pair(key: &PrivateKey) -> Result<Pair, PairError> {
    let private = key.to_pkcs8_der().map_err(|_| PairError::Unsupported)?;
    let public = key.as_public_key().to_public_key_der().map_err(|_| PairError::Unsupported)?;
    let private = KeyMaterial::new(Zeroizing::new(private.as_bytes().to_vec()));
    Ok(Pair { private, public: public.into_vec() })
}

/// Takes in a key of `bits` from elsewhere.
pub(super) fn import(bits: usize, pkcs8: &[u8]) -> Result<Pair, PairError> {
    // Whether d fits e and the primes is checked on reading (RFC 8017, 3.2).
    let key = PrivateKey::from_pkcs8_der(pkcs8).map_err(|_| PairError::PrivateKey)?;
    if usize::try_from(key.n().bit_width_vartime()) != Ok(bits) {
        return Err(PairError::PrivateKey);
    }
    pair(&key)
}

/// The digest to sign.
fn digest(hash: Sha2, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
    let length = match hash {
        Sha2::Sha256 => Sha256::output_size(),
        Sha2::Sha384 => Sha384::output_size(),
        Sha2::Sha512 => Sha512::output_size(),
    };
    match (signed, hash) {
        (Signed::Message(message), Sha2::Sha256) => Ok(Sha256::digest(message).to_vec()),
        (Signed::Message(message), Sha2::Sha384) => Ok(Sha384::digest(message).to_vec()),
        (Signed::Message(message), Sha2::Sha512) => Ok(Sha512::digest(message).to_vec()),
        (Signed::Prepared(digest), _) if digest.len() == length => Ok(digest.to_vec()),
        (Signed::Prepared(_), _) => Err(PairError::DigestLength),
    }
}

/// PKCS #1 v1.5 with the hash's DigestInfo (RFC 8017, 9.2).
fn pkcs1(hash: Sha2) -> Pkcs1v15Sign {
    match hash {
        Sha2::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Sha2::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Sha2::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    }
}

/// Signs; as long as the modulus.
///
/// # Errors
/// [`PairError::DigestLength`], [`PairError::Unsupported`] where the key does not read, [`PairError::Failure`].
pub fn sign(
    private: &KeyMaterial,
    algorithm: RsaSigning,
    signed: Signed<'_>,
    random: &mut dyn Random,
) -> Result<Vec<u8>, PairError> {
    let (RsaSigning::Pkcs1(hash) | RsaSigning::Pss(hash)) = algorithm;
    let digest = digest(hash, signed)?;
    let key = private_key(private)?;
    let random = &mut Source(random);
    let signature = match algorithm {
        RsaSigning::Pkcs1(hash) => key.sign_with_rng(random, pkcs1(hash), &digest),
        RsaSigning::Pss(Sha2::Sha256) => key.sign_with_rng(random, Pss::<Sha256>::new(), &digest),
        RsaSigning::Pss(Sha2::Sha384) => key.sign_with_rng(random, Pss::<Sha384>::new(), &digest),
        RsaSigning::Pss(Sha2::Sha512) => key.sign_with_rng(random, Pss::<Sha512>::new(), &digest),
    };
    signature.map_err(signing)
}

/// Whether `signature` is one of `signed` under the public key.
///
/// # Errors
/// [`PairError::DigestLength`], [`PairError::PublicKey`].
pub fn verify(
    public: &[u8],
    algorithm: RsaSigning,
    signed: Signed<'_>,
    signature: &[u8],
) -> Result<bool, PairError> {
    let (RsaSigning::Pkcs1(hash) | RsaSigning::Pss(hash)) = algorithm;
    let digest = digest(hash, signed)?;
    let key = public_key(public)?;
    let verified = match algorithm {
        RsaSigning::Pkcs1(hash) => key.verify(pkcs1(hash), &digest, signature),
        RsaSigning::Pss(Sha2::Sha256) => key.verify(Pss::<Sha256>::new(), &digest, signature),
        RsaSigning::Pss(Sha2::Sha384) => key.verify(Pss::<Sha384>::new(), &digest, signature),
        RsaSigning::Pss(Sha2::Sha512) => key.verify(Pss::<Sha512>::new(), &digest, signature),
    };
    Ok(verified.is_ok())
}

/// Encrypts at most [`Oaep::longest_plaintext`] bytes; as long as the modulus.
///
/// # Errors
/// [`PairError::PlaintextLength`], [`PairError::PublicKey`], [`PairError::Failure`].
pub fn encrypt(
    public: &[u8],
    oaep: Oaep,
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, PairError> {
    let key = public_key(public)?;
    let random = &mut Source(random);
    let ciphertext = match oaep {
        Oaep::Sha1 => key.oaep_encrypt_with_rng::<Sha1, _>(random, plaintext),
        Oaep::Sha256 => key.oaep_encrypt_with_rng::<Sha256, _>(random, plaintext),
    };
    ciphertext.map_err(|error| match error {
        Error::Rng => Failure::Randomness.into(),
        Error::MessageTooLong => PairError::PlaintextLength,
        _ => PairError::PublicKey,
    })
}

/// Decrypts.
///
/// # Errors
/// [`PairError::Ciphertext`] whatever is wrong with it, [`PairError::Unsupported`] where the key does not read,
/// [`PairError::Failure`].
pub fn decrypt(
    private: &KeyMaterial,
    oaep: Oaep,
    ciphertext: &[u8],
    random: &mut dyn Random,
) -> Result<Zeroizing<Vec<u8>>, PairError> {
    let key = private_key(private)?;
    let random = &mut Source(random);
    let plaintext = match oaep {
        Oaep::Sha1 => key.oaep_decrypt_with_rng::<Sha1, _>(random, ciphertext),
        Oaep::Sha256 => key.oaep_decrypt_with_rng::<Sha256, _>(random, ciphertext),
    };
    plaintext.map(Zeroizing::new).map_err(decryption)
}

/// The length of the modulus in bytes.
pub(crate) fn modulus_length(private: &KeyMaterial) -> Result<usize, PairError> {
    private_key(private).map(|key| key.size())
}
