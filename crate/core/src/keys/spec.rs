//! What kind of key a KMS key is, what it may be used for, and with which algorithms.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use crate::crypto::mac::MacAlgorithm;
use crate::crypto::pair::PairKind;
use crate::numbered;

/// AWS's `KeySpec`. The numbers stand in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeySpec {
    /// AES-256-GCM under keys derived for each call.
    #[default]
    SymmetricDefault,
    /// HMAC with a key of 224 bits.
    Hmac224,
    /// HMAC with a key of 256 bits.
    Hmac256,
    /// HMAC with a key of 384 bits.
    Hmac384,
    /// HMAC with a key of 512 bits.
    Hmac512,
    /// NIST P-256.
    EccNistP256,
    /// NIST P-384.
    EccNistP384,
    /// NIST P-521.
    EccNistP521,
    /// secp256k1.
    EccSecgP256k1,
    /// Edwards25519.
    EccNistEdwards25519,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// ML-KEM-512.
    MlKem512,
    /// ML-KEM-768.
    MlKem768,
    /// ML-KEM-1024.
    MlKem1024,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
}

numbered!(KeySpec { SymmetricDefault = 0, Hmac224 = 1, Hmac256 = 2, Hmac384 = 3, Hmac512 = 4, EccNistP256 = 5, EccNistP384 = 6, EccNistP521 = 7, EccSecgP256k1 = 8, EccNistEdwards25519 = 9, MlDsa44 = 10, MlDsa65 = 11, MlDsa87 = 12, MlKem512 = 13, MlKem768 = 14, MlKem1024 = 15, Rsa2048 = 16, Rsa3072 = 17, Rsa4096 = 18, });

/// AWS's `KeyUsage`: one for the whole life of a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyUsage {
    /// Encrypt, Decrypt, data keys.
    #[default]
    EncryptDecrypt,
    /// Sign, Verify.
    SignVerify,
    /// GenerateMac, VerifyMac.
    GenerateVerifyMac,
    /// DeriveSharedSecret.
    KeyAgreement,
    /// Encapsulate, Decapsulate.
    EncapsulateDecapsulate,
}

numbered!(KeyUsage { EncryptDecrypt = 0, SignVerify = 1, GenerateVerifyMac = 2, KeyAgreement = 3, EncapsulateDecapsulate = 4, });

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
const ENCRYPT: &[KeyUsage] = &[KeyUsage::EncryptDecrypt];
const ENCRYPT_OR_SIGN: &[KeyUsage] = &[KeyUsage::EncryptDecrypt, KeyUsage::SignVerify];
const ML_DSA: &[&str] = &["ML_DSA_SHAKE_256"];
const RSA: &[&str] = &[
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
];

static TABLE: &[Line] = &[
    line(KeySpec::SymmetricDefault, "SYMMETRIC_DEFAULT", Family::Symmetric, ENCRYPT, &[]),
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
    line(KeySpec::Rsa2048, "RSA_2048", Family::Pair(PairKind::Rsa2048), ENCRYPT_OR_SIGN, RSA),
    line(KeySpec::Rsa3072, "RSA_3072", Family::Pair(PairKind::Rsa3072), ENCRYPT_OR_SIGN, RSA),
    line(KeySpec::Rsa4096, "RSA_4096", Family::Pair(PairKind::Rsa4096), ENCRYPT_OR_SIGN, RSA),
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

    /// AWS's names of the encryption algorithms, where it encrypts.
    #[must_use]
    pub fn encryption_algorithms(self) -> &'static [&'static str] {
        match self.family() {
            Family::Symmetric => &["SYMMETRIC_DEFAULT"],
            Family::Pair(kind) if kind.rsa_bits().is_some() => &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
            Family::Hmac(_) | Family::Pair(_) => &[],
        }
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
