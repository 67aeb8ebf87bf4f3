//! Opening key material that was wrapped elsewhere for import: RSAES-OAEP (RFC 8017, 7.1), or RSAES-OAEP around an
//! AES key and AES key wrap with padding (RFC 5649) around the material.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html>

use aes_gcm::KeyInit;
use aes_kw::{KwpAes128, KwpAes192, KwpAes256};
use zeroize::Zeroizing;

use super::pair::{PairError, rsa};
use super::{KeyMaterial, Random};

/// How key material was wrapped. `RSAES_PKCS1_V1_5`, which AWS has withdrawn, is none of these, nor is `SM2PKE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrappingAlgorithm {
    /// OAEP with SHA-1 around the material itself.
    OaepSha1,
    /// OAEP with SHA-256 around the material itself.
    OaepSha256,
    /// OAEP with SHA-1 around an AES key, which wraps the material.
    RsaAesKeyWrapSha1,
    /// OAEP with SHA-256 around an AES key, which wraps the material.
    RsaAesKeyWrapSha256,
}

impl WrappingAlgorithm {
    /// The algorithm of AWS's name (`AlgorithmSpec`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "RSAES_OAEP_SHA_1" => Some(Self::OaepSha1),
            "RSAES_OAEP_SHA_256" => Some(Self::OaepSha256),
            "RSA_AES_KEY_WRAP_SHA_1" => Some(Self::RsaAesKeyWrapSha1),
            "RSA_AES_KEY_WRAP_SHA_256" => Some(Self::RsaAesKeyWrapSha256),
            _ => None,
        }
    }
}

/// Opens `wrapped` with the wrapping key's private part, an RSA key as DER PKCS #8. `random` is for blinding.
///
/// # Errors
/// [`PairError::Ciphertext`] whatever does not fit; [`PairError::Unsupported`] where the wrapping key does not read;
/// [`PairError::Failure`].
pub fn unwrap(
    algorithm: WrappingAlgorithm,
    wrapping_key_pkcs8: &KeyMaterial,
    wrapped: &[u8],
    random: &mut dyn Random,
) -> Result<Zeroizing<Vec<u8>>, PairError> {
    let (oaep, with_aes) = match algorithm {
        WrappingAlgorithm::OaepSha1 => (rsa::Oaep::Sha1, false),
        WrappingAlgorithm::OaepSha256 => (rsa::Oaep::Sha256, false),
        WrappingAlgorithm::RsaAesKeyWrapSha1 => (rsa::Oaep::Sha1, true),
        WrappingAlgorithm::RsaAesKeyWrapSha256 => (rsa::Oaep::Sha256, true),
    };
    if !with_aes {
        return rsa::decrypt(wrapping_key_pkcs8, oaep, wrapped, random);
    }
    let length = rsa::modulus_length(wrapping_key_pkcs8)?;
    let (wrapped_key, wrapped) = wrapped.split_at_checked(length).ok_or(PairError::Ciphertext)?;
    let key = rsa::decrypt(wrapping_key_pkcs8, oaep, wrapped_key, random)?;
    unwrap_with_aes(&key, wrapped)
}

/// AES key wrap with padding (RFC 5649, 4.2) under a key of 128, 192 or 256 bits.
fn unwrap_with_aes(key: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, PairError> {
    // The shortest is one AES block: an initial value alone would open under any key.
    let Some(length) = wrapped.len().checked_sub(8).filter(|length| *length >= 8) else {
        return Err(PairError::Ciphertext);
    };
    let mut material = Zeroizing::new(vec![0; length]);
    let unwrapped = match key.len() {
        16 => KwpAes128::new_from_slice(key).ok().map(|aes| aes.unwrap_key(wrapped, &mut material)),
        24 => KwpAes192::new_from_slice(key).ok().map(|aes| aes.unwrap_key(wrapped, &mut material)),
        32 => KwpAes256::new_from_slice(key).ok().map(|aes| aes.unwrap_key(wrapped, &mut material)),
        _ => None,
    };
    let Some(Ok(unwrapped)) = unwrapped else { return Err(PairError::Ciphertext) };
    let length = unwrapped.len();
    material.truncate(length);
    Ok(material)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::pair::tests::openssl::{Vectors, bytes};
    use crate::crypto::random::tests::Counting;

    /// RFC 5649, 6.
    const KEK: &str = "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8";
    const RFC_5649: [(&str, &str); 2] = [
        (
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        ("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
    ];

    #[test]
    fn rfc_5649_s_examples_open_and_no_flipped_bit_does() {
        let kek = hex::decode(KEK).unwrap();
        for (key, wrapped) in RFC_5649 {
            let wrapped = hex::decode(wrapped).unwrap();
            assert_eq!(hex::encode(&*unwrap_with_aes(&kek, &wrapped).unwrap()), key);
            for bit in 0..wrapped.len() * 8 {
                let mut broken = wrapped.clone();
                broken[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(unwrap_with_aes(&kek, &broken), Err(PairError::Ciphertext), "bit {bit}");
            }
            for length in 0..wrapped.len() {
                assert_eq!(unwrap_with_aes(&kek, &wrapped[..length]), Err(PairError::Ciphertext));
            }
            for key in [&kek[..16], &kek[..23], &[]] {
                assert_eq!(unwrap_with_aes(key, &wrapped), Err(PairError::Ciphertext));
            }
        }
    }

    #[test]
    fn an_initial_value_alone_is_no_wrapped_key() {
        let bare = hex::decode("a65959a600000000").unwrap();
        assert_eq!(unwrap_with_aes(&[7; 32], &bare), Err(PairError::Ciphertext));
    }

    #[test]
    fn what_openssl_wrapped_opens() {
        let vectors = Vectors::read();
        let key = vectors.rsa("RSA_2048").private;
        for vector in vectors.list("wrapped") {
            let algorithm = WrappingAlgorithm::from_name(vector["algorithm"].as_str().unwrap()).unwrap();
            let opened = unwrap(algorithm, &key, &bytes(&vector["wrapped"]), &mut Counting::default());
            assert_eq!(opened.unwrap()[..], bytes(&vector["material"])[..], "{algorithm:?}");
        }
    }

    #[test]
    fn everything_else_is_refused_alike() {
        use WrappingAlgorithm::{OaepSha1, OaepSha256, RsaAesKeyWrapSha1, RsaAesKeyWrapSha256};
        let vectors = Vectors::read();
        let key = vectors.rsa("RSA_2048").private;
        let refused = |algorithm, wrapped: &[u8]| {
            let opened = unwrap(algorithm, &key, wrapped, &mut Counting::default());
            assert_eq!(opened, Err(PairError::Ciphertext), "{algorithm:?}, {} bytes", wrapped.len());
        };
        let algorithms = [OaepSha1, OaepSha256, RsaAesKeyWrapSha1, RsaAesKeyWrapSha256];
        for vector in vectors.list("wrapped").iter().take(8) {
            let wrapped = bytes(&vector["wrapped"]);
            let own = WrappingAlgorithm::from_name(vector["algorithm"].as_str().unwrap()).unwrap();
            algorithms.into_iter().filter(|other| *other != own).for_each(|other| refused(other, &wrapped));
            for at in [0, 200, wrapped.len() - 1] {
                let mut broken = wrapped.clone();
                broken[at] ^= 1;
                refused(own, &broken);
            }
            refused(own, &wrapped[..wrapped.len() - 1]);
            refused(own, &wrapped[..100]);
            refused(own, &[&wrapped[..], &[0; 8]].concat());
        }
        for name in ["RSAES_PKCS1_V1_5", "SM2PKE", ""] {
            assert_eq!(WrappingAlgorithm::from_name(name), None);
        }
    }
}
