//! The way in: a call is planned, its changes are committed by the host, then applied, then answered.
//!
//! ```text
//! plan(call) → Done { answer, changes }   decides and computes; touches nothing
//!            → Ask(job)                   for the host to do, and to plan the call again with its result
//! seal(changes, generation) → rows        for the host to commit, if there is anything durable
//! apply(changes)                          makes them visible; only then is the answer given out
//! ```
//!
//! A refused commit (another tab was first) means: [`Kms::load`] the newer rows and plan again.

use crate::audit::{self, About, By, Ids};
use crate::authz::Caller;
use crate::crypto::{Failure, Random, StoreKey};
use crate::hierarchy::record;
use crate::model::validate::{Member, members_of, validate};
use crate::model::{KmsError, Parameters, RequestError, Timestamp, Value};
use crate::operations::{self, Context, Given, Means};

mod log;

pub use crate::operations::{Desk, DueBatch, Happened, HostJob, HostKey, HostResult};
use crate::store::{Change, Changes, Clock, Generation, Kind, Row, State, StoreError};
use crate::trace::{Action, Actor, Step, Trace};

pub use log::Log;

/// One call.
#[derive(Debug)]
pub struct Call {
    /// The operation's name, as in `Encrypt`.
    pub operation: String,
    /// Its input.
    pub input: Value,
    /// Who calls, and where.
    pub caller: Caller,
    /// Where the steps go.
    pub trace: Trace,
    /// What CreateKey is given for its key.
    pub given: Option<Given>,
    /// Of a traced call that was planned: each question to the policies and grants with its answer and the reasons.
    pub decisions: Vec<Value>,
}

impl Call {
    /// A call of `operation` that nobody traces.
    #[must_use]
    pub fn new(operation: impl Into<String>, input: Value, caller: Caller) -> Self {
        Self {
            operation: operation.into(),
            input,
            caller,
            trace: Trace::off(),
            given: None,
            decisions: Vec::new(),
        }
    }
}

/// What the host hands in.
pub struct Env<'a> {
    /// The host's time.
    pub host_now: Timestamp,
    /// The host's randomness.
    pub random: &'a mut dyn Random,
}

/// A planned call.
#[derive(Debug)]
#[must_use = "the changes are to be committed and applied before the answer is given out"]
pub struct Done {
    /// What to answer, once the changes stand.
    pub answer: Result<Value, KmsError>,
    /// What the call changes; a refused call may change something too (what fell due, the records of it).
    pub changes: Changes,
}

/// What a plan came to.
#[derive(Debug)]
#[must_use = "the job is to be done, or the changes are to be committed"]
pub enum Planned {
    /// It is planned.
    Done(Done),
    /// The host is to do this first, to bring the result to the [`Desk`], and to plan the call, made anew, again.
    Ask(HostJob),
}

/// The state of one store, in memory, and the store key that opens it.
#[derive(Debug)]
pub struct Kms {
    state: State,
    store_key: StoreKey,
    generation: Generation,
    /// When something falls due next: asked for after each call.
    due: Option<Timestamp>,
}

impl Kms {
    /// An empty KMS under `store_key`.
    #[must_use]
    pub fn new(store_key: StoreKey) -> Self {
        Self { state: State::default(), store_key, generation: Generation::default(), due: None }
    }

    /// The generation of the newest row loaded or committed.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// When something falls due next, on whatever key.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due
    }

    fn look_ahead(&mut self) {
        self.due = self.state.due().next().map(|(at, _)| at);
    }

    /// The state, to read.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The store's time.
    #[must_use]
    pub fn now(&self, host_now: Timestamp) -> Timestamp {
        host_now.plus(self.state.clock.offset)
    }

    /// Opens stored rows and makes them visible, in any order within a generation. Returns the changes of kinds
    /// that are a service's (buckets, objects).
    ///
    /// # Errors
    /// [`StoreError`] where a row does not open or is not what it says; nothing after it is loaded.
    pub fn load(&mut self, rows: &[Row]) -> Result<Vec<Change>, StoreError> {
        let mut others = Vec::new();
        for row in rows {
            others.extend(self.load_row(row)?);
        }
        self.look_ahead();
        Ok(others)
    }

    /// As [`Kms::load`], of one row. Of what falls due nobody knows before the next [`Kms::load`].
    ///
    /// # Errors
    /// As [`Kms::load`].
    pub fn load_row(&mut self, row: &Row) -> Result<Option<Change>, StoreError> {
        let kind = Kind::from_code(row.kind).ok_or(StoreError::UnknownKind(row.kind))?;
        let change = Change { kind, id: row.id.clone(), record: self.open(row)? };
        let is_ours = self.state.apply(&change)?;
        self.generation = self.generation.max(row.generation);
        Ok((!is_ours).then_some(change))
    }

    /// The record of a row; `None` of a tombstone.
    fn open(&self, row: &Row) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(sealed) = &row.sealed else { return Ok(None) };
        let label = (row.kind, row.id.as_str(), row.generation.0);
        let opened = record::open(&self.store_key, label, sealed);
        Ok(Some(opened.map_err(|_| StoreError::Forged(row.id.clone()))?.to_vec()))
    }

    /// Plans a call: validates, authorises, computes. Nothing is touched, and nothing asked of the host.
    pub fn plan(&self, call: &mut Call, env: &mut Env<'_>) -> Done {
        self.plan_at(&mut Desk::default(), call, env)
    }

    /// As [`Kms::plan`], with a host that has somebody at the desk for what it does faster.
    pub fn plan_or_ask(&self, call: &mut Call, env: &mut Env<'_>, desk: &mut Desk) -> Planned {
        let done = self.plan_at(desk, call, env);
        desk.take_asked().map_or(Planned::Done(done), Planned::Ask)
    }

    fn plan_at(&self, desk: &mut Desk, call: &mut Call, env: &mut Env<'_>) -> Done {
        let (answer, changes) = self.run(desk, call, env);
        if let Err(error) = &answer {
            call.trace.step(|| Step::new(Actor::Kms, Action::Refuse, error.to_string()));
        }
        Done { answer, changes }
    }

    /// Parse → authorise → operation → event. A call of what the service model does not have leaves no event.
    fn run(&self, desk: &mut Desk, call: &mut Call, env: &mut Env<'_>) -> (Result<Value, KmsError>, Changes) {
        let Some((operation, members)) = members_of(&call.operation) else {
            let error = KmsError::Request(RequestError::UnknownOperation, String::new());
            return (Err(error), Changes::default());
        };
        let ids = match Ids::draw(env.random) {
            Ok(ids) => ids,
            Err(failure) => return (Err(failure.into()), Changes::default()),
        };
        let now = self.now(env.host_now);
        let stored = (&self.state, &self.store_key);
        let input = std::mem::take(&mut call.input);
        let Caller { account, region, .. } = &call.caller;
        let asked = (operation, &call.caller, Parameters::of(members, &input));
        let mut context = Context::new(stored, asked, now, (env.random, desk), &mut call.trace);
        context.given = call.given.take();
        let answer = dispatch(&mut context, members, input);
        let outcome = answer.as_ref().map(|told| (context.is_use, audit::of_answer(operation, told)));
        let about = About {
            keys: std::mem::take(&mut context.keys),
            asked: audit::of_request(&context.parameters),
            additional: std::mem::take(&mut context.additional),
        };
        let decisions = context.explanations.take().unwrap_or_default();
        let mut changes = context.into_changes();
        // Most calls leave this one, and what is reserved has to be wiped.
        changes.events.reserve_exact(1);
        let by = By { account: *account, region, who: call.caller.who() };
        changes.events.push(audit::of_call(ids, now, operation, by, about, outcome));
        call.decisions = decisions;
        match audit::share(&mut changes.events, env.random) {
            Ok(()) => (answer, changes),
            Err(failure) => (Err(failure.into()), Changes::default()),
        }
    }

    /// Whether the caller may do this: what the call would ask of the policies and grants, each with its answer and the
    /// reasons. Its input need not be whole; nothing is done, and nothing is logged.
    ///
    /// # Errors
    /// Where it is about a key that is not there, or about none.
    pub fn simulate(&self, call: &Call, env: &mut Env<'_>) -> Result<Vec<Value>, KmsError> {
        let unknown = || KmsError::Request(RequestError::UnknownOperation, String::new());
        let (operation, members) = members_of(&call.operation).ok_or_else(unknown)?;
        let (mut desk, mut trace) = (Desk::default(), Trace::off());
        let asked = (operation, &call.caller, Parameters::of(members, &call.input));
        let stored = (&self.state, &self.store_key);
        let now = self.now(env.host_now);
        let mut context = Context::new(stored, asked, now, (env.random, &mut desk), &mut trace);
        context.explanations = Some(Vec::new());
        operations::simulate(&mut context, &call.input)?;
        Ok(context.explanations.take().unwrap_or_default())
    }

    /// Moves the clock forward by `milliseconds`; a negative number moves nothing.
    #[must_use]
    pub fn plan_clock(&self, milliseconds: i64) -> Changes {
        let mut changes = Changes::default();
        let offset = self.state.clock.offset.saturating_add(milliseconds.max(0));
        if offset > self.state.clock.offset {
            changes.put(&Clock { offset });
        }
        changes
    }

    /// Plans the first `limit` events that are due by now, over all KMS keys, in the order of their dates.
    ///
    /// # Errors
    /// `KMSInternalException` where there is no randomness.
    pub fn plan_due(&self, limit: usize, env: &mut Env<'_>) -> Result<DueBatch, KmsError> {
        let mut means = Means { store_key: &self.store_key, random: env.random };
        operations::next_batch(&self.state, self.now(env.host_now), limit, &mut means)
    }

    /// Whether anything waits to be committed; `seal` of no changes makes its rows.
    #[must_use]
    pub fn has_deferred(&self) -> bool {
        self.state.has_deferred()
    }

    /// Seals the rows of the commit of `generation`: `changes`, and all that was deferred before them.
    ///
    /// # Errors
    /// `KMSInternalException` where there is no randomness.
    pub fn seal(
        &self,
        changes: &Changes,
        generation: Generation,
        random: &mut dyn Random,
    ) -> Result<Vec<Row>, KmsError> {
        let deferred = self.state.deferred_records(&changes.events, generation.0);
        let mut rows = Vec::with_capacity(changes.durable.len() + deferred.len());
        for change in changes.durable.iter().chain(&deferred) {
            let kind = change.kind as u8;
            let label = (kind, change.id.as_str(), generation.0);
            let sealed = match &change.record {
                Some(bytes) => Some(record::seal(&self.store_key, label, bytes, random)?),
                None => None,
            };
            rows.push(Row { kind, id: change.id.clone(), generation, sealed });
        }
        Ok(rows)
    }

    /// Makes changes visible. `committed` is the generation of the commit that holds them and all that was deferred;
    /// without one, what they defer waits for the next. Returns the changes that are a service's.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where a change is not one of its kind.
    pub fn apply(
        &mut self,
        changes: Changes,
        committed: Option<Generation>,
    ) -> Result<Vec<Change>, StoreError> {
        let Changes { durable, events } = changes;
        match committed {
            Some(_) => self.state.deferred_committed(events),
            None => self.state.defer(events),
        }
        let mut others = Vec::new();
        if !durable.is_empty() {
            for change in durable {
                if !self.state.apply(&change)? {
                    others.push(change);
                }
            }
            self.look_ahead();
        }
        self.generation = self.generation.max(committed.unwrap_or_default());
        Ok(others)
    }

    /// A copy for a what-if, under the same store key.
    ///
    /// # Errors
    /// [`Failure`] where the store key cannot be copied, which its fixed length does not let happen.
    pub fn fork(&self) -> Result<Self, Failure> {
        let store_key = StoreKey::copy_from(self.store_key.expose()).ok_or(Failure::Derivation)?;
        let generation = Generation::default();
        Ok(Self { state: self.state.clone(), store_key, generation, due: self.due })
    }

    /// The store key, for the host to wrap under its root key.
    #[must_use]
    pub fn store_key(&self) -> &StoreKey {
        &self.store_key
    }
}

/// Validation comes first, before anything is looked up; then what the caller may do in the account at all.
fn dispatch(context: &mut Context<'_>, members: &'static [Member], input: Value) -> Result<Value, KmsError> {
    let name = context.operation;
    let Some(run) = operations::find(name) else {
        let message = format!("tabkms does not implement {name} yet");
        return Err(KmsError::Request(RequestError::UnknownOperation, message));
    };
    validate(members, &input)?;
    context.authorise_in_account()?;
    run(context, input)
}

#[cfg(test)]
mod tests;
