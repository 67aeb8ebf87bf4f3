//! GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext. KMS keeps neither half of the pair.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html>

use super::Context;
use super::data_keys::wrapping_key;
use super::encryption::{answer_sent, no_recipient, seal};
use super::signing::pair_error;
use crate::hierarchy::EncryptionContext;
use crate::hierarchy::blob::Made;
use crate::keys::{Family, KeySpec};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, SensitiveBlob, Value};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

request! {
    struct GenerateDataKeyPairRequest {
        "EncryptionContext" context: Option<EncryptionContext>,
        "KeyId" key_id: String,
        "KeyPairSpec" spec: String,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "Recipient" recipient: Option<Value>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct GenerateDataKeyPairResponse {
        "PrivateKeyCiphertextBlob" ciphertext: SensitiveBlob,
        "PrivateKeyPlaintext" plaintext: Option<SensitiveBlob>,
        "PublicKey" public_key: SensitiveBlob,
        "KeyId" key_id: String,
        "KeyPairSpec" spec: String,
        "KeyMaterialId" material_id: String,
    }
}

/// `GenerateDataKeyPair`: the private key as DER PKCS #8, in plaintext and under a symmetric KMS key; the public key as
/// DER SubjectPublicKeyInfo.
pub(super) fn generate_data_key_pair(
    context: &mut Context<'_>,
    request: GenerateDataKeyPairRequest,
) -> Result<GenerateDataKeyPairResponse, KmsError> {
    generate(context, request, true)
}

/// `GenerateDataKeyPairWithoutPlaintext`: for a private key that will be needed later, if at all.
pub(super) fn generate_data_key_pair_without_plaintext(
    context: &mut Context<'_>,
    request: GenerateDataKeyPairRequest,
) -> Result<GenerateDataKeyPairResponse, KmsError> {
    generate(context, request, false)
}

fn generate(
    context: &mut Context<'_>,
    request: GenerateDataKeyPairRequest,
    is_shown: bool,
) -> Result<GenerateDataKeyPairResponse, KmsError> {
    no_recipient(request.recipient.as_ref())?;
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let Some(Family::Pair(kind)) = KeySpec::from_name(&request.spec).map(KeySpec::family) else {
        return Err(KmsError::unsupported(format!(
            "tabkms does not implement KeyPairSpec {} yet",
            request.spec
        )));
    };
    let key = wrapping_key(context, &request.key_id)?;
    context.unless_dry_run_on(&key, request.dry_run)?;
    let pair = context.generate_pair(kind)?;
    let private = kind.pkcs8(&pair.private).map_err(|error| pair_error(error, ""))?;
    context.trace.step(|| {
        let made = if is_shown {
            Artefact::shown(Kind::DataKey, "private key", &private)
        } else {
            Artefact::kept_data_key(private.len())
        };
        Step::new(Actor::Hsm, Action::Generate, request.spec.clone()).making(made)
    });
    let encryption_context = request.context.unwrap_or_default();
    let shown = is_shown.then_some(Kind::DataKey);
    let ciphertext = seal(context, &key, Made::ByGenerateDataKey, &encryption_context, shown, &private)?;
    context.used(&key);
    let plaintext = is_shown.then_some(private);
    answer_sent(context, |step| {
        let step = step.making(Artefact::shown(Kind::EncryptedDataKey, key.arn(), &ciphertext));
        match &plaintext {
            Some(private) => step.making(Artefact::shown(Kind::DataKey, "private key", private)),
            None => step,
        }
    });
    Ok(GenerateDataKeyPairResponse {
        ciphertext: SensitiveBlob::new(ciphertext),
        plaintext: plaintext.map(SensitiveBlob::from),
        public_key: SensitiveBlob::new(pair.public),
        key_id: key.arn(),
        spec: request.spec,
        material_id: key.current()?.id.to_string(),
    })
}
