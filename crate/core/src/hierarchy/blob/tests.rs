use proptest::prelude::*;

use super::*;
use crate::crypto::random::tests::Counting;

fn sealed(plaintext: &[u8], context: &EncryptionContext) -> (KeyMaterial, Vec<u8>) {
    let mut random = Counting::default();
    let material = KeyMaterial::generate(32, &mut random).unwrap();
    let id = MaterialId::of(&material, "id").unwrap();
    let sealed = seal((id, &material), Made::ByEncrypt, context, plaintext, &mut random).unwrap();
    (material, sealed.blob)
}

fn open(material: &KeyMaterial, bytes: &[u8], context: &EncryptionContext) -> Option<Vec<u8>> {
    let blob = Blob::parse(bytes)?;
    let key = derive_per_call_key(material, blob.nonce()).unwrap();
    blob.open(&key, context).ok().map(|opened| opened.to_vec())
}

#[test]
fn has_the_visible_layout_of_aws_blobs() {
    let (_, blob) = sealed(&[7; 32], &EncryptionContext::default());
    assert_eq!(blob.len(), 184, "a 32-byte data key makes 184 bytes, as observed");
    assert_eq!(blob[..5], [0x01, 0x02, 0x02, 0x00, 0x78]);
    assert_eq!(blob[37], 0x01);
    assert_eq!(blob[54..58], 126u32.to_be_bytes());
    // ContentInfo, EncryptedData, EncryptedContentInfo (RFC 5652), GCMParameters (RFC 5084) around the IV.
    let iv = hex::encode(&blob[108..120]);
    let cms = [
        "307c06092a864886f70d010706a06f306d020100306806092a864886f70d010701",
        "301e060960864801650304012e3011040c",
        &iv,
        "020110803b",
    ]
    .concat();
    assert_eq!(hex::encode(&blob[58..blob.len() - 59]), cms);
}

#[test]
fn every_length_opens_to_what_was_sealed() {
    for length in [1, 2, 31, 32, 33, 100, 127, 128, 255, 256, 1000, 4095, MAX_PLAINTEXT] {
        let plaintext = vec![0xA5; length];
        let context = [("purpose", "test")].into_iter().collect();
        let (material, blob) = sealed(&plaintext, &context);
        assert!(blob.len() <= MAX_BLOB);
        assert_eq!(open(&material, &blob, &context), Some(plaintext));
    }
}

#[test]
fn the_context_must_be_the_same() {
    let context: EncryptionContext = [("purpose", "test")].into_iter().collect();
    let (material, blob) = sealed(b"secret", &context);
    for other in [vec![], vec![("purpose", "Test")], vec![("Purpose", "test")], vec![("purpose", "")]] {
        assert_eq!(open(&material, &blob, &other.into_iter().collect()), None);
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let context = EncryptionContext::default();
    let (material, blob) = sealed(&[7; 32], &context);
    for bit in 0..blob.len() * 8 {
        let mut broken = blob.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&material, &broken, &context), None, "bit {bit}");
    }
}

#[test]
fn every_length_but_the_right_one_is_refused() {
    let context = EncryptionContext::default();
    let (material, blob) = sealed(&[7; 32], &context);
    for length in (0..=300).filter(|length| *length != blob.len()) {
        let mut cut = blob.clone();
        cut.resize(length, 0);
        assert_eq!(open(&material, &cut, &context), None, "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn random_bytes_are_no_blob(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Blob::parse(&bytes).is_none());
    }

    /// Random damage to a valid blob gets past the parser more often than random bytes do.
    #[test]
    fn random_damage_is_refused(
        damage in proptest::collection::vec((0usize..184, 1u8..), 1..8),
    ) {
        let context = EncryptionContext::default();
        let (material, blob) = sealed(&[7; 32], &context);
        let mut broken = blob.clone();
        for (at, change) in damage {
            broken[at] ^= change;
        }
        prop_assume!(broken != blob);
        prop_assert_eq!(open(&material, &broken, &context), None);
    }
}
