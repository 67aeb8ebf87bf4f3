//! Keys as others read them, in DER: the public part as SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), the private part as
//! PKCS #8 (RFC 5958), both alike for every kind of pair.

use zeroize::Zeroizing;

use super::{PairError, Secret};
use crate::crypto::der::{
    BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE, bits, constructed, element, primitive,
};

/// An AlgorithmIdentifier (RFC 5280, 4.1.1.2) less its header: the identifier and the parameters in DER. It is told
/// by its bytes, since DER has one encoding of each.
pub(super) type Algorithm = &'static [u8];

/// The SubjectPublicKeyInfo of `key`.
pub(super) fn public(algorithm: Algorithm, key: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(SEQUENCE, &[algorithm]), &bits(BIT_STRING, key)])
}

/// The key in a SubjectPublicKeyInfo of `algorithm`.
///
/// # Errors
/// [`PairError::PublicKey`] for anything else.
pub(super) fn read_public(algorithm: Algorithm, info: &[u8]) -> Result<&[u8], PairError> {
    let read = || {
        let mut whole = Reader::new(info);
        let mut info = whole.enter(SEQUENCE)?;
        whole.end()?;
        info.expect(SEQUENCE, algorithm)?;
        let key = info.bits(BIT_STRING)?;
        info.end()?;
        Some(key)
    };
    read().ok_or(PairError::PublicKey)
}

/// The PKCS #8 of `key`, an encoding of the algorithm's own; version 2 where the public key comes with it.
pub(super) fn private(algorithm: Algorithm, key: &[u8], public: Option<&[u8]>) -> Secret {
    let version = [INTEGER, 1, u8::from(public.is_some())];
    let key = Zeroizing::new(element(OCTET_STRING, &[key]));
    let public = public.map(|public| bits(primitive(1), public)).unwrap_or_default();
    Zeroizing::new(element(SEQUENCE, &[&version, &element(SEQUENCE, &[algorithm]), &key, &public]))
}

/// A private key in PKCS #8, in an encoding of the algorithm's own, and the public key where it comes with it.
pub(super) struct Private<'a> {
    pub(super) key: &'a [u8],
    pub(super) public: Option<&'a [u8]>,
}

/// Reads PKCS #8 of one of the `algorithms`. Attributes are passed over.
///
/// # Errors
/// [`PairError::PrivateKey`] for anything else.
pub(super) fn read_private<'a>(algorithms: &[Algorithm], pkcs8: &'a [u8]) -> Result<Private<'a>, PairError> {
    let read = || {
        let mut whole = Reader::new(pkcs8);
        let mut info = whole.enter(SEQUENCE)?;
        whole.end()?;
        let version = info.take(INTEGER)?;
        let algorithm = info.take(SEQUENCE)?;
        let key = info.take(OCTET_STRING)?;
        info.optional(constructed(0))?;
        let public = match version {
            [0] => None,
            [1] => Some(info.bits(primitive(1))?),
            _ => return None,
        };
        info.end()?;
        algorithms.contains(&algorithm).then_some(Private { key, public })
    };
    read().ok_or(PairError::PrivateKey)
}
