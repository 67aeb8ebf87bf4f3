//! Against the AWS Encryption SDK for Python: see scripts/vectors-envelope.py.

use serde_json::{Value, json};

use super::*;

fn vectors() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/envelope/python-sdk.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    document["vectors"].as_array().unwrap().clone()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn context_of(vector: &Value) -> EncryptionContext {
    let pairs = vector["context"].as_object().unwrap();
    pairs.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn keys_of(vector: &Value) -> Vec<EncryptedDataKey> {
    let keys = vector["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| EncryptedDataKey {
            provider: key["provider"].as_str().unwrap().to_owned(),
            info: bytes(&key["info"]),
            ciphertext: bytes(&key["ciphertext"]),
        })
        .collect()
}

/// Writes the vector's message: full frames, and what is left as the last.
fn write(vector: &Value, last_may_be_full: bool) -> Vec<u8> {
    let data_key = DataKey::copy_from(&bytes(&vector["dataKey"])).unwrap();
    let id = bytes(&vector["messageId"]).try_into().unwrap();
    let length = u32::try_from(vector["frameLength"].as_u64().unwrap()).unwrap();
    let plaintext = bytes(&vector["plaintext"]);
    let (mut encryptor, mut out) =
        Encryptor::begin(&data_key, id, &context_of(vector), &keys_of(vector), length).unwrap();
    let mut rest = plaintext.as_slice();
    while rest.len() > length as usize || (!last_may_be_full && rest.len() == length as usize) {
        let (chunk, after) = rest.split_at(length as usize);
        out.extend(encryptor.seal(chunk, false).unwrap());
        rest = after;
    }
    out.extend(encryptor.seal(rest, true).unwrap());
    out
}

#[test]
fn what_the_python_sdk_wrote_opens() {
    let vectors = vectors();
    assert!(vectors.len() >= 10);
    for vector in vectors {
        let data_key = DataKey::copy_from(&bytes(&vector["dataKey"])).unwrap();
        let plaintext = read(&bytes(&vector["message"]), &data_key).unwrap();
        assert_eq!(plaintext, bytes(&vector["plaintext"]), "{}", vector["name"]);
    }
}

/// Everything but the message id is determined, so the two implementations must agree on every byte; the
/// specification leaves open only whether a last frame may be full, and the SDK's is not.
#[test]
fn what_the_python_sdk_wrote_is_written_here_byte_for_byte() {
    for vector in vectors() {
        assert_eq!(
            hex::encode(write(&vector, false)),
            vector["message"].as_str().unwrap(),
            "{}",
            vector["name"]
        );
    }
}

/// Run by `scripts/vectors-envelope.py --check`, which opens the messages with the SDK.
#[test]
#[ignore = "writes a file for another program"]
fn writes_messages_for_another_implementation() {
    let out = std::env::var("TABKMS_ENVELOPE_OUT").expect("TABKMS_ENVELOPE_OUT names the file to write");
    let mut written = Vec::new();
    for mut vector in vectors() {
        // Frame lengths that the SDK reads but does not write.
        for length in [1, 100, vector["frameLength"].as_u64().unwrap()] {
            vector["frameLength"] = json!(length);
            let message = write(&vector, true);
            let data_key = DataKey::copy_from(&bytes(&vector["dataKey"])).unwrap();
            assert_eq!(read(&message, &data_key).unwrap(), bytes(&vector["plaintext"]));
            vector["message"] = json!(hex::encode(message));
            written.push(vector.clone());
        }
    }
    std::fs::write(out, json!({ "vectors": written }).to_string()).unwrap();
}
