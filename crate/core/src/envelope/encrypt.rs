//! Writes a message: the header at once, then frame by frame.

use super::frame::{self, FrameJob};
use super::header::{self, ContentType, EncryptedDataKey, Header};
use super::keys::{self, MESSAGE_ID_LEN, MessageKey};
use super::{EnvelopeError, suite};
use crate::crypto::{DataKey, aead};
use crate::hierarchy::EncryptionContext;

/// Writes the body of one message.
#[derive(Debug)]
pub struct Encryptor {
    key: MessageKey,
    message_id: [u8; MESSAGE_ID_LEN],
    frame_length: u32,
    /// The number of the next frame; `None` once there can be no more.
    next: Option<u32>,
    finished: bool,
}

impl Encryptor {
    /// Begins a message of suite 0x0478: derives the message key, and makes the header.
    ///
    /// `message_id` is 32 fresh random bytes; `frame_length` is in bytes of plaintext. The data key is not
    /// kept.
    ///
    /// # Errors
    /// What the format cannot say: [`ReservedContextKey`](EnvelopeError::ReservedContextKey),
    /// [`ContextTooLong`](EnvelopeError::ContextTooLong), [`NoKeys`](EnvelopeError::NoKeys),
    /// [`TooManyKeys`](EnvelopeError::TooManyKeys), [`KeyTooLong`](EnvelopeError::KeyTooLong),
    /// [`ZeroFrameLength`](EnvelopeError::ZeroFrameLength).
    pub fn begin(
        data_key: &DataKey,
        message_id: [u8; MESSAGE_ID_LEN],
        context: &EncryptionContext,
        keys: &[EncryptedDataKey],
        frame_length: u32,
    ) -> Result<(Self, Vec<u8>), EnvelopeError> {
        let suite = suite::COMMITTING;
        let keys::Derived { key, commitment } = keys::derive(suite, data_key, &message_id)?;
        let header = Header {
            suite,
            message_id,
            context: context.clone(),
            keys: keys.to_vec(),
            content_type: ContentType::Framed,
            frame_length,
            commitment,
        };
        let mut bytes = header.encode()?;
        let tag = header::tag(&key, &bytes)?;
        bytes.extend_from_slice(&tag);
        let encryptor =
            Self { key, message_id, frame_length, next: Some(frame::FIRST_SEQUENCE), finished: false };
        Ok((encryptor, bytes))
    }

    /// The frame length in bytes of plaintext: what every frame but the last has.
    #[must_use]
    pub fn frame_length(&self) -> u32 {
        self.frame_length
    }

    /// The message key, for the import into the host's own AES.
    #[must_use]
    pub fn message_key(&self) -> &MessageKey {
        &self.key
    }

    /// The next frame, for a host that encrypts: it writes prefix ‖ ciphertext ‖ tag.
    ///
    /// `length` is in bytes of plaintext: the frame length exactly, or for the last frame 0 to the frame length.
    ///
    /// # Errors
    /// [`FrameTooShort`](EnvelopeError::FrameTooShort), [`FrameTooLong`](EnvelopeError::FrameTooLong),
    /// [`TooManyFrames`](EnvelopeError::TooManyFrames), and [`OutOfTurn`](EnvelopeError::OutOfTurn) after the
    /// last frame.
    pub fn frame(&mut self, length: u32, last: bool) -> Result<FrameJob, EnvelopeError> {
        if self.finished {
            return Err(EnvelopeError::OutOfTurn);
        }
        if length > self.frame_length {
            return Err(EnvelopeError::FrameTooLong);
        }
        if length < self.frame_length && !last {
            return Err(EnvelopeError::FrameTooShort);
        }
        let sequence = self.next.ok_or(EnvelopeError::TooManyFrames)?;
        // A frame of this number is the last or would be taken for it: FFFFFFFF stands before a last frame.
        if sequence == u32::MAX && !last {
            return Err(EnvelopeError::TooManyFrames);
        }
        self.next = frame::after(sequence);
        self.finished = last;
        Ok(FrameJob::new(&self.message_id, sequence, last, length))
    }

    /// The next frame, encrypted here: the same bytes.
    ///
    /// # Errors
    /// As [`Encryptor::frame`].
    pub fn seal(&mut self, plaintext: &[u8], last: bool) -> Result<Vec<u8>, EnvelopeError> {
        let length = u32::try_from(plaintext.len()).map_err(|_| EnvelopeError::FrameTooLong)?;
        let job = self.frame(length, last)?;
        let mut out = job.prefix;
        out.reserve_exact(plaintext.len().saturating_add(aead::TAG_LEN));
        let start = out.len();
        out.extend_from_slice(plaintext);
        let body = out.get_mut(start..).unwrap_or_default();
        let tag = aead::encrypt_in_place(self.key.expose(), &job.iv, &job.aad, body)?;
        out.extend_from_slice(&tag);
        Ok(out)
    }

    /// Says that the message is whole.
    ///
    /// # Errors
    /// [`Truncated`](EnvelopeError::Truncated) where the last frame has not been made.
    pub fn finish(self) -> Result<(), EnvelopeError> {
        if self.finished { Ok(()) } else { Err(EnvelopeError::Truncated) }
    }
}
