//! Looking for events, newest first.

use crate::keys::principal::{Arn, Named};
use crate::keys::{AccountId, KeyId, KeyRef, Principal};
use crate::model::{KmsError, Timestamp, Value};
use crate::store::Event;

/// Which events; what is not given does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Up to and including this instant.
    pub to: Option<Timestamp>,
    /// A KMS key, by ARN or id.
    pub key: Option<String>,
    /// Who called, by ARN; a role's ARN names all sessions in it.
    pub principal: Option<String>,
    /// The operation's name.
    pub operation: Option<String>,
    /// Only those that were refused, or only those that were not.
    pub errors: Option<bool>,
    /// At most so many.
    pub limit: usize,
    /// Older than the event of this id.
    pub before: Option<String>,
}

/// The events of a page, newest first.
#[derive(Debug)]
pub struct Page<'e> {
    /// The events.
    pub events: Vec<&'e Event>,
    /// Whether there are more that match.
    pub more: bool,
}

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 1000;

impl Query {
    /// Reads what a host was given.
    ///
    /// # Errors
    /// `ValidationException` where a member is of another type.
    pub fn from_value(mut value: Value) -> Result<Self, KmsError> {
        let mut text = |name: &str| match value.take(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(refused(name)),
        };
        let (key, principal) = (text("key")?, text("principal")?);
        let (operation, before) = (text("operation")?, text("before")?);
        let mut time = |name: &str| match value.take(name) {
            Value::Null => Ok(None),
            Value::Integer(seconds) => Ok(Some(Timestamp(seconds.saturating_mul(1000)))),
            #[allow(clippy::cast_possible_truncation)] // beyond the last instant there is, it is the last
            Value::Float(seconds) => Ok(Some(Timestamp((seconds * 1000.0).round() as i64))),
            _ => Err(refused(name)),
        };
        let (from, to) = (time("from")?, time("to")?);
        let errors = match value.take("errors") {
            Value::Null => None,
            Value::Boolean(errors) => Some(errors),
            _ => return Err(refused("errors")),
        };
        let limit = match value.take("limit") {
            Value::Null => DEFAULT_LIMIT,
            Value::Integer(limit) if (1..=MOST).contains(&limit) => limit,
            _ => return Err(refused("limit")),
        };
        let limit = usize::try_from(limit).unwrap_or_default();
        Ok(Self { from, to, key, principal, operation, errors, limit, before })
    }

    /// The page of `events`, which come newest first. Where the event that it should begin after is not among them,
    /// there is nothing behind it.
    #[must_use]
    pub fn page<'e>(&self, events: impl Iterator<Item = &'e Event>) -> Page<'e> {
        let filter = self.filter();
        let mut is_before = self.before.is_none();
        let rest = events.skip_while(move |event| {
            let passed = is_before;
            is_before |= self.before.as_ref().is_some_and(|before| event.id.to_string() == *before);
            !passed
        });
        let mut found = rest.filter(|event| filter.takes(event));
        let events: Vec<&Event> = found.by_ref().take(self.limit).collect();
        Page { events, more: found.next().is_some() }
    }

    /// The query, read once.
    #[must_use]
    pub fn filter(&self) -> Filter<'_> {
        let role = self.principal.as_deref().and_then(Arn::parse).and_then(|arn| match arn.who {
            Named::Role(name) => Some((arn.account, name.rsplit('/').next().unwrap_or_default())),
            _ => None,
        });
        let by_arn = self.key.as_deref().map(key_of_arn);
        Filter {
            query: self,
            id: self.key.as_deref().and_then(|key| key.parse().ok()),
            key: by_arn.flatten(),
            principal: self.principal.as_deref().filter(|_| role.is_none()).and_then(|arn| arn.parse().ok()),
            role,
        }
    }
}

/// A query made ready to be asked often.
#[derive(Debug)]
pub struct Filter<'q> {
    query: &'q Query,
    key: Option<KeyRef>,
    id: Option<KeyId>,
    principal: Option<Principal>,
    role: Option<(AccountId, &'q str)>,
}

impl Filter<'_> {
    /// Whether it is one of those that are looked for.
    #[must_use]
    pub fn takes(&self, event: &Event) -> bool {
        let query = self.query;
        query.from.is_none_or(|from| event.at >= from)
            && query.to.is_none_or(|to| event.at <= to)
            && query.operation.as_ref().is_none_or(|operation| event.name == *operation)
            && query.errors.is_none_or(|errors| event.error().is_some() == errors)
            && (query.key.is_none() || event.keys.iter().any(|of| self.is_key(&of.key)))
            && (query.principal.is_none() || self.is_principal(event))
    }

    fn is_key(&self, key: &KeyRef) -> bool {
        self.id == Some(key.id) || self.key.as_ref() == Some(key)
    }

    fn is_principal(&self, event: &Event) -> bool {
        if event.is_service_event {
            return false;
        }
        match (event.principal(), self.role) {
            (Principal::Session { account, role, .. }, Some(wanted)) => wanted == (account, role.as_str()),
            (principal, None) => self.principal.as_ref() == Some(&principal),
            _ => false,
        }
    }
}

/// The key of a key's ARN.
fn key_of_arn(text: &str) -> Option<KeyRef> {
    let mut parts = text.strip_prefix("arn:aws:kms:")?.splitn(3, ':');
    let (region, account) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(KeyRef { account, region, id: parts.next()?.strip_prefix("key/")?.parse().ok()? })
}

fn refused(name: &str) -> KmsError {
    KmsError::validation(format!("{name} is not what a query of the audit log takes."))
}
