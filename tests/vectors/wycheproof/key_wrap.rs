//! AES key wrap with padding (RFC 5649), inside `RSA_AES_KEY_WRAP_SHA_256` as an import brings it: each wrapping key of
//! the set is first encrypted under an RSA key of Wycheproof's.

use tabkms_core::crypto::pair::rsa::{Oaep, encrypt};
use tabkms_core::crypto::pair::{PairError, PairKind};
use tabkms_core::crypto::wrap::{WrappingAlgorithm, unwrap};
use wycheproof::keywrap::{TestName, TestSet};
use wycheproof::{TestResult, rsa_oaep};

use crate::support::{Prescribed, Tally, material};

#[test]
fn aes_key_wrap_with_padding_opens_what_is_valid_and_nothing_else() {
    let rsa = rsa_oaep::TestSet::load(rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256).unwrap();
    let pair = PairKind::Rsa2048.import(&rsa.test_groups[0].pkcs8).unwrap();
    let mut tally = Tally::default();
    for group in &TestSet::load(TestName::AesKeyWrapWithPadding).unwrap().test_groups {
        for test in &group.tests {
            let mut random = Prescribed(&[7; 65_536]);
            let wrapped_key = encrypt(&pair.public, Oaep::Sha256, &test.key, &mut random).unwrap();
            let wrapped = [wrapped_key.as_slice(), test.ct.as_slice()].concat();
            let opened = unwrap(
                WrappingAlgorithm::RsaAesKeyWrapSha256,
                &material(pair.private.expose()),
                &wrapped,
                &mut random,
            );
            match test.result {
                TestResult::Valid => {
                    assert_eq!(opened.unwrap()[..], test.pt[..], "{test:?}");
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert_eq!(opened, Err(PairError::Ciphertext), "{test:?}");
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {test:?}"),
            }
        }
    }
    assert_eq!(tally, Tally { valid: 77, invalid: 177, skipped: 0 });
}
