//! Every operator against every kind of request.

use super::*;

/// Whether a condition holds: `{"OPERATOR": {"test:key": VALUES}}`.
fn holds(operator: &str, values: &str, keys: &[(&str, &str)]) -> bool {
    let condition = format!(r#""Condition":{{"{operator}":{{"test:key":{values}}}}}"#);
    let statement = statement(Kind::Identity, &format!(r#""Action":"*","Resource":"*",{condition}"#));
    let caller = principal("arn:aws:iam::111122223333:root");
    match statement.applies(&request(&caller, &Keys(keys))) {
        Ok(PrincipalMatch::None) => true,
        Err(Miss::Condition(0)) => false,
        other => panic!("{other:?}"),
    }
}

/// An operator, its values in the policy, one of a request that it covers and one that it does not.
const POSITIVE: [(&str, &str, &str, &str); 24] = [
    ("StringEquals", r#""a*""#, "a*", "ab"),
    ("StringEquals", r#"["x","A"]"#, "A", "a"),
    ("StringEqualsIgnoreCase", r#"["x","aB"]"#, "Ab", "a"),
    ("StringLike", r#"["x","a*c?"]"#, "abbcd", "abbc"),
    ("StringLike", r#""""#, "", "a"),
    ("NumericEquals", r#"["7",10]"#, "10.0", "9"),
    ("NumericLessThan", "10", "9.999", "10"),
    ("NumericLessThanEquals", "10", "10", "10.000000001"),
    ("NumericGreaterThan", "-10", "-9", "-10"),
    ("NumericGreaterThanEquals", "\"-10\"", "-10", "-10.5"),
    ("DateEquals", r#""2026-11-24T13:00:00Z""#, "2026-11-24T14:00:00+01:00", "2026-11-24T14:00:00Z"),
    ("DateLessThan", r#""2026-11-24""#, "2026-11-23T23:59:59Z", "2026-11-24T00:00:00Z"),
    ("DateLessThanEquals", r#""2026-11-24""#, "2026-11-24T00:00:00Z", "2026-11-24T00:00:01Z"),
    ("DateGreaterThan", "1795525200", "2026-11-24T13:00:00.1Z", "2026-11-24T13:00:00Z"),
    ("DateGreaterThanEquals", r#""2026-11-24T13:00:00Z""#, "1795525200", "1795525199"),
    ("Bool", "true", "true", "false"),
    ("Bool", r#""False""#, "false", "true"),
    ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", "QmluYXJ6"),
    ("IpAddress", r#"["203.0.113.0/24","2001:db8::/32"]"#, "203.0.113.9", "203.0.114.9"),
    ("IpAddress", r#"["203.0.113.0/24","2001:db8::/32"]"#, "2001:db8::1", "2001:db9::1"),
    ("ArnEquals", r#""arn:aws:s3:::*""#, "arn:aws:s3:::b/o", "arn:aws:sns:::b"),
    (
        "ArnLike",
        r#""arn:aws:sns:*:111122223333:t?""#,
        "arn:aws:sns:eu-west-1:111122223333:t1",
        "arn:aws:sns:a:b:c:111122223333:t1",
    ),
    ("ArnLike", r#""*""#, "anything", ""),
    ("StringEquals", "[1,true]", "true", "false"),
];

#[test]
fn an_operator_holds_where_a_value_is_covered() {
    for (operator, values, hit, miss) in POSITIVE {
        let is_star = values == r#""*""#;
        assert!(holds(operator, values, &[("test:key", hit)]), "{operator} {values} {hit}");
        assert_eq!(holds(operator, values, &[("test:key", miss)]), is_star, "{operator} {values} {miss}");
        // A key's name has no case.
        assert!(holds(operator, values, &[("Test:KEY", hit)]), "{operator}");
        // "If the key that you specify … is not present in the request context, … the condition is false."
        assert!(!holds(operator, values, &[]), "{operator}");
        // Several values of the request: one is enough.
        assert!(holds(operator, values, &[("test:key", miss), ("test:key", hit)]), "{operator}");
    }
}

#[test]
fn if_exists_holds_where_the_key_is_absent() {
    for (operator, values, hit, miss) in POSITIVE {
        let operator = format!("{operator}IfExists");
        assert!(holds(&operator, values, &[("test:key", hit)]), "{operator}");
        assert_eq!(holds(&operator, values, &[("test:key", miss)]), values == r#""*""#, "{operator}");
        assert!(holds(&operator, values, &[]), "{operator}");
        assert!(holds(&operator, values, &[("test:other", miss)]), "{operator}");
    }
}

#[test]
fn for_all_values_holds_where_none_is_left_over() {
    for (operator, values, hit, miss) in POSITIVE {
        if miss.is_empty() || hit.is_empty() {
            continue;
        }
        for operator in [format!("ForAllValues:{operator}"), format!("ForAllValues:{operator}IfExists")] {
            let holds = |keys: &[&str]| {
                let keys: Vec<_> = keys.iter().map(|value| ("test:key", *value)).collect();
                holds(&operator, values, &keys)
            };
            assert!(holds(&[hit]), "{operator}");
            assert!(holds(&[hit, hit]), "{operator}");
            assert!(!holds(&[miss]), "{operator}");
            assert!(!holds(&[hit, miss]), "{operator}");
            assert!(!holds(&[miss, hit]), "{operator}");
            // "It also returns true if there are no keys in the request, or if the key values resolve to a null data
            // set, such as an empty string."
            assert!(holds(&[]), "{operator}");
            assert!(holds(&[""]), "{operator}");
        }
    }
}

#[test]
fn for_any_value_holds_where_one_is_covered() {
    for (operator, values, hit, miss) in POSITIVE {
        if miss.is_empty() || hit.is_empty() {
            continue;
        }
        // Of an absent key, IfExists behind ForAnyValue changes nothing: no value is covered.
        for operator in [format!("ForAnyValue:{operator}"), format!("ForAnyValue:{operator}IfExists")] {
            let holds = |keys: &[&str]| {
                let keys: Vec<_> = keys.iter().map(|value| ("test:key", *value)).collect();
                holds(&operator, values, &keys)
            };
            assert!(holds(&[hit]), "{operator}");
            assert!(holds(&[hit, miss]), "{operator}");
            assert!(holds(&[miss, hit]), "{operator}");
            assert!(!holds(&[miss]), "{operator}");
            assert!(!holds(&[]), "{operator}");
            assert!(!holds(&[""]), "{operator}");
        }
    }
    assert!(!holds("ForAnyValue:StringLike", r#""*""#, &[("test:key", "")]));
}

/// A negated operator, its values, one of a request that it forbids and one that it lets be.
const NEGATED: [(&str, &str, &str, &str); 9] = [
    ("StringNotEquals", r#"["x","a*"]"#, "a*", "ab"),
    ("StringNotEqualsIgnoreCase", r#"["x","aB"]"#, "Ab", "abc"),
    ("StringNotLike", r#"["x","a*"]"#, "ab", "b"),
    ("NumericNotEquals", "[1,2]", "2", "3"),
    ("DateNotEquals", r#"["1999","2026-11-24T13:00Z"]"#, "1795525200", "1795525201"),
    ("NotIpAddress", r#"["10.0.0.0/8","::1"]"#, "10.1.1.1", "11.1.1.1"),
    ("ArnNotEquals", r#"["arn:aws:s3:::b","arn:aws:s3:::c*"]"#, "arn:aws:s3:::cd", "arn:aws:s3:::d"),
    ("ArnNotLike", r#""arn:aws:s3:*:*:c""#, "arn:aws:s3:::c", "arn:aws:s3:::d"),
    ("NumericNotEquals", "1", "1.0", "no number"),
];

#[test]
fn a_negated_operator_holds_where_no_value_is_covered() {
    for (operator, values, hit, miss) in NEGATED {
        for operator in [operator.to_owned(), format!("{operator}IfExists")] {
            assert!(!holds(&operator, values, &[("test:key", hit)]), "{operator} {values} {hit}");
            assert!(holds(&operator, values, &[("test:key", miss)]), "{operator} {values} {miss}");
            // "If the policy condition requires that the key is not matched … and the right key is not present, the
            // condition is true."
            assert!(holds(&operator, values, &[]), "{operator}");
            // Several values of the request: none may be covered.
            assert!(!holds(&operator, values, &[("test:key", miss), ("test:key", hit)]), "{operator}");
            assert!(!holds(&operator, values, &[("test:key", hit), ("test:key", miss)]), "{operator}");
        }
        let all = format!("ForAllValues:{operator}");
        assert!(holds(&all, values, &[("test:key", miss)]), "{all}");
        assert!(!holds(&all, values, &[("test:key", miss), ("test:key", hit)]), "{all}");
        assert!(holds(&all, values, &[]), "{all}");
        let any = format!("ForAnyValue:{operator}");
        assert!(holds(&any, values, &[("test:key", hit), ("test:key", miss)]), "{any}");
        assert!(!holds(&any, values, &[("test:key", hit)]), "{any}");
        assert!(!holds(&any, values, &[]), "{any}");
    }
}

#[test]
fn null_asks_whether_the_key_is_there() {
    for operator in ["Null", "ForAllValues:Null", "ForAnyValue:Null"] {
        for (values, keys, expected) in [
            (r#""true""#, &[][..], true),
            (r#""true""#, &[("test:key", "x")], false),
            ("false", &[], false),
            ("false", &[("test:key", "x")], true),
            ("false", &[("test:key", "true")], true),
            ("[true,false]", &[], true),
            ("[true,false]", &[("test:key", "x")], true),
            // A value of nothing is none.
            ("true", &[("test:key", "")], true),
            ("true", &[("test:key", ""), ("test:key", "x")], false),
        ] {
            assert_eq!(holds(operator, values, keys), expected, "{operator} {values} {keys:?}");
        }
    }
}

/// What IAM Access Analyzer says of empty lists.
#[test]
fn a_condition_without_values_covers_nothing() {
    let key = [("test:key", "x")];
    assert!(!holds("StringEquals", "[]", &key));
    assert!(!holds("StringEquals", "[]", &[]));
    assert!(holds("StringNotEquals", "[]", &key));
    // "Matches only if the key is missing from the request context."
    assert!(holds("ForAllValues:StringEquals", "[]", &[]) && !holds("ForAllValues:StringEquals", "[]", &key));
    assert!(holds("StringEqualsIfExists", "[]", &[]) && !holds("StringEqualsIfExists", "[]", &key));
    // "Never matches the request context."
    assert!(!holds("ForAnyValue:StringEquals", "[]", &[]) && !holds("ForAnyValue:StringEquals", "[]", &key));
}

#[test]
fn what_does_not_parse_in_a_request_is_covered_by_nothing() {
    for (operator, values) in [
        ("NumericGreaterThanEquals", "0"),
        ("DateGreaterThan", "0"),
        ("IpAddress", r#"["0.0.0.0/0","::/0"]"#),
        ("Bool", "true"),
    ] {
        assert!(!holds(operator, values, &[("test:key", "?")]), "{operator}");
    }
}

#[test]
fn variables_are_the_requests_values() {
    let keys = [("test:key", "alice"), ("aws:username", "alice"), ("aws:many", "a"), ("aws:many", "b")];
    let cases = [
        (r#""${aws:username}""#, true),
        (r#""${AWS:UserName}""#, true),
        (r#""al${aws:x, 'ice'}""#, true),
        (r#""al${aws:x, ''}ice""#, true),
        (r#""${aws:username, 'bob'}""#, true),
        (r#""${aws:x, 'bob'}""#, false),
        (r#""${aws:x}""#, false),
        (r#"["${aws:x}","alice"]"#, true),
        // "You cannot use a multivalued context key as a policy variable."
        (r#""${aws:many}""#, false),
        (r#""${aws:many, 'alice'}""#, false),
        (r#""aws:username""#, false),
    ];
    for (values, expected) in cases {
        for operator in ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ForAllValues:StringEquals"]
        {
            assert_eq!(holds(operator, values, &keys), expected, "{operator} {values}");
        }
    }
    let keys = [("test:key", "arn:aws:iam::111122223333:user/alice"), ("aws:username", "alice")];
    assert!(holds("ArnEquals", r#""arn:aws:iam::*:user/${aws:username}""#, &keys));
    assert!(!holds("ArnNotEquals", r#""arn:aws:iam::*:user/${aws:username}""#, &keys));
    let upper = [("test:key", "x-ALICE"), ("aws:username", "alice")];
    assert!(holds("StringEqualsIgnoreCase", r#""X-${aws:username}""#, &upper));
}

/// "Not present means … any attempt to match it fails and causes the statement to be invalid."
#[test]
fn a_variable_without_a_value_holds_in_no_way() {
    let keys = [("test:key", "alice")];
    for operator in
        ["StringEquals", "StringNotEquals", "ForAllValues:StringNotLike", "ForAnyValue:StringNotEquals"]
    {
        assert!(!holds(operator, r#""${aws:username}""#, &keys), "{operator}");
        assert!(!holds(operator, r#"["bob${aws:username}","${aws:username}"]"#, &keys), "{operator}");
    }
    assert!(!holds("StringNotEquals", r#"["bob","${aws:username}"]"#, &keys));
    // Where the key itself is absent, there is nothing to hold it against.
    assert!(holds("StringNotEquals", r#""${aws:username}""#, &[]));
}

#[test]
fn what_a_variable_holds_is_no_wildcard() {
    let with = |value: &'static str, key: &'static str| [("test:key", key), ("aws:v", value)];
    assert!(holds("StringLike", r#""${aws:v}""#, &with("a*", "a*")));
    assert!(!holds("StringLike", r#""${aws:v}""#, &with("a*", "ab")));
    assert!(!holds("StringLike", r#""${aws:v}""#, &with("?", "a")));
    assert!(holds("StringLike", r#""${aws:v}*""#, &with("a*", "a*b")));
    assert!(!holds("StringLike", r#""${aws:v, '*'}""#, &[("test:key", "b")]));
    assert!(!holds("StringLike", r#""${aws:v}""#, &with("${aws:x}", "x")));
    for (values, key, expected) in [
        (r#""${*}""#, "*", true),
        (r#""${*}""#, "a", false),
        (r#""${?}""#, "?", true),
        (r#""${?}""#, "a", false),
        (r#""a${$}{b}""#, "a${b}", true),
        (r#""a*${*}""#, "abc*", true),
        (r#""a*${*}""#, "abc", false),
    ] {
        assert_eq!(holds("StringLike", values, &[("test:key", key)]), expected, "{values} {key}");
    }
    assert!(holds("StringEquals", r#""${*}""#, &[("test:key", "*")]));
}

#[test]
fn conditions_must_all_hold_and_the_first_that_does_not_is_named() {
    let statement = statement(
        Kind::Identity,
        r#""Action":"*","Resource":"*","Condition":{"Bool":{"t:a":"true","t:b":"true"},"StringEquals":{"t:c":"x"}}"#,
    );
    let caller = principal("arn:aws:iam::111122223333:root");
    let applies = |keys: &[(&str, &str)]| statement.applies(&request(&caller, &Keys(keys)));
    let (a, b, c) = (("t:a", "true"), ("t:b", "true"), ("t:c", "x"));
    assert_eq!(applies(&[a, b, c]), Ok(PrincipalMatch::None));
    assert_eq!(applies(&[b, c]), Err(Miss::Condition(0)));
    assert_eq!(applies(&[a, c]), Err(Miss::Condition(1)));
    assert_eq!(applies(&[a, b]), Err(Miss::Condition(2)));
    assert_eq!(applies(&[]), Err(Miss::Condition(0)));
}
