//! IAM's calls: who there is in the account, and what they may do.

use tabkms_services::iam;
use wasm_bindgen::prelude::*;

use super::{Given, Kms};
use crate::value::{read_members_of, to_js};

#[wasm_bindgen]
impl Kms {
    /// An operation of IAM: resolves to its answer, times in seconds, and rejects under IAM's error code. `input` is an
    /// object of its own data, or no object.
    pub fn iam(&self, operation: String, input: JsValue) -> Given<JsValue> {
        self.run(move |inner| async move {
            loop {
                inner.refresh().await?;
                let input = read_members_of(iam::MEMBERS, &input)?;
                let planned = inner.with(|state| {
                    let now = state.kms.now(inner.host_now());
                    let random = &mut *inner.random.borrow_mut();
                    iam::plan(state.kms.state(), inner.settings.account, &operation, input, now, random)
                })??;
                if inner.commit(planned.changes).await? {
                    return Ok(to_js(&planned.answer));
                }
            }
        })
    }
}
