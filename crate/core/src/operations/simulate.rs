//! May this caller do this? Asked without doing it: what the operation would ask, with the reasons for each answer.

use super::Context;
use crate::hierarchy::blob::Blob;
use crate::keys::AliasName;
use crate::model::{KmsError, RequestError, Value};

/// Asks all that `context`'s operation would ask of the policies and grants, as far as its request says: it need not be
/// whole. The answers are among the explanations.
///
/// # Errors
/// `NotFoundException` and its like for a key that is not there, `ValidationException` where no key is named.
pub(crate) fn simulate(context: &mut Context<'_>, input: &Value) -> Result<(), KmsError> {
    told(context.authorise_in_account())?;
    let members: &[(&'static str, &str)] = match context.operation {
        "ReEncrypt" => &[("ReEncryptFrom", "SourceKeyId"), ("ReEncryptTo", "DestinationKeyId")],
        "CreateAlias" | "UpdateAlias" => &[("", "TargetKeyId")],
        "DeleteAlias" => &[],
        _ => &[("", "KeyId")],
    };
    if context.operation.ends_with("Alias") {
        let name = context.parameters.text("AliasName").unwrap_or_default().to_owned();
        told(context.authorise_alias(&format!(
            "arn:aws:kms:{}:{}:{name}",
            context.caller.region, context.caller.account
        )))?;
        let (account, region) = (context.caller.account, &context.caller.region);
        let alias =
            name.parse::<AliasName>().ok().and_then(|name| context.state.alias(account, region, &name));
        if let Some(target) = alias.map(|alias| alias.target.clone()) {
            told(context.key_by_reference(&target).map(drop))?;
        }
    }
    if context.operation == "ReEncrypt" {
        let destination = context.parameters.text("DestinationKeyId").unwrap_or_default();
        context.other_key = context.reference_of(destination);
    }
    for (action, member) in members {
        if !action.is_empty() {
            context.action = action;
        }
        let named = context.parameters.text(member).map(str::to_owned);
        let asked = match (named, key_of_blob(context, member, input)) {
            (Some(key_id), _) => context.key(&key_id).map(|key| key.reference.clone()),
            (None, Some(reference)) => context.key_by_reference(&reference).map(|key| key.reference.clone()),
            (None, None) if context.explanations.as_ref().is_some_and(|asked| !asked.is_empty()) => continue,
            (None, None) => {
                return Err(KmsError::validation(format!("{member} says which KMS key it is about.")));
            }
        };
        if let Ok(reference) = &asked {
            context.other_key = Some(reference.clone());
        }
        told(asked.map(drop))?;
    }
    if context.operation == "ReplicateKey"
        && let Some(region) = context.parameters.text("ReplicaRegion").and_then(|region| region.parse().ok())
    {
        told(context.authorise_replica(&region))?;
    }
    Ok(())
}

/// A refusal is among the explanations, and no reason not to ask on.
fn told(result: Result<(), KmsError>) -> Result<(), KmsError> {
    match result {
        Err(KmsError::Request(RequestError::AccessDenied, _)) => Ok(()),
        result => result,
    }
}

/// The key whose ciphertext the request brings.
fn key_of_blob(context: &Context<'_>, member: &str, input: &Value) -> Option<crate::keys::KeyRef> {
    if !matches!(member, "KeyId" | "SourceKeyId") {
        return None;
    }
    let Some(Value::Bytes(ciphertext)) = input.get("CiphertextBlob") else { return None };
    let blob = Blob::parse(ciphertext.expose())?;
    let key = context.state.key_with_material(&context.caller.region, blob.material)?;
    Some(key.reference.clone())
}
