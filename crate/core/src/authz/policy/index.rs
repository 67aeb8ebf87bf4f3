//! Many patterns against the values of one condition key, where one after another would take too long: a policy may
//! list thousands, and the values may be long.
//!
//! A bit for each place in the values says whether a pattern may have been read up to there, so that all places are
//! tried at once, 64 in one instruction. It is Shift-And (Baeza-Yates and Gonnet, 1992) with the bits in the text, and
//! no pattern can make it slow: a policy's p bytes against values of n bytes take p × n / 64 steps and no more.

use std::cell::RefCell;

use super::condition::order_ignoring_case;
use super::document::Item;
use super::evaluate::Request;
use super::pattern::{ARN_PARTS, Compare, MANY, ONE, is_within};
use super::variables::{Piece, Text};

// Rows of their own have, as bytes that UTF-8 never has:
/// the place behind each value, beyond which nothing reaches,
const END: u8 = 0xff;
/// the colons between an ARN's parts (with as many in a pattern, no star can take one in),
const COLON: u8 = 0xfe;
/// the first place of each value,
const START: u8 = 0xfd;
/// the places at which a character goes on,
const WITHIN: u8 = 0xfc;
/// and those at which one begins, for which a question mark stands.
const BEGINNING: u8 = 0xfb;
/// Nowhere.
const NONE: u8 = 0xfa;

/// The indexes that a request has needed, each made once for all statements of all policies.
#[derive(Default)]
pub struct Indexes(RefCell<Vec<(Box<str>, Index)>>);

impl Indexes {
    /// Hands over each of the request's values of `key`, as [`super::variables::each_covered`] does.
    pub(super) fn each_covered(
        &self,
        texts: &[Item<Text>],
        key: &str,
        compare: Compare,
        request: &Request<'_>,
        each: &mut dyn FnMut(&str, Option<bool>),
    ) {
        let mut indexes = self.0.borrow_mut();
        let is_it =
            |(of, index): &(Box<str>, Index)| index.compare == compare && of.eq_ignore_ascii_case(key);
        let place = indexes.iter().position(is_it).unwrap_or_else(|| {
            indexes.push((key.into(), Index::of(key, compare, request)));
            indexes.len() - 1
        });
        let Some((_, index)) = indexes.get_mut(place) else { return };
        let mut covered = vec![0_u64; index.words];
        let mut is_open = false;
        let mut reading = Reading::default();
        for text in texts {
            if index.read(&mut reading, &text.value, request).is_none() {
                is_open = true;
            } else if reading.is_on {
                let places = reading.words.iter().zip(index.row(END));
                covered.iter_mut().zip(places).for_each(|(word, (place, end))| *word |= place & end);
            }
        }
        let mut end = 0;
        request.values(key, &mut |value| {
            end += value.len();
            let is_covered = covered.get(end / 64).is_some_and(|word| word >> (end % 64) & 1 == 1);
            each(value, (is_covered || !is_open).then_some(is_covered));
            end += 1;
        });
    }
}

/// The values of a condition key, one behind another.
struct Index {
    compare: Compare,
    /// How many words a row has: a bit for each byte of the values, and one behind each value.
    words: usize,
    /// For each byte, where it is.
    rows: Vec<u64>,
    /// Whether there are characters of more than one byte.
    is_wide: bool,
    /// Those that patterns have had, in order.
    variables: Vec<Variable>,
}

/// A policy variable, behind so many of an ARN's colons.
struct Variable {
    key: Box<str>,
    colons: usize,
    /// How many values it has, of which the rest is about the last.
    count: usize,
    length: usize,
    colons_behind: usize,
    /// The places behind it, wherever it stands.
    ends: Vec<u64>,
}

/// How far a pattern has been read.
#[derive(Default)]
struct Reading {
    /// The places up to which the values are as the pattern says.
    words: Vec<u64>,
    /// Whether there are any.
    is_on: bool,
    length: usize,
    colons: usize,
    is_behind_many: bool,
}

impl Index {
    fn of(key: &str, compare: Compare, request: &Request<'_>) -> Self {
        let mut bytes = Vec::new();
        request.values(key, &mut |value| {
            let mut colons = 0;
            bytes.extend(value.bytes().map(|b| fold(b, compare, &mut colons)));
            bytes.push(END);
        });
        let words = bytes.len() / 64 + 1;
        let mut index =
            Self { compare, words, rows: vec![0; 256 * words], is_wide: false, variables: Vec::new() };
        let mut before = END;
        for (at, b) in bytes.into_iter().enumerate() {
            let kind = match b {
                END => END,
                _ if is_within(b) => WITHIN,
                _ => BEGINNING,
            };
            index.is_wide |= kind == WITHIN;
            for row in [b, kind, if before == END { START } else { kind }] {
                if let Some(word) = index.rows.get_mut(usize::from(row) * words + at / 64) {
                    *word |= 1 << (at % 64);
                }
            }
            before = b;
        }
        index
    }

    fn row(&self, row: u8) -> &[u64] {
        let start = usize::from(row) * self.words;
        self.rows.get(start..start + self.words).unwrap_or_default()
    }

    /// Goes to the places up to which `text` covers the values; `None` where it has a variable without a value.
    fn read(&mut self, reading: &mut Reading, text: &Text, request: &Request<'_>) -> Option<()> {
        reading.start(self.row(START));
        match text {
            Text::Fixed(pattern) => self.read_bytes(reading, pattern.bytes()),
            Text::Open(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Fixed(bytes) => self.read_bytes(reading, bytes),
                        Piece::Variable(key, default) => {
                            self.read_variable(reading, (key, default.as_deref()), request)?;
                        }
                    }
                }
            }
        }
        if self.compare == Compare::AsArn && reading.colons + 1 < ARN_PARTS {
            // A star alone is any text.
            let is_all = reading.is_behind_many && reading.length == 1;
            reading.start(self.row(if is_all { END } else { NONE }));
        }
        Some(())
    }

    fn read_bytes(&self, reading: &mut Reading, bytes: &[u8]) {
        for b in bytes {
            if !reading.is_on {
                return;
            }
            match *b {
                MANY if reading.is_behind_many => {}
                MANY => reading.fill(self.row(END)),
                // Where all characters have one byte, one is any of these.
                ONE if !self.is_wide => reading.step(self.row(BEGINNING)),
                ONE => reading.step_over(self.row(BEGINNING), self.row(WITHIN)),
                b => {
                    let b = fold(b, self.compare, &mut reading.colons);
                    reading.step(self.row(b));
                }
            }
            reading.length += 1;
            reading.is_behind_many = *b == MANY;
        }
    }

    /// A value is looked for once, however often it stands in patterns.
    fn read_variable(
        &mut self,
        reading: &mut Reading,
        (key, default): (&str, Option<&str>),
        request: &Request<'_>,
    ) -> Option<()> {
        let order = |of: &Variable| order_ignoring_case(&of.key, key).then(of.colons.cmp(&reading.colons));
        let place = self.variables.binary_search_by(order).unwrap_or_else(|place| {
            let mut variable = Variable {
                key: key.into(),
                colons: reading.colons,
                count: 0,
                length: 0,
                colons_behind: 0,
                ends: Vec::new(),
            };
            request.values(key, &mut |value| {
                let mut anywhere = Reading::default();
                anywhere.start(&vec![u64::MAX; self.words]);
                anywhere.colons = reading.colons;
                self.read_bytes(&mut anywhere, value.as_bytes());
                variable.count += 1;
                variable.length = value.len();
                variable.colons_behind = anywhere.colons;
                variable.ends = anywhere.words;
            });
            self.variables.insert(place, variable);
            place
        });
        let variable = self.variables.get(place)?;
        match (variable.count, default) {
            (1, _) if variable.length == 0 => {}
            (1, _) => {
                reading.step_far(variable.length, &variable.ends);
                reading.length += variable.length;
                reading.colons = variable.colons_behind;
                reading.is_behind_many = false;
            }
            (0, Some(default)) => self.read_bytes(reading, default.as_bytes()),
            // A key of several values cannot be a variable.
            _ => return None,
        }
        Some(())
    }
}

/// A byte as it is compared.
fn fold(b: u8, compare: Compare, colons: &mut usize) -> u8 {
    match compare {
        Compare::Exactly => b,
        Compare::IgnoringCase => b.to_ascii_lowercase(),
        Compare::AsArn if b == b':' && *colons + 1 < ARN_PARTS => {
            *colons += 1;
            COLON
        }
        Compare::AsArn => b,
    }
}

impl Reading {
    /// Goes to the places that `row` says.
    fn start(&mut self, row: &[u64]) {
        *self = Self { words: std::mem::take(&mut self.words), is_on: true, ..Self::default() };
        self.words.clear();
        self.words.extend_from_slice(row);
    }

    /// Goes on behind a byte that stands where `row` says.
    fn step(&mut self, row: &[u64]) {
        let (mut carry, mut all) = (0, 0);
        for (word, row) in self.words.iter_mut().zip(row) {
            let found = *word & row;
            *word = found << 1 | carry;
            carry = found >> 63;
            all |= found;
        }
        self.is_on = all != 0;
    }

    /// Goes on behind a character of any length. Added to the places where characters go on, the place behind its first
    /// byte runs through them as a carry does, up to the next character; no place is reached from two.
    fn step_over(&mut self, beginning: &[u64], within: &[u64]) {
        let (mut carry, mut all) = (0, 0);
        let mut is_over = false;
        for ((word, beginning), within) in self.words.iter_mut().zip(beginning).zip(within) {
            let found = *word & beginning;
            let behind = found << 1 | carry | u64::from(is_over);
            let sum;
            (sum, is_over) = within.overflowing_add(behind);
            *word = sum & !within;
            carry = found >> 63;
            all |= found;
        }
        self.is_on = all != 0;
    }

    /// Goes on behind what stands at all the places that `ends` says, `length` bytes of it.
    fn step_far(&mut self, length: usize, ends: &[u64]) {
        let mut moved = vec![0; ends.len()];
        // Less than 64.
        let bits = u32::try_from(length % 64).unwrap_or_default();
        let mut carry = 0;
        for (moved, word) in moved.iter_mut().skip(length / 64).zip(&self.words) {
            *moved = word << bits | carry;
            carry = word.unbounded_shr(64 - bits);
        }
        self.words = moved;
        self.words.iter_mut().zip(ends).for_each(|(word, ends)| *word &= ends);
    }

    /// Adds what a star reaches: all places from the first in a value up to the next one of `ends`. An end less the places
    /// before it, as binary numbers, has the bits between the first and the end, but for those that were there.
    fn fill(&mut self, ends: &[u64]) {
        let mut borrow = false;
        for (word, end) in self.words.iter_mut().zip(ends) {
            let (difference, is_under) = end.overflowing_sub(*word & !end);
            let (difference, is_under_again) = difference.overflowing_sub(borrow.into());
            *word |= difference ^ end;
            borrow = is_under || is_under_again;
        }
    }
}
