//! What an operation sees of the world: state to read, time and randomness, and a place for its changes.

use std::borrow::Cow;
use std::ops::Deref;

use super::due::{Means, Overlay, catch_up};
use super::given::Given;
use super::host::Desk;
use super::keys::shows_material_ids;
use crate::audit::Additional;
use crate::authz::{self, Caller};
use crate::crypto::{KeyMaterial, Random, StoreKey};
use crate::keys::{
    AccountId, Alias, AliasName, Backing, ConnectionState, CustomKeyStore, Family, Key, KeyId, KeyIdentifier,
    KeyManager, KeyRef, KeySpec, KeyState, KeyUsage, Material, Origin, Region, Rotation, Status,
};
use crate::model::{KmsError, Parameters, RequestError, Timestamp, Value};
use crate::store::{Changes, KeyOf, Keys, State};
use crate::trace::{Action, Actor, Artefact, Step, Trace};

/// One call's view. It changes nothing: what it would change is in `changes`.
pub struct Context<'a> {
    /// The state that the call is planned on.
    pub state: &'a State,
    /// Opens and seals key material.
    pub store_key: &'a StoreKey,
    /// The operation's name.
    pub operation: &'static str,
    /// What it asks leave for: its name, but for ReEncrypt, which asks twice.
    pub action: &'static str,
    /// What the request says of itself.
    pub parameters: Parameters,
    /// The other key of a ReEncrypt.
    pub(super) other_key: Option<KeyRef>,
    /// What CreateKey is given for its key.
    pub(crate) given: Option<Given>,
    /// Where the reasons of each decision go, if somebody wants to know.
    pub(crate) explanations: Option<Vec<Value>>,
    /// Who calls, and where.
    pub caller: &'a Caller,
    /// The store's time: the host's and the clock's offset.
    pub now: Timestamp,
    /// The host's randomness.
    pub random: &'a mut dyn Random,
    /// Where a job for the host is left.
    pub desk: &'a mut Desk,
    /// Where the steps go.
    pub trace: &'a mut Trace,
    /// What the call changes, but for keys.
    pub changes: Changes,
    /// The KMS keys that the call is about, as far as they were found.
    pub keys: Keys,
    /// What else its audit event tells.
    pub additional: Additional,
    /// Whether it uses them.
    pub is_use: bool,
    /// The keys as what fell due and this call have made them.
    overlay: Overlay,
}

/// A KMS key that a call is allowed to act on, and its state: as stored, or as what fell due on it has made it.
#[derive(Debug, Clone)]
pub(super) struct ResolvedKey<'a> {
    key: Cow<'a, Key>,
    /// Its state as the call finds it.
    pub(super) state: KeyState,
}

impl Deref for ResolvedKey<'_> {
    type Target = Key;

    fn deref(&self) -> &Key {
        &self.key
    }
}

impl ResolvedKey<'_> {
    /// The key, to change.
    pub(super) fn into_owned(self) -> Key {
        self.key.into_owned()
    }
}

impl<'a> Context<'a> {
    /// A call's view of `state`.
    pub(crate) fn new(
        (state, store_key): (&'a State, &'a StoreKey),
        (operation, caller, parameters): (&'static str, &'a Caller, Parameters),
        now: Timestamp,
        (random, desk): (&'a mut dyn Random, &'a mut Desk),
        trace: &'a mut Trace,
    ) -> Self {
        let (changes, overlay) = (Changes::default(), Overlay::default());
        let (keys, additional, is_use) = (Keys::None, Additional::new(), false);
        Self {
            state,
            store_key,
            operation,
            action: operation,
            parameters,
            other_key: None,
            given: None,
            explanations: trace.is_on().then(Vec::new),
            caller,
            now,
            random,
            desk,
            trace,
            changes,
            keys,
            additional,
            is_use,
            overlay,
        }
    }

    /// The KMS key that `key_id` names (id, ARN, alias or alias ARN), after what fell due on it, if the caller may
    /// do this operation on it.
    pub(super) fn key(&mut self, key_id: &str) -> Result<ResolvedKey<'a>, KmsError> {
        let identifier = KeyIdentifier::parse(key_id, self.caller.account, &self.caller.region)?;
        let reference = match identifier {
            KeyIdentifier::Key(reference) => reference,
            KeyIdentifier::Alias(account, region, name) => match self.state.alias(account, &region, &name) {
                Some(alias) => alias.target.clone(),
                None => return self.managed_key_on_first_use(name, account, &region),
            },
        };
        self.key_by_reference(&reference)
    }

    /// As [`Context::key`], for operations that take no alias.
    pub(super) fn key_not_alias(&mut self, key_id: &str) -> Result<ResolvedKey<'a>, KmsError> {
        let reference = self.reference_not_alias(key_id)?;
        self.key_by_reference(&reference)
    }

    /// Which key `key_id` names, id or ARN, whether or not there is one.
    pub(super) fn reference_not_alias(&self, key_id: &str) -> Result<KeyRef, KmsError> {
        match KeyIdentifier::parse(key_id, self.caller.account, &self.caller.region)? {
            KeyIdentifier::Key(reference) => Ok(reference),
            KeyIdentifier::Alias(..) => Err(KmsError::not_found(format!("Invalid keyId '{key_id}'"))),
        }
    }

    pub(super) fn key_by_reference(&mut self, reference: &KeyRef) -> Result<ResolvedKey<'a>, KmsError> {
        let key = self.existing(reference)?;
        self.authorise(&key)?;
        Ok(key)
    }

    /// The key as of now, whoever asks, or what is said of one that is not there.
    pub(super) fn existing(&mut self, reference: &KeyRef) -> Result<ResolvedKey<'a>, KmsError> {
        let found = self.caught_up(reference)?;
        found.ok_or_else(|| match reference.account == self.caller.account {
            true => KmsError::not_found(format!("Key '{}' does not exist", reference.arn())),
            false => authz::unknown_to(self.caller, self.action),
        })
    }

    /// The key as of now, whoever asks; `None` where there is none, or its deletion has fallen due. What fell due on
    /// it and on the keys related to it is among what the call changes.
    pub(super) fn caught_up(&mut self, reference: &KeyRef) -> Result<Option<ResolvedKey<'a>>, KmsError> {
        if !self.overlay.has(reference) {
            let Some(key) = self.state.key(reference) else { return Ok(None) };
            let is_due = |key: &Key| key.next_due().is_some_and(|(at, _)| at <= self.now);
            if !is_due(key) && !key.related().filter_map(|of| self.state.key(&of)).any(is_due) {
                return Ok(Some(self.resolved(Cow::Borrowed(key))));
            }
        }
        let mut means = Means { store_key: self.store_key, random: self.random };
        catch_up(self.state, &mut self.overlay, reference, self.now, &mut means)?;
        let key = self.overlay.key(self.state, reference).cloned();
        Ok(key.map(|key| self.resolved(Cow::Owned(key))))
    }

    fn resolved(&self, key: Cow<'a, Key>) -> ResolvedKey<'a> {
        let state = self.state_of(&key);
        ResolvedKey { key, state }
    }

    /// The key's state now.
    pub(super) fn state_of(&self, key: &Key) -> KeyState {
        let KeyRef { account, region, .. } = &key.reference;
        let store =
            key.custom_key_store.as_ref().and_then(|id| self.state.custom_key_store(*account, region, id));
        let is_connected = store.is_none_or(|store| store.connection(self.now) == ConnectionState::Connected);
        key.state(self.now, is_connected)
    }

    /// All that the call changes: what it put, and what it and what fell due made of the keys.
    pub(crate) fn into_changes(self) -> Changes {
        let mut changes = self.overlay.changes(self.state);
        changes.append(self.changes);
        changes
    }

    /// Changes a KMS key.
    pub(super) fn put_key(&mut self, key: Key) {
        self.overlay.set(key.reference.clone(), Some(key));
    }

    /// Changes the keys related to `key`, and `key` itself.
    pub(super) fn put_related(
        &mut self,
        key: Key,
        mut change: impl FnMut(&Key, &mut Key),
    ) -> Result<(), KmsError> {
        let related: Vec<KeyRef> = key.related().collect();
        for of in related {
            if let Some(other) = self.caught_up(&of)? {
                let mut other = other.into_owned();
                change(&key, &mut other);
                self.put_key(other);
            }
        }
        self.put_key(key);
        Ok(())
    }

    /// `alias/aws/SERVICE` is made when its service first asks for it, as AWS does.
    fn managed_key_on_first_use(
        &mut self,
        name: AliasName,
        account: AccountId,
        region: &Region,
    ) -> Result<ResolvedKey<'a>, KmsError> {
        let asks_for_its_own = name.service().is_some()
            && name.service() == self.caller.via_service.as_deref()
            && account == self.caller.account;
        if !asks_for_its_own {
            return Err(KmsError::not_found(format!("Alias {} is not found.", name.arn(account, region))));
        }
        let service = name.service().unwrap_or_default();
        let description = format!(
            "Default key that protects my {} data when no other key is defined",
            service.to_ascii_uppercase()
        );
        let id = KeyId::generate(false, self.random)?;
        let mut key = self.empty_key(id, description, KeyManager::Aws, <(KeySpec, KeyUsage)>::default());
        self.make_material(&mut key)?;
        // AWS managed keys rotate every year (since May 2022; every three years before).
        key.rotation = Some(Rotation { period_days: 365, next: self.now.plus_days(365) });
        self.changes.put(&Alias {
            name,
            target: key.reference.clone(),
            created: self.now,
            updated: self.now,
        });
        self.authorise(&key)?;
        self.put_key(key.clone());
        Ok(self.resolved(Cow::Owned(key)))
    }

    /// A KMS key without material, not yet among the changes.
    pub(super) fn empty_key(
        &mut self,
        id: KeyId,
        description: String,
        manager: KeyManager,
        (spec, usage): (KeySpec, KeyUsage),
    ) -> Key {
        let reference = KeyRef { account: self.caller.account, region: self.caller.region.clone(), id };
        self.concerns(&reference);
        Key {
            reference,
            description,
            created: self.now,
            manager,
            status: Status::Enabled,
            deletion: None,
            materials: Vec::new(),
            rotation: None,
            on_demand_rotations: 0,
            spec,
            usage,
            public_key: None,
            origin: Origin::AwsKms,
            multi_region: None,
            tags: Vec::new(),
            policy: None,
            pending: None,
            settling: None,
            custom_key_store: None,
            xks_key: None,
        }
    }

    /// Gives a key its first material; a key pair may be the host's work.
    pub(super) fn make_material(&mut self, key: &mut Key) -> Result<(), KmsError> {
        match key.spec.family() {
            Family::Pair(kind) => {
                let pair = self.generate_pair(kind)?;
                key.add_pair(pair, self.store_key, self.random)
            }
            Family::Symmetric | Family::Hmac(_) => key.add_material(None, self.store_key, self.random),
        }
    }

    /// Opens `material` for this one use.
    pub(super) fn unseal(&mut self, key: &Key, material: &Material) -> Result<KeyMaterial, KmsError> {
        // The key's state is checked before: material that is not there makes it PendingImport.
        let sealed = material.sealed.as_ref();
        let sealed = sealed.ok_or_else(|| KmsError::internal("the key material is not there"))?;
        let opened = sealed.open(self.store_key, &key.reference.id.to_string())?;
        self.concerns_material(key, material);
        self.trace.step(|| {
            Step::new(Actor::Hsm, Action::Unseal, "AES-256-GCM")
                .using(Artefact::store_key(self.store_key))
                .making(material_artefact(key, material, &opened))
        });
        Ok(opened)
    }

    /// Notes that the call uses `key`: the last use that `GetKeyLastUsage` tells. Deferred with the audit event, since
    /// an Encrypt must not wait for a transaction.
    pub(super) fn used(&mut self, key: &Key) {
        self.concerns(&key.reference);
        self.is_use = true;
    }

    /// Notes that the call is about `key`, for its audit event.
    pub(super) fn concerns(&mut self, key: &KeyRef) {
        if self.keys.iter().all(|of| of.key != *key) {
            self.keys.push(key.clone().into());
        }
    }

    /// Notes which material of `key` the call uses, or would in earnest, for its audit event.
    pub(super) fn concerns_material(&mut self, key: &Key, material: &Material) {
        if shows_material_ids(key) {
            let (key, material) = (&key.reference, Some(material.id));
            match self.keys.iter_mut().find(|of| of.key == *key) {
                Some(of) if of.material.is_none() || of.material == material => of.material = material,
                // A ReEncrypt from one material of a key to another.
                _ => self.keys.push(KeyOf { key: key.clone(), material }),
            }
        }
        if key.custom_key_store.is_none() {
            return;
        }
        let told = [
            ("customKeyStoreId", key.custom_key_store.as_ref().map(ToString::to_string)),
            ("xksKeyId", key.xks_key.clone()),
        ];
        for (name, value) in told.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            self.tell(name, value);
        }
    }

    /// Adds something to the call's audit event.
    pub(super) fn tell(&mut self, name: &'static str, value: String) {
        if self.additional.iter().all(|(other, _)| other != name) {
            self.additional.push((name.into(), value));
        }
    }

    /// Tells what the audit event of an operation on a custom key store tells beside its id.
    pub(super) fn tell_of_store(&mut self, store: &CustomKeyStore) {
        self.tell("customKeyStoreName", store.name.clone());
        if let Backing::CloudHsm(hsm) = &store.backing {
            self.tell("clusterId", hsm.cluster.clone());
        }
    }

    /// Ends a dry run that would have succeeded.
    pub(super) fn unless_dry_run(&self, dry_run: Option<bool>) -> Result<(), KmsError> {
        if dry_run != Some(true) {
            return Ok(());
        }
        Err(KmsError::Request(
            RequestError::DryRun,
            "The request would have succeeded, but the DryRun option is set.".to_owned(),
        ))
    }

    /// As [`Context::unless_dry_run`], of a call that would use the current material of `key`.
    pub(super) fn unless_dry_run_on(&mut self, key: &Key, dry_run: Option<bool>) -> Result<(), KmsError> {
        if dry_run == Some(true) {
            self.concerns_material(key, key.current()?);
        }
        self.unless_dry_run(dry_run)
    }

    /// Refuses grant tokens that are not of grants that stand.
    pub(super) fn check_grant_tokens(&self, tokens: Option<&[String]>) -> Result<(), KmsError> {
        for token in tokens.unwrap_or_default() {
            self.grant_of_token(token)?;
        }
        Ok(())
    }
}

/// Key material in a trace: of an RSA key the length of its modulus counts, not that of its encoding.
pub(super) fn material_artefact(key: &Key, material: &Material, opened: &KeyMaterial) -> Artefact {
    let label = material.id.to_string();
    match key.spec.family() {
        Family::Pair(kind) => match kind.rsa_bits() {
            Some(bits) => Artefact::private_key(label, bits),
            None => Artefact::key_material(label, opened),
        },
        Family::Symmetric | Family::Hmac(_) => Artefact::key_material(label, opened),
    }
}

/// Refuses unless `key` was made for `usage`.
pub(super) fn require_usage(key: &Key, usage: KeyUsage, operation: &str) -> Result<(), KmsError> {
    if key.usage == usage {
        return Ok(());
    }
    Err(KmsError::Request(
        RequestError::InvalidKeyUsage,
        format!("{} key usage is {} which is not valid for {operation}.", key.arn(), key.usage.name()),
    ))
}

/// Refuses an algorithm that is none of the key's.
pub(super) fn require_algorithm(key: &Key, algorithm: &str, allowed: &[&str]) -> Result<(), KmsError> {
    if allowed.contains(&algorithm) {
        return Ok(());
    }
    Err(KmsError::Request(
        RequestError::InvalidKeyUsage,
        format!("Algorithm {algorithm} is incompatible with key spec {}.", key.spec.name()),
    ))
}

/// Refuses unless `key` can be used, as cryptographic operations do: enabled, or having its primary Region changed.
pub(super) fn require_enabled(key: &ResolvedKey<'_>) -> Result<(), KmsError> {
    match key.state {
        KeyState::Enabled | KeyState::Updating => Ok(()),
        KeyState::Disabled => {
            Err(KmsError::Request(RequestError::Disabled, format!("{} is disabled.", key.arn())))
        }
        _ => Err(in_state(key)),
    }
}

/// Refuses while a deletion is pending.
pub(super) fn require_not_pending_deletion(key: &ResolvedKey<'_>) -> Result<(), KmsError> {
    if key.state.is_pending_deletion() { Err(in_state(key)) } else { Ok(()) }
}

/// Refuses in one of `states`.
pub(super) fn require_not(key: &ResolvedKey<'_>, states: &[KeyState]) -> Result<(), KmsError> {
    if states.contains(&key.state) { Err(in_state(key)) } else { Ok(()) }
}

/// What a key's state has against an operation.
pub(super) fn in_state(key: &ResolvedKey<'_>) -> KmsError {
    KmsError::invalid_state(format!("{} {}", key.arn(), key.state.words()))
}

/// Refuses an origin that the operation is not for.
pub(super) fn wrong_origin(key: &Key) -> KmsError {
    KmsError::unsupported(format!(
        "{} origin is {} which is not valid for this operation.",
        key.arn(),
        key.origin.name()
    ))
}
