//! What the format's halves promise together. What is built and broken here is one small message, so that every
//! byte and every bit of it can be tried.

mod broken;
mod inspection;
mod round_trip;
mod vectors;

use super::*;
use crate::crypto::{DataKey, aead};
use crate::hierarchy::EncryptionContext;

/// A data key that is `byte` 32 times.
fn data_key(byte: u8) -> DataKey {
    DataKey::copy_from(&[byte; 32]).unwrap()
}

fn context() -> EncryptionContext {
    [("aws:s3:arn", "arn:aws:s3:::bucket/key"), ("ключ", "значение")].into_iter().collect()
}

fn encrypted_key() -> EncryptedDataKey {
    EncryptedDataKey {
        provider: "aws-kms".to_owned(),
        info: b"arn:aws:kms:us-east-1:000000000000:key/11111111-2222-4333-8444-555555555555".to_vec(),
        ciphertext: vec![0xC1; 40],
    }
}

fn begin(frame_length: u32) -> (Encryptor, Vec<u8>) {
    Encryptor::begin(&data_key(7), [9; 32], &context(), &[encrypted_key()], frame_length).unwrap()
}

/// Splits `plaintext` into frames, the last one never empty but for an empty plaintext.
fn frames(plaintext: &[u8], frame_length: usize) -> Vec<(&[u8], bool)> {
    let mut chunks: Vec<&[u8]> = plaintext.chunks(frame_length).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let last = chunks.len() - 1;
    chunks.into_iter().enumerate().map(|(index, chunk)| (chunk, index == last)).collect()
}

/// A whole message of our own, encrypted here.
fn message(plaintext: &[u8], frame_length: u32) -> Vec<u8> {
    let (mut encryptor, mut out) = begin(frame_length);
    for (chunk, last) in frames(plaintext, frame_length as usize) {
        out.extend(encryptor.seal(chunk, last).unwrap());
    }
    encryptor.finish().unwrap();
    out
}

/// Reads `message` as a host would: exactly what is wanted, or what is left.
fn read(message: &[u8], data_key: &DataKey) -> Result<Vec<u8>, EnvelopeError> {
    read_with(message, data_key, Limits::default())
}

fn read_with(message: &[u8], data_key: &DataKey, limits: Limits) -> Result<Vec<u8>, EnvelopeError> {
    let mut decryptor = Decryptor::new(limits);
    let mut rest = message;
    let mut plaintext = Vec::new();
    let take = |rest: &mut &[u8], length: usize| {
        let (piece, after) = rest.split_at(length.min(rest.len()));
        *rest = after;
        piece.to_vec()
    };
    loop {
        match decryptor.want()? {
            Want::Parse { bytes } => {
                assert!(bytes > 0);
                decryptor.feed(&take(&mut rest, bytes))?;
            }
            Want::Unlock => decryptor.unlock(data_key)?,
            Want::Frame(job) => {
                let sealed = take(&mut rest, job.length as usize + aead::TAG_LEN);
                plaintext.extend_from_slice(&decryptor.open(&sealed)?);
            }
            Want::Done => {
                decryptor.finish(rest.len() as u64)?;
                return Ok(plaintext);
            }
        }
    }
}
