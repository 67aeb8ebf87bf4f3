//! What an event holds of a request and of an answer: neither blobs, nor what the service model calls sensitive, nor
//! grant tokens.

use crate::model::cbor::Writer;
use crate::model::{Parameters, Timestamp, Value, time};
use crate::store::Asked;

/// A request of more than this is not told: a key policy is of 32 KiB at most.
const LONGEST: usize = 40_000;

/// What is told of a request's members.
#[must_use]
pub fn of_request(members: &Parameters) -> Asked {
    let mut to = Writer::with_capacity(96);
    let mut ends = [0; Part::ALL.len()];
    for (part, end) in Part::ALL.into_iter().zip(&mut ends) {
        for (name, value) in members.iter() {
            // A grant token is as good as a permission; and what is empty had only secrets in it.
            let is_told =
                !name.starts_with("GrantToken") && !matches!(value, Value::Map(pairs) if pairs.is_empty());
            if is_told && Part::of(name, value) == part {
                to.str(name);
                write(name, value, &mut to);
            }
        }
        *end = to.written().len();
    }
    let bytes = to.into_bytes();
    if bytes.len() > LONGEST { Asked::default() } else { Asked { bytes, ends } }
}

/// How often a member is the same in many calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Almost always.
    Common,
    /// As often as it is the same key.
    Key,
    /// Seldom: an encryption context.
    Own,
}

impl Part {
    const ALL: [Self; 3] = [Self::Common, Self::Key, Self::Own];

    fn of(name: &str, value: &Value) -> Self {
        match value {
            Value::Map(_) => Self::Own,
            _ if name.ends_with("KeyId") => Self::Key,
            _ => Self::Common,
        }
    }
}

/// A time as it was written, in words.
pub(super) fn in_words(bytes: &[u8]) -> String {
    bytes.try_into().map_or_else(|_| String::new(), |at| time::in_words(Timestamp(i64::from_be_bytes(at))))
}

/// What is told of the answer of a call that changes something; empty where that is nothing.
#[must_use]
pub fn of_answer(operation: &str, answer: &Value) -> Vec<u8> {
    match answer {
        Value::Map(members) if !members.is_empty() && !is_read_only(operation) => {
            let mut to = Writer::default();
            write("", answer, &mut to);
            to.into_bytes()
        }
        _ => Vec::new(),
    }
}

/// Writes what is told of a member: neither blobs nor the token that an answer gives out.
fn write(name: &str, value: &Value, to: &mut Writer) {
    match value {
        Value::Null | Value::Bytes(_) => to.null(),
        Value::Boolean(value) => to.bool(*value),
        Value::Integer(seconds) if name == "ValidTo" => to.bytes(&seconds.saturating_mul(1000).to_be_bytes()),
        Value::Integer(number) => to.i64(*number),
        // Every other time is such a number, and nothing else is.
        #[allow(clippy::cast_possible_truncation)] // beyond the last instant there is, it is the last
        Value::Float(seconds) => to.bytes(&((seconds * 1000.0).round() as i64).to_be_bytes()),
        Value::String(text) => to.str(text),
        Value::List(items) => {
            to.array(items.len() as u64);
            items.iter().for_each(|item| write(name, item, to));
        }
        Value::Map(members) => {
            let is_told = |(name, value): &&(String, Value)| {
                name != "GrantToken" && !matches!(value, Value::Bytes(_) | Value::Null)
            };
            to.map(members.iter().filter(is_told).count() as u64);
            for (name, value) in members.iter().filter(is_told) {
                to.str(name);
                write(name, value, to);
            }
        }
    }
}

/// CloudTrail's `readOnly`: cryptographic operations are, since they change nothing in KMS.
pub(super) fn is_read_only(operation: &str) -> bool {
    const STARTS: [&str; 12] = [
        "Encrypt",
        "Decrypt",
        "Generate",
        "ReEncrypt",
        "Sign",
        "Verify",
        "Get",
        "List",
        "Describe",
        "Derive",
        "Encapsulate",
        "Decapsulate",
    ];
    STARTS.iter().any(|start| operation.starts_with(start))
}
