//! RSA (RFC 8017): PKCS #1 v1.5 and PSS signatures, OAEP encryption; public exponent 65537.
//!
//! The private key is kept as DER PKCS #8 (RFC 5958), the form in which WebCrypto and OpenSSL take it in. Every
//! operation with it is blinded and checked against the public key before its result is given out.

mod prime;

use ::rsa::rand_core::{TryCryptoRng, TryRng};
use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use ::rsa::{BoxedUint, Error, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::super::{Failure, KeyMaterial, Random};
use super::encoding::{self, Algorithm};
pub use super::hash::Sha2;
use super::{Pair, PairError, Secret, Signed};
use crate::crypto::der::{INTEGER, Reader, SEQUENCE, element, unsigned};

/// `rsaEncryption` with its NULL (RFC 3279, 2.3.1): 1.2.840.113549.1.1.1.
const ALGORITHM: Algorithm = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0];
/// `id-RSASSA-PSS` without parameters (RFC 4055, 3.1), which says that the key is for PSS: 1.2.840.113549.1.1.10.
const FOR_PSS: Algorithm = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];

/// How an RSA pair signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RsaSigning {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2): one signature for one message.
    Pkcs1(Sha2),
    /// RSASSA-PSS (RFC 8017, 8.1), the salt as long as the digest; it masks with the same hash (MGF1).
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
    let info = encoding::read_private(&[ALGORITHM], private.expose()).map_err(|_| PairError::Unsupported)?;
    read_private(info.key).ok_or(PairError::Unsupported)
}

/// The key in an RSAPrivateKey of two primes (RFC 8017, A.1.2). That its parts fit each other is checked, d against e
/// and the primes too (RFC 8017, 3.2); the exponents of the primes and the coefficient are computed anew.
fn read_private(key: &[u8]) -> Option<PrivateKey> {
    let mut whole = Reader::new(key);
    let mut key = whole.enter(SEQUENCE)?;
    whole.end()?;
    key.expect(INTEGER, &[0])?;
    let n = key.unsigned()?;
    let (e, d, p, q) = (key.unsigned()?, key.unsigned()?, key.unsigned()?, key.unsigned()?);
    for _ in 0..3 {
        key.unsigned()?;
    }
    key.end()?;
    let primes = vec![number(p, n.len())?, number(q, n.len())?];
    PrivateKey::from_components(number(n, n.len())?, number(e, e.len())?, number(d, n.len())?, primes).ok()
}

fn public_key(public: &[u8]) -> Result<PublicKey, PairError> {
    read_public(encoding::read_public(ALGORITHM, public)?).ok_or(PairError::PublicKey)
}

/// The key in an RSAPublicKey (RFC 8017, A.1.1).
fn read_public(key: &[u8]) -> Option<PublicKey> {
    let mut whole = Reader::new(key);
    let mut key = whole.enter(SEQUENCE)?;
    whole.end()?;
    let (n, e) = (key.unsigned()?, key.unsigned()?);
    key.end()?;
    PublicKey::new(number(n, n.len())?, number(e, e.len())?).ok()
}

/// A number of at most `length` bytes.
fn number(bytes: &[u8], length: usize) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(bytes, u32::try_from(length).ok()?.checked_mul(8)?).ok()
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

/// The public exponent.
const EXPONENT: u64 = 65_537;

/// Makes a key of `bits`: FIPS 186-5, A.1.3.
pub(super) fn generate(bits: usize, random: &mut dyn Random) -> Result<Pair, PairError> {
    let half = u32::try_from(bits / 2).map_err(|_| PairError::Unsupported)?;
    let small = prime::small_primes();
    let p = prime::prime(half, EXPONENT, &small, random)?;
    loop {
        let q = prime::prime(half, EXPONENT, &small, random)?;
        // Step 5.4: primes that are near each other are found from their product.
        let difference = if p > q { p.wrapping_sub(&q) } else { q.wrapping_sub(&p) };
        if difference.bit_width_vartime() > half.saturating_sub(100) {
            let key = PrivateKey::from_p_q(p, q, EXPONENT.into()).map_err(signing)?;
            return pair(&key);
        }
    }
}

fn pair(key: &PrivateKey) -> Result<Pair, PairError> {
    let public = encoding::public(ALGORITHM, &public(key));
    let private = private(key).ok_or(PairError::Unsupported)?;
    Ok(Pair { private: KeyMaterial::new(encoding::private(ALGORITHM, &private, None)), public })
}

/// RSAPublicKey (RFC 8017, A.1.1).
fn public(key: &PrivateKey) -> Vec<u8> {
    element(SEQUENCE, &[&unsigned(&key.n().to_be_bytes()), &unsigned(&key.e().to_be_bytes())])
}

/// RSAPrivateKey (RFC 8017, A.1.2).
fn private(key: &PrivateKey) -> Option<Secret> {
    let [p, q] = key.primes() else { return None };
    let coefficient = key.qinv()?.retrieve();
    let integers = [key.n(), key.e(), key.d(), p, q, key.dp()?, key.dq()?, &coefficient]
        .map(|number: &BoxedUint| Zeroizing::new(unsigned(&Zeroizing::new(number.to_be_bytes()))));
    let version: &[u8] = &[INTEGER, 1, 0];
    let parts: Vec<&[u8]> =
        std::iter::once(version).chain(integers.iter().map(|part| part.as_slice())).collect();
    Some(Zeroizing::new(element(SEQUENCE, &parts)))
}

/// Takes in a key of `bits` from elsewhere.
pub(super) fn import(bits: usize, pkcs8: &[u8]) -> Result<Pair, PairError> {
    let info = encoding::read_private(&[ALGORITHM, FOR_PSS], pkcs8)?;
    let key = read_private(info.key).ok_or(PairError::PrivateKey)?;
    if usize::try_from(key.n().bit_width_vartime()) != Ok(bits)
        || info.public.is_some_and(|other| other != public(&key))
    {
        return Err(PairError::PrivateKey);
    }
    pair(&key)
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
    let digest = hash.of(signed)?;
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
    let digest = hash.of(signed)?;
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
) -> Result<Secret, PairError> {
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
