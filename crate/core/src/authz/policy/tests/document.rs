//! What is a policy, what is none, and where everything stands.

use proptest::prelude::*;

use super::*;
use crate::model::json;

const STATEMENT: &str = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}"#;
const IDENTITY: &str = r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#;

#[test]
fn accepts_what_aws_accepts() {
    let key = [
        format!(r#"{{"Version":"2012-10-17","Statement":[{STATEMENT}]}}"#),
        format!(r#"{{"Version":"2008-10-17","Id":"any id, é","Statement":{STATEMENT}}}"#),
        format!(r#"{{"Statement":[{STATEMENT},{STATEMENT}]}}"#),
        // Without Action or Resource, or with none in it, a key policy's statement has no effect and no fault.
        r#"{"Statement":{"Effect":"Deny","Principal":"*"}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":[],"NotResource":[]}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Deny","Principal":"*","Sid":"with spaces","Condition":{}}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Deny","Principal":"*","Condition":{"Bool":{}}}}"#.to_owned(),
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Sid":"a"},{"Effect":"Deny","Principal":"*","Sid":"a"}]}"#
            .to_owned(),
    ];
    for text in key {
        assert!(Policy::parse(&text, Kind::Key).is_ok(), "{}", refusal(&text, Kind::Key));
    }
    let sid = |sid: &str| IDENTITY.replace('{', &format!(r#"{{"Sid":"{sid}","#));
    let identity = [
        format!(r#"{{"Statement":[{IDENTITY},{IDENTITY}]}}"#),
        format!(r#"{{"Statement":[{IDENTITY},{},{}]}}"#, sid("a"), sid("b")),
        r#"{"Statement":{"Effect":"Deny","NotAction":[],"NotResource":"*","Sid":"a1"}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Deny","Action":["kms:List*","*","s3:Get?bject"],"Resource":[]}}"#
            .to_owned(),
    ];
    for text in identity {
        assert!(Policy::parse(&text, Kind::Identity).is_ok(), "{}", refusal(&text, Kind::Identity));
    }
}

#[test]
fn the_elements_are_what_they_say() {
    let text = r#"{"Id":"i","Version":"2012-10-17","Statement":[
        {"Sid":"s","Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"NotAction":"kms:A","NotResource":"*"},
        {"Effect":"Allow","Principal":"*","Action":["kms:A","kms:B"],"Resource":"*",
         "Condition":{"Bool":{"aws:a":"true"},"ForAnyValue:StringNotLikeIfExists":{"aws:b":"x","aws:c":"y"}}}]}"#;
    let policy = Policy::parse(text, Kind::Key).unwrap();
    assert_eq!((policy.id.as_deref(), policy.version), (Some("i"), Version::V2012));
    let [first, second] = policy.statements.as_slice() else { panic!() };
    assert_eq!((first.sid.as_deref(), first.effect), (Some("s"), Effect::Deny));
    assert!(first.principals.as_ref().unwrap().is_not);
    assert!(first.actions.as_ref().unwrap().is_not);
    assert!(first.resources.as_ref().unwrap().is_not);
    assert_eq!((second.sid.as_deref(), second.effect), (None, Effect::Allow));
    assert!(!second.principals.as_ref().unwrap().is_not);
    assert!(!second.actions.as_ref().unwrap().is_not);
    assert!(!second.resources.as_ref().unwrap().is_not);
    let keys: Vec<_> = second.conditions.iter().map(|condition| condition.key.as_ref()).collect();
    assert_eq!(keys, ["aws:a", "aws:b", "aws:c"]);
    let operator = second.conditions[1].operator;
    assert_eq!((operator.test, operator.is_negated), (Test::Like, true));
    assert_eq!((operator.if_exists, operator.set), (true, Set::Any));
}

#[test]
fn without_a_version_it_is_the_old_one() {
    let policy = Policy::parse(&format!(r#"{{"Statement":{STATEMENT}}}"#), Kind::Key).unwrap();
    assert_eq!((policy.version, policy.id), (Version::V2008, None));
}

#[test]
fn spans_cut_the_text_out() {
    let text = "{\"Statement\": [ {\n\
        \"Effect\" : \"Allow\",\n\
        \"Principal\" : { \"AWS\" : [ \"111122223333\" , \"*\" ], \"Service\": \"s3.amazonaws.com\" },\n\
        \"NotAction\": [\"kms:A\",  \"kms:\\u0042\" ],\n\
        \"Resource\" :\"*\" , \"Condition\": { \"Bool\" : {\"aws:a\" : [ true , \"false\" ]} } } ] }";
    let policy = Policy::parse(text, Kind::Key).unwrap();
    let statement = &policy.statements[0];
    let cut = statement.span.of(text);
    assert!(cut.starts_with("{\n\"Effect\"") && cut.ends_with("} }"), "{cut}");
    let principals = statement.principals.as_ref().unwrap();
    assert!(principals.span.of(text).starts_with("\"Principal\" : {"));
    assert!(principals.span.of(text).ends_with("amazonaws.com\" }"));
    let cuts: Vec<_> = principals.items.iter().map(|item| item.span.of(text)).collect();
    assert_eq!(cuts, ["\"111122223333\"", "\"*\"", "\"s3.amazonaws.com\""]);
    let actions = statement.actions.as_ref().unwrap();
    assert_eq!(actions.span.of(text), "\"NotAction\": [\"kms:A\",  \"kms:\\u0042\" ]");
    let cuts: Vec<_> = actions.items.iter().map(|item| item.span.of(text)).collect();
    assert_eq!(cuts, ["\"kms:A\"", "\"kms:\\u0042\""]);
    let resources = statement.resources.as_ref().unwrap();
    assert_eq!(resources.span.of(text), "\"Resource\" :\"*\"");
    assert_eq!(resources.items[0].span.of(text), "\"*\"");
    let condition = &statement.conditions[0];
    assert_eq!(condition.span.of(text), "\"aws:a\" : [ true , \"false\" ]");
    assert_eq!(condition.operator.span.of(text), "\"Bool\"");
}

#[test]
fn a_miss_has_its_place() {
    let statement =
        statement(Kind::Identity, r#""Action":"kms:A","Resource":"*","Condition":{"Bool":{"a:b":true}}"#);
    assert_eq!(statement.place_of(Miss::Action), statement.actions.as_ref().unwrap().span);
    assert_eq!(statement.place_of(Miss::Resource), statement.resources.as_ref().unwrap().span);
    assert_eq!(statement.place_of(Miss::Condition(0)), statement.conditions[0].span);
    // There is none in an identity policy, and no second condition.
    assert_eq!(statement.place_of(Miss::Principal), statement.span);
    assert_eq!(statement.place_of(Miss::Condition(1)), statement.span);
}

const WHOLE: &str = r#"{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"s\u00e9","Effect":"Deny","NotPrincipal":
{"AWS":["arn:aws:iam::111122223333:root","arn:aws:sts::111122223333:assumed-role/R/ab"],"Service":"s3.amazonaws.com"},
"NotAction":["kms:Get*","*"],"Resource":"arn:aws:kms:*:111122223333:key/${aws:PrincipalTag/k, 'none'}","Condition":{
"StringLike":{"aws:a":["*${aws:username}?","${*}"]},"NumericLessThan":{"aws:n":-1.5},"DateGreaterThan":{"aws:d":
"2026-11-24T13:00:00.5+01:00"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]},"Bool":{"aws:b":true},
"ForAllValues:BinaryEqualsIfExists":{"aws:x":"AAA="},"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"},"Null":{"aws:z":"false"}}}]}"#;

#[test]
fn a_policy_with_everything_is_one() {
    assert!(Policy::parse(WHOLE, Kind::Key).is_ok(), "{}", refusal(WHOLE, Kind::Key));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    /// Whatever is done to a policy, it is read or refused, and its places are places in the text.
    #[test]
    fn no_mutation_breaks_the_reader(
        cuts in proptest::collection::vec((0usize..1200, 0usize..40, "[\\[\\]{}:,\"*?$\\\\a-z0-9é€ \n]{0,6}"), 1..5),
    ) {
        let mut text = WHOLE.to_owned();
        for (at, length, with) in cuts {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let (start, end) = (boundary(at), boundary(at + length));
            text.replace_range(start..end, &with);
        }
        for kind in [Kind::Key, Kind::Identity] {
            match Policy::parse(&text, kind) {
                Err(fault) => {
                    prop_assert!(text.get(fault.at..fault.at + fault.length).is_some());
                    prop_assert!(fault.describe(&text).ends_with('.'));
                }
                Ok(policy) => {
                    let caller = principal("arn:aws:iam::111122223333:user/alice");
                    let facts = Keys(&[("aws:username", "alice"), ("aws:a", "*"), ("aws:n", "-2"), ("aws:b", "x")]);
                    for statement in &policy.statements {
                        prop_assert!(json::parse(statement.span.of(&text)).is_ok());
                        let _ = statement.applies(&request(&caller, &facts));
                    }
                }
            }
        }
    }
}
