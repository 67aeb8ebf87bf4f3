use std::sync::Arc;

use super::*;
use crate::hierarchy::MaterialId;
use crate::keys::{AccountId, Region};
use crate::model::{Timestamp, Uuid};
use crate::store::{Asked, KeyOf, Keys, Rare, Shared, Who};

fn key(account: &str, region: &str, number: u32) -> KeyRef {
    format!("{account}/{region}/00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

fn id(number: u32) -> Uuid {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Uuid::from_random(bytes)
}

/// One of a burst of calls.
fn event(number: u32) -> Event {
    Event {
        id: id(number),
        request: id(number + 1_000_000),
        at: Timestamp(1_700_000_000_000 + i64::from(number / 50)),
        name: "Encrypt".into(),
        region: Region::default(),
        account: AccountId::default(),
        who: None,
        keys: Keys::One(KeyOf {
            key: key("000000000000", "us-east-1", 1),
            material: Some(MaterialId::from_bytes([5; 32])),
        }),
        asked: Asked { bytes: [[1; 30], [2; 30], [3; 30]].concat(), ends: [30, 60, 90] },
        rare: None,
        is_use: true,
        is_service_event: false,
    }
}

fn rare_event(number: u32) -> Event {
    let who = Who {
        principal: "arn:aws:iam::111122223333:user/alice".parse().unwrap(),
        via_service: Some("s3".to_owned()),
        source_ip: Some("192.0.2.1".to_owned()),
        user_agent: None,
        mfa: Some(true),
    };
    let rare = Rare {
        error: Some("DisabledException".into()),
        message: Some(format!("{number} is disabled.")),
        response: vec![0xa0],
        additional: vec![("grantId".into(), "x".to_owned())],
        shared: Some(Shared { id: id(9), recipient: "444455556666".parse().unwrap() }),
    };
    Event {
        account: "111122223333".parse().unwrap(),
        who: Some(Arc::new(who)),
        keys: Keys::Many(vec![
            key("111122223333", "us-east-1", number).into(),
            key("444455556666", "eu-west-1", number).into(),
        ]),
        rare: Some(Box::new(rare)),
        is_use: false,
        ..event(number)
    }
}

fn log_of(events: &[Event]) -> Vec<u8> {
    write_log(&events.iter().collect::<Vec<_>>())
}

#[test]
fn events_read_back_as_they_were_and_what_a_later_version_appends_is_skipped() {
    let service = Event { is_service_event: true, is_use: false, keys: Keys::None, ..event(3) };
    let plain = Event { asked: Asked::default(), ..event(5) };
    let earlier = Event { at: Timestamp(-5), ..event(6) };
    let events = [event(1), rare_event(2), event(3), service, rare_event(4), plain, earlier];
    let log = log_of(&events);
    let read = read_log(&log);
    assert!(read.is_sound);
    assert_eq!((read.wrong, read.events.as_slice()), (None, &events[..]));

    // An event, its frame and its key, each with one item more.
    let mut to = Writer::default();
    to.i64(7);
    to.array(1);
    to.array(8);
    to.bytes(&[1; 32]);
    to.i64(0);
    to.array(11);
    ["Encrypt", "eu-west-1"].iter().for_each(|text| to.str(text));
    to.u64(1);
    to.u64(0);
    to.null();
    to.bytes(&[]);
    to.null();
    to.null();
    to.bytes(&[]);
    to.array(0);
    to.str("later");
    to.array(1);
    to.array(5);
    to.u64(2);
    to.str("eu-west-2");
    to.bytes(&[0; 17]);
    to.null();
    to.str("later");
    to.null();
    to.null();
    to.null();
    to.str("later");
    to.bytes(&[0; 4]);
    let read = read_log(&to.into_bytes());
    assert!(read.is_sound);
    let arn = "arn:aws:kms:eu-west-2:000000000002:key/00000000-0000-0000-0000-000000000000";
    assert_eq!(read.events[0].keys[0].key.arn(), arn);
    assert_eq!(read.wrong, Some(0), "the check of another");
}

#[test]
fn an_event_in_a_burst_takes_little_room() {
    let count = 4000;
    let burst: Vec<Event> = (0..count).map(event).collect();
    let each = log_of(&burst).len() / burst.len();
    assert!(each <= 50, "{each} bytes");
    // Two keys in turn, and an encryption context for each call.
    let in_turn: Vec<Event> = (0..count)
        .map(|number| {
            let mut event = event(number);
            event.keys[0].key = key("000000000000", "us-east-1", number % 2);
            event.asked.bytes.truncate(60);
            event.asked.bytes.extend_from_slice(format!("{number:030}").as_bytes());
            event
        })
        .collect();
    let each = log_of(&in_turn).len() / in_turn.len();
    assert!(each <= 90, "{each} bytes");
    assert_eq!(read_log(&log_of(&in_turn)).events, in_turn);
    // Each with a key of its own.
    let apart: Vec<Event> = (0..count)
        .map(|number| {
            let mut event = event(number);
            event.keys[0].key = key("000000000000", "us-east-1", number);
            event
        })
        .collect();
    assert_eq!(read_log(&log_of(&apart)).events, apart);
}

#[test]
fn no_damaged_log_reads_as_if_it_were_sound() {
    let log = log_of(&[event(1), rare_event(2), event(3)]);
    let whole = read_log(&log).events;
    for bit in 0..log.len() * 8 {
        let mut damaged = log.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let read = read_log(&damaged);
        // The count, the first time and the checks are the hash's to guard; an event's own bytes show.
        let shows = !read.is_sound || read.wrong.is_some() || damaged[..10] != log[..10];
        assert!(shows || read.events == whole, "bit {bit}");
    }
    for length in 0..log.len() {
        assert!(!read_log(&log[..length]).is_sound, "{length}");
    }
}

#[test]
fn a_segment_knows_its_place_and_how_it_is_chained() {
    let (log, count) = (log_of(&[event(1), event(2)]), 2);
    let (link, end) = Chained { sequence: 6, events: 40, hash: [3; 32], oldest: 2 }.next(&log, count, None);
    assert_eq!((link.sequence, link.before, link.oldest, link.previous), (7, 40, 2, [3; 32]));
    assert_eq!(
        (link.hash, end),
        (link.hash_of(&log), Chained { sequence: 7, events: 42, hash: link.hash, oldest: 2 })
    );
    let record = Segment::record(5, 99, &[], &log, &link);
    let segment = Segment::from_record("5", &record).unwrap();
    assert_eq!((segment.generation, segment.events.len()), (99, 2));
    let (read, read_log) = segment.chain.unwrap();
    assert_eq!((read, read_log.bytes, read_log.wrong), (link, log, None));
    assert_eq!(Segment::from_record("6", &record).unwrap_err(), StoreError::Malformed("6".to_owned()));
}

#[test]
fn a_segment_of_the_first_versions_still_reads() {
    let mut to = Writer::default();
    to.array(4);
    to.u64(3);
    to.u64(9);
    to.array(1);
    to.array(10);
    to.bytes(&[1; 16]);
    to.bytes(&[2; 16]);
    to.i64(1_700_000_000_000);
    to.str("Encrypt");
    to.str("us-east-1");
    to.u64(0);
    to.array(1);
    to.bytes(&[0; 17]);
    to.u64(1);
    to.null();
    to.null();
    to.array(0);
    let segment = Segment::from_record("3", &to.into_bytes()).unwrap();
    assert!(segment.chain.is_none());
    let [event] = segment.events.as_slice() else { panic!("one event") };
    assert_eq!((event.name.as_ref(), event.is_use, event.error()), ("Encrypt", true, None));
}
