//! Whether the stored log is as it was written: each segment of events names the hash of the one before it, and a row of
//! its own says where the chain ends. What was altered, removed or put in another's place shows, unless everything from
//! there on was made anew: who has the store key and all rows can write another log, but not this one's hashes.

use crate::model::{Timestamp, Uuid};
use crate::store::StoreError;
use crate::store::segment::{Chained, Link, Segment};

/// The stored log, as far as its rows open.
#[derive(Debug, Default)]
pub struct Stored {
    /// The segments.
    pub segments: Vec<Segment>,
    /// Where the chain ends, if a row says so.
    pub end: Option<Chained>,
    /// What is wrong with rows.
    pub faults: Vec<StoreError>,
}

/// What the chain says of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many events stand in the log.
    pub events: usize,
    /// The time of the first event of the chain: the log is complete from then on.
    pub from: Option<Timestamp>,
    /// What is wrong, if anything is.
    pub fault: Option<Broken>,
}

/// Where a log is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// How many events stand before the fault.
    pub at: usize,
    /// The first event that is not as it was, or does not follow; none at the end.
    pub event: Option<Uuid>,
    /// What is wrong.
    pub what: String,
}

impl Stored {
    /// Adds a segment in its place in the log: those of the first versions, which stand outside of the chain, come first.
    /// Rows come almost in order, and there are few; a sorting algorithm would weigh more than all of this.
    pub fn add(&mut self, segment: Segment) {
        let place = |segment: &Segment| {
            (segment.chain.as_ref().map_or(0, |(link, _)| link.sequence), segment.generation)
        };
        let own = place(&segment);
        let at = self.segments.partition_point(|other| place(other) <= own);
        self.segments.insert(at, segment);
    }
}

/// Checks the log.
#[must_use]
pub fn verify(stored: &Stored) -> Verdict {
    let events = stored.segments.iter().map(|segment| segment.events.len()).sum();
    let chained = || stored.segments.iter().filter(|segment| segment.chain.is_some());
    let from = chained().find_map(|segment| Some(segment.events.first()?.at));
    let fault = walk(stored).or_else(|| end(stored, events));
    // A row that does not open is missing in the chain, unless nothing of the chain is left.
    let fault = fault.or_else(|| {
        let what = stored.faults.first()?.to_string();
        Some(Broken { at: events, event: None, what })
    });
    Verdict { events, from, fault }
}

/// Follows the chain from the oldest segment on.
fn walk(stored: &Stored) -> Option<Broken> {
    let newest = stored.segments.last().and_then(|segment| segment.chain.as_ref());
    // The newest segment tells what was the oldest one when it was written; one that is missing may have made room for.
    let is_newest = |link: &Link| stored.end.is_none_or(|end| end.sequence <= link.sequence);
    let mut expected = newest.map(|(link, _)| link).filter(|link| is_newest(link)).map(|link| link.oldest);
    let mut before: Option<(&Link, usize)> = None;
    let (mut at, mut newest_of_first) = (0, 0);
    for segment in &stored.segments {
        let event = segment.events.first().map(|event| event.id);
        let broken = |what: &str| Some(Broken { at, event, what: what.to_owned() });
        let Some((link, log)) = &segment.chain else {
            newest_of_first = segment.generation.max(newest_of_first);
            at += segment.events.len();
            continue;
        };
        if newest_of_first > segment.generation {
            return broken("Records that are not chained stand behind this one.");
        }
        if expected.is_some_and(|expected| link.sequence > expected) {
            return broken("Records before this one are missing.");
        }
        if expected.is_some_and(|expected| link.sequence < expected) {
            return broken(if before.is_some_and(|(before, _)| before.sequence == link.sequence) {
                "Records stand here twice."
            } else {
                "This record was to have made room, and stands here again."
            });
        }
        if let Some(wrong) = log.wrong.filter(|_| link.hash_of(&log.bytes) != link.hash) {
            let event = segment.events.get(wrong).map(|event| event.id);
            let what = "This record was altered, or one before it was taken out or put in.".to_owned();
            return Some(Broken { at: at + wrong, event, what });
        }
        if link.hash_of(&log.bytes) != link.hash {
            return broken("This record, or one that was written with it, was altered.");
        }
        if before.is_some_and(|(before, count)| {
            before.hash != link.previous || before.end(count).events != link.before
        }) {
            return broken("This record does not follow the one before it.");
        }
        before = Some((link, segment.events.len()));
        expected = Some(link.sequence.saturating_add(1));
        at += segment.events.len();
    }
    None
}

/// Whether the chain ends where the head says.
fn end(stored: &Stored, events: usize) -> Option<Broken> {
    let last = stored.segments.last();
    let last = last.and_then(|last| Some(last.chain.as_ref()?.0.end(last.events.len())));
    let what = match (last.unwrap_or_default(), stored.end) {
        (last, None) if last.sequence == 0 => return None,
        (last, Some(end)) if last == end => return None,
        (_, None) => "What says where the log ends is missing.".to_owned(),
        (last, Some(end)) if last.sequence < end.sequence => {
            let missing = usize::try_from(end.events.saturating_sub(last.events)).unwrap_or(usize::MAX);
            format!("The newest records are missing: {missing} of them.")
        }
        _ => "The log goes on where it is said to end.".to_owned(),
    };
    Some(Broken { at: events, event: None, what })
}
