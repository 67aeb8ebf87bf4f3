//! Who may assume a role: a policy of principals without resources.

use super::*;

const WHO: &str = r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"},"#;

fn fault(kind: Kind, statement: &str) -> Option<&'static str> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{statement}}}}}"#);
    Policy::parse(&text, kind).err().map(|fault| fault.what)
}

#[test]
fn each_kind_has_elements_of_its_own() {
    let (action, resource) = (r#""Action":"sts:AssumeRole""#, r#""Action":"kms:*","Resource":"*""#);
    let both = format!("{WHO}{action}");
    let all = format!("{WHO}{resource}");
    assert_eq!(fault(Kind::Trust, &both), None);
    assert_eq!(fault(Kind::Key, &both), None);
    assert_eq!(fault(Kind::Key, &all), None);
    assert_eq!(fault(Kind::Identity, resource), None);
    for (kind, statement, what) in [
        (Kind::Trust, action, "A statement has no Principal or NotPrincipal"),
        (Kind::Trust, &all, "A statement of a trust policy names no resource"),
        (Kind::Trust, &both.replace("Action", "Resource"), "A statement of a trust policy names no resource"),
        (Kind::Trust, &both.replace("Action", "Condition"), "A condition is no object"),
        (Kind::Trust, WHO.trim_end_matches(','), "A statement has no Action or NotAction"),
        (Kind::Trust, &format!(r#""Sid":"a b",{both}"#), "A Sid in IAM has letters and digits only"),
        (Kind::Key, resource, "A statement has no Principal or NotPrincipal"),
        (Kind::Identity, action, "A statement has no Resource or NotResource"),
        (Kind::Identity, r#""Resource":"*""#, "A statement has no Action or NotAction"),
        (Kind::Identity, &all, "A statement of an identity policy names no principal"),
        (Kind::Identity, &format!(r#""Sid":"a b",{resource}"#), "A Sid in IAM has letters and digits only"),
    ] {
        assert_eq!(fault(kind, statement), Some(what), "{kind:?} {statement}");
    }
}

#[test]
fn an_id_and_sids_that_repeat_are_for_resources() {
    let statement = format!(r#"{{"Sid":"a","Effect":"Allow",{WHO}"Action":"sts:AssumeRole"}}"#);
    let twice = format!(r#"{{"Statement":[{statement},{statement}]}}"#);
    assert!(Policy::parse(&twice, Kind::Key).is_ok());
    let fault = Policy::parse(&twice, Kind::Trust).unwrap_err();
    assert_eq!(fault.what, "A statement has the Sid of an earlier one");
    let with_id = format!(r#"{{"Id":"x","Statement":{statement}}}"#);
    assert!(Policy::parse(&with_id, Kind::Trust).is_ok());
    let identity = r#"{"Id":"x","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    assert_eq!(Policy::parse(identity, Kind::Identity).unwrap_err().what, "An identity policy has no Id");
}
