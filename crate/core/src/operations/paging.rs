//! Pages by range: a marker names the last item given out, so that it survives insertions and deletions.

use crate::model::hex::{self, Hex};
use crate::model::{KmsError, RequestError};

/// One page.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_marker: Option<String>,
    pub(super) truncated: bool,
}

/// Takes a page of at most `limit` from `items`; `name` gives what the marker remembers of the last one.
pub(super) fn page<T>(items: impl Iterator<Item = T>, limit: usize, name: impl Fn(&T) -> String) -> Page<T> {
    let mut items: Vec<T> = items.take(limit.saturating_add(1)).collect();
    let truncated = items.len() > limit;
    items.truncate(limit);
    let next_marker = items.last().filter(|_| truncated).map(|last| marker(&name(last)));
    Page { items, next_marker, truncated }
}

/// A marker is opaque to callers: hexadecimal, behind the version of its form.
fn marker(name: &str) -> String {
    format!("1-{}", Hex(name.as_bytes()))
}

/// What a marker remembers.
pub(super) fn parse_marker<T: std::str::FromStr>(marker: Option<&str>) -> Result<Option<T>, KmsError> {
    let Some(marker) = marker else { return Ok(None) };
    let name = marker.strip_prefix("1-").and_then(hex::decode).and_then(|name| String::from_utf8(name).ok());
    match name.and_then(|name| name.parse().ok()) {
        Some(parsed) => Ok(Some(parsed)),
        None => Err(KmsError::Request(RequestError::InvalidMarker, "Invalid marker.".to_owned())),
    }
}

/// The page size: `limit` or the default, at most `max`.
pub(super) fn limit(limit: Option<i64>, default: usize, max: usize) -> Result<usize, KmsError> {
    match limit.map(usize::try_from) {
        None => Ok(default),
        Some(Ok(limit)) if limit <= max => Ok(limit),
        Some(_) => Err(KmsError::validation(format!(
            "1 validation error detected: Value '{}' at 'limit' failed to satisfy constraint: Member must have \
             value less than or equal to {max}",
            limit.unwrap_or_default()
        ))),
    }
}
