use proptest::prelude::*;

use super::*;

/// The same value as `serde_json` has it.
fn theirs(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Json::Null => serde_json::Value::Null,
        Json::Boolean(value) => (*value).into(),
        Json::Number(text) => serde_json::from_str(text).unwrap(),
        Json::Text(text) => text.as_ref().into(),
        Json::List(items) => items.iter().map(theirs).collect(),
        Json::Object(members) => members.iter().map(|m| (m.name.to_string(), theirs(&m.node))).collect(),
    }
}

#[test]
fn reads_what_serde_json_reads() {
    let texts = [
        r#"{"a":[1,-2,9223372036854775807,true,false,null,"x"],"b":{}}"#,
        " [ ] ",
        r#""\u00e9\ud83d\ude00\n\"\\\/""#,
        r#"{"a\u0062":"\u0041b\u0043d","é":"é\u0041é"}"#,
        "0",
    ];
    for text in texts {
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(theirs(&parse(text).unwrap()), expected);
    }
}

#[test]
fn numbers_are_their_text() {
    for text in ["3.5", "1.25E-2", "-1e3", "0e+0", "9223372036854775808", "1e999", "-0", "17"] {
        assert_eq!(parse(text).unwrap().value, Json::Number(text));
    }
    for text in ["-", "-a", "-.5", "5.", "5.e1", "1e", "1e+", "1e1.5", "1.2.3", "1-1", "00", "-01", "1ee1"] {
        assert!(parse(text).unwrap_err().what.ends_with("a number has no form"), "{text}");
    }
}

#[test]
fn everything_knows_its_place() {
    let text = "{ \"a\" : [ 1.5 , \"x\\ny\" , {} ],\n\"é\":true } ";
    let node = parse(text).unwrap();
    assert_eq!(node.span.of(text), text.trim_end());
    let Json::Object(members) = &node.value else { panic!() };
    let [a, b] = members.as_slice() else { panic!() };
    assert_eq!(a.at.of(text), "\"a\"");
    assert_eq!(a.span().of(text), "\"a\" : [ 1.5 , \"x\\ny\" , {} ]");
    assert_eq!((b.at.of(text), b.node.span.of(text)), ("\"é\"", "true"));
    let Json::List(items) = &a.node.value else { panic!() };
    let cut: Vec<_> = items.iter().map(|item| item.span.of(text)).collect();
    assert_eq!(cut, ["1.5", "\"x\\ny\"", "{}"]);
}

#[test]
fn names_the_fault_and_its_place() {
    let cases = [
        ("", "a value is missing at line 1, column 1"),
        ("{\n \"a\": 1,\n \"a\": 2}", "a name stands twice in one object at line 3, column 2: \"a\""),
        ("{\"\\u0061\": 1, \"a\": 2}", "a name stands twice in one object at line 1, column 15: \"a\""),
        ("[1 2]", "a comma or a closing bracket is missing at line 1, column 4"),
        ("{\"a\":1 2}", "a comma or a closing brace is missing at line 1, column 8"),
        ("{\"a\" 1}", "a colon is missing at line 1, column 6"),
        ("{a:1}", "a name is missing at line 1, column 2"),
        ("{\"a\":1,}", "a name is missing at line 1, column 8"),
        ("[1,]", "a value is missing at line 1, column 4"),
        ("\"a", "a text does not end at line 1, column 3"),
        ("\"\\x\"", "an escape is unknown at line 1, column 2"),
        ("\"é\\ud800\"", "an escape is no character at line 1, column 3"),
        ("1 1", "something stands behind the value at line 1, column 3"),
        ("01", "a number has no form at line 1, column 1"),
        ("\"\n\"", "a control character stands in a text at line 1, column 2"),
    ];
    for (text, expected) in cases {
        let described = parse(text).unwrap_err().describe(text);
        assert_eq!(described, format!("The text is no JSON: {expected}."), "{text}");
    }
    for open in ["[", "{\"\":"] {
        let nested = |depth| parse(&open.repeat(depth)).unwrap_err().what;
        assert!(nested(100_000).ends_with("it is nested too deeply"));
        // The innermost value is missing, and no deeper than may be.
        assert!(nested(DEEPEST).ends_with("a value is missing"));
        assert!(nested(DEEPEST + 1).ends_with("it is nested too deeply"));
    }
}

#[test]
fn a_message_repeats_few_words() {
    let message = |length| {
        let text = format!("\n\"{}\"", "x".repeat(length));
        Span::new(1, text.len()).fault("This").describe(&text)
    };
    assert_eq!(message(78), format!("This at line 2, column 1: \"{}\".", "x".repeat(78)));
    assert_eq!(message(79), "This at line 2, column 1.");
}

#[test]
fn the_first_repeated_name_is_the_fault_among_many() {
    let mut text = "{".to_owned();
    for number in 0..4000 {
        text.push_str(&format!("\"{number}\":0,"));
    }
    let at = text.len();
    text.push_str("\"17\":0,\"3\":0}");
    let fault = parse(&text).unwrap_err();
    assert_eq!((fault.at, fault.length), (at, 4));
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_any_text(text in "[\\[\\]{}:,\"\\\\0-9a-fu.eE+ \n-]{0,24}") {
        let ours = parse(&text);
        let expected = serde_json::from_str::<serde_json::Value>(&text);
        // Stricter only where a name stands twice; ours takes numbers of any size.
        if ours.as_ref().is_err_and(|fault| fault.what.contains("twice"))
            || expected.as_ref().is_err_and(|error| error.to_string().contains("out of range"))
        {
            return Ok(());
        }
        prop_assert_eq!(ours.is_ok(), expected.is_ok(), "{} {:?} {:?}", text, ours, expected);
        if let (Ok(ours), Ok(expected)) = (ours, expected) {
            prop_assert_eq!(theirs(&ours), expected);
            prop_assert_eq!(ours.span.of(&text), text.trim());
        }
    }
}
