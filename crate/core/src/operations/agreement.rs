//! DeriveSharedSecret, Encapsulate, Decapsulate: two parties come to one secret.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html>

use super::Context;
use super::context::{require_algorithm, require_enabled, require_usage};
use super::encryption::{answer_sent, no_recipient};
use super::signing::{pair_error, pair_kind, public_key};
use crate::keys::KeyUsage;
use crate::model::shape::{answer, request};
use crate::model::{KmsError, SensitiveBlob, Value};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

request! {
    struct DeriveSharedSecretRequest {
        "KeyId" key_id: String,
        "KeyAgreementAlgorithm" algorithm: String,
        "PublicKey" public_key: SensitiveBlob,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
        "Recipient" recipient: Option<Value>,
    }
}

answer! {
    struct DeriveSharedSecretResponse {
        "KeyId" key_id: String,
        "SharedSecret" secret: SensitiveBlob,
        "KeyAgreementAlgorithm" algorithm: String,
        "KeyOrigin" origin: &'static str,
    }
}

/// `DeriveSharedSecret`: ECDH with the other side's public key, a DER SubjectPublicKeyInfo on the same curve.
pub(super) fn derive_shared_secret(
    context: &mut Context<'_>,
    request: DeriveSharedSecretRequest,
) -> Result<DeriveSharedSecretResponse, KmsError> {
    no_recipient(request.recipient.as_ref())?;
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    require_usage(&key, KeyUsage::KeyAgreement, context.operation)?;
    require_algorithm(&key, &request.algorithm, &["ECDH"])?;
    require_enabled(&key)?;
    let current = key.current()?;
    let material = context.unseal(&key, current)?;
    let secret = pair_kind(&key)?.agree(&material, request.public_key.expose());
    let secret = secret.map_err(|error| pair_error(error, &request.algorithm))?;
    context.unless_dry_run(request.dry_run)?;
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Derive, "ECDH")
            .using(Artefact::key_material(current.id.to_string(), &material))
            .making(Artefact::shown(Kind::DataKey, "shared secret", &secret))
    });
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::DataKey, "shared secret", &secret)));
    Ok(DeriveSharedSecretResponse {
        key_id: key.arn(),
        secret: secret.into(),
        algorithm: request.algorithm,
        origin: "AWS_KMS",
    })
}

request! {
    struct EncapsulateRequest {
        "KeyId" key_id: String,
        "EncapsulationAlgorithm" algorithm: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct EncapsulateResponse {
        "KeyId" key_id: String,
        "SharedSecret" secret: SensitiveBlob,
        "SharedSecretCiphertextBlob" ciphertext: SensitiveBlob,
        "EncapsulationAlgorithm" algorithm: String,
    }
}

/// `Encapsulate`: a fresh shared secret of 32 bytes, and its ciphertext under the KMS key.
pub(super) fn encapsulate(
    context: &mut Context<'_>,
    request: EncapsulateRequest,
) -> Result<EncapsulateResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    require_usage(&key, KeyUsage::EncapsulateDecapsulate, context.operation)?;
    require_algorithm(&key, &request.algorithm, &["ML_KEM"])?;
    require_enabled(&key)?;
    context.unless_dry_run(request.dry_run)?;
    let made = pair_kind(&key)?.encapsulate(public_key(&key)?, context.random);
    let (secret, ciphertext) = made.map_err(|error| pair_error(error, &request.algorithm))?;
    context.used(&key);
    answer_sent(context, |step| {
        step.making(Artefact::shown(Kind::DataKey, "shared secret", &secret)).making(Artefact::shown(
            Kind::EncryptedDataKey,
            key.arn(),
            &ciphertext,
        ))
    });
    Ok(EncapsulateResponse {
        key_id: key.arn(),
        secret: secret.into(),
        ciphertext: SensitiveBlob::new(ciphertext),
        algorithm: request.algorithm,
    })
}

request! {
    struct DecapsulateRequest {
        "KeyId" key_id: String,
        "SharedSecretCiphertextBlob" ciphertext: SensitiveBlob,
        "EncapsulationAlgorithm" algorithm: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct DecapsulateResponse {
        "KeyId" key_id: String,
        "SharedSecret" secret: SensitiveBlob,
        "EncapsulationAlgorithm" algorithm: String,
    }
}

/// `Decapsulate`: a wrong ciphertext of the right length gives a pseudo-random secret (implicit rejection).
pub(super) fn decapsulate(
    context: &mut Context<'_>,
    request: DecapsulateRequest,
) -> Result<DecapsulateResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    require_usage(&key, KeyUsage::EncapsulateDecapsulate, context.operation)?;
    require_algorithm(&key, &request.algorithm, &["ML_KEM"])?;
    require_enabled(&key)?;
    let material = context.unseal(&key, key.current()?)?;
    let secret = pair_kind(&key)?.decapsulate(&material, request.ciphertext.expose());
    let secret = secret.map_err(|error| pair_error(error, &request.algorithm))?;
    context.unless_dry_run(request.dry_run)?;
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::DataKey, "shared secret", &secret)));
    Ok(DecapsulateResponse { key_id: key.arn(), secret: secret.into(), algorithm: request.algorithm })
}
