//! Policy variables: `${aws:username}` is the request's value of that condition key, `${aws:PrincipalTag/team, 'none'}`
//! has a value for where the request has none, and `${*}`, `${?}` and `${$}` are the characters themselves.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::Span;
use super::document::Item;
use super::evaluate::{Facts, Request};
use super::pattern::{self, Compare, Pattern, push_wild};
use crate::model::json::Faults;

/// A resource or a value of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// The same for all requests.
    Fixed(Pattern),
    /// With variables.
    Open(Vec<Piece>),
}

/// A piece of a text that has variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Always the same; the wildcards as in a [`Pattern`].
    Fixed(Vec<u8>),
    /// The request's value of a condition key, or else the default.
    Variable(Box<str>, Option<Box<str>>),
}

/// What stands for itself in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    /// Whether `*` and `?` are wildcards.
    pub(super) has_wildcards: bool,
    /// Whether `${…}` is a variable: since version 2012-10-17.
    pub(super) has_variables: bool,
}

impl Text {
    /// Reads `text`, which stands at `span`.
    pub(super) fn parse(text: &str, span: Span, syntax: Syntax, faults: &mut Faults) -> Self {
        let mut pieces = Vec::new();
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        loop {
            let found = rest.split_once("${").filter(|_| syntax.has_variables);
            let before = found.map_or(rest, |(before, _)| before);
            if syntax.has_wildcards {
                push_wild(&mut bytes, before);
            } else {
                bytes.extend_from_slice(before.as_bytes());
            }
            let Some((_, behind)) = found else { break };
            let Some((variable, behind)) = behind.split_once('}') else {
                faults.add(span, "A variable has no closing brace");
                break;
            };
            rest = behind;
            if matches!(variable, "*" | "?" | "$") {
                bytes.extend_from_slice(variable.as_bytes());
                continue;
            }
            let (key, quoted) = variable.split_once(", '").unwrap_or((variable, "'"));
            let default = quoted.strip_suffix('\'');
            if default.is_none() {
                faults.add(span, "A variable's default has no closing quote");
            }
            if !is_key(key) {
                faults.add(span, "A variable is no condition key such as aws:username");
            }
            let default = default.filter(|_| key.len() < variable.len()).map(Box::from);
            pieces.push(Piece::Fixed(std::mem::take(&mut bytes)));
            pieces.push(Piece::Variable(key.into(), default));
        }
        if pieces.is_empty() {
            return Self::Fixed(Pattern::from_bytes(bytes));
        }
        pieces.push(Piece::Fixed(bytes));
        Self::Open(pieces)
    }

    /// About how many nanoseconds it takes at most to hold a value of `length` bytes against it.
    fn work(&self, length: usize) -> usize {
        match self {
            Self::Fixed(pattern) => pattern.work(length),
            Self::Open(pieces) => pieces.len() * PART * (1 + length / 4),
        }
    }

    /// Whether the text covers `value`; `None` where a variable has no value, so that nobody can tell.
    pub(super) fn matches(&self, value: &str, compare: Compare, facts: &dyn Facts) -> Option<bool> {
        match self {
            Self::Fixed(pattern) => Some(pattern.matches(value, compare)),
            Self::Open(pieces) => {
                filled(pieces, facts).map(|filled| pattern::matches(&filled, value, compare))
            }
        }
    }
}

/// Puts the request's values in. They are literal: whatever they hold is no wildcard.
fn filled(pieces: &[Piece], facts: &dyn Facts) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Fixed(bytes) => out.extend_from_slice(bytes),
            Piece::Variable(key, default) => {
                let mut count = 0;
                facts.values(key, &mut |value| {
                    count += 1;
                    out.extend_from_slice(value.as_bytes());
                });
                match (count, default) {
                    (1, _) => {}
                    (0, Some(default)) => out.extend_from_slice(default.as_bytes()),
                    // A key of several values cannot be a variable.
                    _ => return None,
                }
            }
        }
    }
    Some(out)
}

/// Whether `text` has the form of a condition key: `vendor:name`.
pub(super) fn is_key(text: &str) -> bool {
    text.split_once(':').is_some_and(|(vendor, name)| is_vendor(vendor) && !name.is_empty())
}

/// Whether `text` has the form of a service's prefix, such as `kms`.
pub(super) fn is_vendor(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What takes about so many nanoseconds is tried one text after another; what would take more is worth an index.
const SOON: usize = 4096;
/// So many bytes are a part of a text with variables, where one has to guess.
const PART: usize = 64;

/// Hands over each of the request's values of `key`, once or twice, with whether any of `texts` covers it; `None` where
/// none does and one has a variable without a value.
pub(super) fn each_covered(
    texts: &[Item<Text>],
    key: &str,
    compare: Compare,
    request: &Request<'_>,
    each: &mut dyn FnMut(&str, Option<bool>),
) {
    let mut left = SOON;
    request.values(key, &mut |value| {
        if let Some(covered) = any_matches(texts, value, compare, request.facts, &mut left) {
            each(value, covered);
        }
    });
    if left == 0 {
        request.indexes.each_covered(texts, key, compare, request, each);
    }
}

/// Whether any of `texts` covers the request's resource, as [`each_covered`] says it.
pub(super) fn resource_covered(texts: &[Item<Text>], request: &Request<'_>) -> Option<bool> {
    let mut left = SOON;
    any_matches(texts, request.resource, Compare::Exactly, request.facts, &mut left).unwrap_or_else(|| {
        let mut covered = None;
        request.indexes.each_covered(texts, "", Compare::Exactly, request, &mut |_, is_it| covered = is_it);
        covered
    })
}

/// Whether any of `texts` covers `value`, as [`each_covered`] says it; nothing where it takes more than is left.
fn any_matches(
    texts: &[Item<Text>],
    value: &str,
    compare: Compare,
    facts: &dyn Facts,
    left: &mut usize,
) -> Option<Option<bool>> {
    let mut outcome = Some(false);
    for Item { value: text, .. } in texts {
        *left = left.saturating_sub(text.work(value.len()));
        if *left == 0 {
            return None;
        }
        match text.matches(value, compare, facts) {
            Some(true) => return Some(Some(true)),
            Some(false) => {}
            None => outcome = None,
        }
    }
    Some(outcome)
}
