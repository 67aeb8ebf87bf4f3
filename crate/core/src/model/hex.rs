//! Bytes as hexadecimal digits, two a byte, in lower case.

use std::fmt;

use tabkms_symmetric::hexadecimal;

/// Shows bytes as digits.
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Piece by piece through a buffer: a formatter is slow, and an id is in every answer.
        let mut digits = [0; 64];
        for piece in self.0.chunks(digits.len() / 2) {
            hexadecimal(piece, &mut digits);
            f.write_str(as_text(digits.get(..2 * piece.len()).unwrap_or_default()))?;
        }
        Ok(())
    }
}

/// 16 bytes as a UUID (RFC 9562, 4).
#[must_use]
pub fn uuid(bytes: &[u8; 16]) -> [u8; 36] {
    let mut digits = [0; 32];
    hexadecimal(bytes, &mut digits);
    let mut text = [b'-'; 36];
    for (from, at) in [(0..8, 0), (8..12, 9), (12..16, 14), (16..20, 19), (20..32, 24)] {
        let part = digits.get(from).unwrap_or_default();
        if let Some(to) = text.get_mut(at..at + part.len()) {
            to.copy_from_slice(part);
        }
    }
    text
}

/// Digits as text.
#[must_use]
pub fn as_text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// The bytes that digits in lower case stand for; `None` for anything else.
#[must_use]
pub fn decode(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.as_bytes().chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(value(*high)? << 4 | value(*low)?);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The 16 bytes of a UUID, or without hyphens of 32 digits, in lower case.
#[must_use]
pub fn decode_id(text: &str, is_uuid: bool) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut digits = text.as_bytes().iter();
    for (at, byte) in bytes.iter_mut().enumerate() {
        if is_uuid && matches!(at, 4 | 6 | 8 | 10) && digits.next() != Some(&b'-') {
            return None;
        }
        *byte = value(*digits.next()?)? << 4 | value(*digits.next()?)?;
    }
    digits.next().is_none().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_their_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let digits = Hex(&bytes).to_string();
        assert_eq!(digits, hex::encode(&bytes));
        assert_eq!(decode(&digits), Some(bytes));
        for bad in ["0", "0g", "AB", "é", "0x"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode(""), Some(Vec::new()));
    }
}
