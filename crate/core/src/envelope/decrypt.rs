//! Reads a message in order, asking for what it needs next.

use zeroize::Zeroizing;

use super::EnvelopeError;
use super::frame::{self, FrameJob};
use super::header::{self, Header, Read, Reader};
use super::keys::{self, MessageKey};
use crate::crypto::DataKey;
use crate::crypto::aead::{self, IV_LEN, TAG_LEN};

/// What a message may ask of its reader, since its lengths are read before anything is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most encrypted data keys.
    pub keys: usize,
    /// The longest header, in bytes, with its tag.
    pub header_length: usize,
    /// The longest frame, in bytes of plaintext.
    pub frame_length: u32,
}

impl Default for Limits {
    /// 64 keys, 1 MiB of header, 16 MiB a frame.
    fn default() -> Self {
        Self { keys: 64, header_length: 1024 * 1024, frame_length: 16 * 1024 * 1024 }
    }
}

/// What a [`Decryptor`] needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The message's next `bytes` bytes (never 0), for [`Decryptor::feed`].
    Parse {
        /// How many.
        bytes: usize,
    },
    /// The data key, for [`Decryptor::unlock`]; the header says who can open it.
    Unlock,
    /// The message's next `length` + 16 bytes, decrypted: by [`Decryptor::open`], or by the host, which then
    /// calls [`Decryptor::opened`] or [`Decryptor::forged`].
    Frame(FrameJob),
    /// Nothing; [`Decryptor::finish`] says whether the message ends here.
    Done,
}

/// Reads one message. The first error is the last: every later call repeats it.
///
/// No frame is handed out before the key commitment and the header's tag are verified, and a frame's plaintext
/// only after its own tag. Plaintext that came before a refused frame was true, but is not the whole.
#[derive(Debug)]
pub struct Decryptor {
    limits: Limits,
    header: Option<Header>,
    key: Option<MessageKey>,
    state: State,
}

#[derive(Debug)]
enum State {
    Header(Reader),
    Locked {
        encoded: Vec<u8>,
        tag: [u8; TAG_LEN],
    },
    /// Before the four bytes that begin a frame.
    FrameStart {
        sequence: u32,
    },
    /// Before the rest of what stands in front of the ciphertext.
    FrameHead {
        sequence: u32,
        last: bool,
    },
    Frame(FrameJob),
    Done,
    Failed(EnvelopeError),
}

const FRAME_START_LEN: usize = 4;
/// Sequence number, IV, length.
const LAST_HEAD_LEN: usize = 4 + IV_LEN + 4;

impl Decryptor {
    /// Begins to read a message.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, header: None, key: None, state: State::Header(Reader::new(limits)) }
    }

    /// The header, once it has been read. It is verified only after [`Decryptor::unlock`].
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The message key, after [`Decryptor::unlock`], for the import into the host's own AES.
    #[must_use]
    pub fn message_key(&self) -> Option<&MessageKey> {
        self.key.as_ref()
    }

    /// What is needed next.
    ///
    /// # Errors
    /// The error that ended the reading, again.
    pub fn want(&self) -> Result<Want, EnvelopeError> {
        Ok(match &self.state {
            State::Header(reader) => Want::Parse { bytes: reader.need() },
            State::Locked { .. } => Want::Unlock,
            State::FrameStart { .. } => Want::Parse { bytes: FRAME_START_LEN },
            State::FrameHead { last: false, .. } => Want::Parse { bytes: IV_LEN },
            State::FrameHead { last: true, .. } => Want::Parse { bytes: LAST_HEAD_LEN },
            State::Frame(job) => Want::Frame(job.clone()),
            State::Done => Want::Done,
            State::Failed(error) => return Err(error.clone()),
        })
    }

    /// Takes the bytes that [`Want::Parse`] asked for: that many. Fewer mean that the message ends there.
    ///
    /// # Errors
    /// Why the message is refused: any reason but the ones that need the key.
    /// [`Truncated`](EnvelopeError::Truncated) for fewer bytes,
    /// [`TrailingBytes`](EnvelopeError::TrailingBytes) for any after the end.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), EnvelopeError> {
        let need = match self.want()? {
            Want::Parse { bytes } => bytes,
            Want::Done if bytes.is_empty() => return Ok(()),
            Want::Done => return self.fail(EnvelopeError::TrailingBytes),
            Want::Unlock | Want::Frame(_) => return self.fail(EnvelopeError::OutOfTurn),
        };
        if bytes.len() < need {
            return self.fail(EnvelopeError::Truncated);
        }
        if bytes.len() > need {
            return self.fail(EnvelopeError::OutOfTurn);
        }
        match self.parse(bytes) {
            Ok(Some(state)) => {
                self.state = state;
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => self.fail(error),
        }
    }

    /// Takes the data key that one of the header's keys gave; verifies the key commitment, in constant time,
    /// and then the header's tag. The data key is not kept.
    ///
    /// # Errors
    /// [`Commitment`](EnvelopeError::Commitment), [`HeaderTag`](EnvelopeError::HeaderTag),
    /// [`OutOfTurn`](EnvelopeError::OutOfTurn).
    pub fn unlock(&mut self, data_key: &DataKey) -> Result<(), EnvelopeError> {
        self.want()?;
        let (State::Locked { encoded, tag }, Some(header)) = (&self.state, &self.header) else {
            return self.fail(EnvelopeError::OutOfTurn);
        };
        let key = keys::derive_committed(header.suite, data_key, &header.message_id, &header.commitment)
            .and_then(|key| header::verify(&key, encoded, tag).map(|()| key));
        match key {
            Ok(key) => {
                self.key = Some(key);
                self.state = State::FrameStart { sequence: frame::FIRST_SEQUENCE };
                Ok(())
            }
            Err(error) => self.fail(error),
        }
    }

    /// Decrypts the frame that [`Want::Frame`] asked for; `sealed` is its ciphertext and tag. Fewer bytes mean
    /// that the message ends there.
    ///
    /// # Errors
    /// [`FrameTag`](EnvelopeError::FrameTag), [`Truncated`](EnvelopeError::Truncated),
    /// [`OutOfTurn`](EnvelopeError::OutOfTurn).
    pub fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        let Want::Frame(job) = self.want()? else {
            return self.fail(EnvelopeError::OutOfTurn);
        };
        let length = usize::try_from(job.length).unwrap_or(usize::MAX).saturating_add(TAG_LEN);
        if sealed.len() < length {
            return self.fail(EnvelopeError::Truncated);
        }
        let Some(key) = self.key.as_ref().filter(|_| sealed.len() == length) else {
            return self.fail(EnvelopeError::OutOfTurn);
        };
        match aead::open(key.expose(), &job.iv, &job.aad, sealed) {
            Ok(plaintext) => {
                self.opened()?;
                Ok(plaintext)
            }
            Err(aead::Forged) => self.fail(EnvelopeError::FrameTag),
        }
    }

    /// Says that the host has decrypted the frame that [`Want::Frame`] asked for, and that its tag fitted.
    ///
    /// # Errors
    /// [`OutOfTurn`](EnvelopeError::OutOfTurn) where no frame was asked for.
    pub fn opened(&mut self) -> Result<(), EnvelopeError> {
        self.want()?;
        let State::Frame(job) = &self.state else {
            return self.fail(EnvelopeError::OutOfTurn);
        };
        self.state = match frame::after(job.sequence) {
            _ if job.last => State::Done,
            Some(sequence) => State::FrameStart { sequence },
            None => State::Failed(EnvelopeError::TooManyFrames),
        };
        Ok(())
    }

    /// Says that the tag of the frame that [`Want::Frame`] asked for did not fit; ends the reading.
    #[must_use]
    pub fn forged(&mut self) -> EnvelopeError {
        let error = match &self.state {
            State::Frame(_) => EnvelopeError::FrameTag,
            State::Failed(error) => error.clone(),
            _ => EnvelopeError::OutOfTurn,
        };
        self.state = State::Failed(error.clone());
        error
    }

    /// Says that the host has no more bytes but `remaining`, and asks whether the message was whole.
    ///
    /// # Errors
    /// [`Truncated`](EnvelopeError::Truncated) before the end, [`TrailingBytes`](EnvelopeError::TrailingBytes)
    /// where `remaining` is not 0, or the error that ended the reading.
    pub fn finish(&self, remaining: u64) -> Result<(), EnvelopeError> {
        match self.want()? {
            Want::Done if remaining == 0 => Ok(()),
            Want::Done => Err(EnvelopeError::TrailingBytes),
            _ => Err(EnvelopeError::Truncated),
        }
    }

    fn fail<T>(&mut self, error: EnvelopeError) -> Result<T, EnvelopeError> {
        self.state = State::Failed(error.clone());
        Err(error)
    }

    /// Reads `bytes`, which are as many as were asked for; the state after them where it is another.
    fn parse(&mut self, bytes: &[u8]) -> Result<Option<State>, EnvelopeError> {
        match &mut self.state {
            State::Header(reader) => Ok(reader.feed(bytes)?.map(|Read { header, encoded, tag }| {
                self.header = Some(header);
                State::Locked { encoded, tag }
            })),
            State::FrameStart { sequence } => {
                let sequence = *sequence;
                let last = bytes == frame::LAST;
                if !last {
                    in_sequence(bytes, sequence)?;
                }
                Ok(Some(State::FrameHead { sequence, last }))
            }
            State::FrameHead { sequence, last } => {
                let (sequence, last) = (*sequence, *last);
                let header = self.header.as_ref().ok_or(EnvelopeError::OutOfTurn)?;
                let (iv, length) = if last {
                    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(EnvelopeError::Truncated)?;
                    in_sequence(number, sequence)?;
                    let (iv, length) = rest.split_first_chunk::<IV_LEN>().ok_or(EnvelopeError::Truncated)?;
                    (&iv[..], u32_from(length)?)
                } else {
                    (bytes, header.frame_length)
                };
                if iv != frame::iv(sequence) {
                    return Err(EnvelopeError::FrameIv);
                }
                if length > header.frame_length || length > self.limits.frame_length {
                    return Err(EnvelopeError::FrameTooLong);
                }
                Ok(Some(State::Frame(FrameJob::new(&header.message_id, sequence, last, length))))
            }
            _ => Err(EnvelopeError::OutOfTurn),
        }
    }
}

fn in_sequence(bytes: &[u8], expected: u32) -> Result<(), EnvelopeError> {
    let found = u32_from(bytes)?;
    if found == expected { Ok(()) } else { Err(EnvelopeError::OutOfSequence { expected, found }) }
}

fn u32_from(bytes: &[u8]) -> Result<u32, EnvelopeError> {
    bytes.try_into().map(u32::from_be_bytes).map_err(|_| EnvelopeError::Truncated)
}
