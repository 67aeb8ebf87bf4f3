//! Names every byte of a ciphertext blob, for whoever wants to look inside.

use super::blob::{Blob, HEADER_LEN, INNER, Made, NONCE_LEN};
use crate::crypto::aead::{IV_LEN, TAG_LEN};
use crate::model::field::Field;
use crate::model::hex::Hex;

const OBSERVED: &str = "Observed in AWS's blobs, which AWS calls opaque";
const CMS: &str = "RFC 5652, section 8: EncryptedData";

/// The fields of a ciphertext blob; `None` where the bytes are not one.
///
/// The blob is not opened: the fields say what stands there, not that it is authentic.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Vec<Field>> {
    let blob = Blob::parse(bytes)?;
    let content_at = blob.content_offset();
    let tag_at = bytes.len().checked_sub(TAG_LEN)?;
    let iv_at = iv_offset(content_at, bytes.len() - content_at)?;
    let made = match blob.made {
        Made::ByEncrypt => "Encrypt",
        Made::ByGenerateDataKey => "GenerateDataKey",
    };
    let hex = |bytes: &[u8]| Hex(bytes).to_string();
    let field = |name, title, offset, length, meaning, source| {
        Field::new(name, title, offset, length, meaning, source)
    };
    Some(vec![
        field("layout", "Layout version", 0, 2, "Which layout the rest has.", OBSERVED).valued("1.2"),
        field("operation", "Operation", 2, 2, "Which operation made this ciphertext.", OBSERVED).valued(made),
        field("material-marker", "Marker", 4, 1, "The id of the key material follows.", OBSERVED).valued("0x78"),
        field(
            "material-id",
            "Key material id",
            5,
            32,
            "Which key material of which KMS key opens this: how Decrypt knows the key from the ciphertext alone.",
            "AWS KMS API: KeyMaterialId",
        )
        .valued(blob.material.to_string()),
        field("nonce-marker", "Marker", 37, 1, "The nonce follows.", OBSERVED).valued("0x01"),
        field(
            "nonce",
            "Nonce",
            38,
            NONCE_LEN,
            "Random; with the key material it derives the key that only this call uses.",
            "NIST SP 800-108, counter mode; AWS KMS Cryptographic Details",
        )
        .valued(hex(blob.nonce())),
        field("cms-length", "Length", 54, 4, "How many bytes of CMS structure follow.", OBSERVED)
            .valued(format!("{}", bytes.len().saturating_sub(HEADER_LEN))),
        field(
            "cms-header",
            "CMS header",
            HEADER_LEN,
            iv_at.saturating_sub(HEADER_LEN),
            "DER: encrypted data (1.2.840.113549.1.7.6), content type data, algorithm AES-256-GCM \
             (2.16.840.1.101.3.4.1.46).",
            CMS,
        )
        .valued("AES-256-GCM"),
        field(
            "iv",
            "Initialisation vector",
            iv_at,
            IV_LEN,
            "Random; the start of AES-GCM's counter for this call.",
            "RFC 5084, section 3.2; NIST SP 800-38D",
        ),
        field(
            "cms-parameters",
            "CMS parameters",
            iv_at + IV_LEN,
            content_at.saturating_sub(iv_at + IV_LEN),
            "DER: the tag is 16 bytes long; the length of the sealed content.",
            "RFC 5084, section 3.2",
        )
        .valued("16-byte tag"),
        field(
            "ciphertext",
            "Ciphertext",
            content_at,
            tag_at.saturating_sub(content_at),
            "Sealed: a version byte, ten reserved zeros (both tabkms's own; what AWS has there is not known), then \
             the plaintext.",
            "NIST SP 800-38D",
        )
        .valued(format!("{} bytes of plaintext", tag_at.saturating_sub(content_at + INNER.len()))),
        field(
            "tag",
            "Authentication tag",
            tag_at,
            TAG_LEN,
            "Fits only if key, encryption context and every byte before are what they were.",
            "NIST SP 800-38D",
        ),
    ])
}

/// Where the IV stands: before the tag length (`02 01 10`) and the DER header of the content.
fn iv_offset(content_at: usize, content_length: usize) -> Option<usize> {
    let length_of_length = match content_length {
        0..=0x7f => 1,
        0x80..=0xff => 2,
        _ => 3,
    };
    content_at.checked_sub(1 + length_of_length + 3 + IV_LEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KeyMaterial;
    use crate::crypto::random::tests::Counting;
    use crate::hierarchy::{EncryptionContext, MaterialId, blob};

    #[test]
    fn the_fields_cover_every_byte_once_in_order() {
        let mut random = Counting::default();
        let material = KeyMaterial::generate(32, &mut random).unwrap();
        let id = MaterialId::of(&material, "id").unwrap();
        for length in [1, 32, 100, 4096] {
            let context = EncryptionContext::default();
            let sealed =
                blob::seal((id, &material), Made::ByEncrypt, &context, &vec![7; length], &mut random)
                    .unwrap();
            let fields = inspect(&sealed.blob).unwrap();
            let mut at = 0;
            for field in &fields {
                assert_eq!(field.offset, at, "{}", field.name);
                at += field.length;
            }
            let iv = fields.iter().find(|field| field.name == "iv").unwrap();
            assert_eq!(sealed.blob[iv.offset - 2..iv.offset], [0x04, 0x0c], "an octet string of 12 bytes");
            assert_eq!(at, sealed.blob.len());
        }
        assert_eq!(inspect(b"nothing of the kind"), None);
    }
}
