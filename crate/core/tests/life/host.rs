//! A KMS with a store of sealed rows, whose commits always succeed, and a clock that stands still until it is moved.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tabkms_core::api::{Call, Desk, Env, HostJob, HostResult, Kms, Planned};
use tabkms_core::authz::Caller;
use tabkms_core::crypto::pair::rsa;
use tabkms_core::crypto::{Failure, KeyMaterial, Random, StoreKey};
use tabkms_core::keys::Region;
use tabkms_core::model::{KmsError, SensitiveBlob, Timestamp, Value};
use tabkms_core::store::{Changes, Row};
use zeroize::Zeroizing;

const HOST_NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Never the same bytes twice, and in every run the same: SHA-256 over a counter.
#[derive(Default)]
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        for chunk in dest.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

/// Every wrapping key is this one, of OpenSSL's making: to make one each time would be most of the test.
static WRAPPING_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let file = include_str!("../../../../tests/vectors/rsa/openssl.json");
    let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
    assert_eq!(vectors["rsa"][0]["spec"], "RSA_2048");
    hex::decode(vectors["rsa"][0]["pkcs8"].as_str().unwrap()).unwrap()
});

pub(crate) struct Host {
    kms: Kms,
    random: Counting,
    rows: Vec<Row>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let mut random = Counting::default();
        let kms = Kms::new(StoreKey::generate(&mut random).unwrap());
        Self { kms, random, rows: Vec::new() }
    }

    pub(crate) fn now(&self) -> i64 {
        self.kms.now(HOST_NOW).0
    }

    /// Calls.
    pub(crate) fn send(&mut self, operation: &str, members: Vec<(&str, Value)>) -> Result<Value, KmsError> {
        self.send_to(Caller::default().region, operation, members)
    }

    /// Calls a Region; the host makes the RSA keys.
    pub(crate) fn send_to(
        &mut self,
        region: Region,
        operation: &str,
        members: Vec<(&str, Value)>,
    ) -> Result<Value, KmsError> {
        let caller = Caller { region, ..Caller::default() };
        let members: Vec<(String, Value)> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut desk = Desk::staffed();
        loop {
            let mut call = Call::new(operation, Value::Map(copies(&members)), caller.clone());
            let mut env = Env { host_now: HOST_NOW, random: &mut self.random };
            match self.kms.plan_or_ask(&mut call, &mut env, &mut desk) {
                Planned::Done(done) => {
                    self.commit(done.changes);
                    return done.answer;
                }
                Planned::Ask(job) => {
                    let result = match &job {
                        HostJob::GenerateRsa { bits: 2048 } => {
                            HostResult::Made(KeyMaterial::new(Zeroizing::new(WRAPPING_KEY.clone())))
                        }
                        _ => HostResult::Declined,
                    };
                    desk.answer(job, result);
                }
            }
        }
    }

    /// Wraps key material as ImportKeyMaterial takes it.
    pub(crate) fn wrap(&mut self, public_key: &[u8], material: &[u8]) -> Vec<u8> {
        rsa::encrypt(public_key, rsa::Oaep::Sha256, material, &mut self.random).unwrap()
    }

    /// Moves the clock; what is due happens now, or waits until a call comes upon it.
    pub(crate) fn advance(&mut self, milliseconds: i64, is_swept: bool) {
        let changes = self.kms.plan_clock(milliseconds);
        self.commit(changes);
        let mut is_more_due = is_swept;
        while is_more_due {
            let mut env = Env { host_now: HOST_NOW, random: &mut self.random };
            let batch = self.kms.plan_due(2, &mut env).unwrap();
            self.commit(batch.changes);
            is_more_due = batch.more;
        }
    }

    /// Forgets all but the rows, and opens those.
    pub(crate) fn reload(&mut self) {
        let mut kms = Kms::new(StoreKey::copy_from(self.kms.store_key().expose()).unwrap());
        assert!(kms.load(&self.rows).unwrap().is_empty());
        self.kms = kms;
    }

    fn commit(&mut self, changes: Changes) {
        let generation = self.kms.generation().next();
        let rows = self.kms.seal(&changes, generation, &mut self.random).unwrap();
        self.rows.retain(|old| !rows.iter().any(|new| (new.kind, &new.id) == (old.kind, &old.id)));
        self.rows.extend(rows);
        assert!(self.kms.apply(changes, Some(generation)).unwrap().is_empty());
    }
}

fn copies(members: &[(String, Value)]) -> Vec<(String, Value)> {
    members.iter().map(|(name, value)| (name.clone(), copy(value))).collect()
}

/// A call that is planned again is made anew; values are no `Clone`, since they may be secret.
fn copy(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Boolean(value) => Value::Boolean(*value),
        Value::Integer(value) => Value::Integer(*value),
        Value::Float(value) => Value::Float(*value),
        Value::String(text) => Value::String(text.clone()),
        Value::Bytes(bytes) => Value::Bytes(SensitiveBlob::new(bytes.expose().to_vec())),
        Value::List(items) => Value::List(items.iter().map(copy).collect()),
        Value::Map(members) => Value::Map(copies(members)),
    }
}
