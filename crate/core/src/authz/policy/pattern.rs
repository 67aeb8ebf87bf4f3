//! Text with wildcards: `*` stands for any characters, none included, and `?` for one.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

/// `*`, as a byte that UTF-8 never has: so a star that is meant as a star needs no escape.
pub(super) const MANY: u8 = 0xff;
/// `?`, likewise.
pub(super) const ONE: u8 = 0xfe;
/// The parts of an ARN, of which the last may have colons itself.
pub(super) const ARN_PARTS: usize = 6;

/// How a text is held against a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Byte for byte.
    Exactly,
    /// As one does not tell `a` from `A`. Beyond ASCII, case counts.
    IgnoringCase,
    /// Part by part between the colons, as ARNs: no star reaches beyond its part. A star alone is any text.
    AsArn,
}

/// A pattern, made ready when its policy is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    shape: Shape,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// No wildcard at all.
    Exact,
    /// One star, at the end.
    Prefix,
    /// Any other.
    Glob,
}

impl Pattern {
    /// Reads `text`, whose stars and question marks are wildcards.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len());
        push_wild(&mut bytes, text);
        Self::from_bytes(bytes)
    }

    /// Of text in which the wildcards are [`MANY`] and [`ONE`].
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Self {
        let shape = match bytes.iter().position(|b| *b >= ONE) {
            None => Shape::Exact,
            Some(first) if first + 1 == bytes.len() && bytes.last() == Some(&MANY) => Shape::Prefix,
            Some(_) => Shape::Glob,
        };
        Self { shape, bytes }
    }

    /// Its bytes, in which the wildcards are [`MANY`] and [`ONE`].
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// About how many nanoseconds it takes at most to hold a text of `length` bytes against it.
    pub(super) fn work(&self, length: usize) -> usize {
        match self.shape {
            Shape::Exact | Shape::Prefix => 1,
            Shape::Glob => 1 + length * self.bytes.len() / 4,
        }
    }

    /// Whether the pattern is `text`, or covers it. Many patterns and long texts are for the index.
    #[must_use]
    pub fn matches(&self, text: &str, compare: Compare) -> bool {
        match (self.shape, self.bytes.split_last()) {
            _ if compare == Compare::AsArn => matches(&self.bytes, text, compare),
            (Shape::Exact, _) => equal(&self.bytes, text.as_bytes(), compare),
            (Shape::Prefix, Some((_, prefix))) => {
                text.as_bytes().get(..prefix.len()).is_some_and(|start| equal(prefix, start, compare))
            }
            _ => matches(&self.bytes, text, compare),
        }
    }
}

/// Adds `text` to a pattern, its stars and question marks as wildcards.
pub(super) fn push_wild(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.bytes().map(|b| match b {
        b'*' => MANY,
        b'?' => ONE,
        _ => b,
    }));
}

/// Holds `text` against a pattern whose wildcards are [`MANY`] and [`ONE`].
pub(super) fn matches(pattern: &[u8], text: &str, compare: Compare) -> bool {
    if compare != Compare::AsArn || pattern == [MANY] {
        return glob(pattern, text, compare).is_some();
    }
    let mut patterns = pattern.splitn(ARN_PARTS, |b| *b == b':');
    let mut texts = text.splitn(ARN_PARTS, ':');
    (0..ARN_PARTS).all(|_| match (patterns.next(), texts.next()) {
        (Some(pattern), Some(text)) => glob(pattern, text, compare).is_some(),
        _ => false,
    })
}

fn equal(a: &[u8], b: &[u8], compare: Compare) -> bool {
    if compare == Compare::IgnoringCase { a.eq_ignore_ascii_case(b) } else { a == b }
}

/// What stands between two stars is looked for from left to right, each behind the one before: a later place could do
/// nothing that the first cannot.
fn glob(pattern: &[u8], text: &str, compare: Compare) -> Option<()> {
    let mut pieces = pattern.split(|b| *b == MANY);
    let mut rest = behind(pieces.next()?, text, compare)?;
    let Some(last) = pieces.next_back() else { return rest.is_empty().then_some(()) };
    for piece in pieces {
        rest = behind_first(piece, rest, compare)?;
    }
    // The last piece stands at the end, as many characters before it as it has.
    let from = match last.iter().filter(|b| !is_within(**b)).count() {
        0 => rest.len(),
        count => rest.char_indices().nth_back(count - 1)?.0,
    };
    behind(last, rest.get(from..)?, compare)?.is_empty().then_some(())
}

/// What follows in `text` on `piece`, if it stands at its beginning.
fn behind<'t>(piece: &[u8], text: &'t str, compare: Compare) -> Option<&'t str> {
    let mut at = 0;
    for b in piece {
        if *b == ONE {
            at += text.get(at..)?.chars().next()?.len_utf8();
        } else {
            let found = text.as_bytes().get(at)?;
            if found != b && !(compare == Compare::IgnoringCase && found.eq_ignore_ascii_case(b)) {
                return None;
            }
            at += 1;
        }
    }
    text.get(at..)
}

/// What follows in `text` on the first place where `piece` stands.
fn behind_first<'t>(piece: &[u8], text: &'t str, compare: Compare) -> Option<&'t str> {
    if piece.len() > text.len() {
        return None;
    }
    let first = piece.first().filter(|b| **b != ONE && compare != Compare::IgnoringCase);
    let mut rest = text;
    loop {
        if let Some(first) = first {
            rest = rest.get(rest.as_bytes().iter().position(|b| b == first)?..)?;
        }
        if let Some(behind) = behind(piece, rest, compare) {
            return Some(behind);
        }
        let mut characters = rest.chars();
        characters.next()?;
        rest = characters.as_str();
    }
}

/// Whether a byte goes on with a character that an earlier one begins.
pub(super) fn is_within(b: u8) -> bool {
    b & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text, Compare::Exactly)
    }

    #[test]
    fn a_pattern_covers_what_its_wildcards_say() {
        let table = [
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("*", "", true),
            ("*", "anything: é/", true),
            ("?", "", false),
            ("?", "é", true),
            ("??", "é", false),
            ("*??", "€", false),
            ("*??", "€a", true),
            ("key/*", "key/", true),
            ("key/*", "key/a/b", true),
            ("key/*", "key", false),
            ("*/key", "a/key", true),
            ("*/key", "a/keys", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "axxbxxc", true),
            ("a*b*c", "acb", false),
            ("*ab", "aab", true),
            ("*aab*", "aaab", true),
            ("*a?b*", "aaéb", true),
            ("*a?b*", "aabb", true),
            ("*a?b*", "ab", false),
            ("*a?b*c", "aéb", false),
            ("*a?b*c", "éaxbbc", true),
            ("*a?*?b*", "axb", false),
            ("*a?*?b*", "axyb", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?*", "a", false),
            ("a?*", "ab", true),
            ("**", "ab", true),
            ("a.c", "abc", false),
            ("Key", "key", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(fits(pattern, text), expected, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn case_counts_only_where_it_should() {
        for pattern in ["kms:Decrypt", "kms:DEC*", "k?s:*crypt"] {
            let pattern = Pattern::new(pattern);
            assert!(pattern.matches("KMS:decrypt", Compare::IgnoringCase));
            assert!(!pattern.matches("KMS:decrypt", Compare::Exactly));
        }
        assert!(!Pattern::new("É").matches("é", Compare::IgnoringCase));
    }

    #[test]
    fn an_arn_is_matched_part_by_part() {
        let table = [
            ("*", "anything", true),
            ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket", true),
            ("arn:aws:s3:::buck*", "arn:aws:s3:::bucket/a:b", true),
            ("arn:*:s3:*:*:bucket", "arn:aws:s3:::bucket", true),
            ("arn:aws:s3:*", "arn:aws:s3:::bucket", false),
            ("arn:aws:s3:::bucket", "arn:aws:s3", false),
            ("arn:aws:*:bucket", "arn:aws:s3:::bucket", false),
            ("arn:aws:s3:::*:b", "arn:aws:s3:::a:b", true),
            ("arn:aws:s3::1*:b", "arn:aws:s3::12:b", true),
            ("arn:aws:s3::1*:b", "arn:aws:s3::12:a:b", false),
            ("arn:aws:s3:::B", "arn:aws:s3:::b", false),
            // The example of the condition operators' page.
            (
                "arn:aws:someservice:*:111122223333:finance/*",
                "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
                false,
            ),
        ];
        for (pattern, text, expected) in table {
            let pattern = Pattern::new(pattern);
            assert_eq!(pattern.matches(text, Compare::AsArn), expected, "{pattern:?} {text:?}");
        }
        assert!(fits(
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
        ));
    }

    #[test]
    fn a_long_piece_with_question_marks_is_found_where_it_stands() {
        for length in [1, 31, 32, 33, 63, 64, 100] {
            let piece = "a?".repeat(length);
            let pattern = format!("*{piece}c*");
            let there = format!("{}{}c", "a".repeat(70), "aé".repeat(length));
            assert!(fits(&pattern, &there), "{length}");
            assert!(fits(&pattern, &format!("{there}x")), "{length}");
            // One character too few, or one that is another.
            assert!(!fits(&pattern, there.trim_end_matches('c')), "{length}");
            assert!(!fits(&pattern, &format!("{}c", "ab".repeat(length).replacen('a', "é", 1))), "{length}");
        }
        assert!(Pattern::new("*A?C*").matches("xaBcx", Compare::IgnoringCase));
        assert!(!Pattern::new("*A?C*").matches("xaBcx", Compare::Exactly));
    }

    /// What the words say, one wildcard after another.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => (0..=text.len()).any(|n| naive(rest, &text[n..])),
            (['?', rest @ ..], [_, others @ ..]) => naive(rest, others),
            ([a, rest @ ..], [b, others @ ..]) => a == b && naive(rest, others),
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn agrees_with_a_naive_matcher(pattern in "[ab€*?]{0,9}|[*][ab?]{1,4}[*][ab?*]{0,3}", text in "[ab€é]{0,9}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(fits(&pattern, &text), naive(&p, &t));
        }
    }
}
