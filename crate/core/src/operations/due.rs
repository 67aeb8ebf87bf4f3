//! What falls due: automatic rotation, the end of a deletion window, the end of imported material. It happens at its
//! date, in order, and only once: a call catches up the keys that it touches and those related to them; moving the
//! clock catches up all of them, in batches.

use crate::audit::{self, Additional};
use crate::crypto::{Random, StoreKey};
use crate::keys::{Due, Key, KeyRef, MultiRegion, Status};
use crate::model::{KmsError, Timestamp};
use crate::store::{Change, Changes, Event, Kind, Record, State};

/// Something that fell due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What; AWS's name of the service event is [`Due::event`].
    pub what: Due,
    /// On which KMS key.
    pub key: KeyRef,
}

/// One batch of what fell due.
#[derive(Debug, Default)]
#[must_use = "the changes are to be committed and applied"]
pub struct DueBatch {
    /// What it changes.
    pub changes: Changes,
    /// What happened, in order.
    pub happened: Vec<Happened>,
    /// Whether more is due: commit and apply this batch, then plan the next.
    pub more: bool,
}

/// What a rotation needs.
pub(crate) struct Means<'a> {
    pub(crate) store_key: &'a StoreKey,
    pub(crate) random: &'a mut dyn Random,
}

/// Keys as what happened has made them, over the state; `None` is gone. A call touches a handful.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    keys: Vec<(KeyRef, Option<Key>)>,
    /// What happened to them by itself, in order.
    events: Vec<Event>,
}

impl Overlay {
    /// The key as it is now.
    pub(super) fn key<'s>(&'s self, state: &'s State, reference: &KeyRef) -> Option<&'s Key> {
        match self.keys.iter().find(|(of, _)| of == reference) {
            Some((_, key)) => key.as_ref(),
            None => state.key(reference),
        }
    }

    /// Whether it has another word on the key than the state.
    pub(super) fn has(&self, reference: &KeyRef) -> bool {
        self.keys.iter().any(|(of, _)| of == reference)
    }

    pub(super) fn set(&mut self, reference: KeyRef, key: Option<Key>) {
        match self.keys.iter_mut().find(|(of, _)| *of == reference) {
            Some((_, old)) => *old = key,
            None => self.keys.push((reference, key)),
        }
    }

    /// Changes those of `references` that stand.
    fn change(&mut self, state: &State, references: Vec<KeyRef>, change: impl Fn(&mut Key)) {
        for of in references {
            if let Some(mut key) = self.key(state, &of).cloned() {
                change(&mut key);
                self.set(of, Some(key));
            }
        }
    }

    /// What the keys here change in the state.
    pub(super) fn changes(self, state: &State) -> Changes {
        let mut changes = Changes { events: self.events, ..Changes::default() };
        for (reference, key) in &self.keys {
            let mut change = Changes::default();
            match key {
                Some(key) => change.put(key),
                None => change = deleted(state, reference),
            }
            // Each key is here once, and what goes with a deleted key is its own.
            changes.append(change);
        }
        changes
    }
}

/// Lets happen to `reference` and the keys related to it all that is due by `now`, in the order of its dates.
pub(super) fn catch_up(
    state: &State,
    overlay: &mut Overlay,
    reference: &KeyRef,
    now: Timestamp,
    means: &mut Means<'_>,
) -> Result<(), KmsError> {
    loop {
        let Some(key) = overlay.key(state, reference) else { return Ok(()) };
        let group = std::iter::once(reference.clone()).chain(key.related());
        let due = group.filter_map(|of| {
            let (at, due) = overlay.key(state, &of)?.next_due()?;
            (at <= now).then_some((at, of, due))
        });
        let Some((at, of, due)) = due.min_by_key(|(at, ..)| *at) else { return Ok(()) };
        happen(state, overlay, &of, (at, due), means)?;
    }
}

/// The first `limit` events that are due by `now`, over all keys, in the order of their dates.
pub(crate) fn next_batch(
    state: &State,
    now: Timestamp,
    limit: usize,
    means: &mut Means<'_>,
) -> Result<DueBatch, KmsError> {
    // Whatever is not among the first `limit` keys is later than all of these, so it can wait for its batch.
    let due_keys = state.due().take(limit).take_while(|(at, _)| *at <= now);
    let mut queue: Vec<(Timestamp, KeyRef)> = due_keys.map(|(at, key)| (at, key.clone())).collect();
    let full = queue.len() == limit && state.due().nth(limit).is_some_and(|(at, _)| at <= now);
    let mut overlay = Overlay::default();
    let mut batch = DueBatch::default();
    while batch.happened.len() < limit {
        let Some((at, reference)) = take_first(&mut queue) else { break };
        let Some(key) = overlay.key(state, &reference) else { continue };
        let group: Vec<KeyRef> = std::iter::once(reference.clone()).chain(key.related()).collect();
        // What happened to a related key may have moved this one's date: then it stands in the queue under that.
        if let Some((_, what)) = key.next_due().filter(|(due, _)| *due == at) {
            happen(state, &mut overlay, &reference, (at, what), means)?;
            batch.happened.push(Happened { at, what, key: reference });
        }
        for of in group {
            let next = overlay.key(state, &of).and_then(Key::next_due);
            if let Some((next, _)) = next.filter(|(next, _)| *next <= now)
                && !queue.contains(&(next, of.clone()))
            {
                queue.push((next, of));
            }
        }
    }
    batch.changes = overlay.changes(state);
    batch.more = full || !queue.is_empty();
    Ok(batch)
}

/// Takes the earliest out of a queue that is no longer than a batch.
fn take_first(queue: &mut Vec<(Timestamp, KeyRef)>) -> Option<(Timestamp, KeyRef)> {
    let first = queue.iter().enumerate().min_by(|(_, a), (_, b)| a.cmp(b)).map(|(at, _)| at)?;
    Some(queue.swap_remove(first))
}

/// Lets one event happen to a key, and to the related keys what follows from it.
fn happen(
    state: &State,
    overlay: &mut Overlay,
    reference: &KeyRef,
    (at, due): (Timestamp, Due),
    means: &mut Means<'_>,
) -> Result<(), KmsError> {
    let Some(mut key) = overlay.key(state, reference).cloned() else { return Ok(()) };
    let related: Vec<KeyRef> = key.related().collect();
    match due {
        Due::Rotate => {
            key.rotate_automatically(at, means.store_key, means.random)?;
            rotated(&mut overlay.events, &key, at, means.random)?;
            overlay.change(state, related, |replica| replica.follow(&key));
        }
        Due::Expire => {
            let was_pending = key.pending.is_some();
            let expired = key.materials.iter().chain(&key.pending);
            let expired = expired.filter(|material| material.expires().is_some_and(|expires| expires <= at));
            let told: Additional =
                expired.map(|material| ("keyMaterialId".into(), material.id.to_string())).take(1).collect();
            service_event(&mut overlay.events, due.event(), (&key, at), told, means.random)?;
            key.expire(at);
            // Replicas hold the next material only as long as their primary does.
            if was_pending && key.pending.is_none() && !key.is_replica() {
                overlay.change(state, related, |replica| replica.pending = None);
            }
        }
        Due::Delete => {
            service_event(&mut overlay.events, due.event(), (&key, at), Additional::new(), means.random)?;
            overlay.change(state, related, |other| lose_replica(other, reference, at));
            overlay.set(reference.clone(), None);
            return Ok(());
        }
    }
    overlay.set(reference.clone(), Some(key));
    Ok(())
}

/// Takes a deleted replica out of a related key; the window of a primary that waited for it begins.
fn lose_replica(key: &mut Key, replica: &KeyRef, at: Timestamp) {
    let Some(MultiRegion { primary, replicas }) = &mut key.multi_region else { return };
    replicas.retain(|region| *region != replica.region);
    let is_alone = replicas.is_empty() && *primary == key.reference.region;
    if let Some(deletion) = &mut key.deletion
        && key.status == Status::PendingDeletion
        && is_alone
        && deletion.date.is_none()
    {
        deletion.date = Some(at.plus_days(deletion.window_days));
    }
}

/// Adds CloudTrail's service event of what happened.
pub(super) fn service_event(
    events: &mut Vec<Event>,
    name: &'static str,
    (key, at): (&Key, Timestamp),
    told: Additional,
    random: &mut dyn Random,
) -> Result<(), KmsError> {
    events.push(audit::of_service(audit::Ids::draw(random)?, at, name, key.reference.clone(), told));
    Ok(())
}

/// Adds the service events of a key that has just been rotated: with its replicas, it is synchronized.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/ct-rotatekey.html>
pub(super) fn rotated(
    events: &mut Vec<Event>,
    key: &Key,
    at: Timestamp,
    random: &mut dyn Random,
) -> Result<(), KmsError> {
    let mut told: Additional = vec![("keyOrigin".into(), key.origin.name().to_owned())];
    let mut newest = key.materials.iter().rev();
    if let Some(current) = newest.next() {
        let kind = current.rotated.map_or("", |rotated| rotated.by.name());
        told.push(("rotationType".into(), kind.to_owned()));
        told.push(("currentKeyMaterialId".into(), current.id.to_string()));
    }
    if let Some(previous) = newest.next() {
        told.push(("previousKeyMaterialId".into(), previous.id.to_string()));
    }
    service_event(events, Due::Rotate.event(), (key, at), told, random)?;
    synchronized(events, key, at, random)
}

/// Adds the service event of a multi-Region primary key whose replicas have been brought in line with it.
pub(super) fn synchronized(
    events: &mut Vec<Event>,
    key: &Key,
    at: Timestamp,
    random: &mut dyn Random,
) -> Result<(), KmsError> {
    if key.related().next().is_none() {
        return Ok(());
    }
    service_event(events, "SynchronizeMultiRegionKey", (key, at), Additional::new(), random)
}

/// A deleted key takes its material, its aliases, its grants and the memory of its use with it.
fn deleted(state: &State, reference: &KeyRef) -> Changes {
    let mut changes = Changes::default();
    // Each record is here once: among 50,000 grants there is nothing to look for.
    let mut delete = |kind, id| changes.durable.push(Change { kind, id, record: None });
    for alias in state.aliases_of(reference, None) {
        delete(Kind::Alias, alias.id());
    }
    for grant in state.grants_of(reference, None) {
        delete(Kind::Grant, grant.id());
    }
    if state.has_use_row(reference) {
        delete(Kind::LastUse, reference.to_string());
    }
    delete(Kind::Key, reference.to_string());
    changes
}
