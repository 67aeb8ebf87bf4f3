//! What a call changes: whole records, put or deleted. Applying a change and loading a stored row are one
//! path, so that what a call makes visible is what a restart will find.

use super::{Event, Kind, Record};

/// One record put, or deleted where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub kind: Kind,
    /// Which one.
    pub id: String,
    /// The record as CBOR; `None` deletes it.
    pub record: Option<Vec<u8>>,
}

/// The changes of one call, in two classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Committed before the answer is given out.
    pub durable: Vec<Change>,
    /// Deferred: visible at once, committed within 100 ms. The last uses of KMS keys are among them.
    pub events: Vec<Event>,
}

impl Changes {
    /// Puts a durable record in place of what was there.
    pub fn put<R: Record>(&mut self, record: &R) {
        Self::set(&mut self.durable, put(record));
    }

    /// Deletes a durable record.
    pub fn delete(&mut self, kind: Kind, id: String) {
        Self::set(&mut self.durable, Change { kind, id, record: None });
    }

    /// Adds all of `other`, which is about other records.
    pub fn append(&mut self, mut other: Changes) {
        self.durable.append(&mut other.durable);
        self.events.append(&mut other.events);
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.durable.is_empty() && self.events.is_empty()
    }

    /// The last change of a record within a call counts.
    fn set(changes: &mut Vec<Change>, change: Change) {
        match changes.iter_mut().find(|old| old.kind == change.kind && old.id == change.id) {
            Some(old) => *old = change,
            None => changes.push(change),
        }
    }
}

fn put<R: Record>(record: &R) -> Change {
    Change { kind: R::KIND, id: record.id(), record: Some(record.to_bytes()) }
}
