//! Bytes as hexadecimal digits, two a byte, in lower case.

use std::fmt;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Shows bytes as digits.
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Piece by piece through a buffer: a formatter is slow, and an id is in every answer.
        let mut digits = [0; 64];
        for piece in self.0.chunks(digits.len() / 2) {
            for (pair, byte) in digits.chunks_mut(2).zip(piece) {
                let places = [byte >> 4, byte & 0xf];
                for (to, place) in pair.iter_mut().zip(places) {
                    *to = DIGITS.get(usize::from(place)).copied().unwrap_or_default();
                }
            }
            let shown = digits.get(..2 * piece.len()).unwrap_or_default();
            f.write_str(std::str::from_utf8(shown).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Shows 16 bytes as a UUID (RFC 9562, 4).
///
/// # Errors
/// As the formatter's.
pub fn uuid(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [a, b, c, d, e, g, h, i, j, k, rest @ ..] = bytes;
    let (first, second, third, fourth) = ([*a, *b, *c, *d], [*e, *g], [*h, *i], [*j, *k]);
    for part in [&first[..], &second, &third, &fourth] {
        fmt::Display::fmt(&Hex(part), f)?;
        f.write_str("-")?;
    }
    fmt::Display::fmt(&Hex(rest), f)
}

/// The bytes that digits in lower case stand for; `None` for anything else.
#[must_use]
pub fn decode(digits: &str) -> Option<Vec<u8>> {
    let value =
        |digit: &u8| DIGITS.iter().position(|known| known == digit).and_then(|at| u8::try_from(at).ok());
    let pairs = digits.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(value(high)? << 4 | value(low)?),
        _ => None,
    });
    pairs.collect()
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
