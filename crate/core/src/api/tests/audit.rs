//! Audit events and last uses.

use super::*;
use crate::store::Event;

fn events(host: &Host) -> Vec<&Event> {
    host.kms.state().events().collect()
}

fn last_usage(host: &mut Host, key: &str) -> Value {
    host.ok("GetKeyLastUsage", map([("KeyId", s(key))]))
}

#[test]
fn every_call_leaves_one_event_refused_ones_too() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    encrypt(&mut host, &arn, b"x");
    host.error("Encrypt", map([("KeyId", s(&id))]));
    host.ok("DisableKey", map([("KeyId", s(&id))]));
    host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x"))]));
    host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x")), ("DryRun", Value::Boolean(true))]));
    host.error("DescribeKey", map([("KeyId", s("alias/none"))]));
    host.ok("ListKeys", Value::Null);
    host.error("Frobnicate", Value::Null);
    let seen: Vec<(&str, usize, Option<&str>)> =
        events(&host).iter().map(|event| (event.name.as_ref(), event.keys.len(), event.error())).collect();
    let expected = [
        ("CreateKey", 1, None),
        ("Encrypt", 1, None),
        ("Encrypt", 0, Some("ValidationException")),
        ("DisableKey", 1, None),
        ("Encrypt", 1, Some("DisabledException")),
        ("Encrypt", 1, Some("DisabledException")),
        ("DescribeKey", 0, Some("NotFoundException")),
        ("ListKeys", 0, None),
    ];
    assert_eq!(seen, expected);
    let caller = Caller::default();
    for event in events(&host) {
        assert_eq!(
            (event.account, &event.region, event.is_service_event),
            (caller.account, &caller.region, false)
        );
        assert!(event.keys.iter().all(|of| of.key.arn() == arn));
    }
    let ids: std::collections::BTreeSet<_> =
        events(&host).iter().flat_map(|event| [event.id, event.request]).collect();
    assert_eq!(ids.len(), 2 * expected.len(), "no id twice");
}

#[test]
fn an_event_of_a_re_encrypt_names_both_keys() {
    let mut host = Host::new();
    let ((one, one_arn), (two, two_arn)) = (host.create(), host.create());
    let blob = encrypt(&mut host, &one, b"x");
    host.ok("ReEncrypt", map([("CiphertextBlob", b(&blob)), ("DestinationKeyId", s(&two))]));
    let named: Vec<String> = events(&host).last().unwrap().keys.iter().map(|of| of.key.arn()).collect();
    assert_eq!(named, [one_arn, two_arn]);
    for key in [one, two] {
        let usage = last_usage(&mut host, &key);
        assert_eq!(text(usage.get("KeyLastUsage").unwrap(), "Operation"), "ReEncrypt");
    }
}

#[test]
fn what_happens_by_itself_leaves_a_service_event() {
    let mut host = Host::new();
    let ((rotating, _), (dying, _)) = (host.create(), host.create());
    host.ok(
        "EnableKeyRotation",
        map([("KeyId", s(&rotating)), ("RotationPeriodInDays", Value::Integer(90))]),
    );
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&dying)), ("PendingWindowInDays", Value::Integer(7))]));
    let before = events(&host).len();
    host.advance(100);
    let of_service: Vec<(&str, bool)> =
        events(&host)[before..].iter().map(|event| (event.name.as_ref(), event.is_service_event)).collect();
    assert_eq!(of_service, [("DeleteKey", true), ("RotateKey", true)]);

    // The same where a call finds it due.
    let changes = host.kms.plan_clock(100 * DAY);
    host.commit(changes);
    encrypt(&mut host, &rotating, b"x");
    let names: Vec<&str> = events(&host).iter().rev().take(2).map(|event| event.name.as_ref()).collect();
    assert_eq!(names, ["Encrypt", "RotateKey"]);
}

#[test]
fn the_last_use_names_its_event_and_outlives_a_restart() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let never = last_usage(&mut host, &id);
    assert_eq!(never.get("KeyLastUsage"), Some(&Value::Map(Vec::new())));
    assert_eq!(never.get("TrackingStartDate"), never.get("KeyCreationDate"));
    assert_eq!(text(&never, "KeyId"), id);

    encrypt(&mut host, &id, b"x");
    let event = (*events(&host).last().unwrap()).clone();
    host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b""))]));
    let mut restarted = Kms::new(StoreKey::copy_from(host.kms.store_key().expose()).unwrap());
    assert!(restarted.load(&host.rows).unwrap().is_empty());
    assert_eq!(restarted.state().events().find(|found| found.id == event.id), Some(&event));
    host.kms = restarted;
    let usage = last_usage(&mut host, &arn);
    let usage = usage.get("KeyLastUsage").unwrap();
    assert_eq!(text(usage, "Operation"), "Encrypt");
    assert_eq!(usage.get("Timestamp"), Some(&Value::Float(1_700_000_000.0)));
    assert_eq!(text(usage, "CloudTrailEventId"), event.id.to_string());
    assert_eq!(text(usage, "KmsRequestId"), event.request.to_string());
    assert_eq!(
        host.error("GetKeyLastUsage", map([("KeyId", s("alias/demo"))])),
        "NotFoundException: Invalid keyId 'alias/demo'"
    );
}

#[test]
fn what_a_call_defers_waits_for_the_next_commit_whoever_asks_for_it() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let mut call = Call::new("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x"))]), Caller::default());
    let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut host.random };
    let done = host.kms.plan(&mut call, &mut env);
    assert!(done.changes.durable.is_empty() && !done.changes.events.is_empty());
    assert!(host.kms.apply(done.changes, None).unwrap().is_empty());
    assert!(host.kms.has_deferred() && host.kms.state().has_deferred_uses());
    assert_eq!(text(last_usage(&mut host, &id).get("KeyLastUsage").unwrap(), "Operation"), "Encrypt");
    assert!(!host.kms.has_deferred(), "it went with that call's commit");
    assert!(host.rows.iter().any(|row| row.kind == crate::store::Kind::Audit as u8));
}
