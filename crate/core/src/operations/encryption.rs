//! Encrypt, Decrypt, ReEncrypt with symmetric KMS keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>

use zeroize::Zeroizing;

use super::Context;
use super::context::{ResolvedKey, require_algorithm, require_enabled, require_usage};
use crate::hierarchy::blob::{self, Blob, Made};
use crate::hierarchy::{EncryptionContext, MaterialId};
use crate::keys::{Key, KeyUsage};
use crate::model::shape::{FromValue, answer, request};
use crate::model::{KmsError, RequestError, SensitiveBlob, Value};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

const SYMMETRIC_DEFAULT: &str = "SYMMETRIC_DEFAULT";

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, KmsError> {
        Ok(value)
    }
}

request! {
    struct EncryptRequest {
        "KeyId" key_id: String,
        "Plaintext" plaintext: SensitiveBlob,
        "EncryptionContext" context: Option<EncryptionContext>,
        "EncryptionAlgorithm" algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct EncryptResponse {
        "CiphertextBlob" ciphertext: SensitiveBlob,
        "KeyId" key_id: String,
        "EncryptionAlgorithm" algorithm: &'static str,
    }
}

/// `Encrypt`: 1 to 4096 bytes.
pub(super) fn encrypt(
    context: &mut Context<'_>,
    request: EncryptRequest,
) -> Result<EncryptResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    symmetric_only(&key, request.algorithm.as_deref(), context.operation)?;
    require_enabled(&key)?;
    context.unless_dry_run(request.dry_run)?;
    let encryption_context = request.context.unwrap_or_default();
    let ciphertext = seal(
        context,
        &key,
        Made::ByEncrypt,
        &encryption_context,
        Some(Kind::Plaintext),
        request.plaintext.expose(),
    )?;
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, key.arn(), &ciphertext)));
    Ok(EncryptResponse {
        ciphertext: SensitiveBlob::new(ciphertext),
        key_id: key.arn(),
        algorithm: SYMMETRIC_DEFAULT,
    })
}

request! {
    struct DecryptRequest {
        "CiphertextBlob" ciphertext: Option<SensitiveBlob>,
        "KeyId" key_id: Option<String>,
        "EncryptionContext" context: Option<EncryptionContext>,
        "EncryptionAlgorithm" algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "Recipient" recipient: Option<Value>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct DecryptResponse {
        "KeyId" key_id: String,
        "Plaintext" plaintext: SensitiveBlob,
        "EncryptionAlgorithm" algorithm: &'static str,
        "KeyMaterialId" material_id: String,
    }
}

/// `Decrypt`: the ciphertext says which KMS key and material; `KeyId`, where given, must be that key.
pub(super) fn decrypt(
    context: &mut Context<'_>,
    request: DecryptRequest,
) -> Result<DecryptResponse, KmsError> {
    no_recipient(request.recipient.as_ref())?;
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let ciphertext = required(request.ciphertext)?;
    let (key, blob) = key_of_ciphertext(context, request.key_id.as_deref(), ciphertext.expose())?;
    symmetric_only(&key, request.algorithm.as_deref(), context.operation)?;
    require_enabled(&key)?;
    let encryption_context = request.context.unwrap_or_default();
    let plaintext = open(context, &key, &blob, &encryption_context)?;
    context.unless_dry_run(request.dry_run)?;
    context.used(&key);
    let kind = plaintext_kind(blob.made);
    answer_sent(context, |step| step.making(Artefact::shown(kind, "", &plaintext)));
    Ok(DecryptResponse {
        key_id: key.arn(),
        plaintext: plaintext.into(),
        algorithm: SYMMETRIC_DEFAULT,
        material_id: blob.material.to_string(),
    })
}

request! {
    struct ReEncryptRequest {
        "CiphertextBlob" ciphertext: Option<SensitiveBlob>,
        "SourceEncryptionContext" source_context: Option<EncryptionContext>,
        "SourceKeyId" source_key_id: Option<String>,
        "SourceEncryptionAlgorithm" source_algorithm: Option<String>,
        "DestinationKeyId" destination_key_id: String,
        "DestinationEncryptionContext" destination_context: Option<EncryptionContext>,
        "DestinationEncryptionAlgorithm" destination_algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct ReEncryptResponse {
        "CiphertextBlob" ciphertext: SensitiveBlob,
        "SourceKeyId" source_key_id: String,
        "KeyId" key_id: String,
        "SourceEncryptionAlgorithm" source_algorithm: &'static str,
        "DestinationEncryptionAlgorithm" destination_algorithm: &'static str,
        "SourceKeyMaterialId" source_material_id: String,
        "DestinationKeyMaterialId" destination_material_id: String,
    }
}

/// `ReEncrypt`: decrypts and encrypts again without the plaintext ever leaving.
pub(super) fn re_encrypt(
    context: &mut Context<'_>,
    request: ReEncryptRequest,
) -> Result<ReEncryptResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let ciphertext = required(request.ciphertext)?;
    let (source, blob) = key_of_ciphertext(context, request.source_key_id.as_deref(), ciphertext.expose())?;
    symmetric_only(&source, request.source_algorithm.as_deref(), context.operation)?;
    let destination = context.key(&request.destination_key_id)?;
    symmetric_only(&destination, request.destination_algorithm.as_deref(), context.operation)?;
    require_enabled(&source)?;
    require_enabled(&destination)?;
    let plaintext = open(context, &source, &blob, &request.source_context.unwrap_or_default())?;
    context.unless_dry_run(request.dry_run)?;
    let encryption_context = request.destination_context.unwrap_or_default();
    let again = seal(context, &destination, blob.made, &encryption_context, None, &plaintext)?;
    context.used(&source);
    context.used(&destination);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, destination.arn(), &again)));
    Ok(ReEncryptResponse {
        ciphertext: SensitiveBlob::new(again),
        source_key_id: source.arn(),
        key_id: destination.arn(),
        source_algorithm: SYMMETRIC_DEFAULT,
        destination_algorithm: SYMMETRIC_DEFAULT,
        source_material_id: blob.material.to_string(),
        destination_material_id: destination.current()?.id.to_string(),
    })
}

/// A ciphertext, which the service model leaves optional for the sake of some dry runs.
fn required(ciphertext: Option<SensitiveBlob>) -> Result<SensitiveBlob, KmsError> {
    ciphertext.ok_or_else(|| {
        KmsError::validation(
            "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member \
             must not be null",
        )
    })
}

/// The key that a ciphertext names, if the caller may know of it; where `key_id` is given, it must be that key.
fn key_of_ciphertext<'a, 'b>(
    context: &mut Context<'a>,
    key_id: Option<&str>,
    ciphertext: &'b [u8],
) -> Result<(ResolvedKey<'a>, Blob<'b>), KmsError> {
    let named = key_id.map(|key_id| context.key(key_id)).transpose()?;
    let blob = Blob::parse(ciphertext).ok_or_else(KmsError::invalid_ciphertext)?;
    let label = blob.material.to_string();
    context.trace.step(|| {
        Step::new(Actor::Kms, Action::Check, format!("the ciphertext names key material {label}"))
            .using(Artefact::shown(ciphertext_kind(blob.made), "", ciphertext))
    });
    let found = context.state.key_with_material(&context.caller.region, blob.material);
    let found = match found {
        Some(key) => context.caught_up(&key.reference)?,
        // Material that fell due within this very call stands among the changes only.
        None => named.clone().filter(|key| key.material(blob.material).is_some()),
    };
    let Some(key) = found else {
        return Err(match named {
            Some(_) => incorrect_key(),
            None => KmsError::unknown_ciphertext_key(),
        });
    };
    match named {
        Some(named) if named.reference != key.reference => Err(incorrect_key()),
        Some(named) => Ok((named, blob)),
        None => {
            if context.caller.account != key.reference.account {
                return Err(KmsError::unknown_ciphertext_key());
            }
            context.authorise(&key)?;
            Ok((key, blob))
        }
    }
}

fn incorrect_key() -> KmsError {
    KmsError::Request(
        RequestError::IncorrectKey,
        "The key ID in the request does not identify a CMK that can perform this operation.".to_owned(),
    )
}

/// Encrypts `plaintext` under the key's current material, step by step inside the HSM boundary. `shown` says as
/// what the plaintext may be traced; `None` where it never left.
pub(super) fn seal(
    context: &mut Context<'_>,
    key: &Key,
    made: Made,
    encryption_context: &EncryptionContext,
    shown: Option<Kind>,
    plaintext: &[u8],
) -> Result<Vec<u8>, KmsError> {
    let current = key.current()?;
    let material = context.unseal(key, current)?;
    let sealed = blob::seal((current.id, &material), made, encryption_context, plaintext, context.random)?;
    trace_derivation(context, current.id, &material, &sealed.nonce, &sealed.key);
    context.trace.step(|| {
        let step = Step::new(Actor::Hsm, Action::Encrypt, "AES-256-GCM")
            .using(Artefact::per_call_key(&sealed.key))
            .using(context_artefact(encryption_context))
            .making(Artefact::shown(ciphertext_kind(made), key.arn(), &sealed.blob));
        match shown {
            Some(kind) => step.using(Artefact::shown(kind, "", plaintext)),
            None => step,
        }
    });
    trace_discard(context, current.id, &material, &sealed.key);
    Ok(sealed.blob)
}

/// Opens a ciphertext under the material that it names.
fn open(
    context: &mut Context<'_>,
    key: &Key,
    blob: &Blob<'_>,
    encryption_context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KmsError> {
    let sealed = key.material(blob.material).ok_or_else(KmsError::unknown_ciphertext_key)?;
    let material = context.unseal(key, sealed)?;
    let per_call = blob::derive_per_call_key(&material, blob.nonce())?;
    trace_derivation(context, sealed.id, &material, blob.nonce(), &per_call);
    let opened = blob.open(&per_call, encryption_context);
    context.trace.step(|| {
        let outcome = if opened.is_ok() { "AES-256-GCM" } else { "AES-256-GCM: the tag does not fit" };
        Step::new(Actor::Hsm, Action::Decrypt, outcome)
            .using(Artefact::per_call_key(&per_call))
            .using(context_artefact(encryption_context))
    });
    trace_discard(context, sealed.id, &material, &per_call);
    opened
}

fn trace_derivation(
    context: &mut Context<'_>,
    id: MaterialId,
    material: &crate::crypto::KeyMaterial,
    nonce: &[u8],
    per_call: &crate::crypto::PerCallKey,
) {
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Derive, "NIST SP 800-108 counter mode, HMAC-SHA-256")
            .using(Artefact::key_material(id.to_string(), material))
            .using(Artefact::shown(Kind::Nonce, "", nonce))
            .making(Artefact::per_call_key(per_call))
    });
}

fn trace_discard(
    context: &mut Context<'_>,
    id: MaterialId,
    material: &crate::crypto::KeyMaterial,
    per_call: &crate::crypto::PerCallKey,
) {
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Discard, "")
            .using(Artefact::key_material(id.to_string(), material))
            .using(Artefact::per_call_key(per_call))
    });
}

/// Traces the answer on its way to whoever called.
pub(super) fn answer_sent(context: &mut Context<'_>, add: impl FnOnce(Step) -> Step) {
    let to = if context.caller.via_service.as_deref() == Some("s3") { Actor::S3 } else { Actor::You };
    context.trace.step(|| add(Step::new(Actor::Kms, Action::Send, "").to(to)));
}

fn context_artefact(encryption_context: &EncryptionContext) -> Artefact {
    let mut encoded = Vec::new();
    encryption_context.encode(&mut encoded);
    let pairs: Vec<String> =
        encryption_context.0.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    Artefact::shown(Kind::EncryptionContext, pairs.join(", "), &encoded)
}

fn ciphertext_kind(made: Made) -> Kind {
    match made {
        Made::ByEncrypt => Kind::Ciphertext,
        Made::ByGenerateDataKey => Kind::EncryptedDataKey,
    }
}

fn plaintext_kind(made: Made) -> Kind {
    match made {
        Made::ByEncrypt => Kind::Plaintext,
        Made::ByGenerateDataKey => Kind::DataKey,
    }
}

/// A key for encryption, and an algorithm that is its own.
fn symmetric_only(key: &Key, algorithm: Option<&str>, operation: &str) -> Result<(), KmsError> {
    require_usage(key, KeyUsage::EncryptDecrypt, operation)?;
    require_algorithm(key, algorithm.unwrap_or(SYMMETRIC_DEFAULT), &[SYMMETRIC_DEFAULT])
}

/// Answers for Nitro enclaves are not built.
pub(super) fn no_recipient(recipient: Option<&Value>) -> Result<(), KmsError> {
    match recipient {
        None | Some(Value::Null) => Ok(()),
        Some(_) => Err(KmsError::unsupported("tabkms does not implement Recipient yet")),
    }
}
