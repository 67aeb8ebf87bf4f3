//! The class that JavaScript holds. Every method takes its place in the queue at once, and answers with a promise unless
//! it could be done at once; nothing is borrowed across an await.
#![allow(clippy::missing_errors_doc)] // what is `Given` is never an error

mod audit;
mod caller;
mod clock;
mod get;
mod iam;
mod loading;
mod opening;
mod options;
mod put;
mod s3;
mod store_loop;
mod transfer;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::{Function, Promise, Uint8Array};
use tabkms_core::model::shape::IntoValue;
use tabkms_core::model::{Value, wire};
use tabkms_core::{envelope, hierarchy};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::Blob;

use crate::error::{Failure, StorageError};
use crate::value::{object, to_js};
use crate::webcrypto::copy_in;
use crate::wipe::Wiping;
use options::Options;
use store_loop::{Answered, Inner, Input, Request};

/// How an object is given to JavaScript; it is never an error. As a result it is returned as one of several values: where
/// it is the only one, V8 puts the wasm code's frame into the caller's, and Node 20's V8 then dies ("unreachable
/// code" in its deoptimizer) when the caller's code is thrown away while the call is on.
pub(super) type Given<T> = Result<T, JsValue>;

/// A key management service.
#[wasm_bindgen]
pub struct Kms(Rc<Inner>);

#[wasm_bindgen]
impl Kms {
    /// Opens a store, or makes one. `options` has the members of `OpenOptions` in js/src/api.ts, with the passphrase
    /// as UTF-8 in a `Uint8Array`, and `engine: "wasm"` where WebCrypto shall do neither the bulk work nor RSA.
    ///
    /// # Errors
    /// The storage errors, by name.
    pub fn open(options: JsValue) -> Given<Promise> {
        promise(async move {
            let inner = Inner::open(Options::read(&options)?).await?;
            Ok(Self(inner).into())
        })
    }

    /// Any operation of the KMS API. Where `traced`, resolves to `{ answer, steps, decisions }` or `{ error: { name,
    /// message }, steps, decisions }`; else to the answer itself or to `{ error }`, which no answer of AWS's has as a member. Rejects only
    /// where the storage fails. `input` is an object of its own data, or no object;
    /// `caller` is `CallerOptions` in js/src/api.ts, or undefined where `region` is all that there is to say.
    pub fn send(
        &self,
        operation: String,
        input: JsValue,
        region: Option<String>,
        caller: JsValue,
        traced: bool,
    ) -> Given<JsValue> {
        self.run(move |inner| async move {
            let input = Input::Members(input);
            let request = Request { region, traced, ..Request::new(operation, input, caller) };
            let Answered { answer, steps, decisions } = inner.call(&request).await?;
            let outcome = match answer {
                Ok(value) if !traced => return Ok(to_js(&value)),
                Ok(value) => ("answer", to_js(&value)),
                Err(error) => ("error", error_object(&error.into())),
            };
            let parts = [("steps", steps.into_value()), ("decisions", Value::List(decisions))];
            let parts = parts.into_iter().filter(|_| traced).map(|(name, value)| (name, to_js(&value)));
            Ok(object([outcome].into_iter().chain(parts)))
        })
    }

    /// As [`Kms::send`], with AWS JSON 1.1 both ways: resolves to the answer's document in UTF-8, or to `{ error }`.
    /// `undefined` at once, and nothing is done, where the request is not of the usual form: `send` tells what is wrong
    /// with it.
    #[wasm_bindgen(js_name = sendJson)]
    pub fn send_json(
        &self,
        operation: String,
        json: String,
        region: Option<String>,
        caller: JsValue,
    ) -> Given<JsValue> {
        let Some(input) = Input::json(&operation, json) else { return Ok(JsValue::UNDEFINED) };
        self.run(move |inner| async move {
            let request = Request { region, ..Request::new(operation, input, caller) };
            Ok(match inner.call(&request).await?.answer {
                Ok(answer) => Uint8Array::from(wire::write(&answer).as_bytes()).into(),
                Err(error) => object([("error", error_object(&error.into()))].into_iter()),
            })
        })
    }

    /// Whether a call would be allowed: resolves to the decisions, each with its reasons, as `Decision` in
    /// js/src/api.ts. `input` need not be whole.
    pub fn simulate(&self, operation: String, input: JsValue, caller: JsValue) -> Given<JsValue> {
        self.run(move |inner| async move {
            let decisions = inner.simulate(&Request::new(operation, Input::Members(input), caller)).await?;
            Ok(to_js(&Value::List(decisions)))
        })
    }

    /// The store's time in milliseconds since 1970.
    pub fn now(&self) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.refresh().await?;
            inner.with(|state| milliseconds(state.kms.now(inner.host_now())))
        })
    }

    /// Moves the clock forward; what falls due happens in order. Resolves to `[{ time, event, keyArn }]`, the time in
    /// seconds. `progress(done, total)` is called after each batch, and answers `true` to break off.
    pub fn advance(&self, milliseconds: f64, progress: Option<Function>) -> Given<JsValue> {
        self.run(move |inner| async move { inner.advance(milliseconds, progress.as_ref()).await })
    }

    /// Records of the audit log: resolves to `{ events, next }`, newest first. With `take`, hands all of them to it, oldest
    /// first, some hundred at a time, in an array that is its own only as long. Without a `query`, an object of its own
    /// data, resolves to whether the stored log is as it was written: `{ ok, events, from, fault }`, the time in seconds.
    pub fn audit(&self, query: Option<JsValue>, take: Option<Function>) -> Given<JsValue> {
        self.run(move |inner| async move { inner.audit(query.as_ref(), take.as_ref()).await })
    }

    /// Names every byte of a KMS ciphertext or of an Encryption SDK message.
    pub fn inspect(&self, bytes: &Uint8Array) -> Given<JsValue> {
        let bytes = copy_in(bytes);
        let (format, fields) = match (hierarchy::inspect(&bytes), envelope::inspect(&bytes)) {
            (Some(fields), _) => ("kms-ciphertext", fields),
            (None, Some(fields)) => ("encryption-sdk-message", fields),
            (None, None) => ("unknown", Vec::new()),
        };
        Ok(object([("format", format.into()), ("fields", to_js(&fields.into_value()))].into_iter()))
    }

    /// A copy in memory for a what-if: what happens there stays there.
    pub fn fork(&self) -> Given<JsValue> {
        self.run(move |inner| async move { Ok(Self(inner.fork().await?).into()) })
    }

    /// What protects the store, in facts: `Description` in js/src/api.ts without what they mean, `now` in seconds.
    pub fn describe(&self) -> Given<JsValue> {
        self.run(move |inner| async move { inner.describe().await.map(|facts| to_js(&facts)) })
    }

    /// Puts the store under a passphrase (UTF-8), or back under the browser's key.
    #[wasm_bindgen(js_name = setPassphrase)]
    pub fn set_passphrase(&self, passphrase: Option<Uint8Array>) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.set_passphrase(passphrase.as_ref()).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The whole store, encrypted under a passphrase (UTF-8).
    #[wasm_bindgen(js_name = exportStore)]
    pub fn export_store(&self, passphrase: Uint8Array) -> Given<JsValue> {
        self.run(move |inner| async move { Ok(inner.export(&passphrase).await?.into()) })
    }

    /// Replaces the store by an exported one; a wrong passphrase or a damaged file changes nothing.
    #[wasm_bindgen(js_name = importStore)]
    pub fn import_store(&self, file: Blob, passphrase: Uint8Array) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.import(&file, &passphrase).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Destroys the root key and everything under it, and starts anew.
    pub fn erase(&self) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.erase().await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Called after every change, from here or from another tab.
    #[wasm_bindgen(js_name = setListener)]
    pub fn set_listener(&self, listener: Option<Function>) {
        self.0.set_listener(listener);
    }

    /// Commits what is deferred and gives the storage back. Every later call is refused.
    pub fn close(&self) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.close().await;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// What a method does when its turn has come.
type Work = Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>;

impl Kms {
    /// Does `work` when its turn comes, and wipes the stack behind it. Answers with the result where nothing had to be
    /// waited for, else with a promise of it.
    fn run<F>(&self, work: impl FnOnce(Rc<Inner>) -> F + 'static) -> Given<JsValue>
    where
        F: Future<Output = Result<JsValue, Failure>> + 'static,
    {
        // Boxed, so that what stands around the work is compiled once and not once a method.
        self.run_boxed(Box::new(move |inner| Box::pin(work(inner))))
    }

    fn run_boxed(&self, work: Box<dyn FnOnce(Rc<Inner>) -> Work>) -> Given<JsValue> {
        let inner = Rc::clone(&self.0);
        let turn = inner.gate.enter();
        at_once_or_later(Wiping::new(async move {
            let inside = turn.await;
            let result = if inner.is_closed() {
                Err(StorageError::Closed.into())
            } else {
                work(Rc::clone(&inner)).await
            };
            drop(inside);
            inner.after_call();
            result.map_err(JsValue::from)
        }))
    }
}

/// A promise of what `future` comes to.
fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Given<Promise> {
    Ok(future_to_promise(Wiping::new(future)))
}

/// Runs `future` up to its first wait, now. A store in memory waits for nothing: there a call costs no promise and no
/// turn of the event loop. What goes on later goes on as it would have from the beginning.
fn at_once_or_later(mut future: Wiping<Result<JsValue, JsValue>>) -> Given<JsValue> {
    // What it waits for learns its real waker when it is polled again, at once.
    match Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Ok(value),
        Poll::Ready(Err(thrown)) => Ok(Promise::reject(&thrown).into()),
        Poll::Pending => Ok(future_to_promise(future).into()),
    }
}

fn error_object(failure: &Failure) -> JsValue {
    let (name, message) = failure.parts();
    object([("name", name.into()), ("message", message.into())].into_iter())
}

#[allow(clippy::cast_precision_loss)] // exact for the next 285,000 years
fn milliseconds(time: tabkms_core::model::Timestamp) -> JsValue {
    JsValue::from_f64(time.0 as f64)
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
