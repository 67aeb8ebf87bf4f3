//! Reads JSON (RFC 8259) strictly, for policy documents: a name that stands twice in an object, text behind the value
//! and deep nesting are faults. Everything read knows its place in the text, and a fault knows its own.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// Deeper than any policy: a condition's values are five deep.
const DEEPEST: usize = 32;

/// Each of these faults begins alike.
macro_rules! what {
    ($what:literal) => {
        concat!("The text is no JSON: ", $what)
    };
}

/// A part of a text, in bytes from its start. What is quoted includes its quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it has ended.
    pub end: u32,
}

impl Span {
    /// The part from byte `start` up to byte `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clip(start), end: clip(end) }
    }

    /// The part itself; nothing where `text` is not the one that was read.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// A fault of this part.
    #[must_use]
    pub fn fault(self, what: &'static str) -> Fault {
        let (start, end) = (self.start as usize, self.end as usize);
        Fault { at: start, length: end.saturating_sub(start), what }
    }
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins, in bytes from the start of the text.
    pub at: usize,
    /// How many bytes it takes; none where something is missing.
    pub length: usize,
    /// The fault, without a full stop.
    pub what: &'static str,
}

impl Fault {
    /// The fault as a sentence, with its line and column, both from 1, in `text`, and the words there if they are few.
    #[must_use]
    pub fn describe(&self, text: &str) -> String {
        /// The longest words that a message repeats, in bytes.
        const WORDS: usize = 80;
        let (before, rest) = text.split_at_checked(self.at).unwrap_or((text, ""));
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let words = rest.get(..self.length).unwrap_or_default();
        if words.starts_with('"') && words.len() <= WORDS {
            format!("{} at line {line}, column {column}: {words}.", self.what)
        } else {
            format!("{} at line {line}, column {column}.", self.what)
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Fault {}

/// The first fault that was found. A reader goes on behind one with something blank in its hands: to leave at each
/// place where it might find one, and drop there what it has, was most of what it weighed.
#[derive(Debug, Default)]
pub struct Faults(Option<Fault>);

impl Faults {
    /// Takes note of a fault.
    #[inline(never)]
    pub fn add(&mut self, span: Span, what: &'static str) {
        if self.0.is_none() {
            self.0 = Some(span.fault(what));
        }
    }

    /// What was read, if there was no fault.
    ///
    /// # Errors
    /// The first fault.
    pub fn none_or<T>(self, read: T) -> Result<T, Fault> {
        match self.0 {
            None => Ok(read),
            Some(fault) => Err(fault),
        }
    }
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'a> {
    /// From its first byte to its last.
    pub span: Span,
    /// The value.
    pub value: Json<'a>,
}

/// A value. It borrows from the text that it was read from wherever no escape stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number as it is written: to compute with any that may stand there takes tables of 10 KB.
    Number(&'a str),
    /// Text, its escapes resolved.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Node<'a>>),
    /// An object, in the order it was written.
    Object(Vec<Member<'a>>),
}

/// A name and its value in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name, its escapes resolved.
    pub name: Cow<'a, str>,
    /// The place of the name.
    pub at: Span,
    /// The value.
    pub node: Node<'a>,
}

impl Member<'_> {
    /// From the name to the end of the value.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { start: self.at.start, end: self.node.span.end }
    }
}

/// The place of the first name that `members` have a second time, where `order` says what is the same. Sorts as it
/// goes, since comparing each with each takes too long where someone sends thousands.
pub fn repeated(members: &[Member<'_>], order: fn(&str, &str) -> Ordering) -> Option<Span> {
    let mut sorted: Vec<&Member<'_>> = Vec::with_capacity(members.len());
    for member in members {
        match sorted.binary_search_by(|earlier| order(&earlier.name, &member.name)) {
            Ok(_) => return Some(member.at),
            Err(place) => sorted.insert(place, member),
        }
    }
    None
}

/// Reads the one value that `text` holds.
///
/// # Errors
/// [`Fault`] at the first fault.
pub fn parse(text: &str) -> Result<Node<'_>, Fault> {
    let mut reader = Reader { text, at: 0, faults: Faults::default() };
    let node = reader.node(0);
    reader.space();
    if reader.at != text.len() {
        reader.fail(what!("something stands behind the value"));
    }
    reader.faults.none_or(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    faults: Faults,
}

impl<'a> Reader<'a> {
    /// Notes a fault here and leaves off: behind the end nothing more is found.
    fn fail(&mut self, what: &'static str) {
        self.faults.add(Span::new(self.at, self.at), what);
        self.at = self.text.len();
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes `byte`, and white space before it, if it stands there.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    /// Whether an object or an array has ended with `close`; or else another item follows.
    fn has_ended(&mut self, close: u8, what: &'static str) -> bool {
        if self.takes(close) {
            return true;
        }
        let goes_on = self.takes(b',');
        if !goes_on {
            self.fail(what);
        }
        !goes_on
    }

    fn node(&mut self, depth: usize) -> Node<'a> {
        self.space();
        let start = self.at;
        let value = self.value(depth);
        Node { span: Span::new(start, self.at), value }
    }

    fn value(&mut self, depth: usize) -> Json<'a> {
        if depth > DEEPEST {
            self.fail(what!("it is nested too deeply"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Json::Text(self.string()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words =
                    [("true", Json::Boolean(true)), ("false", Json::Boolean(false)), ("null", Json::Null)];
                for (word, value) in words {
                    if self.rest().starts_with(word) {
                        self.at += word.len();
                        return value;
                    }
                }
                self.fail(what!("a value is missing"));
                Json::Null
            }
        }
    }

    fn object(&mut self, depth: usize) -> Json<'a> {
        let mut members = Vec::new();
        self.at += 1;
        let mut has_ended = self.takes(b'}');
        while !has_ended {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                self.fail(what!("a name is missing"));
            }
            let name = self.string();
            let at = Span::new(start, self.at);
            if !self.takes(b':') {
                self.fail(what!("a colon is missing"));
            }
            members.push(Member { name, at, node: self.node(depth + 1) });
            has_ended = self.has_ended(b'}', what!("a comma or a closing brace is missing"));
        }
        if let Some(place) = repeated(&members, str::cmp) {
            self.faults.add(place, what!("a name stands twice in one object"));
        }
        Json::Object(members)
    }

    fn array(&mut self, depth: usize) -> Json<'a> {
        let mut items = Vec::new();
        self.at += 1;
        let mut has_ended = self.takes(b']');
        while !has_ended {
            items.push(self.node(depth + 1));
            has_ended = self.has_ended(b']', what!("a comma or a closing bracket is missing"));
        }
        Json::List(items)
    }

    fn string(&mut self) -> Cow<'a, str> {
        self.at += 1;
        let mut out = Cow::Borrowed("");
        loop {
            // What an escape or the end ends is never in the middle of a character.
            let plain = self.rest().bytes().take_while(|b| !matches!(b, b'"' | b'\\' | 0..0x20)).count();
            let piece = self.rest().get(..plain).unwrap_or_default();
            if out.is_empty() {
                out = Cow::Borrowed(piece);
            } else {
                out.to_mut().push_str(piece);
            }
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return out;
                }
                Some(b'\\') => match self.escape() {
                    Ok(c) => out.to_mut().push(c),
                    Err(what) => self.fail(what),
                },
                Some(_) => self.fail(what!("a control character stands in a text")),
                None => {
                    self.fail(what!("a text does not end"));
                    return out;
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, &'static str> {
        let escaped = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode().ok_or(what!("an escape is no character")),
            _ => return Err(what!("an escape is unknown")),
        };
        self.at += 2;
        Ok(escaped)
    }

    /// `\uXXXX`, or the two halves of a pair (RFC 8259, 7).
    fn unicode(&mut self) -> Option<char> {
        let first = self.half(self.at)?;
        let (code, length) = match first {
            0xd800..0xdc00 => {
                let second = self.half(self.at + 6).filter(|second| (0xdc00..0xe000).contains(second))?;
                (0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00)), 12)
            }
            _ => (first, 6),
        };
        let character = char::from_u32(code)?;
        self.at += length;
        Some(character)
    }

    fn half(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().try_fold(0, |code, b| Some(code << 4 | char::from(b).to_digit(16)?))
    }

    fn number(&mut self) -> Json<'a> {
        let length = self.rest().bytes().take_while(|b| b"+-.eE0123456789".contains(b)).count();
        let text = self.rest().get(..length).unwrap_or_default();
        if is_number(text) {
            self.at += length;
        } else {
            self.fail(what!("a number has no form"));
        }
        Json::Number(text)
    }
}

/// RFC 8259, 6: `[ minus ] int [ frac ] [ exp ]`.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(fraction) && digits(exponent)
}

#[cfg(test)]
mod tests;
