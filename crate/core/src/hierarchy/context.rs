//! The encryption context: key-value pairs, not secret, that must be the same at both ends.
//!
//! AWS documents: additional authenticated data; an exact, case-sensitive match in any order. How AWS encodes
//! it is not published; here each part is length-prefixed and the pairs are sorted by their bytes, so that no
//! two contexts have one encoding.

use crate::model::shape::FromValue;
use crate::model::{Pairs, Value};

/// Key-value pairs, sorted; at most what fits a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncryptionContext(pub Pairs);

impl EncryptionContext {
    /// Appends `count ‖ (length ‖ key ‖ length ‖ value)…` to `out`, all lengths u32 big-endian, in bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        fn part(out: &mut Vec<u8>, bytes: &[u8]) {
            // A request is far below 4 GiB; the length saturates rather than wraps all the same.
            out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend_from_slice(bytes);
        }
        out.extend_from_slice(&u32::try_from(self.0.len()).unwrap_or(u32::MAX).to_be_bytes());
        for (key, value) in self.0.iter() {
            part(out, key.as_bytes());
            part(out, value.as_bytes());
        }
    }
}

impl FromValue for EncryptionContext {
    fn from_value(value: Value, is_sound: &mut bool) -> Self {
        Self(FromValue::from_value(value, is_sound))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for EncryptionContext {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(context: &EncryptionContext) -> Vec<u8> {
        let mut out = Vec::new();
        context.encode(&mut out);
        out
    }

    #[test]
    fn parts_that_concatenate_alike_encode_apart() {
        let cases = [
            vec![("a", "bc")],
            vec![("ab", "c")],
            vec![("a", "b"), ("c", "")],
            vec![("a", ""), ("bc", "")],
            vec![("", "abc")],
            vec![("abc", "")],
            vec![],
        ];
        let encodings: Vec<_> = cases.iter().map(|pairs| encoded(&pairs.iter().copied().collect())).collect();
        for (i, a) in encodings.iter().enumerate() {
            for b in &encodings[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }

    proptest! {
        #[test]
        fn two_contexts_have_one_encoding_only_if_equal(
            a in proptest::collection::btree_map(".{0,4}", ".{0,4}", 0..4),
            b in proptest::collection::btree_map(".{0,4}", ".{0,4}", 0..4),
        ) {
            let (a, b) = (EncryptionContext::from_iter(a), EncryptionContext::from_iter(b));
            prop_assert_eq!(encoded(&a) == encoded(&b), a == b);
        }
    }
}
