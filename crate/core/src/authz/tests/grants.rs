//! What a grant allows, and who may retire it.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use super::*;
use Layer::{Boundary, Identity, KeyPolicy, Session as SessionPolicy};
use Refusal::{Denied, NotAllowed};

/// Nobody is named in the key policy.
fn world() -> World {
    World::with_key_policy(&key_statement("Allow", "999999999999"))
}

fn id(last: u8) -> crate::keys::GrantId {
    format!("{last:064x}").parse().unwrap()
}

fn grant(grantee: &str, operations: &[&str]) -> Grant {
    let named = if grantee.starts_with("arn:") {
        GrantPrincipal::Aws(grantee.to_owned())
    } else {
        GrantPrincipal::Service(grantee.to_owned())
    };
    Grant {
        key: key().reference,
        id: id(1),
        name: None,
        grantee: named,
        retiring: None,
        operations: operations.iter().map(|&operation| operation.to_owned()).collect(),
        constraints: None,
        created: NOW,
        issuer: ACCOUNT.parse().unwrap(),
    }
}

#[test]
fn a_grant_allows_its_grantee_what_it_lists() {
    let others_root = "arn:aws:iam::111122223333:root";
    for (grantee, who, action, expected) in [
        (ALICE, ALICE, "Encrypt", Ok(())),
        (ALICE, ALICE, "Decrypt", Err(NotAllowed(KeyPolicy))),
        (ALICE, BOB, "Encrypt", Err(NotAllowed(KeyPolicy))),
        (ALICE, ROOT, "Encrypt", Err(NotAllowed(KeyPolicy))),
        (others_root, ROOT, "Encrypt", Ok(())),
        (SESSION, SESSION, "Encrypt", Ok(())),
        (ROLE, SESSION, "Encrypt", Ok(())),
        ("arn:aws:iam::111122223333:role/Ops", SESSION, "Encrypt", Err(NotAllowed(KeyPolicy))),
        // Of a role that nobody knows there is no path.
        (
            "arn:aws:iam::111122223333:role/Dev",
            "arn:aws:sts::111122223333:assumed-role/Dev/one",
            "Encrypt",
            Ok(()),
        ),
        (SERVICE, SERVICE, "Encrypt", Ok(())),
        (SERVICE, "logs.amazonaws.com", "Encrypt", Err(NotAllowed(KeyPolicy))),
        (OTHERS, OTHERS, "Encrypt", Ok(())),
        // The other account has to allow it as well.
        (CAROL, CAROL, "Encrypt", Err(NotAllowed(Identity))),
    ] {
        let mut world = world();
        world.put(&grant(grantee, &["Encrypt"]));
        assert_eq!(world.ask(who, action, ""), expected, "{grantee} {who} {action}");
    }
    let mut world = world();
    world.put(&grant(CAROL, &["Encrypt", "DisableKey"]));
    world.give(CAROL, &statement("Allow", "*"), "", "");
    assert_eq!(world.ask(CAROL, "Encrypt", ""), Ok(()));
    assert_eq!(world.ask(CAROL, "DisableKey", ""), Err(NotAllowed(KeyPolicy)));
}

#[test]
fn a_grant_is_limited_and_denied_as_a_key_policys_leave_is() {
    let (yes, no) = (statement("Allow", "kms:Encrypt"), statement("Deny", "kms:Encrypt"));
    let elsewhere = statement("Allow", "kms:Decrypt");
    for (own, boundary, session, expected) in [
        ("", "", "", Ok(())),
        ("", yes.as_str(), yes.as_str(), Ok(())),
        (no.as_str(), "", "", Err(Denied(Identity))),
        ("", &elsewhere, "", Err(NotAllowed(Boundary))),
        ("", "", &elsewhere, Err(NotAllowed(SessionPolicy))),
        ("", &no, "", Err(Denied(Boundary))),
    ] {
        let mut world = world();
        world.put(&grant(ROLE, &["Encrypt"]));
        world.give(ROLE, own, "", boundary);
        let caller = brings(SESSION, |of| {
            of.policies = [session].into_iter().filter(|text| !text.is_empty()).map(policy).collect();
        });
        let found = world.ask_as(&caller, "Encrypt", "");
        assert_eq!(found, expected, "{own} {boundary} {session}");
    }
    let mut world = World::with_key_policy(&key_statement("Deny", ALICE));
    world.put(&grant(ALICE, &["Encrypt"]));
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Err(Denied(KeyPolicy)));
    // One of several is enough, in whatever order they come.
    for (first, second) in [("Encrypt", "Decrypt"), ("Decrypt", "Encrypt")] {
        let mut world = self::world();
        world.put(&grant(ALICE, &[first]));
        world.put(&Grant { id: id(2), ..grant(ALICE, &[second]) });
        assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
    }
}

/// The quota is asked of the count: it costs nothing however many there are.
#[test]
fn the_grants_on_a_key_are_counted() {
    let mut world = world();
    let reference = world.key.reference.clone();
    let change = |world: &mut World, grant: &Grant, is_put: bool| {
        let mut changes = Changes::default();
        changes.put(grant);
        if let (Some(change), false) = (changes.durable.first_mut(), is_put) {
            change.record = None;
        }
        for change in &changes.durable {
            world.state.apply(change).unwrap();
        }
    };
    let other = Grant { id: id(2), ..grant(BOB, &["Encrypt"]) };
    for (of, is_put, count) in [
        (&grant(ALICE, &["Encrypt"]), true, 1),
        (&grant(ALICE, &["Decrypt"]), true, 1),
        (&other, true, 2),
        (&grant(ALICE, &[]), false, 1),
        (&grant(ALICE, &[]), false, 1),
        (&other, false, 0),
        (&other, true, 1),
    ] {
        change(&mut world, of, is_put);
        assert_eq!(world.state.grant_count(&reference), count);
        assert_eq!(world.state.grants_of(&reference, None).count(), count);
    }
}

/// The constraints as JSON.
fn constrained(constraints: &str) -> Grant {
    let node = json::parse(constraints).unwrap();
    let constraints = value(&node);
    let pairs = |name: &str| match constraints.get(name) {
        Some(Value::Map(pairs)) => {
            Some(pairs.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect())
        }
        _ => None,
    };
    let all = ["Encrypt", "ReEncryptFrom", "ReEncryptTo", "DescribeKey", "GetPublicKey", "RetireGrant"];
    let mut operations = all.to_vec();
    operations.push("CreateGrant");
    Grant {
        constraints: Some(GrantConstraints {
            context_equals: pairs("EncryptionContextEquals"),
            context_subset: pairs("EncryptionContextSubset"),
            source_arn: constraints.get("SourceArn").and_then(Value::as_str).map(str::to_owned),
        }),
        ..grant(ALICE, &operations)
    }
}

/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html>
#[test]
fn a_constraint_is_about_the_encryption_context() {
    let equals = r#"{"EncryptionContextEquals":{"app":"a","Team":"b"}}"#;
    let subset = r#"{"EncryptionContextSubset":{"app":"a"}}"#;
    let both = r#"{"EncryptionContextEquals":{"app":"a","x":"y"},"EncryptionContextSubset":{"app":"a"}}"#;
    for (constraints, action, input, is_allowed) in [
        (equals, "Encrypt", r#"{"EncryptionContext":{"app":"a","Team":"b"}}"#, true),
        // "…context keys are not case sensitive, values are."
        (equals, "Encrypt", r#"{"EncryptionContext":{"APP":"a","team":"b"}}"#, true),
        (equals, "Encrypt", r#"{"EncryptionContext":{"app":"A","Team":"b"}}"#, false),
        (equals, "Encrypt", r#"{"EncryptionContext":{"app":"a"}}"#, false),
        (equals, "Encrypt", r#"{"EncryptionContext":{"app":"a","Team":"b","more":""}}"#, false),
        (equals, "Encrypt", r#"{"EncryptionContext":{"app":"a","other":"b"}}"#, false),
        (equals, "Encrypt", "", false),
        (subset, "Encrypt", r#"{"EncryptionContext":{"app":"a"}}"#, true),
        (subset, "Encrypt", r#"{"EncryptionContext":{"app":"a","more":"x"}}"#, true),
        (subset, "Encrypt", r#"{"EncryptionContext":{"more":"a"}}"#, false),
        (subset, "Encrypt", r#"{"EncryptionContext":{"app":"b"}}"#, false),
        (subset, "Encrypt", "", false),
        (both, "Encrypt", r#"{"EncryptionContext":{"app":"a","x":"y"}}"#, true),
        (both, "Encrypt", r#"{"EncryptionContext":{"app":"a"}}"#, false),
        (subset, "ReEncryptFrom", r#"{"SourceEncryptionContext":{"app":"a"}}"#, true),
        (subset, "ReEncryptFrom", r#"{"DestinationEncryptionContext":{"app":"a"}}"#, false),
        (subset, "ReEncryptTo", r#"{"DestinationEncryptionContext":{"app":"a"}}"#, true),
        (subset, "ReEncryptTo", r#"{"SourceEncryptionContext":{"app":"a"}}"#, false),
        // What has no encryption context is not kept by one.
        (equals, "DescribeKey", "", true),
        (equals, "GetPublicKey", "", true),
        (equals, "RetireGrant", "", true),
    ] {
        let mut world = world();
        world.put(&constrained(constraints));
        let found = world.ask(ALICE, action, input);
        assert_eq!(found.is_ok(), is_allowed, "{constraints} {action} {input}");
    }
}

#[test]
fn a_grant_of_a_grant_is_no_wider() {
    let none = "{}";
    let equals = r#"{"EncryptionContextEquals":{"app":"a"}}"#;
    let subset = r#"{"EncryptionContextSubset":{"app":"a"}}"#;
    let with = |constraints: &str| format!(r#"{{"Operations":["Encrypt"],"Constraints":{constraints}}}"#);
    for (own, input, is_allowed) in [
        (none, r#"{"Operations":["Encrypt"]}"#.to_owned(), true),
        (none, r#"{"Operations":["Encrypt","DescribeKey"]}"#.to_owned(), true),
        (none, r#"{"Operations":["Decrypt"]}"#.to_owned(), false),
        (none, r#"{"Operations":["Encrypt","Decrypt"]}"#.to_owned(), false),
        (none, String::new(), true),
        (none, with(equals), true),
        (equals, with(equals), true),
        (equals, with(r#"{"EncryptionContextEquals":{"APP":"a"}}"#), true),
        (equals, with(r#"{"EncryptionContextEquals":{"app":"b"}}"#), false),
        (equals, with(r#"{"EncryptionContextEquals":{"app":"a","more":""}}"#), false),
        (equals, with(subset), false),
        (equals, with(none), false),
        (equals, r#"{"Operations":["Encrypt"]}"#.to_owned(), false),
        (subset, with(equals), true),
        (subset, with(subset), true),
        (subset, with(r#"{"EncryptionContextEquals":{"app":"a","more":""}}"#), true),
        (subset, with(r#"{"EncryptionContextSubset":{"app":"a","more":""}}"#), true),
        (subset, with(r#"{"EncryptionContextEquals":{"more":""}}"#), false),
        (subset, with(r#"{"EncryptionContextSubset":{"more":""}}"#), false),
        (subset, with(none), false),
    ] {
        let mut world = world();
        world.put(&constrained(own));
        assert_eq!(world.ask(ALICE, "CreateGrant", &input).is_ok(), is_allowed, "{own} {input}");
    }
}

#[test]
fn a_grant_for_a_resource_wants_the_call_to_be_about_it() {
    let arn = "arn:aws:s3:::bucket";
    let mut world = world();
    world.put(&constrained(&format!(r#"{{"SourceArn":"{arn}"}}"#)));
    for (source, is_allowed) in [(Some(arn), true), (Some("arn:aws:s3:::other"), false), (None, false)] {
        let caller = brings(ALICE, |session| session.source_arn = source.map(str::to_owned));
        for action in ["Encrypt", "DescribeKey"] {
            assert_eq!(world.ask_as(&caller, action, "").is_ok(), is_allowed, "{source:?} {action}");
        }
    }
    assert!(world.ask(ALICE, "Encrypt", "").is_err());
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
#[test]
fn a_grant_is_retired_by_whom_it_names() {
    let retiring = |who: &str| Some(GrantPrincipal::Aws(who.to_owned()));
    let plain = grant(ALICE, &["Encrypt"]);
    let itself = grant(ALICE, &["Encrypt", "RetireGrant"]);
    let table = [
        (plain.clone(), ALICE, false),
        (plain.clone(), ROOT, true),
        (plain.clone(), BOB, false),
        (itself.clone(), ALICE, true),
        (itself.clone(), BOB, false),
        (Grant { retiring: retiring(BOB), ..plain.clone() }, BOB, true),
        (Grant { retiring: retiring(BOB), ..plain.clone() }, ALICE, false),
        (Grant { retiring: retiring(ROLE), ..plain.clone() }, SESSION, true),
        (Grant { retiring: retiring(SESSION), ..plain.clone() }, SESSION, true),
        (Grant { issuer: "444455556666".parse().unwrap(), ..plain.clone() }, ROOT, false),
        (Grant { issuer: "444455556666".parse().unwrap(), ..plain }, OTHERS, true),
        (grant(ROLE, &["RetireGrant"]), SESSION, true),
    ];
    for (grant, who, may) in table {
        let found = world().asked(&caller(who), "RetireGrant", "", |asked| may_retire(&grant, asked));
        assert_eq!(found, may, "{grant:?} {who}");
    }
}
