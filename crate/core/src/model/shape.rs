//! Request and answer shapes: typed structures to and from [`Value`].
//!
//! Two traits and one macro instead of a serde implementation per shape; the constraints have been checked
//! on the [`Value`] before (see [`super::validate`]), so what is left here is taking members by name.

use super::{KmsError, SensitiveBlob, Timestamp, Value};

/// A part of a request.
///
/// Reading never breaks off: a part of another type reads as nothing and says so. What would have to be dropped at
/// each of a request's members otherwise is most of the code that a request costs.
pub trait FromValue: Sized + Default {
    /// Takes it out of `value`; sets `is_sound` to false where the value is of another type.
    fn from_value(value: Value, is_sound: &mut bool) -> Self;
}

/// Reads a whole request.
///
/// # Errors
/// `SerializationException` where a part is of another type; the constraints, which are checked before, see to it.
pub fn read<T: FromValue>(value: Value) -> Result<T, KmsError> {
    let mut is_sound = true;
    let request = T::from_value(value, &mut is_sound);
    if is_sound { Ok(request) } else { Err(mistyped()) }
}

/// Takes the member `name` of a request out.
#[inline(never)]
pub(crate) fn take<T: FromValue>(request: &mut Value, name: &str, is_sound: &mut bool) -> T {
    T::from_value(request.take(name), is_sound)
}

fn unsound<T: Default>(is_sound: &mut bool) -> T {
    *is_sound = false;
    T::default()
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
            fn from_value(value: Value, is_sound: &mut bool) -> Self {
                match value {
                    Value::$variant(value) => value,
                    _ => unsound(is_sound),
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
    fn from_value(value: Value, is_sound: &mut bool) -> Self {
        if value.is_null() { None } else { Some(T::from_value(value, is_sound)) }
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, IntoValue::into_value)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value, is_sound: &mut bool) -> Self {
        match value {
            Value::List(items) => items.into_iter().map(|item| T::from_value(item, is_sound)).collect(),
            _ => unsound(is_sound),
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

impl FromValue for Timestamp {
    fn from_value(value: Value, is_sound: &mut bool) -> Self {
        // Beyond the last instant there is, it is the last.
        #[allow(clippy::cast_possible_truncation)]
        match value {
            Value::Integer(seconds) => Self(seconds.saturating_mul(1000)),
            Value::Float(seconds) => Self((seconds * 1000.0).round() as i64),
            _ => unsound(is_sound),
        }
    }
}

/// A part that is one already.
impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
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
    fn from_value(_: Value, _: &mut bool) -> Self {}
}

/// A part that is kept as it came.
impl FromValue for Value {
    fn from_value(value: Value, _: &mut bool) -> Self {
        value
    }
}

/// Declares a request: `request! { struct Name { "WireName" field: Type, … } }`.
///
/// A required member is of a plain type, any other an `Option`.
macro_rules! request {
    ($(#[$meta:meta])* struct $name:ident { $($wire:literal $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Default)]
        pub(crate) struct $name { $($field: $type,)* }

        impl $crate::model::shape::FromValue for $name {
            fn from_value(mut value: $crate::model::Value, is_sound: &mut bool) -> Self {
                Self { $($field: $crate::model::shape::take(&mut value, $wire, is_sound),)* }
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
                let mut members = $crate::model::shape::Members::default();
                $(members.push($wire, $crate::model::shape::IntoValue::into_value(self.$field));)*
                members.into_value()
            }
        }
    };
}

/// The members of an answer that is being written.
#[derive(Default)]
pub struct Members(Vec<(String, Value)>);

impl Members {
    /// Adds a member; `Null` is left out.
    #[inline(never)]
    pub fn push(&mut self, name: &str, value: Value) {
        if !value.is_null() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// The structure.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Map(self.0)
    }
}

pub(crate) use {answer, request};
