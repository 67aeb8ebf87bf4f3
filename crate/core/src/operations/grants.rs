//! CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant, and grant tokens.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use super::Context;
use super::context::{ResolvedKey, in_state, require_enabled};
use super::paging::{Page, limit, page, parse_marker};
use crate::crypto::kdf;
use crate::crypto::secret::KEY_LEN;
use crate::keys::{
    Grant, GrantConstraints, GrantId, GrantPrincipal, Key, KeyRef, KeySpec, KeyState, KeyUsage, NotAnId,
};
use crate::model::Pairs;
use crate::model::hex::{self, Hex};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};
use crate::store::{Kind, Record};

/// Grants that one KMS key may have.
const MAX_GRANTS: usize = 50_000;
/// Pairs that one constraint may have.
const MAX_PAIRS: usize = 8;

request! {
    struct ConstraintsRequest {
        "EncryptionContextSubset" subset: Option<Pairs>,
        "EncryptionContextEquals" equals: Option<Pairs>,
        "SourceArn" source_arn: Option<String>,
    }
}

request! {
    struct CreateGrantRequest {
        "KeyId" key_id: String,
        "GranteePrincipal" grantee: Option<String>,
        "RetiringPrincipal" retiring: Option<String>,
        "Operations" operations: Vec<String>,
        "Constraints" constraints: Option<ConstraintsRequest>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "Name" name: Option<String>,
        "DryRun" dry_run: Option<bool>,
        "GranteeServicePrincipal" grantee_service: Option<String>,
        "RetiringServicePrincipal" retiring_service: Option<String>,
    }
}

answer! {
    struct CreateGrantResponse {
        "GrantToken" token: String,
        "GrantId" id: String,
    }
}

/// `CreateGrant`: asked again under the same name with the same parameters, it answers with the grant that is there.
pub(super) fn create_grant(
    context: &mut Context<'_>,
    request: CreateGrantRequest,
) -> Result<CreateGrantResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let grantee = one_of(request.grantee, request.grantee_service, "Grantee")?;
    let grantee = grantee
        .ok_or_else(|| KmsError::validation("Specify either GranteePrincipal or GranteeServicePrincipal."))?;
    let retiring = one_of(request.retiring, request.retiring_service, "Retiring")?;
    let constraints = request.constraints.map(constraints).transpose()?;
    if matches!(grantee, GrantPrincipal::Service(_)) {
        let has_source = constraints.as_ref().is_some_and(|constraints| constraints.source_arn.is_some());
        if !has_source || retiring.is_none() {
            return Err(KmsError::validation(
                "A GranteeServicePrincipal needs a SourceArn constraint and a retiring principal.",
            ));
        }
    }
    let key = context.key_not_alias(&request.key_id)?;
    check_operations(&key, &request.operations, constraints.as_ref())?;
    if key.state != KeyState::Unavailable {
        require_enabled(&key)?;
    }
    let grant = Grant {
        key: key.reference.clone(),
        id: GrantId::generate(context.random)?,
        name: request.name,
        grantee,
        retiring,
        operations: request.operations,
        constraints,
        created: context.now,
        issuer: context.caller.account,
    };
    let same_name = grant.name.as_deref().map(|name| context.state.grants_named(&grant.key, name));
    if let Some(existing) = same_name.into_iter().flatten().find(|existing| existing.is_like(&grant)) {
        context.unless_dry_run(request.dry_run)?;
        let (token, id) = (context.grant_token(existing)?, existing.id.to_string());
        return Ok(CreateGrantResponse { token, id });
    }
    if context.state.grant_count(&grant.key) >= MAX_GRANTS {
        let message = format!("{} has {MAX_GRANTS} grants already", key.arn());
        return Err(KmsError::request(RequestError::LimitExceeded, message));
    }
    context.unless_dry_run(request.dry_run)?;
    context.changes.put(&grant);
    Ok(CreateGrantResponse { token: context.grant_token(&grant)?, id: grant.id.to_string() })
}

/// The principal that is given: as an ARN, as a service, or not at all.
fn one_of(
    principal: Option<String>,
    service: Option<String>,
    whose: &str,
) -> Result<Option<GrantPrincipal>, KmsError> {
    match (principal, service) {
        (Some(_), Some(_)) => Err(KmsError::validation(format!(
            "Specify either {whose}Principal or {whose}ServicePrincipal, but not both."
        ))),
        (Some(principal), None) => {
            let is_arn = principal.starts_with("arn:aws") && principal.splitn(6, ':').count() == 6;
            let is_account = principal.parse::<crate::keys::AccountId>().is_ok();
            if is_arn || is_account {
                return Ok(Some(GrantPrincipal::Aws(principal)));
            }
            Err(KmsError::request(RequestError::InvalidArn, format!("Invalid principal '{principal}'")))
        }
        (None, service) => Ok(service.map(GrantPrincipal::Service)),
    }
}

fn constraints(request: ConstraintsRequest) -> Result<GrantConstraints, KmsError> {
    if [&request.subset, &request.equals].into_iter().flatten().any(|pairs| pairs.len() > MAX_PAIRS) {
        return Err(KmsError::validation(format!("A grant constraint has at most {MAX_PAIRS} pairs.")));
    }
    Ok(GrantConstraints {
        context_equals: request.equals,
        context_subset: request.subset,
        source_arn: request.source_arn,
    })
}

/// What a grant may allow on any key.
const ON_ANY_KEY: [&str; 3] = ["CreateGrant", "RetireGrant", "DescribeKey"];

/// What a grant may allow on a key of this kind, besides.
fn on_keys_like(key: &Key) -> &'static [&'static str] {
    match key.usage {
        KeyUsage::EncryptDecrypt if key.spec == KeySpec::SymmetricDefault => &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
        ],
        KeyUsage::EncryptDecrypt => &["Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"],
        KeyUsage::SignVerify => &["Sign", "Verify", "GetPublicKey"],
        KeyUsage::GenerateVerifyMac => &["GenerateMac", "VerifyMac"],
        KeyUsage::KeyAgreement => &["DeriveSharedSecret", "GetPublicKey"],
        KeyUsage::EncapsulateDecapsulate => &["Encapsulate", "Decapsulate", "GetPublicKey"],
    }
}

fn check_operations(
    key: &Key,
    operations: &[String],
    constraints: Option<&GrantConstraints>,
) -> Result<(), KmsError> {
    let allowed = on_keys_like(key);
    for operation in operations {
        let name = operation.as_str();
        if !ON_ANY_KEY.contains(&name) && !allowed.contains(&name) {
            return Err(KmsError::validation(format!(
                "Operation {name} is not supported by KMS keys of KeySpec {} and KeyUsage {}.",
                key.spec.name(),
                key.usage.name()
            )));
        }
    }
    let is_about_context = constraints.is_some_and(|constraints| {
        constraints.context_equals.is_some() || constraints.context_subset.is_some()
    });
    if is_about_context && key.spec != KeySpec::SymmetricDefault {
        return Err(KmsError::validation(
            "An encryption context constraint is only supported by symmetric encryption KMS keys.",
        ));
    }
    Ok(())
}

answer! {
    struct GrantEntry {
        "KeyId" key_id: String,
        "GrantId" id: String,
        "Name" name: Option<String>,
        "CreationDate" created: Timestamp,
        "GranteePrincipal" grantee: Option<String>,
        "RetiringPrincipal" retiring: Option<String>,
        "IssuingAccount" issuer: String,
        "Operations" operations: Vec<String>,
        "Constraints" constraints: Option<ConstraintsEntry>,
        "GranteeServicePrincipal" grantee_service: Option<String>,
        "RetiringServicePrincipal" retiring_service: Option<String>,
    }
}

answer! {
    struct ConstraintsEntry {
        "EncryptionContextSubset" subset: Option<Pairs>,
        "EncryptionContextEquals" equals: Option<Pairs>,
        "SourceArn" source_arn: Option<String>,
    }
}

impl From<&Grant> for GrantEntry {
    fn from(grant: &Grant) -> Self {
        let split = |principal: Option<&GrantPrincipal>| match principal {
            Some(GrantPrincipal::Aws(arn)) => (Some(arn.clone()), None),
            Some(GrantPrincipal::Service(service)) => (None, Some(service.clone())),
            None => (None, None),
        };
        let (grantee, grantee_service) = split(Some(&grant.grantee));
        let (retiring, retiring_service) = split(grant.retiring.as_ref());
        Self {
            key_id: grant.key.arn(),
            id: grant.id.to_string(),
            name: grant.name.clone(),
            created: grant.created,
            grantee,
            retiring,
            issuer: format!("arn:aws:iam::{}:root", grant.issuer),
            operations: grant.operations.clone(),
            constraints: grant.constraints.clone().map(|constraints| ConstraintsEntry {
                subset: constraints.context_subset,
                equals: constraints.context_equals,
                source_arn: constraints.source_arn,
            }),
            grantee_service,
            retiring_service,
        }
    }
}

request! {
    struct ListGrantsRequest {
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
        "KeyId" key_id: String,
        "GrantId" id: Option<String>,
        "GranteePrincipal" grantee: Option<String>,
        "GranteeServicePrincipal" grantee_service: Option<String>,
    }
}

answer! {
    struct ListGrantsResponse {
        "Grants" grants: Vec<GrantEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

impl ListGrantsResponse {
    fn of(page: Page<&Grant>) -> Self {
        Self {
            grants: page.items.into_iter().map(GrantEntry::from).collect(),
            next_marker: page.next_marker,
            truncated: page.truncated,
        }
    }
}

/// `ListGrants`: of one key, in the order of their ids; 50 a page, at most 100.
pub(super) fn list_grants(
    context: &mut Context<'_>,
    request: ListGrantsRequest,
) -> Result<ListGrantsResponse, KmsError> {
    let limit = limit(request.limit, 50, 100)?;
    let after: Option<GrantId> = parse_marker(request.marker.as_deref())?;
    let id = request.id.as_deref().map(grant_id).transpose()?;
    let grantee = one_of(request.grantee, request.grantee_service, "Grantee")?;
    let key = context.key_not_alias(&request.key_id)?;
    let name = |grant: &&Grant| grant.id.to_string();
    let is_after = |grant: &&Grant| after.is_none_or(|after| grant.id > after);
    let is_to = |grant: &&Grant| grantee.as_ref().is_none_or(|grantee| grant.grantee == *grantee);
    Ok(ListGrantsResponse::of(match (&id, &grantee) {
        (Some(id), _) => {
            let found = context.state.grant(&key.reference, id).ok_or_else(|| unknown_grant(id))?;
            page(std::iter::once(found).filter(is_after).filter(is_to), limit, name)
        }
        (None, Some(grantee)) => {
            let grants = context.state.grants_to(&key.reference, grantee.as_str(), after.as_ref());
            page(grants.filter(is_to), limit, name)
        }
        (None, None) => page(context.state.grants_of(&key.reference, after.as_ref()), limit, name),
    }))
}

request! {
    struct ListRetirableGrantsRequest {
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
        "RetiringPrincipal" retiring: Option<String>,
        "RetiringServicePrincipal" retiring_service: Option<String>,
    }
}

/// `ListRetirableGrants`: the Region's grants, on whosever keys, that a principal of the caller's account may retire;
/// 50 a page, at most 100.
pub(super) fn list_retirable_grants(
    context: &mut Context<'_>,
    request: ListRetirableGrantsRequest,
) -> Result<ListGrantsResponse, KmsError> {
    let limit = limit(request.limit, 50, 100)?;
    let after: Option<GrantRef> = parse_marker(request.marker.as_deref())?;
    let retiring = one_of(request.retiring, request.retiring_service, "Retiring")?;
    let Some(retiring) = retiring else {
        return Err(KmsError::validation("Specify either RetiringPrincipal or RetiringServicePrincipal."));
    };
    if let GrantPrincipal::Aws(arn) = &retiring {
        let account = context.caller.account.to_string();
        if arn.split(':').nth(4) != Some(account.as_str()) && *arn != account {
            return Err(KmsError::request(
                RequestError::InvalidArn,
                format!("{arn} is no principal of the account {account}"),
            ));
        }
    }
    let after = after.as_ref().map(|GrantRef(key, id)| (key, id));
    let grants = context.state.grants_retirable(&context.caller.region, retiring.as_str(), after);
    let grants = grants.filter(|grant| grant.retiring.as_ref() == Some(&retiring));
    Ok(ListGrantsResponse::of(page(grants, limit, |grant| grant.id())))
}

/// A grant by key and id, as a marker remembers it.
struct GrantRef(KeyRef, GrantId);

impl std::str::FromStr for GrantRef {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (key, id) = text.rsplit_once('/').ok_or(NotAnId)?;
        Ok(Self(key.parse()?, id.parse()?))
    }
}

request! {
    struct RevokeGrantRequest {
        "KeyId" key_id: String,
        "GrantId" id: String,
        "DryRun" dry_run: Option<bool>,
    }
}

/// `RevokeGrant`: takes back what was given.
pub(super) fn revoke_grant(context: &mut Context<'_>, request: RevokeGrantRequest) -> Result<(), KmsError> {
    let id = grant_id(&request.id)?;
    let key = context.key_not_alias(&request.key_id)?;
    remove(context, &key, &id, request.dry_run)
}

request! {
    struct RetireGrantRequest {
        "GrantToken" token: Option<String>,
        "KeyId" key_id: Option<String>,
        "GrantId" id: Option<String>,
        "DryRun" dry_run: Option<bool>,
    }
}

/// `RetireGrant`: gives back what was got. The grant is named by its token, or by key and id.
pub(super) fn retire_grant(context: &mut Context<'_>, request: RetireGrantRequest) -> Result<(), KmsError> {
    match (request.token, request.key_id, request.id) {
        (Some(token), None, None) => {
            let (key, id) = context.grant_of_token(&token).map(|grant| (grant.key.clone(), grant.id))?;
            retire(context, &key, &id, request.dry_run)
        }
        (None, Some(key_id), Some(id)) => {
            let id = grant_id(&id)?;
            let key = context.reference_not_alias(&key_id)?;
            retire(context, &key, &id, request.dry_run)
        }
        _ => Err(KmsError::validation("Specify either GrantToken, or both KeyId and GrantId.")),
    }
}

/// Whoever a grant names as the one to retire it needs no other leave.
fn retire(
    context: &mut Context<'_>,
    key: &KeyRef,
    id: &GrantId,
    dry_run: Option<bool>,
) -> Result<(), KmsError> {
    context.tell("grantId", id.to_string());
    let found = context.existing(key)?;
    match context.state.grant(key, id) {
        Some(grant) => context.authorise_retiring(&found, grant)?,
        None => context.authorise(&found)?,
    }
    remove(context, &found, id, dry_run)
}

fn remove(
    context: &mut Context<'_>,
    key: &ResolvedKey<'_>,
    id: &GrantId,
    dry_run: Option<bool>,
) -> Result<(), KmsError> {
    let grant = context.state.grant(&key.reference, id).ok_or_else(|| unknown_grant(id))?;
    if key.state == KeyState::Creating {
        return Err(in_state(key));
    }
    context.unless_dry_run(dry_run)?;
    context.changes.delete(Kind::Grant, grant.id());
    Ok(())
}

fn grant_id(text: &str) -> Result<GrantId, KmsError> {
    let invalid =
        |_: NotAnId| KmsError::request(RequestError::InvalidGrantId, format!("Invalid grant id '{text}'"));
    text.parse().map_err(invalid)
}

fn unknown_grant(id: &GrantId) -> KmsError {
    KmsError::not_found(format!("Grant ID {id} not found"))
}

/// How many bytes of a grant token authenticate it.
const TAG_LEN: usize = 16;

impl<'a> Context<'a> {
    /// A grant token: says which grant, under a nonce, and that this KMS made it. AWS's are opaque as well.
    fn grant_token(&mut self, grant: &Grant) -> Result<String, KmsError> {
        let nonce: [u8; 8] = crate::crypto::random::array(self.random)?;
        let said = [&nonce[..], grant.id().as_bytes()].concat();
        let tag = self.token_tag(&said)?;
        let tag = tag.get(..TAG_LEN).unwrap_or_default();
        Ok(format!("1-{}{}", Hex(tag), Hex(&said)))
    }

    fn token_tag(&self, said: &[u8]) -> Result<[u8; KEY_LEN], KmsError> {
        let mut tag = [0; KEY_LEN];
        kdf::derive(self.store_key.expose(), b"tabkms grant token", said, &mut tag)?;
        Ok(tag)
    }

    /// The grant that a token stands for.
    ///
    /// # Errors
    /// `InvalidGrantTokenException` where this KMS did not make it, or the grant is gone.
    pub(super) fn grant_of_token(&self, token: &str) -> Result<&'a Grant, KmsError> {
        use subtle::ConstantTimeEq;

        let invalid = || KmsError::request(RequestError::InvalidGrantToken, String::new());
        let bytes = token.strip_prefix("1-").and_then(hex::decode).ok_or_else(invalid)?;
        let (tag, said) = bytes.split_at_checked(TAG_LEN).ok_or_else(invalid)?;
        let expected = self.token_tag(said)?;
        if !bool::from(expected.get(..TAG_LEN).unwrap_or_default().ct_eq(tag)) {
            return Err(invalid());
        }
        let named = said.get(8..).and_then(|id| std::str::from_utf8(id).ok());
        let GrantRef(key, id) = named.and_then(|id| id.parse().ok()).ok_or_else(invalid)?;
        self.state.grant(&key, &id).ok_or_else(invalid)
    }
}
