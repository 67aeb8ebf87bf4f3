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

use minicbor::data::Type;
use minicbor::decode::Error as DecodeError;
use minicbor::encode::{Error as EncodeError, Write};
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::{Kind, LastUse, Record};
use crate::keys::{AccountId, KeyId, KeyRef, Region};
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

/// The events of one commit. Generic, so that writing one clones no event.
#[derive(Debug, Encode, Decode)]
pub(super) struct Segment<E, U> {
    /// Under which of a bounded number of ids it stands: an old segment's place is taken by a new one.
    #[n(0)]
    pub(super) slot: u32,
    /// The commit that wrote it.
    #[n(1)]
    pub(super) generation: u64,
    /// Oldest first.
    #[n(2)]
    pub(super) events: Vec<E>,
    /// Older last uses.
    #[n(3)]
    pub(super) uses: Vec<U>,
}

impl Record for Segment<Event, Carried<LastUse>> {
    const KIND: Kind = Kind::Audit;

    fn id(&self) -> String {
        self.slot.to_string()
    }
}

/// How many elements an event has.
const LENGTH: u64 = 10;

impl<C> Encode<C> for Event {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), EncodeError<W::Error>> {
        e.array(LENGTH)?.bytes(self.id.as_bytes())?.bytes(self.request.as_bytes())?;
        e.i64(self.at.0)?.str(&self.name)?.str(self.region.as_str())?.u64(self.account.number())?;
        e.array(self.keys.len() as u64)?;
        for key in &self.keys {
            if key.account != self.account || key.region != self.region {
                e.array(3)?.u64(key.account.number())?.str(key.region.as_str())?;
            }
            e.bytes(&key.id.to_ordered_bytes())?;
        }
        e.u8(u8::from(self.is_use) | u8::from(self.is_service_event) << 1)?;
        self.error.as_deref().encode(e, c)?;
        self.via_service.as_deref().encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for Event {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, DecodeError> {
        let length = d.array()?.filter(|length| *length >= LENGTH);
        let length = length.ok_or_else(|| DecodeError::message("not an event"))?;
        let (id, request) = (Uuid::decode(d, c)?, Uuid::decode(d, c)?);
        let (at, name) = (Timestamp(d.i64()?), Cow::Owned(d.str()?.to_owned()));
        let (region, account) = (Region::decode(d, c)?, account(d)?);
        let count = d.array()?.ok_or_else(|| DecodeError::message("not an event's keys"))?;
        let keys = (0..count).map(|_| key(d, c, account, &region)).collect::<Result<_, _>>()?;
        let flags = d.u8()?;
        let error = Option::<String>::decode(d, c)?.map(Cow::Owned);
        let via_service = Option::<String>::decode(d, c)?.map(Cow::Owned);
        (LENGTH..length).try_for_each(|_| d.skip())?;
        let (is_use, is_service_event) = (flags & 1 != 0, flags & 2 != 0);
        Ok(Self {
            id,
            request,
            at,
            name,
            region,
            account,
            via_service,
            keys,
            error,
            is_use,
            is_service_event,
        })
    }
}

/// A last use as it stands in a segment.
#[derive(Debug)]
pub(super) struct Carried<L>(pub(super) L);

impl<C> Encode<C> for Carried<&LastUse> {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), EncodeError<W::Error>> {
        let KeyRef { account, region, id } = &self.0.key;
        e.array(7)?.u64(account.number())?.str(region.as_str())?.bytes(&id.to_ordered_bytes())?;
        e.i64(self.0.at.0)?.str(&self.0.operation)?;
        self.0.event.encode(e, c)?;
        self.0.request.encode(e, c)
    }
}

impl<C> Encode<C> for Carried<LastUse> {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), EncodeError<W::Error>> {
        Carried(&self.0).encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for Carried<LastUse> {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, DecodeError> {
        let length = d.array()?.filter(|length| *length >= 7);
        let length = length.ok_or_else(|| DecodeError::message("not a last use"))?;
        let (account, region) = (account(d)?, Region::decode(d, c)?);
        let key = KeyRef { account, region, id: key_id(d)? };
        let (at, operation) = (Timestamp(d.i64()?), Cow::Owned(d.str()?.to_owned()));
        let (event, request) = (Option::decode(d, c)?, Option::decode(d, c)?);
        (7..length).try_for_each(|_| d.skip())?;
        Ok(Self(LastUse { key, at, operation, event, request }))
    }
}

fn account(d: &mut Decoder<'_>) -> Result<AccountId, DecodeError> {
    AccountId::from_number(d.u64()?).ok_or_else(|| DecodeError::message("not an account"))
}

fn key<C>(
    d: &mut Decoder<'_>,
    c: &mut C,
    of_account: AccountId,
    of_region: &Region,
) -> Result<KeyRef, DecodeError> {
    let (account, region) = match d.datatype()? {
        Type::Array => {
            d.array()?;
            (account(d)?, Region::decode(d, c)?)
        }
        _ => (of_account, of_region.clone()),
    };
    Ok(KeyRef { account, region, id: key_id(d)? })
}

fn key_id(d: &mut Decoder<'_>) -> Result<KeyId, DecodeError> {
    KeyId::from_ordered_bytes(d.bytes()?).ok_or_else(|| DecodeError::message("not a key id"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut bytes = minicbor::to_vec(&event).unwrap();
            assert_eq!(minicbor::decode::<Event>(&bytes).unwrap(), event);
            assert_eq!(bytes[0], 0x8a, "an array of ten");
            bytes[0] = 0x8b;
            bytes.extend_from_slice(&minicbor::to_vec("of a later version").unwrap());
            assert_eq!(minicbor::decode::<Event>(&bytes).unwrap(), event);
            bytes[0] = 0x89;
            assert!(minicbor::decode::<Event>(&bytes).is_err());
        }
    }
}
