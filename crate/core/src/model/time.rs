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

/// An instant's year, month, day, hour, minute and second, UTC.
struct Civil([i64; 6]);

impl Civil {
    fn of(at: Timestamp) -> Self {
        let seconds = at.0.div_euclid(1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days since 0000-03-01: with years that begin in March the leap day is the last.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year + i64::from(month <= 2);
        Self([year, month, day, second / 3600, second / 60 % 60, second % 60])
    }
}

/// An instant as ISO 8601 has it, in seconds: `2025-05-20T20:46:16Z`.
#[must_use]
pub fn iso(at: Timestamp) -> String {
    let Civil([year, month, day, hour, minute, second]) = Civil::of(at);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// An instant as CloudTrail writes those of requests and answers: `May 21, 2025, 5:47:45 AM`.
#[must_use]
pub fn in_words(at: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Civil([year, month, day, hour, minute, second]) = Civil::of(at);
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    format!("{name} {day}, {year}, {hour}:{minute:02}:{second:02} {half}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_in_both_forms() {
        for (seconds, expected, words) in [
            (0, "1970-01-01T00:00:00Z", "Jan 1, 1970, 12:00:00 AM"),
            (1_747_806_465, "2025-05-21T05:47:45Z", "May 21, 2025, 5:47:45 AM"),
            (951_782_399, "2000-02-28T23:59:59Z", "Feb 28, 2000, 11:59:59 PM"),
            (951_825_600, "2000-02-29T12:00:00Z", "Feb 29, 2000, 12:00:00 PM"),
            (4_102_444_800, "2100-01-01T00:00:00Z", "Jan 1, 2100, 12:00:00 AM"),
            (4_107_542_400, "2100-03-01T00:00:00Z", "Mar 1, 2100, 12:00:00 AM"),
            (-1, "1969-12-31T23:59:59Z", "Dec 31, 1969, 11:59:59 PM"),
        ] {
            let at = Timestamp(seconds * 1000 + 999 * i64::from(seconds >= 0));
            assert_eq!((iso(at).as_str(), in_words(at).as_str()), (expected, words));
        }
        // No instant there is panics.
        for at in [i64::MIN, i64::MAX] {
            assert!(iso(Timestamp(at)).ends_with('Z') && in_words(Timestamp(at)).ends_with('M'));
        }
    }
}
