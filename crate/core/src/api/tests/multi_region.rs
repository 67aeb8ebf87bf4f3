//! Multi-Region keys: what related keys share, and what each has for itself.

use super::*;

fn go(host: &mut Host, region: &str) {
    host.caller.region = region.parse().unwrap();
}

fn primary(host: &mut Host) -> String {
    let answer = host.ok("CreateKey", map([("MultiRegion", Value::Boolean(true))]));
    let id = text(answer.get("KeyMetadata").unwrap(), "KeyId");
    assert!(id.starts_with("mrk-"));
    id
}

fn replicate(host: &mut Host, key: &str, region: &str) {
    host.ok("ReplicateKey", map([("KeyId", s(key)), ("ReplicaRegion", s(region))]));
    host.wait();
}

fn related(host: &mut Host, key: &str) -> (String, String, Vec<String>) {
    let answer = host.ok("DescribeKey", map([("KeyId", s(key))]));
    let configuration = answer.get("KeyMetadata").unwrap().get("MultiRegionConfiguration").unwrap();
    let Some(Value::List(replicas)) = configuration.get("ReplicaKeys") else { panic!("{configuration:?}") };
    (
        text(configuration, "MultiRegionKeyType"),
        text(configuration.get("PrimaryKey").unwrap(), "Region"),
        replicas.iter().map(|replica| text(replica, "Region")).collect(),
    )
}

#[test]
fn what_one_region_encrypts_another_opens() {
    let mut host = Host::new();
    let key = primary(&mut host);
    let ciphertext = encrypt(&mut host, &key, b"everywhere");
    go(&mut host, "eu-west-1");
    let opening = || map([("CiphertextBlob", b(&ciphertext))]);
    assert!(host.error("Decrypt", opening()).contains("does not exist in this region"));
    go(&mut host, "us-east-1");
    let answer = host.ok("ReplicateKey", map([("KeyId", s(&key)), ("ReplicaRegion", s("eu-west-1"))]));
    assert_eq!(text(answer.get("ReplicaKeyMetadata").unwrap(), "KeyState"), "Creating");
    go(&mut host, "eu-west-1");
    assert!(host.error("Decrypt", opening()).contains("is creating."));
    host.wait();
    assert_eq!(bytes(&host.ok("Decrypt", opening()), "Plaintext"), b"everywhere");
    let back = encrypt(&mut host, &key, b"and back");
    go(&mut host, "us-east-1");
    assert_eq!(bytes(&host.ok("Decrypt", map([("CiphertextBlob", b(&back))])), "Plaintext"), b"and back");
    let again = map([("KeyId", s(&key)), ("ReplicaRegion", s("eu-west-1"))]);
    assert!(host.error("ReplicateKey", again).starts_with("AlreadyExistsException"));
    let single = host.create().0;
    let error = host.error("ReplicateKey", map([("KeyId", s(&single)), ("ReplicaRegion", s("eu-west-1"))]));
    assert!(error.starts_with("UnsupportedOperationException"), "{error}");
}

#[test]
fn replicas_rotate_with_their_primary_and_not_by_themselves() {
    let mut host = Host::new();
    let key = primary(&mut host);
    replicate(&mut host, &key, "eu-west-1");
    host.ok("EnableKeyRotation", map([("KeyId", s(&key)), ("RotationPeriodInDays", Value::Integer(90))]));
    go(&mut host, "eu-west-1");
    let status = host.ok("GetKeyRotationStatus", map([("KeyId", s(&key))]));
    assert_eq!(status.get("KeyRotationEnabled"), Some(&Value::Boolean(true)));
    for operation in ["EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"] {
        let error = host.error(operation, map([("KeyId", s(&key))]));
        assert!(error.starts_with("UnsupportedOperationException"), "{error}");
    }
    let old = encrypt(&mut host, &key, b"old");
    // Only the replica is touched, and it follows what fell due on its primary.
    let changes = host.kms.plan_clock(91 * DAY);
    host.commit(changes);
    let new = encrypt(&mut host, &key, b"new");
    assert_ne!(old[5..37], new[5..37], "another key material");
    go(&mut host, "us-east-1");
    for ciphertext in [&old, &new] {
        host.ok("Decrypt", map([("CiphertextBlob", b(ciphertext))]));
    }
    let rotations = host.ok("ListKeyRotations", map([("KeyId", s(&key))]));
    assert_eq!(rotations.get("Rotations"), Some(&Value::List(vec![rotation_of(&rotations)])));
}

fn rotation_of(rotations: &Value) -> Value {
    let Some(Value::List(entries)) = rotations.get("Rotations") else { panic!("{rotations:?}") };
    assert_eq!(entries.len(), 1);
    let members = ["KeyId", "KeyMaterialId", "KeyMaterialState", "RotationDate", "RotationType"];
    Value::Map(
        members
            .iter()
            .map(|name| match entries[0].get(name) {
                Some(Value::String(text)) => ((*name).to_owned(), s(text)),
                Some(Value::Float(at)) => ((*name).to_owned(), Value::Float(*at)),
                other => panic!("{name}: {other:?}"),
            })
            .collect(),
    )
}

#[test]
fn the_primary_region_changes_and_both_are_updating_for_a_while() {
    let mut host = Host::new();
    let key = primary(&mut host);
    replicate(&mut host, &key, "eu-west-1");
    replicate(&mut host, &key, "ap-south-1");
    assert_eq!(
        related(&mut host, &key),
        ("PRIMARY".into(), "us-east-1".into(), vec!["ap-south-1".into(), "eu-west-1".into()])
    );
    let update = |region: &str| map([("KeyId", s(&key)), ("PrimaryRegion", s(region))]);
    assert!(host.error("UpdatePrimaryRegion", update("us-west-2")).starts_with("NotFoundException"));
    host.ok("UpdatePrimaryRegion", update("eu-west-1"));
    assert_eq!(host.state_of(&key), "Updating");
    encrypt(&mut host, &key, b"meanwhile");
    assert!(host.error("DisableKey", map([("KeyId", s(&key))])).contains("is updating."));
    go(&mut host, "eu-west-1");
    assert_eq!(host.state_of(&key), "Updating");
    let replicating = map([("KeyId", s(&key)), ("ReplicaRegion", s("us-west-2"))]);
    assert!(host.error("ReplicateKey", replicating).contains("is updating."));
    host.wait();
    assert_eq!(host.state_of(&key), "Enabled");
    assert_eq!(
        related(&mut host, &key),
        ("PRIMARY".into(), "eu-west-1".into(), vec!["ap-south-1".into(), "us-east-1".into()])
    );
    go(&mut host, "ap-south-1");
    assert_eq!(related(&mut host, &key).0, "REPLICA");
    replicate_refused(&mut host, &key);
}

fn replicate_refused(host: &mut Host, key: &str) {
    let error = host.error("ReplicateKey", map([("KeyId", s(key)), ("ReplicaRegion", s("us-west-2"))]));
    assert!(error.starts_with("UnsupportedOperationException"), "{error}");
}

#[test]
fn a_primary_waits_for_its_replicas_before_its_own_window_begins() {
    let mut host = Host::new();
    let key = primary(&mut host);
    replicate(&mut host, &key, "eu-west-1");
    let schedule = || map([("KeyId", s(&key)), ("PendingWindowInDays", Value::Integer(7))]);
    let answer = host.ok("ScheduleKeyDeletion", schedule());
    assert_eq!(text(&answer, "KeyState"), "PendingReplicaDeletion");
    assert_eq!(answer.get("DeletionDate"), None);
    let described = host.ok("DescribeKey", map([("KeyId", s(&key))]));
    let metadata = described.get("KeyMetadata").unwrap();
    assert_eq!(metadata.get("PendingDeletionWindowInDays"), Some(&Value::Integer(7)));
    assert!(host.advance(100).is_empty(), "nothing is due while the replica stands");
    go(&mut host, "eu-west-1");
    host.ok("ScheduleKeyDeletion", schedule());
    // Replica after 7 days, primary 7 days after that: in one move of the clock, in order.
    let happened = host.advance(15);
    let told: Vec<_> =
        happened.iter().map(|event| (event.what.event(), event.key.region.to_string())).collect();
    assert_eq!(told, [("DeleteKey", "eu-west-1".to_owned()), ("DeleteKey", "us-east-1".to_owned())]);
    assert_eq!(happened[1].at.0 - happened[0].at.0, 7 * DAY);
    assert_eq!(host.kms.state().key_count(), 0);
}

#[test]
fn a_cancelled_primary_comes_back_disabled() {
    let mut host = Host::new();
    let key = primary(&mut host);
    replicate(&mut host, &key, "eu-west-1");
    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&key))]));
    host.ok("CancelKeyDeletion", map([("KeyId", s(&key))]));
    assert_eq!(host.state_of(&key), "Disabled");
    go(&mut host, "eu-west-1");
    assert_eq!(host.state_of(&key), "Enabled", "the state is each key's own");
}
