//! Reads a policy document. Its statements keep their places in the text, so that a page can show them there.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html>

use super::condition::{self, Condition};
use super::pattern::Pattern;
use super::principals::{self, Named};
use super::variables::{Syntax, Text, is_vendor};
use super::{Fault, Span};
use crate::model::json::{self, Faults, Json, Member, Node};

/// What a policy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A KMS key: each statement names whom it is about.
    Key,
    /// An IAM user, group or role: the statements are about whoever it belongs to.
    Identity,
    /// An IAM role, beside its own: each statement names who may assume it, and the resource is the role itself.
    Trust,
}

/// A policy that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The version of the language.
    pub version: Version,
    /// The policy's own id.
    pub id: Option<Box<str>>,
    /// The statements in their order; at least one.
    pub statements: Vec<Statement>,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, which a policy without a version has: `${…}` is text like any other.
    V2008,
    /// `2012-10-17`: with variables.
    V2012,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From its opening brace to its closing one.
    pub span: Span,
    /// Its name.
    pub sid: Option<Box<str>>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Principal or NotPrincipal; none in an identity policy, and one in any other.
    pub principals: Option<Element<Named>>,
    /// Action or NotAction. Without it a key policy's statement has no effect.
    pub actions: Option<Element<Pattern>>,
    /// Resource or NotResource; none in a trust policy. Without it a key policy's statement has no effect.
    pub resources: Option<Element<Text>>,
    /// What the Condition element wants, all of it.
    pub conditions: Vec<Condition>,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// One of a statement's lists: principals, actions, resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<T> {
    /// From the element's name to the end of its value.
    pub span: Span,
    /// Whether it is about all but these: NotPrincipal, NotAction, NotResource.
    pub is_not: bool,
    /// What it lists. An empty list is no fault: it is about nothing, or, with `is_not`, about all.
    pub items: Vec<Item<T>>,
}

/// One item of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<T> {
    /// Its place.
    pub span: Span,
    /// What it says.
    pub value: T,
}

impl Policy {
    /// Reads a policy of any length.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Fault> {
        check_characters(text)?;
        let document = json::parse(text)?;
        let mut faults = Faults::default();
        let policy = Self::read(&document, kind, &mut faults);
        faults.none_or(policy)
    }

    fn read(document: &Node<'_>, kind: Kind, faults: &mut Faults) -> Self {
        let mut policy = Self { version: Version::V2008, id: None, statements: Vec::new() };
        let Json::Object(members) = &document.value else {
            faults.add(document.span, "The policy is not a JSON object");
            return policy;
        };
        let mut list: &[Node<'_>] = &[];
        for member in members {
            match member.name.as_ref() {
                "Version" => policy.version = read_version(&member.node, faults),
                // "The id_block … must not be included in identity-based policies."
                "Id" if kind == Kind::Identity => faults.add(member.at, "An identity policy has no Id"),
                "Id" => policy.id = Some(string(&member.node, faults).into()),
                "Statement" => list = items(&member.node),
                _ => faults.add(member.at, "Policies have no such element"),
            }
        }
        if list.is_empty() {
            faults.add(document.span, "The policy has no Statement");
        }
        policy.statements.reserve(list.len());
        for node in list {
            let statement = Statement::read(node, kind, policy.version == Version::V2012, faults);
            // "In IAM, the Sid value must be unique within a JSON policy."
            let is_taken = |earlier: &Statement| statement.sid.is_some() && earlier.sid == statement.sid;
            if kind != Kind::Key && policy.statements.iter().any(is_taken) {
                faults.add(node.span, "A statement has the Sid of an earlier one");
            }
            policy.statements.push(statement);
        }
        policy
    }
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]+`, as the service model has it for policies.
fn check_characters(text: &str) -> Result<(), Fault> {
    // In UTF-8 these characters begin with a byte up to C3 and go on with a lower one; all others begin with a higher.
    let is_good = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0xc3);
    match text.bytes().position(|b| !is_good(&b)) {
        Some(at) => {
            let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            Err(Span::new(at, at + length).fault("A policy consists of the characters of Latin-1"))
        }
        None => Ok(()),
    }
}

fn read_version(node: &Node<'_>, faults: &mut Faults) -> Version {
    match &node.value {
        Json::Text(text) if text == "2012-10-17" => return Version::V2012,
        Json::Text(text) if text == "2008-10-17" => {}
        _ => faults.add(node.span, "The policy's Version is none of 2012-10-17, 2008-10-17"),
    }
    Version::V2008
}

impl Statement {
    fn read(node: &Node<'_>, kind: Kind, has_variables: bool, faults: &mut Faults) -> Self {
        let mut statement = Self {
            span: node.span,
            sid: None,
            effect: Effect::Deny,
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
        };
        let Json::Object(members) = &node.value else {
            faults.add(node.span, "A statement is not a JSON object");
            return statement;
        };
        let mut has_effect = false;
        for member in members {
            let value = &member.node;
            let (name, is_not) = match member.name.strip_prefix("Not") {
                Some(name @ ("Principal" | "Action" | "Resource")) => (name, true),
                _ => (member.name.as_ref(), false),
            };
            // The same name cannot stand twice in an object, so that it would be the contrary.
            let is_twice = match name {
                "Principal" => statement.principals.is_some(),
                "Action" => statement.actions.is_some(),
                "Resource" => statement.resources.is_some(),
                _ => false,
            };
            match name {
                _ if is_twice => faults.add(member.at, "A statement has this element's opposite as well"),
                "Sid" => {
                    let text = string(value, faults);
                    if kind != Kind::Key && !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
                        faults.add(value.span, "A Sid in IAM has letters and digits only");
                    }
                    statement.sid = Some(text.into());
                }
                "Effect" => {
                    has_effect = true;
                    statement.effect = read_effect(value, faults);
                }
                "Principal" if kind == Kind::Identity => {
                    faults.add(member.at, "A statement of an identity policy names no principal");
                }
                "Principal" => statement.principals = Some(principals::parse(member, is_not, faults)),
                "Action" => statement.actions = Some(actions(member, is_not, faults)),
                "Resource" if kind == Kind::Trust => {
                    faults.add(member.at, "A statement of a trust policy names no resource");
                }
                "Resource" => {
                    statement.resources = Some(resources(member, is_not, has_variables, faults));
                }
                "Condition" => statement.conditions = condition::parse(value, has_variables, faults),
                _ => faults.add(member.at, "Statements have no such element"),
            }
        }
        if !has_effect {
            faults.add(node.span, "A statement has no Effect");
        }
        match kind {
            Kind::Key | Kind::Trust if statement.principals.is_none() => {
                faults.add(node.span, "A statement has no Principal or NotPrincipal");
            }
            // "If either of the required Resource or Action elements are missing from a key policy statement, the
            // policy statement has no effect", and PutKeyPolicy succeeds.
            Kind::Key => {}
            Kind::Identity | Kind::Trust if statement.actions.is_none() => {
                faults.add(node.span, "A statement has no Action or NotAction");
            }
            Kind::Identity if statement.resources.is_none() => {
                faults.add(node.span, "A statement has no Resource or NotResource");
            }
            Kind::Identity | Kind::Trust => {}
        }
        statement
    }
}

fn read_effect(node: &Node<'_>, faults: &mut Faults) -> Effect {
    match &node.value {
        Json::Text(text) if text == "Allow" => return Effect::Allow,
        Json::Text(text) if text == "Deny" => {}
        _ => faults.add(node.span, "An Effect is neither Allow nor Deny"),
    }
    Effect::Deny
}

fn actions(member: &Member<'_>, is_not: bool, faults: &mut Faults) -> Element<Pattern> {
    let mut element = Element { span: member.span(), is_not, items: Vec::new() };
    for item in items(&member.node) {
        let text = string(item, faults);
        if !is_action(text) {
            faults.add(item.span, "An action is neither * nor of the form service:name");
        }
        element.items.push(Item { span: item.span, value: Pattern::new(text) });
    }
    element
}

/// An action: `*`, or a service's prefix, a colon and a name that may have wildcards.
fn is_action(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_".contains(&b))
    };
    text == "*" || text.split_once(':').is_some_and(|(vendor, name)| is_vendor(vendor) && is_name(name))
}

fn resources(member: &Member<'_>, is_not: bool, has_variables: bool, faults: &mut Faults) -> Element<Text> {
    let mut element = Element { span: member.span(), is_not, items: Vec::new() };
    for item in items(&member.node) {
        let text = string(item, faults);
        if text != "*" && !is_arn(text) {
            faults.add(item.span, "A resource is neither * nor an ARN");
        }
        // "You can't use a variable to replace parts of the ARN before the fifth colon."
        if has_variables && text.splitn(6, ':').take(5).any(|part| part.contains("${")) {
            faults.add(item.span, "A variable stands before the fifth colon of an ARN");
        }
        let syntax = Syntax { has_wildcards: true, has_variables };
        element.items.push(Item { span: item.span, value: Text::parse(text, item.span, syntax, faults) });
    }
    element
}

/// An ARN that may be a pattern: "you can't use a wildcard in the service segment", and a star may stand for the parts
/// that are missing behind it.
fn is_arn(text: &str) -> bool {
    let mut parts = text.split(':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| !partition.is_empty())
        && parts.next().is_some_and(is_vendor)
        && parts.next().is_some()
}

/// A list's items; a single value is a list of one.
pub(super) fn items<'n, 'a>(node: &'n Node<'a>) -> &'n [Node<'a>] {
    match &node.value {
        Json::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

/// Text, and nothing else.
pub(super) fn string<'n>(node: &'n Node<'_>, faults: &mut Faults) -> &'n str {
    match &node.value {
        Json::Text(text) => text,
        _ => {
            faults.add(node.span, "This is no text");
            ""
        }
    }
}
