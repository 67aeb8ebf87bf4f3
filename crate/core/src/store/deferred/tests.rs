use std::collections::BTreeMap;

use super::*;
use crate::keys::{AccountId, Region};
use crate::model::{Timestamp, Uuid};

fn key(number: u32) -> KeyRef {
    format!("000000000000/us-east-1/00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

fn event(at: i64) -> Event {
    Event {
        id: Uuid::from_random([1; 16]),
        request: Uuid::from_random([2; 16]),
        at: Timestamp(at),
        name: "Encrypt".into(),
        region: Region::default(),
        account: AccountId::default(),
        who: None,
        keys: crate::store::Keys::None,
        asked: crate::store::Asked::default(),
        rare: None,
        is_use: false,
        is_service_event: false,
    }
}

fn uses(of: u32, at: i64) -> Event {
    Event { keys: crate::store::Keys::One(key(of).into()), is_use: true, ..event(at) }
}

/// A store of rows, and whoever works on it.
#[derive(Default)]
struct Host {
    /// With the commit that wrote each.
    rows: BTreeMap<(u8, String), (u64, Change)>,
    generation: u64,
}

impl Host {
    /// Commits what waits, and `events` with it.
    fn commit(&mut self, deferred: &mut Deferred, events: Vec<Event>) -> Vec<Change> {
        self.generation += 1;
        let records = deferred.records(&events, self.generation, |_| true);
        deferred.committed(events, |_| true);
        for record in &records {
            let place = (record.kind as u8, record.id.clone());
            self.rows.insert(place, (self.generation, record.clone()));
        }
        records
    }

    /// The segments that are there.
    fn segments(&self) -> impl Iterator<Item = &Change> {
        let live = |row: &&Change| row.kind == Kind::Audit && row.record.is_some();
        self.rows.values().map(|(_, row)| row).filter(live)
    }

    /// Rows in the order of their commits, as a restart reads them.
    fn restart(&self) -> Deferred {
        let mut rows: Vec<&(u64, Change)> = self.rows.values().collect();
        rows.sort_by_key(|(generation, _)| *generation);
        let mut again = Deferred::default();
        rows.into_iter().for_each(|(_, row)| load(&mut again, std::slice::from_ref(row)));
        again
    }
}

fn read(row: &Change) -> Segment {
    Segment::from_record(&row.id, row.record.as_deref().unwrap()).unwrap()
}

fn load(deferred: &mut Deferred, changes: &[Change]) {
    for change in changes {
        let record = change.record.as_deref();
        match change.kind {
            Kind::Audit => deferred.load_segment(&change.id, record).unwrap(),
            Kind::AuditHead => deferred.load_head(&change.id, record).unwrap(),
            _ => deferred.load_use(&change.id, record).unwrap(),
        }
    }
}

fn times(deferred: &Deferred) -> Vec<i64> {
    deferred.events().map(|event| event.at.0).collect()
}

fn used_at(deferred: &Deferred, of: u32) -> Option<i64> {
    deferred.last_use(&key(of)).map(|last| last.at.0)
}

#[test]
fn a_commit_carries_all_that_waits_in_one_segment() {
    let (mut host, mut deferred) = (Host::default(), Deferred::default());
    for at in 0..10_u32 {
        deferred.defer(vec![uses(at % 3, at.into())]);
    }
    assert_eq!(deferred.waiting().count(), 10);
    let records = host.commit(&mut deferred, vec![event(10)]);
    let kinds: Vec<Kind> = records.iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [Kind::Audit, Kind::AuditHead]);
    assert_eq!(deferred.waiting().count(), 0);
    assert!(deferred.records(&[], 2, |_| true).is_empty());

    let again = host.restart();
    assert_eq!(times(&again), (0..=10).collect::<Vec<_>>());
    assert_eq!([0, 1, 2, 3].map(|of| used_at(&again, of)), [Some(9), Some(7), Some(8), None]);
    assert_eq!(again.last_use(&key(1)), Some(&uses(1, 7).use_of(&key(1))));
    assert_eq!(again.waiting().count(), 0);
}

#[test]
fn what_a_refused_commit_carried_goes_with_the_next() {
    let mut deferred = Deferred::default();
    deferred.defer(vec![uses(1, 5)]);
    assert_eq!(deferred.records(&[], 1, |_| true).len(), 2);
    // Another tab was first: what it wrote is read, and then this one's is written.
    let (mut host, mut other) = (Host::default(), Deferred::default());
    other.defer(vec![uses(1, 4), uses(2, 4)]);
    load(&mut deferred, &host.commit(&mut other, Vec::new()));
    assert_eq!(times(&deferred), [4, 4, 5], "what was committed first stands first");
    let records = host.commit(&mut deferred, Vec::new());
    assert_eq!((records.len(), records[0].id.as_str()), (2, "1"), "the other's segment stays");
    load(&mut other, &records);
    assert_eq!(times(&other), [4, 4, 5]);
    assert_eq!((used_at(&other, 1), used_at(&other, 2)), (Some(5), Some(4)));
}

#[test]
fn of_two_tabs_uses_the_newer_stays() {
    for (mine, theirs) in [(5, 4), (4, 5)] {
        let (mut host, mut deferred, mut other) = (Host::default(), Deferred::default(), Deferred::default());
        deferred.defer(vec![uses(1, mine)]);
        load(&mut deferred, &host.commit(&mut other, vec![uses(1, theirs)]));
        assert_eq!(used_at(&deferred, 1), Some(5));
        host.commit(&mut deferred, Vec::new());
        assert_eq!(used_at(&host.restart(), 1), Some(5));
        let held = deferred.used_last(&key(1)).unwrap().slot.unwrap();
        let row = read(&host.rows[&(Kind::Audit as u8, held.to_string())].1);
        assert_eq!(row.events[0].at.0, 5, "it is known where the newer one stands");
    }
}

#[test]
fn the_last_use_of_a_deleted_key_is_dropped() {
    let (mut host, mut deferred) = (Host::default(), Deferred::default());
    host.commit(&mut deferred, vec![uses(1, 1), uses(2, 1)]);
    deferred.forget(&key(1));
    assert_eq!((used_at(&deferred, 1), used_at(&deferred, 2)), (None, Some(1)));
    // After a restart the segment still names it; a new segment carries on what is known.
    let again = host.restart();
    let segments = vec![again.segments[0].clone(); MOST_SEGMENTS];
    let again = Deferred { segments: segments.into(), ..again };
    assert_eq!(again.place(1, |of| *of != key(1)).carried, [key(2)]);
}

#[test]
fn a_record_of_before_there_were_events_still_reads() {
    // As the version before wrote it: key, time, operation.
    let record = hex::decode(concat!(
        "83",
        "783b3030303030303030303030302f75732d656173742d312f",
        "30303030303030302d303030302d343030302d383030302d303030303030303030303031",
        "1b0000018bcfe56800",
        "67456e6372797074"
    ));
    let (id, record) = (key(1).to_string(), record.unwrap());
    let mut deferred = Deferred::default();
    deferred.load_use(&id, Some(&record)).unwrap();
    let read = deferred.last_use(&key(1)).unwrap();
    assert_eq!((read.at.0, read.operation.as_ref()), (1_700_000_000_000, "Encrypt"));
    assert_eq!((read.event, read.request), (None, None));
    let newer = 1_700_000_000_001;
    deferred.defer(vec![uses(1, newer)]);
    deferred.load_use(&id, Some(&record)).unwrap();
    assert_eq!(used_at(&deferred, 1), Some(newer));
    assert!(deferred.has_row(&key(1)));
    deferred.load_use(&id, None).unwrap();
    assert_eq!(used_at(&deferred, 1), None);
}

#[test]
fn memory_keeps_the_newest_events_and_the_store_a_bounded_number_of_segments() {
    let (mut host, mut deferred) = (Host::default(), Deferred::default());
    // Many small segments.
    for at in 0..3000 {
        host.commit(&mut deferred, vec![event(at)]);
    }
    assert_eq!(host.rows.len(), MOST_SEGMENTS + 1);
    // A few large ones push them out.
    for chunk in 0..12 {
        deferred.defer((0..9000).map(|at| event(3000 + chunk * 9000 + at)).collect());
        host.commit(&mut deferred, Vec::new());
    }
    assert_eq!(host.segments().count(), MOST_EVENTS / 9000);
    assert_eq!(host.rows.len(), MOST_SEGMENTS + 1);
    assert_eq!(deferred.events().count(), KEPT_EVENTS);
    assert_eq!(times(&deferred).last(), Some(&110_999));
    // Tombstones make room for the next segments.
    for at in 0..3000 {
        host.commit(&mut deferred, vec![event(200_000 + at)]);
    }
    assert_eq!(host.rows.len(), MOST_SEGMENTS + 1);
    let again = host.restart();
    assert_eq!(times(&again).last(), times(&deferred).last());
    assert_eq!(again.place(1, |_| true).slot, deferred.place(1, |_| true).slot);
}

#[test]
fn last_uses_outlive_the_segments_that_told_them() {
    let (mut host, mut deferred) = (Host::default(), Deferred::default());
    for of in 0..100 {
        host.commit(&mut deferred, vec![uses(of, i64::from(of)), uses(of, i64::from(of))]);
    }
    for at in 0..3000 {
        host.commit(&mut deferred, vec![uses(7, 1000 + at)]);
    }
    for chunk in 0..20 {
        deferred.defer((0..9000).map(|at| event(10_000 + chunk * 9000 + at)).collect());
        host.commit(&mut deferred, Vec::new());
    }
    let again = host.restart();
    for of in 0..100 {
        let expected = if of == 7 { 3999 } else { i64::from(of) };
        assert_eq!((used_at(&deferred, of), used_at(&again, of)), (Some(expected), Some(expected)));
        assert_eq!(again.last_use(&key(of)), deferred.last_use(&key(of)));
    }
    let carried: usize = host.segments().map(|row| read(row).uses.len()).sum();
    assert_eq!(carried, 100, "each of them once");
}

#[test]
fn while_nothing_can_be_written_what_waits_is_bounded() {
    let mut deferred = Deferred::default();
    deferred.defer(vec![uses(1, 7)]);
    for at in 0..3 {
        deferred.defer(vec![event(at); KEPT_EVENTS / 2]);
    }
    assert_eq!((deferred.events.len(), deferred.waiting), (KEPT_EVENTS, KEPT_EVENTS));
    let mut host = Host::default();
    let segment = read(&host.commit(&mut deferred, Vec::new())[0]);
    assert_eq!((segment.events.len(), segment.events[0].at.0), (KEPT_EVENTS, 1));
    assert_eq!(used_at(&host.restart(), 1), Some(7), "a last use is not lost with its event");
}
