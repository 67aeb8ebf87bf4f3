//! The part of a segment that holds the events: see [`super`] for its form.

use std::sync::Arc;

use crate::keys::{AccountId, KeyRef, Region};
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::model::{Timestamp, Uuid};
use crate::store::Event;
use crate::store::event::{Asked, KeyOf, Keys, Rare, Shared, Who, account, key_id};

/// How far back something that stood there before is looked for. Each look costs some nanoseconds, and most find it
/// at once.
const FRAMES: usize = 16;
const KEYS: usize = 16;
const NAMES: usize = 16;
const OWN: usize = 4;

/// What has stood in a segment up to here.
struct Window<T> {
    seen: Vec<T>,
    most: usize,
}

impl<T> Window<T> {
    fn new(most: usize) -> Self {
        Self { seen: Vec::new(), most }
    }

    /// The number of what `is_it`, if it is among the newest; `None` notes `item` as the next.
    fn number(&mut self, item: T, is_it: impl Fn(&T) -> bool) -> Option<u64> {
        let start = self.seen.len().saturating_sub(self.most);
        for (number, seen) in self.seen.iter().enumerate().skip(start).rev() {
            if is_it(seen) {
                return Some(number as u64);
            }
        }
        self.seen.push(item);
        None
    }
}

/// The log of `events`.
pub(in crate::store) fn write_log(events: &[&Event]) -> Vec<u8> {
    let mut to = Writer::with_capacity(256 + 80 * events.len());
    let mut frames = Window::<&Event>::new(FRAMES);
    let mut keys = Window::<&KeyOf>::new(KEYS);
    let mut own = [Window::<&[u8]>::new(NAMES), Window::new(OWN)];
    let mut at = events.first().map_or(0, |event| event.at.0);
    let mut checks = Vec::with_capacity(4 * events.len());
    let mut check = Check::default();
    to.i64(at);
    to.array(events.len() as u64);
    for event in events.iter().copied() {
        let start = to.written().len();
        to.array(7);
        let mut ids = [0; 32];
        let (first, second) = ids.split_at_mut(16);
        first.copy_from_slice(event.id.as_bytes());
        second.copy_from_slice(event.request.as_bytes());
        to.bytes(&ids);
        to.i64(event.at.0.saturating_sub(at));
        at = event.at.0;
        match frames.number(event, |before| has_frame_of(event, before)) {
            Some(number) => to.u64(number),
            None => write_frame(event, &mut to),
        }
        to.array(event.keys.len() as u64);
        for key in event.keys.iter() {
            // The ids differ first, where keys do.
            match keys.number(key, |before| key.key.id == before.key.id && key == *before) {
                Some(number) => to.u64(number),
                None => write_key(key, event, &mut to),
            }
        }
        let [names, context] = event.asked.own();
        for (part, window) in [names, context].into_iter().zip(&mut own) {
            if part.is_empty() {
                to.null();
                continue;
            }
            match window.number(part, |before| *before == part) {
                Some(number) => to.u64(number),
                None => to.bytes(part),
            }
        }
        match event.shared() {
            Some(shared) => shared.write(&mut to),
            None => to.null(),
        }
        check.add(to.written().get(start..).unwrap_or_default());
        checks.extend_from_slice(&check.sum());
    }
    to.bytes(&checks);
    to.into_bytes()
}

fn is_here(key: &KeyOf, event: &Event) -> bool {
    key.key.account == event.account && key.key.region == event.region
}

fn has_frame_of(event: &Event, other: &Event) -> bool {
    event.name == other.name
        && event.region == other.region
        && event.account == other.account
        && (event.is_use, event.is_service_event) == (other.is_use, other.is_service_event)
        && event.who == other.who
        && event.asked.common() == other.asked.common()
        && is_rare_alike(event.rare.as_deref(), other.rare.as_deref())
}

/// Few events have anything there.
fn is_rare_alike(one: Option<&Rare>, other: Option<&Rare>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            (&one.error, &one.message, &one.response, &one.additional)
                == (&other.error, &other.message, &other.response, &other.additional)
        }
        _ => false,
    }
}

fn write_frame(event: &Event, to: &mut Writer) {
    to.array(10);
    event.name.write(to);
    to.str(event.region.as_str());
    to.u64(event.account.number());
    to.u64(u64::from(event.is_use) | u64::from(event.is_service_event) << 1);
    match &event.who {
        Some(who) => who.write(to),
        None => to.null(),
    }
    to.bytes(event.asked.common());
    let Some(rare) = &event.rare else {
        to.null();
        to.null();
        to.bytes(&[]);
        return to.array(0);
    };
    rare.error.write(to);
    rare.message.write(to);
    to.bytes(&rare.response);
    to.array(2 * rare.additional.len() as u64);
    for (name, value) in &rare.additional {
        to.str(name);
        to.str(value);
    }
}

fn write_key(key: &KeyOf, event: &Event, to: &mut Writer) {
    let KeyRef { account, region, id } = &key.key;
    if is_here(key, event) {
        to.array(2);
    } else {
        to.array(4);
        to.u64(account.number());
        to.str(region.as_str());
    }
    to.bytes(&id.to_ordered_bytes());
    key.material.write(to);
}

/// A running sum over events. Whoever alters one can make it fit again: what proves anything is the hash.
#[derive(Default)]
struct Check(u64);

impl Check {
    fn add(&mut self, bytes: &[u8]) {
        self.0 = tabkms_symmetric::mix(self.0, bytes);
    }

    fn sum(&self) -> [u8; 4] {
        let [a, b, c, d, e, f, g, h] = self.0.to_be_bytes();
        [a ^ e, b ^ f, c ^ g, d ^ h]
    }
}

pub(super) struct ReadLog {
    pub(super) events: Vec<Event>,
    pub(super) is_sound: bool,
    /// The first event whose check does not fit.
    pub(super) wrong: Option<usize>,
}

pub(super) fn read_log(log: &[u8]) -> ReadLog {
    let mut from = Reader::new(log);
    let mut at = from.i64();
    let count = from.array();
    let mut seen = Seen::default();
    let mut events = Vec::with_capacity(usize::try_from(count).unwrap_or_default().min(log.len() / 32));
    let mut sums = Vec::with_capacity(4 * events.capacity());
    let mut check = Check::default();
    for _ in 0..count {
        let start = from.position();
        let event = seen.event(&mut from, &mut at);
        if !from.is_sound() {
            break;
        }
        check.add(log.get(start..from.position()).unwrap_or_default());
        sums.extend_from_slice(&check.sum());
        events.push(event);
    }
    let checks = from.bytes();
    let is_sound = from.is_sound();
    let differs = sums.iter().zip(checks).position(|(sum, check)| sum != check).map(|at| at / 4);
    let wrong = differs.or((sums.len() != checks.len()).then_some(events.len()));
    ReadLog { events, is_sound, wrong: wrong.filter(|_| is_sound) }
}

/// What has stood in a segment up to here.
#[derive(Default)]
struct Seen {
    frames: Vec<Event>,
    keys: Vec<KeyOf>,
    own: [Vec<Vec<u8>>; 2],
}

/// What the number names; fails the reader where it names nothing.
fn numbered<'s, T>(seen: &'s [T], from: &mut Reader<'_>) -> Option<&'s T> {
    let found = usize::try_from(from.u64()).ok().and_then(|number| seen.get(number));
    if found.is_none() {
        from.fail::<()>();
    }
    found
}

impl Seen {
    fn event(&mut self, from: &mut Reader<'_>, at: &mut i64) -> Event {
        let length = from.array();
        let ids: [u8; 32] = Cbor::read(from);
        let mut halves = [[0; 16]; 2];
        halves.as_flattened_mut().copy_from_slice(&ids);
        let [id, request] = halves.map(Uuid::from_bytes);
        *at = at.saturating_add(from.i64());
        let frame = if from.is_array() {
            let frame = read_frame(from);
            self.frames.push(frame.clone());
            frame
        } else {
            numbered(&self.frames, from).cloned().unwrap_or_else(blank)
        };
        let mut event = Event { id, request, at: Timestamp(*at), ..frame };
        for _ in 0..from.array() {
            event.keys.push(self.key(from, event.account, &event.region));
            if !from.is_sound() {
                break;
            }
        }
        let Asked { bytes, ends: [_, names, context] } = &mut event.asked;
        for (seen, end) in self.own.iter_mut().zip([names, context]) {
            if from.is_bytes() {
                seen.push(from.bytes().to_vec());
                bytes.extend_from_slice(seen.last().map(Vec::as_slice).unwrap_or_default());
            } else if !from.takes_null() {
                bytes.extend_from_slice(numbered(seen, from).map(Vec::as_slice).unwrap_or_default());
            }
            *end = bytes.len();
        }
        let shared: Option<Shared> = Cbor::read(from);
        if shared.is_some() {
            event.rare.get_or_insert_default().shared = shared;
        }
        match length.checked_sub(7) {
            Some(more) => from.skip(more),
            None => from.fail(),
        }
        event
    }

    fn key(&mut self, from: &mut Reader<'_>, of_account: AccountId, of_region: &Region) -> KeyOf {
        if !from.is_array() {
            let unknown = || KeyOf::from(KeyRef::blank());
            return numbered(&self.keys, from).cloned().unwrap_or_else(unknown);
        }
        let length = from.array();
        let is_here = length < 4;
        let (account, region) =
            if is_here { (of_account, of_region.clone()) } else { (account(from), Cbor::read(from)) };
        let key = KeyOf { key: KeyRef { account, region, id: key_id(from) }, material: Cbor::read(from) };
        match length.checked_sub(if is_here { 2 } else { 4 }) {
            Some(more) => from.skip(more),
            None => from.fail(),
        }
        self.keys.push(key.clone());
        key
    }
}

/// A frame as an event that has nothing of its own yet.
fn read_frame(from: &mut Reader<'_>) -> Event {
    let length = from.array();
    let name = Cbor::read(from);
    let region = Cbor::read(from);
    let account = account(from);
    let flags = from.u64();
    let who: Option<Who> = Cbor::read(from);
    let bytes = from.bytes().to_vec();
    let mut rare = Rare { error: Cbor::read(from), message: Cbor::read(from), ..Rare::default() };
    rare.response = from.bytes().to_vec();
    for _ in 0..from.array() / 2 {
        rare.additional.push((Cbor::read(from), Cbor::read(from)));
        if !from.is_sound() {
            break;
        }
    }
    match length.checked_sub(10) {
        Some(more) => from.skip(more),
        None => from.fail(),
    }
    let rare = (rare != Rare::default()).then(|| Box::new(rare));
    let asked = Asked { ends: [bytes.len(); 3], bytes };
    let (is_use, is_service_event) = (flags & 1 != 0, flags & 2 != 0);
    let who = who.map(Arc::new);
    Event { name, region, account, who, asked, rare, is_use, is_service_event, ..blank() }
}

fn blank() -> Event {
    Event {
        id: Uuid::default(),
        request: Uuid::default(),
        at: Timestamp::default(),
        name: "".into(),
        region: Region::default(),
        account: AccountId::default(),
        who: None,
        keys: Keys::None,
        asked: Asked::default(),
        rare: None,
        is_use: false,
        is_service_event: false,
    }
}
