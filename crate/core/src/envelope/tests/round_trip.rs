use proptest::prelude::*;

use super::*;

/// As [`message`], with a host that encrypts.
fn message_by_host(plaintext: &[u8], frame_length: u32) -> Vec<u8> {
    let (mut encryptor, mut out) = begin(frame_length);
    for (chunk, last) in frames(plaintext, frame_length as usize) {
        let job = encryptor.frame(u32::try_from(chunk.len()).unwrap(), last).unwrap();
        assert_eq!((job.length as usize, job.last), (chunk.len(), last));
        out.extend_from_slice(&job.prefix);
        out.extend(aead::seal(encryptor.message_key().expose(), &job.iv, &job.aad, chunk).unwrap());
    }
    encryptor.finish().unwrap();
    out
}

/// As [`read`], with a host that decrypts.
fn read_by_host(message: &[u8], data_key: &DataKey) -> Result<Vec<u8>, EnvelopeError> {
    let mut decryptor = Decryptor::new(Limits::default());
    let (mut at, mut plaintext) = (0, Vec::new());
    loop {
        match decryptor.want()? {
            Want::Parse { bytes } => {
                decryptor.feed(&message[at..at + bytes])?;
                at += bytes;
            }
            Want::Unlock => decryptor.unlock(data_key)?,
            Want::Frame(job) => {
                // The prefix is what stood in the message.
                assert_eq!(message[at - job.prefix.len()..at], job.prefix);
                let end = at + job.length as usize + aead::TAG_LEN;
                let key = decryptor.message_key().unwrap().expose();
                match aead::open(key, &job.iv, &job.aad, &message[at..end]) {
                    Ok(piece) => plaintext.extend_from_slice(&piece),
                    Err(aead::Forged) => return Err(decryptor.forged()),
                }
                decryptor.opened()?;
                at = end;
            }
            Want::Done => {
                decryptor.finish((message.len() - at) as u64)?;
                return Ok(plaintext);
            }
        }
    }
}

#[test]
fn every_size_around_the_frame_boundaries_comes_back_by_either_path() {
    for frame_length in [1u32, 2, 16, 100, 4096] {
        for boundary in 0..4usize {
            let middle = boundary * frame_length as usize;
            for size in middle.saturating_sub(1)..=middle + 1 {
                let plaintext: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
                let here = message(&plaintext, frame_length);
                assert_eq!(here, message_by_host(&plaintext, frame_length), "{frame_length}, {size}");
                assert_eq!(read(&here, &data_key(7)).unwrap(), plaintext, "{frame_length}, {size}");
                assert_eq!(read_by_host(&here, &data_key(7)).unwrap(), plaintext, "{frame_length}, {size}");
            }
        }
    }
}

#[test]
fn a_last_frame_may_be_empty_after_full_ones() {
    let (mut encryptor, mut message) = begin(8);
    message.extend(encryptor.seal(&[1; 8], false).unwrap());
    message.extend(encryptor.seal(&[], true).unwrap());
    assert_eq!(read(&message, &data_key(7)).unwrap(), [1; 8]);
}

#[test]
fn a_host_that_cannot_open_a_frame_ends_the_reading() {
    let mut message = message(&[1; 20], 8);
    let end = message.len() - 1;
    message[end] ^= 1;
    assert_eq!(read_by_host(&message, &data_key(7)), Err(EnvelopeError::FrameTag));
}

#[test]
fn the_header_tells_what_was_put_in() {
    let message = message(b"text", 4096);
    let mut decryptor = Decryptor::new(Limits::default());
    let mut at = 0;
    while let Want::Parse { bytes } = decryptor.want().unwrap() {
        assert!(decryptor.header().is_none());
        decryptor.feed(&message[at..at + bytes]).unwrap();
        at += bytes;
    }
    let header = decryptor.header().unwrap();
    assert_eq!(header.suite.id, 0x0478);
    assert_eq!(header.message_id, [9; 32]);
    assert_eq!(header.context, context());
    assert_eq!(header.keys, [encrypted_key()]);
    assert_eq!(header.content_type, ContentType::Framed);
    assert_eq!(header.frame_length, 4096);
    assert!(decryptor.message_key().is_none());
}

#[test]
fn a_message_key_does_not_print() {
    let (encryptor, _) = begin(8);
    let printed = format!("{encryptor:?}");
    assert!(printed.contains("MessageKey(kept)"), "{printed}");
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(
        plaintext in proptest::collection::vec(any::<u8>(), 0..600),
        frame_length in 1u32..200,
        pairs in proptest::collection::btree_map("[^-]{0,12}", ".{0,12}", 0..5),
        keys in proptest::collection::vec(("[a-z-]{0,9}", any::<[u8; 5]>(), any::<[u8; 9]>()), 1..4),
        id in any::<[u8; 32]>(),
    ) {
        let context = EncryptionContext::from_iter(pairs);
        let keys: Vec<EncryptedDataKey> = keys
            .into_iter()
            .map(|(provider, info, ciphertext)| EncryptedDataKey {
                provider,
                info: info.to_vec(),
                ciphertext: ciphertext.to_vec(),
            })
            .collect();
        let (mut encryptor, mut message) =
            Encryptor::begin(&data_key(1), id, &context, &keys, frame_length).unwrap();
        for (chunk, last) in frames(&plaintext, frame_length as usize) {
            message.extend(encryptor.seal(chunk, last).unwrap());
        }
        prop_assert_eq!(read(&message, &data_key(1)).unwrap(), plaintext);
    }

    #[test]
    fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes, &data_key(1)).is_err());
    }

    #[test]
    fn no_bytes_after_a_true_beginning_bring_it_down(
        keep in 0usize..250,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut message = message(b"a text of some length", 8);
        message.truncate(keep);
        message.extend(bytes);
        prop_assert!(read(&message, &data_key(7)).is_err());
        let fields = inspect(&message);
        if let Some(fields) = fields {
            prop_assert_eq!(fields.iter().map(|field| field.length).sum::<usize>(), message.len());
        }
    }
}
