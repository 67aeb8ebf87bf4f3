//! Instants, in milliseconds since 1970, UTC.

/// An instant in milliseconds since 1970-01-01T00:00:00Z. On the wire: seconds, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// A day in milliseconds.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

impl Timestamp {
    /// The instant `days` later; the last instant there is where that overflows.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        self.plus(i64::from(days) * DAY)
    }

    /// The instant `milliseconds` later; the last instant there is where that overflows.
    #[must_use]
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Seconds since 1970, as the wire has them.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // exact for the next 285,000 years
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}
