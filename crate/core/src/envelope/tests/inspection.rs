use super::*;
use crate::crypto::KeyMaterial;
use crate::crypto::random::tests::Counting;
use crate::hierarchy::MaterialId;
use crate::hierarchy::blob::{self, Made};
use crate::model::Field;

/// Every byte is in one field of the top, and a field's parts cover it without a gap.
fn check(fields: &[Field], start: usize, length: usize) {
    let mut at = start;
    for field in fields {
        assert_eq!(field.offset, at, "{}", field.name);
        if !field.fields.is_empty() {
            check(&field.fields, field.offset, field.length);
        }
        at += field.length;
    }
    assert_eq!(at, start + length);
}

fn find<'a>(fields: &'a [Field], path: &str) -> &'a Field {
    let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no {path}"));
    rest.map_or(field, |rest| find(&field.fields, rest))
}

#[test]
fn every_byte_has_a_name() {
    let message = message(&[5; 100], 16);
    let fields = inspect(&message).unwrap();
    check(&fields, 0, message.len());
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["header", "frame-1", "frame-2", "frame-3", "frames-rest"]);
    assert_eq!(find(&fields, "frames-rest").value.as_deref(), Some("frames 4 to 7"));
    assert_eq!(
        find(&fields, "header/suite").value.as_deref(),
        Some("0x0478: AES-256-GCM, HKDF-SHA-512, key commitment")
    );
    assert_eq!(find(&fields, "header/frame-length").value.as_deref(), Some("16"));
    assert_eq!(find(&fields, "header/context/pair-1/key").value.as_deref(), Some("aws:s3:arn"));
    assert_eq!(find(&fields, "header/context/pair-2/value").value.as_deref(), Some("значение"));
    let key = find(&fields, "header/keys/key-1/ciphertext");
    assert_eq!(message[key.offset..key.offset + key.length], encrypted_key().ciphertext);
    let tag = find(&fields, "header/header-tag");
    assert_eq!(tag.offset + tag.length, find(&fields, "frame-1").offset);
    assert_eq!(find(&fields, "frame-2/sequence").value.as_deref(), Some("2"));
    assert_eq!(find(&fields, "frame-3/ciphertext").length, 16);
}

#[test]
fn a_short_message_ends_with_its_last_frame() {
    let message = message(b"text", 4096);
    let fields = inspect(&message).unwrap();
    check(&fields, 0, message.len());
    assert_eq!(fields.len(), 2);
    assert_eq!(find(&fields, "frame-1").title, "Frame 1, the last");
    assert_eq!(find(&fields, "frame-1/length").value.as_deref(), Some("4"));
}

#[test]
fn no_name_stands_twice_in_one_place() {
    fn unique(fields: &[Field]) {
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), fields.len());
        fields.iter().for_each(|field| unique(&field.fields));
    }
    unique(&inspect(&message(&[5; 100], 16)).unwrap());
}

#[test]
fn a_cut_message_is_named_as_far_as_it_goes() {
    let message = message(&[5; 100], 16);
    for length in 3..message.len() {
        let fields = inspect(&message[..length]).unwrap();
        check(&fields, 0, length);
        let unread = find(&fields, "unread");
        assert_eq!(unread.meaning, EnvelopeError::Truncated.to_string());
    }
}

#[test]
fn what_breaks_the_format_says_why() {
    let mut message = message(&[5; 40], 16);
    let second = find(&inspect(&message).unwrap(), "frame-2").offset;
    message[second + 3] = 9;
    let fields = inspect(&message).unwrap();
    check(&fields, 0, message.len());
    assert_eq!(find(&fields, "unread").meaning, "Frame 2 should follow, but frame 9 does.");
}

#[test]
fn what_is_no_message_has_no_fields() {
    for bytes in
        [&b""[..], b"\x02\x04", b"\x01\x02\x02\x00\x78", b"\x01\x80\x01\x78", b"text, and nothing else"]
    {
        assert_eq!(inspect(bytes), None, "{bytes:?}");
    }
}

#[test]
fn an_encrypted_data_key_from_kms_is_named_to_its_last_byte() {
    let mut random = Counting::default();
    let material = KeyMaterial::generate(32, &mut random).unwrap();
    let id = MaterialId::from_bytes([3; 32]);
    let made = Made::ByGenerateDataKey;
    let sealed = blob::seal((id, &material), made, &context(), &[7; 32], &mut random).unwrap();
    let by_kms = EncryptedDataKey { ciphertext: sealed.blob.clone(), ..encrypted_key() };
    let by_another = EncryptedDataKey { provider: "other".to_owned(), ..by_kms.clone() };
    let keys = [by_kms, by_another];
    let (mut encryptor, mut message) = Encryptor::begin(&data_key(7), [9; 32], &context(), &keys, 8).unwrap();
    message.extend(encryptor.seal(b"", true).unwrap());
    let fields = inspect(&message).unwrap();
    check(&fields, 0, message.len());
    let key = find(&fields, "header/keys/key-1/ciphertext");
    assert_eq!(key.fields.len(), crate::hierarchy::inspect::inspect(&sealed.blob).unwrap().len());
    let layout = find(&key.fields, "layout");
    assert_eq!(message[layout.offset..][..2], [1, 2]);
    assert!(find(&fields, "header/keys/key-2/ciphertext").fields.is_empty());
}
