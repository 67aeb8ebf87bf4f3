//! Each condition key: its values, or none, in a request.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use super::*;
use crate::authz::facts::ByName;
use crate::authz::policy::Facts;
use crate::keys::MultiRegion;

fn values(question: &Question<'_>, key: &str) -> String {
    let mut found = Vec::new();
    question.values(key, &mut |value| found.push(value.to_owned()));
    let mut again = 0;
    question.values(&key.to_ascii_uppercase(), &mut |_| again += 1);
    assert_eq!(again, found.len(), "{key} in capitals");
    found.join(" ")
}

/// A long encryption context is looked up by name: each name has the values that a search through all pairs finds.
#[test]
fn a_long_context_has_the_same_values() {
    let world = World::new();
    for count in [16, 17, 40] {
        let pairs = (0..count)
            .map(|number| format!(r#""{}{}":"v{number}""#, ["k", "K", "é"][number % 3], number / 2));
        let context = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
        for (action, input) in [
            ("Encrypt", format!(r#"{{"EncryptionContext":{context}}}"#)),
            ("ReEncryptTo", format!(r#"{{"DestinationEncryptionContext":{context}}}"#)),
        ] {
            let mut seen = 0;
            world.asked(&caller(ALICE), action, &input, |asked| {
                let by_name = ByName::of(asked);
                assert_eq!(by_name.is_some(), count > 16);
                let Some(by_name) = by_name else { return };
                let names =
                    (0..30).flat_map(|number| ["k", "K", "é", "É"].map(|first| format!("{first}{number}")));
                for key in names.map(|name| format!("kms:encryptionContext:{name}")).chain([
                    "kms:EncryptionContextKeys".to_owned(),
                    "kms:EncryptionContext:".to_owned(),
                    "kms:CallerAccount".to_owned(),
                    "é".repeat(30),
                ]) {
                    let [mut expected, mut found] = [Vec::new(), Vec::new()];
                    asked.values(&key, &mut |value| expected.push(value.to_owned()));
                    by_name.values(&key, &mut |value| found.push(value.to_owned()));
                    expected.sort();
                    found.sort();
                    assert_eq!(found, expected, "{key}");
                    seen += found.len();
                }
            });
            assert!(count == 16 || seen > 2 * count, "{seen}");
        }
    }
}

/// What a request's members say. The values are joined by spaces; none is empty.
#[test]
fn a_condition_key_has_what_the_request_says() {
    let world = World::new();
    let table = [
        (
            "PutKeyPolicy",
            r#"{"BypassPolicyLockoutSafetyCheck":true}"#,
            "kms:BypassPolicyLockoutSafetyCheck",
            "true",
        ),
        ("PutKeyPolicy", "", "kms:BypassPolicyLockoutSafetyCheck", "false"),
        ("CreateKey", "", "kms:BypassPolicyLockoutSafetyCheck", "false"),
        ("Encrypt", "", "kms:BypassPolicyLockoutSafetyCheck", ""),
        ("GenerateDataKeyPair", r#"{"KeyPairSpec":"RSA_2048"}"#, "kms:DataKeyPairSpec", "RSA_2048"),
        ("GenerateDataKeyPair", "", "kms:DataKeyPairSpec", ""),
        (
            "Encrypt",
            r#"{"EncryptionAlgorithm":"RSAES_OAEP_SHA_256"}"#,
            "kms:EncryptionAlgorithm",
            "RSAES_OAEP_SHA_256",
        ),
        ("Encrypt", "", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("Decrypt", "", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("GenerateDataKey", "", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("GenerateDataKeyPairWithoutPlaintext", "", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("ReEncryptFrom", r#"{"SourceEncryptionAlgorithm":"SM2PKE"}"#, "kms:EncryptionAlgorithm", "SM2PKE"),
        (
            "ReEncryptTo",
            r#"{"DestinationEncryptionAlgorithm":"SM2PKE"}"#,
            "kms:EncryptionAlgorithm",
            "SM2PKE",
        ),
        (
            "ReEncryptTo",
            r#"{"SourceEncryptionAlgorithm":"SM2PKE"}"#,
            "kms:EncryptionAlgorithm",
            "SYMMETRIC_DEFAULT",
        ),
        ("Sign", "", "kms:EncryptionAlgorithm", ""),
        ("Encrypt", r#"{"EncryptionContext":{"App":"a","team":"b"}}"#, "kms:EncryptionContext:app", "a"),
        ("Encrypt", r#"{"EncryptionContext":{"App":"a","team":"b"}}"#, "kms:EncryptionContext:other", ""),
        ("Encrypt", r#"{"EncryptionContext":{"aws:s3:arn":"x"}}"#, "kms:EncryptionContext:aws:s3:arn", "x"),
        (
            "Encrypt",
            r#"{"EncryptionContext":{"App":"a","team":"b"}}"#,
            "kms:EncryptionContextKeys",
            "App team",
        ),
        (
            "ReEncryptFrom",
            r#"{"SourceEncryptionContext":{"a":"1"},"DestinationEncryptionContext":{"b":"2"}}"#,
            "kms:EncryptionContextKeys",
            "a",
        ),
        (
            "ReEncryptTo",
            r#"{"SourceEncryptionContext":{"a":"1"},"DestinationEncryptionContext":{"b":"2"}}"#,
            "kms:EncryptionContextKeys",
            "b",
        ),
        (
            "CreateGrant",
            r#"{"Constraints":{"EncryptionContextSubset":{"a":"1"}}}"#,
            "kms:EncryptionContextKeys",
            "a",
        ),
        (
            "CreateGrant",
            r#"{"Constraints":{"EncryptionContextEquals":{"a":"1"}}}"#,
            "kms:EncryptionContext:a",
            "1",
        ),
        ("Encrypt", "", "kms:EncryptionContextKeys", ""),
        ("ImportKeyMaterial", "", "kms:ExpirationModel", "KEY_MATERIAL_EXPIRES"),
        (
            "ImportKeyMaterial",
            r#"{"ExpirationModel":"KEY_MATERIAL_DOES_NOT_EXPIRE"}"#,
            "kms:ExpirationModel",
            "KEY_MATERIAL_DOES_NOT_EXPIRE",
        ),
        ("Encrypt", "", "kms:ExpirationModel", ""),
        ("ImportKeyMaterial", r#"{"ValidTo":1768480245.5}"#, "kms:ValidTo", "1768480245"),
        ("ImportKeyMaterial", r#"{"ValidTo":1768480245}"#, "kms:ValidTo", "1768480245"),
        (
            "CreateGrant",
            r#"{"Constraints":{"EncryptionContextEquals":{}}}"#,
            "kms:GrantConstraintType",
            "EncryptionContextEquals",
        ),
        (
            "CreateGrant",
            r#"{"Constraints":{"EncryptionContextSubset":{}}}"#,
            "kms:GrantConstraintType",
            "EncryptionContextSubset",
        ),
        (
            "CreateGrant",
            r#"{"Constraints":{"SourceArn":"arn:aws:s3:::b"}}"#,
            "kms:GrantConstraintSourceArn",
            "arn:aws:s3:::b",
        ),
        ("CreateGrant", "", "kms:GrantConstraintSourceArn", ""),
        ("CreateGrant", "", "kms:GrantConstraintType", ""),
        ("CreateGrant", "", "kms:GrantIsForAWSResource", "false"),
        ("ListGrants", "", "kms:GrantIsForAWSResource", "false"),
        ("RevokeGrant", "", "kms:GrantIsForAWSResource", "false"),
        ("RetireGrant", "", "kms:GrantIsForAWSResource", "false"),
        ("Encrypt", "", "kms:GrantIsForAWSResource", ""),
        ("CreateGrant", r#"{"Operations":["Encrypt","Decrypt"]}"#, "kms:GrantOperations", "Encrypt Decrypt"),
        ("CreateGrant", r#"{"GranteePrincipal":"g"}"#, "kms:GranteePrincipal", "g"),
        ("CreateGrant", r#"{"GranteeServicePrincipal":"s"}"#, "kms:GranteeServicePrincipal", "s"),
        ("CreateGrant", r#"{"RetiringPrincipal":"r"}"#, "kms:RetiringPrincipal", "r"),
        ("CreateGrant", r#"{"RetiringServicePrincipal":"s"}"#, "kms:RetiringServicePrincipal", "s"),
        ("DeriveSharedSecret", r#"{"KeyAgreementAlgorithm":"ECDH"}"#, "kms:KeyAgreementAlgorithm", "ECDH"),
        ("GenerateMac", r#"{"MacAlgorithm":"HMAC_SHA_256"}"#, "kms:MacAlgorithm", "HMAC_SHA_256"),
        ("Sign", "", "kms:MessageType", "RAW"),
        ("Verify", r#"{"MessageType":"DIGEST"}"#, "kms:MessageType", "DIGEST"),
        ("GenerateMac", "", "kms:MessageType", ""),
        ("UpdatePrimaryRegion", r#"{"PrimaryRegion":"eu-west-1"}"#, "kms:PrimaryRegion", "eu-west-1"),
        ("ReplicateKey", r#"{"ReplicaRegion":"eu-west-1"}"#, "kms:ReplicaRegion", "eu-west-1"),
        ("Encrypt", r#"{"KeyId":"alias/a"}"#, "kms:RequestAlias", "alias/a"),
        (
            "Encrypt",
            r#"{"KeyId":"arn:aws:kms:us-east-1:111122223333:alias/a/b"}"#,
            "kms:RequestAlias",
            "alias/a/b",
        ),
        ("Encrypt", r#"{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"}"#, "kms:RequestAlias", ""),
        ("Encrypt", r#"{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/1"}"#, "kms:RequestAlias", ""),
        (
            "ReEncryptFrom",
            r#"{"SourceKeyId":"alias/a","DestinationKeyId":"alias/b"}"#,
            "kms:RequestAlias",
            "alias/a",
        ),
        (
            "ReEncryptTo",
            r#"{"SourceKeyId":"alias/a","DestinationKeyId":"alias/b"}"#,
            "kms:RequestAlias",
            "alias/b",
        ),
        ("EnableKeyRotation", "", "kms:RotationPeriodInDays", "365"),
        ("EnableKeyRotation", r#"{"RotationPeriodInDays":90}"#, "kms:RotationPeriodInDays", "90"),
        ("RotateKeyOnDemand", "", "kms:RotationPeriodInDays", ""),
        (
            "ScheduleKeyDeletion",
            r#"{"PendingWindowInDays":7}"#,
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            "7",
        ),
        ("Sign", r#"{"SigningAlgorithm":"ECDSA_SHA_256"}"#, "kms:SigningAlgorithm", "ECDSA_SHA_256"),
        ("GetParametersForImport", r#"{"WrappingAlgorithm":"w"}"#, "kms:WrappingAlgorithm", "w"),
        ("GetParametersForImport", r#"{"WrappingKeySpec":"RSA_2048"}"#, "kms:WrappingKeySpec", "RSA_2048"),
        (
            "TagResource",
            r#"{"Tags":[{"TagKey":"a","TagValue":"1"},{"TagKey":"b","TagValue":"2"}]}"#,
            "aws:TagKeys",
            "a b",
        ),
        (
            "TagResource",
            r#"{"Tags":[{"TagKey":"a","TagValue":"1"},{"TagKey":"b","TagValue":"2"}]}"#,
            "aws:RequestTag/B",
            "2",
        ),
        ("UntagResource", r#"{"TagKeys":["a","b"]}"#, "aws:TagKeys", "a b"),
        ("UntagResource", r#"{"TagKeys":["a","b"]}"#, "aws:RequestTag/a", ""),
        ("Encrypt", "", "kms:CallerAccount", ACCOUNT),
        ("GenerateRandom", "", "kms:CallerAccount", ""),
        ("ListAliases", "", "kms:CallerAccount", ""),
        ("ListKeys", "", "kms:CallerAccount", ""),
        ("ListRetirableGrants", "", "kms:CallerAccount", ""),
        ("CreateCustomKeyStore", "", "kms:CallerAccount", ACCOUNT),
        ("Encrypt", "", "kms:Nonesuch", ""),
        ("Encrypt", "", "kms:EncryptionContext", ""),
        ("Encrypt", "", "aws:", ""),
    ];
    for (action, input, key, expected) in table {
        let found = world.asked(&caller(ALICE), action, input, |question| values(question, key));
        assert_eq!(found, expected, "{action} {input} {key}");
    }
}

#[test]
fn a_condition_key_has_what_the_key_is() {
    let mut world = World::new();
    let has =
        |world: &World, key: &str| world.asked(&caller(ALICE), "Encrypt", "", |asked| values(asked, key));
    for (key, expected) in [
        ("kms:KeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:KeyUsage", "ENCRYPT_DECRYPT"),
        ("kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT"),
        ("kms:KeyOrigin", "AWS_KMS"),
        ("kms:MultiRegion", "false"),
        ("kms:MultiRegionKeyType", ""),
        ("kms:ResourceAliases", ""),
        ("kms:ReEncryptOnSameKey", ""),
        ("aws:ResourceTag/team", "red"),
        ("aws:ResourceTag/other", ""),
        ("aws:ResourceAccount", ACCOUNT),
    ] {
        assert_eq!(has(&world, key), expected, "{key}");
    }
    for name in ["alias/a", "alias/b"] {
        let target = world.key.reference.clone();
        world.put(&Alias { name: name.parse().unwrap(), target, created: NOW, updated: NOW });
    }
    assert_eq!(has(&world, "kms:ResourceAliases"), "alias/a alias/b");
    world.key.spec = KeySpec::from_name("HMAC_256").unwrap();
    world.key.usage = KeyUsage::from_name("GENERATE_VERIFY_MAC").unwrap();
    world.key.origin = Origin::External;
    world.key.multi_region = Some(MultiRegion { primary: region("us-east-1"), replicas: Vec::new() });
    for (key, expected) in [
        ("kms:KeySpec", "HMAC_256"),
        ("kms:CustomerMasterKeySpec", "HMAC_256"),
        ("kms:KeyUsage", "GENERATE_VERIFY_MAC"),
        ("kms:CustomerMasterKeyUsage", "GENERATE_VERIFY_MAC"),
        ("kms:KeyOrigin", "EXTERNAL"),
        ("kms:MultiRegion", "true"),
        ("kms:MultiRegionKeyType", "PRIMARY"),
    ] {
        assert_eq!(has(&world, key), expected, "{key}");
    }
    world.key.multi_region = Some(MultiRegion { primary: region("eu-west-1"), replicas: Vec::new() });
    assert_eq!(has(&world, "kms:MultiRegionKeyType"), "REPLICA");
    for (same, expected) in [(Some(true), "true"), (Some(false), "false")] {
        let found = world.asked(&caller(ALICE), "ReEncryptTo", "", |asked| {
            values(&Question { is_same_key: same, ..*asked }, "kms:ReEncryptOnSameKey")
        });
        assert_eq!(found, expected);
    }
}

/// Before there is a key, its properties are what CreateKey asks for.
#[test]
fn a_condition_key_has_what_a_key_is_to_be() {
    let world = World::new();
    let all =
        r#"{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY","Origin":"EXTERNAL","MultiRegion":true}"#;
    for (action, input, key, expected) in [
        ("CreateKey", all, "kms:KeySpec", "ECC_NIST_P256"),
        ("CreateKey", all, "kms:KeyUsage", "SIGN_VERIFY"),
        ("CreateKey", all, "kms:CustomerMasterKeyUsage", "SIGN_VERIFY"),
        ("CreateKey", all, "kms:KeyOrigin", "EXTERNAL"),
        ("CreateKey", all, "kms:MultiRegion", "true"),
        ("CreateKey", all, "kms:MultiRegionKeyType", "PRIMARY"),
        ("CreateKey", r#"{"CustomerMasterKeySpec":"RSA_2048"}"#, "kms:CustomerMasterKeySpec", "RSA_2048"),
        ("CreateKey", "", "kms:KeySpec", "SYMMETRIC_DEFAULT"),
        ("CreateKey", "", "kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
        ("CreateKey", "", "kms:KeyUsage", "ENCRYPT_DECRYPT"),
        ("CreateKey", "", "kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT"),
        ("CreateKey", "", "kms:KeyOrigin", "AWS_KMS"),
        ("CreateKey", "", "kms:MultiRegion", "false"),
        ("CreateKey", "", "kms:MultiRegionKeyType", ""),
        ("CreateKey", r#"{"MultiRegion":false}"#, "kms:MultiRegionKeyType", ""),
        ("CreateKey", "", "kms:ResourceAliases", ""),
        ("CreateKey", "", "aws:ResourceTag/team", ""),
        ("CreateKey", "", "aws:ResourceAccount", ACCOUNT),
        ("ListKeys", "", "kms:KeySpec", ""),
    ] {
        let found = world.asked(&caller(ALICE), action, input, |asked| {
            values(&Question { on: Resource::Any, ..*asked }, key)
        });
        assert_eq!(found, expected, "{action} {input} {key}");
    }
    let on_alias = world.asked(&caller(ALICE), "CreateAlias", "", |asked| {
        values(&Question { on: Resource::Alias("arn"), ..*asked }, "kms:KeySpec")
    });
    assert_eq!(on_alias, "");
}

#[test]
fn a_condition_key_has_who_calls() {
    let world = World::new();
    let table = [
        ("aws:PrincipalArn", [ROOT, ALICE, ROLE, ""]),
        ("aws:PrincipalType", ["Account", "User", "AssumedRole", ""]),
        ("aws:PrincipalAccount", [ACCOUNT, ACCOUNT, ACCOUNT, ""]),
        ("aws:PrincipalIsAWSService", ["false", "false", "false", "true"]),
        ("aws:PrincipalServiceName", ["", "", "", SERVICE]),
        ("aws:PrincipalTag/TEAM", ["", "alice", "Ops", ""]),
        ("aws:PrincipalTag/other", ["", "", "", ""]),
        ("aws:userid", [ACCOUNT, "IDalice", "IDOps:one", ""]),
        ("aws:username", ["", "alice", "", ""]),
        ("aws:SecureTransport", ["true"; 4]),
        ("aws:RequestedRegion", ["us-east-1"; 4]),
        ("aws:CurrentTime", ["1768480245"; 4]),
        ("aws:EpochTime", ["1768480245"; 4]),
        ("aws:ViaAWSService", ["false"; 4]),
        ("aws:CalledVia", [""; 4]),
        ("kms:ViaService", [""; 4]),
        ("aws:SourceIp", [""; 4]),
        ("aws:UserAgent", [""; 4]),
        ("aws:MultiFactorAuthPresent", [""; 4]),
        ("aws:SourceArn", [""; 4]),
        ("aws:SourceAccount", [""; 4]),
        ("aws:PrincipalOrgID", [""; 4]),
    ];
    for (key, expected) in table {
        for (who, expected) in [ROOT, ALICE, SESSION, SERVICE].into_iter().zip(expected) {
            let found = world.asked(&caller(who), "Encrypt", "", |asked| values(asked, key));
            assert_eq!(found, expected, "{who} {key}");
        }
    }
    // Whom nobody knows has an ARN and no more.
    let stranger = caller("arn:aws:sts::111122223333:assumed-role/Dev/one");
    for (key, expected) in [
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/Dev"),
        ("aws:userid", ""),
        ("aws:PrincipalTag/team", ""),
    ] {
        assert_eq!(world.asked(&stranger, "Encrypt", "", |asked| values(asked, key)), expected, "{key}");
    }
}

#[test]
fn a_condition_key_has_what_a_call_brings_along() {
    let world = World::new();
    let caller = brings(ALICE, |session| {
        session.source_ip = Some("203.0.113.7".to_owned());
        session.user_agent = Some("agent".to_owned());
        session.mfa = Some(true);
        session.source_arn = Some("arn:aws:s3:::b".to_owned());
        session.source_account = Some("444455556666".to_owned());
        session.organization = Some("o-1".to_owned());
    });
    let caller = caller.through("s3", &region("eu-west-1"));
    for (action, key, expected) in [
        ("Encrypt", "aws:SourceIp", "203.0.113.7"),
        ("Encrypt", "aws:UserAgent", "agent"),
        ("Encrypt", "aws:MultiFactorAuthPresent", "true"),
        ("Encrypt", "aws:SourceArn", "arn:aws:s3:::b"),
        ("Encrypt", "aws:SourceAccount", "444455556666"),
        ("Encrypt", "aws:PrincipalOrgID", "o-1"),
        ("Encrypt", "aws:RequestedRegion", "eu-west-1"),
        ("Encrypt", "kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        ("CreateKey", "kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        ("ListKeys", "kms:ViaService", ""),
        ("DescribeCustomKeyStores", "kms:ViaService", ""),
        ("Encrypt", "aws:CalledVia", "s3.amazonaws.com"),
        ("Encrypt", "aws:CalledViaFirst", "s3.amazonaws.com"),
        ("Encrypt", "aws:CalledViaLast", "s3.amazonaws.com"),
        ("Encrypt", "aws:ViaAWSService", "true"),
        ("CreateGrant", "kms:GrantIsForAWSResource", "true"),
    ] {
        let found = world.asked(&caller, action, "", |asked| values(asked, key));
        assert_eq!(found, expected, "{action} {key}");
    }
    let without = brings(ALICE, |session| session.mfa = Some(false));
    let found = world.asked(&without, "Encrypt", "", |asked| values(asked, "aws:MultiFactorAuthPresent"));
    assert_eq!(found, "false");
}
