//! RSA, against OpenSSL's signatures and ciphertexts.

use super::super::rsa::{Oaep, RsaSigning, decrypt, encrypt, sign, verify};
use super::openssl::{Vectors, bytes, kind, pair};
use super::*;

const SIGNING: [(&str, usize); 6] = [
    ("RSASSA_PKCS1_V1_5_SHA_256", 32),
    ("RSASSA_PKCS1_V1_5_SHA_384", 48),
    ("RSASSA_PKCS1_V1_5_SHA_512", 64),
    ("RSASSA_PSS_SHA_256", 32),
    ("RSASSA_PSS_SHA_384", 48),
    ("RSASSA_PSS_SHA_512", 64),
];
const ENCRYPTION: [&str; 2] = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];

fn hashed(length: usize, message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256, Sha384, Sha512};
    match length {
        32 => Sha256::digest(message).to_vec(),
        48 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

#[test]
fn openssl_s_signatures_verify_and_pkcs1_is_the_same_byte_for_byte() {
    let vectors = Vectors::read();
    let message = vectors.message();
    for vector in vectors.list("rsa") {
        let pair = pair(vector);
        for (name, length) in SIGNING {
            let algorithm = RsaSigning::from_name(name).unwrap();
            let theirs = bytes(&vector["signatures"][name]);
            let digest = hashed(length, &message);
            for signed in [Signed::Message(&message), Signed::Prepared(&digest)] {
                assert_eq!(verify(&pair.public, algorithm, signed, &theirs), Ok(true), "{name}");
            }
            if matches!(algorithm, RsaSigning::Pkcs1(_)) {
                let signed = Signed::Message(&message);
                let ours = sign(&pair.private, algorithm, signed, &mut Counting::default()).unwrap();
                assert_eq!(ours, theirs, "{name}");
            }
        }
    }
}

#[test]
fn what_rsa_signs_verifies_and_nothing_else_does() {
    let pair = Vectors::read().rsa("RSA_2048");
    let mut random = Counting::default();
    for (name, length) in SIGNING {
        let algorithm = RsaSigning::from_name(name).unwrap();
        let digest = hashed(length, b"message");
        let signature = sign(&pair.private, algorithm, Signed::Prepared(&digest), &mut random).unwrap();
        assert_eq!(signature.len(), 256);
        let verified =
            |signed: Signed<'_>, signature: &[u8]| verify(&pair.public, algorithm, signed, signature);
        assert_eq!(verified(Signed::Message(b"message"), &signature), Ok(true), "{name}");
        assert_eq!(verified(Signed::Message(b"massage"), &signature), Ok(false), "{name}");
        let mut broken = signature.clone();
        broken[100] ^= 1;
        assert_eq!(verified(Signed::Prepared(&digest), &broken), Ok(false), "{name}");
        for wrong in [&signature[1..], &[&signature[..], &[0]].concat(), &[0xff; 256], &[]] {
            assert_eq!(verified(Signed::Prepared(&digest), wrong), Ok(false), "{name}");
        }
        for (other, _) in SIGNING.into_iter().filter(|(other, _)| *other != name) {
            let other = RsaSigning::from_name(other).unwrap();
            assert_eq!(verify(&pair.public, other, Signed::Message(b"message"), &signature), Ok(false));
        }
        for wrong in [0, length - 1, length + 1] {
            let signed = Signed::Prepared(&[7; 65][..wrong]);
            assert_eq!(sign(&pair.private, algorithm, signed, &mut random), Err(PairError::DigestLength));
            assert_eq!(verified(signed, &signature), Err(PairError::DigestLength));
        }
    }
    let algorithm = RsaSigning::from_name("RSASSA_PSS_SHA_256").unwrap();
    assert_eq!(verify(b"no key", algorithm, Signed::Message(b"m"), &[0; 256]), Err(PairError::PublicKey));
}

#[test]
fn two_pss_signatures_of_one_message_differ() {
    let pair = Vectors::read().rsa("RSA_2048");
    let mut random = Counting::default();
    let algorithm = RsaSigning::from_name("RSASSA_PSS_SHA_384").unwrap();
    let mut once = || sign(&pair.private, algorithm, Signed::Message(b"m"), &mut random).unwrap();
    assert_ne!(once(), once());
}

#[test]
fn openssl_s_ciphertexts_open() {
    let vectors = Vectors::read();
    for vector in vectors.list("rsa") {
        for name in ENCRYPTION {
            let ciphertext = bytes(&vector["ciphertexts"][name]);
            let oaep = Oaep::from_name(name).unwrap();
            let opened = decrypt(&pair(vector).private, oaep, &ciphertext, &mut Counting::default());
            assert_eq!(opened.unwrap()[..], vectors.message()[..], "{name}");
        }
    }
}

#[test]
fn every_length_up_to_the_longest_encrypts_and_everything_broken_is_refused_alike() {
    let vectors = Vectors::read();
    let mut random = Counting::default();
    // RFC 8017, 7.1.1: the modulus less two digests and two bytes.
    let longest = [("RSA_2048", [214, 190]), ("RSA_3072", [342, 318]), ("RSA_4096", [470, 446])];
    for (spec, lengths) in longest {
        let vector = vectors.list("rsa").iter().find(|vector| vector["spec"] == spec).unwrap();
        let (kind, pair) = (kind(vector), pair(vector));
        for (name, longest) in ENCRYPTION.into_iter().zip(lengths) {
            let oaep = Oaep::from_name(name).unwrap();
            assert_eq!(oaep.longest_plaintext(kind.rsa_bits().unwrap()), longest);
            for length in [0, 1, longest - 1, longest] {
                let plaintext = vec![7; length];
                let ciphertext = encrypt(&pair.public, oaep, &plaintext, &mut random).unwrap();
                assert_eq!(ciphertext.len() * 8, kind.rsa_bits().unwrap());
                let opened = decrypt(&pair.private, oaep, &ciphertext, &mut random).unwrap();
                assert_eq!(opened[..], plaintext);
            }
            let too_long = encrypt(&pair.public, oaep, &vec![7; longest + 1], &mut random);
            assert_eq!(too_long, Err(PairError::PlaintextLength));
        }
    }
    let pair = vectors.rsa("RSA_2048");
    let oaep = Oaep::Sha256;
    let ciphertext = encrypt(&pair.public, oaep, b"secret", &mut random).unwrap();
    let mut refused = |oaep, ciphertext: &[u8]| {
        let opened = decrypt(&pair.private, oaep, ciphertext, &mut random);
        assert_eq!(opened, Err(PairError::Ciphertext));
    };
    for at in [0, 1, 100, 255] {
        let mut broken = ciphertext.clone();
        broken[at] ^= 1;
        refused(oaep, &broken);
    }
    refused(Oaep::Sha1, &ciphertext);
    // Of another length, and beyond the modulus.
    for wrong in [&ciphertext[1..], &[&ciphertext[..], &[0]].concat(), &[], &[0xff; 256], &[0; 256]] {
        refused(oaep, wrong);
    }
    let other = vectors.rsa("RSA_3072");
    assert_eq!(decrypt(&other.private, oaep, &ciphertext, &mut random), Err(PairError::Ciphertext));
}

#[test]
fn a_fresh_rsa_key_signs_and_decrypts() {
    let mut random = Counting::default();
    let pair = PairKind::Rsa2048.generate(&mut random).unwrap();
    let algorithm = RsaSigning::from_name("RSASSA_PSS_SHA_512").unwrap();
    let signature = sign(&pair.private, algorithm, Signed::Message(b"m"), &mut random).unwrap();
    assert_eq!(verify(&pair.public, algorithm, Signed::Message(b"m"), &signature), Ok(true));
    let ciphertext = encrypt(&pair.public, Oaep::Sha1, b"secret", &mut random).unwrap();
    assert_eq!(decrypt(&pair.private, Oaep::Sha1, &ciphertext, &mut random).unwrap()[..], b"secret"[..]);
    let pkcs8 = PairKind::Rsa2048.pkcs8(&pair.private).unwrap();
    assert_eq!(PairKind::Rsa2048.import(&pkcs8).unwrap().public, pair.public);
}

#[test]
fn without_randomness_there_is_no_private_operation() {
    struct Empty;
    impl Random for Empty {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), Failure> {
            Err(Failure::Randomness)
        }
    }
    let pair = Vectors::read().rsa("RSA_2048");
    let failed = PairError::Failure(Failure::Randomness);
    assert_eq!(PairKind::Rsa2048.generate(&mut Empty).map(drop), Err(failed));
    for (name, _) in SIGNING {
        let algorithm = RsaSigning::from_name(name).unwrap();
        let signature = sign(&pair.private, algorithm, Signed::Message(b"m"), &mut Empty);
        assert_eq!(signature, Err(failed), "{name} is blinded");
    }
    let ciphertext = encrypt(&pair.public, Oaep::Sha1, b"m", &mut Counting::default()).unwrap();
    assert_eq!(decrypt(&pair.private, Oaep::Sha1, &ciphertext, &mut Empty), Err(failed));
    assert_eq!(encrypt(&pair.public, Oaep::Sha1, b"m", &mut Empty), Err(failed));
}
