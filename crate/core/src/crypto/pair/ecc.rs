//! ECDSA (FIPS 186-5) and ECDH (NIST SP 800-56A) on the NIST curves and secp256k1.
//!
//! The private key is kept as its scalar, big-endian. Signatures are deterministic (RFC 6979): a nonce cannot repeat.

use zeroize::Zeroizing;

use super::super::{Failure, KeyMaterial, Random};
use super::encoding::{self, Algorithm, Private};
use super::hash::Sha2;
use super::{Pair, PairError, Secret, Signed};
use crate::crypto::der::{
    BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE, bits, constructed, element, unsigned,
};

/// How often a random scalar may miss the curve's order before the randomness is to blame: it hits nearly always.
const TRIES: usize = 64;

/// What is one curve's own; all else is written once. Points are as in SEC 1, 2.3.3, signatures are r ‖ s, each as
/// long as a scalar.
pub(super) struct Curve {
    /// The length of a scalar in bytes.
    scalar: usize,
    /// The bits of a scalar's first byte that count.
    first_byte: u8,
    hash: Sha2,
    /// RFC 5480, 2.1.1: `id-ecPublicKey` and the curve's name.
    algorithm: Algorithm,
    public: Public,
    sign: Sign,
    verify: Verify,
    agree: Option<Agree>,
}

/// The uncompressed public point of a scalar; `None` where it is no scalar.
type Public = fn(scalar: &[u8]) -> Option<Vec<u8>>;
/// `None` where the scalar is none.
type Sign = fn(scalar: &[u8], digest: &[u8]) -> Option<Vec<u8>>;
/// `None` where the point is none on the curve.
type Verify = fn(point: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool>;
/// The x coordinate that a scalar and a point agree on.
type Agree = fn(scalar: &[u8], point: &[u8]) -> Result<Secret, PairError>;

impl Curve {
    pub(super) fn generate(&self, random: &mut dyn Random) -> Result<Pair, PairError> {
        for _ in 0..TRIES {
            let mut scalar = Zeroizing::new(vec![0; self.scalar]);
            random.fill(&mut scalar)?;
            if let Some(first) = scalar.first_mut() {
                *first &= self.first_byte;
            }
            if let Some(point) = (self.public)(&scalar) {
                return Ok(self.pair(scalar, &point));
            }
        }
        Err(Failure::Randomness.into())
    }

    pub(super) fn import(&self, pkcs8: &[u8]) -> Result<Pair, PairError> {
        let info = encoding::read_private(&[self.algorithm], pkcs8)?;
        let read = || {
            let inner = self.read_private(info.key)?;
            // Some leave out zeros that stand first, though RFC 5915, 3 wants them.
            let missing = self.scalar.checked_sub(inner.key.len()).filter(|_| inner.key.len() >= SHORTEST)?;
            let mut scalar = Zeroizing::new(vec![0; self.scalar]);
            scalar.get_mut(missing..)?.copy_from_slice(inner.key);
            let point = (self.public)(&scalar)?;
            let fits = [inner.public, info.public].into_iter().flatten().all(|public| is_of(public, &point));
            fits.then(|| self.pair(scalar, &point))
        };
        read().ok_or(PairError::PrivateKey)
    }

    /// The scalar in an ECPrivateKey (RFC 5915, 3), and the public point where it comes with it.
    fn read_private<'a>(&self, key: &'a [u8]) -> Option<Private<'a>> {
        let mut whole = Reader::new(key);
        let mut inner = whole.enter(SEQUENCE)?;
        whole.end()?;
        inner.expect(INTEGER, &[1])?;
        let key = inner.take(OCTET_STRING)?;
        if inner.optional(constructed(0))?.is_some_and(|curve| Some(curve) != self.algorithm.get(NAME_AT..)) {
            return None;
        }
        let public = match inner.optional(constructed(1))? {
            Some(public) => {
                let mut public = Reader::new(public);
                let point = public.bits(BIT_STRING)?;
                public.end()?;
                Some(point)
            }
            None => None,
        };
        inner.end()?;
        Some(Private { key, public })
    }

    fn pair(&self, scalar: Zeroizing<Vec<u8>>, point: &[u8]) -> Pair {
        Pair { private: KeyMaterial::new(scalar), public: encoding::public(self.algorithm, point) }
    }

    /// ECDSA, as DER `Ecdsa-Sig-Value` (RFC 3279, 2.2.3).
    pub(super) fn sign(&self, private: &KeyMaterial, signed: Signed<'_>) -> Result<Vec<u8>, PairError> {
        let digest = self.hash.of(signed)?;
        let signature = (self.sign)(private.expose(), &digest).ok_or(PairError::Unsupported)?;
        let (r, s) = signature.split_at_checked(self.scalar).ok_or(PairError::Unsupported)?;
        Ok(element(SEQUENCE, &[&unsigned(r), &unsigned(s)]))
    }

    pub(super) fn verify(
        &self,
        public: &[u8],
        signed: Signed<'_>,
        signature: &[u8],
    ) -> Result<bool, PairError> {
        let digest = self.hash.of(signed)?;
        let point = encoding::read_public(self.algorithm, public)?;
        // Without a signature the point is looked at all the same: what is wrong with the key is said first.
        let signature = self.read_signature(signature).unwrap_or_default();
        (self.verify)(point, &digest, &signature).ok_or(PairError::PublicKey)
    }

    /// r ‖ s of a signature in DER.
    fn read_signature(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let mut whole = Reader::new(signature);
        let mut signature = whole.enter(SEQUENCE)?;
        whole.end()?;
        let (r, s) = (signature.unsigned()?, signature.unsigned()?);
        signature.end()?;
        let mut out = vec![0; 2 * self.scalar];
        out.get_mut(self.scalar.checked_sub(r.len())?..self.scalar)?.copy_from_slice(r);
        out.get_mut((2 * self.scalar).checked_sub(s.len()).filter(|at| *at >= self.scalar)?..)?
            .copy_from_slice(s);
        Some(out)
    }

    pub(super) fn agree(&self, private: &KeyMaterial, other: &[u8]) -> Result<Secret, PairError> {
        let agree = self.agree.ok_or(PairError::Unsupported)?;
        agree(private.expose(), encoding::read_public(self.algorithm, other)?)
    }

    /// PKCS #8 around an ECPrivateKey without the curve's name, which stands outside, and with the public point.
    pub(super) fn pkcs8(&self, private: &KeyMaterial) -> Result<Secret, PairError> {
        let point = (self.public)(private.expose()).ok_or(PairError::Unsupported)?;
        let scalar = Zeroizing::new(element(OCTET_STRING, &[private.expose()]));
        let public = element(constructed(1), &[&bits(BIT_STRING, &point)]);
        let key = Zeroizing::new(element(SEQUENCE, &[&[INTEGER, 1, 1], &scalar, &public]));
        Ok(encoding::private(self.algorithm, &key, None))
    }
}

/// The fewest bytes of a scalar that are taken for one, as the library does.
const SHORTEST: usize = 24;

/// Where the curve's name begins in an AlgorithmIdentifier, behind `id-ecPublicKey`.
const NAME_AT: usize = 9;

/// Whether `public`, compressed or not, is the uncompressed `point` (SEC 1, 2.3.3).
fn is_of(public: &[u8], point: &[u8]) -> bool {
    let half = point.len() / 2;
    let (Some(x), Some(last)) = (point.get(1..=half), point.last()) else { return false };
    public == point || public.split_first() == Some((&(2 | (last & 1)), x))
}

macro_rules! curve {
    ($name:ident, $crate_name:ident, $hash:ident, $scalar:literal, $first_byte:literal, $oid:tt,
     lower s: $lower:literal, agreement: $agreement:tt) => {
        pub(super) static $name: Curve = {
            use ::$crate_name::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use ::$crate_name::ecdsa::{Signature, SigningKey, VerifyingKey};
            use ::$crate_name::elliptic_curve::sec1::ToSec1Point;
            use ::$crate_name::{PublicKey, SecretKey};

            fn public(scalar: &[u8]) -> Option<Vec<u8>> {
                let public = SecretKey::from_slice(scalar).ok()?.public_key();
                Some(public.to_sec1_point(false).as_bytes().to_vec())
            }

            fn sign(scalar: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
                let key = SigningKey::from(SecretKey::from_slice(scalar).ok()?);
                let signature: Signature = key.sign_prehash(digest).ok()?;
                Some(signature.to_bytes().to_vec())
            }

            fn verify(point: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool> {
                let public = PublicKey::from_sec1_bytes(point).ok()?;
                let Ok(signature) = Signature::from_slice(signature) else { return Some(false) };
                // (r, s) and (r, n - s) are both signatures (SEC 1, 4.1.4). The library wants the lower one on
                // secp256k1, as Bitcoin does; KMS, like OpenSSL, takes both.
                let signature = if $lower { signature.normalize_s() } else { signature };
                Some(VerifyingKey::from(public).verify_prehash(digest, &signature).is_ok())
            }

            Curve {
                scalar: $scalar,
                first_byte: $first_byte,
                hash: Sha2::$hash,
                algorithm: named_curve!($oid),
                public,
                sign,
                verify,
        agree: curve!(@agree $agreement),
            }
        };
    };
    (@agree no) => {
        None
    };
    (@agree yes) => {{
        fn agree(scalar: &[u8], point: &[u8]) -> Result<Secret, PairError> {
            let public = PublicKey::from_sec1_bytes(point).map_err(|_| PairError::PublicKey)?;
            let secret = SecretKey::from_slice(scalar).map_err(|_| PairError::Unsupported)?;
            Ok(Zeroizing::new(secret.diffie_hellman(&public).raw_secret_bytes().to_vec()))
        }
        Some(agree)
    }};
}

/// An AlgorithmIdentifier of `id-ecPublicKey`, 1.2.840.10045.2.1, and a curve's object identifier.
macro_rules! named_curve {
    ([$($byte:literal),*]) => {
        &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, $($byte),*]
    };
}

// 1.2.840.10045.3.1.7
curve!(P256, p256, Sha256, 32, 0xff, [8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], lower s: false, agreement: yes);
// 1.3.132.0.34
curve!(P384, p384, Sha384, 48, 0xff, [5, 0x2b, 0x81, 0x04, 0x00, 0x22], lower s: false, agreement: yes);
// 1.3.132.0.35. The order has 521 bits: of the first byte only the lowest counts.
curve!(P521, p521, Sha512, 66, 0x01, [5, 0x2b, 0x81, 0x04, 0x00, 0x23], lower s: false, agreement: yes);
// 1.3.132.0.10
curve!(K256, k256, Sha256, 32, 0xff, [5, 0x2b, 0x81, 0x04, 0x00, 0x0a], lower s: true, agreement: no);
