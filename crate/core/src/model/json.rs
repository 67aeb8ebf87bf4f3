//! Reads JSON (RFC 8259) strictly, for policy documents: a name that stands twice in an object, text behind the value
//! and deep nesting are faults, and a fault knows its place.

use std::fmt;

use super::Value;

/// Deeper than any policy: a condition's values are five deep.
const DEEPEST: usize = 32;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// The place, in bytes from the start of the text.
    pub at: usize,
    /// The fault.
    pub what: &'static str,
}

impl JsonError {
    /// The fault with its line and column, both from 1, in `text`.
    #[must_use]
    pub fn describe(&self, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("The text is no JSON: {} at line {line}, column {column}.", self.what)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for JsonError {}

/// Reads the one value that `text` holds.
///
/// # Errors
/// [`JsonError`] at the first fault.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.fault("something stands behind the value")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn fault(&self, what: &'static str) -> JsonError {
        JsonError { at: self.at, what }
    }

    fn rest(&self) -> &str {
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

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.space();
        if depth > DEEPEST {
            return Err(self.fault("it is nested too deeply"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words =
                    [("true", Value::Boolean(true)), ("false", Value::Boolean(false)), ("null", Value::Null)];
                for (word, value) in words {
                    if self.rest().starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.fault("a value is missing"))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut members: Vec<(String, Value)> = Vec::new();
        self.at += 1;
        if self.takes(b'}') {
            return Ok(Value::Map(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a name is missing"));
            }
            let at = self.at;
            let name = self.string()?;
            if members.iter().any(|(earlier, _)| *earlier == name) {
                return Err(JsonError { at, what: "a name stands twice in one object" });
            }
            if !self.takes(b':') {
                return Err(self.fault("a colon is missing"));
            }
            members.push((name, self.value(depth + 1)?));
            if self.takes(b'}') {
                return Ok(Value::Map(members));
            }
            if !self.takes(b',') {
                return Err(self.fault("a comma or a closing brace is missing"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        if self.takes(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return Ok(Value::List(items));
            }
            if !self.takes(b',') {
                return Err(self.fault("a comma or a closing bracket is missing"));
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let Some(c) = self.rest().chars().next() else {
                return Err(self.fault("a text does not end"));
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                '\0'..='\x1f' => return Err(self.fault("a control character stands in a text")),
                _ => {
                    out.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fault("an escape is unknown")),
        };
        self.at += 2;
        Ok(escaped)
    }

    /// `\uXXXX`, or the two halves of a pair.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let half = |reader: &Self, at: usize| {
            let digits = reader.text.get(at..at + 6)?.strip_prefix("\\u")?;
            let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
        };
        let fault = self.fault("an escape is no character");
        let first = half(self, self.at).ok_or_else(|| fault.clone())?;
        let units = [Some(first), half(self, self.at + 6)];
        let decoded = char::decode_utf16(units.into_iter().flatten()).next();
        let character = decoded.and_then(Result::ok).ok_or(fault)?;
        self.at += 6 * character.len_utf16();
        Ok(character)
    }

    /// A whole number that fits, or the text of any other: nobody computes with one that stands in a policy, and to read
    /// it takes tables of 10 KB.
    fn number(&mut self) -> Result<Value, JsonError> {
        let length = self.rest().bytes().take_while(|b| b"+-.eE0123456789".contains(b)).count();
        let text = self.rest().get(..length).unwrap_or_default();
        if !is_number(text) {
            return Err(self.fault("a number has no form"));
        }
        let value = text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer);
        self.at += length;
        Ok(value)
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        let texts = [
            r#"{"a":[1,-2,9223372036854775807,true,false,null,"x"],"b":{}}"#,
            " [ ] ",
            r#""\u00e9\ud83d\ude00\n\"\\\/""#,
            "0",
        ];
        for text in texts {
            assert_eq!(parse(text).unwrap(), serde_json::from_str(text).unwrap());
        }
    }

    #[test]
    fn numbers_that_are_not_whole_or_do_not_fit_are_their_text() {
        for text in ["3.5", "1.25E-2", "-1e3", "0e+0", "9223372036854775808", "1e999"] {
            assert_eq!(parse(text).unwrap(), Value::String(text.to_owned()));
        }
        for text in
            ["-", "-a", "-.5", "5.", "5.e1", "1e", "1e+", "1e1.5", "1.2.3", "1-1", "00", "-01", "1ee1"]
        {
            assert_eq!(parse(text).unwrap_err().what, "a number has no form", "{text}");
        }
        assert_eq!(parse("-0").unwrap(), Value::Integer(0));
    }

    #[test]
    fn names_the_fault_and_its_place() {
        let cases = [
            ("", "a value is missing at line 1, column 1"),
            ("{\n \"a\": 1,\n \"a\": 2}", "a name stands twice in one object at line 3, column 2"),
            ("[1 2]", "a comma or a closing bracket is missing at line 1, column 4"),
            ("{\"a\" 1}", "a colon is missing at line 1, column 6"),
            ("{a:1}", "a name is missing at line 1, column 2"),
            ("\"a", "a text does not end at line 1, column 3"),
            ("\"\\x\"", "an escape is unknown at line 1, column 2"),
            ("\"\\ud800\"", "an escape is no character at line 1, column 2"),
            ("1 1", "something stands behind the value at line 1, column 3"),
            ("01", "a number has no form at line 1, column 1"),
            ("\"\n\"", "a control character stands in a text at line 1, column 2"),
        ];
        for (text, expected) in cases {
            let described = parse(text).unwrap_err().describe(text);
            assert_eq!(described, format!("The text is no JSON: {expected}."), "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)).unwrap_err().what, "it is nested too deeply");
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_any_text(text in "[\\[\\]{}:,\"\\\\0-9a-fu.eE+ \n-]{0,24}") {
            let ours = parse(&text);
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            // Stricter only where a name stands twice; ours takes numbers of any size.
            if ours.as_ref().is_err_and(|error| error.what.contains("twice"))
                || theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"))
            {
                return Ok(());
            }
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{} {:?} {:?}", text, ours, theirs);
        }
    }
}
