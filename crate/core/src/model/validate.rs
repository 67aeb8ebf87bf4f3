//! Checks an input against the constraints of the service model, in AWS's words.
//!
//! One walker over one table: all violations of a request are found and told in one message.

use std::fmt::{self, Write};

use super::constraints::{OPERATIONS, Pattern};
use super::{KmsError, Value};

/// A member of an input structure.
#[derive(Debug)]
pub struct Member {
    /// The member's name on the wire.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What its value must look like.
    pub shape: &'static Shape,
}

/// What a value must look like. Lengths are in UTF-16 code units for text, bytes for blobs, items for lists.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The least value.
        min: Option<i64>,
        /// The greatest value.
        max: Option<i64>,
    },
    /// Text.
    String {
        /// The least length.
        min: Option<usize>,
        /// The greatest length.
        max: Option<usize>,
        /// What the whole text must match.
        pattern: Option<Pattern>,
        /// What it must be one of; empty where any text will do.
        values: &'static [&'static str],
        /// Whether an error must not repeat it.
        sensitive: bool,
    },
    /// Bytes.
    Blob {
        /// The least length.
        min: Option<usize>,
        /// The greatest length.
        max: Option<usize>,
    },
    /// Seconds since 1970.
    Timestamp,
    /// A list.
    List {
        /// The least number of items.
        min: Option<usize>,
        /// The greatest number of items.
        max: Option<usize>,
        /// What each item must look like.
        item: &'static Shape,
    },
    /// A map from text.
    Map {
        /// What each value must look like.
        value: &'static Shape,
    },
    /// A structure.
    Structure(&'static [Member]),
}

/// The name and the input members of `operation`; `None` where the service model has no such operation.
#[must_use]
pub fn members_of(operation: &str) -> Option<(&'static str, &'static [Member])> {
    let at = OPERATIONS.binary_search_by_key(&operation, |(name, _)| name).ok()?;
    OPERATIONS.get(at).copied()
}

/// Checks `input` against `members`.
///
/// # Errors
/// `SerializationException` where a member is of another type; otherwise one `ValidationException` that names
/// every violation in the model's order.
pub fn validate(members: &'static [Member], input: &Value) -> Result<(), KmsError> {
    let mut violations = Vec::new();
    structure(members, input, None, &mut violations)?;
    if violations.is_empty() {
        return Ok(());
    }
    let count = violations.len();
    let noun = if count == 1 { "error" } else { "errors" };
    Err(KmsError::validation(format!("{count} validation {noun} detected: {}", violations.join("; "))))
}

/// Where a value stands, as AWS's errors write it: `tags.1.member.tagKey`. Written only where something is wrong.
struct Path<'a> {
    within: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Member(&'a str),
    Item(usize),
    Entry(&'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within {
            write!(f, "{within}.")?;
        }
        match self.step {
            Step::Member(name) => {
                // `KeyId` → `keyId`
                let mut letters = name.chars();
                letters.next().map(|first| first.to_ascii_lowercase()).map_or(Ok(()), |c| f.write_char(c))?;
                f.write_str(letters.as_str())
            }
            Step::Item(at) => write!(f, "{}.member", at + 1),
            Step::Entry(key) => write!(f, "{key}.member"),
        }
    }
}

fn structure(
    members: &'static [Member],
    input: &Value,
    within: Option<&Path<'_>>,
    out: &mut Vec<String>,
) -> Result<(), KmsError> {
    if !matches!(input, Value::Map(_) | Value::Null) {
        return Err(mistyped(input, "a structure"));
    }
    for member in members {
        let path = Path { within, step: Step::Member(member.name) };
        match input.get(member.name) {
            Some(value) => check(member.shape, value, &path, out)?,
            None if member.required => out.push(format!(
                "Value null at '{path}' failed to satisfy constraint: Member must not be null"
            )),
            None => {}
        }
    }
    Ok(())
}

fn check(
    shape: &'static Shape,
    value: &Value,
    path: &Path<'_>,
    out: &mut Vec<String>,
) -> Result<(), KmsError> {
    let mut fail = |constraint: fmt::Arguments<'_>| {
        let shown = shown(shape, value);
        out.push(format!("Value {shown}at '{path}' failed to satisfy constraint: Member must {constraint}"));
    };
    match (shape, value) {
        (Shape::Boolean, Value::Boolean(_)) | (Shape::Timestamp, Value::Integer(_) | Value::Float(_)) => {}
        (Shape::Integer { min, max }, Value::Integer(number)) => {
            if let Some(min) = min.filter(|min| number < min) {
                fail(format_args!("have value greater than or equal to {min}"));
            }
            if let Some(max) = max.filter(|max| number > max) {
                fail(format_args!("have value less than or equal to {max}"));
            }
        }
        (Shape::String { min, max, pattern, values, .. }, Value::String(text)) => {
            check_length(|| utf16_length(text), *min, *max, &mut fail);
            if let Some(pattern) = pattern.filter(|pattern| !matches(*pattern, text)) {
                fail(format_args!("satisfy regular expression pattern: {}", pattern.text()));
            }
            if !values.is_empty() && !values.contains(&text.as_str()) {
                fail(format_args!("satisfy enum value set: [{}]", values.join(", ")));
            }
        }
        (Shape::Blob { min, max }, Value::Bytes(bytes)) => {
            check_length(|| bytes.len(), *min, *max, &mut fail);
        }
        (Shape::List { min, max, item }, Value::List(items)) => {
            check_length(|| items.len(), *min, *max, &mut fail);
            for (at, value) in items.iter().enumerate() {
                check(item, value, &Path { within: Some(path), step: Step::Item(at) }, out)?;
            }
        }
        (Shape::Map { value: shape }, Value::Map(entries)) => {
            for (key, value) in entries {
                check(shape, value, &Path { within: Some(path), step: Step::Entry(key) }, out)?;
            }
        }
        (Shape::Structure(members), Value::Map(_)) => structure(members, value, Some(path), out)?,
        (shape, value) => return Err(mistyped(value, shape.noun())),
    }
    Ok(())
}

fn check_length(
    length: impl Fn() -> usize,
    min: Option<usize>,
    max: Option<usize>,
    fail: &mut dyn FnMut(fmt::Arguments<'_>),
) {
    if let Some(min) = min.filter(|min| length() < *min) {
        fail(format_args!("have length greater than or equal to {min}"));
    }
    if let Some(max) = max.filter(|max| length() > *max) {
        fail(format_args!("have length less than or equal to {max}"));
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The value as a violation repeats it.
fn shown(shape: &Shape, value: &Value) -> String {
    match (shape, value) {
        (Shape::String { sensitive: true, .. }, _) => String::new(),
        (_, Value::Integer(number)) => format!("'{number}' "),
        (_, Value::String(text)) => format!("'{text}' "),
        (_, Value::List(items)) => {
            format!("'[{}]' ", items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    }
}

impl Shape {
    fn noun(&self) -> &'static str {
        match self {
            Self::Boolean => "a Boolean",
            Self::Integer { .. } => "an Integer",
            Self::String { .. } => "a String",
            Self::Blob { .. } => "a Blob",
            Self::Timestamp => "a Timestamp",
            Self::List { .. } => "a List",
            Self::Map { .. } => "a Map",
            Self::Structure(_) => "a Structure",
        }
    }
}

fn mistyped(value: &Value, wanted: &str) -> KmsError {
    let got = match value {
        Value::Null => "NULL_VALUE",
        Value::Boolean(true) => "TRUE_VALUE",
        Value::Boolean(false) => "FALSE_VALUE",
        Value::Integer(_) | Value::Float(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Bytes(_) => "BLOB_VALUE",
        Value::List(_) => return KmsError::serialization("Start of list found where not expected"),
        Value::Map(_) => {
            return KmsError::serialization("Start of structure or map found where not expected.");
        }
    };
    KmsError::serialization(format!("{got} can not be converted to {wanted}"))
}

/// Whether the whole of `text` matches. Each arm is the pattern that [`Pattern::text`] gives.
fn matches(pattern: Pattern, text: &str) -> bool {
    fn some_of(text: &str, allowed: impl Fn(char) -> bool) -> bool {
        !text.is_empty() && text.chars().all(allowed)
    }
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match pattern {
        Pattern::AccountId => text.len() == 12 && some_of(text, |c| c.is_ascii_digit()),
        Pattern::AliasName => some_of(text, |c| alphanumeric(c) || ":/_-".contains(c)),
        Pattern::LowerHex => some_of(text, |c| c.is_ascii_digit() || ('a'..='f').contains(&c)),
        Pattern::CloudHsmCluster => text.strip_prefix("cluster-").is_some_and(|id| {
            (11..=16).contains(&id.len())
                && some_of(id, |c| c.is_ascii_alphabetic() || ('2'..='7').contains(&c))
        }),
        Pattern::SourceArn => source_arn(text),
        Pattern::MaterialDescription => {
            some_of(text, |c| alphanumeric(c) || ":/_.-".contains(c) || " \t\n\r\u{b}\u{c}".contains(c))
        }
        Pattern::Marker => text.chars().all(|c| ('\u{20}'..='\u{ff}').contains(&c)),
        Pattern::Word => some_of(text, word),
        Pattern::Policy => some_of(text, |c| "\t\n\r".contains(c) || ('\u{20}'..='\u{ff}').contains(&c)),
        Pattern::Principal => some_of(text, |c| word(c) || "+=,.@:/-".contains(c)),
        Pattern::Region => region(text),
        Pattern::ServicePrincipal => {
            text.split('.').count() >= 3
                && text.split('.').all(|part| some_of(part, |c| alphanumeric(c) || c == '-'))
        }
        Pattern::XksKeyId => some_of(text, |c| alphanumeric(c) || "-_.".contains(c)),
        Pattern::XksAccessKeyId => some_of(text, |c| c.is_ascii_uppercase() || ('2'..='7').contains(&c)),
        Pattern::XksSecret => some_of(text, |c| alphanumeric(c) || "/+=".contains(c)),
        Pattern::XksEndpoint => text
            .strip_prefix("https://")
            .is_some_and(|host| some_of(host, |c| alphanumeric(c) || ".-".contains(c))),
        Pattern::XksPath => xks_path(text),
        Pattern::XksService => xks_service(text),
    }
}

/// `([a-z]+-){2,3}\d+`
fn region(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()))
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
}

/// `arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+`
fn source_arn(text: &str) -> bool {
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, region, account, resource] => {
            partition.strip_prefix("aws").is_some_and(|rest| rest.chars().all(lower))
                && !service.is_empty()
                && service.chars().all(lower)
                && region.chars().all(lower)
                && account.len() == 12
                && account.chars().all(|c| c.is_ascii_digit())
                && !resource.is_empty()
                && !resource.contains(['\n', '\r'])
        }
        _ => false,
    }
}

/// `(/[a-zA-Z0-9/_-]+)?/kms/xks/v\d{1,2}`
fn xks_path(text: &str) -> bool {
    text.rsplit_once("/kms/xks/v").is_some_and(|(prefix, version)| {
        (1..=2).contains(&version.len())
            && version.chars().all(|c| c.is_ascii_digit())
            && (prefix.is_empty()
                || (prefix.len() > 1
                    && prefix.starts_with('/')
                    && prefix.chars().all(|c| c.is_ascii_alphanumeric() || "/_-".contains(c))))
    })
}

/// `(com|eu)\.amazonaws\.vpce\.REGION\.vpce-svc-[0-9a-z]+`
fn xks_service(text: &str) -> bool {
    let rest = ["com.amazonaws.vpce.", "eu.amazonaws.vpce."].iter().find_map(|p| text.strip_prefix(p));
    rest.and_then(|rest| rest.split_once(".vpce-svc-")).is_some_and(|(place, id)| {
        region(place) && !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    fn map(members: Vec<(&str, Value)>) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn message(operation: &str, input: Value) -> String {
        validate(members_of(operation).unwrap().1, &input)
            .map_or_else(|e| e.to_string(), |()| "ok".to_owned())
    }

    #[test]
    fn speaks_in_aws_words() {
        let blob = |length| Value::Bytes(super::super::SensitiveBlob::new(vec![0; length]));
        let cases = [
            (
                "GenerateRandom",
                vec![("NumberOfBytes", Value::Integer(0))],
                "ValidationException: 1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy \
              constraint: Member must have value greater than or equal to 1",
            ),
            (
                "Encrypt",
                vec![("KeyId", text("k")), ("Plaintext", blob(4097))],
                "ValidationException: 1 validation error detected: Value at 'plaintext' failed to satisfy \
              constraint: Member must have length less than or equal to 4096",
            ),
            (
                "Encrypt",
                vec![],
                "ValidationException: 2 validation errors detected: Value null at 'keyId' failed to satisfy \
              constraint: Member must not be null; Value null at 'plaintext' failed to satisfy constraint: \
              Member must not be null",
            ),
            (
                "GenerateDataKey",
                vec![("KeyId", text("k")), ("KeySpec", text("AES_512"))],
                "ValidationException: 1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy \
              constraint: Member must satisfy enum value set: [AES_256, AES_128]",
            ),
            (
                "TagResource",
                vec![
                    ("KeyId", text("k")),
                    ("Tags", Value::List(vec![map(vec![("TagKey", text("")), ("TagValue", text(""))])])),
                ],
                "ValidationException: 1 validation error detected: Value '' at 'tags.1.member.tagKey' failed to \
              satisfy constraint: Member must have length greater than or equal to 1",
            ),
            (
                "Encrypt",
                vec![("KeyId", Value::Integer(1)), ("Plaintext", blob(1))],
                "SerializationException: NUMBER_VALUE can not be converted to a String",
            ),
            (
                "DescribeKey",
                vec![("KeyId", Value::List(vec![]))],
                "SerializationException: Start of list found where not expected",
            ),
            ("DescribeKey", vec![("KeyId", text("k")), ("Unknown", text("ignored"))], "ok"),
            ("DescribeKey", vec![("KeyId", text("k")), ("GrantTokens", Value::Null)], "ok"),
        ];
        for (operation, members, expected) in cases {
            assert_eq!(message(operation, map(members)), expected);
        }
    }

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert_eq!(OPERATIONS.len(), 56);
        assert!(OPERATIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn patterns_match_whole_texts() {
        let cases: [(Pattern, &[&str], &[&str]); 18] = [
            (Pattern::AccountId, &["000000000000"], &["", "00000000000", "00000000000x"]),
            (Pattern::AliasName, &["alias/a_b-c:d"], &["", "alias/ä", "a b"]),
            (Pattern::LowerHex, &["0af"], &["", "0AF", "g"]),
            (Pattern::CloudHsmCluster, &["cluster-abcdefg2345"], &["cluster-", "cluster-abcdefg0189"]),
            (
                Pattern::SourceArn,
                &["arn:aws:s3:::x".replace("::x", ":000000000000:x").leak()],
                &["arn:aws:s3:::x", "arn:gcp:s3::000000000000:x", "arn:aws:s3::000000000000:"],
            ),
            (Pattern::MaterialDescription, &["a b.c"], &["", "a#"]),
            (Pattern::Marker, &["", "ÿ"], &["\n", "Ā"]),
            (Pattern::Word, &["default"], &["", "a-b"]),
            (Pattern::Policy, &["{\n}"], &["", "Ā"]),
            (Pattern::Principal, &["arn:aws:iam::000000000000:user/a+b@c"], &["", "a b"]),
            (
                Pattern::Region,
                &["us-east-1", "us-gov-west-1"],
                &["us-1", "us-east-", "Us-east-1", "a-b-c-d-1"],
            ),
            (Pattern::ServicePrincipal, &["s3.amazonaws.com"], &["amazonaws.com", "s3..com", ""]),
            (Pattern::XksKeyId, &["a-_."], &["", "a/b"]),
            (Pattern::XksAccessKeyId, &["AZ27"], &["", "a", "1"]),
            (Pattern::XksSecret, &["a/+="], &["", "-"]),
            (Pattern::XksEndpoint, &["https://a.b"], &["http://a.b", "https://", "https://a/b"]),
            (
                Pattern::XksPath,
                &["/kms/xks/v1", "/a/kms/xks/v12"],
                &["/kms/xks/v", "/kms/xks/v123", "a/kms/xks/v1"],
            ),
            (
                Pattern::XksService,
                &["com.amazonaws.vpce.us-east-1.vpce-svc-0a"],
                &["com.amazonaws.vpce.us-east-1.vpce-svc-", "org.amazonaws.vpce.us-east-1.vpce-svc-0"],
            ),
        ];
        for (pattern, good, bad) in cases {
            for text in good {
                assert!(matches(pattern, text), "{pattern:?} {text:?}");
            }
            for text in bad {
                assert!(!matches(pattern, text), "{pattern:?} {text:?}");
            }
        }
    }
}
