//! The header: its fields, their bytes, and a reader that asks for them piece by piece
//! (`data-format/message-header.md`).

use super::EnvelopeError;
use super::context;
use super::decrypt::Limits;
use super::keys::{COMMITMENT_LEN, MESSAGE_ID_LEN, MessageKey};
use super::suite::{self, Suite, Version};
use crate::crypto::aead::{self, IV_LEN, TAG_LEN};
use crate::hierarchy::EncryptionContext;

/// "The IV is all zeros": the one that the header's tag is made under, in version 2.
const HEADER_IV: [u8; IV_LEN] = [0; IV_LEN];

/// The data key, encrypted by somebody who can open it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedDataKey {
    /// Who encrypted it; `aws-kms` where that was KMS.
    pub provider: String,
    /// Under which key; for `aws-kms` the key's ARN in UTF-8.
    pub info: Vec<u8>,
    /// The encrypted key; for `aws-kms` the `CiphertextBlob`.
    pub ciphertext: Vec<u8>,
}

/// How the content stands in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ContentType {
    /// One block of any length.
    NonFramed = 1,
    /// Frames of one length, and a last one that may be shorter.
    Framed = 2,
}

impl ContentType {
    /// The content type whose byte is `code`.
    ///
    /// # Errors
    /// [`EnvelopeError::UnknownContentType`].
    pub fn from_code(code: u8) -> Result<Self, EnvelopeError> {
        match code {
            1 => Ok(Self::NonFramed),
            2 => Ok(Self::Framed),
            other => Err(EnvelopeError::UnknownContentType(other)),
        }
    }
}

/// A message's header. Nothing in it is secret, and nothing in it is to be believed before its tag is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The algorithms; the version of the format follows from them.
    pub suite: &'static Suite,
    /// 32 random bytes, unique to the message.
    pub message_id: [u8; MESSAGE_ID_LEN],
    /// What the message is bound to.
    pub context: EncryptionContext,
    /// The data key, encrypted once for each who may open it; at least one.
    pub keys: Vec<EncryptedDataKey>,
    /// How the content stands in the body.
    pub content_type: ContentType,
    /// The bytes of plaintext in each frame but the last.
    pub frame_length: u32,
    /// What the message commits to: derived from the data key, and not to be had from another.
    pub commitment: [u8; COMMITMENT_LEN],
}

impl Header {
    /// The header's bytes without the tag: what the tag authenticates.
    pub(super) fn encode(&self) -> Result<Vec<u8>, EnvelopeError> {
        let mut out = Vec::new();
        out.push(self.suite.version as u8);
        out.extend_from_slice(&self.suite.id.to_be_bytes());
        out.extend_from_slice(&self.message_id);
        context::encode(&self.context, &mut out)?;
        let count = u16::try_from(self.keys.len()).map_err(|_| EnvelopeError::TooManyKeys)?;
        if count == 0 {
            return Err(EnvelopeError::NoKeys);
        }
        out.extend_from_slice(&count.to_be_bytes());
        for key in &self.keys {
            for part in [key.provider.as_bytes(), &key.info, &key.ciphertext] {
                let length = u16::try_from(part.len()).map_err(|_| EnvelopeError::KeyTooLong)?;
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(part);
            }
        }
        out.push(self.content_type as u8);
        if self.frame_length == 0 {
            return Err(EnvelopeError::ZeroFrameLength);
        }
        out.extend_from_slice(&self.frame_length.to_be_bytes());
        out.extend_from_slice(&self.commitment);
        Ok(out)
    }
}

/// The tag of a header whose bytes are `encoded`: AES-GCM over nothing, with them as the associated data.
pub(super) fn tag(key: &MessageKey, encoded: &[u8]) -> Result<[u8; TAG_LEN], EnvelopeError> {
    Ok(aead::encrypt_in_place(key.expose(), &HEADER_IV, encoded, &mut [])?)
}

/// Whether `tag` belongs to a header whose bytes are `encoded`.
pub(super) fn verify(key: &MessageKey, encoded: &[u8], tag: &[u8; TAG_LEN]) -> Result<(), EnvelopeError> {
    aead::decrypt_in_place(key.expose(), &HEADER_IV, encoded, &mut [], tag)
        .map_err(|_| EnvelopeError::HeaderTag)
}

/// A header as it was read: the fields, the bytes that the tag authenticates, and the tag.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) header: Header,
    pub(super) encoded: Vec<u8>,
    pub(super) tag: [u8; TAG_LEN],
}

/// Reads a header, asking for the bytes of one part at a time.
#[derive(Debug)]
pub(super) struct Reader {
    limits: Limits,
    encoded: Vec<u8>,
    part: Part,
    need: usize,
    suite: &'static Suite,
    message_id: [u8; MESSAGE_ID_LEN],
    context: EncryptionContext,
    keys: Vec<EncryptedDataKey>,
    keys_left: u16,
}

/// What the next bytes are.
#[derive(Debug, Clone, Copy)]
enum Part {
    Suite,
    MessageId,
    ContextLength,
    Context,
    KeyCount,
    Length(KeyPart),
    Bytes(KeyPart),
    Content,
}

/// The three parts of an encrypted data key, each with its length in front.
#[derive(Debug, Clone, Copy)]
enum KeyPart {
    Provider,
    Info,
    Ciphertext,
}

const U16: usize = 2;
/// Version and suite.
const SUITE_LEN: usize = 1 + U16;
/// Content type, frame length, commitment, tag.
const CONTENT_LEN: usize = 1 + 4 + COMMITMENT_LEN + TAG_LEN;

impl Reader {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            encoded: Vec::new(),
            part: Part::Suite,
            need: SUITE_LEN,
            suite: suite::COMMITTING,
            message_id: [0; MESSAGE_ID_LEN],
            context: EncryptionContext::default(),
            keys: Vec::new(),
            keys_left: 0,
        }
    }

    /// How many bytes [`Reader::feed`] takes next; never 0.
    pub(super) fn need(&self) -> usize {
        self.need
    }

    /// Takes the next `need` bytes; the header, when they were its last.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Option<Read>, EnvelopeError> {
        if matches!(self.part, Part::Content) {
            return self.content(bytes).map(Some);
        }
        self.encoded.extend_from_slice(bytes);
        (self.part, self.need) = self.next(bytes)?;
        while self.need == 0 {
            (self.part, self.need) = self.next(&[])?;
        }
        // The limit is on what is asked for, so that nothing longer is ever held.
        if self.encoded.len().saturating_add(self.need) > self.limits.header_length {
            return Err(EnvelopeError::HeaderTooLong);
        }
        Ok(None)
    }

    /// Reads one part; what the next part is, and how long.
    fn next(&mut self, bytes: &[u8]) -> Result<(Part, usize), EnvelopeError> {
        Ok(match self.part {
            Part::Suite => {
                let (&[code], id) = bytes.split_first_chunk().ok_or(EnvelopeError::Truncated)?;
                self.suite = suite::supported(Version::from_code(code)?, number(id)?)?;
                (Part::MessageId, MESSAGE_ID_LEN)
            }
            Part::MessageId => {
                self.message_id = bytes.try_into().map_err(|_| EnvelopeError::Truncated)?;
                (Part::ContextLength, U16)
            }
            Part::ContextLength => (Part::Context, usize::from(number(bytes)?)),
            Part::Context => {
                self.context = context::decode(bytes)?;
                (Part::KeyCount, U16)
            }
            Part::KeyCount => {
                self.keys_left = number(bytes)?;
                if self.keys_left == 0 {
                    return Err(EnvelopeError::NoKeys);
                }
                if usize::from(self.keys_left) > self.limits.keys {
                    return Err(EnvelopeError::TooManyKeys);
                }
                (Part::Length(KeyPart::Provider), U16)
            }
            Part::Length(part) => (Part::Bytes(part), usize::from(number(bytes)?)),
            Part::Bytes(part) => self.key(part, bytes)?,
            Part::Content => return Err(EnvelopeError::OutOfTurn),
        })
    }

    /// Reads one part of an encrypted data key.
    fn key(&mut self, part: KeyPart, bytes: &[u8]) -> Result<(Part, usize), EnvelopeError> {
        let next = match part {
            KeyPart::Provider => {
                let provider =
                    std::str::from_utf8(bytes).map_err(|_| EnvelopeError::MalformedKey)?.to_owned();
                self.keys.push(EncryptedDataKey { provider, info: Vec::new(), ciphertext: Vec::new() });
                KeyPart::Info
            }
            KeyPart::Info => {
                self.keys.last_mut().ok_or(EnvelopeError::OutOfTurn)?.info = bytes.to_vec();
                KeyPart::Ciphertext
            }
            KeyPart::Ciphertext => {
                self.keys.last_mut().ok_or(EnvelopeError::OutOfTurn)?.ciphertext = bytes.to_vec();
                self.keys_left = self.keys_left.saturating_sub(1);
                if self.keys_left == 0 {
                    return Ok((Part::Content, CONTENT_LEN));
                }
                KeyPart::Provider
            }
        };
        Ok((Part::Length(next), U16))
    }

    /// Reads what follows the keys, in one piece.
    fn content(&mut self, bytes: &[u8]) -> Result<Read, EnvelopeError> {
        let (&[code], rest) = bytes.split_first_chunk().ok_or(EnvelopeError::Truncated)?;
        let (frame_length, rest) = rest.split_first_chunk().ok_or(EnvelopeError::Truncated)?;
        let (commitment, rest) = rest.split_first_chunk().ok_or(EnvelopeError::Truncated)?;
        let tag = *rest.first_chunk().ok_or(EnvelopeError::Truncated)?;
        let content_type = ContentType::from_code(code)?;
        if content_type != ContentType::Framed {
            return Err(EnvelopeError::UnsupportedContentType);
        }
        let frame_length = u32::from_be_bytes(*frame_length);
        if frame_length == 0 {
            return Err(EnvelopeError::ZeroFrameLength);
        }
        self.encoded.extend_from_slice(bytes.strip_suffix(&tag).unwrap_or(bytes));
        let header = Header {
            suite: self.suite,
            message_id: self.message_id,
            context: std::mem::take(&mut self.context),
            keys: std::mem::take(&mut self.keys),
            content_type,
            frame_length,
            commitment: *commitment,
        };
        Ok(Read { header, encoded: std::mem::take(&mut self.encoded), tag })
    }
}

fn number(bytes: &[u8]) -> Result<u16, EnvelopeError> {
    bytes.try_into().map(u16::from_be_bytes).map_err(|_| EnvelopeError::Truncated)
}
