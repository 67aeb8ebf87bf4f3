//! Who calls, or whom a grant or a policy names.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (names and paths)

use std::fmt;
use std::str::FromStr;

use super::ids::{AccountId, NotAnId, stored_as_text};

/// The session that stands for whoever is in a role, where only the role is named.
const SESSION: &str = "tabkms";
/// The longest path of a user or a role, in bytes.
const LONGEST_PATH: usize = 512;

/// A principal. Its text is its ARN; a service's is its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// An account's root: `arn:aws:iam::A:root`.
    Root(AccountId),
    /// An IAM user: `arn:aws:iam::A:user/path/name`.
    User {
        /// Of which account.
        account: AccountId,
        /// The path without its first stroke, and the name: `division/alice`, or `alice`.
        path_and_name: String,
    },
    /// A session in a role: `arn:aws:sts::A:assumed-role/role/session`. The role's path is no part of it.
    Session {
        /// The role's account.
        account: AccountId,
        /// The role's name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// An AWS service: `s3.amazonaws.com`.
    Service(String),
}

impl Principal {
    /// The account that it belongs to; a service belongs to none.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root(account) | Self::User { account, .. } | Self::Session { account, .. } => {
                Some(*account)
            }
            Self::Service(_) => None,
        }
    }
}

impl FromStr for Principal {
    type Err = NotAnId;

    /// Reads what [`Principal`] is written as. A role's ARN is a session of the name `tabkms` in the role.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let principal = match Arn::parse(text) {
            Some(Arn { account, who }) => match who {
                Named::Root => Self::Root(account),
                Named::User(name) => Self::User { account, path_and_name: name.to_owned() },
                Named::Role(name) => {
                    let role = name_of(name).to_owned();
                    Self::Session { account, role, session: SESSION.to_owned() }
                }
                Named::Session(role, session) => {
                    Self::Session { account, role: role.to_owned(), session: session.to_owned() }
                }
                Named::FederatedUser(_) => return Err(NotAnId),
            },
            None if is_service(text) => Self::Service(text.to_owned()),
            None => return Err(NotAnId),
        };
        Ok(principal)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(account) => write!(f, "arn:aws:iam::{account}:root"),
            Self::User { account, path_and_name } => write!(f, "arn:aws:iam::{account}:user/{path_and_name}"),
            Self::Session { account, role, session } => {
                write!(f, "arn:aws:sts::{account}:assumed-role/{role}/{session}")
            }
            Self::Service(name) => f.write_str(name),
        }
    }
}

stored_as_text!(Principal, Self::Service(String::new()));

/// The ARN of a principal, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The account.
    pub account: AccountId,
    /// What is named in it.
    pub who: Named<'a>,
}

/// What the ARN of a principal names in its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// `root`.
    Root,
    /// A user, by path and name.
    User(&'a str),
    /// A role, by path and name.
    Role(&'a str),
    /// A session, by the role's name and its own.
    Session(&'a str, &'a str),
    /// A federated user, by the session's name.
    FederatedUser(&'a str),
}

impl<'a> Arn<'a> {
    /// Takes a principal's ARN apart; `None` for anything else, patterns included.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (service, rest) = text.strip_prefix("arn:aws:")?.split_once("::")?;
        let (account, resource) = rest.split_once(':')?;
        let account = account.parse().ok()?;
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        let who = match (service, kind) {
            ("iam", "root") if resource == "root" => Named::Root,
            ("iam", "user") if is_path_and_name(name) => Named::User(name),
            ("iam", "role") if is_path_and_name(name) => Named::Role(name),
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/')?;
                (is_name(role) && is_session_name(session)).then_some(Named::Session(role, session))?
            }
            ("sts", "federated-user") if is_session_name(name) => Named::FederatedUser(name),
            _ => return None,
        };
        Some(Self { account, who })
    }
}

/// The name behind the path: `alice` of `division/alice`.
#[must_use]
pub fn name_of(path_and_name: &str) -> &str {
    path_and_name.rsplit('/').next().unwrap_or_default()
}

/// A user's or a role's name: `[\w+=,.@-]{1,64}`.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

/// A session's name: as a user's, but of two characters and more.
fn is_session_name(text: &str) -> bool {
    text.len() >= 2 && is_name(text)
}

/// A name behind a path of printable ASCII, of which each part ends in a stroke. A star or a question mark in one would
/// be read as a wildcard by any policy that names it.
fn is_path_and_name(text: &str) -> bool {
    let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
    is_name(name)
        && path.len() < LONGEST_PATH
        && !text.starts_with('/')
        && path.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'*' | b'?'))
}

/// A service's name: a domain's, such as `s3.amazonaws.com`.
#[must_use]
pub fn is_service(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 128 && text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cbor::{Cbor, Reader, Writer};

    #[test]
    fn a_principal_is_its_arn() {
        for text in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:user/division_abc/a+=,.@-b/alice_+=,.@-",
            "arn:aws:sts::111122223333:assumed-role/Ops/alice@example.com",
            "s3.amazonaws.com",
            "states.us-east-1.amazonaws.com",
        ] {
            let principal: Principal = text.parse().unwrap();
            assert_eq!(principal.to_string(), text);
            let account = text.starts_with("arn").then(|| "111122223333".parse().unwrap());
            assert_eq!(principal.account(), account);
            let mut writer = Writer::default();
            principal.write(&mut writer);
            assert_eq!(Principal::read(&mut Reader::new(&writer.into_bytes())), principal);
        }
    }

    #[test]
    fn a_role_is_a_session_in_it() {
        let expected = "arn:aws:sts::111122223333:assumed-role/Ops/tabkms".parse::<Principal>();
        assert_eq!("arn:aws:iam::111122223333:role/Ops".parse(), expected);
        assert_eq!("arn:aws:iam::111122223333:role/a/b/Ops".parse(), expected);
    }

    #[test]
    fn names_are_parsed_strictly() {
        let long = |count| "n".repeat(count);
        for bad in [
            "",
            "*",
            "root",
            "amazonaws",
            "S3.amazonaws.com",
            "s3..amazonaws.com",
            "*.amazonaws.com",
            &format!("s3.{}", "a".repeat(128)),
            "111122223333",
            "arn:aws:iam::111122223333:",
            "arn:aws:iam::11112222333:root",
            "arn:aws:iam:us-east-1:111122223333:root",
            "arn:aws-cn:iam::111122223333:root",
            "arn:aws:sts::111122223333:root",
            "arn:aws:iam::111122223333:root/x",
            "arn:aws:iam::111122223333:Root",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:user//alice",
            "arn:aws:iam::111122223333:user/a*/alice",
            "arn:aws:iam::111122223333:user/a b/alice",
            "arn:aws:iam::111122223333:user/al?ce",
            "arn:aws:iam::111122223333:user/älice",
            &format!("arn:aws:iam::111122223333:user/{}", long(65)),
            &format!("arn:aws:iam::111122223333:user/{}/alice", "p".repeat(512)),
            "arn:aws:sts::111122223333:user/alice",
            "arn:aws:sts::111122223333:role/Ops",
            "arn:aws:iam::111122223333:assumed-role/Ops/alice",
            "arn:aws:sts::111122223333:assumed-role/Ops",
            "arn:aws:sts::111122223333:assumed-role/Ops/a",
            "arn:aws:sts::111122223333:assumed-role/p/Ops/alice",
            &format!("arn:aws:sts::111122223333:assumed-role/Ops/{}", long(65)),
            "arn:aws:sts::111122223333:federated-user/alice",
        ] {
            assert_eq!(bad.parse::<Principal>(), Err(NotAnId), "{bad}");
        }
        for good in [
            format!("arn:aws:iam::111122223333:user/{}", long(64)),
            format!("arn:aws:iam::111122223333:user/{}/alice", "p".repeat(511)),
            format!("arn:aws:sts::111122223333:assumed-role/Ops/{}", long(64)),
            "arn:aws:sts::111122223333:assumed-role/O/ab".to_owned(),
        ] {
            assert!(good.parse::<Principal>().is_ok(), "{good}");
        }
    }

    #[test]
    fn federated_users_have_arns_though_they_cannot_call() {
        let arn = Arn::parse("arn:aws:sts::111122223333:federated-user/alice").unwrap();
        assert_eq!(arn.who, Named::FederatedUser("alice"));
    }
}
