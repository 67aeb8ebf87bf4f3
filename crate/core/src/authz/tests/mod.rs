//! Decisions in tables: who asks, what the policies and grants say, and what comes of it.

mod accounts;
mod facts;
mod grants;
mod layers;

use std::sync::Arc;

use super::*;
use crate::keys::{
    AccountId, Alias, Grant, GrantConstraints, GrantPrincipal, Identity, IdentityKind, InlinePolicy, Key,
    KeyManager, KeyRef, KeySpec, KeyUsage, ManagedPolicy, Origin, PolicyText, Principal, Region, Status, Tag,
};
use crate::model::json::{self, Json, Node};
use crate::model::validate::members_of;
use crate::model::{Parameters, Timestamp, Value};
use crate::store::{Changes, State};

const ACCOUNT: &str = "111122223333";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const ALICE: &str = "arn:aws:iam::111122223333:user/ops/alice";
const BOB: &str = "arn:aws:iam::111122223333:user/bob";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Ops";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Ops/one";
const SERVICE: &str = "s3.amazonaws.com";
const OTHERS: &str = "arn:aws:iam::444455556666:root";
const CAROL: &str = "arn:aws:iam::444455556666:user/carol";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// 15 January 2026, half past twelve and 45 seconds.
const NOW: Timestamp = Timestamp(1_768_480_245_678);

/// A key, whoever there is, and what the policies say.
struct World {
    state: State,
    key: Key,
}

impl World {
    /// A key under its default policy; alice, a role Ops and carol of another account, without policies.
    fn new() -> Self {
        let mut world = Self { state: State::default(), key: key() };
        for (kind, account, path, name) in [
            (IdentityKind::User, ACCOUNT, "/ops/", "alice"),
            (IdentityKind::Role, ACCOUNT, "/team/", "Ops"),
            (IdentityKind::User, "444455556666", "/", "carol"),
        ] {
            world.put(&Identity {
                account: account.parse().unwrap(),
                kind,
                name: name.to_owned(),
                path: path.to_owned(),
                id: format!("ID{name}"),
                created: NOW,
                description: String::new(),
                tags: vec![tag("team", name)],
                policies: Vec::new(),
                attached: Vec::new(),
                boundary: None,
                trust: None,
            });
        }
        world
    }

    /// With statements as the key policy.
    fn with_key_policy(statements: &str) -> Self {
        let mut world = Self::new();
        world.key.policy = Some(policy(statements));
        world
    }

    fn put<R: crate::store::Record>(&mut self, record: &R) {
        let mut changes = Changes::default();
        changes.put(record);
        for change in &changes.durable {
            self.state.apply(change).unwrap();
        }
    }

    /// Gives an identity, by ARN, policies of its own, attached ones (both with strokes between them) and a permissions
    /// boundary; empty for none.
    fn give(&mut self, arn: &str, own: &str, attached: &str, boundary: &str) {
        let account: AccountId = arn.split(':').nth(4).unwrap().parse().unwrap();
        let name = arn.rsplit('/').next().unwrap();
        let kind = if arn.contains(":role/") { IdentityKind::Role } else { IdentityKind::User };
        let mut identity = self.state.identity(account, kind, name).unwrap().clone();
        if !own.is_empty() {
            let named = |(index, one)| InlinePolicy { name: format!("p{index}"), document: policy(one) };
            identity.policies = own.split('|').enumerate().map(named).collect();
        }
        let mut managed = |name: &str, statements: &str| {
            let policy = ManagedPolicy {
                account,
                name: name.to_owned(),
                path: "/".to_owned(),
                id: "ANPA".to_owned(),
                description: String::new(),
                document: policy(statements),
                created: NOW,
                updated: NOW,
            };
            self.put(&policy);
            policy.arn()
        };
        if !attached.is_empty() {
            let named = |(index, one)| managed(&format!("attached{index}"), one);
            identity.attached = attached.split('|').enumerate().map(named).collect();
        }
        if !boundary.is_empty() {
            identity.boundary = Some(managed("boundary", boundary));
        }
        self.put(&identity);
    }

    /// What `principal` is told.
    fn ask(&self, principal: &str, action: &str, input: &str) -> Result<(), Refusal> {
        self.ask_as(&caller(principal), action, input)
    }

    /// With and without somebody who wants to know why: both have to be the same.
    fn ask_as(&self, caller: &Caller, action: &str, input: &str) -> Result<(), Refusal> {
        self.asked(caller, action, input, |question| {
            let decision = decide(question, &mut Record::off());
            assert_eq!(explain(question).0, decision, "{caller} {action} {input}");
            decision
        })
    }

    fn asked<T>(
        &self,
        caller: &Caller,
        action: &str,
        input: &str,
        with: impl FnOnce(&Question<'_>) -> T,
    ) -> T {
        let on = Resource::key(&self.key, None);
        with(&Question {
            state: &self.state,
            caller,
            action,
            on,
            parameters: &parameters(action, input),
            is_same_key: None,
            now: NOW,
        })
    }
}

fn key() -> Key {
    let reference = KeyRef {
        account: ACCOUNT.parse().unwrap(),
        region: region("us-east-1"),
        id: KEY.rsplit('/').next().unwrap().parse().unwrap(),
    };
    Key {
        reference,
        description: String::new(),
        created: NOW,
        manager: KeyManager::Customer,
        status: Status::Enabled,
        deletion: None,
        materials: Vec::new(),
        rotation: None,
        on_demand_rotations: 0,
        spec: KeySpec::SymmetricDefault,
        usage: KeyUsage::EncryptDecrypt,
        public_key: None,
        origin: Origin::AwsKms,
        multi_region: None,
        tags: vec![tag("Team", "red")],
        policy: None,
        pending: None,
        settling: None,
        custom_key_store: None,
        xks_key: None,
    }
}

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

fn caller(principal: &str) -> Caller {
    let principal: Principal = principal.parse().unwrap();
    let account = principal.account().unwrap_or(ACCOUNT.parse().unwrap());
    Caller { principal, ..Caller::root(account, region("us-east-1")) }
}

/// A caller with what a call brings along.
fn brings(principal: &str, change: impl FnOnce(&mut Session)) -> Caller {
    let mut session = Session::default();
    change(&mut session);
    Caller { session: Some(Arc::new(session)), ..caller(principal) }
}

fn policy(statements: &str) -> PolicyText {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#).into()
}

/// A statement of a key policy about all actions.
fn key_statement(effect: &str, principal: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":"*","Resource":"*"}}"#)
}

/// A statement of an identity policy.
fn statement(effect: &str, action: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}"#)
}

/// The members of a request, given as JSON.
fn parameters(action: &str, input: &str) -> Parameters {
    let operation = if action.starts_with("ReEncrypt") { "ReEncrypt" } else { action };
    let (_, members) = members_of(operation).unwrap_or_else(|| panic!("{operation}"));
    Parameters::of(members, &value(&json::parse(if input.is_empty() { "{}" } else { input }).unwrap()))
}

fn value(node: &Node<'_>) -> Value {
    match &node.value {
        Json::Null => Value::Null,
        Json::Boolean(is) => Value::Boolean(*is),
        Json::Number(text) => {
            text.parse().map_or_else(|_| Value::Float(text.parse().unwrap()), Value::Integer)
        }
        Json::Text(text) => Value::String(text.to_string()),
        Json::List(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(members) => {
            Value::Map(members.iter().map(|member| (member.name.to_string(), value(&member.node))).collect())
        }
    }
}
