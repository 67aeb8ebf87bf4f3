//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html>

use super::Context;
use super::context::require_not_pending_deletion;
use super::paging::{Page, limit, page, parse_marker};
use crate::keys::{Alias, AliasName, Key};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};
use crate::store::Record;

/// Aliases that one KMS key may have.
const MAX_ALIASES: usize = 50;

request! {
    struct AliasRequest {
        "AliasName" name: String,
        "TargetKeyId" target: String,
    }
}

/// `CreateAlias`.
pub(super) fn create_alias(context: &mut Context<'_>, request: AliasRequest) -> Result<(), KmsError> {
    let name = customer_alias(&request.name)?;
    authorise(context, &name)?;
    let target = context.key_not_alias(&request.target)?;
    require_not_pending_deletion(&target)?;
    if let Some(existing) = context.state.alias(context.caller.account, &context.caller.region, &name) {
        return Err(KmsError::Request(
            RequestError::AlreadyExists,
            format!("An alias with the name {} already exists", existing.arn()),
        ));
    }
    require_room(context, &target.reference)?;
    context.changes.put(&Alias {
        name,
        target: target.reference.clone(),
        created: context.now,
        updated: context.now,
    });
    Ok(())
}

/// `UpdateAlias`: points an alias at another KMS key.
pub(super) fn update_alias(context: &mut Context<'_>, request: AliasRequest) -> Result<(), KmsError> {
    let name = customer_alias(&request.name)?;
    authorise(context, &name)?;
    let target = context.key_not_alias(&request.target)?;
    let mut alias = existing(context, &name)?;
    authorise_target(context, &alias)?;
    require_not_pending_deletion(&target)?;
    if alias.target != target.reference {
        require_room(context, &target.reference)?;
        alias.target = target.reference.clone();
        alias.updated = context.now;
        context.changes.put(&alias);
    }
    Ok(())
}

request! {
    struct DeleteAliasRequest {
        "AliasName" name: String,
    }
}

/// `DeleteAlias`: the KMS key stays.
pub(super) fn delete_alias(context: &mut Context<'_>, request: DeleteAliasRequest) -> Result<(), KmsError> {
    let name = customer_alias(&request.name)?;
    authorise(context, &name)?;
    let alias = existing(context, &name)?;
    authorise_target(context, &alias)?;
    context.concerns(&alias.target);
    context.changes.delete(Alias::KIND, alias.id());
    Ok(())
}

/// An alias's operations need leave for the alias, and for each key that it points at.
fn authorise(context: &mut Context<'_>, name: &AliasName) -> Result<(), KmsError> {
    context.authorise_alias(&name.arn(context.caller.account, &context.caller.region))
}

fn authorise_target(context: &mut Context<'_>, alias: &Alias) -> Result<(), KmsError> {
    match context.caught_up(&alias.target)? {
        Some(key) => context.authorise(&key),
        None => Ok(()),
    }
}

fn existing(context: &Context<'_>, name: &AliasName) -> Result<Alias, KmsError> {
    let (account, region) = (context.caller.account, &context.caller.region);
    let alias = context.state.alias(account, region, name).cloned();
    alias.ok_or_else(|| KmsError::not_found(format!("Alias {} is not found.", name.arn(account, region))))
}

fn require_room(context: &Context<'_>, key: &crate::keys::KeyRef) -> Result<(), KmsError> {
    if context.state.aliases_of(key, None).count() < MAX_ALIASES {
        return Ok(());
    }
    Err(KmsError::Request(
        RequestError::LimitExceeded,
        format!("{} has {MAX_ALIASES} aliases already", key.arn()),
    ))
}

/// A name that customers may use: `alias/`, then `[a-zA-Z0-9/_-]`, but not `alias/aws/`.
fn customer_alias(text: &str) -> Result<AliasName, KmsError> {
    if !text.starts_with("alias/") {
        return Err(KmsError::validation("Invalid identifier"));
    }
    let name: AliasName = text
        .parse()
        .map_err(|_| KmsError::validation(format!("{text} contains invalid characters for an alias")))?;
    if name.is_reserved() {
        return Err(KmsError::Request(
            RequestError::InvalidAliasName,
            "Alias names that begin with alias/aws/ are reserved for AWS managed keys".to_owned(),
        ));
    }
    Ok(name)
}

request! {
    struct ListAliasesRequest {
        "KeyId" key_id: Option<String>,
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct ListAliasesResponse {
        "Aliases" aliases: Vec<AliasListEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

answer! {
    struct AliasListEntry {
        "AliasName" name: String,
        "AliasArn" arn: String,
        "TargetKeyId" target: String,
        "CreationDate" created: Timestamp,
        "LastUpdatedDate" updated: Timestamp,
    }
}

/// `ListAliases`: of the caller's account and Region, or of one KMS key; 50 a page, at most 100.
pub(super) fn list_aliases(
    context: &mut Context<'_>,
    request: ListAliasesRequest,
) -> Result<ListAliasesResponse, KmsError> {
    let limit = limit(request.limit, 50, 100)?;
    let after: Option<AliasName> = parse_marker(request.marker.as_deref())?;
    let name = |alias: &&Alias| alias.name.to_string();
    let key = request.key_id.map(|key_id| context.key_not_alias(&key_id)).transpose()?;
    let page: Page<&Alias> = match &key {
        Some(key) => page(context.state.aliases_of(&key.reference, after.as_ref()), limit, name),
        None => {
            let (account, region) = (context.caller.account, &context.caller.region);
            let now = context.now;
            let alive = |alias: &&Alias| {
                let target = context.state.key(&alias.target);
                target.and_then(Key::deletion_date).is_none_or(|date| date > now)
            };
            page(context.state.aliases_after(account, region, after.as_ref()).filter(alive), limit, name)
        }
    };
    let entry = |alias: &Alias| AliasListEntry {
        name: alias.name.to_string(),
        arn: alias.arn(),
        target: alias.target.id.to_string(),
        created: alias.created,
        updated: alias.updated,
    };
    Ok(ListAliasesResponse {
        aliases: page.items.into_iter().map(entry).collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}
