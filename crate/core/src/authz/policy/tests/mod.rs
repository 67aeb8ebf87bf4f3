//! Promises of the policy language, as tables.

mod conditions;
mod document;
mod faults;
mod hostile;
mod index;
mod principals;
mod statements;
mod trust;

use super::*;
use crate::keys::Principal;

/// A request's condition keys: in this order, a name and a value; several values are several pairs.
pub(super) struct Keys<'a>(pub(super) &'a [(&'a str, &'a str)]);

impl Facts for Keys<'_> {
    fn values(&self, key: &str, each: &mut dyn FnMut(&str)) {
        for (name, value) in self.0 {
            if name.eq_ignore_ascii_case(key) {
                each(value);
            }
        }
    }
}

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

pub(super) fn principal(text: &str) -> Principal {
    text.parse().unwrap()
}

/// Root decrypts with [`KEY`].
pub(super) fn request<'a>(principal: &'a Principal, facts: &'a Keys<'_>) -> Request<'a> {
    Request {
        action: "kms:Decrypt",
        resource: KEY,
        principal,
        role_arn: None,
        has_boundary: false,
        facts,
        indexes: Indexes::default(),
    }
}

/// The only statement of a policy that has these elements besides its effect.
pub(super) fn statement(kind: Kind, elements: &str) -> Statement {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{elements}}}}}"#);
    let policy = Policy::parse(&text, kind).map_err(|fault| fault.describe(&text));
    policy.unwrap().statements.remove(0)
}

/// Why `text` is refused.
pub(super) fn refusal(text: &str, kind: Kind) -> String {
    Policy::parse(text, kind).expect_err(text).describe(text)
}
