//! Whom a statement names.

use super::*;

const ROOT: &str = "arn:aws:iam::111122223333:root";
const USER: &str = "arn:aws:iam::111122223333:user/team/alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/path/Ops";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Ops/alice";
const SERVICE: &str = "s3.amazonaws.com";

/// How `caller` is named by the element, in a statement of this effect.
fn named(effect: &str, element: &str, caller: &str) -> Result<PrincipalMatch, Miss> {
    let text = format!(r#"{{"Statement":{{"Effect":"{effect}",{element},"Action":"*","Resource":"*"}}}}"#);
    let policy = Policy::parse(&text, Kind::Key).map_err(|fault| fault.describe(&text)).unwrap();
    let caller = principal(caller);
    let facts = Keys(&[]);
    let role_arn = Some(ROLE).filter(|_| matches!(caller, Principal::Session { .. }));
    policy.statements[0].applies(&Request { role_arn, ..request(&caller, &facts) })
}

fn aws(arns: &[&str]) -> String {
    format!(r#"{{"AWS":["{}"]}}"#, arns.join(r#"",""#))
}

#[test]
fn a_principal_is_named_as_itself_or_by_what_it_belongs_to() {
    use PrincipalMatch::{Account, Everyone, Role, Service, Session, User};
    let account = aws(&[ACCOUNT]);
    let table = [
        (r#""*""#.to_owned(), [Some(Everyone); 4]),
        (aws(&["*"]), [Some(Everyone); 4]),
        (r#"{"AWS":"*"}"#.to_owned(), [Some(Everyone); 4]),
        (aws(&[ROOT]), [Some(Account), Some(Account), Some(Account), None]),
        (account, [Some(Account), Some(Account), Some(Account), None]),
        (aws(&[USER]), [None, Some(User), None, None]),
        (aws(&[ROLE]), [None, None, Some(Role), None]),
        (aws(&[SESSION]), [None, None, Some(Session), None]),
        (r#"{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}"#.to_owned(), [None, None, None, Some(Service)]),
        // The closest counts, whatever comes first.
        (aws(&["*", ROOT, USER]), [Some(Everyone), Some(User), Some(Everyone), Some(Everyone)]),
        (aws(&[ROLE, SESSION, ROOT]), [Some(Account), Some(Account), Some(Session), None]),
        (aws(&[ROLE, ROOT]), [Some(Account), Some(Account), Some(Role), None]),
        (aws(&[ROLE, "*"]), [Some(Everyone), Some(Everyone), Some(Everyone), Some(Everyone)]),
        // Others.
        (aws(&["444455556666", "arn:aws:iam::444455556666:root"]), [None; 4]),
        (aws(&["arn:aws:iam::444455556666:user/team/alice"]), [None; 4]),
        (aws(&["arn:aws:iam::111122223333:user/alice"]), [None; 4]),
        (aws(&["arn:aws:iam::111122223333:user/team/Alice"]), [None; 4]),
        (aws(&["arn:aws:iam::111122223333:role/Ops"]), [None; 4]),
        (aws(&["arn:aws:iam::444455556666:role/path/Ops"]), [None; 4]),
        (aws(&["arn:aws:sts::111122223333:assumed-role/Ops/bob"]), [None; 4]),
        (aws(&["arn:aws:sts::111122223333:assumed-role/Dev/alice"]), [None; 4]),
        (aws(&["arn:aws:sts::444455556666:assumed-role/Ops/alice"]), [None; 4]),
        (aws(&["arn:aws:sts::111122223333:federated-user/alice"]), [None; 4]),
        (r#"{"Service":"sns.amazonaws.com"}"#.to_owned(), [None; 4]),
        (r#"{"Federated":["accounts.google.com","arn:aws:iam::111122223333:saml-provider/a","arn:aws:iam::111122223333:oidc-provider/a.b/c"]}"#.to_owned(), [None; 4]),
        (r#"{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#.to_owned(), [None; 4]),
    ];
    for (element, expected) in table {
        for (caller, expected) in [ROOT, USER, SESSION, SERVICE].into_iter().zip(expected) {
            for effect in ["Allow", "Deny"] {
                let found = named(effect, &format!(r#""Principal":{element}"#), caller);
                assert_eq!(found, expected.ok_or(Miss::Principal), "{element} {caller}");
            }
        }
    }
}

#[test]
fn a_role_without_a_known_arn_has_no_path() {
    let caller = principal(SESSION);
    let facts = Keys(&[]);
    let applies = |role: &str, role_arn| {
        let elements = format!(r#""Principal":{{"AWS":"{role}"}},"Action":"*","Resource":"*""#);
        statement(Kind::Key, &elements).applies(&Request { role_arn, ..request(&caller, &facts) })
    };
    let plain = "arn:aws:iam::111122223333:role/Ops";
    assert_eq!(applies(plain, None), Ok(PrincipalMatch::Role));
    assert_eq!(applies(ROLE, None), Err(Miss::Principal));
    assert_eq!(applies("arn:aws:iam::111122223333:role/Dev", None), Err(Miss::Principal));
    assert_eq!(applies(plain, Some(plain)), Ok(PrincipalMatch::Role));
    assert_eq!(applies(plain, Some(ROLE)), Err(Miss::Principal));
}

/// "When you use NotPrincipal with Deny, you must also specify the account ARN of the not-denied principal", and of a
/// session the role's as well.
#[test]
fn a_denial_of_all_others_spares_whom_it_names_with_account_and_role() {
    let table: [(&[&str], [bool; 4]); 13] = [
        (&[ROOT], [true, false, false, false]),
        (&[ACCOUNT], [true, false, false, false]),
        (&[USER], [false, false, false, false]),
        (&[USER, ROOT], [true, true, false, false]),
        (&[ACCOUNT, USER], [true, true, false, false]),
        (&[USER, "444455556666"], [false, false, false, false]),
        (&[SESSION], [false, false, false, false]),
        (&[SESSION, ROLE], [false, false, false, false]),
        (&[SESSION, ROOT], [true, false, false, false]),
        (&[ROLE, ROOT], [true, false, false, false]),
        (&[SESSION, ROLE, ROOT], [true, false, true, false]),
        (&["*"], [true, true, true, true]),
        (&["arn:aws:sts::111122223333:assumed-role/Ops/bob", ROLE, ROOT], [true, false, false, false]),
    ];
    for (arns, spared) in table {
        for (caller, is_spared) in [ROOT, USER, SESSION, SERVICE].into_iter().zip(spared) {
            let found = named("Deny", &format!(r#""NotPrincipal":{}"#, aws(arns)), caller);
            let expected = if is_spared { Err(Miss::Principal) } else { Ok(PrincipalMatch::Others) };
            assert_eq!(found, expected, "{arns:?} {caller}");
        }
    }
    let service = r#""NotPrincipal":{"Service":"s3.amazonaws.com"}"#;
    assert_eq!(named("Deny", service, SERVICE), Err(Miss::Principal));
    assert_eq!(named("Deny", service, "sns.amazonaws.com"), Ok(PrincipalMatch::Others));
    assert_eq!(named("Deny", r#""NotPrincipal":"*""#, SESSION), Err(Miss::Principal));
}

/// "… will always deny any IAM principal that has a permissions boundary policy attached, regardless of the values".
#[test]
fn a_denial_of_all_others_spares_nobody_with_a_permissions_boundary() {
    let table = [
        ("Deny", aws(&[USER, ROOT]), Ok(PrincipalMatch::Others)),
        ("Deny", aws(&["*"]), Ok(PrincipalMatch::Others)),
        ("Allow", aws(&[USER, ROOT]), Err(Miss::Principal)),
        ("Allow", aws(&["444455556666"]), Ok(PrincipalMatch::Others)),
    ];
    for (effect, arns, expected) in table {
        let elements = format!(r#""Effect":"{effect}","NotPrincipal":{arns},"Action":"*","Resource":"*""#);
        let policy = Policy::parse(&format!(r#"{{"Statement":{{{elements}}}}}"#), Kind::Key).unwrap();
        let (caller, facts) = (principal(USER), Keys(&[]));
        let asked = Request { has_boundary: true, ..request(&caller, &facts) };
        assert_eq!(policy.statements[0].applies(&asked), expected, "{elements}");
    }
}

#[test]
fn a_permission_for_all_others_leaves_out_whom_it_names_in_any_way() {
    let table: [(&[&str], [bool; 4]); 5] = [
        (&[ROOT], [true, true, true, false]),
        (&[USER], [false, true, false, false]),
        (&[ROLE], [false, false, true, false]),
        (&[SESSION], [false, false, true, false]),
        (&["*"], [true, true, true, true]),
    ];
    for (arns, left_out) in table {
        for (caller, is_left_out) in [ROOT, USER, SESSION, SERVICE].into_iter().zip(left_out) {
            let found = named("Allow", &format!(r#""NotPrincipal":{}"#, aws(arns)), caller);
            let expected = if is_left_out { Err(Miss::Principal) } else { Ok(PrincipalMatch::Others) };
            assert_eq!(found, expected, "{arns:?} {caller}");
        }
    }
}
