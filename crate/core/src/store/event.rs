//! Audit events: what one call, or something that happened by itself, leaves behind. How they stand in a row is
//! [`super::segment`]'s.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::LastUse;
use crate::hierarchy::MaterialId;
use crate::keys::{AccountId, KeyId, KeyRef, Principal, Region};
use crate::model::cbor::{Cbor, Reader};
use crate::model::{Timestamp, Uuid};
use crate::record;

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
    /// Who called; none where it was the account's root and nothing else is known of the call.
    pub who: Option<Arc<Who>>,
    /// The KMS keys that it was about, as far as they were found.
    pub keys: Keys,
    /// What was asked for.
    pub asked: Asked,
    /// What most events have nothing of.
    pub rare: Option<Box<Rare>>,
    /// Whether it is a use of its keys, as `GetKeyLastUsage` counts: a cryptographic operation that succeeded.
    pub is_use: bool,
    /// Whether it happened by itself.
    pub is_service_event: bool,
}

/// Who called, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Who.
    pub principal: Principal,
    /// The service that called on the principal's behalf: `s3`.
    pub via_service: Option<String>,
    /// From which address.
    pub source_ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// Whether the principal has shown a second factor.
    pub mfa: Option<bool>,
}

record!(Who { principal, via_service, source_ip, user_agent, mfa });

/// A KMS key of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOf {
    /// Which.
    pub key: KeyRef,
    /// The key material that was used.
    pub material: Option<MaterialId>,
}

impl From<KeyRef> for KeyOf {
    fn from(key: KeyRef) -> Self {
        Self { key, material: None }
    }
}

/// The KMS keys of an event. Most have one, and need no room elsewhere for it.
#[derive(Debug, Clone, Default)]
pub enum Keys {
    /// None.
    #[default]
    None,
    /// One.
    One(KeyOf),
    /// More.
    Many(Vec<KeyOf>),
}

impl Keys {
    /// Adds one.
    pub fn push(&mut self, key: KeyOf) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(key),
            Self::One(first) => Self::Many(vec![first, key]),
            Self::Many(mut keys) => {
                keys.push(key);
                Self::Many(keys)
            }
        };
    }
}

impl Deref for Keys {
    type Target = [KeyOf];

    fn deref(&self) -> &[KeyOf] {
        match self {
            Self::None => &[],
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

impl DerefMut for Keys {
    fn deref_mut(&mut self) -> &mut [KeyOf] {
        match self {
            Self::None => &mut [],
            Self::One(key) => std::slice::from_mut(key),
            Self::Many(keys) => keys,
        }
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Keys {}

/// The members of a request, without what is secret or a blob: pairs of name and value as CBOR, one behind another.
/// They are made ready for the row at once, since a tree of them would cost as much as a cipher.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// All pairs.
    pub bytes: Vec<u8>,
    /// Where the parts end: what many calls have alike, then which keys they name, then encryption contexts.
    pub ends: [usize; 3],
}

impl Asked {
    /// What many calls have alike.
    pub(super) fn common(&self) -> &[u8] {
        let [end, ..] = self.ends;
        self.bytes.get(..end).unwrap_or_default()
    }

    /// The names of keys, and the encryption contexts.
    pub(super) fn own(&self) -> [&[u8]; 2] {
        let [start, middle, end] = self.ends;
        [(start, middle), (middle, end)].map(|(start, end)| self.bytes.get(start..end).unwrap_or_default())
    }
}

/// What most events have nothing of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rare {
    /// The exception's name where the call was refused.
    pub error: Option<Cow<'static, str>>,
    /// Its message.
    pub message: Option<String>,
    /// What was answered, as CBOR; empty where CloudTrail tells nothing of it.
    pub response: Vec<u8>,
    /// CloudTrail's `additionalEventData`, or `serviceEventDetails`: names and values.
    pub additional: Vec<(Cow<'static, str>, String)>,
    /// Where the call was one across accounts.
    pub shared: Option<Shared>,
}

/// What the events of one call across accounts have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// CloudTrail's `sharedEventID`.
    pub id: Uuid,
    /// In whose log this one stands.
    pub recipient: AccountId,
}

record!(Shared { id, recipient });

impl Event {
    /// The exception's name where the call was refused.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.rare.as_ref()?.error.as_deref()
    }

    /// Who called: the account's root, where nothing else is said.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.who.as_ref().map_or(Principal::Root(self.account), |who| who.principal.clone())
    }

    /// Where the call was one across accounts.
    #[must_use]
    pub fn shared(&self) -> Option<&Shared> {
        self.rare.as_ref()?.shared.as_ref()
    }

    /// In whose log it stands.
    #[must_use]
    pub fn recipient(&self) -> AccountId {
        self.shared().map_or(self.account, |shared| shared.recipient)
    }

    /// The KMS keys that it was about.
    pub(super) fn used_keys(&self) -> impl Iterator<Item = &KeyRef> {
        self.keys.iter().map(|of| &of.key)
    }

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

    /// How much room it takes: as many times 128 bytes as it has, and one.
    pub(super) fn weight(&self) -> usize {
        let rare = self.rare.as_ref().map_or(0, |rare| {
            let told: usize = rare.additional.iter().map(|(name, value)| name.len() + value.len()).sum();
            rare.response.len() + rare.message.as_ref().map_or(0, String::len) + told
        });
        1 + (self.asked.bytes.len() + rare) / 128
    }

    /// Reads an event as the first versions wrote it:
    ///
    /// ```text
    /// event: [id, request, at, name, region, account, [key…], flags, error or null, via or null]
    ///        key: 17 bytes where it is of the event's account and Region, else [account, region, 17 bytes]
    ///        flags: 1 a use of its keys, 2 a service event
    /// ```
    pub(super) fn read_first(from: &mut Reader<'_>) -> Self {
        let length = from.array();
        let id = Cbor::read(from);
        let request = Cbor::read(from);
        let at = Cbor::read(from);
        let name = Cbor::read(from);
        let region: Region = Cbor::read(from);
        let account = account(from);
        let mut keys = Keys::None;
        for _ in 0..from.array() {
            keys.push(KeyOf::from(key(from, account, &region)));
            if !from.is_sound() {
                break;
            }
        }
        let flags = from.u64();
        let error: Option<Cow<'static, str>> = Cbor::read(from);
        let via_service: Option<String> = Cbor::read(from);
        match length.checked_sub(10) {
            Some(more) => from.skip(more),
            None => from.fail(),
        }
        let who = via_service.map(|service| {
            let principal = Principal::Root(account);
            let via_service = Some(service);
            Arc::new(Who { principal, via_service, source_ip: None, user_agent: None, mfa: None })
        });
        let rare = error.map(|error| Box::new(Rare { error: Some(error), ..Rare::default() }));
        let asked = Asked::default();
        let (is_use, is_service_event) = (flags & 1 != 0, flags & 2 != 0);
        Self { id, request, at, name, region, account, who, keys, asked, rare, is_use, is_service_event }
    }
}

pub(super) fn account(from: &mut Reader<'_>) -> AccountId {
    AccountId::from_number(from.u64()).unwrap_or_else(|| from.fail())
}

fn key(from: &mut Reader<'_>, of_account: AccountId, of_region: &Region) -> KeyRef {
    if !from.is_array() {
        return KeyRef { account: of_account, region: of_region.clone(), id: key_id(from) };
    }
    from.array();
    KeyRef { account: account(from), region: Cbor::read(from), id: key_id(from) }
}

pub(super) fn key_id(from: &mut Reader<'_>) -> KeyId {
    KeyId::from_ordered_bytes(from.bytes()).unwrap_or_else(|| from.fail())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cbor::Writer;

    #[test]
    fn an_event_of_the_first_versions_reads_and_skips_what_it_does_not_know() {
        let key = [[0x12; 16].as_slice(), &[1]].concat();
        let mut writer = Writer::default();
        writer.array(10);
        Uuid::from_random([1; 16]).write(&mut writer);
        Uuid::from_random([2; 16]).write(&mut writer);
        writer.i64(1_700_000_000_123);
        writer.str("ReEncrypt");
        writer.str("eu-west-1");
        writer.u64(111_122_223_333);
        writer.array(2);
        writer.bytes(&key);
        writer.array(3);
        writer.u64(444_455_556_666);
        writer.str("us-east-1");
        writer.bytes(&key);
        writer.u64(1);
        writer.str("DisabledException");
        writer.str("s3");
        let mut bytes = writer.into_bytes();
        let read = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            let event = Event::read_first(&mut reader);
            reader.is_at_sound_end().then_some(event)
        };
        let event = read(&bytes).unwrap();
        assert_eq!((event.name.as_ref(), event.at.0), ("ReEncrypt", 1_700_000_000_123));
        let arns: Vec<String> = event.keys.iter().map(|of| of.key.arn()).collect();
        assert_eq!(
            arns,
            [
                "arn:aws:kms:eu-west-1:111122223333:key/mrk-12121212121212121212121212121212",
                "arn:aws:kms:us-east-1:444455556666:key/mrk-12121212121212121212121212121212",
            ]
        );
        assert_eq!(event.error(), Some("DisabledException"));
        assert_eq!(event.who.as_ref().unwrap().via_service.as_deref(), Some("s3"));
        assert_eq!(event.principal().to_string(), "arn:aws:iam::111122223333:root");
        assert!(event.is_use && !event.is_service_event);

        bytes[0] = 0x8b;
        bytes.extend_from_slice(b"\x72of a later version");
        assert_eq!(read(&bytes), Some(event));
        bytes[0] = 0x89;
        assert_eq!(read(&bytes), None);
    }
}
