//! Values between JavaScript and the core.
//!
//! Outwards through serde-wasm-bindgen. Inwards by hand: a request may hold itself (structured cloning carries
//! cycles, and serde would follow one until the stack ends), a blob has to be copied once into a buffer that
//! zeroizes, and a `Date` becomes seconds on the way.

use js_sys::{Array, ArrayBuffer, Date, JsString, Number, Object, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use tabkms_core::model::{KmsError, SensitiveBlob, Value};
use wasm_bindgen::{JsCast, JsValue};

/// Deeper than any request of the service model.
const DEEPEST: usize = 16;

/// Reads what JavaScript gave.
///
/// # Errors
/// `SerializationException` for what has no form on the wire: functions, symbols, numbers beyond 64 bits, cycles.
pub fn from_js(value: &JsValue) -> Result<Value, KmsError> {
    read(value, 0)
}

fn read(value: &JsValue, depth: usize) -> Result<Value, KmsError> {
    if depth > DEEPEST {
        return Err(refused("the request is nested too deeply"));
    }
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(value) = value.as_bool() {
        return Ok(Value::Boolean(value));
    }
    if let Some(number) = value.as_f64() {
        // A safe integer is exact.
        #[allow(clippy::cast_possible_truncation)]
        return Ok(if Number::is_safe_integer(value) {
            Value::Integer(number as i64)
        } else {
            Value::Float(number)
        });
    }
    if let Some(text) = value.dyn_ref::<JsString>() {
        return read_text(text).map(Value::String);
    }
    if value.is_bigint() {
        let number = i64::try_from(value.clone()).map_err(|_| refused("a number is out of range"))?;
        return Ok(Value::Integer(number));
    }
    if Array::is_array(value) {
        let items = Array::from(value);
        return items.iter().map(|item| read(&item, depth + 1)).collect::<Result<_, _>>().map(Value::List);
    }
    if let Some(bytes) = bytes_of(value) {
        let mut buffer = vec![0; usize::try_from(bytes.length()).unwrap_or(0)];
        bytes.copy_to(&mut buffer);
        return Ok(Value::Bytes(SensitiveBlob::new(buffer)));
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        let seconds = date.get_time() / 1000.0;
        return if seconds.is_nan() { Err(refused("a date is no date")) } else { Ok(Value::Float(seconds)) };
    }
    if value.is_object() && !value.is_function() {
        return read_members(value.unchecked_ref(), depth);
    }
    Err(refused("a member has no form on the wire"))
}

fn read_members(object: &Object, depth: usize) -> Result<Value, KmsError> {
    let mut members = Vec::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        let value = entry.get(1);
        if !value.is_undefined() {
            let name = read_text(entry.get(0).unchecked_ref())?;
            members.push((name, read(&value, depth + 1)?));
        }
    }
    Ok(Value::Map(members))
}

/// JavaScript's text may be no Unicode: two different halves of a pair would become one and the same text here.
fn read_text(text: &JsString) -> Result<String, KmsError> {
    let read = String::from(text);
    if read.contains('\u{FFFD}') && !text.is_valid_utf16() {
        return Err(refused("a text is not Unicode"));
    }
    Ok(read)
}

/// The bytes of a `Uint8Array` or an `ArrayBuffer`.
fn bytes_of(value: &JsValue) -> Option<Uint8Array> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(bytes.clone());
    }
    value.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer))
}

fn refused(why: &str) -> KmsError {
    KmsError::serialization(why)
}

/// Writes a value for JavaScript: maps as objects, blobs as `Uint8Array`s that are copies; ours are wiped with the
/// value.
#[must_use]
pub fn to_js(value: &Value) -> JsValue {
    // A tree of plain values has nothing that could fail.
    value.serialize(&Serializer::new().serialize_maps_as_objects(true)).unwrap_or_default()
}

/// An object of these members. `Object.fromEntries` defines each as its own, `__proto__` too.
pub(crate) fn object<'a>(members: impl Iterator<Item = (&'a str, JsValue)>) -> JsValue {
    let entries: Array =
        members.map(|(name, value)| JsValue::from(Array::of2(&name.into(), &value))).collect();
    // Every entry is a pair, so there is nothing to throw.
    Object::from_entries(&entries).unwrap_or_default().into()
}
