//! Looking for events, newest first.

use crate::keys::principal::{Arn, Named, name_of};
use crate::keys::{AccountId, KeyId, KeyRef, Principal};
use crate::model::shape::{read, request};
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
const MOST: usize = 1000;

request! {
    /// As a host is given it.
    struct Given {
        "from" from: Option<Timestamp>,
        "to" to: Option<Timestamp>,
        "key" key: Option<String>,
        "principal" principal: Option<String>,
        "operation" operation: Option<String>,
        "errors" errors: Option<bool>,
        "limit" limit: Option<i64>,
        "before" before: Option<String>,
    }
}

impl Query {
    /// Reads what a host was given.
    ///
    /// # Errors
    /// `SerializationException` where a member is of another type, `ValidationException` for a limit out of range.
    pub fn from_value(value: Value) -> Result<Self, KmsError> {
        let Given { from, to, key, principal, operation, errors, limit, before } = read(value)?;
        let limit = usize::try_from(limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or_default();
        if !(1..=MOST).contains(&limit) {
            return Err(KmsError::validation("A page has 1 to 1000 records."));
        }
        Ok(Self { from, to, key, principal, operation, errors, limit, before })
    }

    /// The page of `events`, which come newest first. Where the event that it should begin after is not among them,
    /// there is nothing behind it.
    #[must_use]
    pub fn page<'e>(&self, events: &mut dyn Iterator<Item = &'e Event>) -> Page<'e> {
        let filter = self.filter();
        let mut page = Page { events: Vec::new(), more: false };
        let mut is_before = self.before.is_none();
        for event in events {
            if !is_before {
                is_before = self.before.as_ref().is_some_and(|before| event.id.to_string() == *before);
            } else if filter.takes(event) {
                if page.events.len() == self.limit {
                    page.more = true;
                    return page;
                }
                page.events.push(event);
            }
        }
        page
    }

    /// The query, read once.
    #[must_use]
    pub fn filter(&self) -> Filter<'_> {
        let role = self.principal.as_deref().and_then(Arn::parse).and_then(|arn| match arn.who {
            Named::Role(name) => Some((arn.account, name_of(name))),
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
