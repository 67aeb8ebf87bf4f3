mod encoding;
mod import;
pub(crate) mod openssl;
mod rsa;

use super::*;
use crate::crypto::random::tests::Counting;

const SIGNERS: [(PairKind, usize); 8] = [
    (PairKind::P256, 32),
    (PairKind::P384, 48),
    (PairKind::P521, 64),
    (PairKind::K256, 32),
    (PairKind::Ed25519, 64),
    (PairKind::MlDsa44, 64),
    (PairKind::MlDsa65, 64),
    (PairKind::MlDsa87, 64),
];

#[test]
fn what_is_signed_verifies_and_nothing_else_does() {
    for (kind, prepared) in SIGNERS {
        let pair = kind.generate(&mut Counting::default()).unwrap();
        let digest = vec![7; prepared];
        for signed in [Signed::Message(b"message"), Signed::Prepared(&digest)] {
            let signature = kind.sign(&pair.private, signed).unwrap();
            assert_eq!(kind.verify(&pair.public, signed, &signature), Ok(true), "{kind:?} {signed:?}");
            let other = match signed {
                Signed::Message(_) => Signed::Message(b"massage"),
                Signed::Prepared(_) => Signed::Message(&digest),
            };
            assert_eq!(kind.verify(&pair.public, other, &signature), Ok(false), "{kind:?}");
            let mut broken = signature.clone();
            broken[signature.len() / 2] ^= 1;
            assert_eq!(kind.verify(&pair.public, signed, &broken), Ok(false), "{kind:?}");
            assert_eq!(kind.verify(&pair.public, signed, &signature[1..]), Ok(false), "{kind:?}");
        }
        assert_eq!(kind.sign(&pair.private, Signed::Prepared(&[7; 5])), Err(PairError::DigestLength));
        assert_eq!(kind.verify(&[1, 2], Signed::Message(b"m"), &[0]), Err(PairError::PublicKey));
    }
}

#[test]
fn both_sides_agree_on_one_secret() {
    for (kind, length) in [(PairKind::P256, 32), (PairKind::P384, 48), (PairKind::P521, 66)] {
        let mut random = Counting::default();
        let (one, other) = (kind.generate(&mut random).unwrap(), kind.generate(&mut random).unwrap());
        let secret = kind.agree(&one.private, &other.public).unwrap();
        assert_eq!(secret, kind.agree(&other.private, &one.public).unwrap());
        assert_eq!(secret.len(), length);
        assert_eq!(kind.agree(&one.private, b"no key"), Err(PairError::PublicKey));
    }
}

#[test]
fn an_encapsulated_secret_comes_out_and_a_wrong_ciphertext_gives_another() {
    for (kind, length) in [(PairKind::MlKem512, 768), (PairKind::MlKem768, 1088), (PairKind::MlKem1024, 1568)]
    {
        let mut random = Counting::default();
        let pair = kind.generate(&mut random).unwrap();
        let (secret, ciphertext) = kind.encapsulate(&pair.public, &mut random).unwrap();
        assert_eq!((secret.len(), ciphertext.len()), (32, length));
        assert_eq!(kind.decapsulate(&pair.private, &ciphertext).unwrap(), secret);
        let mut wrong = ciphertext.clone();
        wrong[0] ^= 1;
        assert_ne!(kind.decapsulate(&pair.private, &wrong).unwrap(), secret);
        assert_eq!(kind.decapsulate(&pair.private, &wrong[1..]), Err(PairError::CiphertextLength));
    }
}
