//! What OpenSSL has made: see scripts/vectors-rsa.mjs.

use serde_json::Value;
use zeroize::Zeroizing;

use super::super::{Pair, PairKind};
use crate::crypto::KeyMaterial;

pub(crate) struct Vectors(Value);

impl Vectors {
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/rsa/openssl.json");
        Self(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    pub(crate) fn message(&self) -> Vec<u8> {
        bytes(&self.0["message"])
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().unwrap()
    }

    /// The RSA key of that key spec.
    pub(crate) fn rsa(&self, spec: &str) -> Pair {
        pair(self.list("rsa").iter().find(|vector| vector["spec"] == spec).unwrap())
    }
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The pair as it stands in the vector, not read by our code.
pub(crate) fn pair(vector: &Value) -> Pair {
    let private = KeyMaterial::new(Zeroizing::new(bytes(&vector["pkcs8"])));
    Pair { private, public: bytes(&vector["spki"]) }
}

pub(crate) fn kind(vector: &Value) -> PairKind {
    match vector["spec"].as_str().unwrap() {
        "RSA_2048" => PairKind::Rsa2048,
        "RSA_3072" => PairKind::Rsa3072,
        "RSA_4096" => PairKind::Rsa4096,
        "ECC_NIST_P256" => PairKind::P256,
        "ECC_NIST_P384" => PairKind::P384,
        "ECC_NIST_P521" => PairKind::P521,
        "ECC_SECG_P256K1" => PairKind::K256,
        "ECC_NIST_EDWARDS25519" => PairKind::Ed25519,
        other => panic!("{other}"),
    }
}
