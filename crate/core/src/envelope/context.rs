//! The encryption context as the header carries it (`data-format/message-header.md`, "AAD").
//!
//! `length u16 | count u16 | (key length u16 | key | value length u16 | value)…`, sorted by the keys' UTF-8
//! bytes; an empty context is a length of 0 and nothing else.

use super::EnvelopeError;
use crate::hierarchy::EncryptionContext;
use crate::model::Pairs;

/// The prefix that the specification keeps for itself in a context that is written.
const RESERVED_PREFIX: &str = "aws-crypto-";
/// Under this key a signed message carries its public key; a message without a signature must not have it.
const PUBLIC_KEY: &str = "aws-crypto-public-key";

/// The context for a header that is written, its u16 length in front.
///
/// # Errors
/// [`ReservedContextKey`](EnvelopeError::ReservedContextKey), [`ContextTooLong`](EnvelopeError::ContextTooLong).
pub(super) fn encode(context: &EncryptionContext, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
    let part = |out: &mut Vec<u8>, text: &str| -> Result<(), EnvelopeError> {
        let length = u16::try_from(text.len()).map_err(|_| EnvelopeError::ContextTooLong)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(text.as_bytes());
        Ok(())
    };
    let mut pairs = Vec::new();
    // They are sorted by UTF-8 bytes already.
    for (key, value) in context.0.iter() {
        if key.starts_with(RESERVED_PREFIX) {
            return Err(EnvelopeError::ReservedContextKey);
        }
        part(&mut pairs, key)?;
        part(&mut pairs, value)?;
    }
    let count = u16::try_from(context.0.len()).map_err(|_| EnvelopeError::ContextTooLong)?;
    let counted = if count == 0 { 0 } else { pairs.len().saturating_add(2) };
    let length = u16::try_from(counted).map_err(|_| EnvelopeError::ContextTooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    if count > 0 {
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&pairs);
    }
    Ok(())
}

/// The context of a header that is read; `bytes` are what follows its length.
///
/// Other writers have been known to sort the pairs differently, and the tag covers the bytes as they stand, so
/// that the order is not checked.
///
/// # Errors
/// [`MalformedContext`](EnvelopeError::MalformedContext),
/// [`DuplicateContextKey`](EnvelopeError::DuplicateContextKey),
/// [`ReservedContextKey`](EnvelopeError::ReservedContextKey).
pub(super) fn decode(bytes: &[u8]) -> Result<EncryptionContext, EnvelopeError> {
    if bytes.is_empty() {
        return Ok(EncryptionContext::default());
    }
    let (count, mut rest) = take_u16(bytes)?;
    if count == 0 {
        return Err(EnvelopeError::MalformedContext);
    }
    let mut pairs = Vec::new();
    for _ in 0..count {
        let key;
        let value;
        (key, rest) = take_text(rest)?;
        (value, rest) = take_text(rest)?;
        if key == PUBLIC_KEY {
            return Err(EnvelopeError::ReservedContextKey);
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    let (pairs, has_twice) = Pairs::sorted(pairs);
    match (rest.is_empty(), has_twice) {
        (_, true) => Err(EnvelopeError::DuplicateContextKey),
        (false, _) => Err(EnvelopeError::MalformedContext),
        (true, false) => Ok(EncryptionContext(pairs)),
    }
}

fn take_u16(bytes: &[u8]) -> Result<(u16, &[u8]), EnvelopeError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(EnvelopeError::MalformedContext)?;
    Ok((u16::from_be_bytes(*number), rest))
}

fn take_text(bytes: &[u8]) -> Result<(&str, &[u8]), EnvelopeError> {
    let (length, rest) = take_u16(bytes)?;
    let (text, rest) = rest.split_at_checked(usize::from(length)).ok_or(EnvelopeError::MalformedContext)?;
    Ok((std::str::from_utf8(text).map_err(|_| EnvelopeError::MalformedContext)?, rest))
}
