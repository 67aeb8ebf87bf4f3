//! The values of conditions that are more than text: numbers, times, bytes.
//!
//! By hand, since the parsers of floating point numbers and of dates weigh more than all of this.

use super::ranges::Point;

/// A number, or a time in seconds since 1970: whole and a fraction that is added to it, so that it orders as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    whole: i64,
    billionths: i64,
}

const BILLION: i64 = 1_000_000_000;

/// Reads a decimal number: `-12`, `3.25`. Up to 18 digits before the point and nine behind it, and no exponent.
pub(super) fn decimal(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let (whole, billionths) = (digits_of(whole)?, billionths(fraction)?);
    Some(match (is_negative, billionths) {
        (false, _) => Number { whole, billionths },
        (true, 0) => Number { whole: -whole, billionths },
        (true, _) => Number { whole: -whole - 1, billionths: BILLION - billionths },
    })
}

/// Reads a time: seconds since 1970, or the W3C's profile of ISO 8601 (<http://www.w3.org/TR/NOTE-datetime>):
/// `2026`, `2026-11`, `2026-11-24`, and with a time and its zone `2026-11-24T13:00Z`, `2026-11-24T13:00:00.5+01:00`.
pub(super) fn instant(text: &str) -> Option<Number> {
    // Four digits are a year: as seconds they would be the first hours of 1970.
    if text.len() != 4
        && let Some(seconds) = decimal(text)
    {
        return Some(seconds);
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = exactly(4, parts.next()?)?;
    let mut part = || parts.next().map_or(Some(1), |text| exactly(2, text));
    let (month, day) = (part()?, part()?);
    let has_ended = parts.next().is_none();
    if !has_ended || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_before(year, month, day) * 86_400;
    let Some(time) = time else { return Some(Number { whole: midnight, billionths: 0 }) };
    // A time belongs to a day, not to a month.
    if date.len() != 10 {
        return None;
    }
    let (clock, offset) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let (clock, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
            let minutes = minutes(zone.get(1..)?)?;
            (
                clock,
                match zone.as_bytes().first()? {
                    b'+' => minutes,
                    b'-' => -minutes,
                    _ => return None,
                },
            )
        }
    };
    let (hours, seconds) = clock.split_at_checked(5)?;
    let (second, fraction) = match seconds.strip_prefix(':') {
        None if seconds.is_empty() => (0, 0),
        None => return None,
        Some(seconds) => match seconds.split_once('.') {
            Some((second, fraction)) => (exactly(2, second)?, billionths(fraction)?),
            None => (exactly(2, seconds)?, 0),
        },
    };
    if second > 59 {
        return None;
    }
    Some(Number { whole: midnight + (minutes(hours)? - offset) * 60 + second, billionths: fraction })
}

/// `13:45`, in minutes.
fn minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (exactly(2, hour)?, exactly(2, minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 up to a date of the Gregorian calendar. Years begin in March here, so that a leap day ends one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From March on, five months have 153 days, always.
    let in_year = (153 * month + 2) / 5 + day - 1;
    365 * year + leap_days + in_year - 719_468
}

/// A number of up to 18 digits, so that none is too large.
pub(super) fn digits_of(text: &str) -> Option<i64> {
    let digit = |number: i64, b: u8| b.is_ascii_digit().then(|| number * 10 + i64::from(b - b'0'));
    if (1..=18).contains(&text.len()) { text.bytes().try_fold(0, digit) } else { None }
}

fn exactly(count: usize, text: &str) -> Option<i64> {
    if text.len() == count { digits_of(text) } else { None }
}

fn billionths(fraction: &str) -> Option<i64> {
    let digits = digits_of(fraction)?;
    let missing = 9_usize.checked_sub(fraction.len())?;
    Some((0..missing).fold(digits, |digits, _| digits * 10))
}

impl Number {
    pub(super) fn point(self) -> Point {
        let [whole, billionths] =
            [self.whole ^ i64::MIN, self.billionths].map(|n| u128::from(n.cast_unsigned()));
        (false, whole << 64 | billionths)
    }
}

/// Whether `text` is base64 (RFC 4648, 4), padded and with no bit too many: then two texts are equal where their bytes
/// are.
pub(super) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    // Of the last digit, two bits or four are no part of any byte.
    let left_over = match padding {
        0 => 0,
        1 => 0b11,
        2 => 0b1111,
        _ => return false,
    };
    let last = digits.bytes().next_back().and_then(value).unwrap_or_default();
    text.len().is_multiple_of(4) && digits.bytes().all(|b| value(b).is_some()) && last & left_over == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_order_as_numbers() {
        let ascending = [
            "-999999999999999999",
            "-10",
            "-9.5",
            "-1.000000001",
            "-1",
            "-0.5",
            "0",
            "0.000000001",
            "0.5",
            "2",
            "10",
            "10.25",
            "1732455000",
            "999999999999999999",
        ];
        for pair in ascending.windows(2) {
            assert!(decimal(pair[0]).unwrap() < decimal(pair[1]).unwrap(), "{pair:?}");
        }
        for (a, b) in [("1.5", "1.50"), ("007", "7"), ("-0", "0"), ("-0.0", "0.000000000"), ("-2.0", "-2")] {
            assert_eq!(decimal(a).unwrap(), decimal(b).unwrap());
        }
        for bad in [
            "",
            "-",
            "+1",
            "1.",
            ".5",
            "1e3",
            "--1",
            "1.-5",
            " 1",
            "0x1",
            "1.0000000001",
            "1,5",
            "1000000000000000000",
            "١",
        ] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_seconds_since_1970() {
        let table = [
            ("1970-01-01T00:00:00Z", "0"),
            ("1970", "0"),
            ("1970-02", "2678400"),
            ("1969-12-31T23:59:59.5Z", "-0.5"),
            ("2000-02-29", "951782400"),
            ("2000-03-01T00:00Z", "951868800"),
            ("2026-11-24T13:00:00Z", "1795525200"),
            ("2026-11-24T13:00:00.25Z", "1795525200.25"),
            ("2026-11-24T14:30:00+01:30", "1795525200"),
            ("2026-11-24T05:00:00-08:00", "1795525200"),
            ("2026-11-24T05:00-08:00", "1795525200"),
            ("1900-03-01", "-2203891200"),
            ("0001-01-01", "-62135596800"),
            ("9999-12-31T23:59:59Z", "253402300799"),
            ("1795525200", "1795525200"),
        ];
        for (text, seconds) in table {
            assert_eq!(instant(text), decimal(seconds), "{text}");
        }
        for bad in [
            "",
            "T",
            "26-11-24",
            "2026-1-24",
            "2026-13-01",
            "2026-00-01",
            "2026-11-00",
            "2026-11-31",
            "2025-02-29",
            "1900-02-29",
            "2026-11-24-01",
            "2026-11-24T",
            "2026-11-24T13",
            "2026-11-24T13:00",
            "2026-11-24T13:00:00",
            "2026-11-24T24:00:00Z",
            "2026-11-24T13:60:00Z",
            "2026-11-24T13:00:60Z",
            "2026-11-24T13:00:0Z",
            "2026-11-24T13:00.5Z",
            "2026-11-24T13:00:00.Z",
            "2026-11-24T13:00:00*01:00",
            "2026-11-24T13:00:00+24:00",
            "2026-11-24T13:00:00+0100",
            "2026-11T13:00:00Z",
            "2026-11-24 13:00:00Z",
            "2026-11-24t13:00:00z",
            "20261124T130000Z",
            "+026-11-24",
            "2026-11-24T13:00:00é",
        ] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = days_before(1890, 1, 1);
        for year in 1890..2110 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_before(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn base64_has_one_text_for_the_same_bytes() {
        for good in [
            "",
            "AA==",
            "AAA=",
            "AAAA",
            "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
            "+/+/",
            "aZ09",
            "Aw==",
            "AA4=",
            "zZ8=",
        ] {
            assert!(is_base64(good), "{good}");
        }
        for bad in [
            "A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "A0==", "A4==", "AA5=", "AA/=", "AA+=", "A+==",
            "AA=A", "AA-_", "AA== ", "A A=", "Zh==", "é===",
        ] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
