//! An event as a CloudTrail record.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>; what AWS
//! KMS writes: <https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html> and the page of
//! each operation there (`ct-encrypt.html`, …).

use std::fmt;

use super::parameters::{in_words, is_read_only};
use crate::keys::principal::name_of;
use crate::keys::{IdentityKind, Principal};
use crate::model::cbor::Reader;
use crate::model::{Value, time};
use crate::store::{Event, State};

/// What AWS writes of itself.
const INTERNAL: &str = "AWS Internal";
/// Where calls come from that come over no network, and the program that makes them.
const HERE: (&str, &str) = ("127.0.0.1", concat!("tabkms/", env!("CARGO_PKG_VERSION")));

/// Members that CloudTrail tells though the request did not name them, as the examples of the operations have them.
const DEFAULTS: [(&str, &str, &str); 12] = [
    ("Encrypt", "encryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("Decrypt", "encryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("ReEncrypt", "sourceEncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("ReEncrypt", "destinationEncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("CreateKey", "description", ""),
    ("CreateKey", "keyUsage", "ENCRYPT_DECRYPT"),
    ("CreateKey", "keySpec", "SYMMETRIC_DEFAULT"),
    ("CreateKey", "origin", "AWS_KMS"),
    ("Sign", "messageType", "RAW"),
    ("Verify", "messageType", "RAW"),
    ("PutKeyPolicy", "policyName", "default"),
    ("ReplicateKey", "description", ""),
];
/// As [`DEFAULTS`], where the check of a policy may be left out.
const CHECKED: [&str; 3] = ["CreateKey", "PutKeyPolicy", "ReplicateKey"];
/// Operations whose requests CloudTrail tells nothing of.
const UNTOLD: [&str; 2] = ["GenerateRandom", "RetireGrant"];

/// The record of an event. `state` knows the ids of users and roles that still stand.
#[must_use]
pub fn record(event: &Event, state: &State) -> Value {
    let is_service = event.is_service_event;
    let mut record = Object::default();
    record.text("eventVersion", "1.11");
    record.push("userIdentity", identity(event, state));
    record.push("eventTime", Value::String(time::iso(event.at)));
    record.text("eventSource", "kms.amazonaws.com");
    record.text("eventName", &event.name);
    record.text("awsRegion", event.region.as_str());
    let who = event.who.as_deref();
    let invoked_by = invoked_by(event);
    let (ip, agent) = match (is_service, &invoked_by) {
        (true, _) => (INTERNAL, INTERNAL),
        (_, Some(service)) => (service.as_str(), service.as_str()),
        _ => (
            who.and_then(|who| who.source_ip.as_deref()).unwrap_or(HERE.0),
            who.and_then(|who| who.user_agent.as_deref()).unwrap_or(HERE.1),
        ),
    };
    record.text("sourceIPAddress", ip);
    record.text("userAgent", agent);
    if let Some(error) = event.error() {
        record.text("errorCode", error);
        if let Some(message) = event.rare.as_ref().and_then(|rare| rare.message.as_deref()) {
            record.text("errorMessage", message);
        }
    }
    let parameters = parameters(event);
    let resources = resources(event, &parameters);
    record.push("requestParameters", parameters);
    record.push("responseElements", response(event));
    let additional = additional(event);
    if !is_service && !additional.0.is_empty() {
        record.push("additionalEventData", additional.into_value());
    }
    let is_call = !is_service || event.name == "SynchronizeMultiRegionKey";
    if is_call {
        record.text("requestID", &text_of(&event.request));
    }
    record.text("eventID", &text_of(&event.id));
    record.push("readOnly", Value::Boolean(!is_service && is_read_only(&event.name)));
    record.push("resources", resources);
    record.text("eventType", if is_call { "AwsApiCall" } else { "AwsServiceEvent" });
    record.push("managementEvent", Value::Boolean(true));
    record.text("recipientAccountId", &text_of(&event.recipient()));
    if let Some(shared) = event.shared() {
        record.text("sharedEventID", &text_of(&shared.id));
    }
    if !is_call {
        record.push("serviceEventDetails", details(event));
    }
    record.text("eventCategory", "Management");
    record.into_value()
}

/// One formatter for all that has one: each of its own costs a hundred bytes.
#[inline(never)]
fn text_of(shown: &dyn fmt::Display) -> String {
    shown.to_string()
}

/// The members of a structure, in the order they are to be read in.
#[derive(Default)]
struct Object(Vec<(String, Value)>);

impl Object {
    #[inline(never)]
    fn push(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    #[inline(never)]
    fn text(&mut self, name: &str, text: &str) {
        self.push(name, Value::String(text.to_owned()));
    }

    fn into_value(self) -> Value {
        Value::Map(self.0)
    }
}

/// The service that called, for the principal or itself, as CloudTrail names it: `s3.amazonaws.com`.
fn invoked_by(event: &Event) -> Option<String> {
    let who = event.who.as_deref()?;
    match (&who.via_service, &who.principal) {
        (Some(name), _) => Some(format!("{name}.amazonaws.com")),
        (None, Principal::Service(name)) => Some(name.clone()),
        _ => None,
    }
}

/// CloudTrail's `userIdentity`. The log of another account than the caller's says only which account called.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
fn identity(event: &Event, state: &State) -> Value {
    let mut identity = Object::default();
    let account = text_of(&event.account);
    if event.is_service_event {
        identity.text("accountId", &account);
        identity.text("invokedBy", INTERNAL);
        return identity.into_value();
    }
    let principal = event.principal();
    let arn = text_of(&principal);
    let own_id = |kind, name: &str| {
        let identity = state.identity(principal.account()?, kind, name);
        identity.map(|identity| (identity.id.clone(), identity.arn()))
    };
    let mut session = Object::default();
    let mut describe = |kind: &str, id: Option<String>, name: Option<&str>| {
        let is_foreign = event.recipient() != event.account;
        identity.text("type", if is_foreign { "AWSAccount" } else { kind });
        if let Some(id) = id {
            identity.text("principalId", &id);
        }
        if !is_foreign {
            identity.text("arn", &arn);
        }
        identity.text("accountId", &account);
        if let Some(name) = name.filter(|_| !is_foreign) {
            identity.text("userName", name);
        }
        is_foreign
    };
    match &principal {
        Principal::Root(_) => {
            describe("Root", Some(account.clone()), None);
        }
        Principal::User { path_and_name, .. } => {
            let name = name_of(path_and_name);
            describe("IAMUser", own_id(IdentityKind::User, name).map(|(id, _)| id), Some(name));
        }
        Principal::Session { role, session: name, account: of } => {
            let issuer = own_id(IdentityKind::Role, role);
            let id = issuer.as_ref().map(|(id, _)| format!("{id}:{name}"));
            if !describe("AssumedRole", id, None) {
                let mut told = Object::default();
                told.text("type", "Role");
                let (id, arn) = issuer.unzip();
                if let Some(id) = id {
                    told.text("principalId", &id);
                }
                told.text("arn", &arn.unwrap_or_else(|| format!("arn:aws:iam::{of}:role/{role}")));
                told.text("accountId", &text_of(&of));
                told.text("userName", role);
                session.push("sessionIssuer", told.into_value());
            }
        }
        Principal::Service(_) => identity.text("type", "AWSService"),
    }
    if let Some(mfa) = event.who.as_ref().and_then(|who| who.mfa) {
        let mut attributes = Object::default();
        attributes.text("mfaAuthenticated", if mfa { "true" } else { "false" });
        session.push("attributes", attributes.into_value());
    }
    if !session.0.is_empty() {
        identity.push("sessionContext", session.into_value());
    }
    if let Some(service) = invoked_by(event) {
        identity.text("invokedBy", &service);
    }
    identity.into_value()
}

/// A member's name as CloudTrail has it: `KeyId` is `keyId`, and `AWSAccountId` is `aWSAccountId`.
fn lower_first(name: &mut String) {
    if name == "CloudHsmClusterId" {
        "clusterId".clone_into(name);
    }
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
}

fn parameters(event: &Event) -> Value {
    let mut told = Object::default();
    let mut from = Reader::new(&event.asked.bytes);
    while from.is_sound() && !from.is_at_sound_end() {
        let mut name = from.str().to_owned();
        let mut value = from.value();
        show(&name, &mut value);
        lower_first(&mut name);
        told.0.push((name, value));
    }
    if event.is_service_event || UNTOLD.contains(&event.name.as_ref()) {
        return Value::Null;
    }
    let mut add = |name: &str, value: Value| {
        if told.0.iter().all(|(other, _)| other != name) {
            told.push(name, value);
        }
    };
    for (_, name, value) in DEFAULTS.iter().filter(|(operation, ..)| *operation == event.name) {
        add(name, Value::String((*value).to_owned()));
    }
    if CHECKED.contains(&event.name.as_ref()) {
        add("bypassPolicyLockoutSafetyCheck", Value::Boolean(false));
    }
    if told.0.is_empty() { Value::Null } else { told.into_value() }
}

/// Makes a member's value what CloudTrail shows: members in lower camel case, times in words. The names in an
/// encryption context are the caller's.
fn show(name: &str, value: &mut Value) {
    match value {
        Value::Bytes(bytes) => *value = Value::String(in_words(bytes.expose())),
        Value::List(items) => items.iter_mut().for_each(|item| show(name, item)),
        Value::Map(members)
            if !name.ends_with("EncryptionContext") && !name.starts_with("EncryptionContext") =>
        {
            for (name, value) in members {
                show(name, value);
                lower_first(name);
            }
        }
        _ => {}
    }
}

/// Nothing of what only reads. Of what changes a key there is always its ARN, though the operation may not return it.
fn response(event: &Event) -> Value {
    if event.is_service_event || event.error().is_some() || is_read_only(&event.name) {
        return Value::Null;
    }
    let answered = event.rare.as_ref().map(|rare| rare.response.as_slice()).unwrap_or_default();
    let mut answered = Reader::new(answered).value();
    show("", &mut answered);
    let mut told = match answered {
        Value::Map(members) => Object(members),
        _ => Object::default(),
    };
    let is_said = told
        .0
        .iter()
        .any(|(name, _)| matches!(name.as_str(), "keyId" | "keyMetadata" | "replicaKeyMetadata"));
    if let Some(of) = event.keys.first().filter(|_| !is_said) {
        told.push("keyId", Value::String(of.key.arn()));
    }
    if told.0.is_empty() { Value::Null } else { told.into_value() }
}

/// CloudTrail's `additionalEventData`: which key material it was, above all.
fn additional(event: &Event) -> Object {
    let mut told = Object::default();
    let names: &[&str] = if event.name == "ReEncrypt" {
        &["sourceKeyMaterialId", "destinationKeyMaterialId"]
    } else {
        &["keyMaterialId"]
    };
    // To the same key and material as before: it stands there once.
    let again = event.keys.last().filter(|_| event.error().is_none());
    for (name, of) in names.iter().zip(event.keys.iter().chain(again)) {
        if let Some(material) = &of.material {
            told.push(name, Value::String(text_of(&material)));
        }
    }
    told_beside(event, &mut told);
    told
}

fn told_beside(event: &Event, told: &mut Object) {
    if let Some(rare) = &event.rare {
        for (name, value) in &rare.additional {
            told.text(name, value);
        }
    }
}

/// CloudTrail's `serviceEventDetails`.
fn details(event: &Event) -> Value {
    let mut told = Object::default();
    told_beside(event, &mut told);
    if let Some(of) = event.keys.first() {
        told.text("keyId", &text_of(&of.key.id));
    }
    told.into_value()
}

/// The KMS keys, and the alias of those operations that are about one.
fn resources(event: &Event, parameters: &Value) -> Value {
    let resource = |account: &str, arn: String| {
        let mut resource = Object::default();
        resource.text("accountId", account);
        resource.text("type", "AWS::KMS::Key");
        resource.push("ARN", Value::String(arn));
        resource.into_value()
    };
    let mut all: Vec<Value> =
        event.keys.iter().map(|of| resource(&text_of(&of.key.account), of.key.arn())).collect();
    if let Some(alias) = parameters.get("aliasName").and_then(Value::as_str)
        && !all.is_empty()
    {
        let account = text_of(&event.account);
        let alias = resource(&account, format!("arn:aws:kms:{}:{account}:{alias}", event.region.as_str()));
        all.insert(if event.name == "CreateAlias" { all.len() } else { 0 }, alias);
    }
    Value::List(all)
}
