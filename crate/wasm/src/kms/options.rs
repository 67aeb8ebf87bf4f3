//! What `open` is told.

use js_sys::{Function, Uint8Array};
use tabkms_core::keys::{AccountId, Region};
use tabkms_core::model::{KmsError, Timestamp};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Failure;
use crate::host;
use crate::random::Source;
use crate::store::HostStorage;
use crate::webcrypto::{Engine, copy_in};

/// The name of the database where none is given.
const DEFAULT_NAME: &str = "tabkms";

pub(super) struct Options {
    pub(super) place: Place,
    pub(super) passphrase: Option<Uint8Array>,
    pub(super) random: Source,
    pub(super) settings: Settings,
}

/// Where the store stands.
pub(super) enum Place {
    Memory,
    /// The browser's database of this name.
    Database(String),
    Host(HostStorage),
}

/// What stays the same while a store is open.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) clock: Option<Function>,
    pub(super) engine: Engine,
    pub(super) is_insecure: bool,
}

impl Options {
    pub(super) fn read(options: &JsValue) -> Result<Self, Failure> {
        let text = |name| host::member(options, name).and_then(|value| value.as_string());
        let bytes = |name| host::member(options, name).and_then(|value| value.dyn_into::<Uint8Array>().ok());
        let store = text("store");
        let place = match (host::member(options, "storage"), store.as_deref()) {
            (Some(storage), _) => Place::Host(storage.unchecked_into()),
            (None, Some("memory")) => Place::Memory,
            (None, None) if host::global("indexedDB").is_none() => Place::Memory,
            (None, None | Some("indexeddb")) => {
                Place::Database(text("name").unwrap_or_else(|| DEFAULT_NAME.to_owned()))
            }
            _ => return Err(invalid("store is \"indexeddb\", \"memory\" or { directory }")),
        };
        let account = text("account").map_or(Ok(AccountId::default()), |text| text.parse());
        let account = account.map_err(|_| invalid("account is 12 digits"))?;
        let region = text("region").map_or(Ok(Region::default()), |text| text.parse());
        let region = region.map_err(|_| invalid("region is a Region's name, as us-east-1"))?;
        let random = match bytes("seed") {
            Some(seed) => Source::seeded(&copy_in(&seed)).ok_or_else(|| invalid("seed is 32 bytes"))?,
            None => Source::default(),
        };
        let clock = host::member(options, "clock").and_then(|clock| clock.dyn_into::<Function>().ok());
        let engine = if text("engine").as_deref() == Some("wasm") { Engine::Wasm } else { Engine::Auto };
        let is_insecure = random.is_seeded() || clock.is_some();
        Ok(Self {
            place,
            passphrase: bytes("passphrase"),
            random,
            settings: Settings { account, region, clock, engine, is_insecure },
        })
    }
}

fn invalid(message: &str) -> Failure {
    KmsError::validation(message).into()
}

impl Settings {
    /// The host's time.
    pub(super) fn host_now(&self) -> Timestamp {
        let now = self.clock.as_ref().and_then(|clock| clock.call0(&JsValue::UNDEFINED).ok()?.as_f64());
        // Whole milliseconds, far below 2^53.
        #[allow(clippy::cast_possible_truncation)]
        Timestamp(now.unwrap_or_else(js_sys::Date::now) as i64)
    }
}
