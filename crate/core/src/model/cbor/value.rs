//! A [`Value`] as CBOR: each kind as CBOR's own.

use minicbor::data::Type;

use super::{Cbor, Reader, Writer};
use crate::model::{SensitiveBlob, Value};

/// Deeper than anything of the service model.
const DEEPEST: u32 = 16;

impl Cbor for Value {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Null => to.null(),
            Self::Boolean(value) => to.bool(*value),
            Self::Integer(value) => to.i64(*value),
            Self::Float(value) => to.f64(*value),
            Self::String(text) => to.str(text),
            Self::Bytes(bytes) => to.bytes(bytes.expose()),
            Self::List(items) => {
                to.array(items.len() as u64);
                items.iter().for_each(|item| item.write(to));
            }
            Self::Map(members) => {
                to.map(members.len() as u64);
                for (name, value) in members {
                    to.str(name);
                    value.write(to);
                }
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        from.value(DEEPEST)
    }

    fn blank() -> Self {
        Self::Null
    }
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Value {
        let Some(deeper) = depth.checked_sub(1).filter(|_| self.is_sound) else { return self.fail() };
        match self.decoder.datatype() {
            Ok(Type::Null) => {
                self.takes_null();
                Value::Null
            }
            Ok(Type::Bool) => Value::Boolean(self.bool()),
            Ok(Type::F64) => {
                let number = self.decoder.f64();
                Value::Float(self.got(number))
            }
            Ok(Type::String) => Value::String(self.str().to_owned()),
            Ok(Type::Bytes) => Value::Bytes(SensitiveBlob::new(self.bytes().to_vec())),
            Ok(Type::Array) => {
                let mut items = Vec::new();
                for _ in 0..self.array() {
                    items.push(self.value(deeper));
                    if !self.is_sound {
                        break;
                    }
                }
                Value::List(items)
            }
            Ok(Type::Map) => {
                let mut members = Vec::new();
                for _ in 0..self.map() {
                    members.push((self.str().to_owned(), self.value(deeper)));
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

    #[test]
    fn a_value_reads_back_as_it_was() {
        let value = Value::Map(vec![
            ("text".to_owned(), Value::String("x".to_owned())),
            ("numbers".to_owned(), Value::List(vec![Value::Integer(-7), Value::Integer(1 << 40)])),
            ("time".to_owned(), Value::Float(1.5)),
            ("bytes".to_owned(), Value::Bytes(SensitiveBlob::new(vec![1, 2]))),
            ("none".to_owned(), Value::Null),
            ("is".to_owned(), Value::Boolean(true)),
        ]);
        let mut writer = Writer::default();
        value.write(&mut writer);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(Value::read(&mut reader), value);
        assert!(reader.is_at_sound_end());
    }

    #[test]
    fn what_is_nested_too_deeply_or_cut_off_fails() {
        for bytes in [&[0x81; 100][..], &[0x82, 0x01], &[0xf7], &[]] {
            let mut reader = Reader::new(bytes);
            Value::read(&mut reader);
            assert!(!reader.is_at_sound_end(), "{bytes:x?}");
        }
    }
}
