//! What the caller's own account says of the caller: identity policies, the permissions boundary, session policies.

use super::decision::{Answer, all, ask_text};
use super::policy::{Kind, Request};
use super::question::Question;
use super::why::{Layer, Record};
use crate::keys::{Identity, IdentityKind, PolicyText};
use crate::store::State;

/// The caller's identity, where the store has it, and what limits it.
pub(super) struct Identities<'a> {
    state: &'a State,
    identity: Option<&'a Identity>,
    sessions: &'a [PolicyText],
}

impl<'a> Identities<'a> {
    pub(super) fn of(asked: &Question<'a>) -> Self {
        let sessions = asked.caller.session.as_deref().map_or(&[][..], |session| &session.policies);
        Self { state: asked.state, identity: asked.identity(), sessions }
    }

    /// The whole ARN of a session's role.
    pub(super) fn role_arn(&self) -> Option<String> {
        self.identity.filter(|identity| identity.kind == IdentityKind::Role).map(Identity::arn)
    }

    /// What the identity's own policies and those attached to it say.
    pub(super) fn ask(&self, request: &Request<'_>, record: &mut Record<'_>) -> Answer {
        let Some(identity) = self.identity else { return Answer::default() };
        let mut ask = |name: &str, text: &PolicyText| {
            let source = || name.to_owned();
            ask_text(text, Kind::Identity, (Layer::Identity, &source), request, record)
        };
        let own = all(identity.policies.iter().map(|policy| ask(&policy.name, &policy.document)));
        let attached = identity.attached.iter().filter_map(|arn| {
            let policy = self.state.managed_policy_by_arn(arn)?;
            Some(ask(arn, &policy.document))
        });
        all([own].into_iter().chain(attached))
    }

    pub(super) fn have_boundary(&self) -> bool {
        self.identity.is_some_and(|identity| identity.boundary.is_some())
    }

    /// What the permissions boundary says; `None` where there is none. One that is gone allows nothing.
    pub(super) fn ask_boundary(&self, request: &Request<'_>, record: &mut Record<'_>) -> Option<Answer> {
        let arn = self.identity?.boundary.as_deref()?;
        let policy = self.state.managed_policy_by_arn(arn);
        let source = || arn.to_owned();
        let answer = policy.map(|policy| {
            ask_text(&policy.document, Kind::Identity, (Layer::Boundary, &source), request, record)
        });
        Some(answer.unwrap_or_default())
    }

    /// What all the session policies allow; `None` where there are none.
    pub(super) fn ask_sessions(&self, request: &Request<'_>, record: &mut Record<'_>) -> Option<Answer> {
        let mut whole: Option<Answer> = None;
        for (index, text) in self.sessions.iter().enumerate() {
            let source = || format!("session policy {}", index + 1);
            let answer = ask_text(text, Kind::Identity, (Layer::Session, &source), request, record);
            whole = Some(match whole {
                None => answer,
                Some(before) => Answer {
                    denies: before.denies || answer.denies,
                    allows: before.allows.and(answer.allows),
                },
            });
        }
        whole
    }
}
