//! Why a message is refused: one name for each reason.

use std::fmt;

use crate::crypto::Failure;

/// A message that cannot be written or read.
///
/// Everything that a message's own bytes show may be told apart, since whoever has them sees it too. What
/// depends on a key is one of three: [`Commitment`](Self::Commitment), [`HeaderTag`](Self::HeaderTag),
/// [`FrameTag`](Self::FrameTag).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The first byte is no version of the format.
    UnknownVersion(u8),
    /// No suite of that number is in the specification.
    UnknownSuite(u16),
    /// The suite is specified, but not read or written here.
    UnsupportedSuite(u16),
    /// The suite belongs to another version of the format.
    SuiteOfOtherVersion(u16),
    /// The encryption context is not of the format's form.
    MalformedContext,
    /// The encryption context has one key twice.
    DuplicateContextKey,
    /// The encryption context has a key that the format keeps for itself.
    ReservedContextKey,
    /// The encryption context is longer than its u16 length can say.
    ContextTooLong,
    /// There is no encrypted data key.
    NoKeys,
    /// There are more encrypted data keys than the limit, or than a u16 counts.
    TooManyKeys,
    /// An encrypted data key's part is longer than its u16 length can say.
    KeyTooLong,
    /// An encrypted data key's provider id is not UTF-8.
    MalformedKey,
    /// The header is longer than the limit.
    HeaderTooLong,
    /// The content type is neither framed nor non-framed.
    UnknownContentType(u8),
    /// The content is not framed, which is not read here.
    UnsupportedContentType,
    /// The frame length is 0.
    ZeroFrameLength,
    /// A frame is longer than the limit, than the header's frame length, or than memory can hold.
    FrameTooLong,
    /// A frame that is not the last is shorter than the frame length.
    FrameTooShort,
    /// A frame's sequence number does not follow the one before.
    OutOfSequence {
        /// The number that follows.
        expected: u32,
        /// The number that stands there.
        found: u32,
    },
    /// There are more frames than a u32 counts.
    TooManyFrames,
    /// A frame's IV is not its sequence number.
    FrameIv,
    /// The data key is not the one that the message commits to.
    Commitment,
    /// The header's tag does not fit.
    HeaderTag,
    /// A frame's tag does not fit.
    FrameTag,
    /// The message ends too early.
    Truncated,
    /// Bytes follow the message's end.
    TrailingBytes,
    /// A call came out of its turn: a defect of the caller, not of the message.
    OutOfTurn,
    /// The cryptography under it failed, for a reason that has nothing to do with the message.
    Crypto(Failure),
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVersion(version) => {
                write!(f, "Byte 0x{version:02X} is no version of the message format.")
            }
            Self::UnknownSuite(id) => write!(f, "0x{id:04X} is no algorithm suite of the specification."),
            Self::UnsupportedSuite(id) => write!(f, "Algorithm suite 0x{id:04X} is not supported."),
            Self::SuiteOfOtherVersion(id) => {
                write!(f, "Algorithm suite 0x{id:04X} does not belong to this version of the message format.")
            }
            Self::MalformedContext => f.write_str("The encryption context is malformed."),
            Self::DuplicateContextKey => f.write_str("The encryption context has one key twice."),
            Self::ReservedContextKey => {
                f.write_str("The encryption context has a key that the message format reserves.")
            }
            Self::ContextTooLong => f.write_str("The encryption context is longer than 65535 bytes."),
            Self::NoKeys => f.write_str("The message has no encrypted data key."),
            Self::TooManyKeys => f.write_str("The message has too many encrypted data keys."),
            Self::KeyTooLong => f.write_str("A part of an encrypted data key is longer than 65535 bytes."),
            Self::MalformedKey => f.write_str("An encrypted data key's provider id is not UTF-8."),
            Self::HeaderTooLong => f.write_str("The header is too long."),
            Self::UnknownContentType(code) => write!(f, "Byte 0x{code:02X} is no content type."),
            Self::UnsupportedContentType => f.write_str("Content without frames is not supported."),
            Self::ZeroFrameLength => f.write_str("The frame length is 0."),
            Self::FrameTooLong => f.write_str("A frame is too long."),
            Self::FrameTooShort => f.write_str("A frame before the last is shorter than the frame length."),
            Self::OutOfSequence { expected, found } => {
                write!(f, "Frame {expected} should follow, but frame {found} does.")
            }
            Self::TooManyFrames => f.write_str("The message has too many frames."),
            Self::FrameIv => f.write_str("A frame's initialisation vector is not its sequence number."),
            Self::Commitment => f.write_str("The data key is not the one that the message commits to."),
            Self::HeaderTag => f.write_str("The header's authentication tag does not fit."),
            Self::FrameTag => f.write_str("A frame's authentication tag does not fit."),
            Self::Truncated => f.write_str("The message ends too early."),
            Self::TrailingBytes => f.write_str("Bytes follow the end of the message."),
            Self::OutOfTurn => f.write_str("The message was not processed in its order."),
            Self::Crypto(failure) => write!(f, "Cryptography failed: {failure}."),
        }
    }
}

impl std::error::Error for EnvelopeError {}

impl From<Failure> for EnvelopeError {
    fn from(failure: Failure) -> Self {
        Self::Crypto(failure)
    }
}
