//! The host's loop: refresh, plan, commit, apply, answer.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::Function;
use tabkms_core::api::{Call, Desk, Env, Kms as Core, Planned};
use tabkms_core::authz::Caller;
use tabkms_core::crypto::aead;
use tabkms_core::model::validate::members_of;
use tabkms_core::model::{KmsError, Timestamp, Value, wire};
use tabkms_core::store::{Changes, Generation, StoreError};
use tabkms_core::trace::{Step, Trace};
use tabkms_services::s3::S3;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::caller::given_of;
use super::loading::Loading;
use super::options::Settings;
use crate::error::{Failure, StorageError};
use crate::gate::Gate;
use crate::host;
use crate::platform;
use crate::random::Source;
use crate::root_key::RootKey;
use crate::store::{Commit, Head, Outcome, Store, read_since};
use crate::value::from_js;
use crate::webcrypto::Engine;
use crate::webcrypto::rsa::RsaHost;
use crate::wipe::{self, Wiping};

/// How long a deferred record may wait, in milliseconds; 100 is promised.
const FLUSH_AFTER: u32 = 80;

/// One KMS: a store, and the state that was read from it.
pub(super) struct Inner {
    pub(super) gate: Gate,
    pub(super) store: Rc<dyn Store>,
    pub(super) settings: Settings,
    pub(super) random: RefCell<Source>,
    pub(super) rsa: RsaHost,
    pub(super) is_fork: bool,
    /// `None` between two stores: this one was erased or replaced, and the next call reads it anew.
    pub(super) state: RefCell<Option<State>>,
    channel: Option<Channel>,
    listener: RefCell<Option<Function>>,
    is_flush_set: Cell<bool>,
    /// By when what is deferred has to be committed, in the host's milliseconds; infinite where nothing waits.
    flush_due: Cell<f64>,
    is_sweeping: Cell<bool>,
    is_closed: Cell<bool>,
}

pub(super) struct State {
    pub(super) kms: Core,
    pub(super) s3: S3,
    pub(super) head: Head,
    pub(super) root: RootKey,
}

struct Channel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    fn close(&self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // The browser must not call a closure that is gone.
        self.close();
    }
}

/// One call, in its host's form: a refused commit reads it again.
pub(super) struct Request {
    pub(super) operation: String,
    pub(super) input: Input,
    pub(super) region: Option<String>,
    /// `CallerOptions`, where there is more to say than the Region.
    pub(super) caller: Option<JsValue>,
    pub(super) traced: bool,
}

impl Request {
    pub(super) fn new(operation: String, input: Input, caller: JsValue) -> Self {
        let caller = (!caller.is_undefined()).then_some(caller);
        Self { operation, input, region: None, caller, traced: false }
    }
}

/// What an operation is asked with.
pub(super) enum Input {
    Members(JsValue),
    Json {
        text: String,
        /// Read once; again where a commit was refused.
        read: Cell<Option<Value>>,
    },
}

impl Input {
    /// `None` where the document is not of the usual form.
    pub(super) fn json(operation: &str, text: String) -> Option<Self> {
        // What is no Unicode has come as this character.
        let read =
            if text.contains(char::REPLACEMENT_CHARACTER) { None } else { read_json(operation, &text) };
        read.map(|read| Self::Json { text, read: Cell::new(Some(read)) })
    }

    fn read(&self, operation: &str) -> Result<Value, KmsError> {
        match self {
            Self::Members(members) => from_js(operation, members),
            Self::Json { text, read } => read
                .take()
                .or_else(|| read_json(operation, text))
                .ok_or_else(|| KmsError::serialization("the request cannot be read")),
        }
    }
}

fn read_json(operation: &str, text: &str) -> Option<Value> {
    wire::read(members_of(operation)?.1, text)
}

/// What a call came to.
pub(super) struct Answered {
    /// Its answer or its exception.
    pub(super) answer: Result<Value, KmsError>,
    /// Its steps, where it was traced,
    pub(super) steps: Vec<Step>,
    /// and what was decided on the way.
    pub(super) decisions: Vec<Value>,
}

impl Answered {
    fn refused(error: KmsError) -> Self {
        Self { answer: Err(error), steps: Vec::new(), decisions: Vec::new() }
    }
}

impl Inner {
    pub(super) fn new(
        store: Rc<dyn Store>,
        settings: Settings,
        random: Source,
        channel: Option<&str>,
        is_fork: bool,
    ) -> Rc<Self> {
        Rc::new_cyclic(|inner: &Weak<Self>| Self {
            gate: Gate::default(),
            store,
            settings,
            random: RefCell::new(random),
            rsa: RsaHost::default(),
            is_fork,
            state: RefCell::default(),
            channel: channel.and_then(|name| listen(name, inner.clone())),
            listener: RefCell::default(),
            is_flush_set: Cell::default(),
            flush_due: Cell::new(f64::INFINITY),
            is_sweeping: Cell::default(),
            is_closed: Cell::default(),
        })
    }

    pub(super) fn host_now(&self) -> Timestamp {
        self.settings.host_now()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    pub(super) fn set_listener(&self, listener: Option<Function>) {
        *self.listener.borrow_mut() = listener;
    }

    /// Reads the state, which a refresh has put there.
    pub(super) fn with<T>(&self, read: impl FnOnce(&State) -> T) -> Result<T, Failure> {
        self.state.borrow().as_ref().map(read).ok_or_else(|| StorageError::Closed.into())
    }

    fn with_mut<T>(&self, change: impl FnOnce(&mut State) -> T) -> Result<T, Failure> {
        self.state.borrow_mut().as_mut().map(change).ok_or_else(|| StorageError::Closed.into())
    }

    fn caller_for(&self, request: &Request) -> Result<Caller, KmsError> {
        match &request.caller {
            Some(options) => self.caller_of(options),
            None => self.caller(request.region.as_deref()),
        }
    }

    /// Whether a call would be allowed, and why: nothing is done. The gate is held by the caller.
    pub(super) async fn simulate(self: &Rc<Self>, request: &Request) -> Result<Vec<Value>, Failure> {
        let caller = self.caller_for(request)?;
        self.refresh().await?;
        let input = request.input.read(&request.operation)?;
        let call = Call::new(request.operation.as_str(), input, caller);
        let host_now = self.host_now();
        let decisions = self.with(|state| {
            let random = &mut *self.random.borrow_mut();
            state.kms.simulate(&call, &mut Env { host_now, random })
        })?;
        Ok(decisions?)
    }

    /// Runs one call of the KMS API. The gate is held by the caller.
    pub(super) async fn call(self: &Rc<Self>, request: &Request) -> Result<Answered, Failure> {
        let caller = match self.caller_for(request) {
            Ok(caller) => caller,
            Err(error) => return Ok(Answered::refused(error)),
        };
        let mut desk = self.desk();
        loop {
            self.refresh().await?;
            let input = match request.input.read(&request.operation) {
                Ok(Value::Null) => Value::Map(Vec::new()),
                Ok(input) => input,
                Err(error) => return Ok(Answered::refused(error)),
            };
            let mut call = Call::new(request.operation.as_str(), input, caller.clone());
            call.given = match request.caller.as_ref().map(given_of).transpose() {
                Ok(given) => given.flatten(),
                Err(error) => return Ok(Answered::refused(error)),
            };
            if request.traced {
                call.trace = Trace::listening();
            }
            let host_now = self.host_now();
            self.choose_engine();
            let planned = self.with(|state| {
                let random = &mut *self.random.borrow_mut();
                state.kms.plan_or_ask(&mut call, &mut Env { host_now, random }, &mut desk)
            })?;
            wipe::note(&request.operation);
            if desk.take_has_worked() {
                wipe::went_deep();
            }
            match planned {
                Planned::Ask(job) => {
                    let result = self.rsa.work(&job).await;
                    desk.answer(job, result);
                }
                Planned::Done(done) => {
                    if self.commit(done.changes).await? {
                        let (steps, decisions) = (call.trace.take(), call.decisions);
                        return Ok(Answered { answer: done.answer, steps, decisions });
                    }
                    desk = self.desk();
                }
            }
        }
    }

    /// Whether WebCrypto is there to be asked. A seeded store asks for nothing: the same seed gives the same keys.
    fn desk(&self) -> Desk {
        let is_asked = self.settings.engine == Engine::Auto && !self.random.borrow().is_seeded();
        if is_asked && RsaHost::is_there() { Desk::staffed() } else { Desk::default() }
    }

    /// Says what computes until something is waited for: another store may have said otherwise.
    fn choose_engine(&self) {
        let platform = if self.settings.engine == Engine::Auto { platform::platform() } else { None };
        aead::compute_on(platform);
    }

    /// The account's root, in `region`.
    pub(super) fn caller(&self, region: Option<&str>) -> Result<Caller, KmsError> {
        let region = match region {
            Some(region) => {
                region.parse().map_err(|_| KmsError::validation(format!("Invalid Region '{region}'")))?
            }
            None => self.settings.region.clone(),
        };
        Ok(Caller::root(self.settings.account, region))
    }

    /// The head of what is known, unless the store says at once that it still stands there; `None` for no state at all.
    fn known(&self) -> Option<Option<Head>> {
        let state = self.state.borrow();
        let head = &state.as_ref()?.head;
        Some((!self.store.is_at(head)).then(|| head.clone()))
    }

    /// Brings the state to the newest commit, whoever made it.
    pub(super) async fn refresh(self: &Rc<Self>) -> Result<(), Failure> {
        let Some(known) = self.known() else { return self.load(None).await };
        let Some(known) = known else { return Ok(()) };
        let snapshot = read_since(&*self.store, known.clone()).await?;
        match snapshot.head {
            Some(head) if head == known => Ok(()),
            Some(head) if head.store == known.store => {
                let loaded = self.with_mut(|state| {
                    state.head = head;
                    let mut loading = Loading::new(&mut state.kms, &mut state.s3);
                    snapshot.rows.iter().try_for_each(|row| loading.take(row))?;
                    loading.finish()
                })?;
                loaded.map_err(|error| {
                    // Half of the rows may be in: the next call reads all of them again.
                    self.state.borrow_mut().take();
                    error.into()
                })
            }
            // Erased, imported or deleted from elsewhere: what was known is of another store.
            _ => {
                self.state.borrow_mut().take();
                self.load(None).await
            }
        }
    }

    /// Commits and applies changes; `false` where another tab was first, and nothing happened.
    pub(super) async fn commit(self: &Rc<Self>, changes: Changes) -> Result<bool, Failure> {
        self.commit_all(changes, Vec::new()).await
    }

    /// As [`Inner::commit`]; with the durable changes go the bodies that they leave without a name.
    pub(super) async fn commit_all(
        self: &Rc<Self>,
        changes: Changes,
        drop_bodies: Vec<String>,
    ) -> Result<bool, Failure> {
        if changes.durable.is_empty() {
            if !changes.events.is_empty() {
                self.with_mut(|state| apply(state, changes, None))?.map_err(|error| corrupt(&error))?;
                self.defer().await;
            }
            return Ok(true);
        }
        let (mut commit, next) = self.with(|state| self.seal(state, &changes))??;
        commit.drop_bodies = drop_bodies;
        if let Outcome::Refused(_) = self.store.commit(commit).await? {
            return Ok(false);
        }
        self.committed(changes, next)?;
        self.announce();
        Ok(true)
    }

    /// The commit of `changes` and of all that is deferred on top of the state, and the head that it makes.
    fn seal(&self, state: &State, changes: &Changes) -> Result<(Commit, Head), Failure> {
        let head = Head { store: state.head.store.clone(), generation: state.head.generation.next() };
        self.choose_engine();
        let rows = state.kms.seal(changes, head.generation, &mut *self.random.borrow_mut())?;
        let commit = Commit {
            expected: Some(state.head.clone()),
            head: head.clone(),
            rows,
            root: None,
            replace: false,
            drop_bodies: Vec::new(),
        };
        Ok((commit, head))
    }

    fn committed(&self, changes: Changes, head: Head) -> Result<(), Failure> {
        self.flush_due.set(f64::INFINITY);
        let applied = self.with_mut(|state| {
            let generation = head.generation;
            state.head = head;
            apply(state, changes, Some(generation))
        })?;
        applied.map_err(|error| corrupt(&error).into())
    }

    /// Commits what is deferred. The gate is held by the caller.
    pub(super) async fn flush(self: &Rc<Self>) -> Result<(), Failure> {
        loop {
            if self.state.borrow().as_ref().is_none_or(|state| !state.kms.has_deferred()) {
                return Ok(());
            }
            self.refresh().await?;
            let nothing = Changes::default();
            let (commit, next) = self.with(|state| self.seal(state, &nothing))??;
            if self.store.commit(commit).await? == Outcome::Committed {
                // Audit events alone change nothing that a listener could see: and a listener that asks something
                // makes another one.
                let is_seen = self.with(|state| state.kms.state().has_deferred_uses())?;
                self.committed(nothing, next)?;
                if is_seen {
                    self.announce();
                }
                return Ok(());
            }
        }
    }

    /// Sees to it that what was deferred is committed in time: by a timer, and where calls follow upon calls and
    /// leave the timer no chance, now.
    async fn defer(self: &Rc<Self>) {
        let now = js_sys::Date::now();
        if self.flush_due.get() > now {
            self.flush_due.set(self.flush_due.get().min(now + f64::from(FLUSH_AFTER)));
            self.set_flush();
        } else if self.flush().await.is_err() {
            // A full disk, say: what waits goes with the next commit that succeeds.
            self.flush_due.set(now + f64::from(FLUSH_AFTER));
        }
    }

    fn set_flush(self: &Rc<Self>) {
        if self.is_flush_set.replace(true) {
            return;
        }
        let inner = Rc::downgrade(self);
        spawn_local(Wiping::new(async move {
            host::sleep(FLUSH_AFTER).await;
            let Some(inner) = inner.upgrade() else { return };
            let _inside = inner.gate.enter().await;
            inner.is_flush_set.set(false);
            if !inner.is_closed() && inner.flush().await.is_err() {
                // A full disk, say: what waits goes with the next commit that succeeds.
            }
        }));
    }

    /// What a call leaves to do: due events of keys that nobody touches.
    pub(super) fn after_call(self: &Rc<Self>) {
        if self.is_closed() || !self.is_something_due() || self.is_sweeping.replace(true) {
            return;
        }
        let inner = Rc::downgrade(self);
        spawn_local(Wiping::new(async move {
            loop {
                let Some(inner) = inner.upgrade() else { return };
                let _inside = inner.gate.enter().await;
                let more = !inner.is_closed() && inner.sweep().await.unwrap_or(false);
                if !more {
                    inner.is_sweeping.set(false);
                    return;
                }
            }
        }));
    }

    /// Tells this tab's listener and the other tabs.
    pub(super) fn announce(&self) {
        if let Some(Channel { channel, .. }) = &self.channel {
            let _ = channel.post_message(&JsValue::from_str("changed"));
        }
        self.tell();
    }

    fn tell(&self) {
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            let _ = listener.call0(&JsValue::UNDEFINED);
        }
    }

    /// Commits what is deferred and lets go.
    pub(super) async fn close(self: &Rc<Self>) {
        // What cannot be committed now is lost, as in a crash: at most the last 100 ms of deferred records.
        let _ = self.flush().await;
        self.is_closed.set(true);
        if let Some(channel) = &self.channel {
            channel.close();
        }
        self.listener.borrow_mut().take();
        self.state.borrow_mut().take();
        // With the data keys that it has drawn in advance.
        self.random.take();
        self.rsa.forget();
        self.store.close();
    }
}

/// Hears of other tabs' commits.
fn listen(name: &str, inner: Weak<Inner>) -> Option<Channel> {
    host::global("BroadcastChannel")?;
    let channel = BroadcastChannel::new(&format!("tabkms:{name}")).ok()?;
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
        if let Some(inner) = inner.upgrade() {
            inner.tell();
        }
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    Some(Channel { channel, _on_message: on_message })
}

fn apply(state: &mut State, changes: Changes, committed: Option<Generation>) -> Result<(), StoreError> {
    state.kms.apply(changes, committed)?.iter().try_for_each(|change| state.s3.apply(change).map(drop))
}

pub(super) fn corrupt(error: &StoreError) -> StorageError {
    StorageError::Corrupt(error.to_string())
}
