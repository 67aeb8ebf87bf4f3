//! The life of one multi-Region key: replicas that come and go, a primary Region that moves, rotations that all share.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tabkms_core::keys::Region;
use tabkms_core::model::{KmsError, Value};

use crate::host::Host;
use crate::model::{DAY, Refusal};
use crate::{blob, bytes, cases, outcome, text, time};

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];
/// How long a key is creating or updating.
const SETTLING: i64 = 2_000;
const CONFLICT: i64 = 20 * 60_000;

#[derive(Debug, Clone, Copy)]
enum Step {
    Replicate { at: usize, to: usize },
    MovePrimary { at: usize, to: usize },
    Switch { at: usize, is_on: bool },
    ScheduleDeletion { at: usize, days: i64 },
    CancelDeletion { at: usize },
    ScheduleRotation { at: usize, days: Option<i64> },
    RotateOnDemand { at: usize },
    Encrypt { at: usize },
    Advance { milliseconds: i64, is_swept: bool },
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let at = || 0..REGIONS.len();
    prop_oneof![
        5 => (at(), at()).prop_map(|(at, to)| Replicate { at, to }),
        4 => (at(), at()).prop_map(|(at, to)| MovePrimary { at, to }),
        4 => (at(), any::<bool>()).prop_map(|(at, is_on)| Switch { at, is_on }),
        4 => (at(), 7..=30i64).prop_map(|(at, days)| ScheduleDeletion { at, days }),
        2 => at().prop_map(|at| CancelDeletion { at }),
        3 => (at(), proptest::option::weighted(0.8, 90..=150i64))
            .prop_map(|(at, days)| ScheduleRotation { at, days }),
        2 => at().prop_map(|at| RotateOnDemand { at }),
        4 => at().prop_map(|at| Encrypt { at }),
        4 => (1..=3_000i64, any::<bool>())
            .prop_map(|(milliseconds, is_swept)| Advance { milliseconds, is_swept }),
        4 => (1..=100 * DAY, any::<bool>())
            .prop_map(|(milliseconds, is_swept)| Advance { milliseconds, is_swept }),
        1 => Just(Reload),
    ]
}

/// A life: a replica to begin with, then the steps.
fn life() -> impl Strategy<Value = Vec<Step>> {
    let first = [Step::Replicate { at: 0, to: 1 }, Step::Advance { milliseconds: SETTLING, is_swept: false }];
    proptest::collection::vec(step(), 1..60)
        .prop_map(move |steps| first.iter().copied().chain(steps).collect())
}

/// The key in one Region.
#[derive(Debug, Clone)]
struct Regional {
    is_enabled: bool,
    /// The window in days, and the date unless replicas are waited for.
    deletion: Option<(i64, Option<i64>)>,
    creating_until: i64,
    updating_until: i64,
}

#[derive(Debug)]
struct Model {
    keys: BTreeMap<usize, Regional>,
    primary: usize,
    rotation: Option<(i64, i64)>,
    rotations: Vec<(i64, bool)>,
}

impl Model {
    fn new() -> Self {
        let first = Regional { is_enabled: true, deletion: None, creating_until: 0, updating_until: 0 };
        Self { keys: BTreeMap::from([(0, first)]), primary: 0, rotation: None, rotations: Vec::new() }
    }

    fn state(&self, at: usize, now: i64) -> Result<&'static str, Refusal> {
        let key = self.keys.get(&at).ok_or("NotFoundException")?;
        Ok(match key.deletion {
            Some((_, None)) => "PendingReplicaDeletion",
            Some((_, Some(_))) => "PendingDeletion",
            None if key.creating_until > now => "Creating",
            None if key.updating_until > now => "Updating",
            None if key.is_enabled => "Enabled",
            None => "Disabled",
        })
    }

    fn is_usable(&self, at: usize, now: i64) -> Result<(), Refusal> {
        match self.state(at, now)? {
            "Enabled" | "Updating" => Ok(()),
            "Disabled" => Err("DisabledException"),
            _ => Err("KMSInvalidStateException"),
        }
    }

    fn is_usable_primary(&self, at: usize, now: i64) -> Result<(), Refusal> {
        self.is_usable(at, now)?;
        if at == self.primary { Ok(()) } else { Err("UnsupportedOperationException") }
    }

    fn key(&mut self, at: usize) -> &mut Regional {
        self.keys.get_mut(&at).unwrap()
    }

    fn replicate(&mut self, at: usize, to: usize, now: i64) -> Result<(), Refusal> {
        self.is_usable_primary(at, now)?;
        if self.state(at, now)? == "Updating" {
            return Err("KMSInvalidStateException");
        }
        if self.keys.contains_key(&to) {
            return Err("AlreadyExistsException");
        }
        let creating_until = now + SETTLING;
        let replica = Regional { is_enabled: true, deletion: None, creating_until, updating_until: 0 };
        self.keys.insert(to, replica);
        Ok(())
    }

    fn move_primary(&mut self, at: usize, to: usize, now: i64) -> Result<(), Refusal> {
        self.is_usable_primary(at, now)?;
        if at == to {
            return Err("UnsupportedOperationException");
        }
        self.is_usable(to, now)?;
        self.primary = to;
        for of in [at, to] {
            self.key(of).updating_until = now + SETTLING;
        }
        Ok(())
    }

    fn switch(&mut self, at: usize, is_on: bool, now: i64) -> Result<(), Refusal> {
        if !matches!(self.state(at, now)?, "Enabled" | "Disabled") {
            return Err("KMSInvalidStateException");
        }
        let was_on = std::mem::replace(&mut self.key(at).is_enabled, is_on);
        if at == self.primary && is_on && !was_on && self.rotation.is_some_and(|(_, next)| next <= now) {
            self.rotate(now);
        }
        Ok(())
    }

    fn schedule_deletion(&mut self, at: usize, days: i64, now: i64) -> Result<(), Refusal> {
        if matches!(self.state(at, now)?, "PendingDeletion" | "PendingReplicaDeletion" | "Updating") {
            return Err("KMSInvalidStateException");
        }
        let waits = at == self.primary && self.keys.len() > 1;
        self.key(at).deletion = Some((days, (!waits).then_some(now + days * DAY)));
        Ok(())
    }

    fn cancel_deletion(&mut self, at: usize, now: i64) -> Result<(), Refusal> {
        self.state(at, now)?;
        self.key(at).deletion.take().ok_or("KMSInvalidStateException")?;
        self.key(at).is_enabled = false;
        Ok(())
    }

    fn schedule_rotation(&mut self, at: usize, days: Option<i64>, now: i64) -> Result<(), Refusal> {
        self.is_usable_primary(at, now)?;
        if self.rotation.map(|(old, _)| old) != days {
            self.rotation = days.map(|days| (days, now + days * DAY));
        }
        Ok(())
    }

    fn rotate_on_demand(&mut self, at: usize, now: i64) -> Result<(), Refusal> {
        self.is_usable_primary(at, now)?;
        if self.rotations.iter().filter(|(_, is_automatic)| !is_automatic).count() == 25 {
            return Err("LimitExceededException");
        }
        if self.rotation.is_some_and(|(_, next)| next <= now + CONFLICT) {
            return Err("ConflictException");
        }
        self.rotations.push((now, false));
        Ok(())
    }

    fn rotate(&mut self, at: i64) {
        self.rotations.push((at, true));
        if let Some((days, next)) = &mut self.rotation {
            *next = at + *days * DAY;
        }
    }

    /// Lets happen what falls due by `now`, in the order of its dates.
    fn pass_time(&mut self, now: i64) {
        loop {
            let deletions = self.keys.iter().filter_map(|(of, key)| Some((key.deletion?.1?, Some(*of))));
            let is_rotating =
                self.keys.get(&self.primary).is_some_and(|key| key.is_enabled && key.deletion.is_none());
            let rotation = self.rotation.filter(|_| is_rotating).map(|(_, next)| (next, None));
            let due = deletions.chain(rotation).min_by_key(|(date, _)| *date);
            match due.filter(|(date, _)| *date <= now) {
                None => return,
                Some((date, None)) => self.rotate(date),
                Some((date, Some(of))) => {
                    self.keys.remove(&of);
                    let is_alone = self.keys.len() == 1;
                    if let Some(primary) = self.keys.get_mut(&self.primary)
                        && let Some((days, waiting @ None)) = &mut primary.deletion
                        && is_alone
                    {
                        *waiting = Some(date + *days * DAY);
                    }
                }
            }
        }
    }
}

/// Both sides of a life, and the ciphertexts that were made in it.
struct World {
    host: Host,
    model: Model,
    id: String,
    ciphertexts: Vec<(Vec<u8>, Vec<u8>)>,
}

impl World {
    fn new() -> Self {
        let mut host = Host::new();
        let answer = host.send("CreateKey", vec![("MultiRegion", Value::Boolean(true))]).unwrap();
        let id = text(answer.get("KeyMetadata").unwrap(), "KeyId");
        Self { host, model: Model::new(), id, ciphertexts: Vec::new() }
    }

    fn run(&mut self, step: Step) {
        let now = self.host.now();
        match step {
            Step::Replicate { at, to } => {
                let expected = self.model.replicate(at, to, now);
                let region = ("ReplicaRegion", Value::String(REGIONS[to].to_owned()));
                self.agree(expected, at, "ReplicateKey", vec![region]);
            }
            Step::MovePrimary { at, to } => {
                let expected = self.model.move_primary(at, to, now);
                let region = ("PrimaryRegion", Value::String(REGIONS[to].to_owned()));
                self.agree(expected, at, "UpdatePrimaryRegion", vec![region]);
            }
            Step::Switch { at, is_on } => {
                let expected = self.model.switch(at, is_on, now);
                self.agree(expected, at, if is_on { "EnableKey" } else { "DisableKey" }, vec![]);
            }
            Step::ScheduleDeletion { at, days } => {
                let expected = self.model.schedule_deletion(at, days, now);
                let window = ("PendingWindowInDays", Value::Integer(days));
                self.agree(expected, at, "ScheduleKeyDeletion", vec![window]);
            }
            Step::CancelDeletion { at } => {
                let expected = self.model.cancel_deletion(at, now);
                self.agree(expected, at, "CancelKeyDeletion", vec![]);
            }
            Step::ScheduleRotation { at, days } => {
                let expected = self.model.schedule_rotation(at, days, now);
                let operation = if days.is_some() { "EnableKeyRotation" } else { "DisableKeyRotation" };
                let period = days.map(|days| ("RotationPeriodInDays", Value::Integer(days)));
                self.agree(expected, at, operation, period.into_iter().collect());
            }
            Step::RotateOnDemand { at } => {
                let expected = self.model.rotate_on_demand(at, now);
                self.agree(expected, at, "RotateKeyOnDemand", vec![]);
            }
            Step::Encrypt { at } => {
                let expected = self.model.is_usable(at, now);
                let plaintext = format!("ciphertext {}", self.ciphertexts.len()).into_bytes();
                let answer = self.agree(expected, at, "Encrypt", vec![("Plaintext", blob(&plaintext))]);
                let ciphertext = answer.map(|answer| bytes(&answer, "CiphertextBlob"));
                self.ciphertexts.extend(ciphertext.map(|ciphertext| (ciphertext, plaintext)));
            }
            Step::Advance { milliseconds, is_swept } => {
                self.host.advance(milliseconds, is_swept);
                self.model.pass_time(self.host.now());
            }
            Step::Reload => self.host.reload(),
        }
        (0..REGIONS.len()).for_each(|at| self.observe(at));
    }

    fn send(
        &mut self,
        at: usize,
        operation: &str,
        mut members: Vec<(&str, Value)>,
    ) -> Result<Value, KmsError> {
        members.push(("KeyId", Value::String(self.id.clone())));
        self.host.send_to(region(at), operation, members)
    }

    /// Sends a call that must come out as the model says.
    fn agree(
        &mut self,
        expected: Result<(), Refusal>,
        at: usize,
        operation: &str,
        members: Vec<(&str, Value)>,
    ) -> Option<Value> {
        let actual = self.send(at, operation, members);
        let expected = expected.map_or_else(str::to_owned, |()| "ok".to_owned());
        assert_eq!(outcome(&actual), expected, "{operation} in {}", REGIONS[at]);
        actual.ok()
    }

    /// What can be seen of the key in a Region is as the model has it.
    fn observe(&mut self, at: usize) {
        let now = self.host.now();
        self.observe_ciphertexts(at);
        let described = self.send(at, "DescribeKey", vec![]);
        let Ok(state) = self.model.state(at, now) else {
            return assert_eq!(outcome(&described), "NotFoundException");
        };
        let described = described.unwrap();
        let metadata = described.get("KeyMetadata").unwrap();
        let key = self.model.keys[&at].clone();
        assert_eq!(text(metadata, "KeyState"), state, "{}", REGIONS[at]);
        assert_eq!(time(metadata, "DeletionDate"), key.deletion.and_then(|(_, date)| date));
        self.observe_relations(at, metadata);

        let status = self.send(at, "GetKeyRotationStatus", vec![]).unwrap();
        let shown = self.model.rotation.filter(|_| key.deletion.is_none());
        assert_eq!(status.get("KeyRotationEnabled"), Some(&Value::Boolean(shown.is_some())));
        assert_eq!(time(&status, "NextRotationDate"), shown.map(|(_, next)| next));
        let mut listed = self.send(at, "ListKeyRotations", vec![]).unwrap();
        let Value::List(entries) = listed.take("Rotations") else { panic!("{listed:?}") };
        let rotations: Vec<(i64, bool)> = entries
            .iter()
            .map(|entry| (time(entry, "RotationDate").unwrap(), text(entry, "RotationType") == "AUTOMATIC"))
            .collect();
        assert_eq!(rotations, self.model.rotations, "{}", REGIONS[at]);
    }

    fn observe_relations(&self, at: usize, metadata: &Value) {
        let related = metadata.get("MultiRegionConfiguration").unwrap();
        let kind = if at == self.model.primary { "PRIMARY" } else { "REPLICA" };
        assert_eq!(text(related, "MultiRegionKeyType"), kind);
        assert_eq!(text(related.get("PrimaryKey").unwrap(), "Region"), REGIONS[self.model.primary]);
        let Some(Value::List(replicas)) = related.get("ReplicaKeys") else { panic!("{related:?}") };
        let mut replicas: Vec<String> = replicas.iter().map(|replica| text(replica, "Region")).collect();
        replicas.sort();
        let others = self.model.keys.keys().filter(|other| **other != self.model.primary);
        let mut expected: Vec<String> = others.map(|other| REGIONS[*other].to_owned()).collect();
        expected.sort();
        assert_eq!(replicas, expected);
    }

    /// Every ciphertext opens in every Region that the key is in, whichever made it.
    fn observe_ciphertexts(&mut self, at: usize) {
        let usable = match self.model.is_usable(at, self.host.now()) {
            Err("NotFoundException") => Err("AccessDeniedException"),
            usable => usable,
        };
        for (ciphertext, plaintext) in &self.ciphertexts {
            let members = vec![("CiphertextBlob", blob(ciphertext))];
            let opened = self.host.send_to(region(at), "Decrypt", members);
            match usable {
                Ok(()) => assert_eq!(bytes(&opened.unwrap(), "Plaintext"), *plaintext),
                Err(refusal) => assert_eq!(outcome(&opened), refusal, "{}", REGIONS[at]),
            }
        }
    }
}

fn region(at: usize) -> Region {
    REGIONS[at].parse().unwrap()
}

proptest! {
    #![proptest_config(cases(96, 2_000))]

    #[test]
    fn a_multi_region_key_lives_as_the_model_says(steps in life()) {
        let mut world = World::new();
        for step in steps {
            world.run(step);
        }
        world.run(Step::Reload);
    }
}
