//! Steps 1 to 4: the data arrives, KMS makes a data key, S3 encrypts and forgets it, the object is stored.

use tabkms_core::api::{Call, Env, Kms};
use tabkms_core::authz::Caller;
use tabkms_core::crypto::random::array;
use tabkms_core::crypto::{DataKey, Random};
use tabkms_core::envelope::{EncryptedDataKey, Encryptor, FrameJob, MessageKey};
use tabkms_core::hierarchy::EncryptionContext;
use tabkms_core::model::hex::Hex;
use tabkms_core::model::{KmsError, Timestamp, Value};
use tabkms_core::store::Changes;
use tabkms_core::trace::{Action, Actor, Artefact, Kind, Step, Trace};
use zeroize::Zeroizing;

use super::{BucketName, LARGE_FRAME, Object, ObjectKey, Planned, S3, S3Error, SMALL_BODY, SMALL_FRAME};

/// The key under which an object's ARN stands in the encryption context.
pub(super) const CONTEXT_KEY: &str = "aws:s3:arn";
/// The KMS key of objects for which none was named.
const DEFAULT_KEY: &str = "alias/aws/s3";
/// Who encrypted the data key, in the message's words.
pub(super) const PROVIDER: &str = "aws-kms";

/// What is to be put.
#[derive(Debug, Clone)]
pub struct PutObject {
    /// The bucket's name.
    pub bucket: String,
    /// The object key.
    pub key: String,
    /// The media type; `application/octet-stream` where nothing is known.
    pub content_type: String,
    /// The body's length in bytes.
    pub content_length: u64,
    /// The KMS key; `alias/aws/s3` where none is named.
    pub key_id: Option<String>,
}

/// A put under way: the data key is gone already, the message key goes with it.
#[derive(Debug)]
pub struct Put {
    encryptor: Encryptor,
    header: Vec<u8>,
    /// Bytes of plaintext in the frames so far.
    taken: u64,
    object: Object,
    context: EncryptionContext,
}

impl S3 {
    /// Plans a put up to its header. `sample` is the body's beginning, for the trace, empty where nobody listens.
    pub fn plan_put(
        &self,
        kms: &Kms,
        caller: &Caller,
        request: &PutObject,
        sample: &[u8],
        env: &mut Env<'_>,
        trace: &mut Trace,
    ) -> Planned<Put> {
        let names = BucketName::parse(&request.bucket)
            .and_then(|bucket| Ok((ObjectKey::parse(&request.key)?, bucket)))
            .and_then(|(key, bucket)| Ok((self.bucket(caller, &bucket)?, key, bucket)));
        let (bucket, key, name) = match names {
            Ok(names) => names,
            Err(error) => return Planned::refused(error),
        };
        let arn = key.arn(&name);
        trace.step(|| {
            let plaintext =
                Artefact::shown_prefix(Kind::Plaintext, &request.key, sample, request.content_length);
            Step::new(Actor::You, Action::Send, "HTTPS").to(Actor::S3).making(plaintext)
        });
        let context: EncryptionContext = [(CONTEXT_KEY, arn.as_str())].into_iter().collect();
        trace.step(|| {
            Step::new(Actor::S3, Action::Send, "GenerateDataKey").to(Actor::Kms).making(Artefact::shown(
                Kind::EncryptionContext,
                format!("{CONTEXT_KEY} = {arn}"),
                arn.as_bytes(),
            ))
        });
        let input = Value::Map(vec![
            ("KeyId".to_owned(), text(request.key_id.as_deref().unwrap_or(DEFAULT_KEY))),
            ("KeySpec".to_owned(), text("AES_256")),
            ("EncryptionContext".to_owned(), Value::Map(vec![(CONTEXT_KEY.to_owned(), text(&arn))])),
        ]);
        let mut call = Call::new("GenerateDataKey", input, caller.through("s3", &bucket.region));
        call.trace = std::mem::take(trace);
        let done = kms.plan(&mut call, env);
        *trace = call.trace;
        let result = done.answer.map_err(S3Error::from).and_then(|answer| {
            Put::begin(request, answer, context, (kms.now(env.host_now), env.random), trace)
        });
        Planned { result, changes: done.changes }
    }
}

impl Put {
    fn begin(
        request: &PutObject,
        mut answer: Value,
        context: EncryptionContext,
        (now, random): (Timestamp, &mut dyn Random),
        trace: &mut Trace,
    ) -> Result<Self, S3Error> {
        let incomplete = || KmsError::internal("GenerateDataKey answered without a data key");
        // The answer owns the plaintext and zeroizes it when it is dropped, at the end of this function.
        let data_key = answer.get("Plaintext").and_then(Value::as_bytes).and_then(DataKey::copy_from);
        let data_key = data_key.ok_or_else(incomplete)?;
        let ciphertext =
            answer.get("CiphertextBlob").and_then(Value::as_bytes).ok_or_else(incomplete)?.to_vec();
        let Value::String(key_arn) = answer.take("KeyId") else { return Err(incomplete().into()) };
        let encrypted = EncryptedDataKey {
            provider: PROVIDER.to_owned(),
            info: key_arn.clone().into_bytes(),
            ciphertext,
        };
        let message_id = array(random).map_err(KmsError::from)?;
        let frame_length = if request.content_length <= SMALL_BODY { SMALL_FRAME } else { LARGE_FRAME };
        let (encryptor, header) =
            Encryptor::begin(&data_key, message_id, &context, &[encrypted], frame_length)?;
        trace.step(|| {
            Step::new(Actor::S3, Action::Derive, "HKDF-SHA-512")
                .using(Artefact::data_key("", &data_key))
                .making(Artefact::message_key())
        });
        let object = Object {
            bucket: request.bucket.clone(),
            key: request.key.clone(),
            content_type: request.content_type.clone(),
            content_length: request.content_length,
            stored_length: 0,
            last_modified: now,
            etag: hexadecimal(&array::<16>(random).map_err(KmsError::from)?),
            key_arn,
            body: hexadecimal(&array::<16>(random).map_err(KmsError::from)?),
        };
        Ok(Self { encryptor, header, taken: 0, object, context })
    }

    /// The message's header: the first bytes to store.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// What the host keeps the body under.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.object.body
    }

    /// The frame length in bytes of plaintext: what every frame but the last has.
    #[must_use]
    pub fn frame_length(&self) -> u32 {
        self.encryptor.frame_length()
    }

    /// The key for the host's own AES.
    #[must_use]
    pub fn message_key(&self) -> &MessageKey {
        self.encryptor.message_key()
    }

    /// The next frame, for a host that encrypts: it stores prefix ‖ ciphertext ‖ tag.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the lengths do not fit.
    pub fn frame(&mut self, length: u32, last: bool) -> Result<FrameJob, S3Error> {
        let job = self.encryptor.frame(length, last)?;
        self.taken = self.taken.saturating_add(u64::from(length));
        Ok(job)
    }

    /// The next frame, encrypted here: the same bytes.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the lengths do not fit.
    pub fn seal(&mut self, plaintext: &[u8], last: bool) -> Result<Vec<u8>, S3Error> {
        let frame = self.encryptor.seal(plaintext, last)?;
        self.taken = self.taken.saturating_add(plaintext.len() as u64);
        Ok(frame)
    }

    /// Ends the put: with its changes the object exists. `sample` is the stored object's beginning, for the trace.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the last frame has not been made, [`S3Error::IncompleteBody`] where the frames
    /// held more or less than the length that the put began with.
    pub fn finish(
        self,
        sample: &[u8],
        stored_length: u64,
        trace: &mut Trace,
    ) -> Result<(Object, Changes), S3Error> {
        let header_length = self.header.len();
        self.encryptor.finish()?;
        if self.taken != self.object.content_length {
            return Err(S3Error::IncompleteBody);
        }
        let object = Object { stored_length, ..self.object };
        let frames = sample.get(header_length..).unwrap_or_default();
        let frames_length = stored_length.saturating_sub(header_length as u64);
        trace_body(
            trace,
            Action::Encrypt,
            Artefact::shown_prefix(Kind::Ciphertext, "", frames, frames_length),
        );
        trace.step(|| {
            let label = self.context.0.iter().next().map(|(_, value)| value.clone()).unwrap_or_default();
            Step::new(Actor::S3, Action::Store, "").to(Actor::Storage).making(Artefact::shown_prefix(
                Kind::Object,
                label,
                sample,
                stored_length,
            ))
        });
        let mut changes = Changes::default();
        changes.put(&object);
        Ok((object, changes))
    }
}

/// The bulk work under the message key, and the end of both keys.
pub(super) fn trace_body(trace: &mut Trace, action: Action, made: Artefact) {
    trace.step(|| Step::new(Actor::S3, action, "AES-256-GCM").using(Artefact::message_key()).making(made));
    trace.step(|| {
        // What is left of the data key where it stood.
        let zeros = Zeroizing::new([0; 32]);
        Step::new(Actor::S3, Action::Discard, "")
            .using(Artefact::shown(Kind::DataKey, "overwritten with zeros", &*zeros))
            .using(Artefact::message_key())
    });
}

pub(super) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn hexadecimal(bytes: &[u8]) -> String {
    Hex(bytes).to_string()
}
