//! What every host of a web kind has under `globalThis`: a window, a worker and Node alike.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// `globalThis[name]`, where it is neither missing nor null.
pub(crate) fn global(name: &str) -> Option<JsValue> {
    member(&js_sys::global(), name)
}

/// `object[name]`, where it is neither missing nor null.
pub(crate) fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_null() && !value.is_undefined())
}

/// Sets `object[name]` on an object that was made here.
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // An extensible object that nobody else has seen takes every property.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// The `name` and the `message` of something thrown.
pub(crate) fn describe(thrown: &JsValue) -> (String, String) {
    let text = |name| member(thrown, name).and_then(|value| value.as_string()).unwrap_or_default();
    (text("name"), text("message"))
}

/// Comes back after `milliseconds`, at once where the host has no timers.
pub(crate) async fn sleep(milliseconds: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        let timer = global("setTimeout").and_then(|function| function.dyn_into::<Function>().ok());
        let set = timer
            .and_then(|timer| timer.call2(&JsValue::UNDEFINED, &resolve, &JsValue::from(milliseconds)).ok());
        match set {
            // Node stays alive for a timer unless told otherwise; a flush is no reason to stay.
            Some(handle) => unref(&handle),
            None => {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        }
    });
    let _ = JsFuture::from(promise).await;
}

fn unref(handle: &JsValue) {
    if let Some(unref) = handle.is_object().then(|| member(handle, "unref")).flatten()
        && let Ok(unref) = unref.dyn_into::<Function>()
    {
        let _ = unref.call0(handle);
    }
}
