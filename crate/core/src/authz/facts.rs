//! The condition keys of a request: those of KMS and the global ones.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
//!
//! Adding one: its line in [`KEYS`], or in [`FAMILIES`] where the name goes on behind a colon or a stroke.

use std::cell::OnceCell;
use std::collections::BinaryHeap;

use super::policy::Facts;
use super::question::{Question, Resource, pairs};
use crate::keys::principal::name_of;
use crate::keys::{Alias, Principal, Tag};
use crate::model::Value;

type Each<'a> = &'a mut dyn FnMut(&str);

/// Where the values of a condition key come from.
#[derive(Clone, Copy)]
enum Source {
    /// The request's member of this name, whose default is this.
    Parameter(&'static str, Option<&'static str>),
    /// The key's own, or, where there is no key yet, the request's member.
    OfKey(fn(&crate::keys::Key) -> &'static str, &'static str, &'static str),
    /// Computed.
    Computed(fn(&Question<'_>, Each<'_>)),
}

use Source::{Computed, OfKey, Parameter};

/// In lower case: names of condition keys are compared without case.
const KEYS: &[(&str, Source)] = &[
    ("kms:bypasspolicylockoutsafetycheck", Parameter("BypassPolicyLockoutSafetyCheck", Some("false"))),
    ("kms:calleraccount", Computed(caller_account)),
    ("kms:customermasterkeyspec", OfKey(|key| key.spec.name(), "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT")),
    ("kms:customermasterkeyusage", OfKey(|key| key.usage.name(), "KeyUsage", "ENCRYPT_DECRYPT")),
    ("kms:datakeypairspec", Parameter("KeyPairSpec", None)),
    ("kms:encryptionalgorithm", Computed(encryption_algorithm)),
    ("kms:encryptioncontextkeys", Computed(|asked, each| context(asked, &mut |key, _| each(key)))),
    ("kms:expirationmodel", Computed(expiration_model)),
    ("kms:grantconstraintsourcearn", Computed(|asked, each| maybe(source_of_grant(asked), each))),
    ("kms:grantconstrainttype", Computed(constraint_types)),
    ("kms:grantisforawsresource", Computed(is_for_aws_resource)),
    ("kms:grantoperations", Parameter("Operations", None)),
    ("kms:granteeprincipal", Parameter("GranteePrincipal", None)),
    ("kms:granteeserviceprincipal", Parameter("GranteeServicePrincipal", None)),
    ("kms:keyagreementalgorithm", Parameter("KeyAgreementAlgorithm", None)),
    ("kms:keyorigin", OfKey(|key| key.origin.name(), "Origin", "AWS_KMS")),
    ("kms:keyspec", OfKey(|key| key.spec.name(), "KeySpec", "SYMMETRIC_DEFAULT")),
    ("kms:keyusage", OfKey(|key| key.usage.name(), "KeyUsage", "ENCRYPT_DECRYPT")),
    ("kms:macalgorithm", Parameter("MacAlgorithm", None)),
    ("kms:messagetype", Computed(message_type)),
    ("kms:multiregion", OfKey(|key| truth(key.multi_region.is_some()), "MultiRegion", "false")),
    ("kms:multiregionkeytype", Computed(multi_region_key_type)),
    ("kms:primaryregion", Parameter("PrimaryRegion", None)),
    ("kms:reencryptonsamekey", Computed(|asked, each| maybe(asked.is_same_key.map(truth), each))),
    ("kms:replicaregion", Parameter("ReplicaRegion", None)),
    ("kms:requestalias", Computed(request_alias)),
    ("kms:resourcealiases", Computed(resource_aliases)),
    ("kms:retiringprincipal", Parameter("RetiringPrincipal", None)),
    ("kms:retiringserviceprincipal", Parameter("RetiringServicePrincipal", None)),
    ("kms:rotationperiodindays", Computed(rotation_period)),
    ("kms:schedulekeydeletionpendingwindowindays", Parameter("PendingWindowInDays", None)),
    ("kms:signingalgorithm", Parameter("SigningAlgorithm", None)),
    ("kms:validto", Parameter("ValidTo", None)),
    ("kms:viaservice", Computed(via_service)),
    ("kms:wrappingalgorithm", Parameter("WrappingAlgorithm", None)),
    ("kms:wrappingkeyspec", Parameter("WrappingKeySpec", None)),
    ("aws:calledvia", Computed(called_via)),
    ("aws:calledviafirst", Computed(called_via)),
    ("aws:calledvialast", Computed(called_via)),
    ("aws:currenttime", Computed(seconds)),
    ("aws:epochtime", Computed(seconds)),
    ("aws:multifactorauthpresent", Computed(|asked, each| maybe(session(asked, |s| s.mfa.map(truth)), each))),
    ("aws:principalaccount", Computed(principal_account)),
    ("aws:principalarn", Computed(principal_arn)),
    ("aws:principalisawsservice", Computed(|asked, each| each(truth(service_of(asked).is_some())))),
    (
        "aws:principalorgid",
        Computed(|asked, each| maybe(session(asked, |s| s.organization.as_deref()), each)),
    ),
    ("aws:principalservicename", Computed(|asked, each| maybe(service_of(asked), each))),
    ("aws:principaltype", Computed(principal_type)),
    ("aws:requestedregion", Computed(|asked, each| each(asked.caller.region.as_str()))),
    ("aws:resourceaccount", Computed(|asked, each| each(&asked.owner().to_string()))),
    // Every host hands calls over within one machine, or over HTTPS.
    ("aws:securetransport", Computed(|_, each| each("true"))),
    (
        "aws:sourceaccount",
        Computed(|asked, each| maybe(session(asked, |s| s.source_account.as_deref()), each)),
    ),
    ("aws:sourcearn", Computed(|asked, each| maybe(session(asked, |s| s.source_arn.as_deref()), each))),
    ("aws:sourceip", Computed(|asked, each| maybe(session(asked, |s| s.source_ip.as_deref()), each))),
    ("aws:tagkeys", Computed(tag_keys)),
    ("aws:useragent", Computed(|asked, each| maybe(session(asked, |s| s.user_agent.as_deref()), each))),
    ("aws:userid", Computed(user_id)),
    ("aws:username", Computed(user_name)),
    ("aws:viaawsservice", Computed(|asked, each| each(truth(asked.caller.via_service.is_some())))),
];

/// For each length, the keys whose names have it, a bit for each: most conditions are asked in vain, and often.
// Evaluated by the compiler: what is out of range does not compile.
#[allow(clippy::indexing_slicing)]
static BY_LENGTH: [u64; 48] = {
    assert!(KEYS.len() <= 64);
    let mut masks = [0; 48];
    let mut at = 0;
    while at < KEYS.len() {
        masks[KEYS[at].0.len()] |= 1 << at;
        at += 1;
    }
    masks
};

fn with_length(length: usize) -> impl Iterator<Item = &'static (&'static str, Source)> {
    let mut mask = BY_LENGTH.get(length).copied().unwrap_or_default();
    std::iter::from_fn(move || {
        let at = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        KEYS.get(at)
    })
}

/// What stands behind the prefix names the value.
type Family = fn(&Question<'_>, &str, Each<'_>);

const CONTEXT: &str = "kms:encryptioncontext:";

static FAMILIES: &[(&str, Family)] = &[
    ("kms:encryptioncontext:", |asked, name, each| {
        context(asked, &mut |key, value| {
            if key.eq_ignore_ascii_case(name) {
                each(value);
            }
        });
    }),
    ("aws:principaltag/", |asked, name, each| {
        tagged(asked.identity().map_or(&[], |identity| &identity.tags), name, each);
    }),
    ("aws:requesttag/", |asked, name, each| {
        request_tags(asked, &mut |key, value| {
            if key.eq_ignore_ascii_case(name) {
                each(value);
            }
        });
    }),
    ("aws:resourcetag/", |asked, name, each| {
        if let Resource::Key { key, .. } = asked.on {
            tagged(&key.tags, name, each);
        }
    }),
];

/// So many pairs of an encryption context are looked through for each condition that asks for one.
const FEW: usize = 16;

/// What a question says, its encryption context by name where it is long: policies may ask for thousands of names.
pub(super) struct ByName<'a> {
    asked: &'a Question<'a>,
    is_long: bool,
    /// In order, the names in lower case.
    pairs: OnceCell<Vec<(String, String)>>,
}

impl<'a> ByName<'a> {
    pub(super) fn of(asked: &'a Question<'a>) -> Self {
        let is_long = asked.encryption_context().nth(FEW).is_some();
        Self { asked, is_long, pairs: OnceCell::new() }
    }
}

impl Facts for ByName<'_> {
    fn values(&self, key: &str, each: &mut dyn FnMut(&str)) {
        let lower = if self.is_long { key.to_ascii_lowercase() } else { String::new() };
        let Some(name) = lower.strip_prefix(CONTEXT) else { return self.asked.values(key, each) };
        let pairs = self.pairs.get_or_init(|| {
            let mut pairs = Vec::new();
            context(self.asked, &mut |key, value| pairs.push((key.to_ascii_lowercase(), value.to_owned())));
            BinaryHeap::from(pairs).into_sorted_vec()
        });
        let start = pairs.partition_point(|(key, _)| key.as_str() < name);
        let found = pairs.iter().skip(start).take_while(|(key, _)| key == name);
        found.for_each(|(_, value)| each(value));
    }
}

impl Facts for Question<'_> {
    fn values(&self, key: &str, each: &mut dyn FnMut(&str)) {
        if let Some((_, source)) = with_length(key.len()).find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            return match *source {
                Parameter(name, default) => self.parameter(name, default, each),
                OfKey(of, name, default) => match self.on {
                    Resource::Key { key, .. } => each(of(key)),
                    Resource::Any if self.action == "CreateKey" => self.parameter(name, Some(default), each),
                    Resource::Alias(_) | Resource::Any => {}
                },
                Computed(compute) => compute(self, each),
            };
        }
        for (prefix, family) in FAMILIES {
            if let Some((front, name)) = key.split_at_checked(prefix.len())
                && front.eq_ignore_ascii_case(prefix)
            {
                family(self, name, each);
            }
        }
    }
}

impl Question<'_> {
    fn parameter(&self, name: &str, default: Option<&str>, each: Each<'_>) {
        match self.parameters.get(name) {
            Some(value) => tell(value, each),
            // Where the operation has no such member the key is absent, not at its default.
            None if self.has_default(name) => maybe(default, each),
            None => {}
        }
    }

    fn has_default(&self, name: &str) -> bool {
        self.action == "CreateKey" || (name.starts_with("Bypass") && self.action == "PutKeyPolicy")
    }
}

/// A value as conditions compare it.
fn tell(value: &Value, each: Each<'_>) {
    match value {
        Value::String(text) => each(text),
        Value::Boolean(value) => each(truth(*value)),
        Value::Integer(number) => each(&number.to_string()),
        // Times alone are such, in seconds; conditions on them are no finer.
        #[allow(clippy::cast_possible_truncation)]
        Value::Float(number) => each(&(*number as i64).to_string()),
        Value::List(items) => items.iter().for_each(|item| tell(item, each)),
        Value::Null | Value::Bytes(_) | Value::Map(_) => {}
    }
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn maybe(value: Option<&str>, each: Each<'_>) {
    if let Some(value) = value {
        each(value);
    }
}

fn session<'a, T>(asked: &'a Question<'_>, of: impl FnOnce(&'a super::Session) -> Option<T>) -> Option<T> {
    asked.caller.session.as_deref().and_then(of)
}

/// The encryption context that the action is about; of a grant, that which its constraint asks for.
fn context(asked: &Question<'_>, each: &mut dyn FnMut(&str, &str)) {
    if asked.action != "CreateGrant" {
        return asked.encryption_context().for_each(|(key, value)| each(key, value));
    }
    let constraints = asked.parameters.get("Constraints");
    for kind in ["EncryptionContextEquals", "EncryptionContextSubset"] {
        let wanted = constraints.and_then(|constraints| constraints.get(kind));
        pairs(wanted).for_each(|(key, value)| each(key, value));
    }
}

fn encryption_algorithm(asked: &Question<'_>, each: Each<'_>) {
    let name = match asked.action {
        "ReEncryptFrom" => "SourceEncryptionAlgorithm",
        "ReEncryptTo" => "DestinationEncryptionAlgorithm",
        "Encrypt" | "Decrypt" => "EncryptionAlgorithm",
        action if action.starts_with("GenerateDataKey") => return each("SYMMETRIC_DEFAULT"),
        _ => return,
    };
    each(asked.parameters.text(name).unwrap_or("SYMMETRIC_DEFAULT"));
}

fn expiration_model(asked: &Question<'_>, each: Each<'_>) {
    if asked.action == "ImportKeyMaterial" {
        each(asked.parameters.text("ExpirationModel").unwrap_or("KEY_MATERIAL_EXPIRES"));
    }
}

fn message_type(asked: &Question<'_>, each: Each<'_>) {
    if matches!(asked.action, "Sign" | "Verify") {
        each(asked.parameters.text("MessageType").unwrap_or("RAW"));
    }
}

fn rotation_period(asked: &Question<'_>, each: Each<'_>) {
    match asked.parameters.get("RotationPeriodInDays") {
        Some(days) => tell(days, each),
        None if asked.action == "EnableKeyRotation" => each("365"),
        None => {}
    }
}

fn constraint_types(asked: &Question<'_>, each: Each<'_>) {
    for kind in ["EncryptionContextEquals", "EncryptionContextSubset"] {
        if asked.parameters.get("Constraints").and_then(|constraints| constraints.get(kind)).is_some() {
            each(kind);
        }
    }
}

/// Whether a service integrated with KMS asks on the user's behalf.
fn is_for_aws_resource(asked: &Question<'_>, each: Each<'_>) {
    if matches!(asked.action, "CreateGrant" | "ListGrants" | "RevokeGrant" | "RetireGrant") {
        each(truth(asked.caller.via_service.is_some()));
    }
}

fn multi_region_key_type(asked: &Question<'_>, each: Each<'_>) {
    match asked.on {
        Resource::Key { key, .. } if key.multi_region.is_some() => {
            each(if key.is_replica() { "REPLICA" } else { "PRIMARY" });
        }
        // What is to be made is a primary.
        Resource::Any if asked.parameters.get("MultiRegion") == Some(&Value::Boolean(true)) => {
            each("PRIMARY")
        }
        _ => {}
    }
}

fn source_of_grant<'a>(asked: &'a Question<'_>) -> Option<&'a str> {
    asked.parameters.get("Constraints")?.get("SourceArn")?.as_str()
}

/// The actions that have no condition keys of KMS's own:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>.
const WITHOUT_KEYS: [&str; 4] = ["GenerateRandom", "ListAliases", "ListKeys", "ListRetirableGrants"];

fn caller_account(asked: &Question<'_>, each: Each<'_>) {
    if !WITHOUT_KEYS.contains(&asked.action) {
        each(&asked.caller.account.to_string());
    }
}

/// The alias by which the request names the key, without the ARN around it.
fn request_alias(asked: &Question<'_>, each: Each<'_>) {
    let name = match asked.action {
        "ReEncryptFrom" => "SourceKeyId",
        "ReEncryptTo" => "DestinationKeyId",
        _ => "KeyId",
    };
    let given = asked.parameters.text(name).unwrap_or_default();
    let alias = if given.starts_with("arn:") { given.splitn(6, ':').nth(5) } else { Some(given) };
    maybe(alias.filter(|alias| alias.starts_with("alias/")), each);
}

fn resource_aliases(asked: &Question<'_>, each: Each<'_>) {
    if let Resource::Key { key, .. } = asked.on {
        let aliases = asked.state.aliases_of(&key.reference, None);
        aliases.for_each(|Alias { name, .. }| each(name.as_str()));
    }
}

/// No services call for custom key stores.
fn via_service(asked: &Question<'_>, each: Each<'_>) {
    if let Some(service) = &asked.caller.via_service
        && !WITHOUT_KEYS.contains(&asked.action)
        && !asked.action.contains("CustomKeyStore")
    {
        each(&format!("{service}.{}.amazonaws.com", asked.caller.region));
    }
}

fn called_via(asked: &Question<'_>, each: Each<'_>) {
    if let Some(service) = &asked.caller.via_service {
        each(&format!("{service}.amazonaws.com"));
    }
}

fn seconds(asked: &Question<'_>, each: Each<'_>) {
    each(&asked.now.0.div_euclid(1000).to_string());
}

fn service_of<'a>(asked: &'a Question<'_>) -> Option<&'a str> {
    match &asked.caller.principal {
        Principal::Service(name) => Some(name),
        _ => None,
    }
}

fn principal_account(asked: &Question<'_>, each: Each<'_>) {
    if let Some(account) = asked.caller.principal.account() {
        each(&account.to_string());
    }
}

/// Of a session, its role's.
fn principal_arn(asked: &Question<'_>, each: Each<'_>) {
    match &asked.caller.principal {
        Principal::Session { .. } => maybe(asked.role_arn().as_deref(), each),
        // A service's requests have no such key.
        Principal::Service(_) => {}
        principal => each(&principal.to_string()),
    }
}

fn principal_type(asked: &Question<'_>, each: Each<'_>) {
    each(match asked.caller.principal {
        Principal::Root(_) => "Account",
        Principal::User { .. } => "User",
        Principal::Session { .. } => "AssumedRole",
        Principal::Service(_) => return,
    });
}

fn user_id(asked: &Question<'_>, each: Each<'_>) {
    match &asked.caller.principal {
        Principal::Root(account) => each(&account.to_string()),
        Principal::User { .. } => maybe(asked.identity().map(|user| user.id.as_str()), each),
        Principal::Session { session, .. } => {
            if let Some(role) = asked.identity() {
                each(&format!("{}:{session}", role.id));
            }
        }
        Principal::Service(_) => {}
    }
}

/// Users alone have one.
fn user_name(asked: &Question<'_>, each: Each<'_>) {
    if let Principal::User { path_and_name, .. } = &asked.caller.principal {
        each(name_of(path_and_name));
    }
}

fn tagged(tags: &[Tag], name: &str, each: Each<'_>) {
    // "The condition key's name is not case-sensitive", the tag's key behind it included.
    tags.iter().filter(|tag| tag.key.eq_ignore_ascii_case(name)).for_each(|tag| each(&tag.value));
}

fn request_tags(asked: &Question<'_>, each: &mut dyn FnMut(&str, &str)) {
    let Some(Value::List(tags)) = asked.parameters.get("Tags") else { return };
    for tag in tags {
        let text = |name| tag.get(name).and_then(Value::as_str);
        if let (Some(key), Some(value)) = (text("TagKey"), text("TagValue")) {
            each(key, value);
        }
    }
}

fn tag_keys(asked: &Question<'_>, each: Each<'_>) {
    asked.parameter("TagKeys", None, each);
    request_tags(asked, &mut |key, _| each(key));
}
