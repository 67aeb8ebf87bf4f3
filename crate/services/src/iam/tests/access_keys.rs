//! Access keys: of users and of the root.

use super::*;

const KEY: &str = r#"{"UserName":"alice","AccessKeyId":"AKIADEFGHIJKLMNOPQRS","Status":"Active","#;
const ROOTS: &str = r#"{"AccessKeyId":"AKIADEFGHIJKLMNOPQRS","Status":"Active","#;
const DATE: &str = r#""CreateDate":1700000000.5"#;

/// The answer to CreateAccessKey without its secret, and the secret.
fn created(host: &mut Host, request: &str) -> (String, String) {
    let answer = host.send("CreateAccessKey", request);
    let (before, rest) = answer.split_once(r#","SecretAccessKey":""#).expect(&answer);
    let (secret, rest) = rest.split_once('"').unwrap();
    (format!("{before}{rest}"), secret.to_owned())
}

#[test]
fn access_keys_come_and_go() {
    let mut host = Host::peopled(&[
        ("ListAccessKeys", r#"{"UserName":"alice"}"#, r#"{"AccessKeyMetadata":[],"IsTruncated":false}"#),
        ("CreateAccessKey", r#"{"UserName":"bob"}"#, "NoSuchEntity: The user with name bob cannot be found."),
    ]);
    let (answer, secret) = created(&mut host, r#"{"UserName":"alice"}"#);
    assert_eq!(answer, format!(r#"{{"AccessKey":{KEY}{DATE}}}}}"#));
    assert!(secret.len() == 40 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b)));
    let inactive = KEY.replace("Active", "Inactive");
    let unknown = "NoSuchEntity: The Access Key with id AKIADEFGHIJKLMNOPQRS cannot be found.";
    host.run(&[
        // The secret is told once.
        (
            "ListAccessKeys",
            r#"{"UserName":"alice"}"#,
            &format!(r#"{{"AccessKeyMetadata":[{KEY}{DATE}}}],"IsTruncated":false}}"#),
        ),
        (
            "UpdateAccessKey",
            r#"{"UserName":"alice","AccessKeyId":"AKIADEFGHIJKLMNOPQRS","Status":"Inactive"}"#,
            "{}",
        ),
        (
            "ListAccessKeys",
            r#"{"UserName":"alice"}"#,
            &format!(r#"{{"AccessKeyMetadata":[{inactive}{DATE}}}],"IsTruncated":false}}"#),
        ),
        (
            "DeleteUser",
            r#"{"UserName":"alice"}"#,
            "DeleteConflict: Cannot delete entity, must delete access keys first.",
        ),
        // Another's.
        ("DeleteAccessKey", r#"{"AccessKeyId":"AKIADEFGHIJKLMNOPQRS"}"#, unknown),
        ("DeleteAccessKey", r#"{"UserName":"alice","AccessKeyId":"AKIADEFGHIJKLMNOPQRS"}"#, "{}"),
        ("DeleteAccessKey", r#"{"UserName":"alice","AccessKeyId":"AKIADEFGHIJKLMNOPQRS"}"#, unknown),
        ("DeleteUser", r#"{"UserName":"alice"}"#, "{}"),
    ]);
}

#[test]
fn the_root_has_access_keys_without_a_name() {
    let mut host = Host::peopled(&[]);
    let (answer, secret) = created(&mut host, "{}");
    assert_eq!(answer, format!(r#"{{"AccessKey":{ROOTS}{DATE}}}}}"#));
    let (_, other) = created(&mut host, "{}");
    assert_ne!(secret, other);
    host.run(&[
        ("CreateAccessKey", "{}", "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"),
        ("ListAccessKeys", r#"{"UserName":"alice"}"#, r#"{"AccessKeyMetadata":[],"IsTruncated":false}"#),
        (
            "ListAccessKeys",
            r#"{"MaxItems":1}"#,
            &format!(
                r#"{{"AccessKeyMetadata":[{ROOTS}{DATE}}}],"IsTruncated":true,"Marker":"AKIADEFGHIJKLMNOPQRS"}}"#
            ),
        ),
        (
            "ListAccessKeys",
            r#"{"Marker":"AKIADEFGHIJKLMNOPQRS"}"#,
            &format!(
                r#"{{"AccessKeyMetadata":[{}{DATE}}}],"IsTruncated":false}}"#,
                ROOTS.replace("DEFGHIJKLMNOPQRS", "EFGHIJKLMNOPQRST")
            ),
        ),
        (
            "UpdateAccessKey",
            r#"{"AccessKeyId":"AKIADEFGHIJKLMNOPQRS","Status":"Off"}"#,
            "ValidationError: 1 validation error detected: Value 'Off' at 'status' failed to satisfy constraint: \
             Member must satisfy enum value set: [Active, Inactive]",
        ),
    ]);
}
