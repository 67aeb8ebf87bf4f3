//! What each layer has to say within one account.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>

use super::*;
use Layer::{Boundary, Identity, KeyPolicy, Session as SessionPolicy};
use Refusal::{Denied, NotAllowed};

const YES: &str = r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}"#;
const NO: &str = r#"{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}"#;
const ELSE: &str = r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}"#;

/// Whom the key policy names, who asks, what the caller's own policies, boundary and session policies say.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a [&'a str], Result<(), Refusal>);

fn check(table: &[Row<'_>]) {
    for (named, who, own, boundary, sessions, expected) in table {
        for is_attached in [false, true] {
            let mut world = World::with_key_policy(&key_statement("Allow", named));
            if *who != ROOT && *who != BOB {
                let arn = if *who == SESSION { ROLE } else { who };
                let (own, attached) = if is_attached { ("", *own) } else { (*own, "") };
                world.give(arn, own, attached, boundary);
            }
            let caller = brings(who, |session| {
                session.policies = sessions.iter().map(|text| policy(text)).collect();
            });
            let found = world.ask_as(&caller, "Encrypt", "");
            assert_eq!(found, *expected, "{named} {who} {own} {boundary} {sessions:?} {is_attached}");
        }
    }
}

#[test]
fn a_user_may_what_the_key_policy_gives_it_or_its_account_and_its_own_policies() {
    check(&[
        // Named directly, nothing but a Deny takes it away.
        (ALICE, ALICE, "", "", &[], Ok(())),
        (ALICE, ALICE, ELSE, ELSE, &[], Ok(())),
        (ALICE, ALICE, NO, "", &[], Err(Denied(Identity))),
        (ALICE, ALICE, YES, NO, &[], Err(Denied(Boundary))),
        (ALICE, BOB, "", "", &[], Err(NotAllowed(KeyPolicy))),
        ("*", ALICE, "", ELSE, &[], Ok(())),
        ("*", BOB, "", "", &[], Ok(())),
        ("*", ALICE, NO, "", &[], Err(Denied(Identity))),
        // Named by the account, its own policies decide, within the boundary.
        (ROOT, ALICE, YES, "", &[], Ok(())),
        (ACCOUNT, ALICE, YES, YES, &[], Ok(())),
        (ROOT, ALICE, "", "", &[], Err(NotAllowed(Identity))),
        (ROOT, BOB, "", "", &[], Err(NotAllowed(Identity))),
        (ROOT, ALICE, ELSE, "", &[], Err(NotAllowed(Identity))),
        (ROOT, ALICE, YES, ELSE, &[], Err(NotAllowed(Boundary))),
        (ROOT, ALICE, "", YES, &[], Err(NotAllowed(Identity))),
        (ROOT, ALICE, YES, NO, &[], Err(Denied(Boundary))),
        (ROOT, ALICE, &format!("{ELSE}|{YES}"), "", &[], Ok(())),
        (ROOT, ALICE, &format!("{YES}|{ELSE}"), "", &[], Ok(())),
        (ROOT, ALICE, &format!("{YES}|{NO}"), "", &[], Err(Denied(Identity))),
        (ROOT, ALICE, &format!("{NO}|{YES}"), "", &[], Err(Denied(Identity))),
        // Not named, its own policies change nothing.
        (BOB, ALICE, YES, "", &[], Err(NotAllowed(KeyPolicy))),
        (OTHERS, ALICE, YES, "", &[], Err(NotAllowed(KeyPolicy))),
    ]);
}

#[test]
fn a_session_is_limited_where_its_role_is_named_and_not_where_it_is() {
    check(&[
        (SESSION, SESSION, "", "", &[], Ok(())),
        (SESSION, SESSION, "", ELSE, &[ELSE], Ok(())),
        (SESSION, SESSION, "", "", &[NO], Err(Denied(SessionPolicy))),
        (SESSION, SESSION, "", NO, &[], Err(Denied(Boundary))),
        ("*", SESSION, "", ELSE, &[ELSE], Ok(())),
        (ROLE, SESSION, "", "", &[], Ok(())),
        (ROLE, SESSION, "", YES, &[YES], Ok(())),
        (ROLE, SESSION, "", ELSE, &[], Err(NotAllowed(Boundary))),
        (ROLE, SESSION, "", "", &[ELSE], Err(NotAllowed(SessionPolicy))),
        (ROLE, SESSION, "", ELSE, &[ELSE], Err(NotAllowed(Boundary))),
        (ROLE, SESSION, NO, "", &[], Err(Denied(Identity))),
        (ROOT, SESSION, YES, "", &[], Ok(())),
        (ROOT, SESSION, YES, YES, &[YES, YES], Ok(())),
        (ROOT, SESSION, YES, "", &[YES, ELSE], Err(NotAllowed(SessionPolicy))),
        (ROOT, SESSION, YES, "", &[ELSE, YES], Err(NotAllowed(SessionPolicy))),
        (ROOT, SESSION, YES, "", &[YES, NO], Err(Denied(SessionPolicy))),
        (ROOT, SESSION, YES, "", &[NO, YES], Err(Denied(SessionPolicy))),
        (ROOT, SESSION, YES, ELSE, &[], Err(NotAllowed(Boundary))),
        (ROOT, SESSION, "", YES, &[YES], Err(NotAllowed(Identity))),
        (ALICE, SESSION, YES, "", &[], Err(NotAllowed(KeyPolicy))),
    ]);
}

#[test]
fn the_root_needs_no_policy_of_its_own_but_the_key_policys_leave() {
    check(&[
        (ROOT, ROOT, "", "", &[], Ok(())),
        (ROOT, ROOT, "", "", &[ELSE], Err(NotAllowed(SessionPolicy))),
        ("*", ROOT, "", "", &[], Ok(())),
        (ALICE, ROOT, "", "", &[], Err(NotAllowed(KeyPolicy))),
    ]);
}

#[test]
fn a_denial_in_the_key_policy_wins() {
    let allowed = key_statement("Allow", "*");
    for (named, who, is_denied) in [
        (ALICE, ALICE, true),
        ("*", ALICE, true),
        (ROOT, ALICE, true),
        (ROOT, ROOT, true),
        (BOB, ALICE, false),
        (ROLE, SESSION, true),
        (SESSION, SESSION, true),
        (OTHERS, ALICE, false),
    ] {
        for statements in [
            format!("{allowed},{}", key_statement("Deny", named)),
            format!("{},{allowed}", key_statement("Deny", named)),
        ] {
            let expected = if is_denied { Err(Denied(KeyPolicy)) } else { Ok(()) };
            let world = World::with_key_policy(&statements);
            assert_eq!(world.ask(who, "Encrypt", ""), expected, "{named} {who}");
        }
    }
}

/// "The `NotPrincipal` element with a `Deny` effect will always deny any IAM principal that has a permissions boundary
/// policy attached": <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.
#[test]
fn a_denial_of_all_others_hits_whoever_has_a_permissions_boundary() {
    let all_but = format!(
        r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":["{ROOT}","{ALICE}"]}},"Action":"*","Resource":"*"}}"#
    );
    let mut world = World::with_key_policy(&format!("{},{all_but}", key_statement("Allow", "*")));
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
    assert_eq!(world.ask(BOB, "Encrypt", ""), Err(Denied(KeyPolicy)));
    world.give(ALICE, "", "", YES);
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Err(Denied(KeyPolicy)));
}

#[test]
fn all_others_are_limited_as_a_role_is() {
    let all_but =
        format!(r#"{{"Effect":"Allow","NotPrincipal":{{"AWS":"{BOB}"}},"Action":"*","Resource":"*"}}"#);
    let mut world = World::with_key_policy(&all_but);
    assert_eq!(world.ask(BOB, "Encrypt", ""), Err(NotAllowed(KeyPolicy)));
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
    world.give(ALICE, "", "", ELSE);
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Err(NotAllowed(Boundary)));
}

#[test]
fn a_service_may_what_the_key_policy_gives_it() {
    let of = |service: &str| {
        format!(r#"{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"*","Resource":"*"}}"#)
    };
    assert_eq!(World::with_key_policy(&of(SERVICE)).ask(SERVICE, "Encrypt", ""), Ok(()));
    for statements in [of("logs.amazonaws.com"), key_statement("Allow", ROOT)] {
        let found = World::with_key_policy(&statements).ask(SERVICE, "Encrypt", "");
        assert_eq!(found, Err(NotAllowed(KeyPolicy)), "{statements}");
    }
}

#[test]
fn a_boundary_that_is_gone_allows_nothing_and_an_attached_policy_that_is_gone_is_none() {
    let mut world = World::new();
    world.give(ALICE, YES, "", YES);
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
    let name = ALICE.rsplit('/').next().unwrap();
    let account = ACCOUNT.parse().unwrap();
    let mut alice = world.state.identity(account, IdentityKind::User, name).unwrap().clone();
    alice.attached = vec!["arn:aws:iam::111122223333:policy/gone".to_owned()];
    world.put(&alice);
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Ok(()));
    alice.boundary = Some("arn:aws:iam::111122223333:policy/gone".to_owned());
    world.put(&alice);
    assert_eq!(world.ask(ALICE, "Encrypt", ""), Err(NotAllowed(Boundary)));
}

#[test]
fn another_path_is_another_user() {
    let mut world = World::new();
    world.give(ALICE, YES, "", "");
    for (who, is_allowed) in [
        (ALICE, true),
        ("arn:aws:iam::111122223333:user/alice", false),
        ("arn:aws:iam::111122223333:user/dev/alice", false),
        ("arn:aws:iam::111122223333:user/ops/more/alice", false),
        ("arn:aws:iam::444455556666:user/ops/alice", false),
        // A role of the name of a user has not the user's policies.
        ("arn:aws:sts::111122223333:assumed-role/alice/one", false),
    ] {
        assert_eq!(world.ask(who, "Encrypt", "").is_ok(), is_allowed, "{who}");
    }
}

#[test]
fn without_a_key_identity_policies_alone_decide() {
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/a";
    let on_alias = |effect: &str| format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"{alias}"}}"#);
    let mut world = World::new();
    let ask = |world: &World, who: &str, on: Resource<'_>| {
        let caller = caller(who);
        let (action, parameters) = ("ListKeys", Parameters::default());
        let asked = Question {
            state: &world.state,
            caller: &caller,
            action,
            on,
            parameters: &parameters,
            is_same_key: None,
            now: NOW,
        };
        let decision = decide(&asked, &mut Record::off());
        assert_eq!(explain(&asked).0, decision);
        decision
    };
    for on in [Resource::Any, Resource::Alias(alias)] {
        assert_eq!(ask(&world, ROOT, on), Ok(()));
        assert_eq!(ask(&world, ALICE, on), Err(NotAllowed(Identity)));
        assert_eq!(ask(&world, SERVICE, on), Err(NotAllowed(Identity)));
    }
    world.give(ALICE, &on_alias("Allow"), "", "");
    assert_eq!(ask(&world, ALICE, Resource::Alias(alias)), Ok(()));
    assert_eq!(ask(&world, ALICE, Resource::Any), Err(NotAllowed(Identity)));
    world.give(ALICE, &statement("Allow", "kms:ListKeys"), "", "");
    assert_eq!(ask(&world, ALICE, Resource::Any), Ok(()));
    world.give(ALICE, "", "", ELSE);
    assert_eq!(ask(&world, ALICE, Resource::Any), Err(NotAllowed(Boundary)));
}

#[test]
fn a_policy_that_cannot_be_read_allows_nothing() {
    let mut world = World::new();
    world.key.policy = Some("{".to_owned().into());
    assert_eq!(world.ask(ROOT, "Encrypt", ""), Err(NotAllowed(KeyPolicy)));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
#[test]
fn a_refusal_is_in_aws_words() {
    let table = [
        (NotAllowed(KeyPolicy), "because no resource-based policy allows the kms:Encrypt action"),
        (NotAllowed(Identity), "because no identity-based policy allows the kms:Encrypt action"),
        (NotAllowed(Boundary), "because no permissions boundary allows the kms:Encrypt action"),
        (NotAllowed(SessionPolicy), "because no session policy allows the kms:Encrypt action"),
        (Denied(KeyPolicy), "with an explicit deny in a resource-based policy"),
        (Denied(Identity), "with an explicit deny in an identity-based policy"),
        (Denied(Boundary), "with an explicit deny in a permissions boundary"),
        (Denied(SessionPolicy), "with an explicit deny in a session policy"),
    ];
    for (refusal, because) in table {
        let error = World::new().asked(&caller(ALICE), "Encrypt", "", |asked| refusal.error(asked));
        assert_eq!(error.code(), "AccessDeniedException");
        let message =
            format!("User: {ALICE} is not authorized to perform: kms:Encrypt on resource: {KEY} {because}");
        assert_eq!(error.message(), message);
    }
}
