//! The audit log, to read.

use std::rc::Rc;

use js_sys::{Array, Function};
use tabkms_core::api::Log;
use tabkms_core::audit::{Query, Verdict};
use tabkms_core::model::Value;
use wasm_bindgen::JsValue;

use super::map;
use super::store_loop::Inner;
use crate::error::Failure;
use crate::value::{plain_from_js, to_js};

/// How many records of an export are in JavaScript at once.
const BATCH: usize = 500;

impl Inner {
    /// A page of records: from memory, unless older ones than stand there are asked for.
    pub(super) async fn audit_events(self: &Rc<Self>, query: &JsValue) -> Result<JsValue, Failure> {
        let query = Query::from_value(plain_from_js(query)?)?;
        self.refresh().await?;
        if let Some(page) = self.with(|state| state.kms.recent_records(&query))? {
            return Ok(to_js(&page));
        }
        let log = self.log().await?;
        self.with(|state| to_js(&state.kms.records(&log, &query)))
    }

    pub(super) async fn verify_audit(self: &Rc<Self>) -> Result<JsValue, Failure> {
        self.refresh().await?;
        self.flush().await?;
        let rows = self.store.read_all().await?.rows;
        self.with(|state| to_js(&answer(state.kms.verify_log(&rows))))
    }

    pub(super) async fn export_audit(
        self: &Rc<Self>,
        query: &JsValue,
        take: &Function,
    ) -> Result<JsValue, Failure> {
        let query = Query::from_value(plain_from_js(query)?)?;
        self.refresh().await?;
        let log = self.log().await?;
        self.with(|state| {
            let mut records = state.kms.all_records(&log, &query).map(|record| to_js(&record));
            loop {
                let batch: Array = records.by_ref().take(BATCH).collect();
                if batch.length() == 0 {
                    return JsValue::UNDEFINED;
                }
                // Ours, and it only keeps them.
                let _ = take.call1(&JsValue::UNDEFINED, &batch);
            }
        })
    }

    /// The whole log.
    async fn log(self: &Rc<Self>) -> Result<Log, Failure> {
        let rows = self.store.read_all().await?.rows;
        Ok(self.with(|state| state.kms.read_log(&rows))??)
    }
}

fn answer(verdict: Verdict) -> Value {
    let number = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let fault = verdict.fault.as_ref().map(|fault| {
        let event = fault.event.map(|id| Value::String(id.to_string()));
        map([
            ("at", number(fault.at)),
            ("eventID", event.unwrap_or_default()),
            ("what", Value::String(fault.what.clone())),
        ])
    });
    map([
        ("ok", Value::Boolean(fault.is_none())),
        ("events", number(verdict.events)),
        ("from", verdict.from.map(|at| Value::Float(at.seconds())).unwrap_or_default()),
        ("fault", fault.unwrap_or_default()),
    ])
}
