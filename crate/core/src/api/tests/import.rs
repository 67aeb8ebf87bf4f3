//! Key material that comes from elsewhere: first, again, next, expired, deleted.

use super::*;
use crate::crypto::pair::{PairKind, rsa};

fn external(host: &mut Host, spec: &str, usage: &str, multi_region: bool) -> String {
    let input = map([
        ("Origin", s("EXTERNAL")),
        ("KeySpec", s(spec)),
        ("KeyUsage", s(usage)),
        ("MultiRegion", Value::Boolean(multi_region)),
    ]);
    text(host.ok("CreateKey", input).get("KeyMetadata").unwrap(), "KeyId")
}

/// Wraps `material` for `key` with OAEP, and gives the members of the import that say so.
fn wrapped(host: &mut Host, key: &str, material: &[u8]) -> [(&'static str, Value); 3] {
    let parameters = host.ok(
        "GetParametersForImport",
        map([
            ("KeyId", s(key)),
            ("WrappingAlgorithm", s("RSAES_OAEP_SHA_256")),
            ("WrappingKeySpec", s("RSA_2048")),
        ]),
    );
    let public = bytes(&parameters, "PublicKey");
    let wrapped = rsa::encrypt(&public, rsa::Oaep::Sha256, material, &mut host.random).unwrap();
    [
        ("KeyId", s(key)),
        ("ImportToken", b(&bytes(&parameters, "ImportToken"))),
        ("EncryptedKeyMaterial", b(&wrapped)),
    ]
}

fn with(members: [(&'static str, Value); 3], more: &[(&'static str, Value)]) -> Value {
    let more = more.iter().map(|(name, value)| (*name, copy(value)));
    Value::Map(members.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect())
}

fn copy(value: &Value) -> Value {
    match value {
        Value::String(text) => s(text),
        Value::Integer(number) => Value::Integer(*number),
        other => panic!("{other:?} is not copied here"),
    }
}

fn import(
    host: &mut Host,
    key: &str,
    material: &[u8],
    more: &[(&'static str, Value)],
) -> Result<Value, KmsError> {
    let members = wrapped(host, key, material);
    host.send("ImportKeyMaterial", with(members, more))
}

fn for_ever() -> (&'static str, Value) {
    ("ExpirationModel", s("KEY_MATERIAL_DOES_NOT_EXPIRE"))
}

fn new_material() -> (&'static str, Value) {
    ("ImportType", s("NEW_KEY_MATERIAL"))
}

#[test]
fn imported_material_encrypts_as_the_same_material_imported_again_does() {
    let mut host = Host::new();
    let key = external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false);
    assert_eq!(host.state_of(&key), "PendingImport");
    let encrypting = map([("KeyId", s(&key)), ("Plaintext", b(b"x"))]);
    assert!(host.error("Encrypt", encrypting).contains("is pending import."));
    let first = import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    assert_eq!(host.state_of(&key), "Enabled");
    let ciphertext = encrypt(&mut host, &key, b"kept");
    let id = text(&first, "KeyMaterialId");

    let deleted = host.ok("DeleteImportedKeyMaterial", map([("KeyId", s(&key))]));
    assert_eq!(text(&deleted, "KeyMaterialId"), id);
    assert_eq!(host.state_of(&key), "PendingImport");
    host.ok("DeleteImportedKeyMaterial", map([("KeyId", s(&key))]));
    let error = import(&mut host, &key, &[2; 32], &[for_ever()]).unwrap_err();
    assert_eq!(error.code(), "IncorrectKeyMaterialException");
    let again = import(&mut host, &key, &[1; 32], &[for_ever(), ("KeyMaterialId", s(&id))]).unwrap();
    assert_eq!(text(&again, "KeyMaterialId"), id);
    let opened = host.ok("Decrypt", map([("CiphertextBlob", b(&ciphertext))]));
    assert_eq!(bytes(&opened, "Plaintext"), b"kept");
}

#[test]
fn material_expires_on_its_date_and_comes_back_by_importing_it_again() {
    let mut host = Host::new();
    let key = external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false);
    let in_days = |days: i64| ("ValidTo", Value::Integer((1_700_000_000_000 + days * DAY) / 1000));
    for refused in [vec![], vec![in_days(0)], vec![in_days(366)], vec![in_days(9), for_ever()]] {
        let error = import(&mut host, &key, &[1; 32], &refused).unwrap_err();
        assert_eq!(error.code(), "ValidationException");
    }
    import(&mut host, &key, &[1; 32], &[in_days(10)]).unwrap();
    let described = host.ok("DescribeKey", map([("KeyId", s(&key))]));
    let metadata = described.get("KeyMetadata").unwrap();
    assert_eq!(text(metadata, "ExpirationModel"), "KEY_MATERIAL_EXPIRES");
    assert_eq!(metadata.get("ValidTo"), Some(&Value::Float(1_700_000_000.0 + 864_000.0)));
    let happened = host.advance(11);
    assert_eq!(
        happened.iter().map(|event| event.what.event()).collect::<Vec<_>>(),
        ["DeleteExpiredKeyMaterial"]
    );
    assert_eq!(host.state_of(&key), "PendingImport");
    let error = import(&mut host, &key, &[3; 32], &[for_ever()]).unwrap_err();
    assert_eq!(error.code(), "IncorrectKeyMaterialException");
    import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    assert_eq!(host.state_of(&key), "Enabled");
}

#[test]
fn a_token_is_for_one_key_and_for_a_day() {
    let mut host = Host::new();
    let (one, other) = (
        external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false),
        external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false),
    );
    let [_, token, wrapped_material] = wrapped(&mut host, &one, &[1; 32]);
    let foreign = with([("KeyId", s(&other)), token, wrapped_material], &[for_ever()]);
    assert_eq!(host.error("ImportKeyMaterial", foreign), "InvalidImportTokenException");
    let [key, _, material] = wrapped(&mut host, &one, &[1; 32]);
    let forged = with([key, ("ImportToken", b(&[7; 600])), material], &[for_ever()]);
    assert_eq!(host.error("ImportKeyMaterial", forged), "InvalidImportTokenException");
    let [key, token, _] = wrapped(&mut host, &one, &[1; 32]);
    let unreadable = with([key, token, ("EncryptedKeyMaterial", b(&[7; 256]))], &[for_ever()]);
    assert_eq!(host.error("ImportKeyMaterial", unreadable), "InvalidCiphertextException");
    let late = with(wrapped(&mut host, &one, &[1; 32]), &[for_ever()]);
    host.advance(1);
    assert_eq!(host.error("ImportKeyMaterial", late), "ExpiredImportTokenException");
}

#[test]
fn the_next_material_waits_for_its_rotation() {
    let mut host = Host::new();
    let key = external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false);
    import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    let old = encrypt(&mut host, &key, b"old");
    let error = host.error("RotateKeyOnDemand", map([("KeyId", s(&key))]));
    assert!(
        error.starts_with("KMSInvalidStateException: No available key material pending rotation"),
        "{error}"
    );
    let error = import(&mut host, &key, &[1; 32], &[for_ever(), new_material()]).unwrap_err();
    assert_eq!(error.code(), "IncorrectKeyMaterialException");
    let description = ("KeyMaterialDescription", s("the second"));
    import(&mut host, &key, &[2; 32], &[for_ever(), new_material(), description]).unwrap();
    let listed = |host: &mut Host| {
        let include = ("IncludeKeyMaterial", s("ALL_KEY_MATERIAL"));
        let answer = host.ok("ListKeyRotations", map([("KeyId", s(&key)), include]));
        let Some(Value::List(entries)) = answer.get("Rotations") else { panic!("{answer:?}") };
        entries.iter().map(|entry| text(entry, "KeyMaterialState")).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut host), ["CURRENT", "PENDING_ROTATION"]);
    host.ok("RotateKeyOnDemand", map([("KeyId", s(&key))]));
    assert_eq!(listed(&mut host), ["NON_CURRENT", "CURRENT"]);
    let opened = host.ok("Decrypt", map([("CiphertextBlob", b(&old))]));
    assert_eq!(bytes(&opened, "Plaintext"), b"old");
    // Any of the materials missing makes the whole key wait.
    let first = text(&opened, "KeyMaterialId");
    host.ok("DeleteImportedKeyMaterial", map([("KeyId", s(&key)), ("KeyMaterialId", s(&first))]));
    assert_eq!(host.state_of(&key), "PendingImport");
    import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    assert_eq!(host.state_of(&key), "Enabled");
}

#[test]
fn the_next_material_of_a_multi_region_key_waits_until_every_replica_has_it() {
    let mut host = Host::new();
    let key = external(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", true);
    import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    let old = encrypt(&mut host, &key, b"old");
    host.ok("ReplicateKey", map([("KeyId", s(&key)), ("ReplicaRegion", s("eu-west-1"))]));
    host.wait();
    let there = |host: &mut Host| host.caller.region = "eu-west-1".parse().unwrap();
    let here = |host: &mut Host| host.caller.region = "us-east-1".parse().unwrap();
    there(&mut host);
    assert_eq!(host.state_of(&key), "PendingImport");
    let error = import(&mut host, &key, &[2; 32], &[for_ever(), new_material()]).unwrap_err();
    assert_eq!(error.code(), "UnsupportedOperationException");
    import(&mut host, &key, &[1; 32], &[for_ever()]).unwrap();
    assert_eq!(bytes(&host.ok("Decrypt", map([("CiphertextBlob", b(&old))])), "Plaintext"), b"old");

    here(&mut host);
    import(&mut host, &key, &[2; 32], &[for_ever(), new_material()]).unwrap();
    let rotate = || map([("KeyId", s(&key))]);
    assert!(host.error("RotateKeyOnDemand", rotate()).contains("No available key material"));
    there(&mut host);
    import(&mut host, &key, &[2; 32], &[for_ever()]).unwrap();
    here(&mut host);
    host.ok("RotateKeyOnDemand", rotate());
    let new = encrypt(&mut host, &key, b"new");
    there(&mut host);
    for (ciphertext, plaintext) in [(&old, b"old"), (&new, b"new")] {
        let opened = host.ok("Decrypt", map([("CiphertextBlob", b(ciphertext))]));
        assert_eq!(bytes(&opened, "Plaintext"), plaintext);
    }
}

#[test]
fn every_kind_of_material_is_imported_and_nothing_of_another_kind() {
    let mut host = Host::new();
    let cases = [
        ("HMAC_256", "GENERATE_VERIFY_MAC", vec![5; 32]),
        ("ECC_NIST_P256", "SIGN_VERIFY", pkcs8(&mut host, PairKind::P256)),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", pkcs8(&mut host, PairKind::Ed25519)),
    ];
    for (spec, usage, material) in cases {
        let key = external(&mut host, spec, usage, false);
        let error = import(&mut host, &key, &[9; 31], &[for_ever()]).unwrap_err();
        assert_eq!(error.code(), "IncorrectKeyMaterialException", "{spec}");
        let answer = import(&mut host, &key, &material, &[for_ever()]).unwrap();
        assert_eq!(answer.get("KeyMaterialId"), None, "{spec}: only symmetric encryption keys show it");
        assert_eq!(host.state_of(&key), "Enabled", "{spec}");
        let error = import(&mut host, &key, &material, &[for_ever(), new_material()]).unwrap_err();
        assert_eq!(error.code(), "UnsupportedOperationException", "{spec}");
    }
    let symmetric = text(host.ok("CreateKey", Value::Null).get("KeyMetadata").unwrap(), "KeyId");
    let error = host.error("DeleteImportedKeyMaterial", map([("KeyId", s(&symmetric))]));
    assert!(error.contains("origin is AWS_KMS which is not valid for this operation."), "{error}");
}

fn pkcs8(host: &mut Host, kind: PairKind) -> Vec<u8> {
    let pair = kind.generate(&mut host.random).unwrap();
    kind.pkcs8(&pair.private).unwrap().to_vec()
}
