//! Private keys from elsewhere: OpenSSL's PKCS #8 of every kind that AWS imports.

use super::openssl::{Vectors, bytes, kind, pair};
use super::*;
use crate::crypto::pair::rsa::{RsaSigning, sign, verify};

fn all(vectors: &Vectors) -> impl Iterator<Item = &serde_json::Value> {
    vectors.list("rsa").iter().chain(vectors.list("pairs"))
}

#[test]
fn openssl_s_private_keys_are_taken_in_and_sign_for_openssl_s_public_keys() {
    let vectors = Vectors::read();
    for vector in all(&vectors) {
        let (kind, theirs) = (kind(vector), pair(vector));
        let ours = kind.import(theirs.private.expose()).unwrap();
        assert_eq!(ours.public, theirs.public, "{kind:?}");
        let message = Signed::Message(b"message");
        if kind.rsa_bits().is_some() {
            let algorithm = RsaSigning::from_name("RSASSA_PKCS1_V1_5_SHA_256").unwrap();
            let signature = sign(&ours.private, algorithm, message, &mut Counting::default()).unwrap();
            assert_eq!(verify(&theirs.public, algorithm, message, &signature), Ok(true));
        } else {
            let signature = kind.sign(&ours.private, message).unwrap();
            assert_eq!(kind.verify(&theirs.public, message, &signature), Ok(true), "{kind:?}");
        }
        // What leaves again is the same key.
        let again = kind.import(&kind.pkcs8(&ours.private).unwrap()).unwrap();
        assert_eq!(again.private.expose(), ours.private.expose());
    }
}

#[test]
fn a_private_key_of_another_kind_is_refused() {
    let vectors = Vectors::read();
    for (one, other) in all(&vectors).flat_map(|one| all(&vectors).map(move |other| (one, other))) {
        if one["spec"] != other["spec"] {
            assert_eq!(kind(one).import(&bytes(&other["pkcs8"])).map(drop), Err(PairError::PrivateKey));
        }
    }
    for kind in [PairKind::MlDsa44, PairKind::MlKem768] {
        assert_eq!(kind.import(&[]).map(drop), Err(PairError::Unsupported));
    }
}

#[test]
fn a_private_key_that_is_cut_or_lengthened_is_refused() {
    let vectors = Vectors::read();
    for vector in all(&vectors) {
        let (kind, whole) = (kind(vector), bytes(&vector["pkcs8"]));
        let refused = |pkcs8: &[u8]| assert_eq!(kind.import(pkcs8).map(drop), Err(PairError::PrivateKey));
        (0..whole.len()).step_by(7).for_each(|length| refused(&whole[..length]));
        refused(&[&whole[..], &[0]].concat());
        refused(b"-----BEGIN PRIVATE KEY-----");
        // A public key is none.
        refused(&bytes(&vector["spki"]));
    }
}

#[test]
fn parts_that_do_not_fit_each_other_are_refused() {
    let vectors = Vectors::read();
    for vector in vectors.list("pairs") {
        // The last byte is the public key's, where there is one: OpenSSL writes none for Ed25519.
        let mut broken = bytes(&vector["pkcs8"]);
        *broken.last_mut().unwrap() ^= 1;
        let refused = kind(vector).import(&broken).map(|pair| pair.public);
        match kind(vector) {
            PairKind::Ed25519 => assert_ne!(refused, Ok(bytes(&vector["spki"]))),
            _ => assert_eq!(refused, Err(PairError::PrivateKey), "{}", vector["spec"]),
        }
    }
    let rsa = vectors.list("rsa").first().unwrap();
    let whole = bytes(&rsa["pkcs8"]);
    // Behind some 30 bytes of structure come the modulus (257 bytes), the exponents, the primes.
    for at in [60, 360, 600, 750] {
        let mut broken = whole.clone();
        broken[at] ^= 1;
        assert_eq!(PairKind::Rsa2048.import(&broken).map(drop), Err(PairError::PrivateKey), "{at}");
    }
}
