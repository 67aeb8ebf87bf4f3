//! AWS JSON 1.1, as KMS speaks it over HTTP: blobs are base64 and times seconds since 1970 (Smithy's specification, "AWS
//! JSON 1.1 protocol"). A request is read by the shape of its operation and an answer is written in one go, so that no
//! member is made a host's object first only to become text again.

use std::fmt::Write;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::json::{self, Json, Member as Entry, Node};
use super::validate::{Member, Shape};
use super::{SensitiveBlob, Value};

/// The largest whole number that every reader of JSON keeps exact: 2^53 - 1 (RFC 8259, 6).
const LARGEST: i64 = (1 << 53) - 1;

/// The members of the JSON document `text`, as far as they are among `members`; an empty text has none.
///
/// `None` for everything out of the ordinary: what is no JSON, a member of another type, a number that is not whole, a
/// blob that is no canonical base64 (RFC 4648, 4). To say what is wrong with it, if anything, is for whoever asks.
#[must_use]
pub fn read(members: &'static [Member], text: &str) -> Option<Value> {
    if text.is_empty() {
        return Some(Value::Map(Vec::new()));
    }
    match json::parse(text).ok()?.value {
        Json::Object(entries) => structure(members, entries),
        _ => None,
    }
}

fn shaped(shape: &Shape, node: Node<'_>) -> Option<Value> {
    Some(match (shape, node.value) {
        (_, Json::Null) => Value::Null,
        (Shape::Boolean, Json::Boolean(value)) => Value::Boolean(value),
        (Shape::Integer { .. } | Shape::Timestamp, Json::Number(digits)) => {
            Value::Integer(digits.parse().ok().filter(|number| (-LARGEST..=LARGEST).contains(number))?)
        }
        (Shape::String { .. }, Json::Text(text)) => Value::String(text.into_owned()),
        (Shape::Blob { .. }, Json::Text(text)) => {
            Value::Bytes(SensitiveBlob::new(Base64::decode_vec(&text).ok()?))
        }
        (Shape::List { item, .. }, Json::List(items)) => {
            Value::List(items.into_iter().map(|node| shaped(item, node)).collect::<Option<_>>()?)
        }
        (Shape::Map { value }, Json::Object(entries)) => {
            let entries = entries.into_iter();
            let entries = entries.map(|entry| Some((entry.name.into_owned(), shaped(value, entry.node)?)));
            Value::Map(entries.collect::<Option<_>>()?)
        }
        (Shape::Structure(members), Json::Object(entries)) => structure(members, entries)?,
        _ => return None,
    })
}

/// In the order of the service model, whichever the text has.
fn structure(members: &'static [Member], mut entries: Vec<Entry<'_>>) -> Option<Value> {
    let mut read = Vec::with_capacity(entries.len().min(members.len()));
    for member in members {
        if let Some(at) = entries.iter().position(|entry| entry.name == member.name) {
            let entry = entries.swap_remove(at);
            read.push((member.name.to_owned(), shaped(member.shape, entry.node)?));
        }
    }
    Some(Value::Map(read))
}

/// `answer` as a JSON document in UTF-8; nothing at all where it has no members.
#[must_use]
pub fn write(answer: &Value) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::new());
    if !matches!(answer, Value::Map(members) if members.is_empty()) {
        out.reserve_exact(room(answer));
        write_value(answer, &mut out);
    }
    out
}

/// The most bytes that a value takes: a buffer that grows would leave copies behind.
fn room(value: &Value) -> usize {
    /// A control character becomes `\u0000`.
    const ESCAPED: usize = 6;
    /// Of a number, of `false`.
    const SCALAR: usize = 24;
    /// Quotation marks, a colon, a comma.
    const AROUND: usize = 4;
    match value {
        Value::Null | Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => SCALAR,
        Value::String(text) => text.len() * ESCAPED + AROUND,
        Value::Bytes(bytes) => bytes.len().div_ceil(3) * 4 + AROUND,
        Value::List(items) => items.iter().map(|item| room(item) + AROUND).sum::<usize>() + AROUND,
        Value::Map(members) => {
            let members = members.iter().map(|(name, value)| name.len() * ESCAPED + room(value) + AROUND);
            members.sum::<usize>() + AROUND
        }
    }
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        // Text takes all that is written to it.
        Value::Integer(number) => write!(out, "{number}").unwrap_or_default(),
        Value::Float(seconds) => write_seconds(*seconds, out),
        Value::String(text) => write_text(text, out),
        Value::Bytes(bytes) => write_base64(bytes.expose(), out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at > 0, out);
                write_value(item, out);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            let there = members.iter().filter(|(_, value)| !value.is_null());
            for (at, (name, value)) in there.enumerate() {
                separate(at > 0, out);
                write_text(name, out);
                out.push(':');
                write_value(value, out);
            }
            out.push('}');
        }
    }
}

fn separate(is_between: bool, out: &mut String) {
    if is_between {
        out.push(',');
    }
}

/// Every time has milliseconds; of a fraction's zeros JSON writes none at the end.
fn write_seconds(seconds: f64, out: &mut String) {
    #[allow(clippy::cast_possible_truncation)] // saturates, beyond any time there is
    let milliseconds = (seconds * 1000.0).round() as i64;
    if milliseconds < 0 {
        out.push('-');
    }
    let _ = write!(out, "{}", milliseconds.unsigned_abs() / 1000);
    let fraction = milliseconds.unsigned_abs() % 1000;
    if fraction != 0 {
        let _ = write!(out, ".{fraction:03}");
        out.truncate(out.trim_end_matches('0').len());
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What is escaped is one byte long (RFC 8259, 7).
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        let (plain, escaped) = rest.split_at(at);
        out.push_str(plain);
        let mut letters = escaped.chars();
        match letters.next() {
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            None => {}
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn write_base64(bytes: &[u8], out: &mut String) {
    /// Whole groups of three.
    const PIECE: usize = 192;
    out.push('"');
    let mut letters = Zeroizing::new([0; PIECE / 3 * 4]);
    for piece in bytes.chunks(PIECE) {
        // There is room for a piece.
        out.push_str(Base64::encode(piece, &mut *letters).unwrap_or_default());
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::validate::members_of;
    use super::*;

    fn read_of(operation: &str, text: &str) -> Option<Value> {
        read(members_of(operation).unwrap().1, text)
    }

    fn written(value: &Value) -> String {
        let text = write(value);
        assert!(text.len() <= room(value), "{} of {}", text.len(), room(value));
        text.to_string()
    }

    fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn bytes(bytes: &[u8]) -> Value {
        Value::Bytes(SensitiveBlob::new(bytes.to_vec()))
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn a_request_is_read_by_its_shape() {
        let read = read_of(
            "Encrypt",
            r#"{"Plaintext":"AAEC","KeyId":"alias/a","Other":[1],"DryRun":true,
                "EncryptionContext":{"Plaintext":"AAEC","\u00e9":"\ud83d\ude00"},"GrantTokens":["t"]}"#,
        );
        let expected = map([
            ("KeyId", text("alias/a")),
            ("Plaintext", bytes(&[0, 1, 2])),
            ("EncryptionContext", map([("Plaintext", text("AAEC")), ("é", text("😀"))])),
            ("GrantTokens", Value::List(vec![text("t")])),
            ("DryRun", Value::Boolean(true)),
        ]);
        assert_eq!(sorted(read.unwrap()), sorted(expected));
        assert_eq!(read_of("ListKeys", ""), Some(Value::Map(Vec::new())));
        assert_eq!(read_of("ListKeys", r#"{"Limit":7}"#), Some(map([("Limit", Value::Integer(7))])));
        assert_eq!(read_of("ListKeys", r#"{"Marker":null}"#), Some(map([("Marker", Value::Null)])));
        let tags = read_of("TagResource", r#"{"Tags":[{"TagKey":"a","TagValue":"b"}]}"#);
        let tag = map([("TagKey", text("a")), ("TagValue", text("b"))]);
        assert_eq!(tags, Some(map([("Tags", Value::List(vec![tag]))])));
    }

    fn sorted(value: Value) -> Value {
        let Value::Map(mut members) = value else { return value };
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        Value::Map(members)
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left() {
        let cases = [
            ("Encrypt", "no JSON"),
            ("Encrypt", "[]"),
            ("Encrypt", "null"),
            ("Encrypt", r#"{"KeyId":"a","KeyId":"b"}"#),
            ("Encrypt", r#"{"KeyId":1}"#),
            ("Encrypt", r#"{"KeyId":["a"]}"#),
            ("Encrypt", r#"{"KeyId":"\ud800"}"#),
            ("Encrypt", r#"{"Plaintext":"AAE"}"#),
            ("Encrypt", r#"{"Plaintext":"AB=="}"#),
            ("Encrypt", r#"{"Plaintext":"A-_="}"#),
            ("Encrypt", r#"{"EncryptionContext":{"a":{}}}"#),
            ("Encrypt", r#"{"EncryptionContext":["a"]}"#),
            ("ListKeys", r#"{"Limit":1.5}"#),
            ("ListKeys", r#"{"Limit":9007199254740992}"#),
            ("ListKeys", r#"{"Limit":"1"}"#),
        ];
        for (operation, text) in cases {
            assert_eq!(read_of(operation, text), None, "{text}");
        }
    }

    #[test]
    fn an_answer_is_written_as_others_write_it() {
        let cases = [
            (map([]), ""),
            (map([("A", text("\"\\\n\u{1f}é😀"))]), r#"{"A":"\"\\\u000a\u001fé😀"}"#),
            (map([("A", Value::Null), ("B", Value::Boolean(false))]), r#"{"B":false}"#),
            (map([("A", Value::Null)]), "{}"),
            (map([("A", Value::List(vec![Value::Integer(-1), Value::Boolean(true)]))]), r#"{"A":[-1,true]}"#),
            (map([("A", Value::Float(1_700_000_000.0))]), r#"{"A":1700000000}"#),
            (map([("A", Value::Float(1_700_000_000.12))]), r#"{"A":1700000000.12}"#),
            (map([("A", Value::Float(1_700_000_000.007))]), r#"{"A":1700000000.007}"#),
            (map([("A", Value::Float(-0.5))]), r#"{"A":-0.5}"#),
            (map([("A", bytes(b"")), ("B", bytes(b"ab"))]), r#"{"A":"","B":"YWI="}"#),
        ];
        for (value, expected) in cases {
            assert_eq!(written(&value), expected);
        }
    }

    #[test]
    fn a_blob_of_any_length_comes_back() {
        for length in [0, 1, 2, 3, 191, 192, 193, 384, 4096, 6144] {
            let blob: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let text = written(&map([("Plaintext", bytes(&blob))]));
            assert_eq!(read_of("Encrypt", &text), Some(map([("Plaintext", bytes(&blob))])), "{length}");
        }
    }
}
