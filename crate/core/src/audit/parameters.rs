//! What an event holds of a request and of an answer: neither blobs, nor what the service model calls sensitive, nor
//! grant tokens.

use crate::keys::{AccountId, KeyId, KeyRef, Region};
use crate::model::cbor::Writer;
use crate::model::{Parameters, Timestamp, Value, time};
use crate::store::{Asked, Event};

/// A request of more than this is not told: a key policy is of 32 KiB at most.
const LONGEST: usize = 40_000;
/// A key's id.
const ID: usize = 17;
/// The ARN of a key of the event's account and Region: its id, and one byte more.
const ARN: usize = ID + 1;

/// What is told of a request's members.
#[must_use]
pub fn of_request(members: &Parameters, account: AccountId, region: &Region) -> Asked {
    let mut to = Writer::with_capacity(96);
    let mut alike = 0;
    for own in [false, true] {
        let told = members.iter().filter(|(name, value)| {
            // A grant token is as good as a permission.
            is_own(name, value) == own && !name.starts_with("GrantToken") && *value != &Value::Map(Vec::new())
        });
        for (name, value) in told {
            to.str(name);
            match value {
                Value::String(text) if own => write_key(text, (account, region), &mut to),
                value => write(name, value, &mut to),
            }
        }
        if !own {
            alike = to.written().len();
        }
    }
    let bytes = to.into_bytes();
    if bytes.len() > LONGEST { Asked::default() } else { Asked { bytes, alike } }
}

/// Whether a member is mostly a call's own: which key, and with which encryption context.
fn is_own(name: &str, value: &Value) -> bool {
    matches!(value, Value::Map(_)) || name.ends_with("KeyId")
}

/// A key's name in short: its id as bytes, its ARN with one more. An alias stays text.
fn write_key(text: &str, (account, region): (AccountId, &Region), to: &mut Writer) {
    if let Ok(id) = text.parse::<KeyId>() {
        return to.bytes(&id.to_ordered_bytes());
    }
    let rest = text.strip_prefix("arn:aws:kms:").and_then(|rest| rest.strip_prefix(region.as_str()));
    let rest = rest.and_then(|rest| rest.strip_prefix(':')?.split_at_checked(12));
    let rest = rest.filter(|(of, _)| of.parse() == Ok(account));
    match rest.and_then(|(_, rest)| rest.strip_prefix(":key/")?.parse::<KeyId>().ok()) {
        Some(id) => {
            let mut bytes = [0; ARN];
            bytes.iter_mut().zip(id.to_ordered_bytes()).for_each(|(to, from)| *to = from);
            to.bytes(&bytes);
        }
        None => to.str(text),
    }
}

/// What was written in short, in words.
pub(super) fn in_words(bytes: &[u8], event: &Event) -> String {
    if let Ok(milliseconds) = bytes.try_into() {
        return time::in_words(Timestamp(i64::from_be_bytes(milliseconds)));
    }
    let Some(id) = bytes.get(..ID).and_then(KeyId::from_ordered_bytes) else { return String::new() };
    match bytes.len() {
        ID => id.to_string(),
        _ => KeyRef { account: event.account, region: event.region.clone(), id }.arn(),
    }
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
