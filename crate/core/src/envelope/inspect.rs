//! Names every byte of a message, as far as it can be read without a key.

use super::frame::{self, LAST};
use super::header::ContentType;
use super::keys::{COMMITMENT_LEN, MESSAGE_ID_LEN};
use super::suite::{self, Version};
use super::{EnvelopeError, context};
use crate::crypto::aead::{IV_LEN, TAG_LEN};
use crate::hierarchy;
use crate::model::Field;

/// How many frames are listed one by one; what follows is one field.
pub const LISTED_FRAMES: usize = 3;

const HEADER: &str = "AWS Encryption SDK specification, data-format/message-header.md";
const BODY: &str = "AWS Encryption SDK specification, data-format/message-body.md";
const SUITES: &str = "AWS Encryption SDK specification, framework/algorithm-suites.md";
const KEYS: &str = "AWS Encryption SDK specification, client-apis/key-derivation.md";

/// The fields of a message, covering all of `bytes`; `None` where they do not begin as a message that is read
/// here. Bytes that break the format are one field `unread`, whose meaning is the reason.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Vec<Field>> {
    let (&[code, high, low], _) = bytes.split_first_chunk()?;
    suite::supported(Version::from_code(code).ok()?, u16::from_be_bytes([high, low])).ok()?;

    let mut cursor = Cursor { bytes, at: 0 };
    let mut fields = Vec::new();
    if let Err(error) = message(&mut cursor, &mut fields) {
        let rest = cursor.left();
        fields.push(Field::new("unread", "Not read", cursor.at, rest, error.to_string(), HEADER));
    }
    Some(fields)
}

type Walk = Result<(), EnvelopeError>;

fn message(cursor: &mut Cursor<'_>, out: &mut Vec<Field>) -> Walk {
    let mut frame_length = 0;
    cursor.group(
        out,
        ("header", "Header"),
        "Everything that is needed to read the body, and who can.",
        HEADER,
        |cursor, out| {
            frame_length = header(cursor, out)?;
            Ok(())
        },
    )?;
    body(cursor, out, frame_length)?;
    if cursor.left() > 0 { Err(EnvelopeError::TrailingBytes) } else { Ok(()) }
}

/// The header; its frame length in bytes.
fn header(cursor: &mut Cursor<'_>, out: &mut Vec<Field>) -> Result<usize, EnvelopeError> {
    cursor.take(out, ("version", "Version"), 1, "The version of the message format.", HEADER)?;
    valued(out, "2");
    let id = cursor.number(out, ("suite", "Algorithm suite"), "The algorithms, as one number.", SUITES)?;
    if let Some(suite) = suite::find(id) {
        valued(out, format!("0x{id:04X}: {}", suite.name));
    }
    cursor.take(
        out,
        ("message-id", "Message id"),
        MESSAGE_ID_LEN,
        "Random and unique to the message; the salt from which the message key is derived.",
        HEADER,
    )?;
    cursor.group(
        out,
        ("context", "Encryption context"),
        "What the message is bound to: not secret, but authenticated.",
        HEADER,
        pairs,
    )?;
    cursor.group(
        out,
        ("keys", "Encrypted data keys"),
        "The data key, encrypted once for each who may open the message.",
        HEADER,
        data_keys,
    )?;
    let code = cursor.take(out, ("content-type", "Content type"), 1, "How the body is laid out.", HEADER)?;
    match ContentType::from_code(code.first().copied().unwrap_or_default())? {
        ContentType::Framed => valued(out, "framed"),
        ContentType::NonFramed => return Err(EnvelopeError::UnsupportedContentType),
    }
    let length = cursor.take(
        out,
        ("frame-length", "Frame length"),
        4,
        "The bytes of content in every frame but the last.",
        HEADER,
    )?;
    let length = u32_from(length);
    valued(out, length.to_string());
    cursor.take(
        out,
        ("commitment", "Key commitment"),
        COMMITMENT_LEN,
        "Derived from the data key: no other data key opens this message, not even to something else.",
        KEYS,
    )?;
    cursor.take(
        out,
        ("header-tag", "Header's tag"),
        TAG_LEN,
        "AES-GCM's tag over all the header before it, under the message key: nobody has changed it.",
        HEADER,
    )?;
    if length == 0 { Err(EnvelopeError::ZeroFrameLength) } else { Ok(to_usize(length)) }
}

fn pairs(cursor: &mut Cursor<'_>, out: &mut Vec<Field>) -> Walk {
    let length = cursor.number(
        out,
        ("length", "Length"),
        "The bytes of the context that follow; 0 for none.",
        HEADER,
    )?;
    let encoded = cursor.peek(usize::from(length))?;
    context::decode(encoded)?;
    if encoded.is_empty() {
        return Ok(());
    }
    let count = cursor.number(out, ("count", "Count"), "How many pairs follow.", HEADER)?;
    for number in 1..=count {
        cursor.group(
            out,
            (&format!("pair-{number}"), &format!("Pair {number}")),
            "One key and its value, in UTF-8.",
            HEADER,
            |cursor, out| {
                let parts = [
                    ("key", "Key", "Pairs are sorted by its bytes."),
                    ("value", "Value", "Compared exactly."),
                ];
                for (name, title, meaning) in parts {
                    text(cursor, out, (name, title), meaning)?;
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}

fn data_keys(cursor: &mut Cursor<'_>, out: &mut Vec<Field>) -> Walk {
    let count = cursor.number(out, ("count", "Count"), "How many encrypted data keys follow.", HEADER)?;
    if count == 0 {
        return Err(EnvelopeError::NoKeys);
    }
    for number in 1..=count {
        cursor.group(
            out,
            (&format!("key-{number}"), &format!("Encrypted data key {number}")),
            "The data key as one key provider encrypted it.",
            HEADER,
            |cursor, out| {
                let provider = ("provider", "Key provider");
                text(cursor, out, provider, "Who encrypted the data key; aws-kms for KMS.")?;
                let info = ("info", "Key provider's information");
                text(cursor, out, info, "Under which key; for aws-kms the key's ARN.")?;
                let by_kms = out
                    .iter()
                    .any(|field| field.name == "provider" && field.value.as_deref() == Some("aws-kms"));
                let ciphertext = ("ciphertext", "Encrypted data key");
                let meaning = "The data key, encrypted; for aws-kms the CiphertextBlob.";
                let bytes = counted(cursor, out, ciphertext, meaning)?;
                if let (true, Some(field)) = (by_kms, out.last_mut()) {
                    field.fields = hierarchy::inspect::inspect(bytes).unwrap_or_default();
                    field.fields.iter_mut().for_each(|part| part.shift(field.offset));
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}

/// A part with its u16 length in front; the part.
fn counted<'a>(
    cursor: &mut Cursor<'a>,
    out: &mut Vec<Field>,
    (name, title): (&str, &str),
    meaning: &str,
) -> Result<&'a [u8], EnvelopeError> {
    let (length_name, length_title) = (format!("{name}-length"), format!("{title}: length"));
    let length = cursor.number(out, (&length_name, &length_title), "The bytes that follow.", HEADER)?;
    cursor.take(out, (name, title), usize::from(length), meaning, HEADER)
}

/// As [`counted`], and its text is its value.
fn text(cursor: &mut Cursor<'_>, out: &mut Vec<Field>, names: (&str, &str), meaning: &str) -> Walk {
    let bytes = counted(cursor, out, names, meaning)?;
    if let Ok(text) = std::str::from_utf8(bytes) {
        valued(out, text);
    }
    Ok(())
}

/// All the frames; the first ones listed.
fn body(cursor: &mut Cursor<'_>, out: &mut Vec<Field>, frame_length: usize) -> Walk {
    let mut sequence = frame::FIRST_SEQUENCE;
    let mut last = false;
    for _ in 0..LISTED_FRAMES {
        if last {
            return Ok(());
        }
        last = cursor.starts_with(&LAST);
        let title = if last { format!("Frame {sequence}, the last") } else { format!("Frame {sequence}") };
        cursor.group(
            out,
            (&format!("frame-{sequence}"), &title),
            "A piece of the content, encrypted and authenticated by itself.",
            BODY,
            |cursor, out| one_frame(cursor, out, sequence, last, frame_length),
        )?;
        sequence = frame::after(sequence).ok_or(EnvelopeError::TooManyFrames)?;
    }
    if last {
        return Ok(());
    }
    let start = cursor.at;
    let first = sequence;
    let mut unlisted = Vec::new();
    let walked = loop {
        let last = cursor.starts_with(&LAST);
        unlisted.clear();
        if let Err(error) = one_frame(cursor, &mut unlisted, sequence, last, frame_length) {
            break Err(error);
        }
        match frame::after(sequence) {
            _ if last => break Ok(()),
            Some(next) => sequence = next,
            None => break Err(EnvelopeError::TooManyFrames),
        }
    };
    let rest = Field::new(
        "frames-rest",
        "The frames after these",
        start,
        cursor.at.saturating_sub(start),
        "Laid out as those before; the last one begins with FFFFFFFF and has its own length.",
        BODY,
    );
    out.push(rest.valued(format!("frames {first} to {sequence}")));
    walked
}

fn one_frame(
    cursor: &mut Cursor<'_>,
    out: &mut Vec<Field>,
    expected: u32,
    last: bool,
    frame_length: usize,
) -> Walk {
    if last {
        let meaning = "In place of a sequence number: this is the last frame.";
        cursor.take(out, ("last", "Mark of the last frame"), LAST.len(), meaning, BODY)?;
    }
    let meaning = "Counts from 1, so that no frame can be left out or moved.";
    let found = u32_from(cursor.take(out, ("sequence", "Sequence number"), 4, meaning, BODY)?);
    valued(out, found.to_string());
    if found != expected {
        return Err(EnvelopeError::OutOfSequence { expected, found });
    }
    let meaning = "The sequence number, padded to 12 bytes: never twice under one message key.";
    let iv = cursor.take(out, ("iv", "Initialisation vector"), IV_LEN, meaning, BODY)?;
    if iv != frame::iv(expected) {
        return Err(EnvelopeError::FrameIv);
    }
    let mut length = frame_length;
    if last {
        let meaning = "The bytes of content in this frame.";
        let own = u32_from(cursor.take(out, ("length", "Length"), 4, meaning, BODY)?);
        valued(out, own.to_string());
        length = to_usize(own);
        if length > frame_length {
            return Err(EnvelopeError::FrameTooLong);
        }
    }
    let meaning = "The content, encrypted with AES-256-GCM under the message key.";
    cursor.take(out, ("ciphertext", "Ciphertext"), length, meaning, BODY)?;
    let meaning = "AES-GCM's tag over the ciphertext, the message id, the sequence number and the length.";
    cursor.take(out, ("tag", "Tag"), TAG_LEN, meaning, BODY)?;
    Ok(())
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn starts_with(&self, bytes: &[u8]) -> bool {
        self.rest().starts_with(bytes)
    }

    fn peek(&self, length: usize) -> Result<&'a [u8], EnvelopeError> {
        self.rest().get(..length).ok_or(EnvelopeError::Truncated)
    }

    /// Adds the next `length` bytes as a field.
    fn take(
        &mut self,
        out: &mut Vec<Field>,
        (name, title): (&str, &str),
        length: usize,
        meaning: &str,
        source: &str,
    ) -> Result<&'a [u8], EnvelopeError> {
        let bytes = self.peek(length)?;
        out.push(Field::new(name, title, self.at, length, meaning, source));
        self.at = self.at.saturating_add(length);
        Ok(bytes)
    }

    /// Adds the next two bytes as a field; the number that they are.
    fn number(
        &mut self,
        out: &mut Vec<Field>,
        names: (&str, &str),
        meaning: &str,
        source: &str,
    ) -> Result<u16, EnvelopeError> {
        let bytes = self.take(out, names, 2, meaning, source)?;
        let number = bytes.try_into().map(u16::from_be_bytes).unwrap_or_default();
        valued(out, number.to_string());
        Ok(number)
    }

    /// Adds what `body` takes as the parts of one field, also where it stops early.
    fn group(
        &mut self,
        out: &mut Vec<Field>,
        (name, title): (&str, &str),
        meaning: &str,
        source: &str,
        body: impl FnOnce(&mut Self, &mut Vec<Field>) -> Walk,
    ) -> Walk {
        let start = self.at;
        let mut parts = Vec::new();
        let walked = body(self, &mut parts);
        let length = self.at.saturating_sub(start);
        if length > 0 {
            out.push(Field::new(name, title, start, length, meaning, source).parted(parts));
        }
        walked
    }
}

/// Gives the field that was added last its value.
fn valued(fields: &mut [Field], value: impl Into<String>) {
    if let Some(field) = fields.last_mut() {
        field.value = Some(value.into());
    }
}

fn u32_from(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_be_bytes).unwrap_or_default()
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
