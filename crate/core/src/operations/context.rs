//! What an operation sees of the world: state to read, time and randomness, and a place for its changes.

use std::borrow::Cow;

use super::due::{Means, catch_up};
use super::host::Desk;
use crate::authz::{self, Caller};
use crate::crypto::{KeyMaterial, Random, StoreKey};
use crate::keys::{
    AccountId, Alias, AliasName, Family, Key, KeyIdentifier, KeyManager, KeyRef, KeySpec, KeyUsage, Material,
    Region, Rotation, Status,
};
use crate::model::{KmsError, RequestError, Timestamp};
use crate::store::{Changes, LastUse, State};
use crate::trace::{Action, Actor, Artefact, Step, Trace};

/// One call's view. It changes nothing: what it would change is in `changes`.
pub struct Context<'a> {
    /// The state that the call is planned on.
    pub state: &'a State,
    /// Opens and seals key material.
    pub store_key: &'a StoreKey,
    /// The operation's name.
    pub operation: &'a str,
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
    /// What the call changes.
    pub changes: Changes,
}

/// A KMS key that a call is allowed to act on: as stored, or as what fell due on it has made it.
pub(super) type ResolvedKey<'a> = Cow<'a, Key>;

impl<'a> Context<'a> {
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
        match KeyIdentifier::parse(key_id, self.caller.account, &self.caller.region)? {
            KeyIdentifier::Key(reference) => self.key_by_reference(&reference),
            KeyIdentifier::Alias(..) => Err(KmsError::not_found(format!("Invalid keyId '{key_id}'"))),
        }
    }

    fn key_by_reference(&mut self, reference: &KeyRef) -> Result<ResolvedKey<'a>, KmsError> {
        let missing = || KmsError::not_found(format!("Key '{}' does not exist", reference.arn()));
        let key = self.state.key(reference).ok_or_else(missing)?;
        let key = self.caught_up(key)?.ok_or_else(missing)?;
        self.authorise(&key)?;
        Ok(key)
    }

    /// Checks that the caller may do this operation on `key`.
    pub(super) fn authorise(&mut self, key: &Key) -> Result<(), KmsError> {
        let aliases = self.state.aliases_of(&key.reference, None);
        let service = match key.manager {
            KeyManager::Aws => aliases.filter_map(|alias| alias.name.service()).next(),
            KeyManager::Customer => None,
        };
        // A key made on first use has its alias only among the changes.
        let service = service.or(match key.manager {
            KeyManager::Aws if self.state.key(&key.reference).is_none() => self.caller.via_service.as_deref(),
            _ => None,
        });
        let decision = authz::authorise(self.caller, self.operation, key, service);
        let detail = |outcome: &str| format!("kms:{} on {}: {outcome}", self.operation, key.arn());
        match &decision {
            Ok(()) => self.trace.step(|| Step::new(Actor::Kms, Action::Check, detail("allowed"))),
            Err(_) => self.trace.step(|| Step::new(Actor::Kms, Action::Check, detail("not allowed"))),
        }
        decision
    }

    /// The key as of now; `None` where its deletion has fallen due. What fell due is among the changes.
    pub(super) fn caught_up(&mut self, key: &'a Key) -> Result<Option<ResolvedKey<'a>>, KmsError> {
        if key.next_due().is_none_or(|(at, _)| at > self.now) {
            return Ok(Some(Cow::Borrowed(key)));
        }
        let mut means = Means { store_key: self.store_key, random: self.random };
        let (key, changes) = catch_up(self.state, key, self.now, &mut means)?;
        self.changes.extend(changes);
        Ok(key.map(Cow::Owned))
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
        let mut key = self.new_key(description, KeyManager::Aws, <(KeySpec, KeyUsage)>::default())?;
        // AWS managed keys rotate every year (since May 2022; every three years before).
        key.rotation = Some(Rotation { period_days: 365, next: self.now.plus_days(365) });
        self.changes.put(&key);
        self.changes.put(&Alias {
            name,
            target: key.reference.clone(),
            created: self.now,
            updated: self.now,
        });
        self.authorise(&key)?;
        Ok(Cow::Owned(key))
    }

    /// A KMS key with fresh material, not yet among the changes.
    pub(super) fn new_key(
        &mut self,
        description: String,
        manager: KeyManager,
        (spec, usage): (KeySpec, KeyUsage),
    ) -> Result<Key, KmsError> {
        let id = crate::keys::KeyId::generate(self.random)?;
        let reference = KeyRef { account: self.caller.account, region: self.caller.region.clone(), id };
        let mut key = Key {
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
        };
        match spec.family() {
            Family::Pair(kind) => {
                let pair = self.generate_pair(kind)?;
                key.add_pair(pair, self.store_key, self.random)?;
            }
            Family::Symmetric | Family::Hmac(_) => key.add_material(None, self.store_key, self.random)?,
        }
        Ok(key)
    }

    /// Opens `material` for this one use.
    pub(super) fn unseal(&mut self, key: &Key, material: &Material) -> Result<KeyMaterial, KmsError> {
        let opened = material.sealed.open(self.store_key, &key.reference.id.to_string())?;
        self.trace.step(|| {
            Step::new(Actor::Hsm, Action::Unseal, "AES-256-GCM")
                .using(Artefact::store_key(self.store_key))
                .making(material_artefact(key, material, &opened))
        });
        Ok(opened)
    }

    /// Notes that `key` was used: deferred, since an Encrypt must not wait for a transaction.
    pub(super) fn used(&mut self, key: &Key) {
        self.changes.defer(&LastUse {
            key: key.reference.clone(),
            at: self.now,
            operation: self.operation.to_owned(),
        });
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

    /// Refuses grant tokens: without grants there is none that could be valid.
    pub(super) fn no_grant_tokens(&self, tokens: Option<&[String]>) -> Result<(), KmsError> {
        match tokens {
            None | Some([]) => Ok(()),
            Some(_) => Err(KmsError::Request(RequestError::InvalidGrantToken, String::new())),
        }
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

/// Refuses all but symmetric encryption keys, where the operation is about rotation or data keys.
pub(super) fn require_symmetric(key: &Key) -> Result<(), KmsError> {
    if key.spec == KeySpec::SymmetricDefault { Ok(()) } else { Err(KmsError::unsupported("")) }
}

/// Refuses unless `key` is enabled, as cryptographic operations do.
pub(super) fn require_enabled(key: &Key) -> Result<(), KmsError> {
    match key.status {
        Status::Enabled => Ok(()),
        Status::Disabled => {
            Err(KmsError::Request(RequestError::Disabled, format!("{} is disabled.", key.arn())))
        }
        Status::PendingDeletion => require_not_pending_deletion(key),
    }
}

/// Refuses while a deletion is pending.
pub(super) fn require_not_pending_deletion(key: &Key) -> Result<(), KmsError> {
    match key.status {
        Status::PendingDeletion => {
            Err(KmsError::invalid_state(format!("{} is pending deletion.", key.arn())))
        }
        Status::Enabled | Status::Disabled => Ok(()),
    }
}
