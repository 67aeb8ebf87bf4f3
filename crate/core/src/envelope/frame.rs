//! One frame: what stands around its ciphertext, and what authenticates it
//! (`data-format/message-body.md`, `data-format/message-body-aad.md`).

use super::keys::MESSAGE_ID_LEN;
use crate::crypto::aead::IV_LEN;

/// Stands before the last frame, in place of a sequence number.
pub(super) const LAST: [u8; 4] = [0xFF; 4];
/// "Framed Data MUST start at Sequence Number 1."
pub(super) const FIRST_SEQUENCE: u32 = 1;

const REGULAR_AAD: &[u8] = b"AWSKMSEncryptionClient Frame";
const LAST_AAD: &[u8] = b"AWSKMSEncryptionClient Final Frame";

/// One frame for AES-256-GCM under the message key, with a 16-byte tag behind the ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameJob {
    /// The frame's number, from 1.
    pub sequence: u32,
    /// Whether it is the last.
    pub last: bool,
    /// The bytes of plaintext, and of ciphertext without the tag.
    pub length: u32,
    /// What stands before the ciphertext.
    pub prefix: Vec<u8>,
    /// The initialisation vector: the sequence number, padded on the left with zeros.
    pub iv: [u8; IV_LEN],
    /// The associated data: message id, a string for the kind of frame, sequence number, length.
    pub aad: Vec<u8>,
}

impl FrameJob {
    pub(super) fn new(message_id: &[u8; MESSAGE_ID_LEN], sequence: u32, last: bool, length: u32) -> Self {
        let iv = iv(sequence);
        let mut prefix = Vec::with_capacity(24);
        if last {
            prefix.extend_from_slice(&LAST);
        }
        prefix.extend_from_slice(&sequence.to_be_bytes());
        prefix.extend_from_slice(&iv);
        if last {
            prefix.extend_from_slice(&length.to_be_bytes());
        }
        let kind = if last { LAST_AAD } else { REGULAR_AAD };
        let aad = [&message_id[..], kind, &sequence.to_be_bytes(), &u64::from(length).to_be_bytes()].concat();
        Self { sequence, last, length, prefix, iv, aad }
    }
}

/// The IV of frame `sequence`: "the sequence number … padded to the IV length with 0".
pub(super) fn iv(sequence: u32) -> [u8; IV_LEN] {
    let mut iv = [0; IV_LEN];
    if let Some(end) = iv.last_chunk_mut() {
        *end = sequence.to_be_bytes();
    }
    iv
}

/// The number after `sequence`; `None` after the last that four bytes can say.
pub(super) fn after(sequence: u32) -> Option<u32> {
    sequence.checked_add(1)
}
