//! A get under way: the stored bytes are read in order, and each frame's plaintext is handed out as a promise.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use tabkms_core::api::Env;
use tabkms_core::envelope::{EnvelopeError, FrameJob, Want};
use tabkms_core::model::shape::IntoValue;
use tabkms_core::trace::Trace;
use tabkms_services::s3::{Get, S3Error};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::s3::{describe, refusal};
use super::store_loop::Inner;
use super::{Given, promise};
use crate::error::{Failure, StorageError};
use crate::value::{object, to_js};
use crate::webcrypto::{Cipher, copy_in};

/// How much of what is stored a trace shows.
const SAMPLE_LEN: u32 = 64 * 1024;

/// Reads a stored body in order, on JavaScript's heap.
struct BodyReader {
    store: String,
    body: String,
    index: u32,
    piece: Uint8Array,
    at: u32,
    taken: u64,
}

impl BodyReader {
    fn new(store: String, body: String) -> Self {
        Self { store, body, index: 0, piece: Uint8Array::new_with_length(0), at: 0, taken: 0 }
    }

    /// The next `length` bytes, or as many as there are.
    async fn take(&mut self, inner: &Inner, length: u32) -> Result<Uint8Array, StorageError> {
        if self.piece.length() - self.at >= length {
            let end = self.at + length;
            let bytes = self.piece.subarray(self.at, end);
            self.at = end;
            self.taken += u64::from(length);
            return Ok(bytes);
        }
        let out = Uint8Array::new_with_length(length);
        let mut filled = 0;
        while filled < length {
            if self.at == self.piece.length() {
                let next = inner.store.read_piece(&self.store, &self.body, self.index).await?;
                let Some(piece) = next.filter(|piece| piece.length() > 0) else { break };
                (self.piece, self.index, self.at) = (piece, self.index.saturating_add(1), 0);
            }
            let part = (length - filled).min(self.piece.length() - self.at);
            out.set(&self.piece.subarray(self.at, self.at + part), filled);
            (self.at, filled) = (self.at + part, filled + part);
        }
        self.taken += u64::from(filled);
        Ok(out.subarray(0, filled))
    }

    /// The first piece's beginning, for the trace; read before anything else.
    async fn sample(&mut self, inner: &Inner) -> Result<Uint8Array, StorageError> {
        let sample = self.take(inner, SAMPLE_LEN).await?;
        *self = Self::new(self.store.clone(), self.body.clone());
        Ok(sample)
    }
}

/// A get under way.
#[wasm_bindgen]
pub struct GetSession(Rc<RefCell<Option<Reading>>>);

struct Reading {
    inner: Rc<Inner>,
    get: Get,
    trace: Trace,
    reader: BodyReader,
    cipher: Cipher,
    content_type: String,
    /// Why the first refused frame was refused; frames are opened while others are read.
    refused: Refused,
}

type Refused = Rc<RefCell<Option<S3Error>>>;

impl GetSession {
    /// Reads the header and asks KMS for the data key: `{ session }`, or `{ error, steps }`. The gate is held by the
    /// caller.
    pub(super) async fn begin(inner: Rc<Inner>, mut get: Get, store: String) -> Result<JsValue, Failure> {
        let mut trace = Trace::listening();
        let mut reader = BodyReader::new(store, get.object().body.clone());
        let sample = copy_in(&reader.sample(&inner).await?);
        let refused = |error: &S3Error, mut trace: Trace| {
            Get::refused(error, &mut trace);
            Ok(refusal(error, trace.take()))
        };
        loop {
            match get.want() {
                Ok(Want::Parse { bytes }) => {
                    let bytes = reader.take(&inner, u32::try_from(bytes).unwrap_or(u32::MAX)).await?;
                    if let Err(error) = get.feed(&bytes.to_vec()) {
                        return refused(&error, trace);
                    }
                }
                Ok(Want::Unlock) => break,
                Ok(Want::Frame(_) | Want::Done) => return refused(&EnvelopeError::OutOfTurn.into(), trace),
                Err(error) => return refused(&error, trace),
            }
        }
        let planned = loop {
            let mut attempt = Trace::listening();
            let host_now = inner.host_now();
            let planned = inner.with(|state| {
                let random = &mut *inner.random.borrow_mut();
                get.plan_unlock(&state.kms, &sample, &mut Env { host_now, random }, &mut attempt)
            })?;
            if inner.commit(planned.changes).await? {
                trace = attempt;
                break planned.result;
            }
            inner.refresh().await?;
        };
        let key = match planned {
            Ok(key) => key,
            Err(error) => return Ok(refusal(&error, trace.take())),
        };
        if let Err(error) = get.unlock(key, &mut trace) {
            return refused(&error, trace);
        }
        let key = get.message_key().ok_or(StorageError::Closed)?;
        let cipher = Cipher::new(key.expose(), inner.settings.engine).await.ok_or(StorageError::Closed)?;
        let content_type = get.object().content_type.clone();
        let reading =
            Reading { inner, get, trace, reader, cipher, content_type, refused: Refused::default() };
        let session = Self(Rc::new(RefCell::new(Some(reading))));
        Ok(object([("session", session.into())].into_iter()))
    }
}

#[wasm_bindgen]
impl GetSession {
    /// Bytes of plaintext, as they were put.
    #[wasm_bindgen(getter)]
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    pub fn length(&self) -> f64 {
        self.0.borrow().as_ref().map_or(0.0, |reading| reading.get.object().content_length as f64)
    }

    /// The media type that the object was put with.
    #[wasm_bindgen(getter, js_name = contentType)]
    #[must_use]
    pub fn content_type(&self) -> String {
        self.0.borrow().as_ref().map(|reading| reading.content_type.clone()).unwrap_or_default()
    }

    /// The next frame: resolves to `{ plaintext: Promise<Uint8Array> }`, or to nothing behind the last. One call at a
    /// time; of the plaintexts several may be on their way.
    pub fn next(&self) -> Given<Promise> {
        let slot = Rc::clone(&self.0);
        promise(async move {
            // Out of its place while it is read, so that nothing is borrowed across the await.
            let mut reading = slot.borrow_mut().take().ok_or_else(over)?;
            let result = reading.next().await;
            let opened = result.map(|next| next.map(|frame| plaintext(&reading, frame)));
            *slot.borrow_mut() = Some(reading);
            Ok(opened?.map_or(JsValue::UNDEFINED, |promise| {
                object([("plaintext", JsValue::from(promise))].into_iter())
            }))
        })
    }

    /// Ends the get once every plaintext has come: `{ answer, steps }`, or `{ error, steps }` where the message is cut
    /// or goes on. `sample` is the plaintext's beginning, for the trace.
    pub fn finish(&self, sample: &Uint8Array) -> Result<JsValue, JsValue> {
        let reading = self.0.borrow_mut().take().ok_or_else(over)?;
        let Reading { get, mut trace, reader, refused, .. } = reading;
        let remaining = get.object().stored_length.saturating_sub(reader.taken);
        let ended = match refused.borrow_mut().take() {
            Some(error) => Err(error),
            None => get.finish(remaining, &copy_in(sample), &mut trace),
        };
        Ok(match ended {
            Ok(done) => {
                let steps = to_js(&trace.take().into_value());
                object([("answer", to_js(&describe(&done))), ("steps", steps)].into_iter())
            }
            Err(error) => {
                Get::refused(&error, &mut trace);
                refusal(&error, trace.take())
            }
        })
    }

    /// Whether a frame was refused: then `finish` tells why.
    #[wasm_bindgen(getter, js_name = isRefused)]
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.borrow().as_ref().is_some_and(|reading| reading.refused.borrow().is_some())
    }

    /// Gives up; the keys are forgotten.
    pub fn abort(&self) {
        self.0.borrow_mut().take();
    }
}

impl Reading {
    /// Reads up to the next frame's end; the reader goes on before the frame is opened, and a frame that does not open
    /// is found when its plaintext is awaited.
    async fn next(&mut self) -> Result<Option<(FrameJob, Uint8Array)>, Failure> {
        loop {
            match self.get.want().map_err(|error| self.refuse(error))? {
                Want::Parse { bytes } => {
                    let bytes =
                        self.reader.take(&self.inner, u32::try_from(bytes).unwrap_or(u32::MAX)).await?;
                    self.get.feed(&bytes.to_vec()).map_err(|error| self.refuse(error))?;
                }
                Want::Frame(job) => {
                    let length = job.length.saturating_add(16);
                    let sealed = self.reader.take(&self.inner, length).await?;
                    if sealed.length() < length {
                        return Err(self.refuse(EnvelopeError::Truncated.into()));
                    }
                    self.get.opened().map_err(|error| self.refuse(error))?;
                    return Ok(Some((job, sealed)));
                }
                Want::Done => return Ok(None),
                Want::Unlock => return Err(self.refuse(EnvelopeError::OutOfTurn.into())),
            }
        }
    }

    fn refuse(&self, error: S3Error) -> Failure {
        Failure::S3(self.refused.borrow_mut().get_or_insert(error).clone())
    }
}

fn plaintext(reading: &Reading, (job, sealed): (FrameJob, Uint8Array)) -> Promise {
    let (cipher, refused) = (reading.cipher.clone(), Rc::clone(&reading.refused));
    future_to_promise(async move {
        match cipher.decrypt(&job.iv, &job.aad, &sealed).await.map_err(Failure::from)? {
            Some(plaintext) => Ok(plaintext.into()),
            None => {
                let error = S3Error::from(EnvelopeError::FrameTag);
                Err(Failure::S3(refused.borrow_mut().get_or_insert(error).clone()).into())
            }
        }
    })
}

fn over() -> Failure {
    StorageError::Closed.into()
}
