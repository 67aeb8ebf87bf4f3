//! Records as CBOR (RFC 8949): an array of a record's fields in their order. A field may be added at the end, and an
//! older record reads without it; what a newer one has more is skipped.
//!
//! On `minicbor`'s encoder and decoder, without its derived code: a derived reader drops what it has at each field
//! that might not read, and that was most of what it weighed. Here a field that does not read leaves a blank and
//! marks the reader as failed.

use std::borrow::Cow;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::Timestamp;

mod value;

/// Writes CBOR into a buffer.
#[derive(Debug)]
pub struct Writer(Encoder<Vec<u8>>);

impl Default for Writer {
    fn default() -> Self {
        Self::with_capacity(256)
    }
}

impl Writer {
    /// A writer whose buffer takes `capacity` bytes before it has to grow.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Encoder::new(Vec::with_capacity(capacity)))
    }

    /// What has been written so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.0.writer()
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_writer()
    }
}

// Writing to a vector cannot fail: the error that minicbor gives has no value.
macro_rules! writes {
    ($($(#[$meta:meta])* $name:ident($type:ty);)*) => {
        impl Writer {
            $($(#[$meta])*
            #[inline(never)]
            pub fn $name(&mut self, value: $type) {
                let _ = self.0.$name(value);
            })*
        }
    };
}

writes! {
    /// The head of an array of so many items.
    array(u64);
    /// The head of a map of so many pairs.
    map(u64);
    /// Text.
    str(&str);
    /// Bytes.
    bytes(&[u8]);
    /// A number.
    u64(u64);
    /// A number that may be negative.
    i64(i64);
    /// A truth value.
    bool(bool);
}

impl Writer {
    /// Nothing.
    #[inline(never)]
    pub fn null(&mut self) {
        let _ = self.0.null();
    }
}

/// Reads CBOR. After a failure it reads blanks.
#[derive(Debug)]
pub struct Reader<'b> {
    decoder: Decoder<'b>,
    is_sound: bool,
}

impl<'b> Reader<'b> {
    /// A reader of `bytes`.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { decoder: Decoder::new(bytes), is_sound: true }
    }

    /// Whether everything so far was what was asked for.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.is_sound
    }

    /// Says that something read was not what it should be, and gives the blank for it.
    pub fn fail<T: Cbor>(&mut self) -> T {
        self.is_sound = false;
        T::blank()
    }

    fn got<T: Default>(&mut self, read: Result<T, minicbor::decode::Error>) -> T {
        match read {
            Ok(value) if self.is_sound => value,
            _ => {
                self.is_sound = false;
                T::default()
            }
        }
    }

    /// The head of an array: how many items follow.
    #[inline(never)]
    pub fn array(&mut self) -> u64 {
        // What was written here always says its length.
        let length = self.decoder.array().map(Option::unwrap_or_default);
        self.got(length)
    }

    /// The head of a map: how many pairs follow.
    #[inline(never)]
    pub fn map(&mut self) -> u64 {
        let length = self.decoder.map().map(Option::unwrap_or_default);
        self.got(length)
    }

    /// Text.
    #[inline(never)]
    pub fn str(&mut self) -> &'b str {
        let text = self.decoder.str();
        self.got(text)
    }

    /// Bytes.
    #[inline(never)]
    pub fn bytes(&mut self) -> &'b [u8] {
        let bytes = self.decoder.bytes();
        self.got(bytes)
    }

    /// A number.
    #[inline(never)]
    pub fn u64(&mut self) -> u64 {
        let number = self.decoder.u64();
        self.got(number)
    }

    /// A number that may be negative.
    #[inline(never)]
    pub fn i64(&mut self) -> i64 {
        let number = self.decoder.i64();
        self.got(number)
    }

    /// A truth value.
    #[inline(never)]
    pub fn bool(&mut self) -> bool {
        let value = self.decoder.bool();
        self.got(value)
    }

    /// Takes a null, if one stands there.
    #[inline(never)]
    pub fn takes_null(&mut self) -> bool {
        let is_null = self.is_sound && matches!(self.decoder.datatype(), Ok(Type::Null));
        if is_null {
            let skipped = self.decoder.null();
            self.got(skipped);
        }
        is_null
    }

    /// Whether an array stands there.
    #[inline(never)]
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.is_sound && matches!(self.decoder.datatype(), Ok(Type::Array))
    }

    /// Whether bytes stand there.
    #[inline(never)]
    #[must_use]
    pub fn is_bytes(&self) -> bool {
        self.is_sound && matches!(self.decoder.datatype(), Ok(Type::Bytes))
    }

    /// The next of a record's fields, of which `left` are left; its absence, where there is none.
    pub fn field<T: Cbor>(&mut self, left: &mut u64) -> T {
        if *left == 0 {
            return match T::absent() {
                Some(value) => value,
                None => self.fail(),
            };
        }
        *left -= 1;
        T::read(self)
    }

    /// Skips the fields that a later version added.
    #[inline(never)]
    pub fn skip(&mut self, left: u64) {
        for _ in 0..left {
            if !self.is_sound {
                return;
            }
            let skipped = self.decoder.skip();
            self.got(skipped);
        }
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.decoder.position()
    }

    /// Whether everything read, up to the end, was what was asked for.
    #[must_use]
    pub fn is_at_sound_end(&self) -> bool {
        self.is_sound && self.decoder.position() == self.decoder.input().len()
    }
}

/// Something with a form in CBOR.
pub trait Cbor: Sized {
    /// Writes it.
    fn write(&self, to: &mut Writer);

    /// Reads it; a blank where it does not read, and [`Reader::is_sound`] says so.
    fn read(from: &mut Reader<'_>) -> Self;

    /// What stands for it after a failure, and is never seen.
    #[must_use]
    fn blank() -> Self {
        let mut failed = Reader { decoder: Decoder::new(&[]), is_sound: false };
        Self::read(&mut failed)
    }

    /// What a record without this field means; `None` where every record has it.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

macro_rules! plain {
    ($type:ty, $call:ident) => {
        impl Cbor for $type {
            fn write(&self, to: &mut Writer) {
                to.$call(*self);
            }

            fn read(from: &mut Reader<'_>) -> Self {
                from.$call()
            }
        }
    };
}

plain!(bool, bool);
plain!(u64, u64);
plain!(i64, i64);

impl Cbor for () {
    fn write(&self, to: &mut Writer) {
        to.null();
    }

    fn read(from: &mut Reader<'_>) -> Self {
        if !from.takes_null() {
            from.is_sound = false;
        }
    }
}

macro_rules! small_number {
    ($type:ty) => {
        impl Cbor for $type {
            fn write(&self, to: &mut Writer) {
                to.u64(u64::from(*self));
            }

            fn read(from: &mut Reader<'_>) -> Self {
                <$type>::try_from(from.u64()).unwrap_or_else(|_| {
                    from.is_sound = false;
                    0
                })
            }
        }
    };
}

small_number!(u8);
small_number!(u32);

impl Cbor for String {
    fn write(&self, to: &mut Writer) {
        to.str(self);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        from.str().to_owned()
    }
}

impl Cbor for Cow<'static, str> {
    fn write(&self, to: &mut Writer) {
        to.str(self);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self::Owned(from.str().to_owned())
    }
}

impl Cbor for Timestamp {
    fn write(&self, to: &mut Writer) {
        to.i64(self.0);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self(from.i64())
    }
}

impl<const N: usize> Cbor for [u8; N] {
    fn write(&self, to: &mut Writer) {
        to.bytes(self);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        match from.bytes().try_into() {
            Ok(bytes) => bytes,
            Err(_) => {
                from.is_sound = false;
                [0; N]
            }
        }
    }
}

impl<T: Cbor> Cbor for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.null(),
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        if !from.is_sound || from.takes_null() { None } else { Some(T::read(from)) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Cbor> Cbor for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.array(self.len() as u64);
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let length = from.array();
        // Most lists are short and stay as they are; a length that lies takes no room.
        let mut items = Self::with_capacity(usize::try_from(length.min(16)).unwrap_or_default());
        for _ in 0..length {
            items.push(T::read(from));
            // And it ends where the bytes do.
            if !from.is_sound {
                break;
            }
        }
        items
    }
}

/// A byte string. A `Vec<u8>` by itself would be an array of numbers.
#[derive(Debug)]
pub struct ByteString(pub Vec<u8>);

impl Cbor for ByteString {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self(from.bytes().to_vec())
    }
}

/// What stands in a record as bytes.
pub trait Bytes: Sized {
    /// Writes it.
    fn write_bytes(&self, to: &mut Writer);

    /// Reads the next field.
    fn field_of_bytes(from: &mut Reader<'_>, left: &mut u64) -> Self;
}

impl Bytes for Vec<u8> {
    fn write_bytes(&self, to: &mut Writer) {
        to.bytes(self);
    }

    fn field_of_bytes(from: &mut Reader<'_>, left: &mut u64) -> Self {
        from.field::<ByteString>(left).0
    }
}

impl Bytes for Option<Vec<u8>> {
    fn write_bytes(&self, to: &mut Writer) {
        match self {
            Some(bytes) => to.bytes(bytes),
            None => to.null(),
        }
    }

    fn field_of_bytes(from: &mut Reader<'_>, left: &mut u64) -> Self {
        from.field::<Option<ByteString>>(left).map(|bytes| bytes.0)
    }
}

/// Gives a structure its form: `record!(Name { first, second: default, third: bytes })`, the fields in their order,
/// which is for ever. `default` reads an absent field as the default, `bytes` is for `Vec<u8>` and its option.
#[macro_export]
macro_rules! record {
    ($type:ident { $($field:ident $(: $how:ident)?),* $(,)? }) => {
        impl $crate::model::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::model::cbor::Writer) {
                to.array(0 $(+ $crate::record!(@one $field))*);
                $($crate::record!(@write self to $field $($how)?);)*
            }

            fn read(from: &mut $crate::model::cbor::Reader<'_>) -> Self {
                let mut left = from.array();
                let record = Self { $($field: $crate::record!(@read from left $($how)?),)* };
                from.skip(left);
                record
            }
        }
    };
    (@one $field:ident) => { 1 };
    (@write $self:ident $to:ident $field:ident) => {
        $crate::model::cbor::Cbor::write(&$self.$field, $to)
    };
    (@write $self:ident $to:ident $field:ident default) => {
        $crate::model::cbor::Cbor::write(&$self.$field, $to)
    };
    (@write $self:ident $to:ident $field:ident bytes) => {
        $crate::model::cbor::Bytes::write_bytes(&$self.$field, $to)
    };
    (@read $from:ident $left:ident) => { $from.field(&mut $left) };
    (@read $from:ident $left:ident default) => { $from.field::<Option<_>>(&mut $left).unwrap_or_default() };
    (@read $from:ident $left:ident bytes) => {
        $crate::model::cbor::Bytes::field_of_bytes($from, &mut $left)
    };
}

/// Gives an enumeration its numbers: `numbered!(Name { First = 0, Second = 1 })`, which are for ever.
#[macro_export]
macro_rules! numbered {
    ($type:ident { $first:ident = $zero:literal $(, $variant:ident = $number:literal)* $(,)? }) => {
        impl $crate::model::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::model::cbor::Writer) {
                to.u64(match self {
                    Self::$first => $zero,
                    $(Self::$variant => $number,)*
                });
            }

            fn read(from: &mut $crate::model::cbor::Reader<'_>) -> Self {
                match from.u64() {
                    $zero => Self::$first,
                    $($number => Self::$variant,)*
                    _ => from.fail(),
                }
            }

            fn blank() -> Self {
                Self::$first
            }
        }
    };
}

/// Gives an enumeration whose variants hold one value each its form, a number and the value.
#[macro_export]
macro_rules! choice {
    ($type:ident { $first:ident = $zero:literal $(, $variant:ident = $number:literal)* $(,)? }) => {
        impl $crate::model::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::model::cbor::Writer) {
                to.array(2);
                match self {
                    Self::$first(value) => {
                        to.u64($zero);
                        $crate::model::cbor::Cbor::write(value, to);
                    }
                    $(Self::$variant(value) => {
                        to.u64($number);
                        $crate::model::cbor::Cbor::write(value, to);
                    })*
                }
            }

            fn read(from: &mut $crate::model::cbor::Reader<'_>) -> Self {
                let mut left = from.array();
                let number: u64 = from.field(&mut left);
                let choice = match number {
                    $zero => Self::$first(from.field(&mut left)),
                    $($number => Self::$variant(from.field(&mut left)),)*
                    _ => from.fail(),
                };
                from.skip(left);
                choice
            }

            fn blank() -> Self {
                Self::$first($crate::model::cbor::Cbor::blank())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Clone)]
    struct Old {
        name: String,
        sealed: Vec<u8>,
    }
    record!(Old { name, sealed: bytes });

    #[derive(Debug, PartialEq, Clone)]
    struct New {
        name: String,
        sealed: Vec<u8>,
        note: Option<String>,
        colour: Colour,
        more: Vec<Old>,
    }
    record!(New { name, sealed: bytes, note, colour: default, more: default });

    #[derive(Debug, PartialEq, Clone, Copy, Default)]
    enum Colour {
        #[default]
        Red,
        Blue,
    }
    numbered!(Colour { Red = 0, Blue = 7, });

    fn written(value: &impl Cbor) -> Vec<u8> {
        let mut writer = Writer::default();
        value.write(&mut writer);
        writer.into_bytes()
    }

    fn read<T: Cbor>(bytes: &[u8]) -> Option<T> {
        let mut reader = Reader::new(bytes);
        let value = T::read(&mut reader);
        reader.is_at_sound_end().then_some(value)
    }

    #[test]
    fn fields_come_and_what_was_written_before_still_reads() {
        let old = Old { name: "a".into(), sealed: vec![1, 2] };
        let new = New {
            name: "a".into(),
            sealed: vec![1, 2],
            note: Some("n".into()),
            colour: Colour::Blue,
            more: vec![old.clone(), old.clone()],
        };
        assert_eq!(read::<Old>(&written(&old)), Some(old.clone()));
        assert_eq!(read::<New>(&written(&new)), Some(new.clone()));
        let without = New { note: None, colour: Colour::Red, more: Vec::new(), ..new.clone() };
        assert_eq!(read::<New>(&written(&old)), Some(without));
        assert_eq!(read::<Old>(&written(&new)), Some(old), "what is more is skipped");
    }

    #[test]
    fn damage_is_never_read_as_a_record() {
        let old = Old { name: "name".into(), sealed: vec![1, 2] };
        let bytes = written(&vec![old.clone(), old]);
        for length in 0..bytes.len() {
            assert_eq!(read::<Vec<Old>>(&bytes[..length]), None, "{length}");
        }
        assert_eq!(read::<Colour>(&[1]), None, "an unknown number");
        // An array that says to have 2^64 - 1 items.
        assert_eq!(read::<Vec<Old>>(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(
            read::<crate::model::Pairs>(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            None
        );
    }
}
