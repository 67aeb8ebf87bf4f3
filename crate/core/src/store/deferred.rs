//! What is visible at once and committed a little later: audit events, and the last uses of KMS keys that they are.
//!
//! A call puts its event here in typed form. The next commit, whoever asks for it, carries all that waits in one row:
//! a segment. Segments are a log of bounded length: a new one takes the place of the oldest, and carries on what is
//! still the last use of some key. A commit that is refused leaves everything waiting. A segment is chained to the one
//! before when its commit is sealed; a refused commit is sealed anew, on what the other tab wrote.

use std::cell::Cell;
use std::collections::{BinaryHeap, VecDeque};

use super::event::Event;
use super::index::Path;
use super::segment::{Carried, Chained, Segment, write_log};
use super::tree::Tree;
use super::{Change, Kind, LastUse, Record, StoreError};
use crate::keys::KeyRef;

/// So many of the newest events stand in memory. What waits is among them: while nothing can be written (the disk is
/// full) older ones are lost.
const KEPT_EVENTS: usize = 10_000;
/// The store keeps at most so many segments,
const MOST_SEGMENTS: usize = 1024;
/// and so many events (about 5 MB; those with long texts count several times), as far as last uses leave room: twice
/// their number has its own.
const MOST_EVENTS: usize = 50_000;

#[derive(Debug, Clone, Default)]
pub(super) struct Deferred {
    last_use: Tree<Used>,
    /// Oldest first.
    events: VecDeque<Event>,
    /// How many of them, at the end, are not in the store yet.
    waiting: usize,
    /// The keys of waiting events that were lost.
    adrift: Tree<KeyRef>,
    /// What the store holds, oldest first.
    segments: VecDeque<Stored>,
    /// Slots below `slots` that no segment holds.
    free: Vec<u32>,
    slots: u32,
    /// Where the chain of what the store holds ends,
    chained: Chained,
    /// and where it will once the commit stands that was sealed last, and the weight of its events. To seal a commit changes nothing else, and most
    /// are applied right after: hashing the events again then would double what they cost.
    sealed: Cell<Option<(Chained, usize)>>,
}

#[derive(Debug, Clone)]
struct Used {
    last: LastUse,
    /// The segment that holds it; none while it waits.
    slot: Option<u32>,
    /// Whether an older version has left a row for it.
    has_row: bool,
}

#[derive(Debug, Clone)]
struct Stored {
    slot: u32,
    /// Its number in the chain, if it is in it.
    sequence: Option<u64>,
    /// How many events it has.
    count: usize,
    /// Their weight, and last uses carried on.
    entries: usize,
    /// The keys whose uses are among them.
    keys: Vec<KeyRef>,
}

/// Where the next segment goes.
struct Place {
    slot: u32,
    /// How many of the oldest segments it replaces.
    replaced: usize,
    /// The keys whose last use it carries on.
    carried: Vec<KeyRef>,
}

impl Deferred {
    fn used_last(&self, key: &KeyRef) -> Option<&Used> {
        self.last_use.get(Path::key(key).as_ref())
    }

    fn used_last_mut(&mut self, key: &KeyRef) -> Option<&mut Used> {
        self.last_use.get_mut(Path::key(key).as_ref())
    }

    pub(super) fn last_use(&self, key: &KeyRef) -> Option<&LastUse> {
        self.used_last(key).map(|used| &used.last)
    }

    pub(super) fn has_row(&self, key: &KeyRef) -> bool {
        self.used_last(key).is_some_and(|used| used.has_row)
    }

    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Event> {
        self.events.range(self.events.len() - self.waiting..)
    }

    /// Takes in what a call defers.
    pub(super) fn defer(&mut self, events: Vec<Event>) {
        for event in &events {
            self.used(event, None);
        }
        self.waiting += events.len();
        self.events.extend(events);
        self.trim();
    }

    /// The records of all that waits and of `events`, for the commit of `generation`.
    pub(super) fn records(
        &self,
        events: &[Event],
        generation: u64,
        is_known: impl Fn(&KeyRef) -> bool,
    ) -> Vec<Change> {
        let events: Vec<&Event> = self.waiting().chain(events).collect();
        if events.is_empty() {
            return Vec::new();
        }
        let weight = events.iter().map(|event| event.weight()).sum();
        let Place { slot, replaced, carried } = self.place(weight, is_known);
        let uses: Vec<&LastUse> = carried.iter().filter_map(|key| self.last_use(key)).collect();
        let log = write_log(&events);
        let kept = self.segments.iter().skip(replaced).find_map(|kept| kept.sequence);
        let oldest = (replaced > 0).then(|| kept.unwrap_or(self.chained.sequence.saturating_add(1)));
        let (link, chained) = self.chained.next(&log, events.len(), oldest);
        self.sealed.set(Some((chained, weight)));
        let record = Segment::record(slot, generation, &uses, &log, &link);
        let change = |slot: u32, record| Change { kind: Kind::Audit, id: slot.to_string(), record };
        let replaced = self.segments.iter().take(replaced).map(|old| old.slot).filter(|old| *old != slot);
        let replaced = replaced.map(|old| change(old, None));
        let head = Change { kind: Kind::AuditHead, id: chained.id(), record: Some(chained.to_bytes()) };
        replaced.chain([change(slot, Some(record)), head]).collect()
    }

    /// Notes that all that waited, and `events` with it, is committed.
    pub(super) fn committed(&mut self, events: Vec<Event>, is_known: impl Fn(&KeyRef) -> bool) {
        let count = self.waiting + events.len();
        if count == 0 {
            return;
        }
        // What is committed was sealed.
        let (chained, weight) = self.sealed.take().unwrap_or((self.chained, count));
        self.chained = chained;
        let Place { slot, replaced, carried } = self.place(weight, is_known);
        for event in &events {
            self.used(event, None);
        }
        self.events.extend(events);
        let replaced = self.segments.drain(..replaced).map(|old| old.slot);
        self.free.retain(|free| *free != slot);
        self.free.extend(replaced.filter(|old| *old != slot));
        self.slots = self.slots.max(slot.saturating_add(1));
        let entries = weight + carried.len();
        let mut keys = carried;
        for key in &keys {
            if let Some(used) = self.used_last_mut(key) {
                used.slot = Some(slot);
            }
        }
        let written = self.events.range(self.events.len().saturating_sub(count)..);
        let mut before = None;
        for key in written.filter(|event| event.is_use).flat_map(Event::used_keys) {
            // Often one key is used many times in a row.
            if before.replace(key) == Some(key) {
                continue;
            }
            let used = self.last_use.get_mut(Path::key(key).as_ref());
            // Where another tab's use is newer, that one's segment holds it.
            if let Some(used) = used.filter(|used| used.slot.is_none()) {
                used.slot = Some(slot);
                keys.push(key.clone());
            }
        }
        self.segments.push_back(Stored { slot, sequence: Some(self.chained.sequence), count, entries, keys });
        self.adrift = Tree::default();
        self.waiting = 0;
        self.trim();
    }

    /// Reads the record that older versions wrote for each last use.
    pub(super) fn load_use(&mut self, id: &str, record: Option<&[u8]>) -> Result<(), StoreError> {
        let Some(record) = record else {
            let key = id.parse().map_err(|_| StoreError::Malformed(id.to_owned()))?;
            self.forget(&key);
            return Ok(());
        };
        let last = LastUse::from_bytes(id, record)?;
        let key = last.key.clone();
        self.put(last, None);
        if let Some(used) = self.used_last_mut(&key) {
            used.has_row = true;
        }
        Ok(())
    }

    /// Reads a segment, which is newer than those that were read before.
    pub(super) fn load_segment(&mut self, id: &str, record: Option<&[u8]>) -> Result<(), StoreError> {
        let segment = record.map(|record| Segment::from_record(id, record));
        let segment = segment.transpose()?;
        let slot: u32 = id.parse().map_err(|_| StoreError::Malformed(id.to_owned()))?;
        self.segments.retain(|old| old.slot != slot);
        self.free.retain(|free| *free != slot);
        self.free.extend(self.slots..slot);
        self.slots = self.slots.max(slot.saturating_add(1));
        let Some(Segment { events, uses, chain, .. }) = segment else {
            self.free.push(slot);
            return Ok(());
        };
        let (count, sequence) = (events.len(), chain.as_ref().map(|(link, _)| link.sequence));
        if let Some((link, _)) = chain {
            self.follow(link.end(count));
        }
        let entries = events.iter().map(Event::weight).sum::<usize>() + uses.len();
        let mut keys: Vec<KeyRef> = uses.iter().map(|Carried(last)| last.key.clone()).collect();
        for Carried(last) in uses {
            self.put(last, Some(slot));
        }
        for event in &events {
            self.used(event, Some(slot));
            if event.is_use {
                keys.extend(event.used_keys().cloned());
            }
        }
        self.segments.push_back(Stored { slot, sequence, count, entries, keys });
        let waiting = self.events.split_off(self.events.len() - self.waiting);
        self.events.extend(events);
        self.events.extend(waiting);
        self.trim();
        Ok(())
    }

    /// Reads where the chain ends.
    pub(super) fn load_head(&mut self, id: &str, record: Option<&[u8]>) -> Result<(), StoreError> {
        if let Some(record) = record {
            self.follow(Chained::from_bytes(id, record)?);
        }
        Ok(())
    }

    /// The chain goes on from its end, even where the segment there is missing: it stays missing to whoever verifies.
    fn follow(&mut self, end: Chained) {
        if end.sequence > self.chained.sequence {
            self.chained = end;
        }
    }

    /// Whether the events here are all there are.
    pub(super) fn has_all(&self) -> bool {
        let stored: usize = self.segments.iter().map(|segment| segment.count).sum();
        stored <= self.events.len().saturating_sub(self.waiting)
    }

    /// A deleted key takes the memory of its use with it.
    pub(super) fn forget(&mut self, key: &KeyRef) {
        self.last_use.remove(Path::key(key).as_ref());
        self.adrift.remove(Path::key(key).as_ref());
    }

    fn used(&mut self, event: &Event, slot: Option<u32>) {
        if event.is_use {
            event.used_keys().for_each(|key| self.put(event.use_of(key), slot));
        }
    }

    /// Of two uses of a key the newer one stays.
    fn put(&mut self, last: LastUse, slot: Option<u32>) {
        match self.used_last_mut(&last.key) {
            Some(old) if old.last.at > last.at => {}
            Some(old) => (old.last, old.slot) = (last, slot),
            None => {
                let key = Path::key(&last.key);
                self.last_use.insert(key.as_ref(), Used { last, slot, has_row: false });
            }
        }
    }

    /// Where a segment of events of this weight goes. The last uses of keys that are gone are not carried on.
    fn place(&self, weight: usize, is_known: impl Fn(&KeyRef) -> bool) -> Place {
        let most = MOST_EVENTS.saturating_add(2 * self.last_use.len());
        let mut carried: Vec<KeyRef> = self.adrift.iter().map(|(_, key)| key.clone()).collect();
        let mut total = self.segments.iter().map(|old| old.entries).sum::<usize>() + weight + carried.len();
        let (mut replaced, mut slot) = (0, None);
        for old in &self.segments {
            if self.segments.len() - replaced < MOST_SEGMENTS && total <= most {
                break;
            }
            let before = carried.len();
            let in_it = |key: &&KeyRef| self.used_last(key).is_some_and(|used| used.slot == Some(old.slot));
            let keys: BinaryHeap<KeyRef> =
                old.keys.iter().filter(in_it).filter(|key| is_known(key)).cloned().collect();
            // A key may have been used more than once in one segment.
            carried.extend(keys.into_sorted_vec());
            carried.dedup();
            total = (total + carried.len() - before).saturating_sub(old.entries);
            replaced += 1;
            slot.get_or_insert(old.slot);
        }
        let slot = slot.or(self.free.last().copied()).unwrap_or(self.slots);
        Place { slot, replaced, carried }
    }

    fn trim(&mut self) {
        let excess = self.events.len().saturating_sub(KEPT_EVENTS);
        let lost = self.waiting.saturating_sub(KEPT_EVENTS);
        for event in self.events.range(excess - lost..excess).filter(|event| event.is_use) {
            for key in event.used_keys() {
                self.adrift.insert(Path::key(key).as_ref(), key.clone());
            }
        }
        self.events.drain(..excess);
        self.waiting -= lost;
    }
}

#[cfg(test)]
mod tests;
