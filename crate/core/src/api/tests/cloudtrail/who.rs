//! Who called, and in whose log it stands.

use std::sync::Arc;

use super::*;
use crate::authz::Session;
use crate::keys::{AccountId, Identity, IdentityKind};

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
    let (id, arn) = host.create();
    let statement = |who: &str, action: &str| json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": "*"});
    let allowed = [
        statement("arn:aws:iam::000000000000:root", "kms:*"),
        statement("arn:aws:iam::444455556666:root", "kms:Encrypt"),
    ];
    let policy = json!({"Version": "2012-10-17", "Statement": allowed}).to_string();
    host.ok("PutKeyPolicy", strings([("KeyId", &id), ("Policy", &policy)]));
    let before = records(&host).len();
    let other: AccountId = "444455556666".parse().unwrap();
    host.caller = Caller::root(other, Caller::default().region);
    encrypt(&mut host, &arn, b"x");
    let all = records(&host);
    let [own, copy] = &all[before..] else { panic!("two records") };
    assert_eq!(own["recipientAccountId"], json!("444455556666"));
    assert_eq!(copy["recipientAccountId"], json!("000000000000"));
    assert!(own["sharedEventID"].is_string());
    assert_eq!(own["sharedEventID"], copy["sharedEventID"]);
    assert_ne!(own["eventID"], copy["eventID"]);
    assert_eq!(own["requestID"], copy["requestID"]);
    assert_eq!(own["userIdentity"]["arn"], json!("arn:aws:iam::444455556666:root"));
    let identity = json!({"type": "AWSAccount", "principalId": "444455556666", "accountId": "444455556666"});
    assert_eq!(copy["userIdentity"], identity);
    assert_eq!(own["requestParameters"]["keyId"], json!(arn));
    assert_eq!(
        (&own["requestParameters"], &own["resources"]),
        (&copy["requestParameters"], &copy["resources"])
    );

    // Of what was not allowed the owner learns nothing.
    host.error("Decrypt", map([("KeyId", s(&arn)), ("CiphertextBlob", b(b"x"))]));
    host.error("DescribeKey", map([("KeyId", s(&arn))]));
    let all = records(&host);
    let [.., decrypt, describe] = all.as_slice() else { panic!("two records") };
    assert_eq!(all.len(), before + 4);
    for record in [decrypt, describe] {
        assert_eq!(
            (&record["errorCode"], &record["sharedEventID"]),
            (&json!("AccessDeniedException"), &Json::Null)
        );
    }
    // The owner sees the use.
    host.caller = Caller::default();
    let usage = host.ok("GetKeyLastUsage", map([("KeyId", s(&id))]));
    let last = text(usage.get("KeyLastUsage").unwrap(), "CloudTrailEventId");
    assert_eq!(json!(last), copy["eventID"]);
}
