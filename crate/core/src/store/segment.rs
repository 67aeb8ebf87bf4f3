//! Audit events at rest: segments, each of the events that one commit carried, chained by hash.
//!
//! ```text
//! segment: [slot, generation, [event of the first versions…], [last use…], log, link]
//! log:     bytes: time, [event…], checks: 4 bytes for each event
//! event:   [event id ‖ request id, milliseconds since the one before, frame, [key…], names, own, shared]
//! frame:   [name, region, account, flags, who, parameters, error, message, response, [name, value…]],
//!          or which one of this segment's frames it is
//! key:     [id, material], or [account, region, id, material] where it is not of the frame's account and Region,
//!          or which one of this segment's keys it is
//! names:   the parameters that name keys, or which ones of this segment they are; null where there are none
//! own:     so with those that are this call's own, encryption contexts
//! shared:  [id, recipient] of a call across accounts
//! flags:   1 a use of its keys, 2 a service event
//! link:    [sequence, events before, oldest kept, previous hash, hash]
//! last use: [account, region, 17 bytes, at, operation, event or null, request or null]
//! ```
//!
//! CBOR arrays: what a later version appends, an earlier one skips. In a burst of calls almost everything stood in an
//! event shortly before: what did is said by a number, and an event takes some 50 bytes. The last uses are those of
//! keys that were used in events whose segment this one replaces.
//!
//! The hash covers all of the log and of the link before it; each event's check, a running sum, only helps to say
//! which event it is that was altered.

mod log;

use super::event::{account, key_id};
use super::{Event, LastUse, StoreError};
use crate::crypto::aead;
use crate::keys::KeyRef;
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::record;

use log::read_log;
pub(super) use log::write_log;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// How a segment follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Counts segments, from 1.
    pub sequence: u64,
    /// How many events stand in all segments before it, those that have made room included.
    pub before: u64,
    /// Which segment is the oldest that the store keeps beside it.
    pub oldest: u64,
    /// The hash of the segment before; zeros before the first.
    pub previous: Hash,
    /// This segment's.
    pub hash: Hash,
}

record!(Link { sequence, before, oldest, previous, hash });

impl Link {
    /// Where the chain ends with this segment of `count` events.
    #[must_use]
    pub fn end(&self, count: usize) -> Chained {
        let events = self.before.saturating_add(count as u64);
        Chained { sequence: self.sequence, events, hash: self.hash, oldest: self.oldest }
    }

    /// The hash of a segment that follows so and has this `log`.
    #[must_use]
    pub fn hash_of(&self, log: &[u8]) -> Hash {
        let mut head = b"tabkms audit 1".to_vec();
        head.extend_from_slice(&self.previous);
        for number in [self.sequence, self.before, self.oldest] {
            head.extend_from_slice(&number.to_be_bytes());
        }
        aead::sha256(&head, log)
    }
}

/// Where the chain ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chained {
    /// The newest segment's number; 0 where there is none.
    pub sequence: u64,
    /// How many events there were.
    pub events: u64,
    /// The newest segment's hash.
    pub hash: Hash,
    /// The oldest segment that was kept.
    pub oldest: u64,
}

record!(Chained { sequence, events, hash, oldest });

impl Chained {
    /// The link of the segment of this `log` of `count` events, and where the chain ends then. `oldest` is the oldest
    /// segment kept, where others made room for this one. Else that stays, as it was said: a segment that is missing
    /// is not found out by asking which ones are there.
    pub(super) fn next(&self, log: &[u8], count: usize, oldest: Option<u64>) -> (Link, Self) {
        let sequence = self.sequence.saturating_add(1);
        let (before, previous) = (self.events, self.hash);
        let oldest = oldest.unwrap_or(if self.sequence == 0 { sequence } else { self.oldest });
        let mut link = Link { sequence, before, oldest, previous, hash: Hash::default() };
        link.hash = link.hash_of(log);
        (link, link.end(count))
    }
}

/// The events of one commit.
#[derive(Debug)]
pub struct Segment {
    /// The commit that wrote it.
    pub generation: u64,
    /// Oldest first.
    pub events: Vec<Event>,
    /// Older last uses.
    pub(super) uses: Vec<Carried>,
    /// How it is chained, and what the hash covers; the first versions chained nothing.
    pub chain: Option<(Link, Log)>,
}

/// The part of a record that holds the events.
#[derive(Debug)]
pub struct Log {
    /// As it stands there.
    pub bytes: Vec<u8>,
    /// The first event whose check does not fit.
    pub wrong: Option<usize>,
}

impl Segment {
    /// The record of a segment, written by the commit of `generation`. `slot` is under which of a bounded number of ids
    /// it stands: an old segment's place is taken by a new one.
    pub(super) fn record(slot: u32, generation: u64, uses: &[&LastUse], log: &[u8], link: &Link) -> Vec<u8> {
        let mut to = Writer::with_capacity(192 + log.len() + 128 * uses.len());
        to.array(6);
        slot.write(&mut to);
        to.u64(generation);
        to.array(0);
        to.array(uses.len() as u64);
        uses.iter().for_each(|last| write_use(last, &mut to));
        to.bytes(log);
        link.write(&mut to);
        to.into_bytes()
    }

    /// The segment that a record of the id `id` holds.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it holds none, or another.
    pub fn from_record(id: &str, record: &[u8]) -> Result<Self, StoreError> {
        let mut from = Reader::new(record);
        let mut left = from.array();
        let slot: u32 = from.field(&mut left);
        let generation = from.field(&mut left);
        let First(mut events) = from.field(&mut left);
        let uses = from.field(&mut left);
        let log = if left > 0 { from.bytes() } else { &[] };
        let link: Option<Link> = match left.checked_sub(1) {
            Some(rest) => {
                left = rest;
                Some(from.field(&mut left))
            }
            None => None,
        };
        from.skip(left);
        let mut is_it = from.is_at_sound_end() && slot.to_string() == id;
        let chain = link.map(|link| {
            let read = read_log(log);
            is_it &= read.is_sound;
            events.extend(read.events);
            (link, Log { bytes: log.to_vec(), wrong: read.wrong })
        });
        let segment = Self { generation, events, uses, chain };
        if is_it { Ok(segment) } else { Err(StoreError::Malformed(id.to_owned())) }
    }
}

/// The events that a segment of the first versions holds.
struct First(Vec<Event>);

impl Cbor for First {
    fn write(&self, to: &mut Writer) {
        to.array(0);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut events = Vec::new();
        for _ in 0..from.array() {
            events.push(Event::read_first(from));
            if !from.is_sound() {
                break;
            }
        }
        Self(events)
    }
}

/// A last use as it stands in a segment.
#[derive(Debug)]
pub(super) struct Carried(pub(super) LastUse);

fn write_use(last: &LastUse, to: &mut Writer) {
    let KeyRef { account, region, id } = &last.key;
    to.array(7);
    to.u64(account.number());
    to.str(region.as_str());
    to.bytes(&id.to_ordered_bytes());
    last.at.write(to);
    last.operation.write(to);
    last.event.write(to);
    last.request.write(to);
}

impl Cbor for Carried {
    fn write(&self, to: &mut Writer) {
        write_use(&self.0, to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let length = from.array();
        let (account, region) = (account(from), Cbor::read(from));
        let key = KeyRef { account, region, id: key_id(from) };
        let at = Cbor::read(from);
        let operation = Cbor::read(from);
        let event = Cbor::read(from);
        let request = Cbor::read(from);
        match length.checked_sub(7) {
            Some(more) => from.skip(more),
            None => from.fail(),
        }
        Self(LastUse { key, at, operation, event, request })
    }
}

#[cfg(test)]
mod tests;
