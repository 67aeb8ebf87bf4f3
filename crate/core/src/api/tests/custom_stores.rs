//! Custom key stores: connected, disconnected, emptied, deleted.

use super::*;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

fn hsm(name: &str, cluster: &str) -> Value {
    map([
        ("CustomKeyStoreName", s(name)),
        ("CloudHsmClusterId", s(cluster)),
        ("TrustAnchorCertificate", s(CERTIFICATE)),
        ("KeyStorePassword", s("kmsPassword")),
    ])
}

fn external(name: &str, path: &str) -> Value {
    map([
        ("CustomKeyStoreName", s(name)),
        ("CustomKeyStoreType", s("EXTERNAL_KEY_STORE")),
        ("XksProxyUriEndpoint", s("https://proxy.example")),
        ("XksProxyUriPath", s(path)),
        ("XksProxyConnectivity", s("PUBLIC_ENDPOINT")),
        (
            "XksProxyAuthenticationCredential",
            map([("AccessKeyId", s("ABCDE2345672EXAMPLES")), ("RawSecretAccessKey", s(&"a".repeat(43)))]),
        ),
    ])
}

fn connected(host: &mut Host, input: Value) -> String {
    let id = text(&host.ok("CreateCustomKeyStore", input), "CustomKeyStoreId");
    host.ok("ConnectCustomKeyStore", map([("CustomKeyStoreId", s(&id))]));
    host.wait();
    id
}

fn connection(host: &mut Host, id: &str) -> String {
    let answer = host.ok("DescribeCustomKeyStores", map([("CustomKeyStoreId", s(id))]));
    let Some(Value::List(stores)) = answer.get("CustomKeyStores") else { panic!("{answer:?}") };
    text(&stores[0], "ConnectionState")
}

#[test]
fn keys_work_while_their_store_is_connected() {
    let mut host = Host::new();
    let id = text(&host.ok("CreateCustomKeyStore", hsm("one", "cluster-aaaaaaaaaaa")), "CustomKeyStoreId");
    let store = || map([("CustomKeyStoreId", s(&id))]);
    let creating = || map([("Origin", s("AWS_CLOUDHSM")), ("CustomKeyStoreId", s(&id))]);
    assert!(host.error("CreateKey", creating()).starts_with("CustomKeyStoreInvalidStateException"));
    host.ok("ConnectCustomKeyStore", store());
    assert_eq!(connection(&mut host, &id), "CONNECTING");
    host.wait();
    assert_eq!(connection(&mut host, &id), "CONNECTED");
    let answer = host.ok("CreateKey", creating());
    let metadata = answer.get("KeyMetadata").unwrap();
    assert_eq!(text(metadata, "CloudHsmClusterId"), "cluster-aaaaaaaaaaa");
    assert_eq!(metadata.get("CurrentKeyMaterialId"), None);
    let key = text(metadata, "KeyId");
    let ciphertext = encrypt(&mut host, &key, b"x");
    let random = || map([("NumberOfBytes", Value::Integer(8)), ("CustomKeyStoreId", s(&id))]);
    host.ok("GenerateRandom", random());
    assert!(host.error("DeleteCustomKeyStore", store()).starts_with("CustomKeyStoreInvalidStateException"));

    host.ok("DisconnectCustomKeyStore", store());
    assert!(
        host.error("DisconnectCustomKeyStore", store()).starts_with("CustomKeyStoreInvalidStateException")
    );
    assert_eq!(host.state_of(&key), "Unavailable");
    let opening = || map([("CiphertextBlob", b(&ciphertext))]);
    assert!(host.error("Decrypt", opening()).contains("is unavailable."));
    assert!(host.error("GenerateRandom", random()).starts_with("CustomKeyStoreInvalidStateException"));
    // Switched off while unavailable: it shows once the store is back.
    host.ok("DisableKey", map([("KeyId", s(&key))]));
    assert_eq!(host.state_of(&key), "Unavailable");
    assert!(host.error("DeleteCustomKeyStore", store()).starts_with("CustomKeyStoreHasCMKsException"));
    host.ok("ConnectCustomKeyStore", store());
    host.wait();
    assert_eq!(host.state_of(&key), "Disabled");
    host.ok("EnableKey", map([("KeyId", s(&key))]));
    assert_eq!(bytes(&host.ok("Decrypt", opening()), "Plaintext"), b"x");

    host.ok("ScheduleKeyDeletion", map([("KeyId", s(&key)), ("PendingWindowInDays", Value::Integer(7))]));
    host.advance(8);
    host.ok("DisconnectCustomKeyStore", store());
    host.ok("DeleteCustomKeyStore", store());
    assert!(host.error("DescribeCustomKeyStores", store()).starts_with("CustomKeyStoreNotFoundException"));
}

#[test]
fn what_another_store_has_is_refused() {
    let mut host = Host::new();
    host.ok("CreateCustomKeyStore", hsm("one", "cluster-aaaaaaaaaaa"));
    host.ok("CreateCustomKeyStore", external("two", "/kms/xks/v1"));
    let cases = [
        (hsm("one", "cluster-bbbbbbbbbbb"), "CustomKeyStoreNameInUseException"),
        (hsm("three", "cluster-aaaaaaaaaaa"), "CloudHsmClusterInUseException"),
        (external("three", "/kms/xks/v1"), "XksProxyUriInUseException"),
    ];
    for (input, expected) in cases {
        let error = host.error("CreateCustomKeyStore", input);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_external_key_stands_behind_one_kms_key() {
    let mut host = Host::new();
    let id = connected(&mut host, external("two", "/kms/xks/v1"));
    let creating = |external: &str| {
        map([("Origin", s("EXTERNAL_KEY_STORE")), ("CustomKeyStoreId", s(&id)), ("XksKeyId", s(external))])
    };
    let answer = host.ok("CreateKey", creating("bb8562717f809024"));
    let metadata = answer.get("KeyMetadata").unwrap();
    assert_eq!(text(metadata.get("XksKeyConfiguration").unwrap(), "Id"), "bb8562717f809024");
    assert!(host.error("CreateKey", creating("bb8562717f809024")).starts_with("XksKeyAlreadyInUseException"));
    host.ok("CreateKey", creating("other"));
    let random = map([("NumberOfBytes", Value::Integer(8)), ("CustomKeyStoreId", s(&id))]);
    assert!(host.error("GenerateRandom", random).starts_with("UnsupportedOperationException"));
}

#[test]
fn a_connected_store_changes_its_name_and_nothing_else() {
    let mut host = Host::new();
    let id = connected(&mut host, hsm("one", "cluster-aaaaaaaaaaa"));
    let update = |member: &'static str, value: &str| map([("CustomKeyStoreId", s(&id)), (member, s(value))]);
    host.ok("UpdateCustomKeyStore", update("NewCustomKeyStoreName", "uno"));
    let error = host.error("UpdateCustomKeyStore", update("CloudHsmClusterId", "cluster-ccccccccccc"));
    assert!(error.starts_with("CustomKeyStoreInvalidStateException"), "{error}");
    host.ok("DisconnectCustomKeyStore", map([("CustomKeyStoreId", s(&id))]));
    host.ok("UpdateCustomKeyStore", update("CloudHsmClusterId", "cluster-ccccccccccc"));
    let error = host.error("UpdateCustomKeyStore", update("XksProxyUriPath", "/kms/xks/v1"));
    assert!(error.starts_with("ValidationException"), "{error}");
}
