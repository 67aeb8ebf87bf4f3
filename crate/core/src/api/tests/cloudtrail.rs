//! Records as CloudTrail has them. What is expected is AWS's: the page of each operation under
//! <https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html>.

mod search;
mod secrets;
mod who;

use serde_json::{Value as Json, json};

use super::*;

/// The records, oldest first.
fn records(host: &Host) -> Vec<Json> {
    let state = host.kms.state();
    state.events().map(|event| serde_json::to_value(crate::audit::record(event, state)).unwrap()).collect()
}

fn newest(host: &Host) -> Json {
    records(host).pop().unwrap()
}

/// Calls, and gives the call's record.
fn record_of(host: &mut Host, operation: &str, input: Value) -> Json {
    drop(host.send(operation, input));
    newest(host)
}

fn strings<const N: usize>(pairs: [(&str, &str); N]) -> Value {
    map(pairs.map(|(name, value)| (name, s(value))))
}

/// What was asked, what was answered, and what else is told.
fn told(record: &Json) -> (&Json, &Json, &Json) {
    (&record["requestParameters"], &record["responseElements"], &record["additionalEventData"])
}

fn material_of(host: &mut Host, key: &str) -> String {
    let answer = host.ok("DescribeKey", map([("KeyId", s(key))]));
    text(answer.get("KeyMetadata").unwrap(), "CurrentKeyMaterialId")
}

#[test]
fn a_record_has_the_members_that_aws_documents() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let material = material_of(&mut host, &id);
    let context = strings([("Department", "Engineering")]);
    let input = map([("KeyId", s(&arn)), ("Plaintext", b(b"secret")), ("EncryptionContext", context)]);
    let record = record_of(&mut host, "Encrypt", input);
    let event = host.kms.state().events().last().unwrap();
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": "000000000000",
            "arn": "arn:aws:iam::000000000000:root",
            "accountId": "000000000000",
        },
        "eventTime": "2023-11-14T22:13:20Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Encrypt",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": concat!("tabkms/", env!("CARGO_PKG_VERSION")),
        "requestParameters": {
            "keyId": arn,
            "encryptionContext": {"Department": "Engineering"},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        },
        "responseElements": null,
        "additionalEventData": {"keyMaterialId": material},
        "requestID": event.request.to_string(),
        "eventID": event.id.to_string(),
        "readOnly": true,
        "resources": [{"accountId": "000000000000", "type": "AWS::KMS::Key", "ARN": arn}],
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "000000000000",
        "eventCategory": "Management",
    });
    assert_eq!(record, expected);
    // It is so after a restart as well.
    let mut again = Kms::new(StoreKey::copy_from(host.kms.store_key().expose()).unwrap());
    assert!(again.load(&host.rows).unwrap().is_empty());
    host.kms = again;
    assert_eq!(newest(&host), expected);
}

#[test]
fn cryptographic_operations_tell_what_was_asked_and_nothing_of_the_answer() {
    let mut host = Host::new();
    let ((id, arn), (other, other_arn)) = (host.create(), host.create());
    let (one, two) = (material_of(&mut host, &id), material_of(&mut host, &other));
    let context = strings([("Project", "Alpha")]);
    let blob = encrypt(&mut host, &id, b"secret");
    let moved = |to: &str| map([("CiphertextBlob", b(&blob)), ("DestinationKeyId", s(to))]);
    let moved_json = |to: &str| {
        json!({
            "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "destinationKeyId": to,
            "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        })
    };
    let key_spec = ("KeySpec", s("AES_256"));
    let dry_run = [("KeyId", s(&id)), ("KeySpec", s("AES_256")), ("DryRun", Value::Boolean(true))];
    for (operation, input, parameters, additional) in [
        (
            "GenerateDataKey",
            map([("KeyId", s(&id)), key_spec, ("EncryptionContext", context)]),
            json!({"keyId": id, "keySpec": "AES_256", "encryptionContext": {"Project": "Alpha"}}),
            json!({"keyMaterialId": one}),
        ),
        (
            "GenerateDataKeyWithoutPlaintext",
            map([("KeyId", s(&id)), ("NumberOfBytes", Value::Integer(64))]),
            json!({"keyId": id, "numberOfBytes": 64}),
            json!({"keyMaterialId": one}),
        ),
        (
            "GenerateDataKey",
            map(dry_run),
            json!({"keyId": id, "keySpec": "AES_256", "dryRun": true}),
            json!({"keyMaterialId": one}),
        ),
        (
            "Decrypt",
            map([("CiphertextBlob", b(&blob))]),
            json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
            json!({"keyMaterialId": one}),
        ),
        (
            "ReEncrypt",
            moved(&other),
            moved_json(&other),
            json!({"sourceKeyMaterialId": one, "destinationKeyMaterialId": two}),
        ),
        (
            "ReEncrypt",
            moved(&id),
            moved_json(&id),
            json!({"sourceKeyMaterialId": one, "destinationKeyMaterialId": one}),
        ),
        ("GenerateRandom", map([("NumberOfBytes", Value::Integer(8))]), Json::Null, Json::Null),
    ] {
        let record = record_of(&mut host, operation, input);
        assert_eq!(told(&record), (&parameters, &Json::Null, &additional), "{operation}");
        assert_eq!(record["readOnly"], json!(true));
    }
    let record = record_of(&mut host, "ReEncrypt", moved(&other));
    let arns: Vec<&Json> = record["resources"].as_array().unwrap().iter().map(|of| &of["ARN"]).collect();
    assert_eq!(arns, [&json!(arn), &json!(other_arn)], "source and destination, in that order");
    // From one material of a key to the next.
    host.ok("RotateKeyOnDemand", map([("KeyId", s(&id))]));
    let newer = material_of(&mut host, &id);
    let record = record_of(&mut host, "ReEncrypt", moved(&id));
    let expected = json!({"sourceKeyMaterialId": one, "destinationKeyMaterialId": newer});
    assert_eq!(record["additionalEventData"], expected);
}

#[test]
fn operations_that_change_something_tell_what_they_answered() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let created = newest(&host);
    let parameters = json!({
        "description": "", "keyUsage": "ENCRYPT_DECRYPT", "keySpec": "SYMMETRIC_DEFAULT", "origin": "AWS_KMS",
        "bypassPolicyLockoutSafetyCheck": false,
    });
    assert_eq!(created["requestParameters"], parameters);
    let metadata = &created["responseElements"]["keyMetadata"];
    assert_eq!((&metadata["aWSAccountId"], &metadata["keyId"]), (&json!("000000000000"), &json!(id)));
    assert_eq!(metadata["creationDate"], json!("Nov 14, 2023, 10:13:20 PM"));
    assert_eq!(metadata["encryptionAlgorithms"], json!(["SYMMETRIC_DEFAULT"]));
    assert_eq!((&created["readOnly"], &created["resources"][0]["ARN"]), (&json!(false), &json!(arn)));

    let by_arn = || json!({"keyId": arn});
    let named = || strings([("KeyId", &id)]);
    let named_json = || json!({"keyId": id});
    let tag = strings([("TagKey", "Department"), ("TagValue", "IT")]);
    for (operation, input, parameters, response) in [
        ("DisableKey", named(), named_json(), by_arn()),
        ("EnableKey", named(), named_json(), by_arn()),
        (
            "TagResource",
            map([("KeyId", s(&id)), ("Tags", Value::List(vec![tag]))]),
            json!({"keyId": id, "tags": [{"tagKey": "Department", "tagValue": "IT"}]}),
            by_arn(),
        ),
        (
            "EnableKeyRotation",
            map([("KeyId", s(&id)), ("RotationPeriodInDays", Value::Integer(180))]),
            json!({"keyId": id, "rotationPeriodInDays": 180}),
            by_arn(),
        ),
        (
            "UpdateKeyDescription",
            strings([("KeyId", &id), ("Description", "new")]),
            json!({"keyId": id, "description": "new"}),
            by_arn(),
        ),
        (
            "ScheduleKeyDeletion",
            map([("KeyId", s(&id)), ("PendingWindowInDays", Value::Integer(20))]),
            json!({"keyId": id, "pendingWindowInDays": 20}),
            json!({
                "keyId": arn, "deletionDate": "Dec 4, 2023, 10:13:20 PM", "keyState": "PendingDeletion",
                "pendingWindowInDays": 20,
            }),
        ),
        ("CancelKeyDeletion", named(), named_json(), by_arn()),
        ("DescribeKey", named(), named_json(), Json::Null),
        ("ListKeys", Value::Null, Json::Null, Json::Null),
    ] {
        let record = record_of(&mut host, operation, input);
        assert_eq!(record["errorCode"], Json::Null, "{operation}");
        assert_eq!(told(&record), (&parameters, &response, &Json::Null), "{operation}");
        assert_eq!(record["readOnly"], json!(response.is_null()), "{operation}");
    }
}

#[test]
fn an_alias_is_among_the_resources() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let alias = "arn:aws:kms:us-east-1:000000000000:alias/my_alias";
    let named = || strings([("AliasName", "alias/my_alias"), ("TargetKeyId", &id)]);
    for (operation, input, expected) in [
        ("CreateAlias", named(), [arn.as_str(), alias]),
        ("UpdateAlias", named(), [alias, &arn]),
        ("DeleteAlias", strings([("AliasName", "alias/my_alias")]), [alias, &arn]),
    ] {
        let record = record_of(&mut host, operation, input);
        let resources = record["resources"].as_array().unwrap();
        let arns: Vec<&str> = resources.iter().map(|of| of["ARN"].as_str().unwrap()).collect();
        assert_eq!(arns, expected, "{operation}");
    }
}

#[test]
fn grants_are_told_without_their_tokens() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let alice = "arn:aws:iam::111122223333:user/alice";
    let granted = host.ok(
        "CreateGrant",
        map([
            ("KeyId", s(&arn)),
            ("GranteePrincipal", s(alice)),
            ("Constraints", map([("EncryptionContextSubset", strings([("ContextKey1", "Value1")]))])),
            ("Operations", Value::List(vec![s("Encrypt"), s("RetireGrant")])),
        ]),
    );
    let (grant, token) = (text(&granted, "GrantId"), text(&granted, "GrantToken"));
    let record = newest(&host);
    let parameters = json!({
        "keyId": arn,
        "granteePrincipal": alice,
        "constraints": {"encryptionContextSubset": {"ContextKey1": "Value1"}},
        "operations": ["Encrypt", "RetireGrant"],
    });
    assert_eq!(told(&record), (&parameters, &json!({"grantId": grant, "keyId": arn}), &Json::Null));
    let tokens = Value::List(vec![s(&token)]);
    let input = map([("KeyId", s(&id)), ("KeySpec", s("AES_256")), ("GrantTokens", tokens)]);
    let record = record_of(&mut host, "GenerateDataKey", input);
    assert_eq!(record["requestParameters"], json!({"keyId": id, "keySpec": "AES_256"}));
    let record = record_of(&mut host, "RetireGrant", strings([("GrantToken", &token)]));
    assert_eq!(told(&record), (&Json::Null, &json!({"keyId": arn}), &json!({"grantId": grant})));
    assert!(records(&host).iter().all(|record| !record.to_string().contains(&token)));
}

#[test]
fn a_refused_call_tells_why() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    host.ok("DisableKey", map([("KeyId", s(&id))]));
    let record = record_of(&mut host, "Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x"))]));
    assert_eq!(record["errorCode"], json!("DisabledException"));
    assert_eq!(record["errorMessage"], json!(format!("{arn} is disabled.")));
    assert_eq!(record["resources"][0]["ARN"], json!(arn));
    let record = record_of(&mut host, "DescribeKey", map([("KeyId", s("alias/none"))]));
    assert_eq!(record["requestParameters"], json!({"keyId": "alias/none"}));
    assert_eq!((&record["errorCode"], &record["resources"]), (&json!("NotFoundException"), &json!([])));
    // What is too long is not told.
    let record = record_of(&mut host, "DescribeKey", map([("KeyId", Value::Integer(7))]));
    assert_eq!(record["requestParameters"], json!({"keyId": 7}));
    let record = record_of(&mut host, "CreateKey", map([("Description", s(&"x".repeat(50_000)))]));
    assert_eq!(record["requestParameters"]["description"], json!(""));
    assert!(record["errorMessage"].as_str().unwrap().len() <= 1024);
}

#[test]
fn custom_key_stores_are_told_by_name_and_cluster() {
    let mut host = Host::new();
    let input = [
        ("CustomKeyStoreName", "ExampleKeyStore"),
        ("CloudHsmClusterId", "cluster-2a23b4cdefg"),
        ("KeyStorePassword", "kmsPswd-a-secret"),
        ("TrustAnchorCertificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    ];
    let record = record_of(&mut host, "CreateCustomKeyStore", strings(input));
    let parameters = &record["requestParameters"];
    assert_eq!(parameters["customKeyStoreName"], json!("ExampleKeyStore"));
    assert_eq!(parameters["clusterId"], json!("cluster-2a23b4cdefg"));
    assert!(parameters.get("keyStorePassword").is_none());
    let store = record["responseElements"]["customKeyStoreId"].as_str().unwrap().to_owned();
    let record = record_of(&mut host, "ConnectCustomKeyStore", strings([("CustomKeyStoreId", &store)]));
    let additional = json!({"customKeyStoreName": "ExampleKeyStore", "clusterId": "cluster-2a23b4cdefg"});
    assert_eq!(told(&record), (&json!({"customKeyStoreId": store}), &Json::Null, &additional));
}

#[test]
fn what_happens_by_itself_tells_its_details() {
    let mut host = Host::new();
    let ((rotating, arn), (dying, _)) = (host.create(), host.create());
    let period = [("KeyId", s(&rotating)), ("RotationPeriodInDays", Value::Integer(90))];
    host.ok("EnableKeyRotation", map(period));
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&dying)), ("PendingWindowInDays", Value::Integer(7))]));
    host.advance(100);
    let all = records(&host);
    let [deleted, rotated] = &all[all.len() - 2..] else { panic!("two") };
    assert_eq!(deleted["eventName"], json!("DeleteKey"));
    assert_eq!(deleted["serviceEventDetails"], json!({"keyId": dying}));
    let internal = json!({"accountId": "000000000000", "invokedBy": "AWS Internal"});
    assert_eq!((&deleted["userIdentity"], &deleted["sourceIPAddress"]), (&internal, &json!("AWS Internal")));
    assert_eq!((&deleted["requestID"], &deleted["readOnly"]), (&Json::Null, &json!(false)));
    let details = &rotated["serviceEventDetails"];
    assert_eq!((&details["rotationType"], &details["keyOrigin"]), (&json!("AUTOMATIC"), &json!("AWS_KMS")));
    assert_ne!(details["previousKeyMaterialId"], details["currentKeyMaterialId"]);
    assert_eq!(rotated["eventType"], json!("AwsServiceEvent"));
    assert_eq!(rotated["resources"][0]["ARN"], json!(arn));

    // On demand, and of a primary key with replicas.
    let created = host.ok("CreateKey", map([("MultiRegion", Value::Boolean(true))]));
    let primary = text(created.get("KeyMetadata").unwrap(), "KeyId");
    host.ok("ReplicateKey", strings([("KeyId", &primary), ("ReplicaRegion", "eu-west-1")]));
    host.wait();
    host.ok("RotateKeyOnDemand", map([("KeyId", s(&primary))]));
    let all = records(&host);
    let newest: Vec<&str> = all.iter().rev().take(5).map(|of| of["eventName"].as_str().unwrap()).collect();
    let synchronized = "SynchronizeMultiRegionKey";
    assert_eq!(newest, ["RotateKeyOnDemand", synchronized, "RotateKey", "ReplicateKey", synchronized]);
    assert_eq!(all[all.len() - 3]["serviceEventDetails"]["rotationType"], json!("ON_DEMAND"));
    assert_eq!(all[all.len() - 2]["eventType"], json!("AwsApiCall"), "as AWS documents it");
}
