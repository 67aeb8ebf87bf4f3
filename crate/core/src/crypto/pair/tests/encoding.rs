//! The DER of keys and signatures, against the `pkcs8` and `sec1` crates.

use std::sync::LazyLock;

use pkcs8::der::asn1::{AnyRef, Null, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{Decode, Encode};
use pkcs8::{AlgorithmIdentifierRef, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use proptest::prelude::*;
use sec1::{EcParameters, EcPrivateKey};
use serde_json::Value;

use super::openssl::{Vectors, bytes, kind, pair};
use super::*;
use crate::crypto::pair::encoding::{Private, read_private, read_public};

/// Object identifiers: RFC 3279, RFC 5480, RFC 8410, RFC 9881, RFC 9935; of the curves: RFC 5480, SEC 2.
const KINDS: [(PairKind, &str, Option<&str>); 12] = [
    (PairKind::P256, "1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")),
    (PairKind::P384, "1.2.840.10045.2.1", Some("1.3.132.0.34")),
    (PairKind::P521, "1.2.840.10045.2.1", Some("1.3.132.0.35")),
    (PairKind::K256, "1.2.840.10045.2.1", Some("1.3.132.0.10")),
    (PairKind::Ed25519, "1.3.101.112", None),
    (PairKind::MlDsa44, "2.16.840.1.101.3.4.3.17", None),
    (PairKind::MlDsa65, "2.16.840.1.101.3.4.3.18", None),
    (PairKind::MlDsa87, "2.16.840.1.101.3.4.3.19", None),
    (PairKind::MlKem512, "2.16.840.1.101.3.4.4.1", None),
    (PairKind::MlKem768, "2.16.840.1.101.3.4.4.2", None),
    (PairKind::MlKem1024, "2.16.840.1.101.3.4.4.3", None),
    (PairKind::Rsa2048, "1.2.840.113549.1.1.1", None),
];

fn made(kind: PairKind) -> Pair {
    match kind {
        PairKind::Rsa2048 => Vectors::read().rsa("RSA_2048"),
        _ => kind.generate(&mut Counting::default()).unwrap(),
    }
}

fn is_of(algorithm: AlgorithmIdentifierRef<'_>, kind: PairKind) {
    let (_, identifier, curve) = KINDS.into_iter().find(|(other, ..)| *other == kind).unwrap();
    assert_eq!(algorithm.oid.to_string(), identifier, "{kind:?}");
    let curve = curve.map(ObjectIdentifier::new_unwrap);
    let parameters = match kind {
        PairKind::Rsa2048 => Some(AnyRef::from(Null)),
        _ => curve.as_ref().map(AnyRef::from),
    };
    assert_eq!(algorithm.parameters, parameters, "{kind:?}");
}

#[test]
fn public_keys_are_subject_public_key_info_of_their_algorithm() {
    for (kind, ..) in KINDS {
        let pair = made(kind);
        let info = SubjectPublicKeyInfoRef::from_der(&pair.public).unwrap();
        is_of(info.algorithm, kind);
        assert_eq!(info.to_der().unwrap(), pair.public, "{kind:?}");
    }
}

#[test]
fn private_keys_are_pkcs8_of_their_algorithm() {
    for (kind, ..) in KINDS {
        let pair = made(kind);
        let Ok(pkcs8) = kind.pkcs8(&pair.private) else {
            assert!(matches!(kind, PairKind::MlDsa44 | PairKind::MlDsa65 | PairKind::MlDsa87));
            continue;
        };
        let info = PrivateKeyInfoRef::from_der(&pkcs8).unwrap();
        is_of(info.algorithm, kind);
        assert_eq!(info.to_der().unwrap()[..], pkcs8[..], "{kind:?}");
        let key = info.private_key.as_bytes();
        let public = SubjectPublicKeyInfoRef::from_der(&pair.public).unwrap().subject_public_key;
        match kind {
            // RFC 8410, 7, version 1: OpenSSL 3.0 does not read version 2, which has the public key with it.
            PairKind::Ed25519 => {
                assert_eq!(key, [&[0x04, 32], pair.private.expose()].concat());
                assert!(info.public_key.is_none());
            }
            // RFC 9935, 6.
            PairKind::MlKem512 | PairKind::MlKem768 | PairKind::MlKem1024 => {
                assert_eq!(key, [&[0x80, 64], pair.private.expose()].concat());
            }
            PairKind::Rsa2048 => {}
            // RFC 5915, 3.
            _ => {
                let key = EcPrivateKey::from_der(key).unwrap();
                assert_eq!(key.private_key, pair.private.expose());
                assert_eq!(key.public_key, public.as_bytes());
                assert!(key.parameters.is_none());
                assert_eq!(key.to_der().unwrap(), info.private_key.as_bytes());
            }
        }
    }
}

#[test]
fn keys_leave_as_openssl_writes_them() {
    let vectors = Vectors::read();
    for vector in vectors.list("rsa").iter().chain(vectors.list("pairs")) {
        let (kind, theirs) = (kind(vector), pair(vector));
        let ours = kind.import(theirs.private.expose()).unwrap();
        assert_eq!(ours.public, theirs.public, "{kind:?}");
        assert_eq!(kind.pkcs8(&ours.private).unwrap()[..], *theirs.private.expose(), "{kind:?}");
    }
}

fn vector(vectors: &Vectors, wanted: PairKind) -> &Value {
    let mut all = vectors.list("rsa").iter().chain(vectors.list("pairs"));
    all.find(|vector| kind(vector) == wanted).unwrap()
}

/// Keeps what a test has made for as long as the test runs.
fn kept(bytes: Vec<u8>) -> &'static [u8] {
    bytes.leak()
}

/// The public key of what OpenSSL wrote of that kind with a change made by others.
fn changed(
    wanted: PairKind,
    change: impl FnOnce(PrivateKeyInfoRef<'static>) -> Vec<u8>,
) -> Result<Vec<u8>, PairError> {
    let pkcs8 = kept(bytes(&vector(&Vectors::read(), wanted)["pkcs8"]));
    wanted.import(&change(PrivateKeyInfoRef::from_der(pkcs8).unwrap())).map(|pair| pair.public)
}

/// The same for the ECPrivateKey inside.
fn elliptic(wanted: PairKind, change: impl FnOnce(&mut EcPrivateKey<'static>)) -> Result<Vec<u8>, PairError> {
    changed(wanted, |mut info| {
        let mut key = EcPrivateKey::from_der(info.private_key.as_bytes()).unwrap();
        change(&mut key);
        info.private_key = OctetStringRef::new(kept(key.to_der().unwrap())).unwrap();
        info.to_der().unwrap()
    })
}

#[test]
fn what_may_stand_in_a_private_key_may_and_what_is_another_s_may_not() {
    use PairKind::{Ed25519, K256, P256, P521, Rsa2048};
    let vectors = Vectors::read();
    let public = |wanted| bytes(&vector(&vectors, wanted)["spki"]);
    let refused = Err(PairError::PrivateKey);
    // The public key outside, in version 2 (RFC 5958, 2).
    for wanted in [Ed25519, P256, P521, Rsa2048] {
        let with = |info: Vec<u8>| {
            let info = SubjectPublicKeyInfoRef::from_der(kept(info)).unwrap();
            changed(wanted, |key| {
                let key = PrivateKeyInfoRef { public_key: Some(info.subject_public_key), ..key };
                key.to_der().unwrap()
            })
        };
        assert_eq!(with(public(wanted)), Ok(public(wanted)), "{wanted:?}");
        assert_eq!(with(public(K256)), refused, "{wanted:?}");
        if wanted != Rsa2048 {
            assert_eq!(with(made(wanted).public), refused, "{wanted:?}");
        }
    }
    // Attributes (RFC 5958, 2), broken ones, and a field that there is none of.
    for (field, wanted) in
        [(&[0xa0, 0][..], Ok(public(P256))), (&[0xa0, 3, 1], refused.clone()), (&[0xa2, 0], refused.clone())]
    {
        let read = changed(P256, |info| {
            let mut whole = [&info.to_der().unwrap(), field].concat();
            whole[2] += u8::try_from(field.len()).unwrap();
            whole
        });
        assert_eq!(read, wanted, "{field:02x?}");
    }
    // RSA that says that it is for PSS (RFC 4055, 3.1), and RSA without its NULL.
    for (oid, wanted) in
        [("1.2.840.113549.1.1.10", Ok(public(Rsa2048))), ("1.2.840.113549.1.1.1", refused.clone())]
    {
        let algorithm = AlgorithmIdentifierRef { oid: oid.parse().unwrap(), parameters: None };
        let read = changed(Rsa2048, |info| PrivateKeyInfoRef { algorithm, ..info }.to_der().unwrap());
        assert_eq!(read, wanted, "{oid}");
    }
}

#[test]
fn elliptic_private_keys_may_say_their_curve_and_leave_out_zeros_and_the_point() {
    let refused = Err(PairError::PrivateKey);
    let with = |change: &dyn Fn(&mut EcPrivateKey<'static>)| elliptic(PairKind::P521, change);
    let public = kept(with(&|_| {}).unwrap());
    let taken = Ok(public.to_vec());
    let point = SubjectPublicKeyInfoRef::from_der(public).unwrap().subject_public_key.raw_bytes();
    let compressed = |sign: u8| kept([&[2 | ((point[132] ^ sign) & 1)], &point[1..67]].concat());
    assert_eq!(with(&|key| key.public_key = None), taken);
    assert_eq!(with(&|key| key.public_key = Some(compressed(0))), taken);
    assert_eq!(with(&|key| key.public_key = Some(compressed(1))), refused);
    assert_eq!(with(&|key| key.public_key = Some(&point[..1])), refused);
    assert_eq!(with(&|key| key.public_key = Some(&[])), refused);
    let named = |oid: &str| Some(EcParameters::NamedCurve(oid.parse().unwrap()));
    assert_eq!(with(&|key| key.parameters = named("1.3.132.0.35")), taken);
    assert_eq!(with(&|key| key.parameters = named("1.3.132.0.34")), refused);

    // The scalar: 24 bytes at least, as many as the curve's at most.
    let small = |length: usize| {
        let mut scalar = vec![0; length];
        scalar[length - 1] = 5;
        elliptic(PairKind::P256, |key| {
            *key = EcPrivateKey { private_key: kept(scalar), public_key: None, ..key.clone() }
        })
    };
    let five = small(32);
    assert!(five.is_ok());
    assert!((24..32).all(|length| small(length) == five));
    assert!([1, 23, 33].into_iter().all(|length| small(length) == refused));
    // 0 is no scalar, nor is the order (SP 800-186, 3.2.1.3) or what is beyond it.
    let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").unwrap();
    for scalar in [vec![0; 32], order, vec![0xff; 32]] {
        let read = elliptic(PairKind::P256, |key| {
            *key = EcPrivateKey { private_key: kept(scalar), public_key: None, ..key.clone() };
        });
        assert_eq!(read, refused);
    }
}

#[test]
fn signatures_are_read_in_their_one_encoding_only() {
    let kind = PairKind::P256;
    let pair = made(kind);
    let message = Signed::Message(b"message");
    let signature = kind.sign(&pair.private, message).unwrap();
    let verified = |signature: &[u8]| kind.verify(&pair.public, message, signature);
    assert_eq!(verified(&signature), Ok(true));
    for bit in 0..signature.len() * 8 {
        let mut broken = signature.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verified(&broken), Ok(false), "bit {bit}");
    }
    (0..signature.len()).for_each(|length| assert_eq!(verified(&signature[..length]), Ok(false)));
    assert_eq!(verified(&[&signature[..], &[0]].concat()), Ok(false));
    // A zero too many before r.
    let mut padded = signature.clone();
    padded.insert(4, 0);
    padded[1] += 1;
    padded[3] += 1;
    assert_eq!(verified(&padded), Ok(false));
    // r and s of 0, and beyond the curve's length.
    for number in [&[2u8, 1, 0][..], &[&[2, 34, 1][..], &[0; 33]].concat()] {
        let body = [number, number].concat();
        let length = u8::try_from(body.len()).unwrap();
        assert_eq!(verified(&[&[0x30, length][..], &body].concat()), Ok(false));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What our readers take of a damaged key, the crate takes too, and reads the same.
    #[test]
    fn no_damaged_key_is_read_otherwise_than_the_crate_reads_it(
        damage in proptest::collection::vec((0usize..140, any::<u8>()), 1..4), which in 0usize..5,
    ) {
        let vector = &VECTORS.list("pairs")[which];
        let [mut private, mut public] = [bytes(&vector["pkcs8"]), bytes(&vector["spki"])];
        let algorithm = SubjectPublicKeyInfoRef::from_der(&public).unwrap().algorithm.to_der().unwrap();
        let algorithm = kept(algorithm[2..].to_vec());
        for (at, byte) in damage {
            let (in_private, in_public) = (at % private.len(), at % public.len());
            private[in_private] = byte;
            public[in_public] = byte;
        }
        if let Ok(Private { key, public }) = read_private(&[algorithm], &private) {
            let theirs = PrivateKeyInfoRef::from_der(&private).unwrap();
            prop_assert_eq!(key, theirs.private_key.as_bytes());
            prop_assert_eq!(public, theirs.public_key.and_then(|bits| bits.as_bytes()));
        }
        if let Ok(key) = read_public(algorithm, &public) {
            let theirs = SubjectPublicKeyInfoRef::from_der(&public).unwrap();
            prop_assert_eq!(Some(key), theirs.subject_public_key.as_bytes());
        }
    }
}

static VECTORS: LazyLock<Vectors> = LazyLock::new(Vectors::read);
