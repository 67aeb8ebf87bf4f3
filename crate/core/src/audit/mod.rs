//! One event a call, refused ones too, and one for what happens by itself. An event names what was done, by whom,
//! to which KMS key and how it ended; it holds neither plaintext nor ciphertext nor key material.

use std::borrow::Cow;

use crate::crypto::{Failure, Random, random};
use crate::keys::{AccountId, KeyRef, Region};
use crate::model::{KmsError, Timestamp, Uuid};
use crate::store::Event;

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

/// Who calls, and where; the service that calls on the account's behalf, if one does.
pub type By<'a> = (AccountId, &'a Region, Option<&'a str>);

/// The event of a call that has been planned. `outcome` says whether it was a use of its keys, or why not.
#[must_use]
pub fn of_call(
    ids: Ids,
    at: Timestamp,
    operation: &'static str,
    (account, region, via_service): By<'_>,
    keys: Vec<KeyRef>,
    outcome: Result<bool, &KmsError>,
) -> Event {
    Event {
        id: ids.event,
        request: ids.request,
        at,
        name: Cow::Borrowed(operation),
        region: region.clone(),
        account,
        via_service: via_service.map(|service| Cow::Owned(service.to_owned())),
        keys,
        error: outcome.err().map(|error| Cow::Borrowed(error.code())),
        is_use: outcome == Ok(true),
        is_service_event: false,
    }
}

/// The event of what happened to a KMS key by itself: CloudTrail's service events, such as `RotateKey`.
#[must_use]
pub fn of_service(ids: Ids, at: Timestamp, name: &'static str, key: KeyRef) -> Event {
    Event {
        id: ids.event,
        request: ids.request,
        at,
        name: Cow::Borrowed(name),
        region: key.region.clone(),
        account: key.account,
        via_service: None,
        keys: vec![key],
        error: None,
        is_use: false,
        is_service_event: true,
    }
}
