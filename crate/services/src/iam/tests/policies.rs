//! What stands in a user or a role, and what is attached to it.

use super::*;

#[test]
fn policies_stand_in_users_and_roles() {
    for (kind, name, of) in [("User", "alice", "user"), ("Role", "Ops", "role")] {
        let mut host = Host::peopled(&[]);
        let mut check = |operation: &str, more: &str, expected: &str| {
            let operation = operation.replace('_', kind);
            let request = format!(r#"{{"{kind}Name":"{name}"{more}}}"#);
            assert_eq!(host.send(&operation, &request), expected, "{operation} {request}");
        };
        check("List_Policies", "", r#"{"PolicyNames":[],"IsTruncated":false}"#);
        check("Put_Policy", r#","PolicyName":"b","PolicyDocument":"@allow""#, "{}");
        check("Put_Policy", r#","PolicyName":"a","PolicyDocument":"@allow""#, "{}");
        check("Put_Policy", r#","PolicyName":"b","PolicyDocument":"@deny""#, "{}");
        check("List_Policies", "", r#"{"PolicyNames":["a","b"],"IsTruncated":false}"#);
        check(
            "Get_Policy",
            r#","PolicyName":"b""#,
            &format!(r#"{{"{kind}Name":"{name}","PolicyName":"b","PolicyDocument":"@deny"}}"#),
        );
        let no_policy = format!("NoSuchEntity: The {of} policy with name c cannot be found.");
        check("Get_Policy", r#","PolicyName":"c""#, &no_policy);
        check("Delete_Policy", r#","PolicyName":"c""#, &no_policy);
        check(
            "Put_Policy",
            r#","PolicyName":"c","PolicyDocument":"@trust""#,
            "MalformedPolicyDocument: A statement of an identity policy names no principal at line 1, column 32: \
             \"Principal\".",
        );
        check("Put_Policy", r#","PolicyName":"c","PolicyDocument":"{""#, {
            "MalformedPolicyDocument: The text is no JSON: a name is missing at line 1, column 2."
        });
        check("Delete_", "", "DeleteConflict: Cannot delete entity, must delete policies first.");
        check("Delete_Policy", r#","PolicyName":"a""#, "{}");
        check("Delete_Policy", r#","PolicyName":"b""#, "{}");
        check("Delete_", "", "{}");
        let gone = format!("NoSuchEntity: The {of} with name {name} cannot be found.");
        check("Put_Policy", r#","PolicyName":"a","PolicyDocument":"@allow""#, &gone);
    }
}

/// A policy of as many characters that count.
fn policy_of(length: usize) -> String {
    let before = r#"{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":\"kms:"#;
    let behind = r#"\"}}"#;
    let rest = length - (before.len() + behind.len() - (before.matches('\\').count() + 1));
    format!("{before}{}{behind}", "a".repeat(rest))
}

#[test]
fn quotas_count_all_but_white_space() {
    for (kind, name, of, max) in [("User", "alice", "user", 2048), ("Role", "Ops", "role", 10_240)] {
        let mut host = Host::peopled(&[]);
        let mut put = |policy: &str, document: &str| {
            let request =
                format!(r#"{{"{kind}Name":"{name}","PolicyName":"{policy}","PolicyDocument":"{document}"}}"#);
            host.send(&format!("Put{kind}Policy"), &request)
        };
        assert_eq!(put("a", &policy_of(1000)), "{}");
        assert_eq!(put("b", &policy_of(max - 1000)), "{}");
        assert_eq!(put("b", &policy_of(max - 1000).replace("{", "{ \\n\\t ")), "{}");
        let over = format!("LimitExceeded: Maximum policy size of {max} bytes exceeded for {of} {name}");
        assert_eq!(put("b", &policy_of(max - 999)), over);
        assert_eq!(put("a", &policy_of(1001)), over);
        assert_eq!(put("a", &policy_of(999)), "{}");
    }
    let mut host = Host::peopled(&[]);
    let mut create = |name: &str, length| {
        let document = policy_of(length);
        host.send("CreatePolicy", &format!(r#"{{"PolicyName":"{name}","PolicyDocument":"{document}"}}"#))
    };
    assert!(create("max", 6144).starts_with(r#"{"Policy":"#));
    assert_eq!(create("over", 6145), "LimitExceeded: Cannot exceed quota for PolicySize: 6144");
    let trust = |length: usize| {
        let sid = "s".repeat(
            length - r#"{"Statement":{"Sid":"","Effect":"Deny","Principal":"*","Action":"*"}}"#.len(),
        );
        let text = format!(
            r#"{{\"Statement\":{{\"Sid\":\"{sid}\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\"}}}}"#
        );
        format!(r#"{{"RoleName":"Ops","PolicyDocument":"{text}"}}"#)
    };
    host.run(&[
        ("UpdateAssumeRolePolicy", &trust(2048), "{}"),
        ("UpdateAssumeRolePolicy", &trust(2049), {
            "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"
        }),
    ]);
}

#[test]
fn managed_policies_come_and_go() {
    let policy = |attached, bounding, updated| {
        format!(
            r#"{{"PolicyName":"p","PolicyId":"ANPACDEFGHIJKLMNOPQRS","Arn":"{POLICY_ARN}","Path":"/","DefaultVersionId":"v1","AttachmentCount":{attached},"PermissionsBoundaryUsageCount":{bounding},"IsAttachable":true,"CreateDate":1700000000.5,"UpdateDate":{updated}}}"#
        )
    };
    let named = |more: &str| format!(r#"{{"PolicyArn":"{POLICY_ARN}"{more}}}"#);
    let mut host = Host::peopled(&[
        ("CreatePolicy", r#"{"PolicyName":"P","PolicyDocument":"@allow"}"#, {
            "EntityAlreadyExists: A policy called P already exists. Duplicate names are not allowed."
        }),
        ("CreatePolicy", r#"{"PolicyName":"q","PolicyDocument":"@trust"}"#, {
            "MalformedPolicyDocument: A statement of an identity policy names no principal at line 1, column 32: \
             \"Principal\"."
        }),
        ("GetPolicy", &named(""), &format!(r#"{{"Policy":{}}}"#, policy(0, 0, "1700000000.5"))),
        (
            "GetPolicyVersion",
            &named(r#","VersionId":"v1""#),
            r#"{"PolicyVersion":{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":1700000000.5,"Document":"@allow"}}"#,
        ),
        ("GetPolicyVersion", &named(r#","VersionId":"v2""#), {
            "NoSuchEntity: Policy arn:aws:iam::111122223333:policy/p version v2 does not exist or is not attachable."
        }),
        ("CreatePolicyVersion", &named(r#","PolicyDocument":"@deny""#), {
            "InvalidInput: A managed policy has its default version only here: SetAsDefault must be true, and the new \
             text replaces the old one."
        }),
        ("CreatePolicyVersion", &named(r#","PolicyDocument":"@trust","SetAsDefault":true"#), {
            "MalformedPolicyDocument: A statement of an identity policy names no principal at line 1, column 32: \
             \"Principal\"."
        }),
    ]);
    host.now = Timestamp(1_700_000_001_000);
    host.run(&[
        (
            "CreatePolicyVersion",
            &named(r#","PolicyDocument":"@deny","SetAsDefault":true"#),
            r#"{"PolicyVersion":{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":1700000001}}"#,
        ),
        (
            "GetPolicyVersion",
            &named(r#","VersionId":"v1""#),
            r#"{"PolicyVersion":{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":1700000001,"Document":"@deny"}}"#,
        ),
        ("AttachUserPolicy", &named(r#","UserName":"alice""#), "{}"),
        ("AttachRolePolicy", &named(r#","RoleName":"Ops""#), "{}"),
        (
            "PutRolePermissionsBoundary",
            &format!(r#"{{"RoleName":"Ops","PermissionsBoundary":"{POLICY_ARN}"}}"#),
            "{}",
        ),
        ("GetPolicy", &named(""), &format!(r#"{{"Policy":{}}}"#, policy(2, 1, "1700000001"))),
        ("DeletePolicy", &named(""), "DeleteConflict: Cannot delete a policy attached to entities."),
        (
            "ListPolicies",
            r#"{"OnlyAttached":true,"Scope":"Local"}"#,
            &format!(r#"{{"Policies":[{}],"IsTruncated":false}}"#, policy(2, 1, "1700000001")),
        ),
        ("ListPolicies", r#"{"Scope":"AWS"}"#, r#"{"Policies":[],"IsTruncated":false}"#),
        ("ListPolicies", r#"{"PathPrefix":"/x/"}"#, r#"{"Policies":[],"IsTruncated":false}"#),
        ("DetachUserPolicy", &named(r#","UserName":"alice""#), "{}"),
        ("DetachRolePolicy", &named(r#","RoleName":"Ops""#), "{}"),
        ("ListPolicies", r#"{"OnlyAttached":true}"#, r#"{"Policies":[],"IsTruncated":false}"#),
        // It is a boundary still.
        ("DeletePolicy", &named(""), "DeleteConflict: Cannot delete a policy attached to entities."),
        ("DeleteRolePermissionsBoundary", r#"{"RoleName":"Ops"}"#, "{}"),
        ("DeletePolicy", &named(""), "{}"),
        ("DeletePolicy", &named(""), {
            "NoSuchEntity: Policy arn:aws:iam::111122223333:policy/p was not found."
        }),
        (
            "CreatePolicy",
            r#"{"PolicyName":"q","Path":"/x/","PolicyDocument":"@allow","Description":"d"}"#,
            r#"{"Policy":{"PolicyName":"q","PolicyId":"ANPADEFGHIJKLMNOPQRST","Arn":"arn:aws:iam::111122223333:policy/x/q","Path":"/x/","DefaultVersionId":"v1","AttachmentCount":0,"PermissionsBoundaryUsageCount":0,"IsAttachable":true,"CreateDate":1700000001,"UpdateDate":1700000001}}"#,
        ),
        ("GetPolicy", r#"{"PolicyArn":"arn:aws:iam::111122223333:policy/q"}"#, {
            "NoSuchEntity: Policy arn:aws:iam::111122223333:policy/q was not found."
        }),
    ]);
    let described = host.send("GetPolicy", r#"{"PolicyArn":"arn:aws:iam::111122223333:policy/x/q"}"#);
    assert!(described.ends_with(r#","Description":"d"}}"#), "{described}");
}

#[test]
fn policies_are_attached_and_are_boundaries() {
    let no_policy = "arn:aws:iam::111122223333:policy/none";
    let mut host = Host::peopled(&[]);
    for at in 0..10 {
        host.send("CreatePolicy", &format!(r#"{{"PolicyName":"q{at}","PolicyDocument":"@allow"}}"#));
    }
    for (kind, name) in [("User", "alice"), ("Role", "Ops")] {
        let mut check = |operation: &str, more: &str, expected: &str| {
            let operation = operation.replace('_', kind);
            let request = format!(r#"{{"{kind}Name":"{name}"{more}}}"#);
            assert_eq!(host.send(&operation, &request), expected, "{operation} {request}");
        };
        let arn = |arn: &str| format!(r#","PolicyArn":"{arn}""#);
        check("Attach_Policy", &arn(POLICY_ARN), "{}");
        check("Attach_Policy", &arn(POLICY_ARN), "{}");
        check(
            "ListAttached_Policies",
            "",
            &format!(
                r#"{{"AttachedPolicies":[{{"PolicyName":"p","PolicyArn":"{POLICY_ARN}"}}],"IsTruncated":false}}"#
            ),
        );
        check("ListAttached_Policies", r#","PathPrefix":"/x""#, {
            r#"{"AttachedPolicies":[],"IsTruncated":false}"#
        });
        for arn_of in
            [no_policy, "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::111122223334:policy/p"]
        {
            let missing = format!("NoSuchEntity: Policy {arn_of} does not exist or is not attachable.");
            check("Attach_Policy", &arn(arn_of), &missing);
        }
        check("Detach_Policy", &arn(no_policy), &format!("NoSuchEntity: Policy {no_policy} was not found."));
        for at in 0..9 {
            check("Attach_Policy", &arn(&format!("arn:aws:iam::111122223333:policy/q{at}")), "{}");
        }
        let over = format!("LimitExceeded: Cannot exceed quota for PoliciesPer{kind}: 10");
        check("Attach_Policy", &arn("arn:aws:iam::111122223333:policy/q9"), &over);
        check("Delete_", "", "DeleteConflict: Cannot delete entity, must detach all policies first.");
        check("Detach_Policy", &arn(POLICY_ARN), "{}");
        for at in 0..9 {
            check("Detach_Policy", &arn(&format!("arn:aws:iam::111122223333:policy/q{at}")), "{}");
        }
        let boundary = |arn: &str| format!(r#","PermissionsBoundary":"{arn}""#);
        check("Put_PermissionsBoundary", &boundary(no_policy), {
            "NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/none does not exist or is not attachable."
        });
        check("Put_PermissionsBoundary", &boundary(POLICY_ARN), "{}");
        let shown = host.send(&format!("Get{kind}"), &format!(r#"{{"{kind}Name":"{name}"}}"#));
        let structure = format!(
            r#","PermissionsBoundary":{{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"{POLICY_ARN}"}}}}}}"#
        );
        assert!(shown.ends_with(&structure), "{shown}");
        // A boundary goes with whom it bounds.
        host.run(&[(&format!("Delete{kind}"), &format!(r#"{{"{kind}Name":"{name}"}}"#), "{}")]);
    }
    host.run(&[
        ("CreateUser", &format!(r#"{{"UserName":"u","PermissionsBoundary":"{no_policy}"}}"#), {
            "NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/none does not exist or is not attachable."
        }),
        ("DeletePolicy", &format!(r#"{{"PolicyArn":"{POLICY_ARN}"}}"#), "{}"),
    ]);
}

#[test]
fn tags_do_not_distinguish_case() {
    let many = |from: usize, count: usize| {
        let tags: Vec<_> =
            (from..from + count).map(|at| format!(r#"{{"Key":"k{at:02}","Value":"v"}}"#)).collect();
        tags.join(",")
    };
    for (kind, name) in [("User", "alice"), ("Role", "Ops")] {
        let mut host = Host::peopled(&[]);
        let mut check = |operation: &str, more: &str, expected: &str| {
            let operation = operation.replace('_', kind);
            let request = format!(r#"{{"{kind}Name":"{name}"{more}}}"#);
            assert_eq!(host.send(&operation, &request), expected, "{operation} {request}");
        };
        check("List_Tags", "", r#"{"Tags":[],"IsTruncated":false}"#);
        check("Tag_", r#","Tags":[{"Key":"team","Value":"red"},{"Key":"Age","Value":""}]"#, "{}");
        check("Tag_", r#","Tags":[{"Key":"Team","Value":"blue"}]"#, "{}");
        check(
            "List_Tags",
            "",
            r#"{"Tags":[{"Key":"Age","Value":""},{"Key":"Team","Value":"blue"}],"IsTruncated":false}"#,
        );
        check("Tag_", r#","Tags":[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"}]"#, {
            "InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
        });
        check("Tag_", r#","Tags":[{"Key":"AWS:x","Value":"1"}]"#, {
            "InvalidInput: The tag key AWS:x begins with aws:, which is reserved."
        });
        check("Untag_", r#","TagKeys":["team","none"]"#, "{}");
        check("List_Tags", "", r#"{"Tags":[{"Key":"Age","Value":""}],"IsTruncated":false}"#);
        check("Tag_", &format!(r#","Tags":[{}]"#, many(0, 49)), "{}");
        check("Tag_", &format!(r#","Tags":[{}]"#, many(10, 30)), "{}");
        let over = format!("LimitExceeded: Cannot exceed quota for TagsPer{kind}: 50");
        check("Tag_", &format!(r#","Tags":[{}]"#, many(48, 2)), &over);
        check(
            "List_Tags",
            r#","MaxItems":1,"Marker":"k47""#,
            r#"{"Tags":[{"Key":"k48","Value":"v"}],"IsTruncated":false}"#,
        );
    }
}
