//! The life of KMS keys: random operations and clock moves, against a simple model. After every step the answers
//! agree, every ciphertext that was ever made opens or is refused as it should, and what is reloaded from the sealed
//! rows goes on as if nothing had been.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers and all

mod host;
mod model;
mod regions;

use std::collections::{BTreeMap, BTreeSet};

use host::Host;
use model::{DAY, Key, Made, Model, Refusal};
use proptest::prelude::*;
use proptest::sample::Index;
use tabkms_core::model::{KmsError, SensitiveBlob, Value};

const PRINCIPAL: &str = "arn:aws:iam::000000000000:role/tester";

#[derive(Debug, Clone)]
enum Step {
    Create { is_imported: bool },
    Switch { key: Index, is_on: bool },
    ScheduleDeletion { key: Index, days: i64 },
    CancelDeletion { key: Index },
    ScheduleRotation { key: Index, days: Option<i64> },
    RotateOnDemand { key: Index },
    Encrypt { key: Index },
    CreateAlias { key: Index, alias: usize },
    DeleteAlias { alias: usize },
    Tag { key: Index, tag: usize, value: Option<usize> },
    Grant { key: Index },
    Import { key: Index, number: usize, is_new: Option<bool>, days: Option<i64> },
    DeleteMaterial { key: Index },
    Advance { milliseconds: i64, is_swept: bool },
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let key = any::<Index>;
    prop_oneof![
        1 => any::<bool>().prop_map(|is_imported| Create { is_imported }),
        6 => (key(), any::<bool>()).prop_map(|(key, is_on)| Switch { key, is_on }),
        1 => (key(), 7..=30i64).prop_map(|(key, days)| ScheduleDeletion { key, days }),
        2 => key().prop_map(|key| CancelDeletion { key }),
        3 => (key(), proptest::option::weighted(0.8, 90..=150i64))
            .prop_map(|(key, days)| ScheduleRotation { key, days }),
        3 => key().prop_map(|key| RotateOnDemand { key }),
        6 => key().prop_map(|key| Encrypt { key }),
        1 => (key(), 0..4usize).prop_map(|(key, alias)| CreateAlias { key, alias }),
        1 => (0..4usize).prop_map(|alias| DeleteAlias { alias }),
        1 => (key(), 0..3usize, proptest::option::of(0..3usize))
            .prop_map(|(key, tag, value)| Tag { key, tag, value }),
        1 => key().prop_map(|key| Grant { key }),
        6 => (key(), 0..4usize, proptest::option::of(any::<bool>()), proptest::option::of(1..=365i64))
            .prop_map(|(key, number, is_new, days)| Import { key, number, is_new, days }),
        2 => key().prop_map(|key| DeleteMaterial { key }),
        4 => (1..=20 * DAY, any::<bool>()).prop_map(|(milliseconds, is_swept)| Advance { milliseconds, is_swept }),
        4 => (1..=250 * DAY, any::<bool>()).prop_map(|(milliseconds, is_swept)| Advance { milliseconds, is_swept }),
        1 => Just(Reload),
    ]
}

/// A life: two keys to begin with, then the steps.
fn life(longest: usize) -> impl Strategy<Value = Vec<Step>> {
    let first = [Step::Create { is_imported: false }, Step::Create { is_imported: true }];
    proptest::collection::vec(step(), 1..longest)
        .prop_map(move |steps| first.iter().cloned().chain(steps).collect())
}

/// Both sides of a life.
struct World {
    host: Host,
    model: Model,
    ids: Vec<String>,
    ciphertexts: Vec<(Made, Vec<u8>, Vec<u8>)>,
}

impl World {
    fn new() -> Self {
        Self { host: Host::new(), model: Model::default(), ids: Vec::new(), ciphertexts: Vec::new() }
    }

    fn run(&mut self, step: &Step) {
        let now = self.host.now();
        let keys = self.ids.len();
        let at = |key: &Index| key.index(keys);
        match step {
            Step::Create { is_imported } => self.create(*is_imported),
            Step::Switch { key, is_on } => {
                let operation = if *is_on { "EnableKey" } else { "DisableKey" };
                let expected = self.model.keys[at(key)].switch(*is_on, now);
                self.agree(expected, operation, vec![self.id(at(key))]);
            }
            Step::ScheduleDeletion { key, days } => {
                let expected = self.model.keys[at(key)].schedule_deletion(*days, now);
                let window = ("PendingWindowInDays", Value::Integer(*days));
                self.agree(expected, "ScheduleKeyDeletion", vec![self.id(at(key)), window]);
            }
            Step::CancelDeletion { key } => {
                let expected = self.model.keys[at(key)].cancel_deletion();
                self.agree(expected, "CancelKeyDeletion", vec![self.id(at(key))]);
            }
            Step::ScheduleRotation { key, days } => {
                let expected = self.model.keys[at(key)].schedule_rotation(*days, now);
                let operation = if days.is_some() { "EnableKeyRotation" } else { "DisableKeyRotation" };
                let period = days.map(|days| ("RotationPeriodInDays", Value::Integer(days)));
                self.agree(expected, operation, std::iter::once(self.id(at(key))).chain(period).collect());
            }
            Step::RotateOnDemand { key } => {
                let expected = self.model.keys[at(key)].rotate_on_demand(now);
                self.agree(expected, "RotateKeyOnDemand", vec![self.id(at(key))]);
            }
            Step::Encrypt { key } => self.encrypt(at(key)),
            Step::CreateAlias { key, alias } => {
                let expected = self.model.create_alias(*alias, at(key));
                let target = ("TargetKeyId", Value::String(self.ids[at(key)].clone()));
                self.agree(expected, "CreateAlias", vec![alias_name(*alias), target]);
            }
            Step::DeleteAlias { alias } => {
                let expected = self.model.delete_alias(*alias);
                self.agree(expected, "DeleteAlias", vec![alias_name(*alias)]);
            }
            Step::Tag { key, tag, value } => self.tag(at(key), *tag, *value),
            Step::Grant { key } => self.grant(at(key)),
            Step::Import { key, number, is_new, days } => self.import(at(key), *number, *is_new, *days),
            Step::DeleteMaterial { key } => {
                let expected = self.model.keys[at(key)].delete_material();
                self.agree(expected, "DeleteImportedKeyMaterial", vec![self.id(at(key))]);
            }
            Step::Advance { milliseconds, is_swept } => {
                self.host.advance(*milliseconds, *is_swept);
                self.model.advance(self.host.now());
            }
            Step::Reload => self.host.reload(),
        }
        self.observe();
    }

    fn id(&self, key: usize) -> (&'static str, Value) {
        ("KeyId", Value::String(self.ids[key].clone()))
    }

    /// Sends a call that must come out as the model says.
    fn agree(&mut self, expected: Result<(), Refusal>, operation: &str, members: Vec<(&str, Value)>) {
        let actual = self.host.send(operation, members);
        assert_eq!(
            outcome(&actual),
            expected.map_or_else(str::to_owned, |()| "ok".to_owned()),
            "{operation}"
        );
    }

    fn create(&mut self, is_imported: bool) {
        let origin = if is_imported { "EXTERNAL" } else { "AWS_KMS" };
        let answer = self.host.send("CreateKey", vec![("Origin", Value::String(origin.to_owned()))]).unwrap();
        self.ids.push(text(answer.get("KeyMetadata").unwrap(), "KeyId"));
        self.model.keys.push(Key::new(is_imported));
    }

    fn encrypt(&mut self, key: usize) {
        let plaintext = format!("ciphertext {}", self.ciphertexts.len()).into_bytes();
        let sent = self.host.send("Encrypt", vec![self.id(key), ("Plaintext", blob(&plaintext))]);
        let expected = self.model.encrypt(key);
        assert_eq!(outcome(&sent), expected.map_or_else(str::to_owned, |_| "ok".to_owned()), "Encrypt");
        if let (Ok(made), Ok(answer)) = (expected, sent) {
            self.ciphertexts.push((made, bytes(&answer, "CiphertextBlob"), plaintext));
        }
    }

    fn tag(&mut self, key: usize, tag: usize, value: Option<usize>) {
        let expected = self.model.keys[key].tag(tag, value);
        let name = Value::String(format!("tag-{tag}"));
        if let Some(value) = value {
            let value = Value::String(format!("{value}"));
            let tag = Value::Map(vec![("TagKey".to_owned(), name), ("TagValue".to_owned(), value)]);
            self.agree(expected, "TagResource", vec![self.id(key), ("Tags", Value::List(vec![tag]))]);
        } else {
            self.agree(expected, "UntagResource", vec![self.id(key), ("TagKeys", Value::List(vec![name]))]);
        }
    }

    fn grant(&mut self, key: usize) {
        let expected = self.model.keys[key].is_usable();
        self.model.keys[key].grants += usize::from(expected.is_ok());
        let principal = ("GranteePrincipal", Value::String(PRINCIPAL.to_owned()));
        let operations = ("Operations", Value::List(vec![Value::String("Encrypt".to_owned())]));
        self.agree(expected, "CreateGrant", vec![self.id(key), principal, operations]);
    }

    fn import(&mut self, key: usize, number: usize, is_new: Option<bool>, days: Option<i64>) {
        let expires = days.map(|days| self.host.now() + days * DAY);
        let expected = self.model.keys[key].import(number, is_new, expires);
        let wrapping = [("WrappingAlgorithm", "RSAES_OAEP_SHA_256"), ("WrappingKeySpec", "RSA_2048")];
        let wrapping = wrapping.map(|(name, value)| (name, Value::String(value.to_owned())));
        let asked = std::iter::once(self.id(key)).chain(wrapping).collect();
        let parameters = match self.host.send("GetParametersForImport", asked) {
            Ok(parameters) => parameters,
            Err(error) => return assert_eq!(Err(error.code()), expected, "GetParametersForImport"),
        };
        let material = [u8::try_from(number + 1).unwrap(); 32];
        let wrapped = self.host.wrap(&bytes(&parameters, "PublicKey"), &material);
        let model = if expires.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
        let import_type = is_new.map(|new| if new { "NEW_KEY_MATERIAL" } else { "EXISTING_KEY_MATERIAL" });
        let mut members = vec![
            self.id(key),
            ("ImportToken", blob(&bytes(&parameters, "ImportToken"))),
            ("EncryptedKeyMaterial", blob(&wrapped)),
            ("ExpirationModel", Value::String(model.to_owned())),
        ];
        members.extend(expires.map(|at| ("ValidTo", Value::Float(seconds(at)))));
        members.extend(import_type.map(|kind| ("ImportType", Value::String(kind.to_owned()))));
        self.agree(expected, "ImportKeyMaterial", members);
    }

    /// Everything that can be seen is as the model has it.
    fn observe(&mut self) {
        for at in 0..self.ids.len() {
            let key = self.model.keys[at].clone();
            let described = self.host.send("DescribeKey", vec![self.id(at)]);
            if key.is_gone {
                assert_eq!(outcome(&described), "NotFoundException");
                continue;
            }
            let described = described.unwrap();
            let metadata = described.get("KeyMetadata").unwrap();
            assert_eq!(text(metadata, "KeyState"), key.state());
            assert_eq!(metadata.get("Enabled"), Some(&Value::Boolean(key.state() == "Enabled")));
            assert_eq!(time(metadata, "DeletionDate"), key.deletion);
            self.observe_rotation(at, &key);
            self.observe_belongings(at, &key);
        }
        self.observe_ciphertexts();
    }

    fn observe_rotation(&mut self, at: usize, key: &Key) {
        let status = self.host.send("GetKeyRotationStatus", vec![self.id(at)]).unwrap();
        let shown = key.shown_rotation();
        assert_eq!(status.get("KeyRotationEnabled"), Some(&Value::Boolean(shown.is_some())));
        assert_eq!(time(&status, "NextRotationDate"), shown.map(|(_, next)| next));
        let listed = self.list("ListKeyRotations", vec![self.id(at)], "Rotations");
        let rotations: Vec<(i64, bool)> = listed
            .iter()
            .map(|entry| (time(entry, "RotationDate").unwrap(), text(entry, "RotationType") == "AUTOMATIC"))
            .collect();
        assert_eq!(rotations, key.rotations);
    }

    fn observe_belongings(&mut self, at: usize, key: &Key) {
        let aliases = self.list("ListAliases", vec![self.id(at)], "Aliases");
        let names: BTreeSet<String> = aliases.iter().map(|alias| text(alias, "AliasName")).collect();
        assert_eq!(names, key.aliases.iter().map(|alias| format!("alias/{alias}")).collect());
        let tags = self.list("ListResourceTags", vec![self.id(at)], "Tags");
        let tags: BTreeMap<String, String> =
            tags.iter().map(|tag| (text(tag, "TagKey"), text(tag, "TagValue"))).collect();
        let expected =
            key.tags.iter().map(|(tag, value)| (format!("tag-{tag}"), value.to_string())).collect();
        assert_eq!(tags, expected);
        assert_eq!(self.list("ListGrants", vec![self.id(at)], "Grants").len(), key.grants);
    }

    fn observe_ciphertexts(&mut self) {
        for (made, ciphertext, plaintext) in &self.ciphertexts {
            let opened = self.host.send("Decrypt", vec![("CiphertextBlob", blob(ciphertext))]);
            match self.model.decrypt(*made) {
                Ok(()) => {
                    let opened = opened.unwrap();
                    assert_eq!(bytes(&opened, "Plaintext"), *plaintext);
                    assert!(text(&opened, "KeyId").ends_with(&self.ids[made.key]));
                }
                Err(refusal) => assert_eq!(outcome(&opened), refusal, "{made:?}"),
            }
        }
    }

    fn list(&mut self, operation: &str, members: Vec<(&str, Value)>, of: &str) -> Vec<Value> {
        let mut answer = self.host.send(operation, members).unwrap();
        assert_eq!(answer.get("Truncated"), Some(&Value::Boolean(false)));
        match answer.take(of) {
            Value::List(items) => items,
            other => panic!("{of} is {other:?}"),
        }
    }
}

fn alias_name(alias: usize) -> (&'static str, Value) {
    ("AliasName", Value::String(format!("alias/{alias}")))
}

pub(crate) fn outcome(sent: &Result<Value, KmsError>) -> String {
    sent.as_ref().map_or_else(|error| error.code().to_owned(), |_| "ok".to_owned())
}

pub(crate) fn blob(bytes: &[u8]) -> Value {
    Value::Bytes(SensitiveBlob::new(bytes.to_vec()))
}

pub(crate) fn bytes(value: &Value, member: &str) -> Vec<u8> {
    value.get(member).and_then(Value::as_bytes).unwrap().to_vec()
}

pub(crate) fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap().to_owned()
}

#[allow(clippy::cast_precision_loss)] // exact for the next 285,000 years
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// A time in milliseconds.
#[allow(clippy::cast_possible_truncation)] // rounded before
pub(crate) fn time(value: &Value, member: &str) -> Option<i64> {
    match value.get(member) {
        None => None,
        Some(Value::Float(seconds)) => Some((seconds * 1000.0).round() as i64),
        Some(other) => panic!("{member} is {other:?}"),
    }
}

pub(crate) fn cases(few: u32, many: u32) -> ProptestConfig {
    let cases = if std::env::var_os("TABKMS_LONG").is_some() { many } else { few };
    ProptestConfig { cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(64, 2_000))]

    #[test]
    fn a_key_lives_as_the_model_says(steps in life(60)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
        }
        // And once more from what is at rest.
        world.run(&Step::Reload);
    }
}
