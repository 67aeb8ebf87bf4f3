//! Stored rows on their way into the state.

use tabkms_core::api::Kms as Core;
use tabkms_core::store::{Change, Kind, Row, StoreError};
use tabkms_services::s3::S3;

use super::store_loop::corrupt;
use crate::error::StorageError;

/// What rows are loaded into, part by part.
pub(super) struct Loading<'a> {
    kms: &'a mut Core,
    s3: &'a mut S3,
    /// What is to be loaded in the order in which it was committed, when all of it is there.
    ordered: Vec<Row>,
}

impl<'a> Loading<'a> {
    pub(super) fn new(kms: &'a mut Core, s3: &'a mut S3) -> Self {
        Self { kms, s3, ordered: Vec::new() }
    }

    /// Takes a row in, whichever comes before or after it.
    pub(super) fn take(&mut self, row: &Row) -> Result<(), StorageError> {
        // Of a kind that is not known, loading says so.
        if Kind::from_code(row.kind).is_some_and(Kind::is_ordered) {
            self.ordered.push(row.clone());
            return Ok(());
        }
        let change = self.kms.load_row(row);
        self.pass_on(change)
    }

    /// Takes in what has waited for all the others.
    pub(super) fn finish(mut self) -> Result<(), StorageError> {
        let mut rows = std::mem::take(&mut self.ordered);
        rows.sort_by_key(|row| row.generation);
        let changes = self.kms.load(&rows);
        self.pass_on(changes)
    }

    /// Gives S3 what is its.
    fn pass_on(
        &mut self,
        changes: Result<impl IntoIterator<Item = Change>, StoreError>,
    ) -> Result<(), StorageError> {
        let passed = changes
            .and_then(|changes| changes.into_iter().try_for_each(|change| self.s3.apply(&change).map(drop)));
        passed.map_err(|error| corrupt(&error))
    }
}
