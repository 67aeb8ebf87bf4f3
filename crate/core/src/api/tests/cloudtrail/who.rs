//! Who called, and in whose log it stands.

use std::sync::Arc;

use super::*;
use crate::authz::Session;
use crate::keys::{AccountId, Identity, IdentityKind};
use crate::store::{Event, Rare};

fn put_identities(host: &mut Host) {
    let role = Identity {
        account: AccountId::default(),
        kind: IdentityKind::Role,
        name: "Ops".to_owned(),
        path: "/team/".to_owned(),
        id: "AROAEXAMPLE".to_owned(),
        created: Timestamp(0),
        description: String::new(),
        tags: Vec::new(),
        policies: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        trust: None,
    };
    let (kind, name, id) = (IdentityKind::User, "Alice".to_owned(), "AIDAEXAMPLE".to_owned());
    let mut changes = Changes::default();
    changes.put(&Identity { kind, name, id, ..role.clone() });
    changes.put(&role);
    host.commit(changes);
}

#[test]
fn who_called_is_told_as_cloudtrail_does() {
    let mut host = Host::new();
    put_identities(&mut host);
    let session = Session {
        source_ip: Some("192.0.2.0".to_owned()),
        user_agent: Some("aws-cli/2".to_owned()),
        mfa: Some(false),
        ..Session::default()
    };
    let account = "000000000000";
    for (principal, via, session, expected, from) in [
        (
            "arn:aws:iam::000000000000:user/team/Alice",
            None,
            None,
            json!({
                "type": "IAMUser", "principalId": "AIDAEXAMPLE",
                "arn": "arn:aws:iam::000000000000:user/team/Alice", "accountId": account, "userName": "Alice",
            }),
            "127.0.0.1",
        ),
        (
            "arn:aws:iam::000000000000:user/Bob",
            Some("s3"),
            None,
            json!({
                "type": "IAMUser", "arn": "arn:aws:iam::000000000000:user/Bob", "accountId": account,
                "userName": "Bob", "invokedBy": "s3.amazonaws.com",
            }),
            "s3.amazonaws.com",
        ),
        (
            "arn:aws:sts::000000000000:assumed-role/Ops/morning",
            None,
            Some(session),
            json!({
                "type": "AssumedRole", "principalId": "AROAEXAMPLE:morning",
                "arn": "arn:aws:sts::000000000000:assumed-role/Ops/morning", "accountId": account,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role", "principalId": "AROAEXAMPLE",
                        "arn": "arn:aws:iam::000000000000:role/team/Ops", "accountId": account,
                        "userName": "Ops",
                    },
                    "attributes": {"mfaAuthenticated": "false"},
                },
            }),
            "192.0.2.0",
        ),
        (
            "lambda.amazonaws.com",
            None,
            None,
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
            "lambda.amazonaws.com",
        ),
    ] {
        host.caller = Caller {
            principal: principal.parse().unwrap(),
            via_service: via.map(str::to_owned),
            session: session.map(Arc::new),
            ..Caller::default()
        };
        let record = record_of(&mut host, "ListKeys", Value::Null);
        assert_eq!((&record["userIdentity"], &record["sourceIPAddress"]), (&expected, &json!(from)));
    }
}

#[test]
fn a_call_across_accounts_stands_in_both_logs() {
    let mut host = Host::new();
    let (id, _) = host.create();
    encrypt(&mut host, &id, b"x");
    let mut event = host.kms.state().events().last().unwrap().clone();
    let mut theirs = event.keys[0].clone();
    theirs.key.account = "444455556666".parse().unwrap();
    event.keys.push(theirs);
    let mut events = vec![event.clone()];
    crate::audit::share(&mut events, &mut host.random).unwrap();
    let state = host.kms.state();
    let told = events.iter().map(|event| serde_json::to_value(crate::audit::record(event, state)).unwrap());
    let [own, copy] = told.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(own["recipientAccountId"], json!("000000000000"));
    assert_eq!(copy["recipientAccountId"], json!("444455556666"));
    assert!(own["sharedEventID"].is_string());
    assert_eq!(own["sharedEventID"], copy["sharedEventID"]);
    assert_ne!(own["eventID"], copy["eventID"]);
    assert_eq!(own["requestID"], copy["requestID"]);
    assert_eq!(own["userIdentity"]["type"], json!("Root"));
    let identity = json!({"type": "AWSAccount", "principalId": "000000000000", "accountId": "000000000000"});
    assert_eq!(copy["userIdentity"], identity);
    let count = |record: &Json| record["resources"].as_array().unwrap().len();
    assert_eq!((count(&own), count(&copy)), (2, 1));

    // Of what was not allowed the owner learns nothing.
    let rare = Rare { error: Some("AccessDeniedException".into()), ..Rare::default() };
    let mut denied: Vec<Event> = vec![Event { rare: Some(Box::new(rare)), ..event }];
    crate::audit::share(&mut denied, &mut host.random).unwrap();
    assert!(denied.len() == 1 && denied[0].shared().is_none());
}
