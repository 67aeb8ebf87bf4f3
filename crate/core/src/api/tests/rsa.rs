//! RSA keys and data key pairs.

mod host;

use super::*;
use crate::crypto::pair::PairKind;
use crate::crypto::pair::rsa::Oaep;
use crate::crypto::pair::tests::openssl::Vectors;

const SPECS: [(&str, usize); 3] = [("RSA_2048", 2048), ("RSA_3072", 3072), ("RSA_4096", 4096)];
const SIGNING: [&str; 6] = [
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
];
const OAEP: [&str; 2] = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];

/// OpenSSL's key of that size, in place of one that takes a while to make.
fn made(bits: usize) -> HostResult {
    let spec = SPECS.into_iter().find(|(_, size)| *size == bits).unwrap().0;
    HostResult::Made(Vectors::read().rsa(spec).private)
}

impl Host {
    /// As [`Host::traced`], with `work` at the desk; the jobs that it was given come out by name.
    fn asking(
        &mut self,
        (operation, input): (&str, impl Fn() -> Value),
        mut work: impl FnMut(&HostJob) -> HostResult,
    ) -> (Result<Value, KmsError>, Vec<Step>, Vec<&'static str>) {
        let (mut desk, mut jobs) = (Desk::staffed(), Vec::new());
        loop {
            let mut call = Call::new(operation, input(), self.caller.clone());
            call.trace = Trace::listening();
            let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut self.random };
            match self.kms.plan_or_ask(&mut call, &mut env, &mut desk) {
                Planned::Ask(job) => {
                    jobs.push(match &job {
                        HostJob::GenerateRsa { .. } => "generate",
                        HostJob::RsaSign { .. } => "sign",
                        HostJob::RsaDecrypt { .. } => "decrypt",
                    });
                    assert!(jobs.len() < 5, "asked again and again: {jobs:?}");
                    let result = work(&job);
                    desk.answer(job, result);
                }
                Planned::Done(done) => {
                    self.commit(done.changes);
                    return (done.answer, call.trace.take(), jobs);
                }
            }
        }
    }

    fn create_rsa(&mut self, spec: &str, usage: &str) -> (String, String) {
        let input = || map([("KeySpec", s(spec)), ("KeyUsage", s(usage))]);
        let (answer, _, jobs) = self.asking(("CreateKey", input), |job| match job {
            HostJob::GenerateRsa { bits } => made(*bits),
            other => panic!("{other:?}"),
        });
        assert_eq!(jobs, ["generate"]);
        let answer = answer.unwrap();
        let metadata = answer.get("KeyMetadata").unwrap();
        (text(metadata, "KeyId"), text(metadata, "Arn"))
    }
}

fn with(mut input: Value, name: &str, value: Value) -> Value {
    let Value::Map(members) = &mut input else { panic!("no map") };
    members.push((name.to_owned(), value));
    input
}

fn encryption(key: &str, algorithm: &str, plaintext: &[u8]) -> Value {
    map([("KeyId", s(key)), ("EncryptionAlgorithm", s(algorithm)), ("Plaintext", b(plaintext))])
}

fn decryption(key: &str, algorithm: &str, ciphertext: &[u8]) -> Value {
    map([("KeyId", s(key)), ("EncryptionAlgorithm", s(algorithm)), ("CiphertextBlob", b(ciphertext))])
}

fn names(value: &Value, member: &str) -> Vec<String> {
    let Some(Value::List(names)) = value.get(member) else { return Vec::new() };
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn rsa_keys_say_what_they_can_do() {
    let mut host = Host::new();
    for (spec, _) in SPECS {
        for (usage, encryption, signing) in
            [("ENCRYPT_DECRYPT", &OAEP[..], &[][..]), ("SIGN_VERIFY", &[][..], &SIGNING[..])]
        {
            let (id, _) = host.create_rsa(spec, usage);
            let described = host.ok("DescribeKey", map([("KeyId", s(&id))]));
            let public = host.ok("GetPublicKey", map([("KeyId", s(&id))]));
            for answer in [described.get("KeyMetadata").unwrap(), &public] {
                assert_eq!(text(answer, "KeySpec"), spec);
                assert_eq!(names(answer, "EncryptionAlgorithms"), encryption);
                assert_eq!(names(answer, "SigningAlgorithms"), signing);
                assert_eq!(answer.get("CurrentKeyMaterialId"), None);
            }
            assert_eq!(bytes(&public, "PublicKey"), Vectors::read().rsa(spec).public);
        }
    }
    assert_eq!(
        host.error("CreateKey", map([("KeySpec", s("RSA_2048")), ("KeyUsage", s("KEY_AGREEMENT"))])),
        "ValidationException: KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048"
    );
    assert_eq!(
        host.error("CreateKey", map([("KeySpec", s("SM2")), ("KeyUsage", s("SIGN_VERIFY"))])),
        "UnsupportedOperationException: tabkms does not implement KeySpec SM2 yet"
    );
}

#[test]
fn rsa_keys_encrypt_as_much_as_the_padding_leaves() {
    let mut host = Host::new();
    let longest = [[214, 190], [342, 318], [470, 446]];
    for ((spec, bits), longest) in SPECS.into_iter().zip(longest) {
        let (id, arn) = host.create_rsa(spec, "ENCRYPT_DECRYPT");
        for (algorithm, longest) in OAEP.into_iter().zip(longest) {
            for length in [1, longest] {
                let plaintext = vec![7; length];
                let sealed = host.ok("Encrypt", encryption(&id, algorithm, &plaintext));
                let ciphertext = bytes(&sealed, "CiphertextBlob");
                assert_eq!(ciphertext.len() * 8, bits);
                let opened = host.ok("Decrypt", decryption(&id, algorithm, &ciphertext));
                assert_eq!(bytes(&opened, "Plaintext"), plaintext);
                for answer in [&sealed, &opened] {
                    assert_eq!(text(answer, "KeyId"), arn);
                    assert_eq!(text(answer, "EncryptionAlgorithm"), algorithm);
                    assert_eq!(answer.get("KeyMaterialId"), None);
                }
            }
            assert_eq!(
                host.error("Encrypt", encryption(&id, algorithm, &vec![7; longest + 1])),
                format!(
                    "ValidationException: Algorithm {algorithm} and key spec {spec} cannot encrypt data larger \
                     than {longest} bytes."
                )
            );
        }
    }
}

#[test]
fn an_asymmetric_ciphertext_opens_only_with_its_key_and_algorithm() {
    let mut host = Host::new();
    let (id, arn) = host.create_rsa("RSA_2048", "ENCRYPT_DECRYPT");
    let (other, _) = host.create_rsa("RSA_3072", "ENCRYPT_DECRYPT");
    let (signer, signer_arn) = host.create_rsa("RSA_2048", "SIGN_VERIFY");
    let (symmetric, _) = host.create();
    let [sha1, sha256] = OAEP;
    let ciphertext = bytes(&host.ok("Encrypt", encryption(&id, sha256, b"secret")), "CiphertextBlob");

    let incompatible =
        "InvalidKeyUsageException: Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.";
    for operation in ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
        let data = if operation == "Encrypt" { ("Plaintext", b(b"x")) } else { ("KeySpec", s("AES_256")) };
        assert_eq!(host.error(operation, map([("KeyId", s(&id)), data])), incompatible, "{operation}");
    }
    let input = map([("KeyId", s(&id)), ("KeyPairSpec", s("ECC_NIST_P256"))]);
    assert_eq!(host.error("GenerateDataKeyPair", input), incompatible);
    let named = || map([("KeyId", s(&id)), ("CiphertextBlob", b(&ciphertext))]);
    assert_eq!(host.error("Decrypt", named()), incompatible);
    assert_eq!(
        host.error("Decrypt", with(named(), "EncryptionAlgorithm", s("SYMMETRIC_DEFAULT"))),
        incompatible
    );
    assert_eq!(
        host.error("Encrypt", encryption(&id, "SM2PKE", b"x")),
        "InvalidKeyUsageException: Algorithm SM2PKE is incompatible with key spec RSA_2048."
    );
    for (operation, input) in [
        ("Encrypt", encryption(&symmetric, sha1, b"x")),
        ("Decrypt", decryption(&symmetric, sha1, &ciphertext)),
    ] {
        assert_eq!(
            host.error(operation, input),
            format!(
                "InvalidKeyUsageException: Algorithm {sha1} is incompatible with key spec SYMMETRIC_DEFAULT."
            )
        );
    }
    assert_eq!(
        host.error("Decrypt", decryption(&signer, sha256, &ciphertext)),
        format!(
            "InvalidKeyUsageException: {signer_arn} key usage is SIGN_VERIFY which is not valid for Decrypt."
        )
    );
    // Nothing in it says which key it is of.
    let input = map([("EncryptionAlgorithm", s(sha256)), ("CiphertextBlob", b(&ciphertext))]);
    assert_eq!(
        host.error("Decrypt", input),
        "ValidationException: 1 validation error detected: Value null at 'keyId' failed to satisfy constraint: \
         Member must not be null"
    );
    assert_eq!(
        host.error("Decrypt", map([("CiphertextBlob", b(&ciphertext))])),
        "InvalidCiphertextException"
    );

    let mut broken = ciphertext.clone();
    broken[100] ^= 1;
    for input in [
        decryption(&id, sha1, &ciphertext),
        decryption(&id, sha256, &broken),
        decryption(&id, sha256, &ciphertext[1..]),
        decryption(&id, sha256, &[&ciphertext[..], &[0]].concat()),
        decryption(&other, sha256, &ciphertext),
    ] {
        assert_eq!(host.error("Decrypt", input), "InvalidCiphertextException");
    }

    let public = Vectors::read().rsa("RSA_2048").public;
    let empty =
        crate::crypto::pair::rsa::encrypt(&public, Oaep::Sha256, b"", &mut Counting::default()).unwrap();
    assert_eq!(host.error("Decrypt", decryption(&id, sha256, &empty)), "InvalidCiphertextException");

    let refused = "ValidationException: EncryptionContext is not supported for asymmetric KMS keys.";
    let context = || map([("a", s("b"))]);
    let input = with(encryption(&id, sha256, b"x"), "EncryptionContext", context());
    assert_eq!(host.error("Encrypt", input), refused);
    let input = with(decryption(&id, sha256, &ciphertext), "EncryptionContext", context());
    assert_eq!(host.error("Decrypt", input), refused);
    let input = with(decryption(&id, sha256, &ciphertext), "EncryptionContext", map([]));
    assert_eq!(bytes(&host.ok("Decrypt", input), "Plaintext"), b"secret", "an empty one is none");

    host.ok("DisableKey", map([("KeyId", s(&id))]));
    let disabled = format!("DisabledException: {arn} is disabled.");
    assert_eq!(host.error("Encrypt", encryption(&id, sha256, b"x")), disabled);
    assert_eq!(host.error("Decrypt", decryption(&id, sha256, &ciphertext)), disabled);
}

#[test]
fn re_encrypt_goes_from_any_kind_of_key_to_any_other() {
    let mut host = Host::new();
    let (symmetric, _) = host.create();
    let (small, _) = host.create_rsa("RSA_2048", "ENCRYPT_DECRYPT");
    let (large, _) = host.create_rsa("RSA_4096", "ENCRYPT_DECRYPT");
    let keys =
        [(&symmetric, "SYMMETRIC_DEFAULT"), (&small, "RSAES_OAEP_SHA_1"), (&large, "RSAES_OAEP_SHA_256")];
    let mut wide = bytes(&host.ok("Encrypt", encryption(&symmetric, keys[0].1, b"secret")), "CiphertextBlob");
    for ((from, from_algorithm), (to, to_algorithm)) in
        [(0, 1), (1, 2), (2, 1), (1, 0), (0, 0), (0, 2), (2, 2), (2, 0)]
            .map(|(from, to)| (keys[from], keys[to]))
    {
        let input = map([
            ("CiphertextBlob", b(&wide)),
            ("SourceKeyId", s(from)),
            ("SourceEncryptionAlgorithm", s(from_algorithm)),
            ("DestinationKeyId", s(to)),
            ("DestinationEncryptionAlgorithm", s(to_algorithm)),
        ]);
        let answer = host.ok("ReEncrypt", input);
        assert_eq!(text(&answer, "SourceEncryptionAlgorithm"), from_algorithm);
        assert_eq!(text(&answer, "DestinationEncryptionAlgorithm"), to_algorithm);
        for (member, key) in [("SourceKeyMaterialId", from), ("DestinationKeyMaterialId", to)] {
            assert_eq!(answer.get(member).is_some(), key == &symmetric, "{member}");
        }
        wide = bytes(&answer, "CiphertextBlob");
        let opened = host.ok("Decrypt", decryption(to, to_algorithm, &wide));
        assert_eq!(bytes(&opened, "Plaintext"), b"secret");
    }
    let long = bytes(&host.ok("Encrypt", encryption(&symmetric, keys[0].1, &[7; 215])), "CiphertextBlob");
    let input = || {
        map([
            ("CiphertextBlob", b(&long)),
            ("DestinationKeyId", s(&small)),
            ("DestinationEncryptionAlgorithm", s("RSAES_OAEP_SHA_1")),
        ])
    };
    assert_eq!(
        host.error("ReEncrypt", input()),
        "ValidationException: Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes."
    );
    let refused = "ValidationException: EncryptionContext is not supported for asymmetric KMS keys.";
    let with_context = with(input(), "DestinationEncryptionContext", map([("a", s("b"))]));
    assert_eq!(host.error("ReEncrypt", with_context), refused);
    let input = map([
        ("CiphertextBlob", b(&[0; 256])),
        ("SourceEncryptionAlgorithm", s("RSAES_OAEP_SHA_1")),
        ("DestinationKeyId", s(&symmetric)),
    ]);
    assert!(host.error("ReEncrypt", input).contains("Value null at 'sourceKeyId'"));
}

#[test]
fn a_dry_run_may_leave_the_ciphertext_out() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let (rsa, _) = host.create_rsa("RSA_2048", "ENCRYPT_DECRYPT");
    let dry = |members: &[(&str, &str)]| {
        let members = members.iter().map(|(name, value)| ((*name).to_owned(), s(value)));
        let ignore = Value::List(vec![s("IGNORE_CIPHERTEXT")]);
        with(with(Value::Map(members.collect()), "DryRun", Value::Boolean(true)), "DryRunModifiers", ignore)
    };
    let succeeded =
        "DryRunOperationException: The request would have succeeded, but the DryRun option is set.";
    assert_eq!(host.error("Decrypt", dry(&[("KeyId", &id)])), succeeded);
    let garbage = with(dry(&[("KeyId", &id)]), "CiphertextBlob", b(b"garbage"));
    assert_eq!(host.error("Decrypt", garbage), succeeded);
    let algorithm = ("EncryptionAlgorithm", "RSAES_OAEP_SHA_1");
    assert_eq!(host.error("Decrypt", dry(&[("KeyId", &rsa), algorithm])), succeeded);
    assert!(host.error("Decrypt", dry(&[("KeyId", &rsa)])).starts_with("InvalidKeyUsageException"));
    assert_eq!(host.error("ReEncrypt", dry(&[("SourceKeyId", &id), ("DestinationKeyId", &id)])), succeeded);

    let null = |member: &str| {
        format!(
            "ValidationException: 1 validation error detected: Value null at '{member}' failed to satisfy \
             constraint: Member must not be null"
        )
    };
    assert_eq!(host.error("Decrypt", dry(&[])), null("keyId"));
    assert_eq!(host.error("ReEncrypt", dry(&[("DestinationKeyId", &id)])), null("sourceKeyId"));
    // The modifier counts in a dry run only.
    let wet = map([("KeyId", s(&id)), ("DryRunModifiers", Value::List(vec![s("IGNORE_CIPHERTEXT")]))]);
    assert_eq!(host.error("Decrypt", wet), null("ciphertextBlob"));
    let plain = map([("KeyId", s(&id)), ("DryRun", Value::Boolean(true))]);
    assert_eq!(host.error("Decrypt", plain), null("ciphertextBlob"));

    host.ok("DisableKey", map([("KeyId", s(&id))]));
    let disabled = format!("DisabledException: {arn} is disabled.");
    assert_eq!(host.error("Decrypt", dry(&[("KeyId", &id)])), disabled);
    for (source, destination) in [(&id, &rsa), (&rsa, &id)] {
        let mut members = vec![("SourceKeyId", source.as_str()), ("DestinationKeyId", destination)];
        for (key, member) in
            [(source, "SourceEncryptionAlgorithm"), (destination, "DestinationEncryptionAlgorithm")]
        {
            members.extend((key == &rsa).then_some((member, "RSAES_OAEP_SHA_1")));
        }
        assert_eq!(host.error("ReEncrypt", dry(&members)), disabled);
    }
}

#[test]
fn rsa_keys_sign_messages_and_digests() {
    use sha2::{Digest, Sha256, Sha384, Sha512};
    let mut host = Host::new();
    let (id, arn) = host.create_rsa("RSA_2048", "SIGN_VERIFY");
    let digests =
        [Sha256::digest(b"m").to_vec(), Sha384::digest(b"m").to_vec(), Sha512::digest(b"m").to_vec()];
    for (algorithm, digest) in SIGNING.into_iter().zip(digests.iter().cycle()) {
        let input = |message: &[u8], message_type: &str| {
            map([
                ("KeyId", s(&id)),
                ("Message", b(message)),
                ("MessageType", s(message_type)),
                ("SigningAlgorithm", s(algorithm)),
            ])
        };
        for (message, message_type) in [(&b"m"[..], "RAW"), (digest, "DIGEST")] {
            let answer = host.ok("Sign", input(message, message_type));
            assert_eq!(
                (text(&answer, "KeyId"), text(&answer, "SigningAlgorithm")),
                (arn.clone(), algorithm.into())
            );
            let signature = bytes(&answer, "Signature");
            // One is the other's.
            for input in [input(b"m", "RAW"), input(digest, "DIGEST")] {
                let valid = host.ok("Verify", with(input, "Signature", b(&signature)));
                assert_eq!(valid.get("SignatureValid"), Some(&Value::Boolean(true)), "{algorithm}");
            }
            for (message, signature) in [(&b"n"[..], &signature[..]), (b"m", &signature[1..])] {
                let input = with(input(message, "RAW"), "Signature", b(signature));
                assert_eq!(host.error("Verify", input), "KMSInvalidSignatureException");
            }
        }
        let wrong = format!("ValidationException: Digest is invalid length for algorithm {algorithm}.");
        assert_eq!(host.error("Sign", input(b"no digest", "DIGEST")), wrong);
        let verify = with(input(b"no digest", "DIGEST"), "Signature", b(&[0; 256]));
        assert_eq!(host.error("Verify", verify), wrong);
    }
    let input = map([("KeyId", s(&id)), ("Message", b(b"m")), ("SigningAlgorithm", s("ECDSA_SHA_256"))]);
    assert_eq!(
        host.error("Sign", input),
        "InvalidKeyUsageException: Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048."
    );
}

#[test]
fn data_key_pairs_come_in_both_forms_and_open_again() {
    let mut host = Host::new();
    let (id, arn) = host.create();
    let context = || map([("purpose", s("test"))]);
    let input =
        |spec: &str| map([("KeyId", s(&id)), ("KeyPairSpec", s(spec)), ("EncryptionContext", context())]);
    let specs = [
        ("RSA_2048", Some(PairKind::Rsa2048)),
        ("RSA_3072", Some(PairKind::Rsa3072)),
        ("RSA_4096", Some(PairKind::Rsa4096)),
        ("ECC_NIST_P256", Some(PairKind::P256)),
        ("ECC_NIST_P384", Some(PairKind::P384)),
        ("ECC_NIST_P521", Some(PairKind::P521)),
        ("ECC_SECG_P256K1", Some(PairKind::K256)),
        ("ECC_NIST_EDWARDS25519", Some(PairKind::Ed25519)),
        ("ML_KEM_512", None),
        ("ML_KEM_768", None),
        ("ML_KEM_1024", None),
    ];
    for (spec, kind) in specs {
        for operation in ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"] {
            let (answer, _, _) = host.asking((operation, || input(spec)), |job| match job {
                HostJob::GenerateRsa { bits } => made(*bits),
                other => panic!("{other:?}"),
            });
            let answer = answer.unwrap();
            assert_eq!((text(&answer, "KeyId"), text(&answer, "KeyPairSpec")), (arn.clone(), spec.into()));
            assert_eq!(text(&answer, "KeyMaterialId").len(), 64);
            let blob = bytes(&answer, "PrivateKeyCiphertextBlob");
            let opening = || map([("CiphertextBlob", b(&blob)), ("EncryptionContext", context())]);
            let private = bytes(&host.ok("Decrypt", opening()), "Plaintext");
            assert_eq!(
                host.error("Decrypt", map([("CiphertextBlob", b(&blob))])),
                "InvalidCiphertextException"
            );
            match operation {
                "GenerateDataKeyPair" => assert_eq!(bytes(&answer, "PrivateKeyPlaintext"), private),
                _ => assert_eq!(answer.get("PrivateKeyPlaintext"), None),
            }
            let public = bytes(&answer, "PublicKey");
            match kind {
                Some(kind) => assert_eq!(kind.import(&private).unwrap().public, public, "{spec}"),
                // PKCS #8 around the seed of 64 bytes (RFC 9935, 6): all of them equally long.
                None => assert_eq!(private.len(), 86, "{spec}"),
            }
        }
    }
    assert_eq!(
        host.error("GenerateDataKeyPair", input("SM2")),
        "UnsupportedOperationException: tabkms does not implement KeyPairSpec SM2 yet"
    );
    assert!(host.error("GenerateDataKeyPair", input("ML_DSA_44")).contains("enum value set"));
    let dry = with(input("RSA_4096"), "DryRun", Value::Boolean(true));
    assert!(host.error("GenerateDataKeyPair", dry).starts_with("DryRunOperationException"));
    let recipient = map([("KeyEncryptionAlgorithm", s("RSAES_OAEP_SHA_256"))]);
    let enclave = with(input("RSA_2048"), "Recipient", recipient);
    assert!(host.error("GenerateDataKeyPair", enclave).starts_with("UnsupportedOperationException"));
    host.ok("DisableKey", map([("KeyId", s(&id))]));
    assert!(host.error("GenerateDataKeyPair", input("RSA_2048")).starts_with("DisabledException"));
}

#[test]
fn a_trace_shows_no_private_rsa_key_that_stays() {
    let mut host = Host::new();
    let (id, _) = host.create_rsa("RSA_2048", "SIGN_VERIFY");
    let (symmetric, _) = host.create();
    let secret = Vectors::read().rsa("RSA_2048").private;
    // Behind the structure, the modulus and the exponent; the first prime begins at 550 or so.
    let part = &secret.expose()[600..632];
    let shows = |steps: &[Step]| {
        steps.iter().flat_map(|step| step.uses.iter().chain(&step.makes)).any(|artefact| {
            match &artefact.bytes {
                Bytes::Shown { bytes, .. } => bytes.windows(part.len()).any(|window| window == part),
                Bytes::Kept { bits, .. } => {
                    assert!([256, 2048].contains(bits) || *bits as usize == secret.expose().len() * 8);
                    false
                }
            }
        })
    };
    let sign =
        || map([("KeyId", s(&id)), ("Message", b(b"m")), ("SigningAlgorithm", s("RSASSA_PSS_SHA_256"))]);
    assert!(!shows(&host.traced("Sign", sign()).1));
    let input = || map([("KeyId", s(&symmetric)), ("KeyPairSpec", s("RSA_2048"))]);
    for (operation, expected) in
        [("GenerateDataKeyPair", true), ("GenerateDataKeyPairWithoutPlaintext", false)]
    {
        let (_, steps, _) = host.asking((operation, input), |_| made(2048));
        assert_eq!(shows(&steps), expected, "{operation}");
    }
}
