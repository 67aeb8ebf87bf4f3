//! Grants: made once under a name, listed, retired and revoked, gone with their key.

use super::*;

const USER: &str = "arn:aws:iam::000000000000:user/one";

fn grant(key: &str, more: &[(&str, &str)]) -> Value {
    let mut members = vec![
        ("KeyId".to_owned(), s(key)),
        ("GranteePrincipal".to_owned(), s(USER)),
        ("Operations".to_owned(), Value::List(vec![s("Encrypt"), s("Decrypt")])),
    ];
    members.extend(more.iter().map(|(name, value)| ((*name).to_owned(), s(value))));
    Value::Map(members)
}

fn listed(host: &mut Host, key: &str) -> Vec<String> {
    let answer = host.ok("ListGrants", map([("KeyId", s(key))]));
    let Some(Value::List(grants)) = answer.get("Grants") else { panic!("{answer:?}") };
    grants.iter().map(|grant| text(grant, "GrantId")).collect()
}

#[test]
fn a_name_makes_a_grant_once_and_each_asking_another_token() {
    let mut host = Host::new();
    let (key, _) = host.create();
    let first = host.ok("CreateGrant", grant(&key, &[("Name", "n")]));
    let again = host.ok("CreateGrant", grant(&key, &[("Name", "n")]));
    assert_eq!(text(&first, "GrantId"), text(&again, "GrantId"));
    assert_ne!(text(&first, "GrantToken"), text(&again, "GrantToken"));
    host.ok("CreateGrant", grant(&key, &[("Name", "n"), ("RetiringPrincipal", USER)]));
    host.ok("CreateGrant", grant(&key, &[]));
    host.ok("CreateGrant", grant(&key, &[]));
    assert_eq!(listed(&mut host, &key).len(), 4);
}

#[test]
fn a_grant_is_retired_by_token_and_revoked_by_id() {
    let mut host = Host::new();
    let (key, arn) = host.create();
    let one = host.ok("CreateGrant", grant(&key, &[("RetiringPrincipal", USER)]));
    let other = host.ok("CreateGrant", grant(&key, &[]));
    let token = text(&one, "GrantToken");
    let used = |token: &str| {
        map([("KeyId", s(&key)), ("Plaintext", b(b"x")), ("GrantTokens", Value::List(vec![s(token)]))])
    };
    host.ok("Encrypt", used(&token));
    assert_eq!(host.error("Encrypt", used("made up")), "InvalidGrantTokenException");
    let mut forged = token.clone();
    forged.replace_range(10..11, if &token[10..11] == "0" { "1" } else { "0" });
    assert_eq!(host.error("Encrypt", used(&forged)), "InvalidGrantTokenException");

    let retirable = || map([("RetiringPrincipal", s(USER))]);
    let answer = host.ok("ListRetirableGrants", retirable());
    let Some(Value::List(grants)) = answer.get("Grants") else { panic!("{answer:?}") };
    assert_eq!((grants.len(), text(&grants[0], "KeyId")), (1, arn));
    let foreign = map([("RetiringPrincipal", s("arn:aws:iam::111111111111:user/x"))]);
    assert!(host.error("ListRetirableGrants", foreign).starts_with("InvalidArnException"));

    let dry = map([("GrantToken", s(&token)), ("DryRun", Value::Boolean(true))]);
    assert!(host.error("RetireGrant", dry).starts_with("DryRunOperationException"));
    host.ok("RetireGrant", map([("GrantToken", s(&token))]));
    assert_eq!(host.error("RetireGrant", map([("GrantToken", s(&token))])), "InvalidGrantTokenException");
    assert_eq!(host.error("Encrypt", used(&token)), "InvalidGrantTokenException", "it is gone");
    let id = text(&other, "GrantId");
    let revoke = || map([("KeyId", s(&key)), ("GrantId", s(&id))]);
    host.ok("RevokeGrant", revoke());
    assert!(host.error("RevokeGrant", revoke()).starts_with("NotFoundException"));
    let malformed = map([("KeyId", s(&key)), ("GrantId", s("x"))]);
    assert!(host.error("RevokeGrant", malformed).starts_with("InvalidGrantIdException"));
    assert!(listed(&mut host, &key).is_empty());
}

#[test]
fn a_grant_allows_only_what_the_key_can_do() {
    let mut host = Host::new();
    let (key, _) = host.create();
    let signing = map([
        ("KeyId", s(&key)),
        ("GranteePrincipal", s(USER)),
        ("Operations", Value::List(vec![s("Sign")])),
    ]);
    assert!(host.error("CreateGrant", signing).starts_with("ValidationException: Operation Sign"));
    let nobody = map([("KeyId", s(&key)), ("Operations", Value::List(vec![s("Encrypt")]))]);
    assert!(host.error("CreateGrant", nobody).starts_with("ValidationException"));
    let service = [("GranteeServicePrincipal", "s3.amazonaws.com")];
    assert!(host.error("CreateGrant", grant(&key, &service)).contains("but not both"));
}

#[test]
fn pages_survive_what_comes_and_goes_between_them() {
    let mut host = Host::new();
    let (key, _) = host.create();
    for _ in 0..7 {
        host.ok("CreateGrant", grant(&key, &[]));
    }
    let all = listed(&mut host, &key);
    let page = |marker: Option<&str>| {
        let mut members = vec![("KeyId".to_owned(), s(&key)), ("Limit".to_owned(), Value::Integer(3))];
        members.extend(marker.map(|marker| ("Marker".to_owned(), s(marker))));
        Value::Map(members)
    };
    let first = host.ok("ListGrants", page(None));
    let marker = text(&first, "NextMarker");
    // The very grant that the marker remembers goes.
    host.ok("RevokeGrant", map([("KeyId", s(&key)), ("GrantId", s(&all[2]))]));
    let second = host.ok("ListGrants", page(Some(&marker)));
    let Some(Value::List(grants)) = second.get("Grants") else { panic!("{second:?}") };
    let ids: Vec<_> = grants.iter().map(|grant| text(grant, "GrantId")).collect();
    assert_eq!(ids, all[3..6]);
    assert!(host.error("ListGrants", page(Some("nonsense"))).starts_with("InvalidMarkerException"));
}

#[test]
fn a_deleted_key_takes_its_grants_with_it() {
    let mut host = Host::new();
    let (key, _) = host.create();
    let token = text(&host.ok("CreateGrant", grant(&key, &[("RetiringPrincipal", USER)])), "GrantToken");
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&key)), ("PendingWindowInDays", Value::Integer(7))]));
    host.advance(8);
    assert_eq!(host.error("RetireGrant", map([("GrantToken", s(&token))])), "InvalidGrantTokenException");
    let answer = host.ok("ListRetirableGrants", map([("RetiringPrincipal", s(USER))]));
    assert_eq!(answer.get("Grants"), Some(&Value::List(vec![])));
}
