mod custom_stores;
mod grants;
mod import;
mod multi_region;
mod rsa;
mod tags_and_policies;

use super::*;
use crate::authz::policy::{self, Policy};
use crate::crypto::random::tests::Counting;
use crate::model::SensitiveBlob;
use crate::model::time::DAY;
use crate::trace::Bytes;

mod audit;
mod chain;
mod cloudtrail;

/// A KMS whose commits always succeed, with a clock that stands still until it is moved.
struct Host {
    kms: Kms,
    random: Counting,
    rows: Vec<Row>,
    caller: Caller,
}

impl Host {
    fn new() -> Self {
        let mut random = Counting::default();
        let kms = Kms::new(StoreKey::generate(&mut random).unwrap());
        Self { kms, random, rows: Vec::new(), caller: Caller::default() }
    }

    fn commit(&mut self, changes: Changes) {
        let generation = self.kms.generation().next();
        let rows = self.kms.seal(&changes, generation, &mut self.random).unwrap();
        self.rows.retain(|old| !rows.iter().any(|new| (new.kind, &new.id) == (old.kind, &old.id)));
        self.rows.extend(rows);
        assert!(self.kms.apply(changes, Some(generation)).unwrap().is_empty());
    }

    fn traced(&mut self, operation: &str, input: Value) -> (Result<Value, KmsError>, Vec<Step>) {
        let mut call = Call::new(operation, input, self.caller.clone());
        call.trace = Trace::listening();
        let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut self.random };
        let done = self.kms.plan(&mut call, &mut env);
        self.commit(done.changes);
        (done.answer, call.trace.take())
    }

    fn send(&mut self, operation: &str, input: Value) -> Result<Value, KmsError> {
        self.traced(operation, input).0
    }

    fn ok(&mut self, operation: &str, input: Value) -> Value {
        self.send(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    fn error(&mut self, operation: &str, input: Value) -> String {
        self.send(operation, input).map_or_else(|e| e.to_string(), |answer| format!("{answer:?}"))
    }

    fn advance(&mut self, days: i64) -> Vec<Happened> {
        let changes = self.kms.plan_clock(days * DAY);
        self.commit(changes);
        let mut happened = Vec::new();
        loop {
            let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut self.random };
            let batch = self.kms.plan_due(2, &mut env).unwrap();
            self.commit(batch.changes);
            happened.extend(batch.happened);
            if !batch.more {
                return happened;
            }
        }
    }

    /// Lets the states that pass by themselves pass.
    fn wait(&mut self) {
        let changes = self.kms.plan_clock(2_000);
        self.commit(changes);
    }

    fn create(&mut self) -> (String, String) {
        let answer = self.ok("CreateKey", Value::Null);
        let metadata = answer.get("KeyMetadata").unwrap();
        (text(metadata, "KeyId"), text(metadata, "Arn"))
    }

    fn state_of(&mut self, key: &str) -> String {
        text(self.ok("DescribeKey", map([("KeyId", s(key))])).get("KeyMetadata").unwrap(), "KeyState")
    }
}

fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn b(bytes: &[u8]) -> Value {
    Value::Bytes(SensitiveBlob::new(bytes.to_vec()))
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_else(|| panic!("no {member} in {value:?}")).to_owned()
}

fn bytes(value: &Value, member: &str) -> Vec<u8> {
    value.get(member).and_then(Value::as_bytes).unwrap_or_else(|| panic!("no {member} in {value:?}")).to_vec()
}

fn encrypt(host: &mut Host, key: &str, plaintext: &[u8]) -> Vec<u8> {
    bytes(&host.ok("Encrypt", map([("KeyId", s(key)), ("Plaintext", b(plaintext))])), "CiphertextBlob")
}

#[test]
fn the_table_of_operations_is_sorted_and_known_to_the_service_model() {
    assert!(operations::TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(operations::TABLE.iter().all(|(name, _)| members_of(name).is_some()));
}

#[test]
fn an_operation_that_kms_does_not_have_is_unknown() {
    assert_eq!(Host::new().error("Frobnicate", Value::Null), "UnknownOperationException");
}

#[test]
fn a_key_is_found_by_id_arn_alias_and_alias_arn() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    host.ok("CreateAlias", map([("AliasName", s("alias/demo")), ("TargetKeyId", s(&id))]));
    let alias_arn = "arn:aws:kms:us-east-1:000000000000:alias/demo";
    for name in [id.as_str(), arn.as_str(), "alias/demo", alias_arn] {
        let blob = encrypt(&mut host, name, b"secret");
        let with_key = map([("CiphertextBlob", b(&blob)), ("KeyId", s(name))]);
        for input in [map([("CiphertextBlob", b(&blob))]), with_key] {
            let answer = host.ok("Decrypt", input);
            assert_eq!(bytes(&answer, "Plaintext"), b"secret");
            assert_eq!(text(&answer, "KeyId"), arn);
            assert_eq!(text(&answer, "EncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
            assert_eq!(text(&answer, "KeyMaterialId").len(), 64);
        }
    }
}

#[test]
fn names_of_nothing_are_refused_in_aws_words() {
    let mut host = Host::new();
    let uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:us-east-1:000000000000:key/{uuid}");
    let cases = [
        ("x", "NotFoundException: Invalid keyId 'x'".to_owned()),
        (uuid, format!("NotFoundException: Key '{arn}' does not exist")),
        (&arn, format!("NotFoundException: Key '{arn}' does not exist")),
        (
            "alias/none",
            "NotFoundException: Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.".to_owned(),
        ),
        ("arn:aws:kms:eu-west-1:000000000000:alias/x", "NotFoundException: Invalid arn eu-west-1".to_owned()),
        ("arn:aws:s3:::bucket", "InvalidArnException: Invalid arn 'arn:aws:s3:::bucket'".to_owned()),
    ];
    for (name, expected) in cases {
        assert_eq!(host.error("DescribeKey", map([("KeyId", s(name))])), expected);
    }
    assert_eq!(
        host.error("DisableKey", map([("KeyId", s("alias/demo"))])),
        "NotFoundException: Invalid keyId 'alias/demo'"
    );
}

#[test]
fn the_plaintext_is_1_to_4096_bytes() {
    let mut host = Host::new();
    let (id, _) = host.create();
    for length in [1, 4096] {
        let blob = encrypt(&mut host, &id, &vec![7; length]);
        assert!(blob.len() <= 6144);
        assert_eq!(
            bytes(&host.ok("Decrypt", map([("CiphertextBlob", b(&blob))])), "Plaintext").len(),
            length
        );
    }
    for (length, constraint) in [(0, "greater than or equal to 1"), (4097, "less than or equal to 4096")] {
        assert_eq!(
            host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(&vec![7; length]))])),
            format!(
                "ValidationException: 1 validation error detected: Value at 'plaintext' failed to satisfy \
                 constraint: Member must have length {constraint}"
            )
        );
    }
}

#[test]
fn the_encryption_context_must_be_the_same_in_any_order() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let context = |pairs: &[(&str, &str)]| {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), s(value))).collect())
    };
    let pairs = [("tenant", "a"), ("purpose", "test")];
    let input = map([("KeyId", s(&id)), ("Plaintext", b(b"secret")), ("EncryptionContext", context(&pairs))]);
    let blob = bytes(&host.ok("Encrypt", input), "CiphertextBlob");
    let swapped = [pairs[1], pairs[0]];
    let input = map([("CiphertextBlob", b(&blob)), ("EncryptionContext", context(&swapped))]);
    assert_eq!(bytes(&host.ok("Decrypt", input), "Plaintext"), b"secret");
    for wrong in [&[][..], &pairs[..1], &[("tenant", "A"), ("purpose", "test")]] {
        let input = map([("CiphertextBlob", b(&blob)), ("EncryptionContext", context(wrong))]);
        assert_eq!(host.error("Decrypt", input), "InvalidCiphertextException");
    }
}

#[test]
fn no_broken_ciphertext_opens() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let blob = encrypt(&mut host, &id, b"secret");
    let unknown_key = KmsError::unknown_ciphertext_key().to_string();
    for bit in 0..blob.len() * 8 {
        let mut broken = blob.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        let names_other_material = (5..37).contains(&(bit / 8));
        let expected = if names_other_material { &unknown_key } else { "InvalidCiphertextException" };
        assert_eq!(host.error("Decrypt", map([("CiphertextBlob", b(&broken))])), expected, "bit {bit}");
    }
    for length in 1..=300 {
        let mut cut = blob.clone();
        cut.resize(length, 0);
        if length != blob.len() {
            let input = map([("CiphertextBlob", b(&cut))]);
            assert_eq!(host.error("Decrypt", input), "InvalidCiphertextException", "{length} bytes");
        }
    }
}

#[test]
fn a_ciphertext_of_another_key_is_told_apart_only_where_the_caller_named_a_key() {
    let mut host = Host::new();
    let ((one, _), (other, _)) = (host.create(), host.create());
    let blob = encrypt(&mut host, &one, b"secret");
    let incorrect = "IncorrectKeyException: The key ID in the request does not identify a CMK that can perform \
                     this operation.";
    assert_eq!(host.error("Decrypt", map([("CiphertextBlob", b(&blob)), ("KeyId", s(&other))])), incorrect);
    host.caller.region = "eu-west-1".parse().unwrap();
    let unknown = KmsError::unknown_ciphertext_key().to_string();
    assert_eq!(host.error("Decrypt", map([("CiphertextBlob", b(&blob))])), unknown);
    host.caller = Caller::root("111122223333".parse().unwrap(), Caller::default().region);
    assert_eq!(host.error("Decrypt", map([("CiphertextBlob", b(&blob))])), unknown);
    // Nor does it learn whether there is such a key.
    for id in [one.as_str(), "1234abcd-12ab-34cd-56ef-1234567890ab"] {
        let arn = format!("arn:aws:kms:us-east-1:000000000000:key/{id}");
        assert_eq!(
            host.error("DescribeKey", map([("KeyId", s(&arn))])),
            "AccessDeniedException: User: arn:aws:iam::111122223333:root is not authorized to perform: \
             kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based \
             policies allow access, or a resource-based policy explicitly denies access"
        );
    }
}

#[test]
fn re_encrypt_moves_a_ciphertext_to_another_key_and_context() {
    let mut host = Host::new();
    let ((one, one_arn), (other, other_arn)) = (host.create(), host.create());
    let blob = encrypt(&mut host, &one, b"secret");
    let context = map([("a", s("b"))]);
    let input = map([
        ("CiphertextBlob", b(&blob)),
        ("DestinationKeyId", s(&other)),
        ("DestinationEncryptionContext", context),
    ]);
    let answer = host.ok("ReEncrypt", input);
    assert_eq!((text(&answer, "SourceKeyId"), text(&answer, "KeyId")), (one_arn, other_arn.clone()));
    let again = bytes(&answer, "CiphertextBlob");
    let input = map([("CiphertextBlob", b(&again)), ("EncryptionContext", map([("a", s("b"))]))]);
    let opened = host.ok("Decrypt", input);
    assert_eq!((bytes(&opened, "Plaintext"), text(&opened, "KeyId")), (b"secret".to_vec(), other_arn));
}

#[test]
fn data_keys_come_in_both_forms_and_are_kept_nowhere() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let lengths = [
        ("KeySpec", s("AES_256"), 32),
        ("KeySpec", s("AES_128"), 16),
        ("NumberOfBytes", Value::Integer(64), 64),
    ];
    for (member, value, length) in lengths {
        let answer = host.ok("GenerateDataKey", map([("KeyId", s(&id)), (member, value)]));
        let (key, blob) = (bytes(&answer, "Plaintext"), bytes(&answer, "CiphertextBlob"));
        assert_eq!((key.len(), text(&answer, "KeyId")), (length, arn.clone()));
        assert_eq!(blob[..4], [1, 2, 3, 0]);
        assert_eq!(bytes(&host.ok("Decrypt", map([("CiphertextBlob", b(&blob))])), "Plaintext"), key);
    }
    let input = map([("KeyId", s(&id)), ("KeySpec", s("AES_256"))]);
    assert!(host.ok("GenerateDataKeyWithoutPlaintext", input).get("Plaintext").is_none());
    let either = "ValidationException: Please specify either number of bytes or key spec.";
    assert_eq!(host.error("GenerateDataKey", map([("KeyId", s(&id))])), either);
    let both = map([("KeyId", s(&id)), ("KeySpec", s("AES_256")), ("NumberOfBytes", Value::Integer(32))]);
    assert_eq!(host.error("GenerateDataKey", both), either);
}

#[test]
fn states_decide_what_a_key_will_do() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let blob = encrypt(&mut host, &id, b"secret");
    let uses = |host: &mut Host| {
        [
            host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x"))])),
            host.error("Decrypt", map([("CiphertextBlob", b(&blob))])),
            host.error("GenerateDataKey", map([("KeyId", s(&id)), ("KeySpec", s("AES_256"))])),
            host.error("RotateKeyOnDemand", map([("KeyId", s(&id))])),
        ]
    };
    host.ok("DisableKey", map([("KeyId", s(&id))]));
    assert_eq!(host.state_of(&id), "Disabled");
    assert!(uses(&mut host).iter().all(|e| *e == format!("DisabledException: {arn} is disabled.")));
    host.ok("EnableKey", map([("KeyId", s(&id))]));
    assert_eq!(bytes(&host.ok("Decrypt", map([("CiphertextBlob", b(&blob))])), "Plaintext"), b"secret");

    let answer =
        host.ok("ScheduleKeyDeletion", map([("KeyId", s(&id)), ("PendingWindowInDays", Value::Integer(7))]));
    assert_eq!(text(&answer, "KeyState"), "PendingDeletion");
    assert_eq!(
        answer.get("DeletionDate"),
        Some(&Value::Float((1_700_000_000_000i64 + 7 * DAY) as f64 / 1000.0))
    );
    let pending = format!("KMSInvalidStateException: {arn} is pending deletion.");
    assert!(uses(&mut host).iter().all(|e| *e == pending));
    for operation in ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "EnableKeyRotation"] {
        assert_eq!(host.error(operation, map([("KeyId", s(&id))])), pending, "{operation}");
    }
    host.ok("CancelKeyDeletion", map([("KeyId", s(&id))]));
    assert_eq!(host.state_of(&id), "Disabled");
    assert_eq!(
        host.error("CancelKeyDeletion", map([("KeyId", s(&id))])),
        format!("KMSInvalidStateException: {arn} is not pending deletion.")
    );
    for days in [6, 31] {
        let input = map([("KeyId", s(&id)), ("PendingWindowInDays", Value::Integer(days))]);
        assert!(host.error("ScheduleKeyDeletion", input).starts_with("ValidationException"), "{days}");
    }
}

#[test]
fn a_deleted_key_is_gone_with_its_aliases_and_its_ciphertexts() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    host.ok("CreateAlias", map([("AliasName", s("alias/demo")), ("TargetKeyId", s(&id))]));
    let blob = encrypt(&mut host, &id, b"secret");
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&id)), ("PendingWindowInDays", Value::Integer(7))]));
    assert_eq!(host.advance(6), []);
    let events: Vec<_> = host.advance(1).iter().map(|event| event.what.event()).collect();
    assert_eq!(events, ["DeleteKey"]);
    assert_eq!(
        host.error("Decrypt", map([("CiphertextBlob", b(&blob))])),
        KmsError::unknown_ciphertext_key().to_string()
    );
    assert_eq!(
        host.error("DescribeKey", map([("KeyId", s(&id))])),
        format!("NotFoundException: Key '{arn}' does not exist")
    );
    assert!(host.error("DescribeKey", map([("KeyId", s("alias/demo"))])).contains("is not found."));
    assert_eq!(host.ok("ListAliases", Value::Null).get("Aliases"), Some(&Value::List(vec![])));
    assert_eq!(host.kms.state().key_count(), 0);
}

#[test]
fn what_is_due_shows_in_a_call_before_any_sweep() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let blob = encrypt(&mut host, &id, b"secret");
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&id)), ("PendingWindowInDays", Value::Integer(7))]));
    let changes = host.kms.plan_clock(7 * DAY);
    host.commit(changes);
    assert_eq!(host.ok("ListKeys", Value::Null).get("Keys"), Some(&Value::List(vec![])));
    assert_eq!(
        host.error("Decrypt", map([("CiphertextBlob", b(&blob))])),
        KmsError::unknown_ciphertext_key().to_string()
    );
}

#[test]
fn rotation_adds_material_and_old_ciphertexts_open() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let old = encrypt(&mut host, &id, b"secret");
    host.ok("RotateKeyOnDemand", map([("KeyId", s(&id))]));
    let new = encrypt(&mut host, &id, b"secret");
    assert_ne!(old[5..37], new[5..37], "the material's id in the blob");
    let mut materials = Vec::new();
    for blob in [&old, &new] {
        let answer = host.ok("Decrypt", map([("CiphertextBlob", b(blob))]));
        assert_eq!(bytes(&answer, "Plaintext"), b"secret");
        materials.push(text(&answer, "KeyMaterialId"));
    }
    assert_eq!(materials, [hex::encode(&old[5..37]), hex::encode(&new[5..37])]);
    let input = map([("KeyId", s(&id)), ("IncludeKeyMaterial", s("ALL_KEY_MATERIAL"))]);
    let answer = host.ok("ListKeyRotations", input);
    let Some(Value::List(rotations)) = answer.get("Rotations") else { panic!("{answer:?}") };
    let listed: Vec<_> =
        rotations.iter().map(|r| (text(r, "KeyMaterialId"), text(r, "KeyMaterialState"))).collect();
    let expected =
        ["NON_CURRENT", "CURRENT"].iter().zip(materials).map(|(state, id)| (id, (*state).to_owned()));
    assert_eq!(listed, expected.collect::<Vec<_>>());
    for _ in 1..25 {
        host.ok("RotateKeyOnDemand", map([("KeyId", s(&id))]));
    }
    assert!(host.error("RotateKeyOnDemand", map([("KeyId", s(&id))])).starts_with("LimitExceededException"));
}

#[test]
fn automatic_rotation_happens_at_its_dates_in_order() {
    let mut host = Host::new();
    let ((one, _), (other, _)) = (host.create(), host.create());
    for (id, period) in [(&one, 90), (&other, 100)] {
        let input = map([("KeyId", s(id)), ("RotationPeriodInDays", Value::Integer(period))]);
        host.ok("EnableKeyRotation", input);
    }
    let happened = host.advance(300);
    let days: Vec<_> = happened.iter().map(|e| (e.at.0 - 1_700_000_000_000) / DAY).collect();
    assert_eq!(days, [90, 100, 180, 200, 270, 300]);
    assert_eq!(host.kms.state().due().count(), 2);
    let status = host.ok("GetKeyRotationStatus", map([("KeyId", s(&one))]));
    assert_eq!(status.get("KeyRotationEnabled"), Some(&Value::Boolean(true)));
    assert_eq!(
        status.get("NextRotationDate"),
        Some(&Value::Float((1_700_000_000_000i64 + 360 * DAY) as f64 / 1000.0))
    );
    // Disabled: nothing rotates; enabled again, an overdue rotation happens at once, and once.
    host.ok("DisableKey", map([("KeyId", s(&one))]));
    assert!(host.advance(1000).iter().all(|e| e.key.id.to_string() == other));
    host.ok("EnableKey", map([("KeyId", s(&one))]));
    let rotations = host.ok("ListKeyRotations", map([("KeyId", s(&one))]));
    assert!(matches!(rotations.get("Rotations"), Some(Value::List(list)) if list.len() == 4));
    host.ok("DisableKeyRotation", map([("KeyId", s(&other))]));
    let status = host.ok("GetKeyRotationStatus", map([("KeyId", s(&other))]));
    assert_eq!(status.get("KeyRotationEnabled"), Some(&Value::Boolean(false)));
}

#[test]
fn aliases_obey_their_rules() {
    let mut host = Host::new();
    let ((one, _), (other, other_arn)) = (host.create(), host.create());
    let alias = |name: &str, key: &str| map([("AliasName", s(name)), ("TargetKeyId", s(key))]);
    host.ok("CreateAlias", alias("alias/demo", &one));
    assert_eq!(
        host.error("CreateAlias", alias("alias/demo", &other)),
        "AlreadyExistsException: An alias with the name arn:aws:kms:us-east-1:000000000000:alias/demo already exists"
    );
    host.ok("UpdateAlias", alias("alias/demo", &other));
    let answer = host.ok("DescribeKey", map([("KeyId", s("alias/demo"))]));
    assert_eq!(text(answer.get("KeyMetadata").unwrap(), "Arn"), other_arn);
    assert!(
        host.error("CreateAlias", alias("demo", &one)).starts_with("ValidationException: Invalid identifier")
    );
    assert!(host.error("CreateAlias", alias("alias/aws/x", &one)).starts_with("InvalidAliasNameException"));
    assert!(host.error("CreateAlias", alias("alias/a b", &one)).starts_with("ValidationException"));
    assert!(host.error("UpdateAlias", alias("alias/none", &one)).starts_with("NotFoundException"));
    for i in 0..50 {
        host.ok("CreateAlias", alias(&format!("alias/n{i}"), &one));
    }
    assert!(host.error("CreateAlias", alias("alias/n50", &one)).starts_with("LimitExceededException"));
    host.ok("DeleteAlias", map([("AliasName", s("alias/n0"))]));
    host.ok("CreateAlias", alias("alias/n50", &one));
}

#[test]
fn lists_page_by_markers_that_survive_insertions() {
    let mut host = Host::new();
    let mut ids: Vec<String> = (0..5).map(|_| host.create().0).collect();
    let mut listed = Vec::new();
    let mut marker = None;
    loop {
        let mut members = vec![("Limit".to_owned(), Value::Integer(2))];
        members.extend(marker.take().map(|marker| ("Marker".to_owned(), s(marker))));
        let answer = host.ok("ListKeys", Value::Map(members));
        let Some(Value::List(page)) = answer.get("Keys") else { panic!("{answer:?}") };
        listed.extend(page.iter().map(|key| text(key, "KeyId")));
        if answer.get("Truncated") == Some(&Value::Boolean(false)) {
            break;
        }
        marker = Some(text(&answer, "NextMarker").leak() as &str);
    }
    ids.sort();
    assert_eq!(listed, ids);
    assert!(host.error("ListKeys", map([("Marker", s("x"))])).starts_with("InvalidMarkerException"));
    assert!(
        host.error("ListAliases", map([("Limit", Value::Integer(101))])).starts_with("ValidationException")
    );
}

#[test]
fn an_aws_managed_key_is_made_on_first_use_and_serves_its_service_only() {
    let mut host = Host::new();
    let input = || map([("KeyId", s("alias/aws/s3")), ("KeySpec", s("AES_256"))]);
    assert!(host.error("GenerateDataKey", input()).contains("alias/aws/s3 is not found."));
    host.caller.via_service = Some("s3".to_owned());
    let arn = text(&host.ok("GenerateDataKey", input()), "KeyId");
    assert_eq!(text(&host.ok("GenerateDataKey", input()), "KeyId"), arn, "made once");
    host.caller.via_service = None;
    let refused = |action: &str| {
        format!(
            "AccessDeniedException: User: arn:aws:iam::000000000000:root is not authorized to perform: kms:{action} \
             on resource: {arn} because no resource-based policy allows the kms:{action} action"
        )
    };
    assert_eq!(host.error("GenerateDataKey", input()), refused("GenerateDataKey"));
    for action in ["DisableKey", "ScheduleKeyDeletion", "RotateKeyOnDemand", "DisableKeyRotation"] {
        assert_eq!(host.error(action, map([("KeyId", s(&arn))])), refused(action));
    }
    let metadata = host.ok("DescribeKey", map([("KeyId", s("alias/aws/s3"))]));
    assert_eq!(text(metadata.get("KeyMetadata").unwrap(), "KeyManager"), "AWS");
    let policy = text(&host.ok("GetKeyPolicy", map([("KeyId", s(&arn))])), "Policy");
    assert!(Policy::parse(&policy, policy::Kind::Key).is_ok(), "{policy}");
    let status = host.ok("GetKeyRotationStatus", map([("KeyId", s(&arn))]));
    assert_eq!(status.get("RotationPeriodInDays"), Some(&Value::Integer(365)));
}

#[test]
fn a_dry_run_does_nothing_and_says_so() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let input = map([("KeyId", s(&id)), ("Plaintext", b(b"x")), ("DryRun", Value::Boolean(true))]);
    let expected =
        "DryRunOperationException: The request would have succeeded, but the DryRun option is set.";
    assert_eq!(host.error("Encrypt", input), expected);
}

#[test]
fn what_create_key_cannot_do_is_refused_not_ignored() {
    let mut host = Host::new();
    let error = host.error("CreateKey", map([("KeySpec", s("SM2")), ("KeyUsage", s("SIGN_VERIFY"))]));
    assert_eq!(error, "UnsupportedOperationException: tabkms does not implement KeySpec SM2 yet");
    let error = host.error(
        "CreateKey",
        map([
            ("KeySpec", s("ML_KEM_512")),
            ("KeyUsage", s("ENCAPSULATE_DECAPSULATE")),
            ("Origin", s("EXTERNAL")),
        ]),
    );
    assert!(error.starts_with("UnsupportedOperationException: "), "{error}");
    let error = host.error("CreateKey", map([("Policy", s("{}"))]));
    assert_eq!(error, "MalformedPolicyDocumentException: The policy has no Statement at line 1, column 1.");
}

#[test]
fn stored_rows_make_the_same_state_and_cannot_be_altered_or_swapped() {
    let mut host = Host::new();
    let (id, _) = host.create();
    host.ok("CreateAlias", map([("AliasName", s("alias/demo")), ("TargetKeyId", s(&id))]));
    let blob = encrypt(&mut host, &id, b"secret");
    let reopened = || Kms::new(StoreKey::copy_from(host.kms.store_key().expose()).unwrap());
    let mut again = reopened();
    assert!(again.load(&host.rows).unwrap().is_empty());
    assert_eq!(again.generation(), host.kms.generation());
    let mut call = Call::new("Decrypt", map([("CiphertextBlob", b(&blob))]), Caller::default());
    let mut random = Counting::default();
    let done = again.plan(&mut call, &mut Env { host_now: Timestamp(0), random: &mut random });
    assert_eq!(bytes(&done.answer.unwrap(), "Plaintext"), b"secret");

    let key = host.rows.iter().position(|row| row.kind == Kind::Key as u8).unwrap();
    let alter = |change: fn(&mut Row)| {
        let mut rows = host.rows.clone();
        change(&mut rows[key]);
        reopened().load(&rows)
    };
    let changes: [fn(&mut Row); 4] = [
        |row| row.sealed.as_mut().unwrap()[20] ^= 1,
        |row| row.generation = row.generation.next(),
        |row| row.id = row.id.replace("us-east-1", "us-east-2"),
        |row| row.sealed.as_mut().unwrap().truncate(3),
    ];
    for change in changes {
        assert!(matches!(alter(change), Err(StoreError::Forged(_))));
    }
    assert_eq!(alter(|row| row.kind = 200), Err(StoreError::UnknownKind(200)));
    let mut other = Kms::new(StoreKey::copy_from(&[9; 32]).unwrap());
    assert!(matches!(other.load(&host.rows), Err(StoreError::Forged(_))), "another store key");
}

#[test]
fn a_plan_touches_nothing_and_a_fork_stays_apart() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let mut fork = host.kms.fork().unwrap();
    let mut random = Counting::default();
    let mut call = Call::new("DisableKey", map([("KeyId", s(&id))]), Caller::default());
    let done = fork.plan(&mut call, &mut Env { host_now: Timestamp(0), random: &mut random });
    assert!(done.answer.is_ok());
    let caller = Caller::default();
    let enabled = |kms: &Kms| {
        let key = kms.state().keys_after(caller.account, &caller.region, None).next().unwrap();
        key.status == crate::keys::Status::Enabled
    };
    assert!(enabled(&fork), "planned, not applied");
    let _ = fork.apply(done.changes, None).unwrap();
    assert!(!enabled(&fork) && enabled(&host.kms));
}

#[test]
fn a_trace_shows_data_keys_and_never_key_material() {
    let mut host = Host::new();
    let (id, _) = host.create();
    let input = map([("KeyId", s(&id)), ("KeySpec", s("AES_256"))]);
    let (answer, steps) = host.traced("GenerateDataKey", input);
    let plaintext = bytes(&answer.unwrap(), "Plaintext");
    let caller = Caller::default();
    let key = host.kms.state().keys_after(caller.account, &caller.region, None).next().unwrap();
    let material = key.current().unwrap().sealed.as_ref().unwrap().open(host.kms.store_key(), &id).unwrap();
    let mut shown_data_key = false;
    for artefact in steps.iter().flat_map(|step| step.uses.iter().chain(&step.makes)) {
        if let Bytes::Shown { bytes, .. } = &artefact.bytes {
            shown_data_key |= bytes[..] == plaintext[..];
            for secret in [material.expose(), host.kms.store_key().expose()] {
                assert!(!bytes.windows(16).any(|window| window == &secret[..16] || window == &secret[16..]));
            }
        }
    }
    assert!(shown_data_key);
    let told: Vec<_> = steps.iter().map(|step| (step.actor.name(), step.action.name())).collect();
    let expected = [
        ("kms", "check"),
        ("hsm", "generate"),
        ("hsm", "unseal"),
        ("hsm", "derive"),
        ("hsm", "encrypt"),
        ("hsm", "discard"),
        ("kms", "send"),
    ];
    assert_eq!(told, expected);
    let refused = host.traced("Encrypt", map([("KeyId", s("x")), ("Plaintext", b(b"x"))])).1;
    assert_eq!(refused.last().map(|step| step.action), Some(Action::Refuse));
}

fn create_with(host: &mut Host, spec: &str, usage: &str) -> (String, String) {
    let answer = host.ok("CreateKey", map([("KeySpec", s(spec)), ("KeyUsage", s(usage))]));
    let metadata = answer.get("KeyMetadata").unwrap();
    assert_eq!((text(metadata, "KeySpec"), text(metadata, "KeyUsage")), (spec.to_owned(), usage.to_owned()));
    assert_eq!(metadata.get("CurrentKeyMaterialId"), None);
    (text(metadata, "KeyId"), text(metadata, "Arn"))
}

#[test]
fn key_spec_and_usage_must_fit() {
    let mut host = Host::new();
    assert_eq!(
        host.error("CreateKey", map([("KeySpec", s("HMAC_256"))])),
        "ValidationException: You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    );
    for (spec, usage) in [
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
        ("HMAC_256", "SIGN_VERIFY"),
        ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ("ML_KEM_512", "ENCRYPT_DECRYPT"),
    ] {
        assert_eq!(
            host.error("CreateKey", map([("KeySpec", s(spec)), ("KeyUsage", s(usage))])),
            format!("ValidationException: KeyUsage {usage} is not compatible with KeySpec {spec}")
        );
    }
}

#[test]
fn macs_are_made_and_verified() {
    let mut host = Host::new();
    for (spec, algorithm, length) in [
        ("HMAC_224", "HMAC_SHA_224", 28),
        ("HMAC_256", "HMAC_SHA_256", 32),
        ("HMAC_384", "HMAC_SHA_384", 48),
        ("HMAC_512", "HMAC_SHA_512", 64),
    ] {
        let (id, arn) = create_with(&mut host, spec, "GENERATE_VERIFY_MAC");
        let input = || map([("KeyId", s(&id)), ("Message", b(b"message")), ("MacAlgorithm", s(algorithm))]);
        let mac = bytes(&host.ok("GenerateMac", input()), "Mac");
        assert_eq!(mac.len(), length);
        let verify = |mac: &[u8]| {
            map([
                ("KeyId", s(&id)),
                ("Message", b(b"message")),
                ("MacAlgorithm", s(algorithm)),
                ("Mac", b(mac)),
            ])
        };
        assert_eq!(host.ok("VerifyMac", verify(&mac)).get("MacValid"), Some(&Value::Boolean(true)));
        let mut wrong = mac.clone();
        wrong[0] ^= 1;
        assert_eq!(host.error("VerifyMac", verify(&wrong)), "KMSInvalidMacException");
        assert_eq!(
            host.error("Encrypt", map([("KeyId", s(&id)), ("Plaintext", b(b"x"))])),
            format!(
                "InvalidKeyUsageException: {arn} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."
            )
        );
    }
    let (id, _) = create_with(&mut host, "HMAC_224", "GENERATE_VERIFY_MAC");
    assert_eq!(
        host.error(
            "GenerateMac",
            map([("KeyId", s(&id)), ("Message", b(b"m")), ("MacAlgorithm", s("HMAC_SHA_256"))])
        ),
        "InvalidKeyUsageException: Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."
    );
    assert_eq!(host.error("EnableKeyRotation", map([("KeyId", s(&id))])), "UnsupportedOperationException");
}

#[test]
fn signatures_are_made_and_verified() {
    let mut host = Host::new();
    for (spec, algorithm, digest) in [
        ("ECC_NIST_P256", "ECDSA_SHA_256", Some(("DIGEST", 32))),
        ("ECC_NIST_P384", "ECDSA_SHA_384", Some(("DIGEST", 48))),
        ("ECC_NIST_P521", "ECDSA_SHA_512", Some(("DIGEST", 64))),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256", Some(("DIGEST", 32))),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", None),
        ("ML_DSA_44", "ML_DSA_SHAKE_256", Some(("EXTERNAL_MU", 64))),
        ("ML_DSA_65", "ML_DSA_SHAKE_256", Some(("EXTERNAL_MU", 64))),
        ("ML_DSA_87", "ML_DSA_SHAKE_256", Some(("EXTERNAL_MU", 64))),
    ] {
        let (id, _) = create_with(&mut host, spec, "SIGN_VERIFY");
        let public = host.ok("GetPublicKey", map([("KeyId", s(&id))]));
        assert_eq!(text(&public, "KeySpec"), spec);
        let cases = [Some(("RAW", 100)), digest];
        for (message_type, length) in cases.into_iter().flatten() {
            let input = |extra: Option<&[u8]>, first: u8| {
                let mut message = vec![7; length];
                message[0] = first;
                let mut members = vec![
                    ("KeyId".to_owned(), s(&id)),
                    ("Message".to_owned(), b(&message)),
                    ("MessageType".to_owned(), s(message_type)),
                    ("SigningAlgorithm".to_owned(), s(algorithm)),
                ];
                members.extend(extra.map(|signature| ("Signature".to_owned(), b(signature))));
                Value::Map(members)
            };
            let signature = bytes(&host.ok("Sign", input(None, 1)), "Signature");
            let valid = host.ok("Verify", input(Some(&signature), 1));
            assert_eq!(valid.get("SignatureValid"), Some(&Value::Boolean(true)), "{spec} {message_type}");
            assert_eq!(host.error("Verify", input(Some(&signature), 2)), "KMSInvalidSignatureException");
        }
    }
    let (id, _) = create_with(&mut host, "ECC_NIST_P256", "SIGN_VERIFY");
    let sign = |message_type: &str, length: usize| {
        map([
            ("KeyId", s(&id)),
            ("Message", b(&vec![7; length])),
            ("MessageType", s(message_type)),
            ("SigningAlgorithm", s("ECDSA_SHA_256")),
        ])
    };
    assert_eq!(
        host.error("Sign", sign("DIGEST", 31)),
        "ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256."
    );
    assert!(
        host.error("Sign", sign("EXTERNAL_MU", 64))
            .starts_with("ValidationException: MessageType EXTERNAL_MU")
    );
    let (symmetric, arn) = host.create();
    assert_eq!(
        host.error("GetPublicKey", map([("KeyId", s(&symmetric))])),
        format!("UnsupportedOperationException: {arn} is not an asymmetric KMS key.")
    );
}

#[test]
fn two_keys_agree_and_an_encapsulated_secret_comes_out() {
    let mut host = Host::new();
    for spec in ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"] {
        let (one, _) = create_with(&mut host, spec, "KEY_AGREEMENT");
        let (other, _) = create_with(&mut host, spec, "KEY_AGREEMENT");
        let mut secret_of = |mine: &str, theirs: &str| {
            let public = bytes(&host.ok("GetPublicKey", map([("KeyId", s(theirs))])), "PublicKey");
            let input =
                map([("KeyId", s(mine)), ("KeyAgreementAlgorithm", s("ECDH")), ("PublicKey", b(&public))]);
            bytes(&host.ok("DeriveSharedSecret", input), "SharedSecret")
        };
        assert_eq!(secret_of(&one, &other), secret_of(&other, &one));
    }
    for spec in ["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"] {
        let (id, _) = create_with(&mut host, spec, "ENCAPSULATE_DECAPSULATE");
        let made = host.ok("Encapsulate", map([("KeyId", s(&id)), ("EncapsulationAlgorithm", s("ML_KEM"))]));
        let open = |ciphertext: &[u8]| {
            map([
                ("KeyId", s(&id)),
                ("EncapsulationAlgorithm", s("ML_KEM")),
                ("SharedSecretCiphertextBlob", b(ciphertext)),
            ])
        };
        let ciphertext = bytes(&made, "SharedSecretCiphertextBlob");
        let secret = bytes(&made, "SharedSecret");
        assert_eq!(bytes(&host.ok("Decapsulate", open(&ciphertext)), "SharedSecret"), secret);
        let mut wrong = ciphertext.clone();
        wrong[0] ^= 1;
        assert_ne!(
            bytes(&host.ok("Decapsulate", open(&wrong)), "SharedSecret"),
            secret,
            "implicit rejection"
        );
        assert_eq!(host.error("Decapsulate", open(&ciphertext[1..])), "InvalidCiphertextException");
    }
}

#[test]
fn a_description_is_changed() {
    let mut host = Host::new();
    let (id, _) = host.create();
    host.ok("UpdateKeyDescription", map([("KeyId", s(&id)), ("Description", s("new"))]));
    let answer = host.ok("DescribeKey", map([("KeyId", s(&id))]));
    assert_eq!(text(answer.get("KeyMetadata").unwrap(), "Description"), "new");
}
