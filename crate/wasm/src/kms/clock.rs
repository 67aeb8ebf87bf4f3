//! Time: moving it, and what it brings.

use std::rc::Rc;

use js_sys::{Array, Function};
use tabkms_core::api::{Env, Happened};
use tabkms_core::model::Value;
use wasm_bindgen::JsValue;

use super::map;
use super::store_loop::Inner;
use crate::error::Failure;
use crate::value::to_js;

/// How many due events one commit carries.
const BATCH: usize = 32;
/// Three hundred years in milliseconds: further than anybody goes, and no instant overflows.
const FURTHEST: f64 = 300.0 * 365.0 * 86_400_000.0;

impl Inner {
    /// Moves the clock forward and lets what is due happen, batch by batch.
    pub(super) async fn advance(
        self: &Rc<Self>,
        milliseconds: f64,
        progress: Option<&Function>,
    ) -> Result<JsValue, Failure> {
        // Whole and within bounds after this; NaN becomes 0.
        #[allow(clippy::cast_possible_truncation)]
        let milliseconds = milliseconds.clamp(0.0, FURTHEST) as i64;
        loop {
            self.refresh().await?;
            let changes = self.with(|state| state.kms.plan_clock(milliseconds))?;
            if self.commit(changes).await? {
                break;
            }
        }
        let events = Array::new();
        loop {
            let (happened, more) = self.happen().await?;
            for event in &happened {
                events.push(&to_js(&event_value(event)));
            }
            if let Some(progress) = progress {
                let done = events.length();
                let left = if more { self.with(|state| due_keys(&state.kms, self.host_now()))? } else { 0 };
                let total = done.saturating_add(left);
                let answer = progress.call2(&JsValue::UNDEFINED, &done.into(), &total.into());
                if answer.is_ok_and(|answer| answer == JsValue::TRUE) {
                    return Err(Failure::Aborted);
                }
            }
            if !more {
                return Ok(events.into());
            }
        }
    }

    /// One batch of what is due; whether there is more.
    pub(super) async fn sweep(self: &Rc<Self>) -> Result<bool, Failure> {
        self.happen().await.map(|(_, more)| more)
    }

    /// Whether something is due on some key.
    pub(super) fn is_something_due(&self) -> bool {
        let Ok(Some(due)) = self.with(|state| state.kms.next_due()) else { return false };
        let host_now = self.host_now();
        self.with(|state| due <= state.kms.now(host_now)).unwrap_or(false)
    }

    async fn happen(self: &Rc<Self>) -> Result<(Vec<Happened>, bool), Failure> {
        loop {
            self.refresh().await?;
            let host_now = self.host_now();
            let batch = self.with(|state| {
                let random = &mut *self.random.borrow_mut();
                state.kms.plan_due(BATCH, &mut Env { host_now, random })
            })??;
            if self.commit(batch.changes).await? {
                return Ok((batch.happened, batch.more));
            }
        }
    }
}

fn due_keys(kms: &tabkms_core::api::Kms, host_now: tabkms_core::model::Timestamp) -> u32 {
    let now = kms.now(host_now);
    u32::try_from(kms.state().due().take_while(|(at, _)| *at <= now).count()).unwrap_or(u32::MAX)
}

fn event_value(event: &Happened) -> Value {
    map([
        ("time", Value::Float(event.at.seconds())),
        ("event", Value::String(event.what.event().to_owned())),
        ("keyArn", Value::String(event.key.arn())),
    ])
}
