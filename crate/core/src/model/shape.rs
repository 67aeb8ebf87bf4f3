//! Request and answer shapes: typed structures to and from [`Value`].
//!
//! Two traits and one macro instead of a serde implementation per shape; the constraints have been checked
//! on the [`Value`] before (see [`super::validate`]), so what is left here is taking members by name.

use std::collections::BTreeMap;

use super::{KmsError, SensitiveBlob, Timestamp, Value};

/// A part of a request.
pub trait FromValue: Sized {
    /// Takes it out of `value`.
    ///
    /// # Errors
    /// `SerializationException` where the value is of another type.
    fn from_value(value: Value) -> Result<Self, KmsError>;
}

/// A part of an answer.
pub trait IntoValue {
    /// The value for the wire; `Null` is left out of a structure.
    fn into_value(self) -> Value;
}

fn mistyped() -> KmsError {
    KmsError::serialization("a member of the request is of another type")
}

macro_rules! scalar {
    ($type:ty, $variant:ident) => {
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, KmsError> {
                match value {
                    Value::$variant(value) => Ok(value),
                    _ => Err(mistyped()),
                }
            }
        }
        impl IntoValue for $type {
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    };
}

scalar!(bool, Boolean);
scalar!(i64, Integer);
scalar!(String, String);
scalar!(SensitiveBlob, Bytes);

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, KmsError> {
        if value.is_null() { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, IntoValue::into_value)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Result<Self, KmsError> {
        match value {
            Value::List(items) => items.into_iter().map(T::from_value).collect(),
            _ => Err(mistyped()),
        }
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(IntoValue::into_value).collect())
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        Value::String(self.to_owned())
    }
}

impl IntoValue for u32 {
    fn into_value(self) -> Value {
        Value::Integer(i64::from(self))
    }
}

impl IntoValue for Timestamp {
    fn into_value(self) -> Value {
        Value::Float(self.seconds())
    }
}

impl FromValue for BTreeMap<String, String> {
    fn from_value(value: Value) -> Result<Self, KmsError> {
        match value {
            Value::Map(pairs) => {
                // One by one: collecting would sort first, with 3 KB of code for every type.
                let mut map = BTreeMap::new();
                for (key, value) in pairs {
                    map.insert(key, String::from_value(value)?);
                }
                Ok(map)
            }
            _ => Err(mistyped()),
        }
    }
}

/// An answer with nothing in it.
impl IntoValue for () {
    fn into_value(self) -> Value {
        Value::Map(Vec::new())
    }
}

/// A request with nothing in it that matters.
impl FromValue for () {
    fn from_value(_: Value) -> Result<Self, KmsError> {
        Ok(())
    }
}

/// Declares a request: `request! { struct Name { "WireName" field: Type, … } }`.
///
/// A required member is of a plain type, any other an `Option`.
macro_rules! request {
    ($(#[$meta:meta])* struct $name:ident { $($wire:literal $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        pub(crate) struct $name { $($field: $type,)* }

        impl $crate::model::shape::FromValue for $name {
            fn from_value(
                mut value: $crate::model::Value,
            ) -> Result<Self, $crate::model::KmsError> {
                Ok(Self { $($field: $crate::model::shape::FromValue::from_value(value.take($wire))?,)* })
            }
        }
    };
}

/// Declares an answer: `answer! { struct Name { "WireName" field: Type, … } }`.
macro_rules! answer {
    ($(#[$meta:meta])* struct $name:ident { $($wire:literal $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        pub(crate) struct $name { $(pub(crate) $field: $type,)* }

        impl $crate::model::shape::IntoValue for $name {
            fn into_value(self) -> $crate::model::Value {
                let members = [$(($wire, $crate::model::shape::IntoValue::into_value(self.$field)),)*];
                $crate::model::Value::Map(
                    members
                        .into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }
        }
    };
}

pub(crate) use {answer, request};
