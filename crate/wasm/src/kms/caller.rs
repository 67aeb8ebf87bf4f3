//! Who calls, as `CallerOptions` in js/src/api.ts says.

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use tabkms_core::authz::policy::{Kind, Policy};
use tabkms_core::authz::{Caller, Session};
use tabkms_core::keys::{PolicyText, Principal};
use tabkms_core::model::{KmsError, RequestError};
use tabkms_core::operations::Given;
use wasm_bindgen::prelude::*;

use super::store_loop::Inner;
use crate::webcrypto::copy_in;

#[wasm_bindgen]
extern "C" {
    /// `SendOptions` in js/src/api.ts, a plain copy: asking for a member cannot throw. Each call that says who calls comes
    /// through here, and a look-up by a name that is made anew each time takes twenty times as long.
    type Options;
    #[wasm_bindgen(method, structural, getter)]
    fn principal(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn region(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = viaService)]
    fn via_service(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = sourceIp)]
    fn source_ip(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = userAgent)]
    fn user_agent(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = sourceArn)]
    fn source_arn(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = sourceAccount)]
    fn source_account(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn organization(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn mfa(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = sessionPolicies)]
    fn session_policies(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = keyId)]
    fn key_id(this: &Options) -> JsValue;
    #[wasm_bindgen(method, structural, getter, js_name = keyMaterial)]
    fn key_material(this: &Options) -> JsValue;
}

impl Inner {
    /// The caller that `options` describe; without any, the account's root.
    ///
    /// # Errors
    /// `ValidationException` for what is no principal or no Region, `MalformedPolicyDocumentException` for what is no
    /// policy.
    pub(super) fn caller_of(&self, options: &JsValue) -> Result<Caller, KmsError> {
        if !options.is_object() {
            return self.caller(None);
        }
        let options: &Options = options.unchecked_ref();
        let mut caller = self.caller(options.region().as_string().as_deref())?;
        if let Some(name) = options.principal().as_string() {
            let principal = name.parse::<Principal>();
            caller.principal =
                principal.map_err(|_| KmsError::validation(format!("Invalid principal '{name}'")))?;
            caller.account = caller.principal.account().unwrap_or(caller.account);
        }
        caller.via_service = options.via_service().as_string();
        let session = Session {
            policies: policies(options)?,
            source_ip: options.source_ip().as_string(),
            user_agent: options.user_agent().as_string(),
            mfa: options.mfa().as_bool(),
            source_arn: options.source_arn().as_string(),
            source_account: options.source_account().as_string(),
            organization: options.organization().as_string(),
        };
        caller.session = (session != Session::default()).then(|| Arc::new(session));
        Ok(caller)
    }
}

fn policies(options: &Options) -> Result<Vec<PolicyText>, KmsError> {
    let list = options.session_policies();
    if list.is_null() || list.is_undefined() {
        return Ok(Vec::new());
    }
    let mut policies = Vec::new();
    for text in Array::from(&list).iter().filter_map(|text| text.as_string()) {
        if let Err(fault) = Policy::parse(&text, Kind::Identity) {
            return Err(KmsError::request(RequestError::MalformedPolicy, fault.describe(&text)));
        }
        policies.push(text.into());
    }
    Ok(policies)
}

/// What `options` give a new key, as `SendOptions` in js/src/api.ts says.
///
/// # Errors
/// `ValidationException` where the id is none of a key's.
pub(super) fn given_of(options: &JsValue) -> Result<Option<Given>, KmsError> {
    let options: &Options = options.unchecked_ref();
    let Some(id) = options.key_id().as_string() else { return Ok(None) };
    let id = id.parse().map_err(|_| {
        KmsError::validation(format!(
            "'{id}' cannot be a key's id: that is a UUID, or mrk- and 32 hexadecimal digits."
        ))
    })?;
    let material = options.key_material().dyn_into::<Uint8Array>().ok();
    Ok(Some(Given { id, material: material.map(|bytes| copy_in(&bytes)) }))
}
