//! Each operation with what it answers and what it refuses, as tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use tabkms_core::crypto::Failure;
use tabkms_core::model::json::{self, Json, Node};
use tabkms_core::store::{Change, Kind};

use super::*;

mod access_keys;
mod policies;

/// What stands for a text in the tables: policies in JSON in JSON cannot be read.
const TEXTS: [(&str, &str); 4] = [
    ("@allow", r#"{"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}"#),
    ("@deny", r#"{"Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}}"#),
    (
        "@trust",
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#,
    ),
    ("@nobody", r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}"#),
];

/// Bytes that count up from the number of the call.
struct Counting(u8);

impl Random for Counting {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        for (at, byte) in (0..).zip(dest) {
            *byte = self.0.wrapping_add(at);
        }
        self.0 = self.0.wrapping_add(1);
        Ok(())
    }
}

struct Host {
    account: AccountId,
    state: State,
    store_key: StoreKey,
    random: Counting,
    now: Timestamp,
    rows: BTreeMap<(u8, String), Change>,
}

impl Host {
    fn new() -> Self {
        let account = "111122223333".parse().unwrap();
        let now = Timestamp(1_700_000_000_500);
        let store_key = StoreKey::copy_from(&[7; 32]).unwrap();
        Self { account, state: State::default(), store_key, random: Counting(0), now, rows: BTreeMap::new() }
    }

    /// The answer as JSON, or the error as `CODE: MESSAGE`.
    fn send(&mut self, operation: &str, request: &str) -> String {
        let request = TEXTS.iter().fold(request.to_owned(), |request, (name, text)| {
            request.replace(name, &text.replace('"', "\\\""))
        });
        let input = value(&json::parse(&request).expect(&request));
        match plan((&self.state, &self.store_key), self.account, operation, input, self.now, &mut self.random)
        {
            Ok(planned) => {
                assert!(planned.changes.events.is_empty());
                for change in planned.changes.durable {
                    assert!(self.state.apply(&change).unwrap());
                    self.rows.insert((change.kind as u8, change.id.clone()), change);
                }
                let shown = show(&planned.answer);
                TEXTS.iter().fold(shown, |shown, (name, text)| shown.replace(text, name))
            }
            Err(error) => error.to_string(),
        }
    }

    fn run(&mut self, table: &[(&str, &str, &str)]) {
        for (operation, request, expected) in table {
            assert_eq!(self.send(operation, request), *expected, "{operation} {request}");
        }
    }

    /// Runs a table behind a user alice, a role Ops and a policy p.
    fn peopled(table: &[(&str, &str, &str)]) -> Self {
        let mut host = Self::new();
        for (operation, request) in [
            ("CreateUser", r#"{"UserName":"alice"}"#),
            ("CreateRole", r#"{"RoleName":"Ops","AssumeRolePolicyDocument":"@trust"}"#),
            ("CreatePolicy", r#"{"PolicyName":"p","PolicyDocument":"@allow"}"#),
        ] {
            let answer = host.send(operation, request);
            assert!(answer.starts_with('{'), "{answer}");
        }
        host.run(table);
        host
    }
}

fn value(node: &Node<'_>) -> Value {
    match &node.value {
        Json::Null => Value::Null,
        Json::Boolean(value) => Value::Boolean(*value),
        Json::Number(text) => Value::Integer(text.parse().unwrap()),
        Json::Text(text) => Value::String(text.to_string()),
        Json::List(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(members) => {
            Value::Map(members.iter().map(|member| (member.name.to_string(), value(&member.node))).collect())
        }
    }
}

fn show(value: &Value) -> String {
    let mut shown = String::new();
    match value {
        Value::Boolean(value) => write!(shown, "{value}").unwrap(),
        Value::Integer(value) => write!(shown, "{value}").unwrap(),
        Value::Float(value) => write!(shown, "{value}").unwrap(),
        Value::String(text) => write!(shown, "\"{text}\"").unwrap(),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(show).collect();
            write!(shown, "[{}]", items.join(",")).unwrap();
        }
        Value::Map(members) => {
            let members: Vec<_> =
                members.iter().map(|(name, value)| format!("\"{name}\":{}", show(value))).collect();
            write!(shown, "{{{}}}", members.join(",")).unwrap();
        }
        Value::Null | Value::Bytes(_) => panic!("{value:?} in an answer"),
    }
    shown
}

const USER: &str = r#"{"Path":"/","UserName":"alice","UserId":"AIDAABCDEFGHIJKLMNOPQ","Arn":"arn:aws:iam::111122223333:user/alice","CreateDate":1700000000.5}"#;
const POLICY_ARN: &str = "arn:aws:iam::111122223333:policy/p";
const NO_ALICE: &str = "NoSuchEntity: The user with name alice cannot be found.";
const NO_OPS: &str = "NoSuchEntity: The role with name Ops cannot be found.";

#[test]
fn users_come_and_go() {
    Host::new().run(&[
        ("GetUser", r#"{"UserName":"alice"}"#, NO_ALICE),
        ("CreateUser", r#"{"UserName":"alice"}"#, &format!(r#"{{"User":{USER}}}"#)),
        ("GetUser", r#"{"UserName":"alice"}"#, &format!(r#"{{"User":{USER}}}"#)),
        ("CreateUser", r#"{"UserName":"alice"}"#, "EntityAlreadyExists: User with name alice already exists."),
        ("CreateUser", r#"{"UserName":"ALICE"}"#, "EntityAlreadyExists: User with name ALICE already exists."),
        (
            "CreateUser",
            r#"{"UserName":"bob","Path":"/a/b/","Tags":[{"Key":"k","Value":""}],"Description":"no such member"}"#,
            r#"{"User":{"Path":"/a/b/","UserName":"bob","UserId":"AIDABCDEFGHIJKLMNOPQR","Arn":"arn:aws:iam::111122223333:user/a/b/bob","CreateDate":1700000000.5,"Tags":[{"Key":"k","Value":""}]}}"#,
        ),
        (
            "ListUsers",
            r#"{"PathPrefix":"/a"}"#,
            r#"{"Users":[{"Path":"/a/b/","UserName":"bob","UserId":"AIDABCDEFGHIJKLMNOPQR","Arn":"arn:aws:iam::111122223333:user/a/b/bob","CreateDate":1700000000.5}],"IsTruncated":false}"#,
        ),
        ("ListRoles", "{}", r#"{"Roles":[],"IsTruncated":false}"#),
        ("DeleteUser", r#"{"UserName":"bob"}"#, "{}"),
        ("ListUsers", "{}", &format!(r#"{{"Users":[{USER}],"IsTruncated":false}}"#)),
        ("DeleteUser", r#"{"UserName":"alice"}"#, "{}"),
        ("DeleteUser", r#"{"UserName":"alice"}"#, NO_ALICE),
    ]);
}

#[test]
fn roles_come_and_go_with_their_trust() {
    let role = |trust: &str| {
        format!(
            r#"{{"Role":{{"Path":"/","RoleName":"Ops","RoleId":"AROAABCDEFGHIJKLMNOPQ","Arn":"arn:aws:iam::111122223333:role/Ops","CreateDate":1700000000.5,"AssumeRolePolicyDocument":"{trust}","Description":"d"}}}}"#
        )
    };
    let long = format!("@trust{}", " ".repeat(2048));
    Host::new().run(&[
        ("GetRole", r#"{"RoleName":"Ops"}"#, NO_OPS),
        (
            "CreateRole",
            r#"{"RoleName":"Ops"}"#,
            "ValidationError: 1 validation error detected: Value null at 'assumeRolePolicyDocument' failed to satisfy \
             constraint: Member must not be null",
        ),
        (
            "CreateRole",
            r#"{"RoleName":"Ops","AssumeRolePolicyDocument":"@allow"}"#,
            "MalformedPolicyDocument: A statement of a trust policy names no resource at line 1, column 49: \
             \"Resource\".",
        ),
        (
            "CreateRole",
            r#"{"RoleName":"Ops","AssumeRolePolicyDocument":"@trust","Description":"d"}"#,
            &role("@trust"),
        ),
        (
            "CreateRole",
            r#"{"RoleName":"ops","AssumeRolePolicyDocument":"@trust"}"#,
            "EntityAlreadyExists: Role with name ops already exists.",
        ),
        // A user is another thing under the same name.
        ("CreateUser", r#"{"UserName":"Ops","Tags":[]}"#, {
            r#"{"User":{"Path":"/","UserName":"Ops","UserId":"AIDABCDEFGHIJKLMNOPQR","Arn":"arn:aws:iam::111122223333:user/Ops","CreateDate":1700000000.5}}"#
        }),
        ("UpdateAssumeRolePolicy", r#"{"RoleName":"Ops","PolicyDocument":"@nobody"}"#, "{}"),
        ("GetRole", r#"{"RoleName":"Ops"}"#, &role("@nobody")),
        ("UpdateAssumeRolePolicy", &format!(r#"{{"RoleName":"Ops","PolicyDocument":"{long}"}}"#), "{}"),
        (
            "UpdateAssumeRolePolicy",
            r#"{"RoleName":"Ops","PolicyDocument":"@allow"}"#,
            "MalformedPolicyDocument: A statement of a trust policy names no resource at line 1, column 49: \
             \"Resource\".",
        ),
        ("UpdateAssumeRolePolicy", r#"{"RoleName":"Dev","PolicyDocument":"@trust"}"#, {
            "NoSuchEntity: The role with name Dev cannot be found."
        }),
        ("DeleteRole", r#"{"RoleName":"Ops"}"#, "{}"),
        ("DeleteRole", r#"{"RoleName":"Ops"}"#, NO_OPS),
    ]);
}

#[test]
fn what_is_not_asked_rightly_is_refused() {
    let null = |member: &str| {
        format!(
            "ValidationError: 1 validation error detected: Value null at '{member}' failed to satisfy constraint: \
             Member must not be null"
        )
    };
    let name = |member: &str| {
        format!(
            "ValidationError: The specified value for {member} is invalid. It must contain only alphanumeric \
             characters and/or the following: +=,.@_-"
        )
    };
    let path = "ValidationError: The specified value for path is invalid. It must begin and end with / and contain \
                only alphanumeric characters and/or / characters.";
    let no = |operation: &str| {
        format!("InvalidAction: Could not find operation {operation} for version 2010-05-08")
    };
    let mut host = Host::peopled(&[]);
    for operation in [
        "",
        "User",
        "Role",
        "CreateGroup",
        "CreateUsers",
        "createUser",
        "UpdateAssumeUserPolicy",
        "UserCreate",
        "ListUser",
        "CreateUserRole",
        "ListPolicyVersions",
    ] {
        assert_eq!(host.send(operation, "{}"), no(operation));
    }
    for (operation, missing) in [
        ("CreateUser", "userName"),
        ("GetUser", "userName"),
        ("CreateRole", "roleName"),
        ("DeleteRole", "roleName"),
        ("TagRole", "roleName"),
        ("CreatePolicy", "policyName"),
        ("GetPolicy", "policyArn"),
        ("GetPolicyVersion", "policyArn"),
    ] {
        assert_eq!(host.send(operation, "{}"), null(missing), "{operation}");
    }
    host.run(&[
        ("PutUserPolicy", r#"{"UserName":"nobody"}"#, &null("policyName")),
        ("PutUserPolicy", r#"{"UserName":"nobody","PolicyName":"p"}"#, &null("policyDocument")),
        ("AttachUserPolicy", r#"{"UserName":"nobody","PolicyArn":null}"#, &null("policyArn")),
        ("PutRolePermissionsBoundary", r#"{"RoleName":"nobody"}"#, &null("permissionsBoundary")),
        ("TagUser", r#"{"UserName":"nobody"}"#, &null("tags")),
        ("UntagUser", r#"{"UserName":"nobody"}"#, &null("tagKeys")),
        ("TagUser", r#"{"UserName":"alice","Tags":[{"Key":"k"}]}"#, &null("tags.1.member.value")),
        ("CreateUser", r#"{"UserName":"a b"}"#, &name("userName")),
        ("CreateUser", r#"{"UserName":"älice"}"#, &name("userName")),
        ("CreateUser", r#"{"UserName":"a/b"}"#, &name("userName")),
        ("GetUser", r#"{"UserName":"*"}"#, &name("userName")),
        ("CreatePolicy", r#"{"PolicyName":"a b","PolicyDocument":"@allow"}"#, &name("policyName")),
        ("CreateUser", r#"{"UserName":"u","Path":"a/"}"#, path),
        ("CreateUser", r#"{"UserName":"u","Path":"/a"}"#, path),
        ("CreateUser", r#"{"UserName":"u","Path":"//"}"#, path),
        ("CreateUser", r#"{"UserName":"u","Path":"/a*/"}"#, path),
        ("CreatePolicy", r#"{"PolicyName":"q","Path":"/ä/","PolicyDocument":"@allow"}"#, path),
        (
            "CreateUser",
            r#"{"UserName":""}"#,
            "ValidationError: 1 validation error detected: Value '' at 'userName' failed to satisfy constraint: Member \
             must have length greater than or equal to 1",
        ),
        (
            "ListUsers",
            r#"{"MaxItems":0}"#,
            "ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member \
             must have value greater than or equal to 1",
        ),
        ("ListUsers", r#"{"MaxItems":"1"}"#, {
            "ValidationError: STRING_VALUE can not be converted to an Integer"
        }),
    ]);
}

#[test]
fn lists_come_in_pages() {
    let mut host = Host::new();
    for at in 0..250 {
        host.send("CreateUser", &format!(r#"{{"UserName":"u{at:03}"}}"#));
        host.send("CreatePolicy", &format!(r#"{{"PolicyName":"p{at:03}","PolicyDocument":"@allow"}}"#));
    }
    for (operation, name) in [("ListUsers", "UserName"), ("ListPolicies", "PolicyName")] {
        let (mut marker, mut sizes, mut names) = (String::new(), Vec::new(), Vec::new());
        loop {
            let answer = host.send(operation, &format!("{{{marker}}}"));
            let page: Vec<_> =
                answer.split(&format!("\"{name}\":\"")).skip(1).map(|s| s[..4].to_owned()).collect();
            sizes.push(page.len());
            names.extend(page);
            // What is deleted behind a page is not missed.
            let Some((_, next)) = answer.split_once(r#""IsTruncated":true,"#) else { break };
            marker = next.trim_end_matches('}').to_owned();
            host.send("DeleteUser", &format!(r#"{{"UserName":"{}"}}"#, names.last().unwrap()));
        }
        assert_eq!(sizes, [100, 100, 50], "{operation}");
        assert!(names.is_sorted() && names.len() == 250);
    }
    for (max, count, truncated) in [(1, 1, true), (248, 248, false), (1000, 248, false)] {
        let answer = host.send("ListUsers", &format!(r#"{{"MaxItems":{max}}}"#));
        assert_eq!(answer.matches("UserId").count(), count);
        assert!(answer.contains(&format!(r#""IsTruncated":{truncated}"#)));
    }
}

#[test]
fn accounts_have_quotas() {
    let mut host = Host::new();
    for at in 0..1500 {
        host.send("CreatePolicy", &format!(r#"{{"PolicyName":"p{at}","PolicyDocument":"@allow"}}"#));
        if at < 1000 {
            let request = format!(r#"{{"RoleName":"r{at}","AssumeRolePolicyDocument":"@trust"}}"#);
            host.send("CreateRole", &request);
        }
    }
    host.run(&[
        ("CreatePolicy", r#"{"PolicyName":"more","PolicyDocument":"@allow"}"#, {
            "LimitExceeded: Cannot exceed quota for PoliciesPerAccount: 1500"
        }),
        ("CreateRole", r#"{"RoleName":"more","AssumeRolePolicyDocument":"@trust"}"#, {
            "LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000"
        }),
    ]);
    // Another account has its own.
    host.account = "111122223334".parse().unwrap();
    assert!(host.send("CreatePolicy", r#"{"PolicyName":"p1","PolicyDocument":"@allow"}"#).starts_with('{'));
    assert_eq!(host.send("ListRoles", "{}"), r#"{"Roles":[],"IsTruncated":false}"#);
}

#[test]
fn ids_are_of_base_32() {
    let id = |from| {
        let (state, input) =
            (State::default(), Value::Map(vec![("UserName".to_owned(), Value::String("u".to_owned()))]));
        let now = Timestamp::default();
        let planned = plan(
            (&state, &StoreKey::copy_from(&[7; 32]).unwrap()),
            AccountId::default(),
            "CreateUser",
            input,
            now,
            &mut Counting(from),
        )
        .unwrap();
        planned.answer.get("User").unwrap().get("UserId").unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(id(0), "AIDAABCDEFGHIJKLMNOPQ");
    assert_eq!(id(15), "AIDAPQRSTUVWXYZ234567");
    assert_eq!(id(47), "AIDAPQRSTUVWXYZ234567");
}

#[test]
fn the_store_gives_back_what_was_put() {
    let mut host = Host::peopled(&[]);
    for (operation, request) in [
        ("TagUser", r#"{"UserName":"alice","Tags":[{"Key":"a","Value":"1"}]}"#.to_owned()),
        ("PutRolePolicy", r#"{"RoleName":"Ops","PolicyName":"a","PolicyDocument":"@deny"}"#.to_owned()),
        ("AttachUserPolicy", format!(r#"{{"UserName":"alice","PolicyArn":"{POLICY_ARN}"}}"#)),
        (
            "PutUserPermissionsBoundary",
            format!(r#"{{"UserName":"alice","PermissionsBoundary":"{POLICY_ARN}"}}"#),
        ),
        ("CreateUser", r#"{"UserName":"bob"}"#.to_owned()),
        ("DeleteUser", r#"{"UserName":"bob"}"#.to_owned()),
    ] {
        let answer = host.send(operation, &request);
        assert!(answer.starts_with('{'), "{answer}");
    }
    let mut loaded = Host::new();
    for ((kind, _), change) in &host.rows {
        assert!([Kind::Identity as u8, Kind::ManagedPolicy as u8].contains(kind));
        assert!(loaded.state.apply(change).unwrap());
    }
    for (operation, request) in [
        ("GetUser", r#"{"UserName":"alice"}"#.to_owned()),
        ("GetRole", r#"{"RoleName":"Ops"}"#.to_owned()),
        ("GetRolePolicy", r#"{"RoleName":"Ops","PolicyName":"a"}"#.to_owned()),
        ("ListAttachedUserPolicies", r#"{"UserName":"alice"}"#.to_owned()),
        ("GetPolicy", format!(r#"{{"PolicyArn":"{POLICY_ARN}"}}"#)),
        ("ListUsers", "{}".to_owned()),
        ("ListRoles", "{}".to_owned()),
    ] {
        let answer = host.send(operation, &request);
        assert!(answer.starts_with('{') && answer.len() > 40, "{answer}");
        assert_eq!(loaded.send(operation, &request), answer);
    }
}
