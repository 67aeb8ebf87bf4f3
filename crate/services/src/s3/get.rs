//! Steps 5 to 7, the way back: the object is read, KMS opens its data key, S3 decrypts and forgets it.

use tabkms_core::api::{Call, Env, Kms};
use tabkms_core::authz::Caller;
use tabkms_core::crypto::DataKey;
use tabkms_core::envelope::{Decryptor, EnvelopeError, Limits, MessageKey, Want};
use tabkms_core::hierarchy::EncryptionContext;
use tabkms_core::keys::Region;
use tabkms_core::model::{KmsError, SensitiveBlob, Value};
use tabkms_core::trace::{Action, Actor, Artefact, Kind, Step, Trace};
use zeroize::Zeroizing;

use super::put::{CONTEXT_KEY, PROVIDER, text, trace_body};
use super::{BucketName, Object, ObjectKey, Planned, S3Error};

/// The data key that KMS opened, on its way to the derivation.
#[derive(Debug)]
pub struct OpenedKey(DataKey);

/// A get under way.
#[derive(Debug)]
pub struct Get {
    decryptor: Decryptor,
    object: Object,
    caller: Caller,
    arn: String,
}

impl Get {
    pub(super) fn begin(object: Object, caller: &Caller, region: &Region) -> Result<Self, S3Error> {
        let arn = ObjectKey::parse(&object.key)?.arn(&BucketName::parse(&object.bucket)?);
        let caller = caller.through("s3", region);
        Ok(Self { decryptor: Decryptor::new(Limits::default()), object, caller, arn })
    }

    /// The object's metadata.
    #[must_use]
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// What is needed next, in the order of the stored bytes.
    ///
    /// # Errors
    /// [`S3Error::Envelope`], once something was refused.
    pub fn want(&self) -> Result<Want, S3Error> {
        Ok(self.decryptor.want()?)
    }

    /// The bytes that [`Want::Parse`] asked for.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the message is not well formed.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), S3Error> {
        Ok(self.decryptor.feed(bytes)?)
    }

    /// Plans the call to KMS that [`Want::Unlock`] asks for: S3 sends the encrypted data key with the context that
    /// is this object's, whatever the stored header says. `sample` is the stored object's beginning, for the trace.
    pub fn plan_unlock(
        &self,
        kms: &Kms,
        sample: &[u8],
        env: &mut Env<'_>,
        trace: &mut Trace,
    ) -> Planned<OpenedKey> {
        let Some(header) = self.decryptor.header() else {
            return Planned::refused(EnvelopeError::OutOfTurn);
        };
        let key = header.keys.iter().find(|key| key.provider == PROVIDER);
        let Some(blob) = key.map(|key| key.ciphertext.clone()) else {
            return Planned::refused(KmsError::invalid_ciphertext());
        };
        trace.step(|| {
            Step::new(Actor::Storage, Action::Load, "").to(Actor::S3).making(Artefact::shown_prefix(
                Kind::Object,
                &self.arn,
                sample,
                self.object.stored_length,
            ))
        });
        let context: EncryptionContext = [(CONTEXT_KEY, self.arn.as_str())].into_iter().collect();
        trace.step(|| {
            let label = format!("{CONTEXT_KEY} = {}", self.arn);
            Step::new(Actor::S3, Action::Send, "Decrypt")
                .to(Actor::Kms)
                .making(Artefact::shown(Kind::EncryptedDataKey, &self.object.key_arn, &blob))
                .making(Artefact::shown(Kind::EncryptionContext, label, self.arn.as_bytes()))
        });
        let pairs = context.0.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        let input = Value::Map(vec![
            ("CiphertextBlob".to_owned(), Value::Bytes(SensitiveBlob::new(blob))),
            ("EncryptionContext".to_owned(), Value::Map(pairs)),
        ]);
        let mut call = Call::new("Decrypt", input, self.caller.clone());
        call.trace = std::mem::take(trace);
        let done = kms.plan(&mut call, env);
        *trace = call.trace;
        let result = done.answer.map_err(S3Error::from).and_then(|answer| {
            let plaintext = answer.get("Plaintext").and_then(Value::as_bytes);
            let data_key = plaintext.and_then(DataKey::copy_from).ok_or_else(KmsError::invalid_ciphertext)?;
            Ok(OpenedKey(data_key))
        });
        Planned { result, changes: done.changes }
    }

    /// Derives the message key from the data key, which ends here.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the header is not what was stored under this data key.
    pub fn unlock(&mut self, key: OpenedKey, trace: &mut Trace) -> Result<(), S3Error> {
        let OpenedKey(data_key) = key;
        self.decryptor.unlock(&data_key)?;
        trace.step(|| {
            Step::new(Actor::S3, Action::Derive, "HKDF-SHA-512")
                .using(Artefact::data_key("", &data_key))
                .making(Artefact::message_key())
        });
        Ok(())
    }

    /// The key for the host's own AES, once unlocked.
    #[must_use]
    pub fn message_key(&self) -> Option<&MessageKey> {
        self.decryptor.message_key()
    }

    /// Decrypts the frame that [`Want::Frame`] asked for: ciphertext ‖ tag.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the tag does not fit.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, S3Error> {
        Ok(self.decryptor.open(sealed)?)
    }

    /// The host has decrypted the frame that [`Want::Frame`] asked for.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where no frame was asked for.
    pub fn opened(&mut self) -> Result<(), S3Error> {
        Ok(self.decryptor.opened()?)
    }

    /// The host could not decrypt the frame: its tag does not fit. The reading ends with the error returned.
    #[must_use]
    pub fn forged(&mut self) -> S3Error {
        self.decryptor.forged().into()
    }

    /// Traces a frame or a message that was refused.
    pub fn refused(error: &S3Error, trace: &mut Trace) {
        trace.step(|| Step::new(Actor::S3, Action::Refuse, error.to_string()));
    }

    /// Ends the get: `remaining` is how many stored bytes were not asked for. `sample` is the plaintext's
    /// beginning, for the trace.
    ///
    /// # Errors
    /// [`S3Error::Envelope`] where the message is cut, or goes on behind its end.
    pub fn finish(self, remaining: u64, sample: &[u8], trace: &mut Trace) -> Result<Object, S3Error> {
        self.decryptor.finish(remaining)?;
        let length = self.object.content_length;
        let plaintext = || Artefact::shown_prefix(Kind::Plaintext, &self.object.key, sample, length);
        trace_body(trace, Action::Decrypt, plaintext());
        trace.step(|| Step::new(Actor::S3, Action::Send, "HTTPS").to(Actor::You).making(plaintext()));
        Ok(self.object)
    }
}
