//! What is no policy, and where one is told so.

use super::*;

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
