//! Key derivation by NIST SP 800-108 in counter mode with HMAC-SHA-256, which per-call keys and material ids come
//! from.

use hmac::Hmac;
use kbkdf::{Counter, Kbkdf, Params};
use serde_json::Value;
use sha2::Sha256;
use sha2::digest::common::KeySizeUser;
use sha2::digest::consts::{U16, U20, U32, U40};
use tabkms_core::crypto::kdf;

fn cases(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    assert!(file["source"].as_str().is_some_and(|source| !source.is_empty()));
    file["cases"].as_array().unwrap().clone()
}

fn bytes(case: &Value, member: &str) -> Vec<u8> {
    hex::decode(case[member].as_str().unwrap()).unwrap()
}

/// The library that `kdf::derive` is held against, on the whole fixed input that NIST gives.
macro_rules! derived {
    ($size:ty, $key:expr, $fixed_input:expr) => {{
        struct Key;
        impl KeySizeUser for Key {
            type KeySize = $size;
        }
        let params = Params::builder($key).with_label($fixed_input).use_l(false).use_separator(false);
        Counter::<Hmac<Sha256>, Key>::default().derive(params.build()).unwrap().to_vec()
    }};
}

#[test]
fn the_counter_mode_kdf_agrees_with_nist() {
    let cases = cases(include_str!("nist/sp800-108-counter-hmac-sha256.json"));
    for case in &cases {
        let (key, fixed) = (bytes(case, "key"), bytes(case, "fixed_input"));
        let ours = match case["bits"].as_u64() {
            Some(128) => derived!(U16, &key, &fixed),
            Some(160) => derived!(U20, &key, &fixed),
            Some(256) => derived!(U32, &key, &fixed),
            Some(320) => derived!(U40, &key, &fixed),
            other => panic!("no rule for {other:?} bits"),
        };
        assert_eq!(ours, bytes(case, "derived"), "{case}");
    }
    assert_eq!(cases.len(), 40);
}

#[test]
fn label_context_and_length_stand_where_a_second_implementation_puts_them() {
    let cases = cases(include_str!("nist/kbkdf-pyca.json"));
    for case in &cases {
        let mut out = [0; 32];
        kdf::derive(&bytes(case, "key"), &bytes(case, "label"), &bytes(case, "context"), &mut out).unwrap();
        assert_eq!(out.to_vec(), bytes(case, "derived"), "{case}");
    }
    assert_eq!(cases.len(), 7);
}
