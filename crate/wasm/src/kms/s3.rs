//! S3's small calls, and the beginning of its two long ones.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use tabkms_core::api::Env;
use tabkms_core::authz::Caller;
use tabkms_core::crypto::random;
use tabkms_core::model::hex::Hex;
use tabkms_core::model::shape::IntoValue;
use tabkms_core::model::{KmsError, Value};
use tabkms_core::trace::{Step, Trace};
use tabkms_services::s3::{Object, PutObject, S3Error};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::Given;
use super::get::GetSession;
use super::put::PutSession;
use super::store_loop::Inner;
use super::{Kms, error_object, map};
use crate::error::{Failure, StorageError};
use crate::host;
use crate::store::PIECE_LEN;
use crate::value::{object, to_js};
use crate::webcrypto::{copy_in, settled};

#[wasm_bindgen]
impl Kms {
    /// Makes a bucket.
    #[wasm_bindgen(js_name = createBucket)]
    pub fn create_bucket(&self, bucket: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            let caller = inner.s3_caller()?;
            loop {
                inner.refresh().await?;
                let now = inner.with(|state| state.kms.now(inner.host_now()))?;
                let changes = inner.with(|state| state.s3.plan_create_bucket(&caller, &bucket, now))??;
                if inner.commit(changes).await? {
                    return Ok(JsValue::UNDEFINED);
                }
            }
        })
    }

    /// What is known of an object without opening it; its time in seconds.
    #[wasm_bindgen(js_name = headObject)]
    pub fn head_object(&self, bucket: String, key: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            let object = inner.object(&bucket, &key).await?;
            Ok(to_js(&describe(&object)))
        })
    }

    /// All objects of a bucket, in the order of their keys.
    #[wasm_bindgen(js_name = listObjects)]
    pub fn list_objects(&self, bucket: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            let caller = inner.s3_caller()?;
            inner.refresh().await?;
            let list = inner.with(|state| {
                let objects = state.s3.list(&caller, &bucket, "")?;
                Ok::<Array, S3Error>(objects.map(|object| to_js(&describe(object))).collect())
            })??;
            Ok(list.into())
        })
    }

    /// Deletes an object; one that is not there is deleted already.
    #[wasm_bindgen(js_name = deleteObject)]
    pub fn delete_object(&self, bucket: String, key: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            let caller = inner.s3_caller()?;
            loop {
                inner.refresh().await?;
                let changes = inner.with(|state| state.s3.plan_delete(&caller, &bucket, &key))??;
                let old = inner.old_body(&caller, &bucket, &key)?;
                if inner.commit_all(changes, old).await? {
                    return Ok(JsValue::UNDEFINED);
                }
            }
        })
    }

    /// The bytes at rest, exactly as stored.
    #[wasm_bindgen(js_name = readStored)]
    pub fn read_stored(&self, bucket: String, key: String) -> Given<JsValue> {
        self.run(move |inner| async move {
            let object = inner.object(&bucket, &key).await?;
            let store = inner.with(|state| state.head.store.clone())?;
            let parts = Array::new();
            let mut index = 0;
            while let Some(piece) = inner.store.read_piece(&store, &object.body, index).await? {
                // A Blob of its own: the browser may move it out of memory at once.
                parts.push(&new_blob(&Array::of1(&piece))?.into());
                index += 1;
            }
            Ok(new_blob(&parts)?.into())
        })
    }

    /// Puts other bytes at rest for an object, as somebody with the disk could.
    #[wasm_bindgen(js_name = writeStored)]
    pub fn write_stored(&self, bucket: String, key: String, bytes: Blob) -> Given<JsValue> {
        self.run(move |inner| async move { inner.write_stored(&bucket, &key, &bytes).await })
    }

    /// Begins a put of `length` bytes: resolves to `{ session }`, or to `{ error, steps }`. `sample` is the
    /// plaintext's beginning, for the trace.
    #[wasm_bindgen(js_name = beginPut)]
    pub fn begin_put(
        &self,
        input: JsValue,
        length: f64,
        sample: Uint8Array,
        caller: JsValue,
    ) -> Given<JsValue> {
        self.run(move |inner| async move {
            let text = |name| host::member(&input, name).and_then(|value| value.as_string());
            // Bytes of a Blob: whole and far below 2^53.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let content_length = length as u64;
            let request = PutObject {
                bucket: text("Bucket").unwrap_or_default(),
                key: text("Key").unwrap_or_default(),
                content_type: text("ContentType").unwrap_or_else(|| "application/octet-stream".to_owned()),
                content_length,
                key_id: text("SSEKMSKeyId"),
            };
            let caller = inner.caller_of(&caller)?;
            inner.begin_put(&request, &sample, caller).await
        })
    }

    /// Begins the way back: reads the stored header and asks KMS for the data key. Resolves to `{ session }`, or to
    /// `{ error, steps }`.
    #[wasm_bindgen(js_name = beginGet)]
    pub fn begin_get(&self, bucket: String, key: String, caller: JsValue) -> Given<JsValue> {
        self.run(move |inner| async move {
            let caller = inner.caller_of(&caller)?;
            inner.begin_get(&bucket, &key, &caller).await
        })
    }

    /// Deletes bodies that no object names: what a put left that never came to its end. Only while no put is under
    /// way, here or in another tab.
    #[wasm_bindgen(js_name = dropOrphans)]
    pub fn drop_orphans(&self) -> Given<JsValue> {
        self.run(move |inner| async move {
            inner.refresh().await?;
            let mut bodies = Vec::new();
            let store = inner.with(|state| {
                bodies.extend(state.s3.bodies().map(str::to_owned));
                state.head.store.clone()
            })?;
            Ok(JsValue::from(inner.store.keep_bodies(&store, bodies).await?))
        })
    }
}

impl Inner {
    /// The owner of the buckets.
    fn s3_caller(&self) -> Result<Caller, Failure> {
        Ok(self.caller(None)?)
    }

    /// The body that a change of the object leaves without a name, if there is the object.
    pub(super) fn old_body(&self, caller: &Caller, bucket: &str, key: &str) -> Result<Vec<String>, Failure> {
        self.with(|state| {
            state.s3.head(caller, bucket, key).map(|object| object.body.clone()).into_iter().collect()
        })
    }

    async fn object(self: &Rc<Self>, bucket: &str, key: &str) -> Result<Object, Failure> {
        let caller = self.s3_caller()?;
        self.refresh().await?;
        Ok(self.with(|state| state.s3.head(&caller, bucket, key).cloned())??)
    }

    async fn write_stored(
        self: &Rc<Self>,
        bucket: &str,
        key: &str,
        bytes: &Blob,
    ) -> Result<JsValue, Failure> {
        let caller = self.s3_caller()?;
        self.object(bucket, key).await?;
        let store = self.with(|state| state.head.store.clone())?;
        let id: [u8; 16] = random::array(&mut *self.random.borrow_mut()).map_err(KmsError::from)?;
        let body = Hex(&id).to_string();
        let (mut at, mut index) = (0.0, 0);
        while at < bytes.size() {
            let end = (at + f64::from(PIECE_LEN)).min(bytes.size());
            let slice = bytes.slice_with_f64_and_f64(at, end);
            let slice = slice.map_err(|thrown| StorageError::from_thrown(&thrown))?;
            let piece = Uint8Array::new(&settled(Ok(slice.array_buffer().unchecked_into())).await?);
            self.store.put_piece(&store, &body, index, piece).await?;
            (at, index) = (end, index + 1);
        }
        // Bytes of a Blob: whole and far below 2^53.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let length = bytes.size() as u64;
        loop {
            self.refresh().await?;
            let old = self.old_body(&caller, bucket, key)?;
            let changes =
                self.with(|state| state.s3.plan_replace_body(&caller, (bucket, key), body.clone(), length))??;
            if self.commit_all(changes, old).await? {
                return Ok(JsValue::UNDEFINED);
            }
        }
    }

    async fn begin_put(
        self: &Rc<Self>,
        request: &PutObject,
        sample: &Uint8Array,
        caller: Caller,
    ) -> Result<JsValue, Failure> {
        let sample = copy_in(sample);
        loop {
            self.refresh().await?;
            let mut trace = Trace::listening();
            let host_now = self.host_now();
            let (planned, store) = self.with(|state| {
                let random = &mut *self.random.borrow_mut();
                let env = &mut Env { host_now, random };
                let planned = state.s3.plan_put(&state.kms, &caller, request, &sample, env, &mut trace);
                (planned, state.head.store.clone())
            })?;
            if !self.commit(planned.changes).await? {
                continue;
            }
            return match planned.result {
                Ok(put) => {
                    let session = PutSession::begin(Rc::clone(self), (put, caller), trace, store).await?;
                    Ok(object([("session", session.into())].into_iter()))
                }
                Err(error) => Ok(refusal(&error, trace.take())),
            };
        }
    }

    async fn begin_get(
        self: &Rc<Self>,
        bucket: &str,
        key: &str,
        caller: &Caller,
    ) -> Result<JsValue, Failure> {
        self.refresh().await?;
        let begun = self.with(|state| {
            let get = state.s3.get(caller, bucket, key)?;
            Ok::<_, S3Error>((get, state.head.store.clone()))
        })?;
        match begun {
            Ok((get, store)) => GetSession::begin(Rc::clone(self), get, store).await,
            Err(error) => Ok(refusal(&error, Vec::new())),
        }
    }
}

/// `{ error, steps }`.
pub(super) fn refusal(error: &S3Error, steps: Vec<Step>) -> JsValue {
    let error = error_object(&Failure::S3(error.clone()));
    object([("error", error), ("steps", to_js(&steps.into_value()))].into_iter())
}

fn new_blob(parts: &Array) -> Result<Blob, StorageError> {
    Blob::new_with_u8_array_sequence(parts).map_err(|thrown| StorageError::from_thrown(&thrown))
}

/// `ObjectDescription` in js/src/api.ts, the time in seconds.
pub(super) fn describe(object: &Object) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    map([
        ("Bucket", text(&object.bucket)),
        ("Key", text(&object.key)),
        ("ContentType", text(&object.content_type)),
        ("ContentLength", number(object.content_length)),
        ("StoredLength", number(object.stored_length)),
        ("LastModified", Value::Float(object.last_modified.seconds())),
        ("ETag", Value::String(format!("\"{}\"", object.etag))),
        ("ServerSideEncryption", text("aws:kms")),
        ("SSEKMSKeyId", text(&object.key_arn)),
    ])
}
