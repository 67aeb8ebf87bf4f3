//! One wire form for every host: maps, lists, text, numbers, booleans and bytes.
//!
//! A host reads a request into a [`Value`] and writes an answer from one; the operations never meet the
//! host's own types. Times are seconds since 1970 as `Float`. Going through one small tree instead of a
//! serde implementation per shape keeps 56 operations small, and lets one walker check all the constraints.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::crypto;

/// Bytes that may be secret: a plaintext, a data key, a message.
///
/// Owns its buffer from the boundary on, zeroizes it on drop and does not print it. It serialises as bytes,
/// because an answer has to leave the core somewhere: the service model calls such members `sensitive`.
#[derive(Default, PartialEq, Eq)]
pub struct SensitiveBlob(Vec<u8>);

impl Drop for SensitiveBlob {
    fn drop(&mut self) {
        crypto::wipe(&mut self.0);
    }
}

impl ZeroizeOnDrop for SensitiveBlob {}

impl SensitiveBlob {
    /// Takes ownership of `bytes`; nothing is copied.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves, for the computation or the answer that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The length in bytes, which is not secret.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Zeroizing<Vec<u8>>> for SensitiveBlob {
    /// Takes the buffer over; nothing is copied.
    fn from(mut bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(std::mem::take(&mut *bytes))
    }
}

impl fmt::Debug for SensitiveBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SensitiveBlob({} bytes)", self.0.len())
    }
}

/// A value on the wire.
#[derive(Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, or a member that is not there.
    #[default]
    Null,
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number; a time in seconds since 1970.
    Float(f64),
    /// Text.
    String(String),
    /// A blob.
    Bytes(SensitiveBlob),
    /// A list.
    List(Vec<Value>),
    /// A structure or a map, in the order it was written.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The member `name` of a structure; `None` where it is absent, null, or this is no structure.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(members) => {
                members.iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|v| !v.is_null())
            }
            _ => None,
        }
    }

    /// Takes the member `name` out of a structure; `Null` where there is none.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Value {
        match self {
            Value::Map(members) => members
                .iter_mut()
                .find(|(key, _)| key == name)
                .map(|(_, value)| std::mem::take(value))
                .unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text, where this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, where this is a blob.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes.expose()),
            _ => None,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            // A JavaScript number holds whole numbers up to 2^53; no member of the service model is larger.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(value) => match i32::try_from(*value) {
                Ok(small) => serializer.serialize_i32(small),
                Err(_) => serializer.serialize_f64(*value as f64),
            },
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::String(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.serialize_bytes(value.expose()),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, text, bytes, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        #[allow(clippy::cast_precision_loss)]
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    // JavaScript has one kind of number: one without a fraction is whole.
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        const SAFE: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() <= SAFE {
            #[allow(clippy::cast_possible_truncation)]
            return Ok(Value::Integer(value as i64));
        }
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(SensitiveBlob::new(value.to_vec())))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(SensitiveBlob::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0).min(1024));
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Vec::with_capacity(access.size_hint().unwrap_or(0).min(1024));
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Value::Map(members))
    }
}
