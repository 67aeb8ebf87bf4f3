//! Values between JavaScript and the core, by hand and in few steps: each crossing costs as much as hashing a block.
//!
//! A request may hold itself (structured cloning carries cycles), a blob has to be copied once into a buffer that
//! zeroizes, and a `Date` becomes seconds on the way. Of a structure the members of the service model are asked for
//! by name; what else it has is not looked at.

use std::cell::RefCell;

use js_sys::{Array, ArrayBuffer, Date, JsString, Number, Object, Uint8Array};
use tabkms_core::model::validate::{Member, Shape, members_of};
use tabkms_core::model::{KmsError, SensitiveBlob, Value};
use wasm_bindgen::prelude::*;

/// Deeper than any request of the service model.
const DEEPEST: usize = 16;

#[wasm_bindgen]
extern "C" {
    /// An object whose members are told by name.
    #[wasm_bindgen(extends = Object)]
    type Members;
    #[wasm_bindgen(method, structural, indexing_getter)]
    fn get(this: &Members, name: &JsString) -> JsValue;
    // A getter may throw, or a proxy.
    #[wasm_bindgen(method, structural, catch, indexing_getter)]
    fn get_guarded(this: &Members, name: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set(this: &Members, name: &str, value: &JsValue);
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_text(this: &Members, name: &str, value: &str);
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_number(this: &Members, name: &str, value: f64);
}

/// Reads the request of `operation` that JavaScript gave: a value, or an object whose members are its own and plain
/// data, so that asking for one cannot throw. Deeper down anything may stand.
///
/// # Errors
/// `SerializationException` for what has no form on the wire: functions, symbols, numbers beyond 64 bits, cycles.
pub fn from_js(operation: &str, request: &JsValue) -> Result<Value, KmsError> {
    match members_of(operation) {
        Some((_, members)) => read_members_of(members, request),
        // Nobody will look at it.
        None => Ok(Value::Null),
    }
}

/// Reads an object of plain data that is no request of the service model's.
///
/// # Errors
/// As [`from_js`].
pub fn plain_from_js(value: &JsValue) -> Result<Value, KmsError> {
    read(value, 0)
}

/// As [`from_js`], of a request that has these members.
///
/// # Errors
/// As [`from_js`].
pub fn read_members_of(members: &'static [Member], request: &JsValue) -> Result<Value, KmsError> {
    read_shaped(&Shape::Structure(members), request, 0)
}

/// Reads a value that is to be of `shape`; one of another comes as it is, for the check that follows to say so.
fn read_shaped(shape: &Shape, value: &JsValue, depth: usize) -> Result<Value, KmsError> {
    match shape {
        Shape::Structure(members) if is_plain(value) => {
            read_structure(members, value.unchecked_ref(), within(depth)?)
        }
        Shape::List { item, .. } if Array::is_array(value) => {
            let depth = within(depth)?;
            let items = Array::from(value);
            let items = items.iter().map(|value| read_shaped(item, &value, depth + 1));
            items.collect::<Result<_, _>>().map(Value::List)
        }
        _ => read(value, depth),
    }
}

fn read_structure(members: &'static [Member], object: &Members, depth: usize) -> Result<Value, KmsError> {
    let mut read = Vec::with_capacity(members.len());
    for member in members {
        let value = with_name(member.name, |name| match depth {
            0 => Ok(object.get(name)),
            _ => object.get_guarded(name),
        });
        let value = value.map_err(|_| refused("a member of the request cannot be read"))?;
        if !value.is_undefined() {
            read.push((member.name.to_owned(), read_shaped(member.shape, &value, depth + 1)?));
        }
    }
    Ok(Value::Map(read))
}

/// Hands over the JavaScript text of a member's name: made once for each name.
fn with_name<T>(name: &'static str, then: impl FnOnce(&JsString) -> T) -> T {
    thread_local! {
        /// In the order of where the names stand.
        static NAMES: RefCell<Vec<(*const u8, JsString)>> = const { RefCell::new(Vec::new()) };
    }
    let known = NAMES.with_borrow_mut(|names| {
        let at = name.as_ptr();
        let place = names.binary_search_by_key(&at, |(at, _)| *at).unwrap_or_else(|place| {
            names.insert(place, (at, JsString::from(name)));
            place
        });
        names.get(place).map(|(_, known)| known.clone())
    });
    // Outside of the borrow: a getter may call us again.
    then(&known.unwrap_or_else(|| JsString::from(name)))
}

fn within(depth: usize) -> Result<usize, KmsError> {
    if depth > DEEPEST { Err(refused("the request is nested too deeply")) } else { Ok(depth) }
}

/// Whether it is an object with members, and none of the kinds that are values of their own.
fn is_plain(value: &JsValue) -> bool {
    value.is_object() && !Array::is_array(value) && bytes_of(value).is_none() && !value.has_type::<Date>()
}

/// Reads a value of whatever shape.
fn read(value: &JsValue, depth: usize) -> Result<Value, KmsError> {
    let depth = within(depth)?;
    if let Some(text) = value.dyn_ref::<JsString>() {
        return read_text(text).map(Value::String);
    }
    if let Some(bytes) = bytes_of(value) {
        let mut buffer = vec![0; usize::try_from(bytes.length()).unwrap_or(0)];
        bytes.copy_to(&mut buffer);
        return Ok(Value::Bytes(SensitiveBlob::new(buffer)));
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
    if value.is_bigint() {
        let number = i64::try_from(value.clone()).map_err(|_| refused("a number is out of range"))?;
        return Ok(Value::Integer(number));
    }
    if Array::is_array(value) {
        let items = Array::from(value);
        return items.iter().map(|item| read(&item, depth + 1)).collect::<Result<_, _>>().map(Value::List);
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
    match value {
        Value::Null => JsValue::UNDEFINED,
        Value::Boolean(value) => JsValue::from_bool(*value),
        Value::Integer(number) => JsValue::from_f64(whole(*number)),
        Value::Float(number) => JsValue::from_f64(*number),
        Value::String(text) => JsValue::from_str(text),
        Value::Bytes(bytes) => Uint8Array::from(bytes.expose()).into(),
        Value::List(items) => items.iter().map(to_js).collect::<Array>().into(),
        Value::Map(members) => {
            let object = Object::new();
            members.iter().for_each(|(name, value)| write_member(&object, name, value));
            object.into()
        }
    }
}

fn write_member(object: &Object, name: &str, value: &Value) {
    let members: &Members = object.unchecked_ref();
    match value {
        // Set as others are, it would be the object's prototype.
        _ if name == "__proto__" => define(object, name, &to_js(value)),
        Value::String(text) => members.set_text(name, text),
        Value::Integer(number) => members.set_number(name, whole(*number)),
        Value::Float(number) => members.set_number(name, *number),
        value => members.set(name, &to_js(value)),
    }
}

/// A JavaScript number holds whole numbers up to 2^53; no member of the service model is larger.
#[allow(clippy::cast_precision_loss)]
fn whole(number: i64) -> f64 {
    number as f64
}

/// An object of these members.
pub(crate) fn object<'a>(members: impl Iterator<Item = (&'a str, JsValue)>) -> JsValue {
    let object = Object::new();
    members.for_each(|(name, value)| object.unchecked_ref::<Members>().set(name, &value));
    object.into()
}

fn define(object: &Object, name: &str, value: &JsValue) {
    // `Object.fromEntries` defines each member as the object's own. A pair is all that it wants: nothing throws.
    let entries = Array::of1(&Array::of2(&name.into(), value));
    if let Ok(own) = Object::from_entries(&entries) {
        let descriptor = Object::get_own_property_descriptor(&own, &name.into());
        Object::define_property(object, &name.into(), descriptor.unchecked_ref());
    }
}
