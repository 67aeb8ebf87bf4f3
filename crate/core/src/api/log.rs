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
        let page = query.page(&mut self.state.events().rev());
        let is_whole = page.more || self.state.has_all_events();
        is_whole.then(|| self.answer(&page))
    }

    /// A page of all records.
    #[must_use]
    pub fn records(&self, log: &Log, query: &Query) -> Value {
        self.answer(&query.page(&mut log.0.iter().rev()))
    }

    /// Hands out all records of a query, oldest first, whatever its limit.
    pub fn each_record(&self, log: &Log, query: &Query, take: &mut dyn FnMut(Value)) {
        let filter = query.filter();
        for event in &log.0 {
            if filter.takes(event) {
                take(audit::record(event, &self.state));
            }
        }
    }

    fn answer(&self, page: &audit::Page<'_>) -> Value {
        let mut events = Vec::with_capacity(page.events.len());
        for event in &page.events {
            events.push(audit::record(event, &self.state));
        }
        let mut answer = vec![("events".to_owned(), Value::List(events))];
        if let Some(last) = page.events.last().filter(|_| page.more) {
            answer.push(("next".to_owned(), Value::String(last.id.to_string())));
        }
        Value::Map(answer)
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
        let mut events = Vec::new();
        for segment in stored.segments {
            events.extend(segment.events);
        }
        for event in self.state.waiting_events() {
            events.push(event.clone());
        }
        Ok(Log(events))
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
