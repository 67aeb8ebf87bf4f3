//! What falls due: automatic rotation, the end of a deletion window. It happens at its date, in order, and only
//! once: a call catches up the keys that it touches; moving the clock catches up all of them, in batches.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::{Random, StoreKey};
use crate::keys::{Due, Key, KeyRef};
use crate::model::{KmsError, Timestamp};
use crate::store::{Changes, Kind, Record, State};

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

/// The key after all that is due on it by `now`, and what that changes. `None` where it is gone.
pub(crate) fn catch_up(
    state: &State,
    key: &Key,
    now: Timestamp,
    means: &mut Means<'_>,
) -> Result<(Option<Key>, Changes), KmsError> {
    let mut key = key.clone();
    while let Some((at, due)) = key.next_due().filter(|(at, _)| *at <= now) {
        if !happen(&mut key, at, due, means)? {
            return Ok((None, deleted(state, &key)));
        }
    }
    let mut changes = Changes::default();
    changes.put(&key);
    Ok((Some(key), changes))
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
    let mut queue: BTreeSet<(Timestamp, KeyRef)> = BTreeSet::new();
    queue.extend(due_keys.map(|(at, key)| (at, key.clone())));
    let full = queue.len() == limit && state.due().nth(limit).is_some_and(|(at, _)| at <= now);
    let mut touched: BTreeMap<KeyRef, Option<Key>> = BTreeMap::new();
    let mut batch = DueBatch::default();
    while batch.happened.len() < limit {
        let Some((at, reference)) = queue.pop_first() else { break };
        let entry = touched.entry(reference.clone()).or_insert_with(|| state.key(&reference).cloned());
        let Some(key) = entry else { continue };
        let Some((_, what)) = key.next_due() else { continue };
        if happen(key, at, what, means)? {
            if let Some((next, _)) = key.next_due().filter(|(next, _)| *next <= now) {
                queue.insert((next, reference.clone()));
            }
        } else {
            batch.changes.append(deleted(state, key));
            *entry = None;
        }
        batch.happened.push(Happened { at, what, key: reference });
    }
    for key in touched.into_values().flatten() {
        let mut changes = Changes::default();
        changes.put(&key);
        batch.changes.append(changes);
    }
    batch.more = full || !queue.is_empty();
    Ok(batch)
}

/// Lets one event happen; `false` where the key is gone by it.
fn happen(key: &mut Key, at: Timestamp, due: Due, means: &mut Means<'_>) -> Result<bool, KmsError> {
    match due {
        Due::Rotate => key.rotate_automatically(at, means.store_key, means.random).map(|()| true),
        Due::Delete => Ok(false),
    }
}

/// A deleted key takes its material, its aliases and the memory of its use with it.
fn deleted(state: &State, key: &Key) -> Changes {
    let mut changes = Changes::default();
    for alias in state.aliases_of(&key.reference, None) {
        changes.delete(Kind::Alias, alias.id());
    }
    if state.last_use(&key.reference).is_some() {
        changes.delete(Kind::LastUse, key.reference.to_string());
    }
    changes.delete(Kind::Key, key.id());
    changes
}
