//! Actions, resources, and the order in which a statement is looked at.

use super::*;

fn applies(
    elements: &str,
    action: &str,
    resource: &str,
    keys: &[(&str, &str)],
) -> Result<PrincipalMatch, Miss> {
    let caller = principal("arn:aws:iam::111122223333:user/alice");
    let facts = Keys(keys);
    statement(Kind::Identity, elements).applies(&Request { action, resource, ..request(&caller, &facts) })
}

#[test]
fn an_action_has_no_case_and_may_have_wildcards() {
    for (actions, hit, miss) in [
        (r#""kms:Decrypt""#, "kms:Decrypt", "kms:Encrypt"),
        (r#""KMS:decrypt""#, "kms:Decrypt", "kms:DecryptX"),
        (r#"["s3:*","kms:re*"]"#, "kms:ReEncryptFrom", "kms:Decrypt"),
        (r#""kms:*KeyPolicy""#, "kms:PutKeyPolicy", "kms:ListKeyPolicies"),
        (r#""kms:?ecrypt""#, "kms:Decrypt", "kms:ReDecrypt"),
        (r#""kms:*""#, "kms:Decrypt", "s3:GetObject"),
    ] {
        let statement = format!(r#""Action":{actions},"Resource":"*""#);
        assert_eq!(applies(&statement, hit, KEY, &[]), Ok(PrincipalMatch::None), "{actions}");
        assert_eq!(applies(&statement, miss, KEY, &[]), Err(Miss::Action), "{actions}");
        let statement = format!(r#""NotAction":{actions},"Resource":"*""#);
        assert_eq!(applies(&statement, hit, KEY, &[]), Err(Miss::Action), "{actions}");
        assert_eq!(applies(&statement, miss, KEY, &[]), Ok(PrincipalMatch::None), "{actions}");
    }
    assert_eq!(applies(r#""Action":"*","Resource":"*""#, "any:Thing", KEY, &[]), Ok(PrincipalMatch::None));
    assert_eq!(applies(r#""Action":[],"Resource":"*""#, "kms:A", KEY, &[]), Err(Miss::Action));
    assert_eq!(applies(r#""NotAction":[],"Resource":"*""#, "kms:A", KEY, &[]), Ok(PrincipalMatch::None));
}

#[test]
fn a_resource_is_an_arn_with_wildcards_and_has_case() {
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/alice";
    for (resources, hit, miss) in [
        (format!(r#""{KEY}""#), KEY, alias),
        (r#""arn:aws:kms:*:111122223333:key/*""#.to_owned(), KEY, alias),
        (r#""arn:aws:kms:us-????-1:*:key/1234*""#.to_owned(), KEY, alias),
        (r#"["arn:aws:s3:::b","arn:aws:kms:*:*:alias/*"]"#.to_owned(), alias, KEY),
        (r#""arn:aws:kms:*:*:alias/${aws:username}""#.to_owned(), alias, KEY),
        (r#""arn:aws:kms:*:*:alias/al${aws:x, 'ice'}""#.to_owned(), alias, KEY),
        // "It can expand to match beyond the colon boundaries."
        (r#""arn:aws:kms:*""#.to_owned(), KEY, "arn:aws:s3:::b"),
        (r#""arn:aws:kms:*""#.to_owned(), KEY, "*"),
        (r#""arn:aws:kms:*:*:ALIAS/*""#.to_owned(), "arn:aws:kms:a:b:ALIAS/c", alias),
    ] {
        let keys = [("aws:username", "alice")];
        let statement = format!(r#""Action":"*","Resource":{resources}"#);
        assert_eq!(applies(&statement, "kms:A", hit, &keys), Ok(PrincipalMatch::None), "{resources}");
        assert_eq!(applies(&statement, "kms:A", miss, &keys), Err(Miss::Resource), "{resources}");
        let statement = format!(r#""Action":"*","NotResource":{resources}"#);
        assert_eq!(applies(&statement, "kms:A", hit, &keys), Err(Miss::Resource), "{resources}");
        assert_eq!(applies(&statement, "kms:A", miss, &keys), Ok(PrincipalMatch::None), "{resources}");
    }
    assert_eq!(applies(r#""Action":"*","Resource":"*""#, "kms:ListKeys", "*", &[]), Ok(PrincipalMatch::None));
    assert_eq!(applies(r#""Action":"*","Resource":[]"#, "kms:A", KEY, &[]), Err(Miss::Resource));
    assert_eq!(applies(r#""Action":"*","NotResource":[]"#, "kms:A", KEY, &[]), Ok(PrincipalMatch::None));
}

#[test]
fn a_resource_whose_variable_has_no_value_is_no_resource() {
    let open = r#"["arn:aws:kms:*:*:alias/${aws:username}"]"#;
    for element in ["Resource", "NotResource"] {
        let statement = format!(r#""Action":"*","{element}":{open}"#);
        assert_eq!(applies(&statement, "kms:A", KEY, &[]), Err(Miss::Resource), "{element}");
    }
    // Another resource of the list may still be it.
    let statement = format!(r#""Action":"*","Resource":["arn:aws:kms:*:*:alias/${{aws:username}}","{KEY}"]"#);
    assert_eq!(applies(&statement, "kms:A", KEY, &[]), Ok(PrincipalMatch::None));
    // A star in the name is a star's character.
    let keys = [("aws:username", "*")];
    let statement = format!(r#""Action":"*","Resource":{open}"#);
    assert_eq!(applies(&statement, "kms:A", "arn:aws:kms:a:b:alias/bob", &keys), Err(Miss::Resource));
    assert_eq!(applies(&statement, "kms:A", "arn:aws:kms:a:b:alias/*", &keys), Ok(PrincipalMatch::None));
}

#[test]
fn before_2012_a_variable_is_text() {
    let text = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"t:k":"${aws:username}"}}}}"#;
    let policy = Policy::parse(text, Kind::Identity).unwrap();
    let caller = principal("arn:aws:iam::111122223333:root");
    let applies = |value| {
        let keys = [("t:k", value), ("aws:username", "alice")];
        policy.statements[0].applies(&request(&caller, &Keys(&keys)))
    };
    assert_eq!(applies("${aws:username}"), Ok(PrincipalMatch::None));
    assert_eq!(applies("alice"), Err(Miss::Condition(0)));
    // So it needs no end, and no fifth colon before it.
    let text = text.replace(r#""Resource":"*""#, r#""Resource":"arn:aws:s3:${""#);
    assert!(Policy::parse(&text, Kind::Identity).is_ok(), "{text}");
    assert!(Policy::parse(&text.replace("2008", "2012"), Kind::Identity).is_err());
}

#[test]
fn a_key_policys_statement_without_action_or_resource_has_no_effect() {
    let caller = principal("arn:aws:iam::111122223333:root");
    let facts = Keys(&[]);
    let applies = |elements| statement(Kind::Key, elements).applies(&request(&caller, &facts));
    assert_eq!(applies(r#""Principal":"*","Resource":"*""#), Err(Miss::Action));
    assert_eq!(applies(r#""Principal":"*","Action":"*""#), Err(Miss::Resource));
    assert_eq!(applies(r#""Principal":"*","Action":"*","Resource":"*""#), Ok(PrincipalMatch::Everyone));
}

#[test]
fn the_first_miss_is_the_cheapest_to_find() {
    let caller = principal("arn:aws:iam::111122223333:root");
    let facts = Keys(&[]);
    let applies = |action, principal, resource| {
        let elements = format!(
            r#""Action":"{action}","Principal":{{"AWS":"{principal}"}},"Resource":"{resource}","Condition":{{"Bool":{{"t:k":true}}}}"#
        );
        statement(Kind::Key, &elements).applies(&request(&caller, &facts))
    };
    let (other, bucket) = ("444455556666", "arn:aws:s3:::b");
    assert_eq!(applies("kms:Encrypt", other, bucket), Err(Miss::Action));
    assert_eq!(applies("kms:Decrypt", other, bucket), Err(Miss::Principal));
    assert_eq!(applies("kms:Decrypt", "*", bucket), Err(Miss::Resource));
    assert_eq!(applies("kms:Decrypt", "*", "*"), Err(Miss::Condition(0)));
}
