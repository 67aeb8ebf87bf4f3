//! Nothing that may be sent takes long, and nothing panics.

use std::time::{Duration, Instant};

use super::*;

/// The longest key policy.
const LONGEST: usize = 32_768;

/// Reads and evaluates it, and says how long that took.
fn time(text: &str, kind: Kind, keys: &[(&str, &str)]) -> Duration {
    let caller = principal("arn:aws:iam::111122223333:user/alice");
    let start = Instant::now();
    match Policy::parse(text, kind) {
        Ok(policy) => {
            for statement in &policy.statements {
                let _ = statement.applies(&request(&caller, &Keys(keys)));
            }
        }
        Err(fault) => {
            let _ = fault.describe(text);
        }
    }
    start.elapsed()
}

/// `piece` as often as it fits, with its number for `@`, between the two ends.
fn filled(start: &str, piece: &str, end: &str) -> String {
    let mut text = start.to_owned();
    for number in (0..).map(|n: usize| 9_999_usize.saturating_sub(n)) {
        let next = piece.replace('@', &number.to_string());
        if text.len() + next.len() + end.len() > LONGEST {
            break;
        }
        text.push_str(&next);
    }
    text + end
}

/// A policy with as many values in its condition on `a:a` as there is room for.
fn condition(operator: &str, value: &str) -> String {
    let start = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"a:a":["#
    );
    filled(&start, &format!("\"{value}\","), &format!("\"{value}\"]}}}}}}}}"))
}

#[test]
fn no_policy_takes_long() {
    let half = "a".repeat(1024);
    let policies = [
        "[".repeat(LONGEST),
        "{\"\":".repeat(LONGEST / 4),
        "\"".repeat(LONGEST),
        "*".repeat(LONGEST),
        "\\".repeat(LONGEST),
        format!("\"{}", "\\u0061".repeat(LONGEST / 6)),
        format!("\"{}", "\\ud800".repeat(LONGEST / 6)),
        "é".repeat(LONGEST / 2),
        "9".repeat(LONGEST),
        filled("{", "\"@\":0,", "\"x\":0}"),
        filled("{", "\"@\":0,", "\"5\":0}"),
        filled("{", "\"a\":0,", "\"a\":0}"),
        filled(r#"{"Statement":["#, r#"{"Sid":"@"},"#, "{}]}"),
        filled(r#"{"Statement":["#, r#"{"Effect":"Allow","Action":"*","Resource":"*","Sid":"@"},"#, "{}]}"),
        filled(r#"{"Statement":{"Condition":{"#, r#""StringEquals@":{},"#, r#""x":{}}}}"#),
        filled(r#"{"Statement":{"Condition":{"Bool":{"#, r#""a:@":true,"#, r#""b:b":true}}}}"#),
        filled(r#"{"Statement":{"Effect":"Allow","Action":["#, r#""a:@*","#, r#""*"],"Resource":"*"}}"#),
        filled(
            r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":["#,
            r#""arn:a:b:*@*","#,
            r#""*"]}}"#,
        ),
        filled(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:a:b:*"#, "*", r#""}}"#),
        filled(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:a:b:*"#, "*?", r#"b"}}"#),
        condition("StringLike", "*"),
        condition("StringLike", &format!("{}b", "a*".repeat(8000))),
        condition("StringLike", &format!("{}b", "*?".repeat(8000))),
        condition("StringEquals", "${aws:username}"),
        condition("StringLike", "${aws:username}*"),
        condition("ArnLike", ":::::*"),
        condition("NumericEquals", "-0.000000001"),
        condition("DateEquals", "9999-12-31T23:59:59.999999999+23:59"),
        condition("IpAddress", "::ffff:1.2.3.4/128"),
        condition("BinaryEquals", "AAAAAAAA"),
        condition("StringLike", &format!("*{half}b*")),
        condition("StringLike", &format!("*{}b*", "?".repeat(1023))),
        condition("StringLike", &format!("*{}b*", "a?".repeat(500))),
        condition("StringLike", &format!("*{}b*", "a".repeat(63))),
        condition("StringLike", "*aab*"),
    ];
    let value = "a".repeat(2048);
    let keys = [("a:a", value.as_str()), ("aws:username", value.as_str())];
    for text in policies {
        for kind in [Kind::Key, Kind::Identity] {
            // Unoptimised; what is compiled for use takes a tenth of it and less. A busy machine gets another try.
            let is_quick = (0..5).any(|_| time(&text, kind, &keys) < Duration::from_secs(1));
            assert!(is_quick, "{}", &text[..200.min(text.len())]);
        }
    }
}

/// Thousands of patterns, texts, numbers and networks, against a long value and against thousands of values.
#[test]
fn no_value_takes_long() {
    let characters: String = ('\u{4e00}'..).take(600).collect();
    let long = [
        "a".repeat(8192),
        "ab".repeat(4096),
        "aabb".repeat(2048),
        "é".repeat(4096),
        characters.repeat(4),
        format!("a:a:a:a:a:{}", "a".repeat(8000)),
    ];
    let long = long.iter().map(|value| vec![("a:a", value.as_str()), ("a:b", value.as_str())]);
    let numbers: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    let addresses: Vec<String> = (0..2000).map(|number| format!("::{number}")).collect();
    let many = [&numbers, &addresses].into_iter().map(|values| {
        let keys = values.iter().map(|value| ("a:a", value.as_str()));
        keys.collect::<Vec<_>>()
    });
    let policies = [
        condition("StringLike", "*aab*"),
        condition("StringLike", "*a?b?a?@*"),
        condition("StringLike", "*?a?*b?@*"),
        condition("StringNotLike", "a*b*a*b*@"),
        condition("StringLike", &format!("*{}@*", "?".repeat(500))),
        condition("StringLike", &format!("*{}@*", "a?".repeat(250))),
        condition("StringLike", &format!("{}@", "*a".repeat(8000))),
        condition("StringLike", "*${a:b}?@*"),
        condition("StringLike", "*${A:b}${a:B}@*"),
        condition("ArnLike", "*:*:*:*:*:*a?@*"),
        condition("ForAnyValue:StringLike", "*?@!*"),
        condition("ForAllValues:StringNotEquals", "@!"),
        condition("ForAnyValue:StringEqualsIgnoreCase", "@!"),
        condition("ForAnyValue:NumericEquals", "-@"),
        condition("ForAnyValue:NumericGreaterThan", "99@"),
        condition("ForAnyValue:DateEquals", "@"),
        condition("ForAnyValue:IpAddress", "1::@"),
        condition("ForAnyValue:Bool", "true"),
    ];
    for keys in long.chain(many) {
        for text in &policies {
            let is_quick = (0..5).any(|_| time(text, Kind::Identity, &keys) < Duration::from_secs(1));
            assert!(is_quick, "{} {:?}", &text[..200], keys[0]);
        }
    }
}

/// A key policy of full length and ten identity policies, as a call is held against them.
#[test]
fn a_long_policy_is_evaluated_quickly() {
    let key = filled(
        r#"{"Version":"2012-10-17","Statement":["#,
        r#"{"Sid":"Statement @","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/team/Role@"},"Action":["kms:Encrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],"Resource":"*"},"#,
        r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}]}"#,
    );
    let policy = Policy::parse(&key, Kind::Key).unwrap();
    assert!(policy.statements.len() > 140);
    let caller = principal("arn:aws:sts::111122223333:assumed-role/Ops/alice");
    let facts = Keys(&[]);
    let request = request(&caller, &facts);
    let count = || policy.statements.iter().filter(|statement| statement.applies(&request).is_ok()).count();
    assert_eq!(count(), 1);
    let is_quick = (0..20).any(|_| {
        let start = Instant::now();
        count();
        start.elapsed() < Duration::from_millis(5)
    });
    assert!(is_quick);
}
