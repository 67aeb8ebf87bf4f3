use sha2::{Digest, Sha256};
use tabkms_core::api::{Call, Env, Kms};
use tabkms_core::authz::Caller;
use tabkms_core::crypto::{Failure, Random, StoreKey};
use tabkms_core::envelope::Want;
use tabkms_core::model::{Timestamp, Value};
use tabkms_core::store::{Changes, Kind, Row};
use tabkms_core::trace::{Step, Trace};

use super::*;

/// Never the same bytes twice: SHA-256 over a counter.
#[derive(Default)]
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        for chunk in dest.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const BUCKET: &str = "my-bucket";

/// A host that keeps rows and bodies in memory and encrypts with the core's own AES.
struct Host {
    kms: Kms,
    s3: S3,
    random: Counting,
    rows: Vec<Row>,
    bodies: std::collections::BTreeMap<String, Vec<u8>>,
    caller: Caller,
}

impl Host {
    fn new() -> Self {
        let mut random = Counting::default();
        let kms = Kms::new(StoreKey::generate(&mut random).unwrap());
        let (rows, bodies) = Default::default();
        let mut host = Self { kms, s3: S3::default(), random, rows, bodies, caller: Caller::default() };
        let changes = host.s3.plan_create_bucket(&host.caller, BUCKET, NOW).unwrap();
        host.commit(changes);
        host
    }

    fn commit(&mut self, changes: Changes) {
        let generation = self.kms.generation().next();
        self.rows.extend(self.kms.seal(&changes, generation, &mut self.random).unwrap());
        for change in self.kms.apply(changes, Some(generation)).unwrap() {
            assert!(self.s3.apply(&change).unwrap());
        }
    }

    fn send(&mut self, operation: &str, members: &[(&str, &str)]) -> Result<Value, S3Error> {
        let input = members.iter().map(|(k, v)| ((*k).to_owned(), Value::String((*v).to_owned()))).collect();
        let mut call = Call::new(operation, Value::Map(input), self.caller.clone());
        let done = self.kms.plan(&mut call, &mut Env { host_now: NOW, random: &mut self.random });
        self.commit(done.changes);
        Ok(done.answer?)
    }

    fn create_key(&mut self) -> String {
        let answer = self.send("CreateKey", &[]).unwrap();
        answer.get("KeyMetadata").unwrap().get("Arn").unwrap().as_str().unwrap().to_owned()
    }

    fn put(&mut self, key: &str, body: &[u8], key_id: Option<&str>) -> Result<(Object, Vec<Step>), S3Error> {
        let request = PutObject {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            content_type: "text/plain".to_owned(),
            content_length: body.len() as u64,
            key_id: key_id.map(str::to_owned),
        };
        let mut trace = Trace::listening();
        let mut env = Env { host_now: NOW, random: &mut self.random };
        let planned = self.s3.plan_put(&self.kms, &self.caller, &request, body, &mut env, &mut trace);
        self.commit(planned.changes);
        let mut put = planned.result?;
        let mut stored = put.header().to_vec();
        let frame = put.frame_length() as usize;
        let mut rest = body;
        while rest.len() > frame {
            stored.extend(put.seal(&rest[..frame], false)?);
            rest = &rest[frame..];
        }
        stored.extend(put.seal(rest, true)?);
        let (object, changes) = put.finish(&stored, stored.len() as u64, &mut trace)?;
        self.bodies.insert(object.body.clone(), stored);
        self.commit(changes);
        Ok((object, trace.take()))
    }

    fn get(&mut self, key: &str) -> Result<(Vec<u8>, Vec<Step>), S3Error> {
        let mut get = self.s3.get(&self.caller, BUCKET, key)?;
        let stored = self.bodies[&get.object().body].clone();
        let (mut at, mut body, mut trace) = (0, Vec::new(), Trace::listening());
        let piece = |at: &mut usize, length: usize| {
            let piece = stored[(*at).min(stored.len())..(*at + length).min(stored.len())].to_vec();
            *at += piece.len();
            piece
        };
        loop {
            match get.want()? {
                Want::Parse { bytes } if at == stored.len() && bytes > 0 => break,
                Want::Parse { bytes } => get.feed(&piece(&mut at, bytes))?,
                Want::Unlock => {
                    let mut env = Env { host_now: NOW, random: &mut self.random };
                    let planned = get.plan_unlock(&self.kms, &stored, &mut env, &mut trace);
                    self.commit(planned.changes);
                    get.unlock(planned.result?, &mut trace)?;
                }
                Want::Frame(job) => {
                    let sealed = piece(&mut at, job.length as usize + 16);
                    body.extend_from_slice(&get.open(&sealed)?);
                }
                Want::Done => break,
            }
        }
        get.finish((stored.len() - at) as u64, &body, &mut trace)?;
        Ok((body, trace.take()))
    }

    fn stored(&mut self, key: &str) -> &mut Vec<u8> {
        let body = self.s3.head(&self.caller, BUCKET, key).unwrap().body.clone();
        self.bodies.get_mut(&body).unwrap()
    }
}

fn told(steps: &[Step]) -> Vec<String> {
    let to = |step: &Step| step.to.map(|to| format!(" → {}", to.name())).unwrap_or_default();
    steps.iter().map(|step| format!("{} {}{}", step.actor.name(), step.action.name(), to(step))).collect()
}

#[test]
fn what_is_put_comes_back_at_every_size_around_the_frames() {
    let mut host = Host::new();
    let arn = host.create_key();
    let large = LARGE_FRAME as usize;
    for size in [0, 1, 4095, 4096, 4097, 8192, 65536, 65537, large, large + 1, 2 * large + 7] {
        let body: Vec<u8> = (0..=250).cycle().take(size).collect();
        let (object, _) = host.put("file", &body, Some(&arn)).unwrap();
        assert_eq!((object.content_length, &object.key_arn), (size as u64, &arn));
        assert_eq!(host.get("file").unwrap().0, body, "{size} bytes");
    }
}

#[test]
fn the_four_steps_and_the_way_back_are_told_in_order() {
    let mut host = Host::new();
    let arn = host.create_key();
    let (_, steps) = host.put("file", b"super secret text", Some(&arn)).unwrap();
    assert_eq!(
        told(&steps),
        [
            "you send → s3",
            "s3 send → kms",
            "kms check",
            "hsm generate",
            "hsm unseal",
            "hsm derive",
            "hsm encrypt",
            "hsm discard",
            "kms send → s3",
            "s3 derive",
            "s3 encrypt",
            "s3 discard",
            "s3 store → storage",
        ]
    );
    let (_, steps) = host.get("file").unwrap();
    assert_eq!(
        told(&steps),
        [
            "storage load → s3",
            "s3 send → kms",
            "kms check",
            "kms check",
            "hsm unseal",
            "hsm derive",
            "hsm decrypt",
            "hsm discard",
            "kms send → s3",
            "s3 derive",
            "s3 decrypt",
            "s3 discard",
            "s3 send → you",
        ]
    );
}

#[test]
fn each_object_has_its_own_data_key_and_the_default_key_is_made_once() {
    let mut host = Host::new();
    let (one, _) = host.put("one", b"same", None).unwrap();
    let (two, _) = host.put("two", b"same", None).unwrap();
    assert_eq!(one.key_arn, two.key_arn);
    assert_ne!((&one.etag, &one.body), (&two.etag, &two.body));
    assert_ne!(host.stored("one").clone(), host.stored("two").clone());
    assert_eq!(host.kms.state().key_count(), 1);
    assert_eq!(host.get("two").unwrap().0, b"same");
}

#[test]
fn every_altered_byte_at_rest_is_refused() {
    let mut host = Host::new();
    let arn = host.create_key();
    host.put("file", b"super secret text", Some(&arn)).unwrap();
    let whole = host.stored("file").clone();
    for at in 0..whole.len() {
        host.stored("file")[at] ^= 1;
        assert!(host.get("file").is_err(), "byte {at}");
        host.stored("file").clone_from(&whole);
    }
    for length in 0..whole.len() {
        host.stored("file").truncate(length);
        assert!(host.get("file").is_err(), "{length} bytes");
        host.stored("file").clone_from(&whole);
    }
    host.stored("file").push(0);
    assert_eq!(host.get("file").unwrap_err().code(), "EnvelopeError");
}

#[test]
fn a_body_of_another_length_than_said_makes_no_object() {
    let mut host = Host::new();
    for (said, frames) in [(5, &["1234"][..]), (5, &["123456"]), (0, &["1"]), (1, &[""])] {
        let request = PutObject {
            bucket: BUCKET.to_owned(),
            key: "file".to_owned(),
            content_type: "text/plain".to_owned(),
            content_length: said,
            key_id: None,
        };
        let mut env = Env { host_now: NOW, random: &mut host.random };
        let mut trace = Trace::off();
        let planned = host.s3.plan_put(&host.kms, &host.caller, &request, b"", &mut env, &mut trace);
        host.commit(planned.changes);
        let mut put = planned.result.unwrap();
        for (index, frame) in frames.iter().enumerate() {
            put.seal(frame.as_bytes(), index + 1 == frames.len()).unwrap();
        }
        let refused = put.finish(b"", 0, &mut trace).unwrap_err();
        assert_eq!(refused, S3Error::IncompleteBody, "{said}, {frames:?}");
    }
    assert_eq!(host.get("file").unwrap_err().code(), "NoSuchKey");
}

#[test]
fn a_host_that_encrypts_and_decrypts_has_the_same_bytes() {
    use tabkms_core::crypto::aead;
    let mut host = Host::new();
    let body: Vec<u8> = (0..=250).cycle().take(SMALL_FRAME as usize + 3).collect();
    let request = PutObject {
        bucket: BUCKET.to_owned(),
        key: "file".to_owned(),
        content_type: "text/plain".to_owned(),
        content_length: body.len() as u64,
        key_id: None,
    };
    let mut env = Env { host_now: NOW, random: &mut host.random };
    let mut trace = Trace::off();
    let planned = host.s3.plan_put(&host.kms, &host.caller, &request, b"", &mut env, &mut trace);
    host.commit(planned.changes);
    let mut put = planned.result.unwrap();
    let mut stored = put.header().to_vec();
    let chunks: Vec<&[u8]> = body.chunks(put.frame_length() as usize).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        let last = index + 1 == chunks.len();
        let job = put.frame(u32::try_from(chunk.len()).unwrap(), last).unwrap();
        stored.extend_from_slice(&job.prefix);
        stored.extend(aead::seal(put.message_key().expose(), &job.iv, &job.aad, chunk).unwrap());
    }
    let (object, changes) = put.finish(&stored, stored.len() as u64, &mut trace).unwrap();
    host.bodies.insert(object.body, stored.clone());
    host.commit(changes);
    // What the host encrypted, the core opens.
    assert_eq!(host.get("file").unwrap().0, body);

    let mut get = host.s3.get(&host.caller, BUCKET, "file").unwrap();
    let (mut at, mut opened) = (0, Vec::new());
    loop {
        match get.want().unwrap() {
            Want::Parse { bytes } => {
                get.feed(&stored[at..at + bytes]).unwrap();
                at += bytes;
            }
            Want::Unlock => {
                assert!(get.message_key().is_none());
                let mut env = Env { host_now: NOW, random: &mut host.random };
                let planned = get.plan_unlock(&host.kms, b"", &mut env, &mut trace);
                get.unlock(planned.result.unwrap(), &mut trace).unwrap();
            }
            Want::Frame(job) => {
                let end = at + job.length as usize + 16;
                let key = get.message_key().unwrap().expose();
                opened.extend_from_slice(&aead::open(key, &job.iv, &job.aad, &stored[at..end]).unwrap());
                get.opened().unwrap();
                at = end;
            }
            Want::Done => break,
        }
    }
    get.finish((stored.len() - at) as u64, b"", &mut trace).unwrap();
    assert_eq!(opened, body);
}

#[test]
fn an_object_put_in_anothers_place_does_not_open() {
    let mut host = Host::new();
    let arn = host.create_key();
    host.put("one", b"first", Some(&arn)).unwrap();
    host.put("two", b"second", Some(&arn)).unwrap();
    let one = host.stored("one").clone();
    host.stored("two").clone_from(&one);
    assert_eq!(host.get("two").unwrap_err().code(), "InvalidCiphertextException");
}

#[test]
fn what_kms_refuses_s3_passes_on() {
    let mut host = Host::new();
    let arn = host.create_key();
    host.put("file", b"text", Some(&arn)).unwrap();
    host.send("DisableKey", &[("KeyId", &arn)]).unwrap();
    assert_eq!(host.get("file").unwrap_err().code(), "DisabledException");
    assert_eq!(host.put("new", b"text", Some(&arn)).unwrap_err().code(), "DisabledException");
    assert_eq!(host.put("new", b"text", Some("alias/none")).unwrap_err().code(), "NotFoundException");
    host.send("EnableKey", &[("KeyId", &arn)]).unwrap();
    host.send("RotateKeyOnDemand", &[("KeyId", &arn)]).unwrap();
    assert_eq!(host.get("file").unwrap().0, b"text");
}

#[test]
fn names_are_held_to_s3s_rules() {
    let mut host = Host::new();
    for good in ["abc", "a.b", "my-bucket.2", &"a".repeat(63)] {
        assert!(BucketName::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "ab", "A-b", "-ab", "ab-", "a..b", "a.-b", "192.168.5.4", "a_b", &"a".repeat(64)] {
        assert_eq!(BucketName::parse(bad).unwrap_err().code(), "InvalidBucketName", "{bad}");
    }
    assert_eq!(ObjectKey::parse("").unwrap_err().code(), "InvalidArgument");
    assert_eq!(ObjectKey::parse(&"k".repeat(1025)).unwrap_err().code(), "KeyTooLongError");
    assert_eq!(host.get("none").unwrap_err().code(), "NoSuchKey");
    let again = host.s3.plan_create_bucket(&host.caller, BUCKET, NOW).unwrap_err();
    assert_eq!(again.code(), "BucketAlreadyOwnedByYou");
    host.caller.account = "111122223333".parse().unwrap();
    assert_eq!(host.get("none").unwrap_err().code(), "AccessDenied");
    let taken = host.s3.plan_create_bucket(&host.caller, BUCKET, NOW).unwrap_err();
    assert_eq!(taken.code(), "BucketAlreadyExists");
}

#[test]
fn objects_are_listed_deleted_and_loaded_again() {
    let mut host = Host::new();
    for key in ["b", "a/1", "a"] {
        host.put(key, b"text", None).unwrap();
    }
    let keys = |s3: &S3, after: &str| -> Vec<String> {
        s3.list(&Caller::default(), BUCKET, after).unwrap().map(|object| object.key.clone()).collect()
    };
    assert_eq!(keys(&host.s3, ""), ["a", "a/1", "b"]);
    assert_eq!(keys(&host.s3, "a"), ["a/1", "b"]);
    let changes = host.s3.plan_delete(&host.caller, BUCKET, "a/1").unwrap();
    host.commit(changes);
    assert!(host.s3.plan_delete(&host.caller, BUCKET, "a/1").unwrap().is_empty());
    assert_eq!(keys(&host.s3, ""), ["a", "b"]);

    let mut again = Kms::new(StoreKey::copy_from(host.kms.store_key().expose()).unwrap());
    let mut s3 = S3::default();
    for change in again.load(&host.rows).unwrap() {
        s3.apply(&change).unwrap();
    }
    assert_eq!(keys(&s3, ""), ["a", "b"]);
    assert!(host.rows.iter().any(|row| row.kind == Kind::Object as u8));
}
