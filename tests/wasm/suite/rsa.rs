//! RSA of the platform against RSA of the core: the same signatures, and each opens what the other has sealed.

use tabkms_core::api::{HostJob, HostKey, HostResult};
use tabkms_core::crypto::KeyMaterial;
use tabkms_core::crypto::pair::rsa::{self, Oaep, RsaSigning, Sha2};
use tabkms_core::crypto::pair::{PairKind, Signed};
use tabkms_core::hierarchy::MaterialId;
use tabkms_core::model::SensitiveBlob;
use tabkms_wasm::random::Source;
use tabkms_wasm::webcrypto::rsa::RsaHost;
use wasm_bindgen_test::wasm_bindgen_test;
use zeroize::Zeroizing;

const HASHES: [Sha2; 3] = [Sha2::Sha256, Sha2::Sha384, Sha2::Sha512];

/// OpenSSL's keys: scripts/vectors-rsa.mjs.
const VECTORS: &str = include_str!("../../vectors/rsa/openssl.json");

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The private key as PKCS #8 and the public key of the `at`th RSA vector.
fn vector(at: usize) -> (Vec<u8>, Vec<u8>) {
    let document: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let member = |name: &str| unhex(document["rsa"][at][name].as_str().unwrap());
    (member("pkcs8"), member("spki"))
}

fn material(pkcs8: &[u8]) -> KeyMaterial {
    KeyMaterial::new(Zeroizing::new(pkcs8.to_vec()))
}

fn key(id: u8, pkcs8: &[u8]) -> HostKey {
    HostKey { id: MaterialId::from_bytes([id; 32]), pkcs8: material(pkcs8) }
}

fn signing(id: u8, pkcs8: &[u8], algorithm: RsaSigning) -> HostJob {
    HostJob::RsaSign { key: key(id, pkcs8), algorithm, message: SensitiveBlob::new(b"message".to_vec()) }
}

async fn signed(host: &RsaHost, id: u8, pkcs8: &[u8], algorithm: RsaSigning) -> Vec<u8> {
    match host.work(&signing(id, pkcs8, algorithm)).await {
        HostResult::Signed(signature) => signature,
        other => panic!("{algorithm:?}: {other:?}"),
    }
}

/// Signs with both; returns whether the signatures are the same.
async fn signs_alike(pkcs8: &[u8], public: &[u8], algorithm: RsaSigning) -> bool {
    let message = Signed::Message(b"message");
    let theirs = signed(&RsaHost::default(), 1, pkcs8, algorithm).await;
    let ours = rsa::sign(&material(pkcs8), algorithm, message, &mut Source::default()).unwrap();
    for signature in [&theirs, &ours] {
        assert_eq!(rsa::verify(public, algorithm, message, signature), Ok(true), "{algorithm:?}");
    }
    ours == theirs
}

#[wasm_bindgen_test]
async fn the_platform_and_the_core_sign_alike() {
    for at in 0..3 {
        let (pkcs8, public) = vector(at);
        for hash in HASHES {
            assert!(signs_alike(&pkcs8, &public, RsaSigning::Pkcs1(hash)).await, "byte for byte");
            assert!(!signs_alike(&pkcs8, &public, RsaSigning::Pss(hash)).await, "the salts are random");
        }
    }
}

#[wasm_bindgen_test]
async fn what_the_core_encrypts_the_platform_opens() {
    let host = RsaHost::default();
    let (pkcs8, public) = vector(1);
    for algorithm in [Oaep::Sha1, Oaep::Sha256] {
        for plaintext in [&b"secret"[..], &[7; 318]] {
            let sealed = rsa::encrypt(&public, algorithm, plaintext, &mut Source::default()).unwrap();
            let job = |ciphertext| HostJob::RsaDecrypt { key: key(1, &pkcs8), algorithm, ciphertext };
            match host.work(&job(sealed.clone())).await {
                HostResult::Decrypted(opened) => assert_eq!(opened[..], *plaintext),
                other => panic!("{other:?}"),
            }
            let mut broken = sealed.clone();
            broken[200] ^= 1;
            for ciphertext in [broken, sealed[1..].to_vec(), vec![0xff; 384], vec![7; 1]] {
                assert!(matches!(host.work(&job(ciphertext)).await, HostResult::Refused));
            }
        }
    }
}

#[wasm_bindgen_test]
async fn keys_of_either_sign_in_the_other() {
    let made = RsaHost::default().work(&HostJob::GenerateRsa { bits: 2048 }).await;
    let HostResult::Made(platform_s) = made else { panic!("{made:?}") };
    let theirs = PairKind::Rsa2048.import(platform_s.expose()).unwrap();
    let ours = PairKind::Rsa2048.generate(&mut Source::default()).unwrap();
    for (pkcs8, public) in [(platform_s.expose(), &theirs.public), (ours.private.expose(), &ours.public)] {
        assert!(signs_alike(pkcs8, public, RsaSigning::Pkcs1(Sha2::Sha256)).await);
    }
}

#[wasm_bindgen_test]
async fn the_last_sixteen_keys_are_kept() {
    let host = RsaHost::default();
    let (pkcs8, _) = vector(0);
    let algorithm = RsaSigning::Pkcs1(Sha2::Sha256);
    let first = signed(&host, 0, &pkcs8, algorithm).await;
    assert_eq!(host.kept(), 1);
    // Known by its id: what is said to be its PKCS #8 is not read again.
    assert_eq!(signed(&host, 0, b"no key", algorithm).await, first);
    for id in 1..16 {
        signed(&host, id, &pkcs8, algorithm).await;
    }
    assert_eq!(signed(&host, 0, b"no key", algorithm).await, first, "used last, it stays");
    signed(&host, 16, &pkcs8, algorithm).await;
    assert_eq!(host.kept(), 16);
    assert!(matches!(host.work(&signing(1, b"no key", algorithm)).await, HostResult::Declined));
    assert_eq!(signed(&host, 0, b"no key", algorithm).await, first);
    // A key for one algorithm is none for another.
    let other = RsaSigning::Pss(Sha2::Sha256);
    assert!(matches!(host.work(&signing(0, b"no key", other)).await, HostResult::Declined));
    host.forget();
    assert_eq!(host.kept(), 0);
    assert!(matches!(host.work(&signing(0, b"no key", algorithm)).await, HostResult::Declined));
}
