//! What the host is asked to do, and what is made of its answers.

use super::*;
use crate::crypto::KeyMaterial;
use crate::crypto::pair::Signed;
use crate::crypto::pair::rsa::RsaSigning;
use zeroize::Zeroizing;

/// The host's part, played by the core's own RSA with other randomness.
fn play(job: &HostJob) -> HostResult {
    use crate::crypto::pair::rsa;
    let random = &mut Counting::default();
    match job {
        HostJob::GenerateRsa { bits } => made(*bits),
        HostJob::RsaSign { key, algorithm, message } => {
            let signed = Signed::Message(message.expose());
            HostResult::Signed(rsa::sign(&key.pkcs8, *algorithm, signed, random).unwrap())
        }
        HostJob::RsaDecrypt { key, algorithm, ciphertext } => {
            match rsa::decrypt(&key.pkcs8, *algorithm, ciphertext, random) {
                Ok(plaintext) => HostResult::Decrypted(plaintext),
                Err(_) => HostResult::Refused,
            }
        }
    }
}

#[test]
fn the_host_is_asked_once_a_call_and_its_answer_is_the_core_s() {
    let mut host = Host::new();
    let (signer, _) = host.create_rsa("RSA_2048", "SIGN_VERIFY");
    let (id, _) = host.create_rsa("RSA_2048", "ENCRYPT_DECRYPT");
    let sign = |message_type: &'static str, message: &'static [u8]| {
        let signer = signer.clone();
        move || {
            map([
                ("KeyId", s(&signer)),
                ("Message", b(message)),
                ("MessageType", s(message_type)),
                ("SigningAlgorithm", s("RSASSA_PKCS1_V1_5_SHA_256")),
            ])
        }
    };
    let alone = host.traced("Sign", sign("RAW", b"m")());
    for (work, name) in [(play as fn(&HostJob) -> HostResult, "done"), (|_| HostResult::Declined, "declined")]
    {
        let (answer, steps, jobs) = host.asking(("Sign", sign("RAW", b"m")), work);
        assert_eq!(jobs, ["sign"], "{name}");
        assert_eq!((&answer, &steps), (&alone.0, &alone.1), "{name}");
    }
    // WebCrypto hashes what it signs: a digest is the core's.
    let (answer, _, jobs) = host.asking(("Sign", sign("DIGEST", &[7; 32])), play);
    assert!(answer.is_ok() && jobs.is_empty());

    let ciphertext = bytes(&host.ok("Encrypt", encryption(&id, OAEP[0], b"secret")), "CiphertextBlob");
    for work in [play as fn(&HostJob) -> HostResult, |_| HostResult::Declined] {
        let input = || decryption(&id, OAEP[0], &ciphertext);
        let (answer, _, jobs) = host.asking(("Decrypt", input), work);
        assert_eq!((bytes(&answer.unwrap(), "Plaintext"), jobs), (b"secret".to_vec(), vec!["decrypt"]));
        let broken = || decryption(&id, OAEP[0], &[7; 256]);
        let (answer, _, _) = host.asking(("Decrypt", broken), work);
        assert_eq!(answer.unwrap_err().to_string(), "InvalidCiphertextException");
    }
    // What is refused before any cryptography is refused without asking.
    host.ok("DisableKey", map([("KeyId", s(&id))]));
    let (answer, _, jobs) = host.asking(("Decrypt", || decryption(&id, OAEP[0], &ciphertext)), play);
    assert!(answer.unwrap_err().to_string().starts_with("DisabledException") && jobs.is_empty());
}

#[test]
fn a_result_counts_for_its_own_job_alone() {
    let mut host = Host::new();
    let (one, _) = host.create_rsa("RSA_2048", "SIGN_VERIFY");
    let (other, _) = host.create_rsa("RSA_3072", "SIGN_VERIFY");
    host.ok("CreateAlias", map([("AliasName", s("alias/signer")), ("TargetKeyId", s(&one))]));
    let input = || {
        map([
            ("KeyId", s("alias/signer")),
            ("Message", b(b"m")),
            ("SigningAlgorithm", s("RSASSA_PKCS1_V1_5_SHA_256")),
        ])
    };
    // While the host signs, the alias moves on to another key.
    let mut desk = Desk::staffed();
    let plan = |host: &mut Host, desk: &mut Desk| {
        let mut call = Call::new("Sign", input(), host.caller.clone());
        let mut env = Env { host_now: Timestamp(1_700_000_000_000), random: &mut host.random };
        host.kms.plan_or_ask(&mut call, &mut env, desk)
    };
    let Planned::Ask(job) = plan(&mut host, &mut desk) else { panic!("not asked") };
    let result = play(&job);
    desk.answer(job, result);
    host.ok("UpdateAlias", map([("AliasName", s("alias/signer")), ("TargetKeyId", s(&other))]));
    let Planned::Ask(job) = plan(&mut host, &mut desk) else { panic!("the first key's signature was taken") };
    let result = play(&job);
    desk.answer(job, result);
    let Planned::Done(done) = plan(&mut host, &mut desk) else { panic!("asked a third time") };
    let signature = bytes(&done.answer.unwrap(), "Signature");
    assert_eq!(signature.len(), 384);
    assert!(!desk.take_has_worked(), "the core has signed nothing");
}

#[test]
fn a_host_s_key_is_looked_at_before_it_is_kept() {
    let mut host = Host::new();
    let input = || map([("KeySpec", s("RSA_2048")), ("KeyUsage", s("SIGN_VERIFY"))]);
    let bad: [fn() -> HostResult; 3] = [
        || made(3072),
        || HostResult::Made(KeyMaterial::new(Zeroizing::new(b"no key".to_vec()))),
        || HostResult::Signed(Vec::new()),
    ];
    for bad in bad {
        let (answer, _, jobs) = host.asking(("CreateKey", input), |_| bad());
        assert_eq!(jobs, ["generate"]);
        let id = text(answer.unwrap().get("KeyMetadata").unwrap(), "KeyId");
        let public = bytes(&host.ok("GetPublicKey", map([("KeyId", s(&id))])), "PublicKey");
        assert_eq!(public.len(), 294, "the core has made one of 2048 bits itself");
    }
}

#[test]
fn a_job_prints_no_secret() {
    let key = HostKey {
        id: crate::hierarchy::MaterialId::from_bytes([7; 32]),
        pkcs8: Vectors::read().rsa("RSA_2048").private,
    };
    let job = HostJob::RsaSign {
        key,
        algorithm: RsaSigning::from_name(SIGNING[0]).unwrap(),
        message: SensitiveBlob::new(b"message".to_vec()),
    };
    let printed = format!("{job:?}");
    assert!(printed.contains("KeyMaterial(kept)") && printed.contains("SensitiveBlob(7 bytes)"), "{printed}");
    let plaintext = HostResult::Decrypted(Zeroizing::new(b"secret".to_vec()));
    assert_eq!(format!("{plaintext:?}"), "Decrypted");
    assert_eq!(Oaep::from_name("SYMMETRIC_DEFAULT"), None);
}
