//! Many patterns against the values of one condition key, where one after another would take too long: a policy may
//! list thousands, and the values may be long.
//!
//! A bit for each place in the values says whether a pattern may have been read up to there, so that all places are
//! tried at once, 64 in one instruction. It is Shift-And (Baeza-Yates and Gonnet, 1992) with the bits in the text, and
//! no pattern can make it slow: a policy's p bytes against values of n bytes take p × n / 64 steps and no more.

use std::cell::RefCell;

use super::condition::order_ignoring_case;
use super::evaluate::Request;
use super::pattern::{ARN_PARTS, Compare, MANY, ONE, is_within};
use super::variables::{Piece, Text, Texts};

// Rows of their own have, as bytes that UTF-8 never has:
/// the place behind each value,
const END: u8 = 0xff;
/// the colons between an ARN's parts,
const COLON: u8 = 0xfe;
/// the first place of each value,
const START: u8 = 0xfd;
/// the places at which a character goes on,
const WITHIN: u8 = 0xfc;
/// those at which a character begins that a question mark stands for,
const BEGINNING: u8 = 0xfb;
/// and those that no star goes beyond.
const STOP: u8 = 0xfa;
/// Nowhere.
const NONE: u8 = 0xf9;

/// The indexes that a request has needed, each made once for all statements of all policies.
#[derive(Default)]
pub struct Indexes(RefCell<Vec<(Box<str>, Index)>>);

impl Indexes {
    /// Hands over each of the request's values of `key`, as [`super::variables::each_covered`] does.
    pub(super) fn each_covered(
        &self,
        texts: Texts<'_>,
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
        for text in (0..).map_while(texts) {
            is_open |= index.read(&mut reading, text, request).is_none();
            reading.step_into(&mut covered, index.row(END));
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
    /// For each byte, the number of the row that says where it is; that of row 0, which is empty, for most.
    numbers: [u8; 256],
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
    /// There are none before this word,
    from: usize,
    /// nor from this one on.
    to: usize,
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
        let mut index = Self {
            compare,
            words,
            numbers: [0; 256],
            rows: vec![0; words],
            is_wide: !bytes.iter().all(|b| b.is_ascii() || *b >= COLON),
            variables: Vec::new(),
        };
        let mut before = END;
        for (at, b) in bytes.into_iter().enumerate() {
            let kind = match b {
                END | COLON => STOP,
                _ if is_within(b) => WITHIN,
                _ => BEGINNING,
            };
            index.set(b, at);
            index.set(kind, at);
            if before == END {
                index.set(START, at);
            }
            before = b;
        }
        index
    }

    fn set(&mut self, row: u8, at: usize) {
        let Some(number) = self.numbers.get_mut(usize::from(row)) else { return };
        if *number == 0 {
            // There are fewer than 256: UTF-8 leaves out more bytes than have rows of their own here.
            *number = u8::try_from(self.rows.len() / self.words).unwrap_or_default();
            self.rows.resize(self.rows.len() + self.words, 0);
        }
        if let Some(word) = self.rows.get_mut(usize::from(*number) * self.words + at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    fn row(&self, row: u8) -> &[u64] {
        let number = self.numbers.get(usize::from(row)).copied().unwrap_or_default();
        let start = usize::from(number) * self.words;
        self.rows.get(start..start + self.words).unwrap_or_default()
    }

    /// Goes to the places up to which `text` covers the values; `None` where it has a variable without a value.
    fn read(&mut self, reading: &mut Reading, text: &Text, request: &Request<'_>) -> Option<()> {
        reading.start(self.row(START));
        match text {
            Text::Fixed(pattern) => self.read_bytes(reading, pattern.bytes()),
            Text::Open(pieces) => {
                for piece in pieces {
                    let is_known = match piece {
                        Piece::Fixed(bytes) => {
                            self.read_bytes(reading, bytes);
                            true
                        }
                        Piece::Variable(key, default) => {
                            self.read_variable(reading, (key, default.as_deref()), request).is_some()
                        }
                    };
                    if !is_known {
                        reading.start(self.row(NONE));
                        return None;
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
            if reading.from == reading.to {
                return;
            }
            reading.length += 1;
            match *b {
                MANY if reading.is_behind_many => {}
                MANY => reading.fill(self.row(STOP)),
                // Where all characters have one byte, one is any of these.
                ONE if !self.is_wide => reading.step(self.row(BEGINNING)),
                ONE => reading.step_over(self.row(BEGINNING), self.row(WITHIN)),
                b => {
                    let b = fold(b, self.compare, &mut reading.colons);
                    reading.step(self.row(b));
                }
            }
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
        self.words.clear();
        self.words.extend_from_slice(row);
        (self.from, self.to) = (0, row.len());
        (self.length, self.colons, self.is_behind_many) = (0, 0, false);
        self.narrow();
    }

    /// Adds those of its places that `row` says.
    fn step_into(&self, sum: &mut [u64], row: &[u64]) {
        let range = self.from..self.to;
        let places = self
            .words
            .get(range.clone())
            .into_iter()
            .flatten()
            .zip(row.get(range.clone()).into_iter().flatten());
        for (sum, (word, row)) in sum.get_mut(range).into_iter().flatten().zip(places) {
            *sum |= word & row;
        }
    }

    /// Goes on behind a byte that stands where `row` says.
    fn step(&mut self, row: &[u64]) {
        self.to = row.len().min(self.to + 1);
        let range = self.from..self.to;
        if let (Some(words), Some(row)) = (self.words.get_mut(range.clone()), row.get(range)) {
            let mut carry = 0;
            for (word, row) in words.iter_mut().zip(row) {
                let found = *word & row;
                *word = found << 1 | carry;
                carry = found >> 63;
            }
        }
        self.narrow();
    }

    /// Goes on behind a character of any length. Added to the places where characters go on, the place behind its first
    /// byte runs through them as a carry does, up to the next character.
    fn step_over(&mut self, beginning: &[u64], within: &[u64]) {
        let (mut carry, mut carry_of_sum) = (0, false);
        let rows = beginning.iter().zip(within);
        for (word, (beginning, within)) in self.words.iter_mut().zip(rows).take(self.to + 1).skip(self.from) {
            let found = *word & beginning;
            let (sum, is_over) = within.overflowing_add(found << 1 | carry);
            let (sum, is_over_again) = sum.overflowing_add(carry_of_sum.into());
            *word = sum & !within;
            carry = found >> 63;
            carry_of_sum = is_over || is_over_again;
        }
        self.to += 1;
        self.narrow();
    }

    /// Goes on behind what stands at all the places that `ends` says, `length` bytes of it.
    fn step_far(&mut self, length: usize, ends: &[u64]) {
        let words = length / 64;
        // Less than 64.
        let bits = u32::try_from(length % 64).unwrap_or_default();
        let mut moved = vec![0; self.words.len()];
        for (at, word) in self.words.iter().enumerate() {
            let parts = [word << bits, word.unbounded_shr(64 - bits)];
            for (part, place) in parts.into_iter().zip(at + words..) {
                if let Some(moved) = moved.get_mut(place) {
                    *moved |= part;
                }
            }
        }
        moved.iter_mut().zip(ends).for_each(|(word, ends)| *word &= ends);
        (self.words, self.from, self.to) = (moved, 0, ends.len());
        self.narrow();
    }

    /// Adds what a star reaches: all places from the first up to the next one of `stops`. A stop less a place before it,
    /// as binary numbers, has the bits between the two.
    fn fill(&mut self, stops: &[u64]) {
        let mut borrow = false;
        for (word, stop) in self.words.iter_mut().zip(stops).skip(self.from) {
            let (difference, is_under) = stop.overflowing_sub(*word & !stop);
            let (difference, is_under_again) = difference.overflowing_sub(borrow.into());
            *word |= difference ^ stop;
            borrow = is_under || is_under_again;
        }
        self.to = self.words.len();
        self.narrow();
    }

    /// Leaves out the words without a place at both ends.
    fn narrow(&mut self) {
        let has_none = |at: usize| self.words.get(at).is_none_or(|word| *word == 0);
        while self.from < self.to && has_none(self.from) {
            self.from += 1;
        }
        while self.from < self.to && has_none(self.to - 1) {
            self.to -= 1;
        }
    }
}
