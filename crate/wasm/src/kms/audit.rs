//! The audit log, to read.

use std::rc::Rc;

use js_sys::{Array, Function};
use tabkms_core::audit::{Broken, Query, Verdict};
use tabkms_core::model::Value;
use tabkms_core::model::shape::{IntoValue, Members};
use wasm_bindgen::JsValue;

use super::store_loop::Inner;
use crate::error::Failure;
use crate::store::read_all;
use crate::value::{plain_from_js, to_js};

/// How many records of an export are in JavaScript at once.
const BATCH: u32 = 500;

impl Inner {
    /// A page of records, from memory unless older ones than stand there are asked for; with `take`, all records to
    /// that. Without a query, whether the stored log is as it was written.
    pub(super) async fn audit(
        self: &Rc<Self>,
        query: Option<&JsValue>,
        take: Option<&Function>,
    ) -> Result<JsValue, Failure> {
        let query = query.map(|query| Query::from_value(plain_from_js(query)?)).transpose()?;
        self.refresh().await?;
        if let (Some(query), None) = (&query, take)
            && let Some(page) = self.with(|state| state.kms.recent_records(query))?
        {
            return Ok(to_js(&page));
        }
        if query.is_none() {
            // What waits is not in the chain yet.
            self.flush().await?;
        }
        let rows = read_all(&*self.store).await?.rows;
        self.with(|state| {
            let Some(query) = query else { return Ok(to_js(&answer(state.kms.verify_log(&rows)))) };
            let log = state.kms.read_log(&rows)?;
            let Some(take) = take else { return Ok(to_js(&state.kms.records(&log, &query))) };
            let batch = Array::new();
            // It is ours, and only keeps them.
            let hand = |batch: &Array| drop(take.call1(&JsValue::UNDEFINED, batch));
            state.kms.each_record(&log, &query, &mut |record| {
                if batch.push(&to_js(&record)) == BATCH {
                    hand(&batch);
                    batch.set_length(0);
                }
            });
            hand(&batch);
            Ok(JsValue::UNDEFINED)
        })?
    }
}

fn answer(verdict: Verdict) -> Value {
    let number = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let mut members = Members::default();
    members.push("ok", Value::Boolean(verdict.fault.is_none()));
    members.push("events", number(verdict.events));
    members.push("from", verdict.from.into_value());
    if let Some(Broken { at, event, what }) = verdict.fault {
        let mut fault = Members::default();
        fault.push("at", number(at));
        fault.push("eventID", event.map(|id| id.to_string()).into_value());
        fault.push("what", Value::String(what));
        members.push("fault", fault.into_value());
    }
    members.into_value()
}
