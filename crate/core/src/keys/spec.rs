//! What kind of key a KMS key is, what it may be used for, and with which algorithms.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use minicbor::{Decode, Encode};

use crate::crypto::mac::MacAlgorithm;
use crate::crypto::pair::PairKind;

/// AWS's `KeySpec`. The numbers stand in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(index_only)]
pub enum KeySpec {
    /// AES-256-GCM under keys derived for each call.
    #[default]
    #[n(0)]
    SymmetricDefault,
    /// HMAC with a key of 224 bits.
    #[n(1)]
    Hmac224,
    /// HMAC with a key of 256 bits.
    #[n(2)]
    Hmac256,
    /// HMAC with a key of 384 bits.
    #[n(3)]
    Hmac384,
    /// HMAC with a key of 512 bits.
    #[n(4)]
    Hmac512,
    /// NIST P-256.
    #[n(5)]
    EccNistP256,
    /// NIST P-384.
    #[n(6)]
    EccNistP384,
    /// NIST P-521.
    #[n(7)]
    EccNistP521,
    /// secp256k1.
    #[n(8)]
    EccSecgP256k1,
    /// Edwards25519.
    #[n(9)]
    EccNistEdwards25519,
    /// ML-DSA-44.
    #[n(10)]
    MlDsa44,
    /// ML-DSA-65.
    #[n(11)]
    MlDsa65,
    /// ML-DSA-87.
    #[n(12)]
    MlDsa87,
    /// ML-KEM-512.
    #[n(13)]
    MlKem512,
    /// ML-KEM-768.
    #[n(14)]
    MlKem768,
    /// ML-KEM-1024.
    #[n(15)]
    MlKem1024,
}

/// AWS's `KeyUsage`: one for the whole life of a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(index_only)]
pub enum KeyUsage {
    /// Encrypt, Decrypt, data keys.
    #[default]
    #[n(0)]
    EncryptDecrypt,
    /// Sign, Verify.
    #[n(1)]
    SignVerify,
    /// GenerateMac, VerifyMac.
    #[n(2)]
    GenerateVerifyMac,
    /// DeriveSharedSecret.
    #[n(3)]
    KeyAgreement,
    /// Encapsulate, Decapsulate.
    #[n(4)]
    EncapsulateDecapsulate,
}

impl KeyUsage {
    const ALL: [Self; 5] = [
        Self::EncryptDecrypt,
        Self::SignVerify,
        Self::GenerateVerifyMac,
        Self::KeyAgreement,
        Self::EncapsulateDecapsulate,
    ];

    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EncryptDecrypt => "ENCRYPT_DECRYPT",
            Self::SignVerify => "SIGN_VERIFY",
            Self::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
            Self::KeyAgreement => "KEY_AGREEMENT",
            Self::EncapsulateDecapsulate => "ENCAPSULATE_DECAPSULATE",
        }
    }

    /// The usage of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.name() == name)
    }
}

/// What a key spec is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// 256 random bits.
    Symmetric,
    /// Random bits as long as the MAC.
    Hmac(MacAlgorithm),
    /// A key pair.
    Pair(PairKind),
}

/// One line a key spec: its name, what it is made of, what it may be used for, how it signs.
struct Line {
    spec: KeySpec,
    name: &'static str,
    family: Family,
    usages: &'static [KeyUsage],
    signing: &'static [&'static str],
}

const fn line(
    spec: KeySpec,
    name: &'static str,
    family: Family,
    usages: &'static [KeyUsage],
    signing: &'static [&'static str],
) -> Line {
    Line { spec, name, family, usages, signing }
}

const MAC: &[KeyUsage] = &[KeyUsage::GenerateVerifyMac];
const SIGN: &[KeyUsage] = &[KeyUsage::SignVerify];
const SIGN_OR_AGREE: &[KeyUsage] = &[KeyUsage::SignVerify, KeyUsage::KeyAgreement];
const ENCAPSULATE: &[KeyUsage] = &[KeyUsage::EncapsulateDecapsulate];
const ML_DSA: &[&str] = &["ML_DSA_SHAKE_256"];

static TABLE: &[Line] = &[
    line(KeySpec::SymmetricDefault, "SYMMETRIC_DEFAULT", Family::Symmetric, &[KeyUsage::EncryptDecrypt], &[]),
    line(KeySpec::Hmac224, "HMAC_224", Family::Hmac(MacAlgorithm::Sha224), MAC, &[]),
    line(KeySpec::Hmac256, "HMAC_256", Family::Hmac(MacAlgorithm::Sha256), MAC, &[]),
    line(KeySpec::Hmac384, "HMAC_384", Family::Hmac(MacAlgorithm::Sha384), MAC, &[]),
    line(KeySpec::Hmac512, "HMAC_512", Family::Hmac(MacAlgorithm::Sha512), MAC, &[]),
    line(
        KeySpec::EccNistP256,
        "ECC_NIST_P256",
        Family::Pair(PairKind::P256),
        SIGN_OR_AGREE,
        &["ECDSA_SHA_256"],
    ),
    line(
        KeySpec::EccNistP384,
        "ECC_NIST_P384",
        Family::Pair(PairKind::P384),
        SIGN_OR_AGREE,
        &["ECDSA_SHA_384"],
    ),
    line(
        KeySpec::EccNistP521,
        "ECC_NIST_P521",
        Family::Pair(PairKind::P521),
        SIGN_OR_AGREE,
        &["ECDSA_SHA_512"],
    ),
    line(KeySpec::EccSecgP256k1, "ECC_SECG_P256K1", Family::Pair(PairKind::K256), SIGN, &["ECDSA_SHA_256"]),
    line(
        KeySpec::EccNistEdwards25519,
        "ECC_NIST_EDWARDS25519",
        Family::Pair(PairKind::Ed25519),
        SIGN,
        &["ED25519_SHA_512", "ED25519_PH_SHA_512"],
    ),
    line(KeySpec::MlDsa44, "ML_DSA_44", Family::Pair(PairKind::MlDsa44), SIGN, ML_DSA),
    line(KeySpec::MlDsa65, "ML_DSA_65", Family::Pair(PairKind::MlDsa65), SIGN, ML_DSA),
    line(KeySpec::MlDsa87, "ML_DSA_87", Family::Pair(PairKind::MlDsa87), SIGN, ML_DSA),
    line(KeySpec::MlKem512, "ML_KEM_512", Family::Pair(PairKind::MlKem512), ENCAPSULATE, &[]),
    line(KeySpec::MlKem768, "ML_KEM_768", Family::Pair(PairKind::MlKem768), ENCAPSULATE, &[]),
    line(KeySpec::MlKem1024, "ML_KEM_1024", Family::Pair(PairKind::MlKem1024), ENCAPSULATE, &[]),
];

impl KeySpec {
    /// The key spec of that wire name; `None` for one that is not built.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|line| line.name == name).map(|line| line.spec)
    }

    fn line(self) -> Option<&'static Line> {
        TABLE.iter().find(|line| line.spec == self)
    }

    /// The wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.line().map_or("", |line| line.name)
    }

    /// What it is made of.
    #[must_use]
    pub fn family(self) -> Family {
        self.line().map_or(Family::Symmetric, |line| line.family)
    }

    /// Whether its material can be imported: that of the post-quantum key pairs cannot
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html>).
    #[must_use]
    pub fn can_be_imported(self) -> bool {
        use PairKind::{MlDsa44, MlDsa65, MlDsa87, MlKem512, MlKem768, MlKem1024};
        !matches!(self.family(), Family::Pair(MlDsa44 | MlDsa65 | MlDsa87 | MlKem512 | MlKem768 | MlKem1024))
    }

    /// What it may be used for.
    #[must_use]
    pub fn usages(self) -> &'static [KeyUsage] {
        self.line().map_or(&[], |line| line.usages)
    }

    /// AWS's names of the signing algorithms, where it signs.
    #[must_use]
    pub fn signing_algorithms(self) -> &'static [&'static str] {
        self.line().map_or(&[], |line| line.signing)
    }

    /// AWS's name of the MAC algorithm, where it makes MACs.
    #[must_use]
    pub fn mac_algorithm(self) -> Option<&'static str> {
        match self.family() {
            Family::Hmac(MacAlgorithm::Sha224) => Some("HMAC_SHA_224"),
            Family::Hmac(MacAlgorithm::Sha256) => Some("HMAC_SHA_256"),
            Family::Hmac(MacAlgorithm::Sha384) => Some("HMAC_SHA_384"),
            Family::Hmac(MacAlgorithm::Sha512) => Some("HMAC_SHA_512"),
            Family::Symmetric | Family::Pair(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_their_own_inverse() {
        for line in TABLE {
            assert_eq!(KeySpec::from_name(line.name), Some(line.spec));
            assert_eq!(line.spec.name(), line.name);
        }
        for usage in KeyUsage::ALL {
            assert_eq!(KeyUsage::from_name(usage.name()), Some(usage));
        }
    }
}
