//! Looking for records.

use super::*;
use crate::audit::Query;

/// The names of the events of a page, newest first, and whether there are more.
fn names(host: &Host, query: Value) -> (String, bool) {
    let page = host.kms.recent_records(&Query::from_value(query).unwrap()).unwrap();
    let Some(Value::List(events)) = page.get("events") else { panic!("a list") };
    let names: Vec<String> = events.iter().map(|event| text(event, "eventName")).collect();
    (names.join(" "), page.get("next").is_some())
}

#[test]
fn the_log_is_searched_by_time_key_principal_operation_and_outcome() {
    let mut host = Host::new();
    let ((one, arn), (two, _)) = (host.create(), host.create());
    encrypt(&mut host, &one, b"x");
    let session = "arn:aws:sts::000000000000:assumed-role/Ops/noon";
    host.caller = Caller { principal: session.parse().unwrap(), ..Caller::default() };
    host.error("ListKeys", Value::Null);
    host.error("DescribeKey", map([("KeyId", s("alias/none"))]));
    let changes = host.kms.plan_clock(DAY);
    host.commit(changes);
    host.caller = Caller::default();
    encrypt(&mut host, &one, b"x");
    let (start, day) = (1_700_000_000, 86_400);
    let root = "arn:aws:iam::000000000000:root";
    for (query, expected) in [
        (map([]), "Encrypt DescribeKey ListKeys Encrypt CreateKey CreateKey"),
        (map([("from", Value::Integer(start + day))]), "Encrypt"),
        (map([("to", Value::Float(1_700_000_000.0))]), "DescribeKey ListKeys Encrypt CreateKey CreateKey"),
        (map([("from", Value::Integer(start + 1)), ("to", Value::Integer(start + day - 1))]), ""),
        (strings([("key", &one)]), "Encrypt Encrypt CreateKey"),
        (strings([("key", &arn), ("operation", "CreateKey")]), "CreateKey"),
        (strings([("key", &arn.replace("us-east-1", "eu-west-1"))]), ""),
        (strings([("key", "alias/none")]), ""),
        (strings([("principal", root)]), "Encrypt Encrypt CreateKey CreateKey"),
        (strings([("principal", "arn:aws:iam::000000000000:role/a/Ops")]), "DescribeKey ListKeys"),
        (strings([("principal", session)]), "DescribeKey ListKeys"),
        (strings([("principal", "arn:aws:sts::000000000000:assumed-role/Ops/night")]), ""),
        (strings([("principal", "nobody")]), ""),
        (map([("errors", Value::Boolean(true))]), "DescribeKey ListKeys"),
        (map([("errors", Value::Boolean(false)), ("key", s(&two))]), "CreateKey"),
    ] {
        let asked = format!("{query:?}");
        assert_eq!(names(&host, query), (expected.to_owned(), false), "{asked}");
    }
}

#[test]
fn the_log_is_read_page_by_page() {
    let mut host = Host::new();
    for _ in 0..5 {
        host.ok("ListKeys", Value::Null);
    }
    let (mut before, mut all) = (Value::Null, Vec::new());
    loop {
        let query = map([("limit", Value::Integer(2)), ("before", std::mem::take(&mut before))]);
        let page = host.kms.recent_records(&Query::from_value(query).unwrap()).unwrap();
        let Some(Value::List(events)) = page.get("events") else { panic!("a list") };
        all.extend(events.iter().map(|event| text(event, "eventID")));
        match page.get("next").and_then(Value::as_str) {
            Some(next) => before = s(next),
            None => break,
        }
    }
    let newest: Vec<String> = host.kms.state().events().rev().map(|event| event.id.to_string()).collect();
    assert_eq!(all, newest);
    let gone = strings([("before", "00000000-0000-4000-8000-000000000000")]);
    assert_eq!(names(&host, gone), (String::new(), false));
    for bad in
        [map([("limit", Value::Integer(0))]), map([("from", s("x"))]), map([("key", Value::Integer(1))])]
    {
        assert!(Query::from_value(bad).is_err());
    }
}

#[test]
fn what_has_left_memory_is_read_from_the_rows() {
    let mut host = Host::new();
    let (id, _) = host.create();
    for _ in 0..10_100 {
        let mut call = Call::new("ListKeys", Value::Null, Caller::default());
        let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut host.random };
        let done = host.kms.plan(&mut call, &mut env);
        assert!(host.kms.apply(done.changes, None).unwrap().is_empty());
        if host.kms.state().waiting_events().count() >= 500 {
            host.commit(Changes::default());
        }
    }
    let query = Query::from_value(strings([("key", &id)])).unwrap();
    assert!(host.kms.recent_records(&query).is_none());
    let log = host.kms.read_log(&host.rows).unwrap();
    let Value::Map(page) = host.kms.records(&log, &query) else { panic!("a page") };
    let Value::List(events) = &page[0].1 else { panic!("a list") };
    assert_eq!(text(&events[0], "eventName"), "CreateKey");
    let everything = Query::from_value(map([])).unwrap();
    let mut count = 0;
    host.kms.each_record(&log, &everything, &mut |_| count += 1);
    assert_eq!(count, 10_101, "with those that wait");
    assert_eq!(host.kms.verify_log(&host.rows).fault, None);
    // A page that memory fills does not need them.
    let recent = Query::from_value(map([("limit", Value::Integer(1000))])).unwrap();
    assert!(host.kms.recent_records(&recent).is_some());
}
