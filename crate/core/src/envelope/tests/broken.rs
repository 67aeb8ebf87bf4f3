//! Broken messages, each by its name, each refused for its own reason.

use super::*;

const SMALL: &[u8] = b"two frames, and a bit";
const FRAME: usize = 8;

fn small() -> Vec<u8> {
    message(SMALL, 8)
}

/// Where the header ends, with its tag.
fn header_length() -> usize {
    begin(8).1.len()
}

/// The length of a regular frame.
const REGULAR: usize = 4 + 12 + FRAME + 16;

/// Changes the header's bytes and makes its tag fit again, as one who has the data key could.
fn resealed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let (encryptor, mut header) = begin(8);
    header.truncate(header.len() - 16);
    change(&mut header);
    let tag = aead::encrypt_in_place(encryptor.message_key().expose(), &[0; 12], &header, &mut []).unwrap();
    header.extend_from_slice(&tag);
    header.extend_from_slice(&small()[header_length()..]);
    header
}

fn refused(message: &[u8]) -> EnvelopeError {
    read(message, &data_key(7)).expect_err("it is broken")
}

/// Offsets within the header of [`begin`]: version, suite, message id, context length.
const CONTEXT_AT: usize = 1 + 2 + 32;

fn context_length() -> usize {
    let message = small();
    usize::from(u16::from_be_bytes([message[CONTEXT_AT], message[CONTEXT_AT + 1]]))
}

fn keys_at() -> usize {
    CONTEXT_AT + 2 + context_length()
}

fn with_context(context: &[u8]) -> Vec<u8> {
    let end = keys_at();
    resealed(|header| {
        let mut replaced = u16::try_from(context.len()).unwrap().to_be_bytes().to_vec();
        replaced.extend_from_slice(context);
        header.splice(CONTEXT_AT..end, replaced);
    })
}

#[test]
fn resealing_without_a_change_is_the_message() {
    assert_eq!(resealed(|_| ()), small());
}

#[test]
fn version_unknown() {
    for version in [0, 3, 0x80, 0xFF] {
        let mut message = small();
        message[0] = version;
        assert_eq!(refused(&message), EnvelopeError::UnknownVersion(version));
    }
}

#[test]
fn suite_unknown_or_unsupported_or_of_the_other_version() {
    let with = |version: u8, id: u16| {
        let mut message = small();
        message[0] = version;
        message[1..3].copy_from_slice(&id.to_be_bytes());
        refused(&message)
    };
    assert_eq!(with(2, 0x0479), EnvelopeError::UnknownSuite(0x0479));
    assert_eq!(with(2, 0x0578), EnvelopeError::UnsupportedSuite(0x0578));
    assert_eq!(with(2, 0x0178), EnvelopeError::SuiteOfOtherVersion(0x0178));
    assert_eq!(with(1, 0x0478), EnvelopeError::SuiteOfOtherVersion(0x0478));
    assert_eq!(with(1, 0x0178), EnvelopeError::UnsupportedSuite(0x0178));
}

#[test]
fn suites_are_in_the_table_once() {
    let known: Vec<u16> = (0..=u16::MAX).filter(|id| suite::find(*id).is_some()).collect();
    assert_eq!(
        known,
        [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378, 0x0478, 0x0578]
    );
}

#[test]
fn context_malformed() {
    let cases: [&[u8]; 6] = [
        b"\0\0",
        b"\0\x01\0\x01a",
        b"\0\x01\0\x01a\0\x02b",
        b"\0\x01\0\x01a\0\x01b!",
        b"\0\x01\0\x01\xFF\0\x01b",
        b"\0\x02\0\x01a\0\x01b",
    ];
    for context in cases {
        assert_eq!(refused(&with_context(context)), EnvelopeError::MalformedContext, "{context:?}");
    }
}

#[test]
fn context_key_twice() {
    let context = b"\0\x02\0\x01a\0\x01b\0\x01a\0\x01c";
    assert_eq!(refused(&with_context(context)), EnvelopeError::DuplicateContextKey);
}

#[test]
fn context_in_another_order_is_read() {
    let context = b"\0\x02\0\x01b\0\x01b\0\x01a\0\x01c";
    assert_eq!(read(&with_context(context), &data_key(7)).unwrap(), SMALL);
}

#[test]
fn context_key_reserved() {
    let context = b"\0\x01\0\x15aws-crypto-public-key\0\x01b";
    assert_eq!(refused(&with_context(context)), EnvelopeError::ReservedContextKey);
    for key in ["aws-crypto-public-key", "aws-crypto-anything"] {
        let context = [(key, "x")].into_iter().collect();
        let begun = Encryptor::begin(&data_key(7), [9; 32], &context, &[encrypted_key()], 8);
        assert_eq!(begun.unwrap_err(), EnvelopeError::ReservedContextKey);
    }
}

#[test]
fn context_too_long_to_write() {
    let begin = |pairs: Vec<(String, String)>| {
        let context = pairs.into_iter().collect();
        Encryptor::begin(&data_key(7), [9; 32], &context, &[encrypted_key()], 8).map(|_| ())
    };
    let text = |length: usize| "x".repeat(length);
    // Count, two lengths, key: 7 bytes beside the value.
    assert_eq!(begin(vec![(text(1), text(65535 - 7))]), Ok(()));
    assert_eq!(begin(vec![(text(1), text(65535 - 6))]), Err(EnvelopeError::ContextTooLong));
    assert_eq!(begin(vec![(text(65536), text(0))]), Err(EnvelopeError::ContextTooLong));
    assert_eq!(
        begin(vec![(text(40000), text(0)), (text(40001), text(0))]),
        Err(EnvelopeError::ContextTooLong)
    );
}

#[test]
fn keys_none() {
    let at = keys_at();
    let end = header_length() - 16 - 32 - 4 - 1;
    let message = resealed(|header| drop(header.splice(at..end, [0, 0])));
    assert_eq!(refused(&message), EnvelopeError::NoKeys);
    let begun = Encryptor::begin(&data_key(7), [9; 32], &context(), &[], 8);
    assert_eq!(begun.unwrap_err(), EnvelopeError::NoKeys);
}

#[test]
fn keys_beyond_the_limit() {
    let keys = vec![encrypted_key(); 3];
    let (mut encryptor, mut message) = Encryptor::begin(&data_key(7), [9; 32], &context(), &keys, 8).unwrap();
    message.extend(encryptor.seal(b"x", true).unwrap());
    let limited = |keys| read_with(&message, &data_key(7), Limits { keys, ..Limits::default() });
    assert_eq!(limited(3).unwrap(), b"x");
    assert_eq!(limited(2), Err(EnvelopeError::TooManyKeys));
}

#[test]
fn key_of_a_length_that_cannot_be_said() {
    let key = EncryptedDataKey { ciphertext: vec![0; 65536], ..encrypted_key() };
    let begun = Encryptor::begin(&data_key(7), [9; 32], &context(), &[key], 8);
    assert_eq!(begun.unwrap_err(), EnvelopeError::KeyTooLong);
}

#[test]
fn key_provider_not_utf_8() {
    let at = keys_at() + 2 + 2;
    assert_eq!(refused(&resealed(|header| header[at] = 0xFF)), EnvelopeError::MalformedKey);
}

#[test]
fn header_beyond_the_limit() {
    let length = header_length();
    let limited =
        |header_length| read_with(&small(), &data_key(7), Limits { header_length, ..Limits::default() });
    assert_eq!(limited(length).unwrap(), SMALL);
    for shorter in [length - 1, length - 17, 100, 3] {
        assert_eq!(limited(shorter), Err(EnvelopeError::HeaderTooLong), "{shorter}");
    }
}

#[test]
fn content_type_unknown_or_not_framed() {
    let at = header_length() - 16 - 32 - 4 - 1;
    assert_eq!(refused(&resealed(|header| header[at] = 3)), EnvelopeError::UnknownContentType(3));
    assert_eq!(refused(&resealed(|header| header[at] = 1)), EnvelopeError::UnsupportedContentType);
}

#[test]
fn frame_length_zero() {
    let at = header_length() - 16 - 32 - 4;
    let message = resealed(|header| header[at..at + 4].fill(0));
    assert_eq!(refused(&message), EnvelopeError::ZeroFrameLength);
    let begun = Encryptor::begin(&data_key(7), [9; 32], &context(), &[encrypted_key()], 0);
    assert_eq!(begun.unwrap_err(), EnvelopeError::ZeroFrameLength);
}

#[test]
fn commitment_to_another_data_key() {
    assert_eq!(read(&small(), &data_key(8)), Err(EnvelopeError::Commitment));
    let at = header_length() - 16 - 32;
    assert_eq!(refused(&resealed(|header| header[at] ^= 1)), EnvelopeError::Commitment);
}

#[test]
fn header_tag_wrong() {
    let mut message = small();
    message[CONTEXT_AT + 6] ^= 1;
    assert_eq!(refused(&message), EnvelopeError::HeaderTag);
    let mut message = small();
    message[header_length() - 1] ^= 1;
    assert_eq!(refused(&message), EnvelopeError::HeaderTag);
}

#[test]
fn frame_out_of_sequence() {
    let start = header_length();
    let mut swapped = small();
    let second = swapped[start + REGULAR..start + 2 * REGULAR].to_vec();
    swapped.copy_within(start..start + REGULAR, start + REGULAR);
    swapped[start..start + REGULAR].copy_from_slice(&second);
    assert_eq!(refused(&swapped), EnvelopeError::OutOfSequence { expected: 1, found: 2 });

    let mut left_out = small();
    left_out.drain(start + REGULAR..start + 2 * REGULAR);
    assert_eq!(refused(&left_out), EnvelopeError::OutOfSequence { expected: 2, found: 3 });

    let mut twice = small();
    let first = twice[start..start + REGULAR].to_vec();
    twice.splice(start..start, first);
    assert_eq!(refused(&twice), EnvelopeError::OutOfSequence { expected: 2, found: 1 });
}

#[test]
fn frame_with_another_iv() {
    let mut message = small();
    message[header_length() + 4] ^= 1;
    assert_eq!(refused(&message), EnvelopeError::FrameIv);
}

#[test]
fn frame_marked_as_the_last_early() {
    // The first frame's content as a last frame's: the lengths fit, the associated data does not.
    let start = header_length();
    let mut message = small();
    let first = message[start..start + REGULAR].to_vec();
    message.truncate(start);
    message.extend_from_slice(&[0xFF; 4]);
    message.extend_from_slice(&first[..16]);
    message.extend_from_slice(&8u32.to_be_bytes());
    message.extend_from_slice(&first[16..]);
    assert_eq!(refused(&message), EnvelopeError::FrameTag);
}

#[test]
fn frame_tag_or_content_wrong() {
    for at in [header_length() + 16, header_length() + REGULAR - 1, small().len() - 1] {
        let mut message = small();
        message[at] ^= 0x80;
        assert_eq!(refused(&message), EnvelopeError::FrameTag);
    }
}

#[test]
fn frame_of_another_message_under_the_same_data_key() {
    let (mut other, header) =
        Encryptor::begin(&data_key(7), [10; 32], &context(), &[encrypted_key()], 8).unwrap();
    let mut message = small();
    assert_eq!(header.len(), header_length());
    let foreign = other.seal(&SMALL[..8], false).unwrap();
    message.splice(header.len()..header.len() + REGULAR, foreign);
    assert_eq!(refused(&message), EnvelopeError::FrameTag);
}

#[test]
fn frame_longer_than_it_may_be() {
    let at = header_length() + 2 * REGULAR + 4 + 4 + 12;
    let mut message = small();
    message[at..at + 4].copy_from_slice(&9u32.to_be_bytes());
    assert_eq!(refused(&message), EnvelopeError::FrameTooLong);

    let limited =
        |frame_length| read_with(&small(), &data_key(7), Limits { frame_length, ..Limits::default() });
    assert_eq!(limited(8).unwrap(), SMALL);
    assert_eq!(limited(7), Err(EnvelopeError::FrameTooLong));
}

#[test]
fn cut_at_every_byte() {
    let whole = small();
    for length in 0..whole.len() {
        assert_eq!(refused(&whole[..length]), EnvelopeError::Truncated, "{length}");
    }
}

#[test]
fn bytes_after_the_end() {
    for more in [&[0][..], &[0xFF; 4], &small()] {
        assert_eq!(refused(&[&small(), more].concat()), EnvelopeError::TrailingBytes);
    }
}

#[test]
fn every_bit_matters() {
    let whole = small();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut message = whole.clone();
            message[at] ^= 1 << bit;
            refused(&message);
        }
    }
}

#[test]
fn the_first_error_is_the_last() {
    let mut decryptor = Decryptor::new(Limits::default());
    assert_eq!(decryptor.feed(&[9, 9, 9]), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.want(), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.feed(&[2, 4, 0x78]), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.unlock(&data_key(7)), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.open(&[]), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.opened(), Err(EnvelopeError::UnknownVersion(9)));
    assert_eq!(decryptor.forged(), EnvelopeError::UnknownVersion(9));
    assert_eq!(decryptor.finish(0), Err(EnvelopeError::UnknownVersion(9)));
}

#[test]
fn calls_out_of_turn() {
    let mut decryptor = Decryptor::new(Limits::default());
    assert_eq!(decryptor.unlock(&data_key(7)), Err(EnvelopeError::OutOfTurn));
    let mut decryptor = Decryptor::new(Limits::default());
    assert_eq!(decryptor.opened(), Err(EnvelopeError::OutOfTurn));
    let mut decryptor = Decryptor::new(Limits::default());
    assert_eq!(decryptor.feed(&small()), Err(EnvelopeError::OutOfTurn));

    let (mut encryptor, _) = begin(8);
    assert_eq!(encryptor.frame(9, true), Err(EnvelopeError::FrameTooLong));
    assert_eq!(encryptor.frame(7, false), Err(EnvelopeError::FrameTooShort));
    encryptor.frame(8, true).unwrap();
    assert_eq!(encryptor.frame(8, false), Err(EnvelopeError::OutOfTurn));
    assert_eq!(encryptor.seal(b"", true), Err(EnvelopeError::OutOfTurn));
    let (mut encryptor, _) = begin(8);
    encryptor.frame(8, false).unwrap();
    assert_eq!(encryptor.finish(), Err(EnvelopeError::Truncated));
}

#[test]
fn every_reason_is_one_sentence() {
    let sentence = EnvelopeError::OutOfSequence { expected: 2, found: 3 }.to_string();
    assert_eq!(sentence, "Frame 2 should follow, but frame 3 does.");
    assert_eq!(
        EnvelopeError::UnknownSuite(0x0479).to_string(),
        "0x0479 is no algorithm suite of the specification."
    );
}
