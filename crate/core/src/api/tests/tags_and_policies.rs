//! What is stored with a key and returned: tags, the key policy.

use super::*;

fn tag(key: &str, value: &str) -> Value {
    map([("TagKey", s(key)), ("TagValue", s(value))])
}

fn listed(host: &mut Host, key: &str) -> Vec<(String, String)> {
    let answer = host.ok("ListResourceTags", map([("KeyId", s(key))]));
    let Some(Value::List(tags)) = answer.get("Tags") else { panic!("{answer:?}") };
    tags.iter().map(|tag| (text(tag, "TagKey"), text(tag, "TagValue"))).collect()
}

#[test]
fn tags_are_put_replaced_and_taken_away() {
    let mut host = Host::new();
    let answer = host.ok("CreateKey", map([("Tags", Value::List(vec![tag("b", "1"), tag("a", "")]))]));
    let key = text(answer.get("KeyMetadata").unwrap(), "KeyId");
    host.ok(
        "TagResource",
        map([("KeyId", s(&key)), ("Tags", Value::List(vec![tag("b", "2"), tag("c", "3")]))]),
    );
    host.ok("UntagResource", map([("KeyId", s(&key)), ("TagKeys", Value::List(vec![s("a"), s("never")]))]));
    assert_eq!(listed(&mut host, &key), [("b".into(), "2".into()), ("c".into(), "3".into())]);
    for (tags, expected) in [
        (vec![tag("aws:x", "1")], "TagException"),
        (vec![tag("x", "1"), tag("x", "2")], "TagException"),
        ((0..49).map(|n| tag(&format!("t{n}"), "")).collect(), "LimitExceededException"),
    ] {
        let error = host.error("TagResource", map([("KeyId", s(&key)), ("Tags", Value::List(tags))]));
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(listed(&mut host, &key).len(), 2, "a refused call changes nothing");
}

#[test]
fn a_policy_is_returned_as_it_was_put() {
    let mut host = Host::new();
    let (key, _) = host.create();
    let got = |host: &mut Host| text(&host.ok("GetKeyPolicy", map([("KeyId", s(&key))])), "Policy");
    let default = got(&mut host);
    assert!(default.contains("\"arn:aws:iam::000000000000:root\""));
    let put = |policy: &str| map([("KeyId", s(&key)), ("PolicyName", s("default")), ("Policy", s(policy))]);
    host.ok("PutKeyPolicy", put(&default));
    let other = default.replace("Enable IAM", "Permit IAM");
    host.ok("PutKeyPolicy", put(&other));
    assert_eq!(got(&mut host), other);
    let error = host.error("PutKeyPolicy", put("{\"Statement\": ["));
    assert!(error.starts_with("MalformedPolicyDocumentException: The text is no JSON"), "{error}");
    let named = map([("KeyId", s(&key)), ("PolicyName", s("other"))]);
    assert!(host.error("GetKeyPolicy", named).starts_with("NotFoundException"));
    let names = host.ok("ListKeyPolicies", map([("KeyId", s(&key))]));
    assert_eq!(names.get("PolicyNames"), Some(&Value::List(vec![s("default")])));
}
