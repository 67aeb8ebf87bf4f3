//! One call: what it may look at and what it has changed, and the members that many requests have.

use tabkms_core::crypto::{Random, StoreKey, random};
use tabkms_core::keys::{AccountId, Identity, IdentityKind};
use tabkms_core::model::{Timestamp, Value};
use tabkms_core::store::{Changes, State};

use super::answer::{Answer, Page};
use super::{IamError, name_member};

/// How many items a page has where the request does not say, as IAM has it.
const PAGE: i64 = 100;
/// The letters of an id, behind its four that say whose it is.
const ID_LETTERS: usize = 17;

/// One call.
pub(super) struct Call<'a> {
    pub(super) state: &'a State,
    pub(super) store_key: &'a StoreKey,
    pub(super) account: AccountId,
    pub(super) input: Value,
    pub(super) now: Timestamp,
    pub(super) random: &'a mut dyn Random,
    pub(super) changes: Changes,
}

impl Call<'_> {
    /// Refuses a request that lacks one of these members.
    pub(super) fn require(&self, members: &[&str]) -> Result<(), IamError> {
        let Some(missing) = members.iter().find(|name| self.input.get(name).is_none()) else { return Ok(()) };
        let before = "1 validation error detected: Value null at '";
        let behind = "' failed to satisfy constraint: Member must not be null";
        Err(IamError::new(IamError::VALIDATION, &[before, &lower(missing), behind]))
    }

    /// The text of a member, if the request has it.
    #[inline(never)]
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.input.get(name)?.as_str().map(str::to_owned)
    }

    /// The text of a member that is required, or that is the same empty as absent.
    pub(super) fn wanted(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        matches!(self.input.get(name), Some(Value::Boolean(true)))
    }

    /// A member that names something: `[\w+=,.@-]+`, in ASCII.
    pub(super) fn name(&self, member: &str) -> Result<String, IamError> {
        let name = self.wanted(member);
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b)) {
            return Ok(name);
        }
        let behind =
            " is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-";
        Err(IamError::new(IamError::VALIDATION, &["The specified value for ", &lower(member), behind]))
    }

    /// A path: `/`, or printable ASCII between two strokes. Without what a policy would read as a wildcard, since
    /// policies name ARNs.
    pub(super) fn path(&self) -> Result<String, IamError> {
        let Some(path) = self.text("Path") else { return Ok("/".to_owned()) };
        let is_path = |rest: &str| {
            rest.ends_with('/')
                && !rest.starts_with('/')
                && rest.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'*' | b'?'))
        };
        if path == "/" || path.strip_prefix('/').is_some_and(is_path) {
            return Ok(path);
        }
        let message = "The specified value for path is invalid. It must begin and end with / and contain only \
                       alphanumeric characters and/or / characters.";
        Err(IamError::new(IamError::VALIDATION, &[message]))
    }

    /// The user or the role that the request names.
    pub(super) fn identity(&self, kind: IdentityKind) -> Result<Identity, IamError> {
        let name = self.name(name_member(kind))?;
        let found = self.state.identity(self.account, kind, &name).cloned();
        found.ok_or_else(|| {
            let message = ["The ", kind.as_str(), " with name ", &name, " cannot be found."];
            IamError::new(IamError::NO_SUCH_ENTITY, &message)
        })
    }

    /// A user or a role that is not there yet.
    pub(super) fn blank(&self, kind: IdentityKind) -> Identity {
        Identity {
            account: self.account,
            kind,
            name: String::new(),
            path: String::new(),
            id: String::new(),
            created: self.now,
            description: String::new(),
            tags: Vec::new(),
            policies: Vec::new(),
            attached: Vec::new(),
            boundary: None,
            trust: None,
        }
    }

    /// An id of four letters that say whose it is, and 17 of base 32.
    pub(super) fn fresh_id(&mut self, whose: &str) -> Result<String, IamError> {
        let random: [u8; ID_LETTERS] = random::array(self.random)?;
        let mut id = whose.to_owned();
        for byte in random {
            id.push(char::from(match byte % 32 {
                letter @ 0..26 => b'A' + letter,
                digit => b'2' + digit - 26,
            }));
        }
        Ok(id)
    }

    /// Puts what has changed of a user or a role. There is nothing to answer.
    #[inline(never)]
    pub(super) fn put(&mut self, identity: &Identity) -> Answer {
        self.changes.put(identity);
        Answer::default()
    }

    /// An empty page, as the request wants it.
    pub(super) fn page(&self) -> Page {
        let limit = match self.input.get("MaxItems") {
            Some(Value::Integer(limit)) => *limit,
            _ => PAGE,
        };
        Page::new(usize::try_from(limit).unwrap_or_default(), self.wanted("Marker"))
    }
}

/// `UserName` → `userName`, as errors have it.
fn lower(member: &str) -> String {
    let mut name = member.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}
