//! What is a policy, what is none, and where everything stands.

use proptest::prelude::*;

use super::*;
use crate::model::json;

const STATEMENT: &str = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}"#;
const IDENTITY: &str = r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#;

fn refusal(text: &str, kind: Kind) -> String {
    Policy::parse(text, kind).expect_err(text).describe(text)
}

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
    let identity = [
        format!(r#"{{"Statement":[{IDENTITY}]}}"#),
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

/// Each with the fault and the words, if any, or else the column where it stands.
#[test]
fn says_what_is_wrong_with_a_policy_and_where() {
    let table: [(&str, Kind, &str); 17] = [
        ("", Kind::Key, "The text is no JSON: a value is missing at line 1, column 1."),
        ("[]", Kind::Key, "The policy is not a JSON object at line 1, column 1."),
        ("{}", Kind::Key, "The policy has no Statement at line 1, column 1."),
        (r#"{"Statement":[]}"#, Kind::Key, "The policy has no Statement at line 1, column 1."),
        ("{\"\u{100}\":1}", Kind::Key, "A policy consists of the characters of Latin-1 at line 1, column 3."),
        (
            "\t\n\r \u{7f}\u{80}ÿ\u{20ac}",
            Kind::Key,
            "A policy consists of the characters of Latin-1 at line 2, column 6.",
        ),
        ("{\u{1f}}", Kind::Key, "A policy consists of the characters of Latin-1 at line 1, column 2."),
        (
            "{\n \"Version\":\"2020-01-01\"}",
            Kind::Key,
            "The policy's Version is none of 2012-10-17, 2008-10-17 at line 2, column 12: \"2020-01-01\".",
        ),
        (
            r#"{"Version":20121017}"#,
            Kind::Key,
            "The policy's Version is none of 2012-10-17, 2008-10-17 at line 1, column 12.",
        ),
        (
            r#"{"Statements":[]}"#,
            Kind::Key,
            "Policies have no such element at line 1, column 2: \"Statements\".",
        ),
        (
            r#"{"Version":"2012-10-17","Version":"2012-10-17"}"#,
            Kind::Key,
            "The text is no JSON: a name stands twice in one object at line 1, column 25: \"Version\".",
        ),
        (r#"{"Id":1}"#, Kind::Key, "This is no text at line 1, column 7."),
        (r#"{"Id":"i"}"#, Kind::Identity, "An identity policy has no Id at line 1, column 2: \"Id\"."),
        (r#"{"Statement":[1]}"#, Kind::Key, "A statement is not a JSON object at line 1, column 15."),
        (r#"{"Statement":"x"}"#, Kind::Key, "A statement is not a JSON object at line 1, column 14: \"x\"."),
        (r#"{"Statement":[[{}]]}"#, Kind::Key, "A statement is not a JSON object at line 1, column 15."),
        (
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Sid":"a"},{"Effect":"Deny","Action":"*","Resource":"*","Sid":"a"}]}"#,
            Kind::Identity,
            "A statement has the Sid of an earlier one at line 1, column 72.",
        ),
    ];
    for (text, kind, expected) in table {
        assert_eq!(refusal(text, kind), expected, "{text}");
    }
}

/// Each element added to, or put in place of, one of a good statement; the fault, and the words that it points to.
#[test]
fn says_what_is_wrong_with_a_statement_and_where() {
    let table: [(Kind, &str, &str, &str); 64] = [
        (Kind::Key, r#""Principal":"*","Action":"*","Resource":"*""#, "A statement has no Effect", ""),
        (Kind::Key, r#""Effect":"allow""#, "An Effect is neither Allow nor Deny", r#""allow""#),
        (Kind::Key, r#""Effect":true"#, "An Effect is neither Allow nor Deny", "true"),
        (Kind::Key, r#""Effect":"Allow","Actions":"*""#, "Statements have no such element", r#""Actions""#),
        (
            Kind::Key,
            r#""Effect":"Allow","NotEffect":"Deny""#,
            "Statements have no such element",
            r#""NotEffect""#,
        ),
        (Kind::Key, r#""Effect":"Allow","NotSid":"s""#, "Statements have no such element", r#""NotSid""#),
        (Kind::Key, r#""Effect":"Allow","Sid":1"#, "This is no text", "1"),
        (
            Kind::Key,
            r#""Effect":"Allow","Action":"*","Resource":"*""#,
            "A statement has no Principal or NotPrincipal",
            "",
        ),
        (
            Kind::Key,
            r#""Principal":"*","NotPrincipal":"*""#,
            "A statement has this element's opposite as well",
            r#""NotPrincipal""#,
        ),
        (
            Kind::Key,
            r#""NotAction":"*","Action":"*""#,
            "A statement has this element's opposite as well",
            r#""Action""#,
        ),
        (
            Kind::Key,
            r#""Resource":"*","NotResource":"*""#,
            "A statement has this element's opposite as well",
            r#""NotResource""#,
        ),
        (Kind::Key, r#""Principal":"me""#, "A principal is neither \"*\" nor an object", r#""me""#),
        (Kind::Key, r#""Principal":["*"]"#, "A principal is neither \"*\" nor an object", r#"["*"]"#),
        (Kind::Key, r#""Principal":{}"#, "A statement names no principal", "{}"),
        (Kind::Key, r#""Principal":{"AWS":[]}"#, "A statement names no principal", r#"{"AWS":[]}"#),
        (Kind::Key, r#""Principal":{"aws":"*"}"#, "Principals are of no such kind", r#""aws""#),
        (Kind::Key, r#""Principal":{"AWS":1}"#, "This is no text", "1"),
        (Kind::Key, r#""Principal":{"AWS":["*",{}]}"#, "This is no text", "{}"),
        (
            Kind::Key,
            r#""Principal":{"AWS":"11112222333"}"#,
            "This is not the form of a principal",
            r#""11112222333""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::111122223333:user/*""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"AWS":"arn:aws:iam::*:root"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::*:root""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"}"#,
            "This is not the form of a principal",
            r#""AIDACKCEVSQ6C2EXAMPLE""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"AWS":"s3.amazonaws.com"}"#,
            "This is not the form of a principal",
            r#""s3.amazonaws.com""#,
        ),
        (Kind::Key, r#""Principal":{"Service":"*"}"#, "This is not the form of a principal", r#""*""#),
        (Kind::Key, r#""Principal":{"Service":"s3"}"#, "This is not the form of a principal", r#""s3""#),
        (
            Kind::Key,
            r#""Principal":{"Federated":"google"}"#,
            "This is not the form of a principal",
            r#""google""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"Federated":"arn:aws:iam::111122223333:user/a"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::111122223333:user/a""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"Federated":"arn:aws:iam::1:saml-provider/a"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::1:saml-provider/a""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::111122223333:saml-provider/""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/*"}"#,
            "This is not the form of a principal",
            r#""arn:aws:iam::111122223333:saml-provider/*""#,
        ),
        (
            Kind::Key,
            r#""Principal":{"CanonicalUser":"79a5"}"#,
            "This is not the form of a principal",
            r#""79a5""#,
        ),
        (
            Kind::Identity,
            r#""Principal":"*""#,
            "A statement of an identity policy names no principal",
            r#""Principal""#,
        ),
        (
            Kind::Identity,
            r#""NotPrincipal":"*""#,
            "A statement of an identity policy names no principal",
            r#""NotPrincipal""#,
        ),
        (Kind::Identity, r#""Effect":"Allow","Resource":"*""#, "A statement has no Action or NotAction", ""),
        (
            Kind::Identity,
            r#""Effect":"Allow","Action":"*""#,
            "A statement has no Resource or NotResource",
            "",
        ),
        (Kind::Identity, r#""Sid":"a b""#, "A Sid in IAM has letters and digits only", r#""a b""#),
        (Kind::Key, r#""Action":{}"#, "This is no text", "{}"),
        (Kind::Key, r#""Action":["*",null]"#, "This is no text", "null"),
        (
            Kind::Key,
            r#""Action":"Decrypt""#,
            "An action is neither * nor of the form service:name",
            r#""Decrypt""#,
        ),
        (
            Kind::Key,
            r#""Action":"k*s:Decrypt""#,
            "An action is neither * nor of the form service:name",
            r#""k*s:Decrypt""#,
        ),
        (Kind::Key, r#""Action":"kms:""#, "An action is neither * nor of the form service:name", r#""kms:""#),
        (
            Kind::Key,
            r#""Action":":Decrypt""#,
            "An action is neither * nor of the form service:name",
            r#"":Decrypt""#,
        ),
        (
            Kind::Key,
            r#""Action":"kms:De crypt""#,
            "An action is neither * nor of the form service:name",
            r#""kms:De crypt""#,
        ),
        (
            Kind::Key,
            r#""Action":"kms:${aws:username}""#,
            "An action is neither * nor of the form service:name",
            r#""kms:${aws:username}""#,
        ),
        (Kind::Key, r#""Resource":"key/1""#, "A resource is neither * nor an ARN", r#""key/1""#),
        (Kind::Key, r#""Resource":"arn:aws:kms""#, "A resource is neither * nor an ARN", r#""arn:aws:kms""#),
        (Kind::Key, r#""Resource":"arn::kms:*""#, "A resource is neither * nor an ARN", r#""arn::kms:*""#),
        (
            Kind::Key,
            r#""Resource":"arn:aws:k*:*""#,
            "A resource is neither * nor an ARN",
            r#""arn:aws:k*:*""#,
        ),
        (
            Kind::Key,
            r#""Resource":"urn:aws:kms:*""#,
            "A resource is neither * nor an ARN",
            r#""urn:aws:kms:*""#,
        ),
        (
            Kind::Key,
            r#""Resource":"arn:aws:kms:${aws:RequestedRegion}:*:key/*""#,
            "A variable stands before the fifth colon of an ARN",
            r#""arn:aws:kms:${aws:RequestedRegion}:*:key/*""#,
        ),
        (
            Kind::Key,
            r#""Resource":"arn:aws:kms:*:${aws:PrincipalAccount}:key/*""#,
            "A variable stands before the fifth colon of an ARN",
            r#""arn:aws:kms:*:${aws:PrincipalAccount}:key/*""#,
        ),
        (
            Kind::Key,
            r#""Resource":"arn:aws:s3:::b/${aws:username""#,
            "A variable has no closing brace",
            r#""arn:aws:s3:::b/${aws:username""#,
        ),
        (
            Kind::Key,
            r#""Resource":"arn:aws:s3:::b/${}""#,
            "A variable is no condition key such as aws:username",
            r#""arn:aws:s3:::b/${}""#,
        ),
        (
            Kind::Key,
            r#""Resource":"arn:aws:s3:::b/${aws:a, 'b}""#,
            "A variable's default has no closing quote",
            r#""arn:aws:s3:::b/${aws:a, 'b}""#,
        ),
        (Kind::Key, r#""Condition":[]"#, "A condition is no object", "[]"),
        (
            Kind::Key,
            r#""Condition":{"StringEqual":{"aws:a":"b"}}"#,
            "There is no such condition operator",
            r#""StringEqual""#,
        ),
        (
            Kind::Key,
            r#""Condition":{"Bool":true}"#,
            "A condition operator has no object of condition keys",
            "true",
        ),
        (
            Kind::Key,
            r#""Condition":{"Bool":{"a":true}}"#,
            "A condition key has the form service:name",
            r#""a""#,
        ),
        (
            Kind::Key,
            r#""Condition":{"Bool":{"aws:":true}}"#,
            "A condition key has the form service:name",
            r#""aws:""#,
        ),
        (
            Kind::Key,
            r#""Condition":{"Bool":{":a":true}}"#,
            "A condition key has the form service:name",
            r#"":a""#,
        ),
        (
            Kind::Key,
            r#""Condition":{"Bool":{"aws:a":true,"aws:b":true,"AWS:A":true}}"#,
            "A condition key stands twice, if in another case",
            r#""AWS:A""#,
        ),
        (
            Kind::Key,
            r#""Condition":{"StringEquals":{"aws:a":null}}"#,
            "A condition's value is text, a number or a Boolean",
            "null",
        ),
        (
            Kind::Key,
            r#""Condition":{"StringEquals":{"aws:a":["b",["c"]]}}"#,
            "A condition's value is text, a number or a Boolean",
            r#"["c"]"#,
        ),
        (
            Kind::Key,
            r#""Condition":{"StringEquals":{"aws:a":"${a}"}}"#,
            "A variable is no condition key such as aws:username",
            r#""${a}""#,
        ),
    ];
    for (kind, elements, what, words) in table {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{{{elements}}}]}}"#);
        let fault = Policy::parse(&text, kind).expect_err(elements);
        let cut = text.get(fault.at..fault.at + fault.length).unwrap();
        let whole = format!("{{{elements}}}");
        assert_eq!((fault.what, cut), (what, if words.is_empty() { &whole } else { words }), "{elements}");
    }
}

#[test]
fn each_operator_refuses_what_it_cannot_compare() {
    let table = [
        ("NumericEquals", "\"1e3\"", "This is no decimal number"),
        ("NumericLessThanIfExists", "1e3", "This is no decimal number"),
        ("DateEquals", "\"24 Nov 2026\"", "This is neither an ISO 8601 time nor seconds since 1970"),
        ("DateLessThan", "true", "This is neither an ISO 8601 time nor seconds since 1970"),
        ("Bool", "\"yes\"", "This is neither true nor false"),
        ("Bool", "1", "This is neither true nor false"),
        ("Bool", "\"${aws:a}\"", "This is neither true nor false"),
        ("Null", "\"\"", "This is neither true nor false"),
        ("BinaryEquals", "\"AB==\"", "This is not base64"),
        ("IpAddress", "\"10.0.0.0/33\"", "This is neither an IP address nor a network in CIDR notation"),
        ("NotIpAddress", "\"*\"", "This is neither an IP address nor a network in CIDR notation"),
        (
            "ForAnyValue:IpAddress",
            "\"${aws:SourceIp}\"",
            "This is neither an IP address nor a network in CIDR notation",
        ),
    ];
    for (operator, value, what) in table {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Condition":{{"{operator}":{{"aws:a":[{value}]}}}}}}}}"#
        );
        let fault = Policy::parse(&text, Kind::Key).expect_err(operator);
        assert_eq!((fault.what, &text[fault.at..fault.at + fault.length]), (what, value), "{operator}");
    }
    for operator in [
        "",
        "stringEquals",
        "StringEquals ",
        "NullIfExists",
        "IfExists",
        "ForAllValues",
        "ForAllValues:",
        "ForAll:StringEquals",
        "ForAllValues:ForAnyValue:StringEquals",
        "forAllValues:StringEquals",
        "IfExistsStringEquals",
        "StringEqualsIfExistsIfExists",
        "NumericLike",
        "NotBool",
        "BinaryNotEquals",
        "StringNotEqualsNot",
        "DateLike",
    ] {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Condition":{{"{operator}":{{"aws:a":"b"}}}}}}}}"#
        );
        assert!(refusal(&text, Kind::Key).starts_with("There is no such condition operator"), "{operator}");
    }
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
