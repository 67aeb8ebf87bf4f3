//! Pairs of text, each key once, in the order of the keys' bytes: an encryption context, or what a grant asks of one.
//!
//! A vector: a `BTreeMap` of its own would be 7 KB of wasm for what is a handful of pairs.

use std::collections::BinaryHeap;

use super::Value;
use super::cbor::{Cbor, Reader, Writer};
use super::shape::{FromValue, IntoValue};

/// Pairs sorted by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Those of a list in any order; of two with one key, one. Says whether there were such.
    #[must_use]
    pub fn sorted(pairs: Vec<(String, String)>) -> (Self, bool) {
        let count = pairs.len();
        let mut pairs = BinaryHeap::from(pairs).into_sorted_vec();
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        let had_twice = pairs.len() < count;
        (Self(pairs), had_twice)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys and their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self::sorted(pairs.into_iter().collect()).0
    }
}

impl FromValue for Pairs {
    fn from_value(value: Value, is_sound: &mut bool) -> Self {
        let Value::Map(pairs) = value else {
            *is_sound = false;
            return Self::default();
        };
        pairs.into_iter().map(|(key, value)| (key, String::from_value(value, is_sound))).collect()
    }
}

impl IntoValue for Pairs {
    fn into_value(self) -> Value {
        Value::Map(self.0.into_iter().map(|(key, value)| (key, Value::String(value))).collect())
    }
}

impl Cbor for Pairs {
    fn write(&self, to: &mut Writer) {
        to.map(self.len() as u64);
        for (key, value) in &self.0 {
            to.str(key);
            to.str(value);
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut pairs = Vec::new();
        for _ in 0..from.map() {
            pairs.push((from.str().to_owned(), from.str().to_owned()));
            // A length that lies ends where the bytes do.
            if !from.is_sound() {
                break;
            }
        }
        Self::sorted(pairs).0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn are_a_map(mut list in proptest::collection::vec(("[ab\u{e9}]{0,2}", "[xy]"), 0..9)) {
            // Of two with one key the first in order stays: here the last to be put in.
            list.sort();
            list.reverse();
            let map: BTreeMap<String, String> = list.iter().cloned().collect();
            let (pairs, had_twice) = Pairs::sorted(list.clone());
            prop_assert_eq!(had_twice, map.len() < list.len());
            prop_assert!(pairs.iter().eq(map.iter()));
            let mut writer = Writer::default();
            pairs.write(&mut writer);
            let bytes = writer.into_bytes();
            prop_assert_eq!(Pairs::read(&mut Reader::new(&bytes)), pairs);
        }
    }
}
