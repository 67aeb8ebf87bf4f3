//! GenerateMac and VerifyMac.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html>

use super::Context;
use super::context::{ResolvedKey, require_algorithm, require_enabled, require_usage};
use super::encryption::answer_sent;
use crate::crypto::mac::{self, MacAlgorithm};
use crate::keys::{Family, KeyUsage};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, SensitiveBlob};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

request! {
    struct GenerateMacRequest {
        "Message" message: SensitiveBlob,
        "KeyId" key_id: String,
        "MacAlgorithm" algorithm: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct GenerateMacResponse {
        "Mac" mac: SensitiveBlob,
        "MacAlgorithm" algorithm: String,
        "KeyId" key_id: String,
    }
}

/// `GenerateMac`: of a message of 1 to 4096 bytes.
pub(super) fn generate_mac(
    context: &mut Context<'_>,
    request: GenerateMacRequest,
) -> Result<GenerateMacResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let (key, algorithm) = mac_key(context, &request.key_id, &request.algorithm)?;
    context.unless_dry_run(request.dry_run)?;
    let current = key.current()?;
    let material = context.unseal(&key, current)?;
    let mac = mac::mac(algorithm, material.expose(), request.message.expose());
    let mac = mac.ok_or_else(|| KmsError::internal("the MAC could not be made"))?;
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Derive, request.algorithm.clone())
            .using(Artefact::key_material(current.id.to_string(), &material))
            .using(Artefact::shown(Kind::Plaintext, "", request.message.expose()))
            .making(Artefact::shown(Kind::Ciphertext, "MAC", &mac))
    });
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, "MAC", &mac)));
    Ok(GenerateMacResponse { mac: SensitiveBlob::new(mac), algorithm: request.algorithm, key_id: key.arn() })
}

request! {
    struct VerifyMacRequest {
        "Message" message: SensitiveBlob,
        "KeyId" key_id: String,
        "MacAlgorithm" algorithm: String,
        "Mac" mac: SensitiveBlob,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct VerifyMacResponse {
        "KeyId" key_id: String,
        "MacValid" valid: bool,
        "MacAlgorithm" algorithm: String,
    }
}

/// `VerifyMac`: true, or `KMSInvalidMacException`.
pub(super) fn verify_mac(
    context: &mut Context<'_>,
    request: VerifyMacRequest,
) -> Result<VerifyMacResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let (key, algorithm) = mac_key(context, &request.key_id, &request.algorithm)?;
    let material = context.unseal(&key, key.current()?)?;
    if !mac::verify(algorithm, material.expose(), request.message.expose(), request.mac.expose()) {
        return Err(KmsError::Request(RequestError::InvalidMac, String::new()));
    }
    context.unless_dry_run(request.dry_run)?;
    context.used(&key);
    Ok(VerifyMacResponse { key_id: key.arn(), valid: true, algorithm: request.algorithm })
}

fn mac_key<'a>(
    context: &mut Context<'a>,
    key_id: &str,
    algorithm: &str,
) -> Result<(ResolvedKey<'a>, MacAlgorithm), KmsError> {
    let key = context.key(key_id)?;
    require_usage(&key, KeyUsage::GenerateVerifyMac, context.operation)?;
    let own = key.spec.mac_algorithm();
    require_algorithm(&key, algorithm, own.as_slice())?;
    require_enabled(&key)?;
    match key.spec.family() {
        Family::Hmac(algorithm) => Ok((key, algorithm)),
        Family::Symmetric | Family::Pair(_) => Err(KmsError::internal("the KMS key is no HMAC key")),
    }
}
