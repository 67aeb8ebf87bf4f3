//! The audit log, to read: what stands in memory, and all that the store holds.

use super::Kms;
use crate::audit::{self, Query, Stored, Verdict};
use crate::model::{KmsError, Value};
use crate::store::segment::{Chained, Segment};
use crate::store::{Event, Kind, Record, Row, StoreError};

/// All events of a store, read from its rows, and those that wait for the next commit.
#[derive(Debug)]
pub struct Log(Vec<Event>);

impl Kms {
    /// A page of the newest records, `{ events, next }`, newest first. `None` where older ones than stand in memory
    /// are asked for: then [`Kms::read_log`] has them.
    #[must_use]
    pub fn recent_records(&self, query: &Query) -> Option<Value> {
        let page = query.page(self.state.events().rev());
        let is_whole = page.more || page.events.len() == query.limit || self.state.has_all_events();
        is_whole.then(|| self.answer(&page))
    }

    /// A page of all records.
    #[must_use]
    pub fn records(&self, log: &Log, query: &Query) -> Value {
        self.answer(&query.page(log.0.iter().rev()))
    }

    /// The records of a query, oldest first, whatever its limit, each made when it is asked for.
    pub fn all_records<'k>(&'k self, log: &'k Log, query: &'k Query) -> impl Iterator<Item = Value> + 'k {
        let filter = query.filter();
        let found = log.0.iter().filter(move |event| filter.takes(event));
        found.map(|event| audit::record(event, &self.state))
    }

    fn answer(&self, page: &audit::Page<'_>) -> Value {
        let next = page.events.last().filter(|_| page.more).map(|last| Value::String(last.id.to_string()));
        let events = page.events.iter().map(|event| audit::record(event, &self.state));
        let members = [("events", Value::List(events.collect())), ("next", next.unwrap_or_default())];
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Reads the log from a store's rows.
    ///
    /// # Errors
    /// `KMSInternalException` where a row of it does not open, or is not what it says.
    pub fn read_log(&self, rows: &[Row]) -> Result<Log, KmsError> {
        let stored = self.stored(rows);
        if let Some(fault) = stored.faults.first() {
            return Err(KmsError::internal(fault.to_string()));
        }
        let events = stored.segments.into_iter().flat_map(|segment| segment.events);
        Ok(Log(events.chain(self.state.waiting_events().cloned()).collect()))
    }

    /// Whether the log in a store's rows is as it was written. What waits for the next commit is not in it.
    #[must_use]
    pub fn verify_log(&self, rows: &[Row]) -> Verdict {
        audit::verify(&self.stored(rows))
    }

    fn stored(&self, rows: &[Row]) -> Stored {
        let mut stored = Stored::default();
        for row in rows.iter().filter(|row| row.sealed.is_some()) {
            let taken = match Kind::from_code(row.kind) {
                Some(Kind::Audit) => {
                    self.opened(row, Segment::from_record).map(|segment| stored.add(segment))
                }
                Some(Kind::AuditHead) => {
                    self.opened(row, Chained::from_bytes).map(|end| stored.end = Some(end))
                }
                _ => Ok(()),
            };
            stored.faults.extend(taken.err());
        }
        stored
    }

    fn opened<T>(
        &self,
        row: &Row,
        read: impl FnOnce(&str, &[u8]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        read(&row.id, &self.open(row)?.unwrap_or_default())
    }
}
