//! Two accounts: both sides have to agree, and not everything may cross.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>

use super::*;
use crate::model::constraints::OPERATIONS;
use Layer::{Boundary, Identity, KeyPolicy};
use Refusal::{Denied, NotAllowed};

#[test]
fn both_accounts_have_to_allow() {
    let (yes, no) = (statement("Allow", "kms:Encrypt"), statement("Deny", "kms:Encrypt"));
    let elsewhere = statement("Allow", "kms:Decrypt");
    let table = [
        (OTHERS, OTHERS, "", "", Ok(())),
        (OTHERS, CAROL, "", "", Err(NotAllowed(Identity))),
        (OTHERS, CAROL, yes.as_str(), "", Ok(())),
        (CAROL, CAROL, &yes, "", Ok(())),
        (CAROL, CAROL, "", "", Err(NotAllowed(Identity))),
        ("*", CAROL, "", "", Err(NotAllowed(Identity))),
        ("*", CAROL, &yes, "", Ok(())),
        (ROOT, CAROL, &yes, "", Err(NotAllowed(KeyPolicy))),
        (ROOT, OTHERS, "", "", Err(NotAllowed(KeyPolicy))),
        (CAROL, OTHERS, "", "", Err(NotAllowed(KeyPolicy))),
        (CAROL, CAROL, &no, "", Err(Denied(Identity))),
        (CAROL, CAROL, &yes, &yes, Ok(())),
        (CAROL, CAROL, &yes, &elsewhere, Err(NotAllowed(Boundary))),
        (CAROL, CAROL, &yes, &no, Err(Denied(Boundary))),
    ];
    for (named, who, own, boundary, expected) in table {
        let mut world = World::with_key_policy(&key_statement("Allow", named));
        world.give(CAROL, own, "", boundary);
        assert_eq!(world.ask(who, "Encrypt", ""), expected, "{named} {who} {own} {boundary}");
    }
}

/// "If you give a user in a different account permission for other operations, those permissions have no effect."
#[test]
fn these_operations_may_cross_and_no_other() {
    let may = [
        "CreateGrant",
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "DescribeKey",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetKeyLastUsage",
        "GetKeyRotationStatus",
        "GetPublicKey",
        "ListGrants",
        "ReEncrypt",
        "ReEncryptFrom",
        "ReEncryptTo",
        "RetireGrant",
        "RevokeGrant",
        "Sign",
        "Verify",
        "VerifyMac",
    ];
    let mut world = World::with_key_policy(&key_statement("Allow", OTHERS));
    world.give(CAROL, &statement("Allow", "*"), "", "");
    let all = OPERATIONS.iter().map(|(name, _)| *name).chain(["ReEncryptFrom", "ReEncryptTo"]);
    for action in all {
        let expected = if may.contains(&action) { Ok(()) } else { Err(NotAllowed(KeyPolicy)) };
        for who in [CAROL, OTHERS] {
            assert_eq!(world.ask(who, action, ""), expected, "{who} {action}");
        }
    }
}

#[test]
fn nobody_elses_identity_policies_count_for_the_keys_account() {
    let mut world = World::new();
    world.give(CAROL, &statement("Allow", "*"), "", "");
    assert_eq!(world.ask(CAROL, "Encrypt", ""), Err(NotAllowed(KeyPolicy)));
    assert_eq!(world.ask(OTHERS, "Encrypt", ""), Err(NotAllowed(KeyPolicy)));
}

/// A caller of another account is not told whether there is a key: what its own side says it may know.
#[test]
fn another_account_is_told_no_more_of_a_key_than_of_one_that_is_not_there() {
    let of = |who: &str, refusal: Refusal| {
        let error = World::new().asked(&caller(who), "Encrypt", "", |asked| refusal.error(asked));
        error.message().to_owned()
    };
    for who in [CAROL, OTHERS] {
        for refusal in [NotAllowed(KeyPolicy), Denied(KeyPolicy)] {
            let message = of(who, refusal);
            assert!(message.contains("on this resource because the resource does not exist"), "{message}");
            assert!(!message.contains(KEY), "{message}");
        }
        for refusal in [NotAllowed(Identity), Denied(Identity), NotAllowed(Boundary)] {
            assert!(of(who, refusal).contains(KEY), "{refusal:?}");
        }
    }
    for who in [ALICE, ROOT, SERVICE] {
        assert!(of(who, NotAllowed(KeyPolicy)).contains(KEY), "{who}");
    }
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
#[test]
fn under_the_default_key_policy_the_account_decides() {
    let mut world = World::new();
    for action in ["Encrypt", "PutKeyPolicy", "ScheduleKeyDeletion"] {
        assert_eq!(world.ask(ROOT, action, ""), Ok(()));
        assert_eq!(world.ask(ALICE, action, ""), Err(NotAllowed(Identity)));
        assert_eq!(world.ask(SERVICE, action, ""), Err(NotAllowed(KeyPolicy)));
    }
    let limited = brings(ROOT, |session| session.policies = vec![policy(&statement("Allow", "kms:Encrypt"))]);
    assert_eq!(world.ask_as(&limited, "Encrypt", ""), Ok(()));
    assert_eq!(world.ask_as(&limited, "Decrypt", ""), Err(NotAllowed(Layer::Session)));
    world.give(ALICE, &statement("Allow", "kms:*"), "", "");
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
}

/// An AWS managed key is used through its service alone, and looked at by the account.
#[test]
fn an_aws_managed_key_is_its_services() {
    let mut world = World::new();
    world.key.manager = KeyManager::Aws;
    let ask = |who: &str, via: Option<&str>, action: &str| {
        let caller = Caller { via_service: via.map(str::to_owned), ..caller(who) };
        world.asked(&caller, action, "", |asked| {
            let asked = Question { on: Resource::key(&world.key, Some("s3")), ..*asked };
            let decision = decide(&asked, &mut Record::off());
            assert_eq!(explain(&asked).0, decision);
            decision
        })
    };
    assert_eq!(ask(ALICE, Some("s3"), "Encrypt"), Ok(()));
    assert_eq!(ask(ROOT, Some("s3"), "GenerateDataKey"), Ok(()));
    assert_eq!(ask(ALICE, Some("ec2"), "Encrypt"), Err(NotAllowed(KeyPolicy)));
    assert_eq!(ask(ALICE, None, "Encrypt"), Err(NotAllowed(KeyPolicy)));
    assert_eq!(ask(ROOT, None, "Encrypt"), Err(NotAllowed(KeyPolicy)));
    assert_eq!(ask(ROOT, None, "DescribeKey"), Ok(()));
    assert_eq!(ask(ROOT, None, "PutKeyPolicy"), Err(NotAllowed(KeyPolicy)));
    assert_eq!(ask(OTHERS, Some("s3"), "Encrypt"), Err(NotAllowed(KeyPolicy)));
}
