//! GenerateDataKey and GenerateDataKeyWithoutPlaintext. KMS keeps no data key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>

use zeroize::Zeroizing;

use super::Context;
use super::context::{ResolvedKey, require_algorithm, require_enabled, require_usage};
use super::encryption::{SYMMETRIC_DEFAULT, answer_sent, no_recipient, seal};
use crate::hierarchy::EncryptionContext;
use crate::hierarchy::blob::Made;
use crate::keys::KeyUsage;
use crate::model::shape::{answer, request};
use crate::model::{KmsError, SensitiveBlob, Value};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

request! {
    struct GenerateDataKeyRequest {
        "KeyId" key_id: String,
        "EncryptionContext" context: Option<EncryptionContext>,
        "NumberOfBytes" number_of_bytes: Option<i64>,
        "KeySpec" key_spec: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "Recipient" recipient: Option<Value>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct GenerateDataKeyResponse {
        "CiphertextBlob" ciphertext: SensitiveBlob,
        "Plaintext" plaintext: Option<SensitiveBlob>,
        "KeyId" key_id: String,
        "KeyMaterialId" material_id: String,
    }
}

/// `GenerateDataKey`: 1 to 1024 bytes, in plaintext and under the KMS key.
pub(super) fn generate_data_key(
    context: &mut Context<'_>,
    request: GenerateDataKeyRequest,
) -> Result<GenerateDataKeyResponse, KmsError> {
    let (key, data_key, ciphertext) = generate(context, request, true)?;
    answer_sent(context, |step| {
        step.making(Artefact::shown(Kind::DataKey, "", &data_key)).making(Artefact::shown(
            Kind::EncryptedDataKey,
            key.arn(),
            &ciphertext,
        ))
    });
    Ok(GenerateDataKeyResponse {
        ciphertext: SensitiveBlob::new(ciphertext),
        plaintext: Some(data_key.into()),
        key_id: key.arn(),
        material_id: key.current()?.id.to_string(),
    })
}

/// `GenerateDataKeyWithoutPlaintext`: for a key that somebody else will use, later.
pub(super) fn generate_data_key_without_plaintext(
    context: &mut Context<'_>,
    request: GenerateDataKeyRequest,
) -> Result<GenerateDataKeyResponse, KmsError> {
    let (key, _, ciphertext) = generate(context, request, false)?;
    answer_sent(context, |step| step.making(Artefact::shown(Kind::EncryptedDataKey, key.arn(), &ciphertext)));
    Ok(GenerateDataKeyResponse {
        ciphertext: SensitiveBlob::new(ciphertext),
        plaintext: None,
        key_id: key.arn(),
        material_id: key.current()?.id.to_string(),
    })
}

type Generated<'a> = (ResolvedKey<'a>, Zeroizing<Vec<u8>>, Vec<u8>);

fn generate<'a>(
    context: &mut Context<'a>,
    request: GenerateDataKeyRequest,
    shown: bool,
) -> Result<Generated<'a>, KmsError> {
    no_recipient(request.recipient.as_ref())?;
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let length = length_of(request.key_spec.as_deref(), request.number_of_bytes)?;
    let key = wrapping_key(context, &request.key_id)?;
    context.unless_dry_run_on(&key, request.dry_run)?;
    let mut data_key = Zeroizing::new(vec![0; length]);
    context.random.fill_data_key(&mut data_key)?;
    context.trace.step(|| {
        let made = match shown {
            true => Artefact::shown(Kind::DataKey, "", &data_key),
            false => Artefact::kept_data_key(length),
        };
        Step::new(Actor::Hsm, Action::Generate, format!("{} random bits", length * 8)).making(made)
    });
    let kind = shown.then_some(Kind::DataKey);
    let encryption_context = request.context.unwrap_or_default();
    let ciphertext = seal(context, &key, Made::ByGenerateDataKey, &encryption_context, kind, &data_key)?;
    context.used(&key);
    Ok((key, data_key, ciphertext))
}

/// The KMS key under which a data key goes: a symmetric one, in use.
pub(super) fn wrapping_key<'a>(context: &mut Context<'a>, key_id: &str) -> Result<ResolvedKey<'a>, KmsError> {
    let key = context.key(key_id)?;
    require_usage(&key, KeyUsage::EncryptDecrypt, context.operation)?;
    require_algorithm(&key, SYMMETRIC_DEFAULT, key.spec.encryption_algorithms())?;
    require_enabled(&key)?;
    Ok(key)
}

/// Exactly one of the two says how long.
fn length_of(key_spec: Option<&str>, number_of_bytes: Option<i64>) -> Result<usize, KmsError> {
    let either = || KmsError::validation("Please specify either number of bytes or key spec.");
    match (key_spec, number_of_bytes) {
        (Some("AES_256"), None) => Ok(32),
        (Some("AES_128"), None) => Ok(16),
        (None, Some(length)) => usize::try_from(length).map_err(|_| either()),
        _ => Err(either()),
    }
}
