//! The chain of audit records: what was done to the rows shows, and where.

use super::*;
use crate::store::segment::Segment;

const AUDIT: u8 = Kind::Audit as u8;
const HEAD: u8 = Kind::AuditHead as u8;

/// A store whose log has one record a segment.
fn host_of(calls: usize) -> Host {
    let mut host = Host::new();
    for _ in 0..calls {
        host.ok("ListKeys", Value::Null);
    }
    host
}

type Fault = (usize, Option<String>, String);

/// How many records there are, and where the fault is.
fn verdict(host: &Host) -> (usize, Option<Fault>) {
    let verdict = host.kms.verify_log(&host.rows);
    let fault = verdict.fault.map(|fault| (fault.at, fault.event.map(|id| id.to_string()), fault.what));
    (verdict.events, fault)
}

fn ids(host: &Host) -> Vec<String> {
    host.kms.state().events().map(|event| event.id.to_string()).collect()
}

/// Opens a row, changes its record and seals it again, as whoever has the store key could.
fn tamper(host: &mut Host, kind: u8, id: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let row = host.rows.iter_mut().find(|row| row.kind == kind && row.id == id).unwrap();
    let label = (kind, id, row.generation.0);
    let key = host.kms.store_key();
    let mut opened = record::open(key, label, row.sealed.as_ref().unwrap()).unwrap().to_vec();
    change(&mut opened);
    row.sealed = Some(record::seal(key, label, &opened, &mut host.random).unwrap());
}

/// The place of `needle` in `bytes`.
fn place(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn drop_segment(host: &mut Host, id: &str) {
    host.rows.retain(|row| row.kind != AUDIT || row.id != id);
}

/// A call whose event waits.
fn defer(kms: &mut Kms, random: &mut Counting) {
    let mut call = Call::new("ListKeys", Value::Null, Caller::default());
    let mut env = Env { host_now: Timestamp(1_700_000_000_000), random };
    let done = kms.plan(&mut call, &mut env);
    assert!(kms.apply(done.changes, None).unwrap().is_empty());
}

fn restarted(host: &Host) -> Kms {
    let mut again = Kms::new(StoreKey::copy_from(host.kms.store_key().expose()).unwrap());
    assert!(again.load(&host.rows).unwrap().is_empty());
    again
}

#[test]
fn a_sound_log_says_since_when_it_is_complete() {
    let host = host_of(5);
    let verdict = host.kms.verify_log(&host.rows);
    assert_eq!((verdict.events, verdict.fault), (5, None));
    assert_eq!(verdict.from, Some(Timestamp(1_700_000_000_000)));
    let empty = Host::new();
    let verdict = empty.kms.verify_log(&empty.rows);
    assert_eq!((verdict.events, verdict.from, verdict.fault), (0, None, None));
}

#[test]
fn an_altered_record_shows() {
    let mut host = host_of(3);
    for _ in 0..5 {
        defer(&mut host.kms, &mut host.random);
    }
    host.commit(Changes::default());
    assert_eq!(verdict(&host), (8, None));
    let third = *host.kms.state().events().nth(5).unwrap().id.as_bytes();
    tamper(&mut host, AUDIT, "3", |record| {
        let at = place(record, &third);
        // The request's id behind it.
        record[at + 20] ^= 1;
    });
    let (count, fault) = verdict(&host);
    let (at, event, what) = fault.unwrap();
    assert_eq!((count, at, event.as_ref()), (8, 5, Some(&ids(&host)[5])), "{what}");
    assert!(what.starts_with("This record was altered"));
}

#[test]
fn a_record_that_was_altered_with_its_hash_shows_in_the_next() {
    let mut host = host_of(3);
    tamper(&mut host, AUDIT, "1", |record| {
        let (link, log) = Segment::from_record("1", record).unwrap().chain.unwrap();
        // The check is the last that the log has.
        let mut forged = log.bytes.clone();
        *forged.last_mut().unwrap() ^= 1;
        let at = place(record, &link.hash);
        record[at..at + 32].copy_from_slice(&link.hash_of(&forged));
        let at = place(record, &log.bytes);
        record[at..at + forged.len()].copy_from_slice(&forged);
    });
    let (_, fault) = verdict(&host);
    let what = "This record does not follow the one before it.".to_owned();
    assert_eq!(fault, Some((2, Some(ids(&host)[2].clone()), what)));
}

#[test]
fn a_record_that_was_taken_out_shows() {
    let missing = "Records before this one are missing.";
    for (gone, at, what) in
        [("0", 0, missing), ("2", 2, missing), ("4", 4, "The newest records are missing: 1 of them.")]
    {
        let mut host = host_of(5);
        let next = ids(&host).get(at + 1).cloned();
        drop_segment(&mut host, gone);
        assert_eq!(verdict(&host), (4, Some((at, next, what.to_owned()))));
        // It stays missing, whatever is written afterwards by who reads the store anew.
        host.kms = restarted(&host);
        host.ok("ListKeys", Value::Null);
        assert!(verdict(&host).1.is_some(), "{gone}");
    }
    let mut host = host_of(3);
    host.rows.retain(|row| row.kind != AUDIT);
    let what = "The newest records are missing: 3 of them.".to_owned();
    assert_eq!(verdict(&host), (0, Some((0, None, what))));
}

#[test]
fn the_head_can_be_neither_taken_away_nor_put_back() {
    let mut host = host_of(3);
    let old: Vec<Row> = host.rows.iter().filter(|row| row.kind == HEAD).cloned().collect();
    host.ok("ListKeys", Value::Null);
    host.rows.retain(|row| row.kind != HEAD);
    let what = "What says where the log ends is missing.".to_owned();
    assert_eq!(verdict(&host), (4, Some((4, None, what))));
    host.rows.extend(old);
    let what = "The log goes on where it is said to end.".to_owned();
    assert_eq!(verdict(&host), (4, Some((4, None, what))));
}

#[test]
fn records_that_changed_places_show() {
    let mut host = host_of(4);
    let mut logs = Vec::new();
    for id in ["1", "2"] {
        tamper(&mut host, AUDIT, id, |record| {
            logs.push(Segment::from_record(id, record).unwrap().chain.unwrap().1.bytes);
        });
    }
    for (id, own, other) in [("1", 0, 1), ("2", 1, 0)] {
        tamper(&mut host, AUDIT, id, |record| {
            let at = place(record, &logs[own]);
            record[at..at + logs[other].len()].copy_from_slice(&logs[other]);
        });
    }
    let (count, fault) = verdict(&host);
    let (at, event, _) = fault.unwrap();
    assert_eq!((count, at, event.as_ref()), (4, 1, Some(&ids(&host)[2])), "where the first of them stood");
}

#[test]
fn a_row_that_does_not_open_is_missing() {
    let mut host = host_of(3);
    let row = host.rows.iter_mut().find(|row| row.kind == AUDIT && row.id == "1").unwrap();
    row.sealed.as_mut().unwrap()[20] ^= 1;
    let what = "Records before this one are missing.".to_owned();
    assert_eq!(verdict(&host).1, Some((1, Some(ids(&host)[2].clone()), what)));
    assert!(host.kms.read_log(&host.rows).is_err());
}

#[test]
fn two_tabs_do_not_fork_the_chain() {
    let mut host = host_of(2);
    let mut other = restarted(&host);
    // Both seal the same generation; the other tab's is refused.
    defer(&mut other, &mut host.random);
    let generation = other.generation().next();
    drop(other.seal(&Changes::default(), generation, &mut host.random).unwrap());
    host.ok("ListKeys", Value::Null);
    // It reads what was written, and seals anew.
    let newer: Vec<Row> = host.rows.iter().filter(|row| row.generation == generation).cloned().collect();
    assert!(other.load(&newer).unwrap().is_empty());
    defer(&mut other, &mut host.random);
    let first = std::mem::replace(&mut host.kms, other);
    host.commit(Changes::default());
    assert_eq!(verdict(&host), (5, None));
    assert_eq!(first.verify_log(&host.rows).fault, None);
    let log = host.kms.read_log(&host.rows).unwrap();
    let everything = crate::audit::Query::from_value(map([])).unwrap();
    let mut count = 0;
    host.kms.each_record(&log, &everything, &mut |_| count += 1);
    assert_eq!(count, 5);
}

/// A segment as the first versions wrote it, of one record.
fn put_first_segment(host: &mut Host, generation: u64) {
    let mut to = crate::model::cbor::Writer::default();
    to.array(4);
    to.u64(0);
    to.u64(generation);
    to.array(1);
    to.array(10);
    to.bytes(&[1; 16]);
    to.bytes(&[2; 16]);
    to.i64(1_600_000_000_000);
    to.str("ListKeys");
    to.str("us-east-1");
    to.u64(0);
    to.array(0);
    to.u64(0);
    to.null();
    to.null();
    to.array(0);
    let label = (AUDIT, "0", generation);
    let sealed = record::seal(host.kms.store_key(), label, &to.into_bytes(), &mut host.random).unwrap();
    host.rows.retain(|row| row.kind != AUDIT || row.id != "0");
    let generation = Generation(generation);
    host.rows.push(Row { kind: AUDIT, id: "0".to_owned(), generation, sealed: Some(sealed) });
}

#[test]
fn records_of_the_first_versions_stand_before_the_chain() {
    let mut host = Host::new();
    put_first_segment(&mut host, 1);
    host.kms = restarted(&host);
    host.ok("ListKeys", Value::Null);
    host.ok("ListKeys", Value::Null);
    let verdict = host.kms.verify_log(&host.rows);
    assert_eq!((verdict.events, verdict.fault), (3, None));
    assert_eq!(verdict.from, Some(Timestamp(1_700_000_000_000)), "the chain begins later");
    // One that was written after the chain had begun is none that the chain knows.
    put_first_segment(&mut host, 9);
    let (_, fault) = self::verdict(&host);
    assert_eq!(fault.unwrap().2, "Records that are not chained stand behind this one.");
}

#[test]
fn what_has_made_room_is_no_fault_and_what_was_taken_out_is() {
    let mut host = host_of(1100);
    assert_eq!(verdict(&host), (1024, None));
    let segments = host.rows.iter().filter(|row| row.kind == AUDIT);
    let oldest = segments.min_by_key(|row| row.generation).unwrap().id.clone();
    drop_segment(&mut host, &oldest);
    let (count, fault) = verdict(&host);
    assert_eq!((count, fault.unwrap().0), (1023, 0));
}
