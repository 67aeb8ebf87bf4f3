//! Sign, Verify, GetPublicKey.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>

use super::Context;
use super::context::{ResolvedKey, material_artefact, require_algorithm, require_enabled, require_usage};
use super::encryption::answer_sent;
use super::keys::algorithms;
use crate::crypto::pair::rsa::{self, RsaSigning};
use crate::crypto::pair::{PairError, PairKind, Signed};
use crate::keys::{Family, Key, KeyUsage};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, SensitiveBlob};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

request! {
    struct SignRequest {
        "KeyId" key_id: String,
        "Message" message: SensitiveBlob,
        "MessageType" message_type: Option<String>,
        "SigningAlgorithm" algorithm: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct SignResponse {
        "KeyId" key_id: String,
        "Signature" signature: SensitiveBlob,
        "SigningAlgorithm" algorithm: String,
    }
}

/// `Sign`: a message of 1 to 4096 bytes, or its digest.
pub(super) fn sign(context: &mut Context<'_>, request: SignRequest) -> Result<SignResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let (key, kind) = signing_key(context, &request.key_id, &request.algorithm)?;
    let signed = signed(request.message.expose(), request.message_type.as_deref(), &request.algorithm)?;
    context.unless_dry_run(request.dry_run)?;
    let current = key.current()?;
    let material = context.unseal(&key, current)?;
    let name = request.algorithm.as_str();
    let signature = match RsaSigning::from_name(name) {
        Some(algorithm) => context.rsa_sign((current.id, &material), (name, algorithm), signed)?,
        None => kind.sign(&material, signed).map_err(|error| pair_error(error, name))?,
    };
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Encrypt, request.algorithm.clone())
            .using(material_artefact(&key, current, &material))
            .using(Artefact::shown(Kind::Plaintext, "", request.message.expose()))
            .making(Artefact::shown(Kind::Ciphertext, "signature", &signature))
    });
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, "signature", &signature)));
    Ok(SignResponse {
        key_id: key.arn(),
        signature: SensitiveBlob::new(signature),
        algorithm: request.algorithm,
    })
}

request! {
    struct VerifyRequest {
        "KeyId" key_id: String,
        "Message" message: SensitiveBlob,
        "MessageType" message_type: Option<String>,
        "Signature" signature: SensitiveBlob,
        "SigningAlgorithm" algorithm: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct VerifyResponse {
        "KeyId" key_id: String,
        "SignatureValid" valid: bool,
        "SigningAlgorithm" algorithm: String,
    }
}

/// `Verify`: true, or `KMSInvalidSignatureException`.
pub(super) fn verify(context: &mut Context<'_>, request: VerifyRequest) -> Result<VerifyResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let (key, kind) = signing_key(context, &request.key_id, &request.algorithm)?;
    let signed = signed(request.message.expose(), request.message_type.as_deref(), &request.algorithm)?;
    let (public, signature) = (public_key(&key)?, request.signature.expose());
    let valid = match RsaSigning::from_name(&request.algorithm) {
        Some(algorithm) => rsa::verify(public, algorithm, signed, signature),
        None => kind.verify(public, signed, signature),
    };
    if !valid.map_err(|error| pair_error(error, &request.algorithm))? {
        return Err(KmsError::Request(RequestError::InvalidSignature, String::new()));
    }
    context.unless_dry_run(request.dry_run)?;
    context.used(&key);
    Ok(VerifyResponse { key_id: key.arn(), valid: true, algorithm: request.algorithm })
}

fn signing_key<'a>(
    context: &mut Context<'a>,
    key_id: &str,
    algorithm: &str,
) -> Result<(ResolvedKey<'a>, PairKind), KmsError> {
    let key = context.key(key_id)?;
    require_usage(&key, KeyUsage::SignVerify, context.operation)?;
    require_algorithm(&key, algorithm, key.spec.signing_algorithms())?;
    require_enabled(&key)?;
    let kind = pair_kind(&key)?;
    Ok((key, kind))
}

/// What the message is by its type: `RAW` where nothing is said.
fn signed<'a>(
    message: &'a [u8],
    message_type: Option<&str>,
    algorithm: &str,
) -> Result<Signed<'a>, KmsError> {
    let message_type = message_type.unwrap_or("RAW");
    // Ed25519 hashes what it signs itself; Ed25519ph, by its name, gets the digest. Only ML-DSA knows a μ.
    let allowed: &[&str] = match algorithm {
        "ED25519_SHA_512" => &["RAW"],
        "ED25519_PH_SHA_512" => &["DIGEST"],
        "ML_DSA_SHAKE_256" => &["RAW", "EXTERNAL_MU"],
        _ => &["RAW", "DIGEST"],
    };
    if !allowed.contains(&message_type) {
        return Err(KmsError::validation(format!(
            "MessageType {message_type} is not valid for algorithm {algorithm}."
        )));
    }
    Ok(if message_type == "RAW" { Signed::Message(message) } else { Signed::Prepared(message) })
}

/// The key pair's kind; an internal error for a key that has none.
pub(super) fn pair_kind(key: &Key) -> Result<PairKind, KmsError> {
    match key.spec.family() {
        Family::Pair(kind) => Ok(kind),
        Family::Symmetric | Family::Hmac(_) => Err(KmsError::internal("the KMS key is no key pair")),
    }
}

/// The public key; an internal error for a key that has none.
pub(super) fn public_key(key: &Key) -> Result<&[u8], KmsError> {
    key.public_key.as_deref().ok_or_else(|| KmsError::internal("the KMS key has no public key"))
}

/// What went wrong with a key pair, in AWS's words.
pub(super) fn pair_error(error: PairError, algorithm: &str) -> KmsError {
    match error {
        PairError::DigestLength => {
            KmsError::validation(format!("Digest is invalid length for algorithm {algorithm}."))
        }
        PairError::PublicKey => KmsError::validation("The public key is not valid for the KMS key's spec."),
        PairError::CiphertextLength | PairError::Ciphertext => KmsError::invalid_ciphertext(),
        PairError::PrivateKey => KmsError::validation("The private key is not valid for the KMS key's spec."),
        PairError::PlaintextLength => {
            KmsError::validation("The plaintext is too long for the KMS key's spec.")
        }
        PairError::Failure(failure) => failure.into(),
        PairError::Unsupported => KmsError::internal("the key pair cannot do that"),
    }
}

request! {
    struct GetPublicKeyRequest {
        "KeyId" key_id: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
    }
}

answer! {
    struct GetPublicKeyResponse {
        "KeyId" key_id: String,
        "PublicKey" public_key: SensitiveBlob,
        "CustomerMasterKeySpec" customer_master_key_spec: &'static str,
        "KeySpec" spec: &'static str,
        "KeyUsage" usage: &'static str,
        "EncryptionAlgorithms" encryption: Option<Vec<&'static str>>,
        "SigningAlgorithms" signing: Option<Vec<&'static str>>,
        "KeyAgreementAlgorithms" agreement: Option<Vec<&'static str>>,
        "EncapsulationAlgorithms" encapsulation: Option<Vec<&'static str>>,
    }
}

/// `GetPublicKey`: DER SubjectPublicKeyInfo. A key without one is refused.
pub(super) fn get_public_key(
    context: &mut Context<'_>,
    request: GetPublicKeyRequest,
) -> Result<GetPublicKeyResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    let Some(public_key) = key.public_key.clone() else {
        return Err(KmsError::unsupported(format!("{} is not an asymmetric KMS key.", key.arn())));
    };
    require_enabled(&key)?;
    Ok(GetPublicKeyResponse {
        key_id: key.arn(),
        public_key: SensitiveBlob::new(public_key),
        customer_master_key_spec: key.spec.name(),
        spec: key.spec.name(),
        usage: key.usage.name(),
        encryption: algorithms(&key, KeyUsage::EncryptDecrypt),
        signing: algorithms(&key, KeyUsage::SignVerify),
        agreement: algorithms(&key, KeyUsage::KeyAgreement),
        encapsulation: algorithms(&key, KeyUsage::EncapsulateDecapsulate),
    })
}
