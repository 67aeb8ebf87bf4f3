//! Reads a [`Value`] out of CBOR: each kind is CBOR's own. No number has a fraction there.

use minicbor::data::Type;

use super::Reader;
use crate::model::{SensitiveBlob, Value};

/// Deeper than anything of the service model.
const DEEPEST: u32 = 16;

impl Reader<'_> {
    /// Whatever stands there.
    pub fn value(&mut self) -> Value {
        self.value_within(DEEPEST)
    }

    fn value_within(&mut self, depth: u32) -> Value {
        let Some(deeper) = depth.checked_sub(1).filter(|_| self.is_sound) else {
            self.is_sound = false;
            return Value::Null;
        };
        match self.decoder.datatype() {
            Ok(Type::Bool) => Value::Boolean(self.bool()),
            Ok(Type::String) => Value::String(self.str().to_owned()),
            Ok(Type::Bytes) => Value::Bytes(SensitiveBlob::new(self.bytes().to_vec())),
            Ok(Type::Array) => {
                let mut items = Vec::new();
                for _ in 0..self.array() {
                    items.push(self.value_within(deeper));
                    if !self.is_sound {
                        break;
                    }
                }
                Value::List(items)
            }
            Ok(Type::Map) => {
                let mut members = Vec::new();
                for _ in 0..self.map() {
                    members.push((self.str().to_owned(), self.value_within(deeper)));
                    if !self.is_sound {
                        break;
                    }
                }
                Value::Map(members)
            }
            // A number, or nothing that was written here: then this fails.
            _ => Value::Integer(self.i64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cbor::Writer;

    #[test]
    fn a_value_is_read_whatever_it_is() {
        let mut writer = Writer::default();
        writer.map(4);
        writer.str("text");
        writer.str("x");
        writer.str("numbers");
        writer.array(2);
        writer.i64(-7);
        writer.i64(1 << 40);
        writer.str("bytes");
        writer.bytes(&[1, 2]);
        writer.str("is");
        writer.bool(true);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        let expected = [
            ("text", Value::String("x".to_owned())),
            ("numbers", Value::List(vec![Value::Integer(-7), Value::Integer(1 << 40)])),
            ("bytes", Value::Bytes(SensitiveBlob::new(vec![1, 2]))),
            ("is", Value::Boolean(true)),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value)).into();
        assert_eq!(reader.value(), Value::Map(expected));
        assert!(reader.is_at_sound_end());
    }

    #[test]
    fn what_is_nested_too_deeply_or_cut_off_fails() {
        for bytes in [&[0x81; 100][..], &[0x82, 0x01], &[0xf7], &[]] {
            let mut reader = Reader::new(bytes);
            reader.value();
            assert!(!reader.is_at_sound_end(), "{bytes:x?}");
        }
    }
}
