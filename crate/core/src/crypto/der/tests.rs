//! Against the `der` crate.

use pkcs8::der::asn1::{AnyRef, BitStringRef, UintRef};
use pkcs8::der::{Decode, Encode, Tag};
use proptest::prelude::*;

use super::*;

/// The only element of `bytes`.
fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let content = reader.take(tag)?;
    reader.end()?;
    Some(content)
}

fn number(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let number = reader.unsigned()?;
    reader.end()?;
    Some(number)
}

#[test]
fn elements_of_every_length_are_written_and_read() {
    for length in (0..=300).chain([0xfffe, 0xffff]) {
        let content = vec![0xa5; length];
        let ours = element(OCTET_STRING, &[&content[..length / 3], &content[length / 3..]]);
        assert_eq!(ours, AnyRef::new(Tag::OctetString, &content).unwrap().to_der().unwrap());
        assert_eq!(only(&ours, OCTET_STRING), Some(&content[..]));
        assert_eq!(only(&ours, SEQUENCE), None);
        for cut in 0..ours.len().min(300) {
            assert_eq!(only(&ours[..cut], OCTET_STRING), None, "{cut} of {length} bytes");
        }
        assert_eq!(only(&[&ours[..], &[0]].concat(), OCTET_STRING), None);
    }
    // Longer ones are written, but nothing here reads them.
    let long = element(OCTET_STRING, &[&vec![0; 0x1_0000]]);
    assert_eq!(long[..5], [OCTET_STRING, 0x83, 1, 0, 0]);
    assert_eq!(only(&long, OCTET_STRING), None);
}

#[test]
fn a_length_has_one_form() {
    let content = [7; 0x100];
    for (header, length) in [
        (&[OCTET_STRING, 0x80][..], 0),
        (&[OCTET_STRING, 0x81, 0], 0),
        (&[OCTET_STRING, 0x81, 0x7f], 0x7f),
        (&[OCTET_STRING, 0x82, 0, 0xff], 0xff),
        (&[OCTET_STRING, 0x83, 0, 1, 0], 0x100),
        (&[OCTET_STRING, 0xff], 0),
    ] {
        let encoding = [header, &content[..length]].concat();
        assert_eq!(only(&encoding, OCTET_STRING), None, "{header:02x?}");
        assert!(AnyRef::from_der(&encoding).is_err());
    }
}

#[test]
fn numbers_are_read_in_their_shortest_form_only() {
    for (content, read) in [
        (&[][..], None),
        (&[0], Some(&[0][..])),
        (&[1], Some(&[1])),
        (&[0x7f, 0xff], Some(&[0x7f, 0xff])),
        (&[0x80], None),
        (&[0, 0x80], Some(&[0x80])),
        (&[0, 0x7f], None),
        (&[0, 0], None),
        (&[0, 0, 0x80], None),
    ] {
        let encoding = element(INTEGER, &[content]);
        assert_eq!(number(&encoding), read, "{content:02x?}");
        assert_eq!(UintRef::from_der(&encoding).ok().map(|number| number.as_bytes()), read);
    }
}

#[test]
fn only_whole_bytes_of_bits_are_read() {
    for (content, read) in
        [(&[][..], None), (&[0], Some(&[][..])), (&[0, 7], Some(&[7])), (&[1, 6], None), (&[8], None)]
    {
        let encoding = element(BIT_STRING, &[content]);
        assert_eq!(Reader::new(&encoding).bits(BIT_STRING), read, "{content:02x?}");
        let theirs = BitStringRef::from_der(&encoding).ok();
        assert_eq!(theirs.and_then(|bits| bits.as_bytes()), read);
    }
}

#[test]
fn what_is_optional_may_be_absent_but_not_broken() {
    let mut reader = Reader::new(&[INTEGER, 1, 5, OCTET_STRING, 2, 5]);
    assert_eq!(reader.optional(OCTET_STRING), Some(None));
    assert_eq!(reader.optional(INTEGER), Some(Some(&[5][..])));
    assert_eq!(reader.optional(OCTET_STRING), None);
    assert_eq!(Reader::new(&[]).optional(INTEGER), Some(None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_read_is_what_the_der_crate_reads(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
        for tag in [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, primitive(1), constructed(0)] {
            let mut bytes = bytes.clone();
            if let Some(first) = bytes.first_mut() {
                *first = tag;
            }
            let theirs = AnyRef::from_der(&bytes).ok().map(|any| any.value().to_vec());
            prop_assert_eq!(only(&bytes, tag).map(<[u8]>::to_vec), theirs);
        }
    }

    #[test]
    fn numbers_are_written_as_the_der_crate_writes_them(bytes in proptest::collection::vec(any::<u8>(), 1..40), zeros in 0usize..4) {
        let bytes = [vec![0; zeros], bytes].concat();
        let ours = unsigned(&bytes);
        prop_assert_eq!(&ours, &UintRef::new(&bytes).unwrap().to_der().unwrap());
        let read = number(&ours).unwrap();
        prop_assert_eq!(UintRef::new(&bytes).unwrap().as_bytes(), read);
    }
}

#[test]
fn an_element_is_as_long_as_is_said() {
    for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
        let content = vec![7; length];
        let whole = element(OCTET_STRING, &[&content]);
        assert_eq!(whole.len(), element_len(length), "{length}");
        let mut pushed = Vec::new();
        push(OCTET_STRING, &content, &mut pushed);
        assert_eq!(pushed, whole);
    }
}
