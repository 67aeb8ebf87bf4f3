//! The index of a condition key's values says of each what one pattern after another says.

use proptest::prelude::*;

use super::super::variables::{Syntax, each_covered};
use super::*;
use crate::model::json::Faults;

const COMPARES: [Compare; 3] = [Compare::Exactly, Compare::IgnoringCase, Compare::AsArn];

fn text(text: &str) -> Item<Text> {
    let mut faults = Faults::default();
    let syntax = Syntax { has_wildcards: true, has_variables: true };
    let read = Text::parse(text, Span::default(), syntax, &mut faults);
    Item { span: Span::default(), value: faults.none_or(read).unwrap() }
}

/// What the index says of each value of `a:a`, and what is said without it.
fn both(texts: &[Item<Text>], keys: &[(&str, &str)], compare: Compare) -> [Vec<Option<bool>>; 2] {
    let caller = principal("arn:aws:iam::111122223333:root");
    let facts = Keys(keys);
    let request = request(&caller, &facts);
    let (mut at_once, mut one_by_one) = (Vec::new(), Vec::new());
    let mut each = |_: &str, covered| at_once.push(covered);
    request.indexes.each_covered(texts, "a:a", compare, &request, &mut each);
    facts.values("A:A", &mut |value| {
        let each = texts.iter().map(|text| text.value.matches(value, compare, &facts));
        let each: Vec<Option<bool>> = each.collect();
        let is_open = each.contains(&None);
        let is_covered = each.contains(&Some(true));
        one_by_one.push((is_covered || !is_open).then_some(is_covered));
    });
    [at_once, one_by_one]
}

#[test]
fn places_are_found_on_both_sides_of_a_word() {
    for before in 0..140 {
        for piece in ["b", "b?", "?b", "bé", "b??d", "bcdefghijkl"] {
            let there = piece.replace('?', "€");
            let value = format!("{}{there}{}", "a".repeat(before), "a".repeat(70));
            let near = value.replace('b', "a");
            let patterns =
                [format!("*{piece}*"), format!("a*{piece}*a"), format!("{}{piece}*", "?".repeat(before))];
            for pattern in &patterns {
                let keys = [("a:a", near.as_str()), ("a:a", &value), ("a:b", "é"), ("a:a", "")];
                let [at_once, one_by_one] = both(&[text(pattern)], &keys, Compare::Exactly);
                assert_eq!(at_once, one_by_one, "{pattern} {value}");
                assert_eq!(
                    at_once.get(..2),
                    Some(&[Some(false), Some(before > 0 || !pattern.starts_with('a'))][..])
                );
            }
        }
    }
}

#[test]
fn variables_are_found_wherever_they_stand() {
    for length in [0, 1, 3, 63, 64, 65, 127, 128, 130] {
        let name = "n".repeat(length);
        let value = format!("{}é{name}:{name}x", "a".repeat(61));
        let keys =
            [("a:a", value.as_str()), ("a:name", &name), ("a:two", "1"), ("a:two", "2"), ("a:a", &name)];
        let table = [
            ("*${a:name}:*", Some(true)),
            ("*?${A:NAME}:${a:name}x", Some(true)),
            ("*:${a:name}${a:name}x", Some(length == 0)),
            ("*${a:none, 'é'}*", Some(true)),
            ("*${a:none, 'u'}*", Some(false)),
            ("*${a:none}*", None),
            ("*${a:two}*", None),
            ("*${a:two, 'é'}*", None),
        ];
        for (pattern, expected) in table {
            let [at_once, one_by_one] = both(&[text(pattern)], &keys, Compare::Exactly);
            assert_eq!(at_once.first(), Some(&expected), "{pattern} {length}");
            assert_eq!(at_once, one_by_one, "{pattern} {length}");
        }
        // Where one covers the value, it does not count that nobody can tell of another.
        let texts = [text("*${a:none}*"), text("*${a:name}x"), text("${a:none}")];
        let [at_once, one_by_one] = both(&texts, &keys, Compare::Exactly);
        assert_eq!(at_once, [Some(true), None]);
        assert_eq!(at_once, one_by_one);
    }
}

#[test]
fn the_colons_of_a_variable_part_an_arn() {
    let keys = [
        ("a:a", "a:x:y:c:d:x:y:z"),
        ("a:name", "x:y"),
        ("a:many", ":::::"),
        ("a:none", ""),
        ("a:a", ":::::y"),
    ];
    let table = [
        ("a:${a:name}:c:d:${a:name}:*", [true, false]),
        ("*:${a:name}:*:*:*", [true, false]),
        ("*:${a:name}:*:*", [false, false]),
        ("*:*:*:${a:name}:*", [false, false]),
        ("${a:many}${a:name}*", [false, false]),
        ("${a:many}?", [false, true]),
        ("${a:none}*", [true, true]),
        ("${a:none}**", [false, false]),
        ("*${a:none}", [true, true]),
        ("${a:missing, '*'}", [false, false]),
        ("a:?:?:?:?:*y*", [true, false]),
        ("a:*:?:?:*y*", [false, false]),
    ];
    // Each alone, and all behind one another, where what a variable is has been remembered.
    for (pattern, expected) in table {
        let [at_once, one_by_one] = both(&[text(pattern)], &keys, Compare::AsArn);
        assert_eq!(at_once, expected.map(Some), "{pattern}");
        assert_eq!(at_once, one_by_one, "{pattern}");
    }
    let texts = table.map(|(pattern, _)| text(pattern));
    for (number, (pattern, expected)) in table.iter().enumerate() {
        let caller = principal("arn:aws:iam::111122223333:root");
        let facts = Keys(&keys);
        let request = request(&caller, &facts);
        for list in [&texts[..], &texts[number..=number]] {
            let mut covered = Vec::new();
            let mut each = |_: &str, is_it| covered.push(is_it);
            request.indexes.each_covered(list, "a:a", Compare::AsArn, &request, &mut each);
            assert!(list.len() > 1 || covered == expected.map(Some), "{pattern}");
        }
    }
}

#[test]
fn a_list_is_held_against_the_index_where_it_takes_long() {
    // The first values are held against one text after another, and the last against the index.
    let texts = [text("*a*c*"), text("*b*?d*"), text("*${a:none}x")];
    let values: Vec<String> = (0..200).map(|n| format!("{}ab{n}d", "x".repeat(n % 50))).collect();
    let keys: Vec<(&str, &str)> = values.iter().map(|value| ("a:a", value.as_str())).collect();
    let caller = principal("arn:aws:iam::111122223333:root");
    let facts = Keys(&keys);
    let request = request(&caller, &facts);
    let mut seen = Vec::new();
    let mut times = 0;
    let mut note = |value: &str, covered: Option<bool>| {
        times += 1;
        let pair = (value.to_owned(), covered);
        if !seen.contains(&pair) {
            seen.push(pair);
        }
    };
    each_covered(&texts, "a:a", Compare::Exactly, &request, &mut note);
    let expected: Vec<_> = values.into_iter().map(|value| (value, Some(true))).collect();
    assert_eq!(seen, expected);
    assert!(times > 200 && times < 400, "{times}");
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[abAé*?:]{0,4}",
        1 => Just("${a:name}".to_owned()),
        1 => Just("${A:Other}".to_owned()),
        1 => Just("${a:none, 'a:'}".to_owned()),
        1 => Just("${*}".to_owned()),
    ];
    let arn = "a:[ab*]{0,2}:[ab?]{0,2}:[a*]{0,2}:[*?]{0,2}:[ab:*?é]{0,4}";
    let with_variable = r"a:(\*|\$\{a:name\}):[a*]?(:\*){1,3}:(\*|\$\{a:name\}\*)";
    prop_oneof![
        4 => proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat()),
        1 => arn,
        1 => with_variable,
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abAé€:*]{0,9}",
        2 => "a:[ab]{0,2}:[ab]{0,2}:[a:]{0,2}:[ab]{0,2}:[ab:é]{0,4}",
        1 => "a{50,70}[ab€]{0,9}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn agrees_with_one_pattern_after_another(
        patterns in proptest::collection::vec(pattern(), 1..3),
        values in proptest::collection::vec(value(), 0..4),
        (name, other) in ("[abé:]{0,3}|a{60,66}", "[ab:]{0,6}"),
        compare in 0..3_usize,
    ) {
        let texts: Vec<Item<Text>> = patterns.iter().map(|pattern| text(pattern)).collect();
        let mut keys: Vec<(&str, &str)> = values.iter().map(|value| ("a:a", value.as_str())).collect();
        keys.extend([("a:name", name.as_str()), ("a:other", &other)]);
        let [at_once, one_by_one] = both(&texts, &keys, COMPARES[compare]);
        prop_assert_eq!(at_once, one_by_one, "{:?} {:?}", patterns, keys);
    }
}
