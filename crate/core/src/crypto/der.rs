//! DER (X.690), as much of it as keys, signatures and ciphertext blobs are made of: elements with a tag of one byte.
//!
//! Reading is strict. DER writes a thing in one way only, so that what reads is what would be written, and two
//! encodings are equal where their bytes are.

/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;

/// The tag of `[number]` around an element (EXPLICIT), or in the place of a constructed one's (IMPLICIT); below 31.
#[must_use]
pub const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of `[number]` in the place of a primitive element's (IMPLICIT); below 31.
#[must_use]
pub const fn primitive(number: u8) -> u8 {
    0x80 | number
}

/// What is left to read of a series of elements.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads `bytes` from their beginning.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The content of the next element; `None` unless it is whole, of `tag` and of a length in its shortest form
    /// (X.690, 10.1).
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let ([found, first], rest) = self.0.split_first_chunk::<2>()?;
        if *found != tag {
            return None;
        }
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81 => {
                let (length, rest) = rest.split_first_chunk::<1>()?;
                (usize::from(u8::from_be_bytes(*length)), rest)
            }
            0x82 => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            // Nothing that is read here is longer than 64 KiB.
            _ => return None,
        };
        if (*first == 0x81 && length < 0x80) || (*first == 0x82 && length < 0x100) {
            return None;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// As [`Self::take`] for an OPTIONAL element: `Some(None)` where the next one is another.
    pub fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Some(None) }
    }

    /// The elements inside the next one. As [`Self::take`].
    pub fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    /// Passes an element that has to be just this one.
    pub fn expect(&mut self, tag: u8, content: &[u8]) -> Option<()> {
        (self.take(tag)? == content).then_some(())
    }

    /// An INTEGER that is not negative, big-endian without the zero before a high bit (X.690, 8.3).
    pub fn unsigned(&mut self) -> Option<&'a [u8]> {
        let bytes = self.take(INTEGER)?;
        match bytes {
            [0, high, ..] if *high >= 0x80 => bytes.get(1..),
            [0, _, ..] | [] => None,
            [first, ..] => (*first < 0x80).then_some(bytes),
        }
    }

    /// A BIT STRING of whole bytes, under `tag`.
    pub fn bits(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.take(tag)?.split_first().filter(|(unused, _)| **unused == 0).map(|(_, bytes)| bytes)
    }

    /// That nothing is left.
    pub fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// The element of `tag` around `parts`, one behind the other, in a buffer sized once: where they are secret, the
/// caller makes the whole [`zeroize::Zeroizing`], and nothing of them is left elsewhere.
#[must_use]
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(element_len(length));
    begin(tag, length, &mut out);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// How many bytes an element of `length` bytes of content takes.
#[must_use]
pub fn element_len(length: usize) -> usize {
    let digits = if length < 0x80 { 0 } else { length.to_be_bytes().len() - zeros(length) };
    2 + digits + length
}

/// Appends what stands before `length` bytes of content.
pub fn begin(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let digits = digits.get(zeros(length)..).unwrap_or_default();
            // A length has at most eight digits.
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            out.extend_from_slice(digits);
        }
    }
}

/// Appends a whole element.
pub fn push(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    begin(tag, content.len(), out);
    out.extend_from_slice(content);
}

/// How many zero bytes stand before the first digit of a length.
fn zeros(length: usize) -> usize {
    length.to_be_bytes().iter().take_while(|digit| **digit == 0).count()
}

/// A BIT STRING of whole bytes, under `tag`.
#[must_use]
pub fn bits(tag: u8, bytes: &[u8]) -> Vec<u8> {
    element(tag, &[&[0], bytes])
}

/// An INTEGER from its bytes, big-endian, however many zeros stand before them.
#[must_use]
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    element(INTEGER, &[sign, digits])
}

#[cfg(test)]
mod tests;
