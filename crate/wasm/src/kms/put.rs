//! A put under way: JavaScript hands in the plaintext frame by frame and gets back what to store.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise, Uint8Array};
use tabkms_core::authz::Caller;
use tabkms_core::model::shape::IntoValue;
use tabkms_core::trace::Trace;
use tabkms_services::s3::Put;
use wasm_bindgen::prelude::*;

use super::s3::describe;
use super::store_loop::Inner;
use super::{Given, promise};
use crate::error::{Failure, StorageError};
use crate::value::{object, to_js};
use crate::webcrypto::{Cipher, copy_in};

/// A put under way. The plaintext never enters wasm's memory where WebCrypto does the work.
#[wasm_bindgen]
pub struct PutSession {
    inner: Rc<Inner>,
    caller: Caller,
    // `None` once it has ended: with it goes the message key.
    put: RefCell<Option<(Put, Trace)>>,
    cipher: RefCell<Option<Cipher>>,
    store: String,
    body: String,
    header: Vec<u8>,
    frame_length: u32,
}

impl PutSession {
    pub(super) async fn begin(
        inner: Rc<Inner>,
        (put, caller): (Put, Caller),
        trace: Trace,
        store: String,
    ) -> Result<Self, Failure> {
        let cipher = Cipher::new(put.message_key().expose(), inner.settings.engine).await;
        Ok(Self {
            cipher: RefCell::new(cipher),
            store,
            body: put.body().to_owned(),
            header: put.header().to_vec(),
            frame_length: put.frame_length(),
            put: RefCell::new(Some((put, trace))),
            inner,
            caller,
        })
    }

    fn over() -> Failure {
        StorageError::Closed.into()
    }
}

#[wasm_bindgen]
impl PutSession {
    /// The message's header: the first bytes to store.
    #[wasm_bindgen(getter)]
    pub fn header(&self) -> Given<Uint8Array> {
        Ok(Uint8Array::from(self.header.as_slice()))
    }

    /// The frame length in bytes of plaintext: what every frame but the last has.
    #[wasm_bindgen(getter, js_name = frameLength)]
    #[must_use]
    pub fn frame_length(&self) -> u32 {
        self.frame_length
    }

    /// Encrypts the next frame: resolves to `[prefix, ciphertext and tag]`. Several may be under way at once; they are
    /// stored in the order in which they were begun.
    pub fn frame(&self, data: Uint8Array, last: bool) -> Given<Promise> {
        let begun = match &mut *self.put.borrow_mut() {
            Some((put, _)) => put.frame(data.length(), last).map_err(Failure::from),
            None => Err(Self::over()),
        };
        let cipher = self.cipher.borrow().clone();
        promise(async move {
            let job = begun?;
            let cipher = cipher.ok_or_else(Self::over)?;
            let sealed = cipher.encrypt(&job.iv, &job.aad, &data).await.map_err(Failure::from)?;
            Ok(Array::of2(&Uint8Array::from(job.prefix.as_slice()), &sealed).into())
        })
    }

    /// Stores one piece of what comes of header and frames, each but the last of 4 MiB.
    pub fn store(&self, index: u32, piece: Uint8Array) -> Given<Promise> {
        let (inner, store, body) = (Rc::clone(&self.inner), self.store.clone(), self.body.clone());
        promise(async move {
            inner.store.put_piece(&store, &body, index, piece).await.map_err(Failure::from)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Ends the put: resolves to `{ answer, steps }`, and the object exists. `sample` is the stored beginning, for the
    /// trace; `length` what is stored in all.
    pub fn finish(&self, sample: &Uint8Array, length: f64) -> Given<Promise> {
        let (inner, store) = (Rc::clone(&self.inner), self.store.clone());
        let ended = self.put.borrow_mut().take();
        self.cipher.borrow_mut().take();
        let sample = copy_in(sample);
        let caller = self.caller.clone();
        let turn = inner.gate.enter();
        promise(async move {
            let inside = turn.await;
            let (put, mut trace) = ended.ok_or_else(Self::over)?;
            // Bytes of a body: whole and far below 2^53.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let (made, changes) = put.finish(&sample, length as u64, &mut trace).map_err(Failure::from)?;
            loop {
                if inner.is_closed() {
                    return Err(Self::over().into());
                }
                inner.refresh().await?;
                // Erased or replaced in between: its pieces stand under a store that is gone.
                if inner.with(|state| state.head.store != store)? {
                    return Err(Self::over().into());
                }
                let old = inner.old_body(&caller, &made.bucket, &made.key)?;
                if inner.commit_all(changes.clone(), old).await? {
                    break;
                }
            }
            drop(inside);
            let steps = to_js(&trace.take().into_value());
            Ok(object([("answer", to_js(&describe(&made))), ("steps", steps)].into_iter()))
        })
    }

    /// Gives up: what was stored goes, the keys are forgotten.
    pub fn abort(&self) -> Given<Promise> {
        self.put.borrow_mut().take();
        self.cipher.borrow_mut().take();
        let (inner, store, body) = (Rc::clone(&self.inner), self.store.clone(), self.body.clone());
        promise(async move {
            inner.store.delete_body(&store, &body).await.map_err(Failure::from)?;
            Ok(JsValue::UNDEFINED)
        })
    }
}
