//! Who calls, as `CallerOptions` in js/src/api.ts says.

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use tabkms_core::authz::policy::{Kind, Policy};
use tabkms_core::authz::{Caller, Session};
use tabkms_core::keys::{PolicyText, Principal};
use tabkms_core::model::{KmsError, RequestError};
use tabkms_core::operations::Given;
use wasm_bindgen::{JsCast, JsValue};

use super::store_loop::Inner;
use crate::host;
use crate::webcrypto::copy_in;

impl Inner {
    /// The caller that `options` describe; without any, the account's root.
    ///
    /// # Errors
    /// `ValidationException` for what is no principal or no Region, `MalformedPolicyDocumentException` for what is no
    /// policy.
    pub(super) fn caller_of(&self, options: &JsValue) -> Result<Caller, KmsError> {
        let text = |name| host::member(options, name).and_then(|value| value.as_string());
        let mut caller = self.caller(text("region").as_deref())?;
        if let Some(name) = text("principal") {
            let principal = name.parse::<Principal>();
            caller.principal =
                principal.map_err(|_| KmsError::validation(format!("Invalid principal '{name}'")))?;
            caller.account = caller.principal.account().unwrap_or(caller.account);
        }
        caller.via_service = text("viaService");
        let session = Session {
            policies: policies(options)?,
            source_ip: text("sourceIp"),
            user_agent: text("userAgent"),
            mfa: host::member(options, "mfa").and_then(|value| value.as_bool()),
            source_arn: text("sourceArn"),
            source_account: text("sourceAccount"),
            organization: text("organization"),
        };
        caller.session = (session != Session::default()).then(|| Arc::new(session));
        Ok(caller)
    }
}

fn policies(options: &JsValue) -> Result<Vec<PolicyText>, KmsError> {
    let Some(list) = host::member(options, "sessionPolicies") else { return Ok(Vec::new()) };
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
    let Some(id) = host::member(options, "keyId").and_then(|id| id.as_string()) else { return Ok(None) };
    let id = id.parse().map_err(|_| {
        KmsError::validation(format!(
            "'{id}' cannot be a key's id: that is a UUID, or mrk- and 32 hexadecimal digits."
        ))
    })?;
    let material = host::member(options, "keyMaterial").and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
    Ok(Some(Given { id, material: material.map(|bytes| copy_in(&bytes)) }))
}
