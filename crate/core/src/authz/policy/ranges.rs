//! Ranges of what has an order: numbers, times, IP addresses; and the reading of addresses and networks.

use std::collections::BinaryHeap;

use super::condition::Order;
use super::values::digits_of;

/// A number, a time or an address, as ranges compare it: those of IPv6 are apart from all others.
pub(super) type Point = (bool, u128);
/// From the first to the last.
pub(super) type Range = (Point, Point);

/// The points of several ranges. A policy may list thousands, and a request have thousands of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges(Vec<Range>);

impl Ranges {
    pub(super) fn of(ranges: Vec<Range>) -> Self {
        let mut apart: Vec<Range> = Vec::with_capacity(ranges.len());
        // The heap sorts well enough, with a quarter of the wasm of what sorts best.
        for (first, last) in BinaryHeap::from(ranges).into_sorted_vec() {
            match apart.last_mut() {
                Some((_, end)) if first <= *end => *end = last.max(*end),
                _ => apart.push((first, last)),
            }
        }
        Self(apart)
    }

    pub(super) fn has(&self, point: Point) -> bool {
        let behind = self.0.partition_point(|(first, _)| *first <= point);
        behind.checked_sub(1).and_then(|place| self.0.get(place)).is_some_and(|(_, last)| point <= *last)
    }
}

impl Order {
    /// The points that stand to `point` as the order says.
    pub(super) fn range(self, point: Point) -> Range {
        let (least, most) = ((false, 0), (false, u128::MAX));
        // No number is the first or the last point.
        let beside = |by: u128| (false, point.1.wrapping_add(by));
        match self {
            Self::Equal => (point, point),
            Self::Less => (least, beside(u128::MAX)),
            Self::LessOrEqual => (least, point),
            Self::Greater => (beside(1), most),
            Self::GreaterOrEqual => (point, most),
        }
    }
}

/// Reads CIDR notation (RFC 4632, RFC 4291): `203.0.113.0/24`, `2001:db8::/32`. Without a length it is one address. An
/// IPv4 address is in no network of IPv6, nor the other way.
pub(super) fn network(text: &str) -> Option<Range> {
    let ((is_v6, first), length) = match text.split_once('/') {
        Some((first, length)) => (address(first)?, Some(digits_of(length).filter(|_| length.len() <= 3)?)),
        None => (address(text)?, None),
    };
    let width = if is_v6 { 128 } else { 32 };
    let free = u32::try_from(width - length.unwrap_or(width)).ok()?;
    let others = u128::MAX.unbounded_shr(128 - free);
    Some(((is_v6, first & !others), (is_v6, first | others)))
}

/// Reads an address of IPv4 or IPv6.
pub(super) fn address(text: &str) -> Option<Point> {
    let is_v6 = text.contains(':');
    Some((is_v6, if is_v6 { v6(text)? } else { v4(text)?.into() }))
}

fn v4(text: &str) -> Option<u32> {
    let mut bits = 0;
    let mut parts = text.split('.');
    for _ in 0..4 {
        let part = parts.next().filter(|part| part.len() <= 3 && (*part == "0" || !part.starts_with('0')))?;
        bits = bits << 8 | u32::from(u8::try_from(digits_of(part)?).ok()?);
    }
    parts.next().is_none().then_some(bits)
}

/// RFC 4291, 2.2: eight groups of hexadecimal digits, `::` for groups of zero, the last two perhaps as IPv4.
fn v6(text: &str) -> Option<u128> {
    let Some((head, tail)) = text.split_once("::") else {
        let (bits, count) = groups(text)?;
        return (count == 8).then_some(bits);
    };
    let ((high, before), (low, behind)) = (groups(head)?, groups(tail)?);
    let is_last = !head.contains('.');
    (is_last && before + behind < 8).then(|| high.checked_shl(128 - 16 * before).unwrap_or_default() | low)
}

/// The groups between single colons, and how many there are.
fn groups(text: &str) -> Option<(u128, u32)> {
    let (mut bits, mut count) = (0, 0);
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next().filter(|_| !text.is_empty()) {
        let (group, width) = if part.contains('.') && parts.peek().is_none() {
            (v4(part)?, 2)
        } else if (1..=4).contains(&part.len()) {
            let digit = |group: u32, b: u8| char::from(b).to_digit(16).map(|digit| group << 4 | digit);
            (part.bytes().try_fold(0, digit)?, 1)
        } else {
            return None;
        };
        count += width;
        bits = bits << (16 * width) | u128::from(group);
        if count > 8 {
            return None;
        }
    }
    Some((bits, count))
}

#[cfg(test)]
mod tests {
    use super::super::values::decimal;
    use super::*;

    #[test]
    fn a_network_has_the_addresses_that_begin_as_it_does() {
        let table = [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.7/24", "203.0.113.9", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.5", "203.0.113.5", true),
            ("203.0.113.5", "203.0.113.4", false),
            ("203.0.113.4/31", "203.0.113.5", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "ffff::", true),
            ("::/0", "1.2.3.4", false),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678:ffff::1", true),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", false),
            ("::1", "0:0:0:0:0:0:0:1", true),
            ("1::", "1:0:0:0:0:0:0:0", true),
            ("1:2::7:8", "1:2:0:0:0:0:7:8", true),
            ("::ffff:1.2.3.4", "::ffff:102:304", true),
            ("::1/128", "::2", false),
        ];
        for (network, text, expected) in table {
            let found = Ranges::of(vec![super::network(network).unwrap()]).has(address(text).unwrap());
            assert_eq!(found, expected, "{network} {text}");
        }
        for bad in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "1.2.3.04",
            "1.2.3.-4",
            "1.2.3.",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/-1",
            "1.2.3.4/1/2",
            "1.2.3.4/0024",
            ":",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7::8",
            "12345::",
            "g::",
            "::1.2.3",
            "1.2.3.4::",
            "1.2.3.4:1:2:3:4:5:6",
            "::/129",
            "fe80::1%1",
            ":1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:",
            "1:2:3:4:5:6:7:1.2.3.4",
        ] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_have_what_any_of_them_has() {
        let point = |text| decimal(text).unwrap().point();
        let numbers = [
            "-1000000000000",
            "-2.5",
            "-2",
            "-0.000000001",
            "0",
            "0.000000001",
            "1",
            "1.5",
            "999999999999999999",
        ];
        let orders = [
            (Order::Equal, "=="),
            (Order::Less, "<"),
            (Order::LessOrEqual, "<="),
            (Order::Greater, ">"),
            (Order::GreaterOrEqual, ">="),
        ];
        let holds = |at: usize, to: usize, order: &str| match order {
            "==" => at == to,
            "<" => at < to,
            "<=" => at <= to,
            ">" => at > to,
            _ => at >= to,
        };
        for (at, text) in numbers.iter().enumerate() {
            assert!(!Ranges::of(Vec::new()).has(point(text)));
            for (first, one) in numbers.iter().enumerate() {
                for (second, other) in numbers.iter().enumerate() {
                    for (order, sign) in orders {
                        for (other_order, other_sign) in orders {
                            let ranges =
                                Ranges::of(vec![order.range(point(one)), other_order.range(point(other))]);
                            let expected = holds(at, first, sign) || holds(at, second, other_sign);
                            assert_eq!(
                                ranges.has(point(text)),
                                expected,
                                "{text} {sign} {one}, {other_sign} {other}"
                            );
                        }
                    }
                }
            }
        }
        let networks = ["10.0.0.0/8", "10.1.0.0/16", "::a00:0/104", "9.255.255.255", "11.0.0.1"];
        let ranges = Ranges::of(networks.into_iter().filter_map(network).collect());
        for (text, expected) in [
            ("10.255.255.255", true),
            ("10.1.0.1", true),
            ("9.255.255.255", true),
            ("9.255.255.254", false),
            ("11.0.0.0", false),
            ("11.0.0.1", true),
            ("::a00:1", true),
            ("::b00:1", false),
        ] {
            assert_eq!(ranges.has(address(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn agrees_with_the_standard_library_on_addresses() {
        for text in [
            "1.2.3.4",
            "255.255.255.255",
            "::",
            "1::8",
            "a:b:c:d:e:f:0:1",
            "::ffff:10.0.0.1",
            "1:2:3:4:5:6::",
        ] {
            let expected = match text.parse().unwrap() {
                std::net::IpAddr::V4(address) => u32::from(address).into(),
                std::net::IpAddr::V6(address) => u128::from(address),
            };
            assert_eq!(address(text).unwrap().1, expected, "{text}");
        }
    }
}
