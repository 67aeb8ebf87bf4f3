//! What a record must never hold.

use super::*;

/// All blobs in a value.
fn blobs(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Bytes(bytes) => found.push(bytes.expose().to_vec()),
        Value::List(items) => items.iter().for_each(|item| blobs(item, found)),
        Value::Map(members) => members.iter().for_each(|(_, value)| blobs(value, found)),
        _ => {}
    }
}

/// Calls, and notes all blobs that go either way.
fn call(host: &mut Host, seen: &mut Vec<Vec<u8>>, operation: &str, input: Value) -> Value {
    blobs(&input, seen);
    let answer = host.send(operation, input).unwrap_or_default();
    blobs(&answer, seen);
    answer
}

/// RFC 4648, without the padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let digit = |six: &[u8]| six.iter().fold(0, |sum, bit| sum << 1 | usize::from(*bit)) << (6 - six.len());
    bits.chunks(6).map(|six| char::from(ALPHABET[digit(six)])).collect()
}

#[test]
fn no_plaintext_and_no_ciphertext_is_ever_told() {
    let (mut host, mut seen) = (Host::new(), Vec::new());
    let create = |host: &mut Host, spec: &str, usage: &str| {
        let answer = host.ok("CreateKey", strings([("KeySpec", spec), ("KeyUsage", usage)]));
        text(answer.get("KeyMetadata").unwrap(), "KeyId")
    };
    let key = create(&mut host, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    let signer = create(&mut host, "ECC_NIST_P256", "SIGN_VERIFY");
    let mac = create(&mut host, "HMAC_256", "GENERATE_VERIFY_MAC");
    let secret = b"a secret of some length, to be found";
    let sealed = call(&mut host, &mut seen, "Encrypt", map([("KeyId", s(&key)), ("Plaintext", b(secret))]));
    let blob = bytes(&sealed, "CiphertextBlob");
    let signing = || {
        let algorithm = ("SigningAlgorithm", s("ECDSA_SHA_256"));
        vec![("KeyId", s(&signer)), ("Message", b(secret)), algorithm]
    };
    let input = |members: Vec<(&str, Value)>| {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let signed = call(&mut host, &mut seen, "Sign", input(signing()));
    let signature = ("Signature", b(&bytes(&signed, "Signature")));
    let verifying = signing().into_iter().chain([signature]).collect();
    for (operation, members) in [
        ("Verify", verifying),
        ("Decrypt", vec![("CiphertextBlob", b(&blob))]),
        ("ReEncrypt", vec![("CiphertextBlob", b(&blob)), ("DestinationKeyId", s(&key))]),
        ("GenerateDataKey", vec![("KeyId", s(&key)), ("KeySpec", s("AES_256"))]),
        ("GenerateDataKeyPair", vec![("KeyId", s(&key)), ("KeyPairSpec", s("ECC_NIST_P256"))]),
        ("GenerateRandom", vec![("NumberOfBytes", Value::Integer(32))]),
        (
            "GenerateMac",
            vec![("KeyId", s(&mac)), ("Message", b(secret)), ("MacAlgorithm", s("HMAC_SHA_256"))],
        ),
        ("GetPublicKey", vec![("KeyId", s(&signer))]),
        // Refused ones, with blobs where text belongs as well.
        ("Encrypt", vec![("KeyId", b(secret)), ("Plaintext", b(secret))]),
        ("Encrypt", vec![("KeyId", s("nowhere")), ("Plaintext", b(&secret.repeat(200)))]),
        ("Decrypt", vec![("CiphertextBlob", b(secret))]),
        ("GenerateDataKey", vec![("KeyId", s(&key)), ("GrantTokens", Value::List(vec![b(secret)]))]),
        ("Encrypt", vec![("KeyId", s(&key)), ("EncryptionContext", map([("key", b(secret))]))]),
    ] {
        call(&mut host, &mut seen, operation, input(members));
    }
    assert!(seen.len() > 20);

    let told: String = records(&host).iter().map(Json::to_string).collect();
    let mut stored = Vec::new();
    for row in host.rows.iter().filter(|row| row.kind == Kind::Audit as u8) {
        let label = (row.kind, row.id.as_str(), row.generation.0);
        let opened = record::open(host.kms.store_key(), label, row.sealed.as_ref().unwrap()).unwrap();
        stored.extend_from_slice(&opened);
    }
    // What is in memory is what the rows hold.
    for blob in seen.iter().filter(|blob| blob.len() >= 16) {
        let shows = |text: &str| told.contains(text);
        assert!(!shows(&hex::encode(blob)) && !shows(&base64(blob)), "{blob:?}");
        assert!(!shows(&String::from_utf8_lossy(blob)), "{blob:?}");
        assert!(!stored.windows(16).any(|window| window == &blob[..16]), "{blob:?}");
    }
}
