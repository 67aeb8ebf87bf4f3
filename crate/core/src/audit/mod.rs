//! One event a call, refused ones too, and one for what happens by itself. An event names what was done, by whom,
//! to which KMS key and how it ended; it holds neither plaintext nor ciphertext nor key material.
//!
//! Events stand compact in the store and are read as CloudTrail's records.

mod cloudtrail;
mod parameters;
mod query;
mod verify;

use std::borrow::Cow;
use std::sync::Arc;

pub use cloudtrail::record;
pub use parameters::{of_answer, of_request};
pub use query::{Page, Query};
pub use verify::{Broken, Stored, Verdict, verify};

use crate::crypto::{Failure, Random, random};
use crate::keys::{AccountId, KeyRef, Region};
use crate::model::{KmsError, RequestError, Timestamp, Uuid};
use crate::store::{Asked, Event, Keys, Rare, Shared, Who};

/// What a call is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// CloudTrail's `eventID`.
    pub event: Uuid,
    /// The request's, which AWS gives back with the answer.
    pub request: Uuid,
}

impl Ids {
    /// Both from one draw of 32 random bytes.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn draw(random: &mut dyn Random) -> Result<Self, Failure> {
        let [event, request]: [[u8; 16]; 2] = {
            let drawn: [u8; 32] = random::array(random)?;
            let mut halves = [[0; 16]; 2];
            halves.as_flattened_mut().copy_from_slice(&drawn);
            halves
        };
        Ok(Self { event: Uuid::from_random(event), request: Uuid::from_random(request) })
    }
}

/// Names and values that CloudTrail tells beside a request.
pub type Additional = Vec<(Cow<'static, str>, String)>;

/// Who calls, and where.
#[derive(Debug)]
pub struct By<'a> {
    /// Whose call it is.
    pub account: AccountId,
    /// Where.
    pub region: &'a Region,
    /// Who, where it is not just the account's root.
    pub who: Option<Arc<Who>>,
}

/// What a call was about.
#[derive(Debug, Default)]
pub struct About {
    /// The KMS keys.
    pub keys: Keys,
    /// What was asked for.
    pub asked: Asked,
    /// What is to be told beside.
    pub additional: Additional,
}

/// The longest message that is kept, in bytes: that of a refused value repeats the value.
const LONGEST_MESSAGE: usize = 1024;

/// The event of a call that has been planned. `outcome` says whether it was a use of its keys and what it answered, or
/// why not.
#[must_use]
pub fn of_call(
    ids: Ids,
    at: Timestamp,
    operation: &'static str,
    by: By<'_>,
    about: About,
    outcome: Result<(bool, Vec<u8>), &KmsError>,
) -> Event {
    let (is_use, response, error) = match outcome {
        Ok((is_use, response)) => (is_use, response, None),
        Err(error) => (false, Vec::new(), Some(error)),
    };
    let is_rare = error.is_some() || !response.is_empty() || !about.additional.is_empty();
    let rare = is_rare.then(|| {
        let message = error.map(KmsError::message).filter(|message| !message.is_empty());
        Box::new(Rare {
            error: error.map(|error| Cow::Borrowed(error.code())),
            message: message.map(|message| shortened(message).to_owned()),
            response,
            additional: about.additional,
            shared: None,
        })
    });
    Event {
        id: ids.event,
        request: ids.request,
        at,
        name: Cow::Borrowed(operation),
        region: by.region.clone(),
        account: by.account,
        who: by.who,
        keys: about.keys,
        asked: about.asked,
        rare,
        is_use,
        is_service_event: false,
    }
}

fn shortened(message: &str) -> &str {
    let end = (0..=LONGEST_MESSAGE.min(message.len())).rev().find(|end| message.is_char_boundary(*end));
    message.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Adds the events of the other accounts whose keys a call was about: it stands in each account's log. One that was
/// refused for want of permission stands in the caller's only.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html>
///
/// # Errors
/// As [`Random::fill`].
pub fn share(events: &mut Vec<Event>, random: &mut dyn Random) -> Result<(), Failure> {
    let Some(event) = events.last_mut() else { return Ok(()) };
    let account = event.account;
    let is_denied = event.error() == Some(RequestError::AccessDenied.code());
    if is_denied || event.keys.iter().all(|of| of.key.account == account) {
        return Ok(());
    }
    let Ids { event: id, .. } = Ids::draw(random)?;
    event.rare.get_or_insert_default().shared = Some(Shared { id, recipient: account });
    let event = event.clone();
    let mut told = vec![account];
    for recipient in event.keys.iter().map(|of| of.key.account) {
        if told.contains(&recipient) {
            continue;
        }
        told.push(recipient);
        let Ids { event: own, .. } = Ids::draw(random)?;
        let mut copy = Event { id: own, keys: Keys::None, ..event.clone() };
        for of in event.keys.iter().filter(|of| of.key.account == recipient) {
            copy.keys.push(of.clone());
        }
        copy.rare.get_or_insert_default().shared = Some(Shared { id, recipient });
        events.push(copy);
    }
    Ok(())
}

/// The event of what happened to a KMS key by itself: CloudTrail's service events, such as `RotateKey`.
#[must_use]
pub fn of_service(ids: Ids, at: Timestamp, name: &'static str, key: KeyRef, additional: Additional) -> Event {
    let rare = (!additional.is_empty()).then(|| Box::new(Rare { additional, ..Rare::default() }));
    Event {
        id: ids.event,
        request: ids.request,
        at,
        name: Cow::Borrowed(name),
        region: key.region.clone(),
        account: key.account,
        who: None,
        keys: Keys::One(key.into()),
        asked: Asked::default(),
        rare,
        is_use: false,
        is_service_event: true,
    }
}
