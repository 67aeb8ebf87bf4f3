//! How an operation asks whether it may go on: validation stands before it, the key's state and cryptography behind.

use super::Context;
use crate::authz::{self, Caller, Question, Record, Resource};
use crate::keys::{Key, KeyManager, KeyRef, PolicyText, Region};
use crate::model::{KmsError, RequestError, Value};
use crate::trace::{Action, Actor, Step};

/// The operations that are about no KMS key in particular: identity policies alone say who may.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html>
const ABOUT_THE_ACCOUNT: [&str; 10] = [
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "CreateKey",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
    "UpdateCustomKeyStore",
];

/// What is refused in a new key policy, in AWS's words.
const LOCKED_OUT: &str = "The new key policy will not allow you to update the key policy in the future.";

/// A decision, and, where somebody wants to know, what it was about and its reasons.
struct Judged {
    result: Result<(), KmsError>,
    reasons: Option<(String, Value)>,
}

impl Context<'_> {
    /// Asks about what an operation does in the account, before it begins.
    pub(crate) fn authorise_in_account(&mut self) -> Result<(), KmsError> {
        let is_about_aliases = self.operation == "ListAliases" && self.parameters.get("KeyId").is_none();
        if !is_about_aliases && !ABOUT_THE_ACCOUNT.contains(&self.operation) {
            return Ok(());
        }
        self.ask(self.operation, Resource::Any)?;
        self.authorise_tags()
    }

    /// To tag what is made is an action of its own.
    pub(super) fn authorise_tags(&mut self) -> Result<(), KmsError> {
        match (self.operation, self.parameters.get("Tags")) {
            ("CreateKey" | "ReplicateKey", Some(_)) => self.ask("TagResource", Resource::Any),
            _ => Ok(()),
        }
    }

    /// Checks that the caller may do this operation on `key`.
    pub(super) fn authorise(&mut self, key: &Key) -> Result<(), KmsError> {
        self.concerns(&key.reference);
        let service = self.service_of(key);
        self.ask(self.action, Resource::key(key, service.as_deref()))
    }

    /// Checks that the caller may do this operation on an alias, by ARN, as identity policies say.
    pub(super) fn authorise_alias(&mut self, arn: &str) -> Result<(), KmsError> {
        self.ask(self.operation, Resource::Alias(arn))
    }

    /// Checks that the caller may make a key in another Region.
    pub(super) fn authorise_replica(&mut self, region: &Region) -> Result<(), KmsError> {
        let caller = Caller { region: region.clone(), ..self.caller.clone() };
        let asked = Question { caller: &caller, ..self.question("CreateKey", Resource::Any) };
        let judged = self.judge(&asked);
        self.note(judged)?;
        self.authorise_tags()
    }

    /// Whether the caller may retire this grant: by whom it names, or else as any other operation is allowed.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
    pub(super) fn authorise_retiring(
        &mut self,
        key: &Key,
        grant: &crate::keys::Grant,
    ) -> Result<(), KmsError> {
        self.concerns(&key.reference);
        let service = self.service_of(key);
        let asked = self.question(self.operation, Resource::key(key, service.as_deref()));
        if authz::may_retire(grant, &asked) {
            return Ok(());
        }
        self.authorise(key)
    }

    /// Refuses a key policy under which the caller could not put another.
    /// <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>
    pub(super) fn require_no_lockout(
        &self,
        key: &Key,
        policy: Option<&PolicyText>,
        bypass: Option<bool>,
    ) -> Result<(), KmsError> {
        let Some(policy) = policy.filter(|_| bypass != Some(true)) else { return Ok(()) };
        let on = Resource::Key { key, policy: Some(policy), service: None };
        match authz::decide(&self.question("PutKeyPolicy", on), &mut Record::off()) {
            Ok(()) => Ok(()),
            Err(_) => Err(KmsError::request(RequestError::MalformedPolicy, LOCKED_OUT)),
        }
    }

    fn question<'q>(&'q self, action: &'q str, on: Resource<'q>) -> Question<'q> {
        let key = match on {
            Resource::Key { key, .. } => Some(&key.reference),
            Resource::Alias(_) | Resource::Any => None,
        };
        Question {
            state: self.state,
            caller: self.caller,
            action,
            on,
            parameters: &self.parameters,
            is_same_key: self.other_key.as_ref().map(|other| Some(other) == key),
            now: self.now,
        }
    }

    fn ask(&mut self, action: &str, on: Resource<'_>) -> Result<(), KmsError> {
        let judged = self.judge(&self.question(action, on));
        self.note(judged)
    }

    fn judge(&self, asked: &Question<'_>) -> Judged {
        if self.explanations.is_none() {
            let decision = authz::decide(asked, &mut Record::off());
            return Judged { result: decision.map_err(|refusal| refusal.error(asked)), reasons: None };
        }
        let (decision, why) = authz::explain(asked);
        let outcome = if decision.is_ok() { "allowed" } else { "not allowed" };
        let detail = format!("kms:{} on {}: {outcome}", asked.action, asked.resource());
        Judged { result: decision.map_err(|refusal| refusal.error(asked)), reasons: Some((detail, why)) }
    }

    fn note(&mut self, Judged { result, reasons }: Judged) -> Result<(), KmsError> {
        if let Some((detail, why)) = reasons {
            self.trace.step(|| Step::new(Actor::Kms, Action::Check, detail));
            self.explanations.get_or_insert_default().push(why);
        }
        result
    }

    /// The service whose AWS managed key it is.
    fn service_of(&self, key: &Key) -> Option<String> {
        if key.manager != KeyManager::Aws {
            return None;
        }
        let mut aliases = self.state.aliases_of(&key.reference, None);
        match aliases.find_map(|alias| alias.name.service().map(str::to_owned)) {
            // A key made on first use has its alias only among the changes.
            None if self.state.key(&key.reference).is_none() => self.caller.via_service.clone(),
            service => service,
        }
    }

    /// The key that `key_id` names, whoever may know of it.
    pub(super) fn reference_of(&self, key_id: &str) -> Option<KeyRef> {
        use crate::keys::KeyIdentifier;

        match KeyIdentifier::parse(key_id, self.caller.account, &self.caller.region).ok()? {
            KeyIdentifier::Key(reference) => Some(reference),
            KeyIdentifier::Alias(account, region, name) => {
                self.state.alias(account, &region, &name).map(|alias| alias.target.clone())
            }
        }
    }
}
