//! Reads a policy document. Its statements keep their places in the text, so that a page can show them there.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html>

use super::condition::{self, Condition};
use super::pattern::Pattern;
use super::principals::{self, Named};
use super::variables::{Syntax, Text, is_vendor};
use super::{Fault, Span};
use crate::model::json::{self, Json, Member, Node};

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
        let Json::Object(members) = &document.value else {
            return Err(document.span.fault("The policy is not a JSON object"));
        };
        let (mut id, mut version, mut list) = (None, Version::V2008, None);
        for member in members {
            match member.name.as_ref() {
                "Version" => version = read_version(&member.node)?,
                // "The id_block … must not be included in identity-based policies."
                "Id" if kind != Kind::Identity => id = Some(string(&member.node)?.into()),
                "Id" => return Err(member.at.fault("An identity policy has no Id")),
                "Statement" => list = Some(member),
                _ => return Err(member.at.fault("Policies have no such element")),
            }
        }
        let list = list.map(|member| items(&member.node)).filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| document.span.fault("The policy has no Statement"))?;
        let mut statements: Vec<Statement> = Vec::with_capacity(list.len());
        for node in list {
            let statement = Statement::parse(node, kind, version)?;
            // "In IAM, the Sid value must be unique within a JSON policy."
            let is_taken = |earlier: &Statement| statement.sid.is_some() && earlier.sid == statement.sid;
            if kind != Kind::Key && statements.iter().any(is_taken) {
                return Err(node.span.fault("A statement has the Sid of an earlier one"));
            }
            statements.push(statement);
        }
        Ok(Self { version, id, statements })
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

fn read_version(node: &Node<'_>) -> Result<Version, Fault> {
    match &node.value {
        Json::Text(text) if text == "2012-10-17" => Ok(Version::V2012),
        Json::Text(text) if text == "2008-10-17" => Ok(Version::V2008),
        _ => Err(node.span.fault("The policy's Version is none of 2012-10-17, 2008-10-17")),
    }
}

impl Statement {
    fn parse(node: &Node<'_>, kind: Kind, version: Version) -> Result<Self, Fault> {
        let fault = |what| Err(node.span.fault(what));
        let Json::Object(members) = &node.value else { return fault("A statement is not a JSON object") };
        let has_variables = version == Version::V2012;
        let (mut sid, mut effect, mut conditions) = (None, None, Vec::new());
        let (mut principals, mut actions, mut resources) = (None, None, None);
        for member in members {
            let value = &member.node;
            let (name, is_not) = match member.name.strip_prefix("Not") {
                Some(name @ ("Principal" | "Action" | "Resource")) => (name, true),
                _ => (member.name.as_ref(), false),
            };
            let is_twice = match name {
                "Sid" => {
                    let text = string(value)?;
                    if kind != Kind::Key && !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
                        return Err(value.span.fault("A Sid in IAM has letters and digits only"));
                    }
                    sid.replace(text.into()).is_some()
                }
                "Effect" => effect.replace(read_effect(value)?).is_some(),
                "Principal" if kind == Kind::Identity => {
                    return Err(member.at.fault("A statement of an identity policy names no principal"));
                }
                "Principal" => principals.replace(principals::parse(value, member.at, is_not)?).is_some(),
                "Action" => actions.replace(list(member, is_not, action)?).is_some(),
                "Resource" if kind == Kind::Trust => {
                    return Err(member.at.fault("A statement of a trust policy names no resource"));
                }
                "Resource" => {
                    let read = if has_variables { resource_with_variables } else { resource };
                    resources.replace(list(member, is_not, read)?).is_some()
                }
                "Condition" => {
                    conditions = condition::parse(value, has_variables)?;
                    false
                }
                _ => return Err(member.at.fault("Statements have no such element")),
            };
            // The same name cannot stand twice in an object, so that it is the contrary that stands here.
            if is_twice {
                return Err(member.at.fault("A statement has this element's opposite as well"));
            }
        }
        let Some(effect) = effect else { return fault("A statement has no Effect") };
        match kind {
            Kind::Key | Kind::Trust if principals.is_none() => {
                return fault("A statement has no Principal or NotPrincipal");
            }
            // "If either of the required Resource or Action elements are missing from a key policy statement, the
            // policy statement has no effect", and PutKeyPolicy succeeds.
            Kind::Key => {}
            Kind::Identity | Kind::Trust if actions.is_none() => {
                return fault("A statement has no Action or NotAction");
            }
            Kind::Identity if resources.is_none() => {
                return fault("A statement has no Resource or NotResource");
            }
            Kind::Identity | Kind::Trust => {}
        }
        Ok(Self { span: node.span, sid, effect, principals, actions, resources, conditions })
    }
}

fn read_effect(node: &Node<'_>) -> Result<Effect, Fault> {
    match &node.value {
        Json::Text(text) if text == "Allow" => Ok(Effect::Allow),
        Json::Text(text) if text == "Deny" => Ok(Effect::Deny),
        _ => Err(node.span.fault("An Effect is neither Allow nor Deny")),
    }
}

/// Reads an element that is a text or a list of texts.
fn list<T>(
    member: &Member<'_>,
    is_not: bool,
    read: fn(&str, Span) -> Result<T, Fault>,
) -> Result<Element<T>, Fault> {
    let mut element = Element { span: member.span(), is_not, items: Vec::new() };
    for item in items(&member.node) {
        element.items.push(Item { span: item.span, value: read(string(item)?, item.span)? });
    }
    Ok(element)
}

/// An action: `*`, or a service's prefix, a colon and a name that may have wildcards.
fn action(text: &str, span: Span) -> Result<Pattern, Fault> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_".contains(&b))
    };
    let is_action = text.split_once(':').is_some_and(|(vendor, name)| is_vendor(vendor) && is_name(name));
    if text == "*" || is_action {
        return Ok(Pattern::new(text));
    }
    Err(span.fault("An action is neither * nor of the form service:name"))
}

fn resource(text: &str, span: Span) -> Result<Text, Fault> {
    read_resource(text, span, false)
}

fn resource_with_variables(text: &str, span: Span) -> Result<Text, Fault> {
    read_resource(text, span, true)
}

/// A resource: `*` or an ARN. "You can't use a wildcard in the service segment"; and a variable only behind the fifth
/// colon. A star may stand for the parts that are missing behind it.
fn read_resource(text: &str, span: Span, has_variables: bool) -> Result<Text, Fault> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service, region) = (parts.next(), parts.next(), parts.next(), parts.next());
    let is_arn = arn == Some("arn")
        && partition.is_some_and(|partition| !partition.is_empty())
        && service.is_some_and(is_vendor)
        && region.is_some();
    if text != "*" && !is_arn {
        return Err(span.fault("A resource is neither * nor an ARN"));
    }
    let before = [partition, region, parts.next()];
    if has_variables && before.into_iter().flatten().any(|part| part.contains("${")) {
        return Err(span.fault("A variable stands before the fifth colon of an ARN"));
    }
    Text::parse(text, span, Syntax { has_wildcards: true, has_variables })
}

/// A list's items; a single value is a list of one.
pub(super) fn items<'n, 'a>(node: &'n Node<'a>) -> &'n [Node<'a>] {
    match &node.value {
        Json::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

/// Text, and nothing else.
pub(super) fn string<'n>(node: &'n Node<'_>) -> Result<&'n str, Fault> {
    match &node.value {
        Json::Text(text) => Ok(text),
        _ => Err(node.span.fault("This is no text")),
    }
}
