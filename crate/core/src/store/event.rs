//! Audit events at rest: segments, each of the events that one commit carried.
//!
//! ```text
//! segment: [slot, generation, [event…], [last use…]]
//! event:   [id, request, at, name, region, account, [key…], flags, error or null, via or null]
//!          key: 17 bytes where it is of the event's account and Region, else [account, region, 17 bytes]
//!          flags: 1 a use of its keys, 2 a service event
//! last use: [account, region, 17 bytes, at, operation, event or null, request or null]
//! ```
//!
//! CBOR arrays: what a later version appends, an earlier one skips. The last uses are those of keys that were used
//! in events whose segment this one replaces.

use std::borrow::Cow;

use super::{LastUse, StoreError};
use crate::keys::{AccountId, KeyId, KeyRef, Region};
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::model::{Timestamp, Uuid};

/// One call, or something that happened by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// CloudTrail's `eventID`.
    pub id: Uuid,
    /// The request's id.
    pub request: Uuid,
    /// When: the store's time.
    pub at: Timestamp,
    /// The operation's name, or the service event's.
    pub name: Cow<'static, str>,
    /// Where.
    pub region: Region,
    /// Who called, or whose KMS key it happened to.
    pub account: AccountId,
    /// The service that called on the account's behalf.
    pub via_service: Option<Cow<'static, str>>,
    /// The KMS keys that it was about, as far as they were found.
    pub keys: Vec<KeyRef>,
    /// The exception's name where the call was refused.
    pub error: Option<Cow<'static, str>>,
    /// Whether it is a use of its keys, as `GetKeyLastUsage` counts: a cryptographic operation that succeeded.
    pub is_use: bool,
    /// Whether it happened by itself.
    pub is_service_event: bool,
}

impl Event {
    /// The last use of `key` that this event is.
    pub(super) fn use_of(&self, key: &KeyRef) -> LastUse {
        LastUse {
            key: key.clone(),
            at: self.at,
            operation: self.name.clone(),
            event: Some(self.id),
            request: Some(self.request),
        }
    }
}

/// The events of one commit.
#[derive(Debug)]
pub(super) struct Segment {
    /// Oldest first.
    pub(super) events: Vec<Event>,
    /// Older last uses.
    pub(super) uses: Vec<Carried>,
}

impl Segment {
    /// The record of a segment, written by the commit of `generation`; nothing is cloned for it. `slot` is under which
    /// of a bounded number of ids it stands: an old segment's place is taken by a new one.
    pub(super) fn record(slot: u32, generation: u64, events: &[&Event], uses: &[&LastUse]) -> Vec<u8> {
        let mut to = Writer::with_capacity(64 + 128 * (events.len() + uses.len()));
        to.array(4);
        slot.write(&mut to);
        to.u64(generation);
        to.array(events.len() as u64);
        events.iter().for_each(|event| event.write(&mut to));
        to.array(uses.len() as u64);
        uses.iter().for_each(|last| write_use(last, &mut to));
        to.into_bytes()
    }

    /// The segment that a record of the id `id` holds.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it holds none, or another.
    pub(super) fn from_record(id: &str, record: &[u8]) -> Result<Self, StoreError> {
        let mut from = Reader::new(record);
        let mut left = from.array();
        let slot: u32 = from.field(&mut left);
        from.field::<u64>(&mut left);
        let segment = Self { events: from.field(&mut left), uses: from.field(&mut left) };
        from.skip(left);
        let is_it = from.is_at_sound_end() && slot.to_string() == id;
        if is_it { Ok(segment) } else { Err(StoreError::Malformed(id.to_owned())) }
    }
}

/// How many elements an event has.
const LENGTH: u64 = 10;

impl Cbor for Event {
    fn write(&self, to: &mut Writer) {
        to.array(LENGTH);
        self.id.write(to);
        self.request.write(to);
        self.at.write(to);
        self.name.write(to);
        to.str(self.region.as_str());
        to.u64(self.account.number());
        to.array(self.keys.len() as u64);
        for key in &self.keys {
            if key.account != self.account || key.region != self.region {
                to.array(3);
                to.u64(key.account.number());
                to.str(key.region.as_str());
            }
            to.bytes(&key.id.to_ordered_bytes());
        }
        to.u64(u64::from(self.is_use) | u64::from(self.is_service_event) << 1);
        self.error.write(to);
        self.via_service.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let length = from.array();
        let id = Cbor::read(from);
        let request = Cbor::read(from);
        let at = Cbor::read(from);
        let name = Cbor::read(from);
        let region: Region = Cbor::read(from);
        let account = account(from);
        let mut keys = Vec::new();
        for _ in 0..from.array() {
            keys.push(key(from, account, &region));
            if !from.is_sound() {
                break;
            }
        }
        let flags = from.u64();
        let error = Cbor::read(from);
        let via_service = Cbor::read(from);
        match length.checked_sub(LENGTH) {
            Some(more) => from.skip(more),
            None => from.fail(),
        }
        let (is_use, is_service_event) = (flags & 1 != 0, flags & 2 != 0);
        Self { id, request, at, name, region, account, via_service, keys, error, is_use, is_service_event }
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

fn account(from: &mut Reader<'_>) -> AccountId {
    AccountId::from_number(from.u64()).unwrap_or_else(|| from.fail())
}

fn key(from: &mut Reader<'_>, of_account: AccountId, of_region: &Region) -> KeyRef {
    if !from.is_array() {
        return KeyRef { account: of_account, region: of_region.clone(), id: key_id(from) };
    }
    from.array();
    KeyRef { account: account(from), region: Cbor::read(from), id: key_id(from) }
}

fn key_id(from: &mut Reader<'_>) -> KeyId {
    KeyId::from_ordered_bytes(from.bytes()).unwrap_or_else(|| from.fail())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Event> {
        let mut reader = Reader::new(bytes);
        let event = Event::read(&mut reader);
        reader.is_at_sound_end().then_some(event)
    }

    fn key(region: &str) -> KeyRef {
        format!("111122223333/{region}/mrk-1234abcd12ab34cd56ef1234567890ab").parse().unwrap()
    }

    #[test]
    fn an_event_reads_back_as_it_was_and_skips_what_it_does_not_know() {
        let event = Event {
            id: Uuid::from_random([1; 16]),
            request: Uuid::from_random([2; 16]),
            at: Timestamp(1_700_000_000_123),
            name: "ReEncrypt".into(),
            region: "eu-west-1".parse().unwrap(),
            account: "111122223333".parse().unwrap(),
            via_service: Some("s3".into()),
            keys: vec![key("eu-west-1"), key("us-east-1")],
            error: Some("DisabledException".into()),
            is_use: true,
            is_service_event: false,
        };
        let (keys, is_service_event) = (Vec::new(), true);
        let plain =
            Event { via_service: None, keys, error: None, is_use: false, is_service_event, ..event.clone() };
        for event in [event, plain] {
            let mut writer = Writer::default();
            event.write(&mut writer);
            let mut bytes = writer.into_bytes();
            assert_eq!(read(&bytes), Some(event.clone()));
            assert_eq!(bytes[0], 0x8a, "an array of ten");
            bytes[0] = 0x8b;
            bytes.extend_from_slice(b"\x72of a later version");
            assert_eq!(read(&bytes), Some(event));
            bytes[0] = 0x89;
            assert_eq!(read(&bytes), None);
        }
    }
}
