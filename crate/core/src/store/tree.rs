//! An ordered map from byte strings, whose tree is compiled once for all that stands in one.
//!
//! `BTreeMap` is compiled anew for each type of key and value, at about 10 KB of wasm each. Here the tree holds only
//! numbers: where a value stands in a vector beside it.

use std::collections::BTreeMap;
use std::collections::btree_map::Range;
use std::fmt;
use std::ops::Bound::{Excluded, Included, Unbounded};

/// Values by byte strings, in the order of these; O(log n). A value may stand under more than one.
#[derive(Clone)]
pub struct Tree<V> {
    slots: Slots,
    values: Vec<Option<V>>,
    free: Vec<u32>,
}

/// The part that does not depend on the values.
#[derive(Clone, Default)]
struct Slots(BTreeMap<Box<[u8]>, u32>);

impl Slots {
    #[inline(never)]
    fn get(&self, key: &[u8]) -> Option<u32> {
        self.0.get(key).copied()
    }

    #[inline(never)]
    fn insert(&mut self, key: &[u8], slot: u32) -> Option<u32> {
        self.0.insert(key.into(), slot)
    }

    #[inline(never)]
    fn remove(&mut self, key: &[u8]) -> Option<u32> {
        self.0.remove(key)
    }

    #[inline(never)]
    fn below(&self, prefix: Vec<u8>, after: Option<&[u8]>) -> Below<'_> {
        let from = match after {
            Some(after) => Excluded(after),
            None => Included(prefix.as_slice()),
        };
        Below { range: self.0.range::<[u8], _>((from, Unbounded)), prefix }
    }
}

/// The entries below a prefix.
struct Below<'a> {
    range: Range<'a, Box<[u8]>, u32>,
    prefix: Vec<u8>,
}

impl<'a> Iterator for Below<'a> {
    type Item = (&'a [u8], u32);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, slot) = self.range.next()?;
        key.starts_with(&self.prefix).then_some((key, *slot))
    }
}

impl<V> Default for Tree<V> {
    fn default() -> Self {
        Self { slots: Slots::default(), values: Vec::new(), free: Vec::new() }
    }
}

impl<V: fmt::Debug> fmt::Debug for Tree<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.iter().flatten()).finish()
    }
}

impl<V> Tree<V> {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len().saturating_sub(self.free.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&V> {
        self.at(self.slots.get(key)?)
    }

    /// The value under `key`, to change.
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        let slot = usize::try_from(self.slots.get(key)?).ok()?;
        self.values.get_mut(slot)?.as_mut()
    }

    fn at(&self, slot: u32) -> Option<&V> {
        self.values.get(usize::try_from(slot).ok()?)?.as_ref()
    }

    /// Gives `value` a slot.
    fn place(&mut self, value: V) -> u32 {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            // 4 billion values do not fit wasm's memory.
            None => u32::try_from(self.values.len()).unwrap_or(u32::MAX),
        };
        match usize::try_from(slot).ok().and_then(|slot| self.values.get_mut(slot)) {
            Some(place) => *place = Some(value),
            None => self.values.push(Some(value)),
        }
        slot
    }

    /// Empties a slot.
    fn take(&mut self, slot: u32) -> Option<V> {
        let value = self.values.get_mut(usize::try_from(slot).ok()?)?.take()?;
        self.free.push(slot);
        Some(value)
    }

    /// Puts `value` under `key` and gives back what stood there.
    pub fn insert(&mut self, key: &[u8], value: V) -> Option<V> {
        let slot = self.place(value);
        self.slots.insert(key, slot).and_then(|old| self.take(old))
    }

    /// Puts `value` under several keys. What stood under the first makes room and is given back; `keys_of` says under
    /// which it stood. Under the others stands nothing else.
    // One walk through the tree for each key: it is asked for nothing first.
    pub fn insert_under<K: AsRef<[u8]>>(
        &mut self,
        keys: &[K],
        value: V,
        keys_of: impl Fn(&V) -> Vec<K>,
    ) -> Option<V> {
        let (own, others) = keys.split_first()?;
        let slot = self.place(value);
        let old = self.slots.insert(own.as_ref(), slot).and_then(|old| self.take(old));
        for key in old.iter().flat_map(|old| keys_of(old).into_iter().skip(1)) {
            self.slots.remove(key.as_ref());
        }
        for key in others {
            self.slots.insert(key.as_ref(), slot);
        }
        old
    }

    /// Takes the value under `key` out. Where it stands under other keys too, [`Tree::forget`] them.
    pub fn remove(&mut self, key: &[u8]) -> Option<V> {
        let slot = self.slots.remove(key)?;
        self.take(slot)
    }

    /// Takes a further key of a value that was removed out.
    pub fn forget(&mut self, key: &[u8]) {
        self.slots.remove(key);
    }

    /// The keys that begin with `prefix` and their values, in order, from the one after `after`.
    pub fn below<'a>(
        &'a self,
        prefix: Vec<u8>,
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = (&'a [u8], &'a V)> + use<'a, V> {
        self.slots.below(prefix, after).filter_map(|(key, slot)| Some((key, self.at(slot)?)))
    }

    /// All keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        self.below(Vec::new(), None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_stands_under_several_keys() {
        let mut tree = Tree::default();
        let keys = |value: &u8| match value {
            1 => vec![b"a".as_slice(), b"bc".as_slice()],
            _ => vec![b"a".as_slice(), b"d".as_slice()],
        };
        assert_eq!(tree.insert_under(&keys(&2), 2, keys), None);
        assert_eq!(tree.insert_under(&keys(&1), 1, keys), Some(2));
        assert_eq!((tree.get(b"d"), tree.len()), (None, 1));
        assert_eq!(
            (tree.get(b"a"), tree.get(b"bc"), tree.get(b"b"), tree.len()),
            (Some(&1), Some(&1), None, 1)
        );
        assert_eq!(tree.remove(b"a"), Some(1));
        tree.forget(b"bc");
        assert!(tree.is_empty() && tree.iter().next().is_none());
    }

    proptest! {
        #[test]
        fn is_a_map(steps in proptest::collection::vec(("[ab]{0,3}", proptest::option::of(0u8..9)), 0..60), prefix in "[ab]{0,2}") {
            let (mut tree, mut map) = (Tree::default(), BTreeMap::new());
            for (key, value) in steps {
                let key = key.into_bytes();
                match value {
                    Some(value) => prop_assert_eq!(tree.insert(&key, value), map.insert(key, value)),
                    None => prop_assert_eq!(tree.remove(&key), map.remove(&key)),
                }
                prop_assert_eq!(tree.len(), map.len());
            }
            let prefix = prefix.into_bytes();
            let below: Vec<_> = tree.below(prefix.clone(), None).map(|(key, value)| (key.to_vec(), *value)).collect();
            let expected: Vec<_> = map.into_iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
            prop_assert_eq!(&below, &expected);
            if let Some((first, _)) = expected.first() {
                let after = tree.below(prefix, Some(first)).count();
                prop_assert_eq!(after, expected.len() - 1);
            }
        }
    }
}
