//! Why: what was asked, what each statement said, which decided, and for a refusal the smallest thing that is missing.

use std::fmt::Write;

use super::decision::{Refusal, decide};
use super::policy::{Effect, Miss, PrincipalMatch, Span, Statement};
use super::question::Question;
use crate::keys::{Grant, GrantPrincipal, Principal};
use crate::model::Value;
use crate::model::shape::{IntoValue, answer};

/// Who has a say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The key policy.
    KeyPolicy,
    /// The policies of the caller's identity.
    Identity,
    /// The identity's permissions boundary.
    Boundary,
    /// The session policies.
    Session,
    /// The grants on the key.
    Grant,
}

impl Layer {
    /// As AWS's messages name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyPolicy | Self::Grant => "resource-based policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }

    pub(super) fn with_article(self) -> &'static str {
        match self {
            Self::KeyPolicy | Self::Grant => "a resource-based policy",
            Self::Identity => "an identity-based policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
        }
    }

    /// Its name on the wire.
    fn id(self) -> &'static str {
        match self {
            Self::KeyPolicy => "key-policy",
            Self::Identity => "identity-policy",
            Self::Boundary => "permissions-boundary",
            Self::Session => "session-policy",
            Self::Grant => "grant",
        }
    }
}

/// Why a grant to the caller does not allow the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GrantMiss {
    /// It is about other operations.
    Operation,
    /// Its constraint is not met.
    Constraint,
}

/// What was asked on the way to a decision, where somebody wants to know.
#[derive(Debug, Default)]
pub struct Record<'a>(Option<&'a mut Vec<Asked>>);

impl<'a> Record<'a> {
    /// Nobody does: the decision ends as soon as it stands.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Everything is asked and goes into `layers`.
    pub fn into(layers: &'a mut Vec<Asked>) -> Self {
        Self(Some(layers))
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn layer(&mut self, asked: impl FnOnce() -> Asked) {
        if let Some(layers) = &mut self.0 {
            layers.push(asked());
        }
    }

    pub(super) fn statement<'s>(
        &mut self,
        said: impl FnOnce() -> (usize, &'s Statement, Result<PrincipalMatch, Miss>),
    ) {
        if let Some(layer) = self.0.as_mut().and_then(|layers| layers.last_mut()) {
            let (index, statement, outcome) = said();
            layer.statements.push(Said::of(index, statement, outcome));
        }
    }
}

/// A policy or a grant that was asked.
#[derive(Debug)]
pub struct Asked {
    layer: Layer,
    source: String,
    document: String,
    statements: Vec<Said>,
    grant: Option<Result<(), GrantMiss>>,
}

impl Asked {
    pub(super) fn policy(layer: Layer, source: String, document: &str) -> Self {
        Self { layer, source, document: document.to_owned(), statements: Vec::new(), grant: None }
    }

    pub(super) fn grant(grant: &Grant, outcome: Result<(), GrantMiss>) -> Self {
        let mut document = String::new();
        let grantee = match &grant.grantee {
            GrantPrincipal::Aws(name) | GrantPrincipal::Service(name) => name,
        };
        // Writing into a text does not fail.
        let _ = write!(document, "{grantee}: {}", grant.operations.join(", "));
        Self {
            layer: Layer::Grant,
            source: grant.id.to_string(),
            document,
            statements: Vec::new(),
            grant: Some(outcome),
        }
    }
}

/// What a statement said.
#[derive(Debug)]
struct Said {
    index: usize,
    sid: Option<String>,
    effect: Effect,
    span: Span,
    outcome: Result<PrincipalMatch, Miss>,
    place: Span,
}

impl Said {
    fn of(index: usize, statement: &Statement, outcome: Result<PrincipalMatch, Miss>) -> Self {
        Self {
            index,
            sid: statement.sid.as_deref().map(str::to_owned),
            effect: statement.effect,
            span: statement.span,
            outcome,
            place: outcome.map_or_else(|miss| statement.place_of(miss), |_| statement.span),
        }
    }
}

answer! {
    /// An answered question.
    struct Explained {
        "allowed" allowed: bool,
        "action" action: String,
        "resource" resource: String,
        "principal" principal: String,
        "message" message: Option<String>,
        "layers" layers: Vec<Value>,
        "decidedBy" decided: Option<Place>,
        "missing" missing: Option<Missing>,
    }
}

answer! {
    /// A layer, by its place in the list, and a statement of it.
    struct Place {
        "layer" layer: i64,
        "statement" statement: Option<i64>,
    }
}

answer! {
    /// What would have to be there, or not, and the statement that says so.
    struct Missing {
        "in" layer: &'static str,
        "kind" kind: &'static str,
        "statement" statement: Option<String>,
        "nearest" nearest: Option<Place>,
    }
}

/// Decides, and says why.
pub fn explain(asked: &Question<'_>) -> (Result<(), Refusal>, Value) {
    let mut layers = Vec::new();
    let decision = decide(asked, &mut Record::into(&mut layers));
    let message = match decision.map_err(|refusal| refusal.error(asked)) {
        Err(crate::model::KmsError::Request(_, message)) => Some(message),
        _ => None,
    };
    let explained = Explained {
        allowed: decision.is_ok(),
        action: format!("kms:{}", asked.action),
        resource: asked.resource(),
        principal: asked.caller.principal.to_string(),
        message,
        decided: decided(&layers, decision),
        missing: decision.err().map(|refusal| missing(asked, &layers, refusal)),
        layers: layers.into_iter().map(layer_value).collect(),
    };
    (decision, explained.into_value())
}

/// The statement or the grant that decided: the denial; or what allows, the caller's own before the account's.
fn decided(layers: &[Asked], decision: Result<(), Refusal>) -> Option<Place> {
    let wanted = match decision {
        Err(Refusal::Denied(_)) => Effect::Deny,
        Err(Refusal::NotAllowed(_)) => return None,
        Ok(()) => Effect::Allow,
    };
    let mut best: Option<(PrincipalMatch, Place)> = None;
    for (at, layer) in layers.iter().enumerate() {
        let is_limit = matches!(layer.layer, Layer::Boundary | Layer::Session);
        if is_limit && wanted == Effect::Allow {
            continue;
        }
        if layer.grant == Some(Ok(()))
            && best.as_ref().is_none_or(|(rank, _)| *rank <= PrincipalMatch::Account)
        {
            best = Some((PrincipalMatch::Role, Place { layer: number(at), statement: None }));
        }
        for said in layer.statements.iter().filter(|said| said.effect == wanted) {
            let Ok(found) = said.outcome else { continue };
            // An identity policy decides where the key policy has only passed the question on.
            let rank = if layer.layer == Layer::Identity { PrincipalMatch::Role } else { found };
            if best.as_ref().is_none_or(|(before, _)| *before < rank) {
                best = Some((rank, Place { layer: number(at), statement: Some(number(said.index)) }));
            }
        }
    }
    best.map(|(_, place)| place)
}

fn missing(asked: &Question<'_>, layers: &[Asked], refusal: Refusal) -> Missing {
    let (layer, kind) = match refusal {
        Refusal::Denied(layer) => (layer, "remove-deny"),
        Refusal::NotAllowed(layer) => (layer, "allow"),
    };
    let nearest = match refusal {
        Refusal::Denied(_) => decided(layers, Err(refusal)),
        Refusal::NotAllowed(_) => nearest(layers, layer),
    };
    let statement = matches!(refusal, Refusal::NotAllowed(_)).then(|| statement(asked, layer));
    Missing { layer: layer.id(), kind, statement, nearest }
}

/// The statement that came nearest to allowing: the one whose later element did not match.
fn nearest(layers: &[Asked], wanted: Layer) -> Option<Place> {
    let mut best: Option<(usize, Place)> = None;
    for (at, layer) in layers.iter().enumerate().filter(|(_, layer)| layer.layer == wanted) {
        for said in layer.statements.iter().filter(|said| said.effect == Effect::Allow) {
            let reached = match said.outcome {
                Err(Miss::Action) | Ok(_) => continue,
                Err(Miss::Principal) => 1,
                Err(Miss::Resource) => 2,
                Err(Miss::Condition(number)) => 3 + number,
            };
            if best.as_ref().is_none_or(|(before, _)| *before < reached) {
                best = Some((reached, Place { layer: number(at), statement: Some(number(said.index)) }));
            }
        }
    }
    best.map(|(_, place)| place)
}

/// The statement that would allow just this.
fn statement(asked: &Question<'_>, layer: Layer) -> String {
    let action = asked.action;
    match layer {
        Layer::KeyPolicy | Layer::Grant => {
            let (kind, name) = match &asked.caller.principal {
                Principal::Service(name) => ("Service", name.clone()),
                principal => ("AWS", principal.to_string()),
            };
            format!(
                r#"{{"Effect":"Allow","Principal":{{"{kind}":"{name}"}},"Action":"kms:{action}","Resource":"*"}}"#
            )
        }
        Layer::Identity | Layer::Boundary | Layer::Session => {
            format!(r#"{{"Effect":"Allow","Action":"kms:{action}","Resource":"{}"}}"#, asked.resource())
        }
    }
}

answer! {
    struct AskedEntry {
        "layer" layer: &'static str,
        "source" source: String,
        "document" document: String,
        "outcome" outcome: &'static str,
        "statements" statements: Vec<SaidEntry>,
    }
}

answer! {
    struct SaidEntry {
        "index" index: i64,
        "sid" sid: Option<String>,
        "effect" effect: &'static str,
        "start" start: i64,
        "end" end: i64,
        "applies" applies: bool,
        "names" names: Option<&'static str>,
        "miss" miss: Option<&'static str>,
        "missStart" miss_start: Option<i64>,
        "missEnd" miss_end: Option<i64>,
    }
}

fn layer_value(asked: Asked) -> Value {
    let applying =
        |effect: Effect| asked.statements.iter().any(|said| said.effect == effect && said.outcome.is_ok());
    let outcome = match asked.grant {
        Some(Ok(())) => "allows",
        Some(Err(GrantMiss::Operation)) => "other-operations",
        Some(Err(GrantMiss::Constraint)) => "constraint",
        None if applying(Effect::Deny) => "denies",
        None if applying(Effect::Allow) => "allows",
        None => "silent",
    };
    // Places are told as JavaScript counts: in UTF-16 units.
    let text = asked.document;
    let units = |at: u32| {
        let before = usize::try_from(at).ok().and_then(|at| text.get(..at)).unwrap_or(&text);
        number(before.encode_utf16().count())
    };
    let said = |said: Said| SaidEntry {
        index: number(said.index),
        sid: said.sid,
        effect: match said.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        },
        start: units(said.span.start),
        end: units(said.span.end),
        applies: said.outcome.is_ok(),
        names: said.outcome.ok().and_then(name_of),
        miss: said.outcome.err().map(|miss| match miss {
            Miss::Action => "action",
            Miss::Principal => "principal",
            Miss::Resource => "resource",
            Miss::Condition(_) => "condition",
        }),
        miss_start: said.outcome.is_err().then(|| units(said.place.start)),
        miss_end: said.outcome.is_err().then(|| units(said.place.end)),
    };
    let statements = asked.statements.into_iter().map(said).collect();
    let (layer, source) = (asked.layer.id(), asked.source);
    AskedEntry { layer, source, document: text.clone(), outcome, statements }.into_value()
}

fn name_of(found: PrincipalMatch) -> Option<&'static str> {
    Some(match found {
        PrincipalMatch::None => return None,
        PrincipalMatch::Others => "others",
        PrincipalMatch::Account => "account",
        PrincipalMatch::Role => "role",
        PrincipalMatch::Everyone => "everyone",
        PrincipalMatch::Service => "service",
        PrincipalMatch::User => "user",
        PrincipalMatch::Session => "session",
    })
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
