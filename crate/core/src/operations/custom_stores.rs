//! CreateCustomKeyStore, ConnectCustomKeyStore, DisconnectCustomKeyStore, UpdateCustomKeyStore,
//! DeleteCustomKeyStore, DescribeCustomKeyStores.
//!
//! The connection is a switch: whoever names a cluster or a proxy is believed, and no foreign protocol is spoken. So
//! what AWS would learn from a cluster or a proxy (that it is not there, not active, not related, that a password is
//! wrong) is never answered here. Names, addresses and clusters that are taken, states and keys inside are checked.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html>

use super::Context;
use super::paging::{limit, page, parse_marker};
use crate::keys::{Backing, CloudHsm, ConnectionState, CustomKeyStore, CustomKeyStoreId, Origin, XksProxy};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, Timestamp};
use crate::store::{Kind, Record};

/// Custom key stores that an account may have in a Region.
const MAX_STORES: usize = 10;
/// How long connecting takes, in milliseconds. AWS takes up to 20 minutes for a CloudHSM key store.
const CONNECTING: i64 = 2_000;

request! {
    struct CredentialRequest {
        "AccessKeyId" access_key_id: String,
    }
}

request! {
    struct CreateCustomKeyStoreRequest {
        "CustomKeyStoreName" name: String,
        "CloudHsmClusterId" cluster: Option<String>,
        "TrustAnchorCertificate" trust_anchor: Option<String>,
        "KeyStorePassword" password: Option<String>,
        "CustomKeyStoreType" kind: Option<String>,
        "XksProxyUriEndpoint" endpoint: Option<String>,
        "XksProxyUriPath" path: Option<String>,
        "XksProxyVpcEndpointServiceName" vpc_service: Option<String>,
        "XksProxyVpcEndpointServiceOwner" vpc_owner: Option<String>,
        "XksProxyAuthenticationCredential" credential: Option<CredentialRequest>,
        "XksProxyConnectivity" connectivity: Option<String>,
    }
}

answer! {
    struct CreateCustomKeyStoreResponse {
        "CustomKeyStoreId" id: String,
    }
}

/// `CreateCustomKeyStore`: not yet connected.
pub(super) fn create_custom_key_store(
    context: &mut Context<'_>,
    request: CreateCustomKeyStoreRequest,
) -> Result<CreateCustomKeyStoreResponse, KmsError> {
    let (account, region) = (context.caller.account, context.caller.region.clone());
    let name = request.name.clone();
    let backing = backing(request)?;
    let store = CustomKeyStore {
        account,
        region,
        id: CustomKeyStoreId::generate(context.random)?,
        name,
        created: context.now,
        connected_from: None,
        backing,
    };
    check_taken(context, &store)?;
    let count = context.state.custom_key_stores_after(account, &store.region, None).count();
    if count >= MAX_STORES {
        let message = format!("The account has {MAX_STORES} custom key stores in {} already", store.region);
        return Err(KmsError::request(RequestError::LimitExceeded, message));
    }
    context.changes.put(&store);
    Ok(CreateCustomKeyStoreResponse { id: store.id.to_string() })
}

fn required<T>(member: Option<T>, name: &str) -> Result<T, KmsError> {
    member
        .ok_or_else(|| KmsError::validation(format!("{name} is required for this type of custom key store.")))
}

/// Refuses the first of these members that is given.
fn refuse_given(members: &[(&str, bool)]) -> Result<(), KmsError> {
    match members.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((name, _)) => {
            Err(KmsError::validation(format!("{name} is not valid for this type of custom key store.")))
        }
    }
}

/// What only an external key store has, in either request, and whether it is given.
macro_rules! proxy_members {
    ($request:ident) => {
        [
            ("XksProxyUriEndpoint", $request.endpoint.is_some()),
            ("XksProxyUriPath", $request.path.is_some()),
            ("XksProxyVpcEndpointServiceName", $request.vpc_service.is_some()),
            ("XksProxyVpcEndpointServiceOwner", $request.vpc_owner.is_some()),
            ("XksProxyAuthenticationCredential", $request.credential.is_some()),
            ("XksProxyConnectivity", $request.connectivity.is_some()),
        ]
    };
}

fn backing(request: CreateCustomKeyStoreRequest) -> Result<Backing, KmsError> {
    if request.kind.as_deref() == Some("EXTERNAL_KEY_STORE") {
        refuse_given(&[
            ("CloudHsmClusterId", request.cluster.is_some()),
            ("TrustAnchorCertificate", request.trust_anchor.is_some()),
            ("KeyStorePassword", request.password.is_some()),
        ])?;
        let proxy = XksProxy {
            connectivity: required(request.connectivity, "XksProxyConnectivity")?,
            access_key_id: required(request.credential, "XksProxyAuthenticationCredential")?.access_key_id,
            endpoint: required(request.endpoint, "XksProxyUriEndpoint")?,
            path: required(request.path, "XksProxyUriPath")?,
            vpc_service: request.vpc_service,
            vpc_owner: request.vpc_owner.and_then(|owner| owner.parse().ok()),
        };
        check_proxy(&proxy)?;
        return Ok(Backing::External(proxy));
    }
    refuse_given(&proxy_members!(request))?;
    required(request.password, "KeyStorePassword")?;
    let hsm = CloudHsm {
        cluster: required(request.cluster, "CloudHsmClusterId")?,
        trust_anchor: required(request.trust_anchor, "TrustAnchorCertificate")?,
    };
    // What is no certificate at all can be no cluster's.
    let text = hsm.trust_anchor.trim();
    if !text.starts_with("-----BEGIN CERTIFICATE-----") || !text.ends_with("-----END CERTIFICATE-----") {
        return Err(KmsError::request(
            RequestError::IncorrectTrustAnchor,
            "The trust anchor is not a certificate in PEM form.",
        ));
    }
    Ok(Backing::CloudHsm(hsm))
}

fn check_proxy(proxy: &XksProxy) -> Result<(), KmsError> {
    let is_vpc = proxy.connectivity == "VPC_ENDPOINT_SERVICE";
    match (is_vpc, &proxy.vpc_service) {
        (true, None) => Err(KmsError::validation(
            "XksProxyVpcEndpointServiceName is required for the connectivity VPC_ENDPOINT_SERVICE.",
        )),
        (false, Some(_)) => Err(KmsError::validation(
            "XksProxyVpcEndpointServiceName is not valid for the connectivity PUBLIC_ENDPOINT.",
        )),
        _ => Ok(()),
    }
}

/// Refuses what another custom key store of the account and Region has already.
fn check_taken(context: &Context<'_>, store: &CustomKeyStore) -> Result<(), KmsError> {
    let others = context.state.custom_key_stores_after(store.account, &store.region, None);
    for other in others.filter(|other| other.id != store.id) {
        let taken =
            |kind, what: &str| Err(KmsError::request(kind, format!("{what} is in use by {}.", other.id)));
        if other.name == store.name {
            return taken(RequestError::CustomKeyStoreNameInUse, &format!("The name {}", store.name));
        }
        match (&other.backing, &store.backing) {
            (Backing::CloudHsm(other), Backing::CloudHsm(this)) if other.cluster == this.cluster => {
                return taken(RequestError::CloudHsmClusterInUse, &this.cluster);
            }
            (Backing::External(other), Backing::External(this)) => {
                if (&other.endpoint, &other.path) == (&this.endpoint, &this.path) {
                    let address = format!("{}{}", this.endpoint, this.path);
                    return taken(RequestError::XksProxyUriInUse, &address);
                }
                if this.vpc_service.is_some() && other.vpc_service == this.vpc_service {
                    let service = this.vpc_service.as_deref().unwrap_or_default();
                    return taken(RequestError::XksProxyVpcEndpointServiceInUse, service);
                }
                // Each VPC endpoint service has a private DNS name of its own.
                if this.vpc_service.is_some() && other.endpoint == this.endpoint {
                    return taken(RequestError::XksProxyUriEndpointInUse, &this.endpoint);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

request! {
    /// The request of the operations that want to know the custom key store and nothing else.
    struct CustomKeyStoreRequest {
        "CustomKeyStoreId" id: String,
    }
}

fn find<'a>(context: &Context<'a>, id: &str) -> Result<&'a CustomKeyStore, KmsError> {
    let (account, region) = (context.caller.account, &context.caller.region);
    let parsed: Option<CustomKeyStoreId> = id.parse().ok();
    let store = parsed.and_then(|id| context.state.custom_key_store(account, region, &id));
    store.ok_or_else(|| {
        KmsError::request(RequestError::CustomKeyStoreNotFound, format!("Custom key store {id} not found."))
    })
}

fn invalid_state(context: &Context<'_>, store: &CustomKeyStore) -> KmsError {
    KmsError::request(
        RequestError::CustomKeyStoreInvalidState,
        format!("{} is {}.", store.id, store.connection(context.now).name()),
    )
}

/// `ConnectCustomKeyStore`: `CONNECTING` for two seconds, `CONNECTED` then.
pub(super) fn connect_custom_key_store(
    context: &mut Context<'_>,
    request: CustomKeyStoreRequest,
) -> Result<(), KmsError> {
    let store = find(context, &request.id)?;
    context.tell_of_store(store);
    if store.connected_from.is_none() {
        let connected_from = Some(context.now.plus(CONNECTING));
        context.changes.put(&CustomKeyStore { connected_from, ..store.clone() });
    }
    Ok(())
}

/// `DisconnectCustomKeyStore`: at once; its keys are unavailable.
pub(super) fn disconnect_custom_key_store(
    context: &mut Context<'_>,
    request: CustomKeyStoreRequest,
) -> Result<(), KmsError> {
    let store = find(context, &request.id)?;
    context.tell_of_store(store);
    if store.connected_from.is_none() {
        return Err(invalid_state(context, store));
    }
    context.changes.put(&CustomKeyStore { connected_from: None, ..store.clone() });
    Ok(())
}

/// `DeleteCustomKeyStore`: only without keys, and only when not connected.
pub(super) fn delete_custom_key_store(
    context: &mut Context<'_>,
    request: CustomKeyStoreRequest,
) -> Result<(), KmsError> {
    let store = find(context, &request.id)?;
    context.tell_of_store(store);
    if store.connection(context.now) != ConnectionState::Disconnected {
        return Err(invalid_state(context, store));
    }
    let keys: Vec<_> = context.state.keys_in_store(store).map(|key| key.reference.clone()).collect();
    for key in keys {
        // A key whose deletion has fallen due is no longer in it.
        if context.caught_up(&key)?.is_some() {
            let message = format!("{} contains KMS keys.", store.id);
            return Err(KmsError::request(RequestError::CustomKeyStoreHasKeys, message));
        }
    }
    context.changes.delete(Kind::CustomKeyStore, store.id());
    Ok(())
}

request! {
    struct UpdateCustomKeyStoreRequest {
        "CustomKeyStoreId" id: String,
        "NewCustomKeyStoreName" name: Option<String>,
        "KeyStorePassword" password: Option<String>,
        "CloudHsmClusterId" cluster: Option<String>,
        "XksProxyUriEndpoint" endpoint: Option<String>,
        "XksProxyUriPath" path: Option<String>,
        "XksProxyVpcEndpointServiceName" vpc_service: Option<String>,
        "XksProxyVpcEndpointServiceOwner" vpc_owner: Option<String>,
        "XksProxyAuthenticationCredential" credential: Option<CredentialRequest>,
        "XksProxyConnectivity" connectivity: Option<String>,
    }
}

/// `UpdateCustomKeyStore`: the name also while it is connected, the rest only while it is not.
pub(super) fn update_custom_key_store(
    context: &mut Context<'_>,
    request: UpdateCustomKeyStoreRequest,
) -> Result<(), KmsError> {
    let mut store = find(context, &request.id)?.clone();
    let is_more_than_the_name = request.password.is_some()
        || request.cluster.is_some()
        || proxy_members!(request).iter().any(|(_, is_given)| *is_given);
    let allowed = match store.connection(context.now) {
        ConnectionState::Disconnected => true,
        ConnectionState::Connected => !is_more_than_the_name,
        ConnectionState::Connecting => false,
    };
    if !allowed {
        return Err(invalid_state(context, &store));
    }
    if let Some(name) = request.name {
        store.name = name;
    }
    match &mut store.backing {
        Backing::CloudHsm(hsm) => {
            refuse_given(&proxy_members!(request))?;
            if let Some(cluster) = request.cluster {
                hsm.cluster = cluster;
            }
        }
        Backing::External(proxy) => {
            refuse_given(&[
                ("CloudHsmClusterId", request.cluster.is_some()),
                ("KeyStorePassword", request.password.is_some()),
            ])?;
            if let Some(connectivity) = request.connectivity {
                proxy.connectivity = connectivity;
                // A public endpoint has no service behind it.
                if proxy.connectivity == "PUBLIC_ENDPOINT" {
                    (proxy.vpc_service, proxy.vpc_owner) = (None, None);
                }
            }
            if let Some(endpoint) = request.endpoint {
                proxy.endpoint = endpoint;
            }
            if let Some(path) = request.path {
                proxy.path = path;
            }
            if let Some(service) = request.vpc_service.filter(|service| !service.is_empty()) {
                proxy.vpc_service = Some(service);
            }
            if let Some(owner) = request.vpc_owner {
                proxy.vpc_owner = owner.parse().ok();
            }
            if let Some(credential) = request.credential {
                proxy.access_key_id = credential.access_key_id;
            }
            check_proxy(proxy)?;
        }
    }
    check_taken(context, &store)?;
    context.changes.put(&store);
    Ok(())
}

request! {
    struct DescribeCustomKeyStoresRequest {
        "CustomKeyStoreId" id: Option<String>,
        "CustomKeyStoreName" name: Option<String>,
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct DescribeCustomKeyStoresResponse {
        "CustomKeyStores" stores: Vec<CustomKeyStoreEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

answer! {
    struct CustomKeyStoreEntry {
        "CustomKeyStoreId" id: String,
        "CustomKeyStoreName" name: String,
        "CloudHsmClusterId" cluster: Option<String>,
        "TrustAnchorCertificate" trust_anchor: Option<String>,
        "ConnectionState" connection: &'static str,
        "CreationDate" created: Timestamp,
        "CustomKeyStoreType" kind: &'static str,
        "XksProxyConfiguration" proxy: Option<XksProxyEntry>,
    }
}

answer! {
    struct XksProxyEntry {
        "Connectivity" connectivity: String,
        "AccessKeyId" access_key_id: String,
        "UriEndpoint" endpoint: String,
        "UriPath" path: String,
        "VpcEndpointServiceName" vpc_service: Option<String>,
        "VpcEndpointServiceOwner" vpc_owner: Option<String>,
    }
}

impl CustomKeyStoreEntry {
    fn of(store: &CustomKeyStore, now: Timestamp) -> Self {
        let (hsm, proxy) = match &store.backing {
            Backing::CloudHsm(hsm) => (Some(hsm.clone()), None),
            Backing::External(proxy) => (None, Some(proxy.clone())),
        };
        Self {
            id: store.id.to_string(),
            name: store.name.clone(),
            cluster: hsm.as_ref().map(|hsm| hsm.cluster.clone()),
            trust_anchor: hsm.map(|hsm| hsm.trust_anchor),
            connection: store.connection(now).name(),
            created: store.created,
            kind: store.backing.type_name(),
            proxy: proxy.map(|proxy| XksProxyEntry {
                connectivity: proxy.connectivity,
                access_key_id: proxy.access_key_id,
                endpoint: proxy.endpoint,
                path: proxy.path,
                vpc_owner: proxy
                    .vpc_service
                    .as_ref()
                    .map(|_| proxy.vpc_owner.unwrap_or(store.account).to_string()),
                vpc_service: proxy.vpc_service,
            }),
        }
    }
}

/// `DescribeCustomKeyStores`: all of the account and Region, or the one of that id or name.
pub(super) fn describe_custom_key_stores(
    context: &mut Context<'_>,
    request: DescribeCustomKeyStoresRequest,
) -> Result<DescribeCustomKeyStoresResponse, KmsError> {
    let limit = limit(request.limit, 100, 1000)?;
    let after: Option<CustomKeyStoreId> = parse_marker(request.marker.as_deref())?;
    let (account, region) = (context.caller.account, &context.caller.region);
    if request.id.is_some() && request.name.is_some() {
        return Err(KmsError::validation(
            "Specify either CustomKeyStoreId or CustomKeyStoreName, but not both.",
        ));
    }
    let id = request.id.as_deref().map(|id| find(context, id)).transpose()?.map(|store| &store.id);
    if let Some(name) = &request.name
        && !context.state.custom_key_stores_after(account, region, None).any(|store| store.name == *name)
    {
        let message = format!("Custom key store {name} not found.");
        return Err(KmsError::request(RequestError::CustomKeyStoreNotFound, message));
    }
    let stores = context.state.custom_key_stores_after(account, region, after.as_ref()).filter(|store| {
        id.is_none_or(|id| store.id == *id) && request.name.as_ref().is_none_or(|name| store.name == *name)
    });
    let page = page(stores, limit, |store| store.id.to_string());
    let entries = page.items.into_iter().map(|store| CustomKeyStoreEntry::of(store, context.now));
    Ok(DescribeCustomKeyStoresResponse {
        stores: entries.collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}

/// The custom key store that a new key of `origin` goes to, and the external key that it stands for.
pub(super) fn key_store_for(
    context: &Context<'_>,
    origin: Origin,
    (id, xks_key): (Option<&str>, Option<String>),
) -> Result<Option<(CustomKeyStoreId, Option<String>)>, KmsError> {
    if !origin.is_custom_key_store() {
        return match (id, xks_key) {
            (None, None) => Ok(None),
            _ => Err(KmsError::validation(format!(
                "CustomKeyStoreId and XksKeyId are not valid for the origin {}.",
                origin.name()
            ))),
        };
    }
    let id = id.ok_or_else(|| {
        KmsError::validation(format!("CustomKeyStoreId is required for the origin {}.", origin.name()))
    })?;
    match (origin, &xks_key) {
        (Origin::ExternalKeyStore, None) => {
            return Err(KmsError::validation("XksKeyId is required for the origin EXTERNAL_KEY_STORE."));
        }
        (Origin::CloudHsm, Some(_)) => {
            return Err(KmsError::validation("XksKeyId is not valid for the origin AWS_CLOUDHSM."));
        }
        _ => {}
    }
    let store = find(context, id)?;
    if store.backing.type_name() != origin.name() {
        return Err(KmsError::unsupported(format!(
            "{} is a custom key store of type {}, which does not hold keys of the origin {}.",
            store.id,
            store.backing.type_name(),
            origin.name()
        )));
    }
    if store.connection(context.now) != ConnectionState::Connected {
        return Err(invalid_state(context, store));
    }
    if let Some(external) = &xks_key
        && context.state.key_with_external(store, external).is_some()
    {
        return Err(KmsError::request(
            RequestError::XksKeyAlreadyInUse,
            format!("{external} is in use by another KMS key in {}.", store.id),
        ));
    }
    Ok(Some((store.id.clone(), xks_key)))
}

/// Refuses a custom key store that is no connected CloudHSM key store, for its random bytes.
pub(super) fn require_random_source(context: &Context<'_>, id: Option<&str>) -> Result<(), KmsError> {
    let Some(id) = id else { return Ok(()) };
    let store = find(context, id)?;
    match (&store.backing, store.connection(context.now)) {
        (Backing::External(_), _) => Err(KmsError::unsupported(format!(
            "{} is an external key store, which generates no random bytes.",
            store.id
        ))),
        (Backing::CloudHsm(_), ConnectionState::Connected) => Ok(()),
        _ => Err(invalid_state(context, store)),
    }
}
