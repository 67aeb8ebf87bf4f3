//! Encrypt, Decrypt, ReEncrypt: with symmetric KMS keys and with RSA keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>

use zeroize::Zeroizing;

use super::Context;
use super::context::{ResolvedKey, material_artefact, require_algorithm, require_enabled, require_usage};
use super::signing::{pair_error, pair_kind, public_key};
use crate::crypto::pair::rsa::{self, Oaep};
use crate::hierarchy::blob::{self, Blob, Made};
use crate::hierarchy::{EncryptionContext, MaterialId};
use crate::keys::{Key, KeyRef, KeyUsage};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, SensitiveBlob, Value};
use crate::trace::{Action, Actor, Artefact, Kind, Step};

/// The algorithm of symmetric KMS keys, and the one where a request names none.
pub(super) const SYMMETRIC_DEFAULT: &str = "SYMMETRIC_DEFAULT";

request! {
    struct EncryptRequest {
        "KeyId" key_id: String,
        "Plaintext" plaintext: SensitiveBlob,
        "EncryptionContext" context: Option<EncryptionContext>,
        "EncryptionAlgorithm" algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
    }
}

answer! {
    struct EncryptResponse {
        "CiphertextBlob" ciphertext: SensitiveBlob,
        "KeyId" key_id: String,
        "EncryptionAlgorithm" algorithm: &'static str,
    }
}

/// `Encrypt`: 1 to 4096 bytes, with RSA as many as the padding leaves.
pub(super) fn encrypt(
    context: &mut Context<'_>,
    request: EncryptRequest,
) -> Result<EncryptResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let key = context.key(&request.key_id)?;
    let cipher = Cipher::of(&key, request.algorithm.as_deref(), context.operation)?;
    let encryption_context = request.context.unwrap_or_default();
    cipher.require_fitting(&key, &encryption_context, Some(request.plaintext.len()))?;
    require_enabled(&key)?;
    context.unless_dry_run_on(&key, request.dry_run)?;
    let shown = Some(Kind::Plaintext);
    let plaintext = request.plaintext.expose();
    let ciphertext = match cipher {
        Cipher::Symmetric => seal(context, &key, Made::ByEncrypt, &encryption_context, shown, plaintext)?,
        Cipher::Rsa(name, oaep) => encrypt_rsa(context, &key, (name, oaep), shown, plaintext)?,
    };
    context.used(&key);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, key.arn(), &ciphertext)));
    Ok(EncryptResponse {
        ciphertext: SensitiveBlob::new(ciphertext),
        key_id: key.arn(),
        algorithm: cipher.name(),
    })
}

request! {
    struct DecryptRequest {
        "CiphertextBlob" ciphertext: Option<SensitiveBlob>,
        "KeyId" key_id: Option<String>,
        "EncryptionContext" context: Option<EncryptionContext>,
        "EncryptionAlgorithm" algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "Recipient" recipient: Option<Value>,
        "DryRun" dry_run: Option<bool>,
        "DryRunModifiers" dry_run_modifiers: Option<Vec<String>>,
    }
}

answer! {
    struct DecryptResponse {
        "KeyId" key_id: String,
        "Plaintext" plaintext: SensitiveBlob,
        "EncryptionAlgorithm" algorithm: &'static str,
        "KeyMaterialId" material_id: Option<String>,
    }
}

/// `Decrypt`: a symmetric ciphertext says which KMS key and material; `KeyId`, where given, must be that key. An
/// asymmetric one says nothing: the request names the key and the algorithm.
pub(super) fn decrypt(
    context: &mut Context<'_>,
    request: DecryptRequest,
) -> Result<DecryptResponse, KmsError> {
    no_recipient(request.recipient.as_ref())?;
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let source = Source { key_id: request.key_id, algorithm: request.algorithm, member: "keyId" };
    if ignores_ciphertext(request.dry_run, request.dry_run_modifiers.as_deref()) {
        source.require_allowed(context)?;
        context.unless_dry_run(request.dry_run)?;
    }
    let ciphertext = request.ciphertext.ok_or_else(|| missing("ciphertextBlob"))?;
    let (key, opening) = source.opening(context, ciphertext.expose())?;
    let encryption_context = request.context.unwrap_or_default();
    opening.cipher().require_fitting(&key, &encryption_context, None)?;
    require_enabled(&key)?;
    let plaintext = open(context, &key, &opening, &encryption_context)?;
    context.unless_dry_run(request.dry_run)?;
    context.used(&key);
    let kind = plaintext_kind(opening.made());
    answer_sent(context, |step| step.making(Artefact::shown(kind, "", &plaintext)));
    Ok(DecryptResponse {
        key_id: key.arn(),
        plaintext: plaintext.into(),
        algorithm: opening.cipher().name(),
        material_id: opening.material_id(),
    })
}

request! {
    struct ReEncryptRequest {
        "CiphertextBlob" ciphertext: Option<SensitiveBlob>,
        "SourceEncryptionContext" source_context: Option<EncryptionContext>,
        "SourceKeyId" source_key_id: Option<String>,
        "SourceEncryptionAlgorithm" source_algorithm: Option<String>,
        "DestinationKeyId" destination_key_id: String,
        "DestinationEncryptionContext" destination_context: Option<EncryptionContext>,
        "DestinationEncryptionAlgorithm" destination_algorithm: Option<String>,
        "GrantTokens" grant_tokens: Option<Vec<String>>,
        "DryRun" dry_run: Option<bool>,
        "DryRunModifiers" dry_run_modifiers: Option<Vec<String>>,
    }
}

answer! {
    struct ReEncryptResponse {
        "CiphertextBlob" ciphertext: SensitiveBlob,
        "SourceKeyId" source_key_id: String,
        "KeyId" key_id: String,
        "SourceEncryptionAlgorithm" source_algorithm: &'static str,
        "DestinationEncryptionAlgorithm" destination_algorithm: &'static str,
        "SourceKeyMaterialId" source_material_id: Option<String>,
        "DestinationKeyMaterialId" destination_material_id: Option<String>,
    }
}

/// `ReEncrypt`: decrypts and encrypts again without the plaintext ever leaving; from any kind of key to any other.
pub(super) fn re_encrypt(
    context: &mut Context<'_>,
    request: ReEncryptRequest,
) -> Result<ReEncryptResponse, KmsError> {
    context.check_grant_tokens(request.grant_tokens.as_deref())?;
    let source =
        Source { key_id: request.source_key_id, algorithm: request.source_algorithm, member: "sourceKeyId" };
    let algorithm = request.destination_algorithm.as_deref();
    context.action = "ReEncryptFrom";
    context.other_key = context.reference_of(&request.destination_key_id);
    if ignores_ciphertext(request.dry_run, request.dry_run_modifiers.as_deref()) {
        let from = source.require_allowed(context)?;
        (context.action, context.other_key) = ("ReEncryptTo", Some(from));
        let destination = context.key(&request.destination_key_id)?;
        Cipher::of(&destination, algorithm, context.operation)?;
        require_enabled(&destination)?;
        context.unless_dry_run(request.dry_run)?;
    }
    let ciphertext = request.ciphertext.ok_or_else(|| missing("ciphertextBlob"))?;
    let (source, opening) = source.opening(context, ciphertext.expose())?;
    (context.action, context.other_key) = ("ReEncryptTo", Some(source.reference.clone()));
    let destination = context.key(&request.destination_key_id)?;
    let cipher = Cipher::of(&destination, algorithm, context.operation)?;
    let source_context = request.source_context.unwrap_or_default();
    let destination_context = request.destination_context.unwrap_or_default();
    opening.cipher().require_fitting(&source, &source_context, None)?;
    cipher.require_fitting(&destination, &destination_context, None)?;
    require_enabled(&source)?;
    require_enabled(&destination)?;
    let plaintext = open(context, &source, &opening, &source_context)?;
    cipher.require_fitting(&destination, &destination_context, Some(plaintext.len()))?;
    context.unless_dry_run_on(&destination, request.dry_run)?;
    let again = match cipher {
        Cipher::Symmetric => {
            seal(context, &destination, opening.made(), &destination_context, None, &plaintext)?
        }
        Cipher::Rsa(name, oaep) => encrypt_rsa(context, &destination, (name, oaep), None, &plaintext)?,
    };
    context.used(&source);
    context.used(&destination);
    answer_sent(context, |step| step.making(Artefact::shown(Kind::Ciphertext, destination.arn(), &again)));
    Ok(ReEncryptResponse {
        ciphertext: SensitiveBlob::new(again),
        source_key_id: source.arn(),
        key_id: destination.arn(),
        source_algorithm: opening.cipher().name(),
        destination_algorithm: cipher.name(),
        source_material_id: opening.material_id(),
        destination_material_id: match cipher {
            Cipher::Symmetric => Some(destination.current()?.id.to_string()),
            Cipher::Rsa(..) => None,
        },
    })
}

/// How a key encrypts.
#[derive(Clone, Copy)]
enum Cipher {
    Symmetric,
    /// With AWS's name of the algorithm.
    Rsa(&'static str, Oaep),
}

impl Cipher {
    /// The cipher of a key for encryption, where the algorithm is its own.
    fn of(key: &Key, algorithm: Option<&str>, operation: &str) -> Result<Self, KmsError> {
        require_usage(key, KeyUsage::EncryptDecrypt, operation)?;
        let algorithm = algorithm.unwrap_or(SYMMETRIC_DEFAULT);
        let own = key.spec.encryption_algorithms();
        require_algorithm(key, algorithm, own)?;
        let named = own.iter().find(|name| **name == algorithm);
        Ok(match named.and_then(|name| Some((*name, Oaep::from_name(name)?))) {
            Some((name, oaep)) => Self::Rsa(name, oaep),
            None => Self::Symmetric,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Symmetric => SYMMETRIC_DEFAULT,
            Self::Rsa(name, _) => name,
        }
    }

    /// Refuses what RSA does not take: an encryption context, and a plaintext of `length` bytes that is too long.
    fn require_fitting(
        self,
        key: &Key,
        encryption_context: &EncryptionContext,
        length: Option<usize>,
    ) -> Result<(), KmsError> {
        let Self::Rsa(name, oaep) = self else { return Ok(()) };
        if !encryption_context.0.is_empty() {
            return Err(KmsError::validation("EncryptionContext is not supported for asymmetric KMS keys."));
        }
        let longest = oaep.longest_plaintext(pair_kind(key)?.rsa_bits().unwrap_or_default());
        if length.is_some_and(|length| length > longest) {
            return Err(KmsError::validation(format!(
                "Algorithm {name} and key spec {} cannot encrypt data larger than {longest} bytes.",
                key.spec.name()
            )));
        }
        Ok(())
    }
}

/// What a request says of its ciphertext's key.
struct Source {
    key_id: Option<String>,
    algorithm: Option<String>,
    /// The member that names the key, as messages spell it.
    member: &'static str,
}

/// How a ciphertext opens.
enum Opening<'b> {
    Symmetric(Blob<'b>),
    Rsa(Cipher, Oaep, &'b [u8]),
}

impl Opening<'_> {
    fn cipher(&self) -> Cipher {
        match self {
            Self::Symmetric(_) => Cipher::Symmetric,
            Self::Rsa(cipher, ..) => *cipher,
        }
    }

    fn made(&self) -> Made {
        match self {
            Self::Symmetric(blob) => blob.made,
            Self::Rsa(..) => Made::ByEncrypt,
        }
    }

    /// The material that it names; only symmetric ciphertexts do.
    fn material_id(&self) -> Option<String> {
        match self {
            Self::Symmetric(blob) => Some(blob.material.to_string()),
            Self::Rsa(..) => None,
        }
    }
}

impl Source {
    /// The ciphertext's key, with which the caller may do this, and how it opens.
    fn opening<'a, 'b>(
        &self,
        context: &mut Context<'a>,
        ciphertext: &'b [u8],
    ) -> Result<(ResolvedKey<'a>, Opening<'b>), KmsError> {
        let named = match &self.key_id {
            Some(key_id) => Some(context.key(key_id)?),
            None if self.algorithm.as_deref().is_none_or(|name| name == SYMMETRIC_DEFAULT) => None,
            None => return Err(missing(self.member)),
        };
        let Some(named) = named else {
            let (key, blob) = key_of_ciphertext(context, None, ciphertext)?;
            Cipher::of(&key, self.algorithm.as_deref(), context.operation)?;
            return Ok((key, Opening::Symmetric(blob)));
        };
        match Cipher::of(&named, self.algorithm.as_deref(), context.operation)? {
            Cipher::Symmetric => {
                let (key, blob) = key_of_ciphertext(context, Some(named), ciphertext)?;
                Ok((key, Opening::Symmetric(blob)))
            }
            cipher @ Cipher::Rsa(_, oaep) => Ok((named, Opening::Rsa(cipher, oaep, ciphertext))),
        }
    }

    /// For a dry run without a ciphertext: whether the caller may use the key, which has to be named. Returns it.
    fn require_allowed(&self, context: &mut Context<'_>) -> Result<KeyRef, KmsError> {
        let key_id = self.key_id.as_deref().ok_or_else(|| missing(self.member))?;
        let key = context.key(key_id)?;
        Cipher::of(&key, self.algorithm.as_deref(), context.operation)?;
        require_enabled(&key)?;
        Ok(key.reference.clone())
    }
}

/// Whether a dry run shall not look at the ciphertext, which need not be there then.
fn ignores_ciphertext(dry_run: Option<bool>, modifiers: Option<&[String]>) -> bool {
    let ignore = |modifiers: &[String]| modifiers.iter().any(|modifier| modifier == "IGNORE_CIPHERTEXT");
    dry_run == Some(true) && modifiers.is_some_and(ignore)
}

/// A member that the service model leaves optional, and this request does not.
fn missing(member: &str) -> KmsError {
    KmsError::validation(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

/// The key that a ciphertext names, if the caller may know of it; where one is `named`, it must be that key.
fn key_of_ciphertext<'a, 'b>(
    context: &mut Context<'a>,
    named: Option<ResolvedKey<'a>>,
    ciphertext: &'b [u8],
) -> Result<(ResolvedKey<'a>, Blob<'b>), KmsError> {
    let blob = Blob::parse(ciphertext).ok_or_else(KmsError::invalid_ciphertext)?;
    let label = blob.material.to_string();
    context.trace.step(|| {
        Step::new(Actor::Kms, Action::Check, format!("the ciphertext names key material {label}"))
            .using(Artefact::shown(ciphertext_kind(blob.made), "", ciphertext))
    });
    let found = context.state.key_with_material(&context.caller.region, blob.material);
    let found = match found {
        Some(key) => context.caught_up(&key.reference)?,
        // Material that fell due within this very call stands among the changes only.
        None => named.clone().filter(|key| key.material(blob.material).is_some()),
    };
    let Some(key) = found else {
        return Err(match named {
            Some(_) => incorrect_key(),
            None => KmsError::unknown_ciphertext_key(),
        });
    };
    match named {
        Some(named) if named.reference != key.reference => Err(incorrect_key()),
        Some(named) => Ok((named, blob)),
        None => {
            // Across accounts a refusal does not even say that there is such a key.
            let is_foreign = context.caller.account != key.reference.account;
            context.authorise(&key).map_err(|refused| match is_foreign {
                true => KmsError::unknown_ciphertext_key(),
                false => refused,
            })?;
            Ok((key, blob))
        }
    }
}

fn incorrect_key() -> KmsError {
    KmsError::Request(
        RequestError::IncorrectKey,
        "The key ID in the request does not identify a CMK that can perform this operation.".to_owned(),
    )
}

/// Encrypts `plaintext` under the key's current material, step by step inside the HSM boundary. `shown` says as
/// what the plaintext may be traced; `None` where it never left.
pub(super) fn seal(
    context: &mut Context<'_>,
    key: &Key,
    made: Made,
    encryption_context: &EncryptionContext,
    shown: Option<Kind>,
    plaintext: &[u8],
) -> Result<Vec<u8>, KmsError> {
    let current = key.current()?;
    let material = context.unseal(key, current)?;
    let sealed = blob::seal((current.id, &material), made, encryption_context, plaintext, context.random)?;
    trace_derivation(context, current.id, &material, &sealed.nonce, &sealed.key);
    context.trace.step(|| {
        let step = Step::new(Actor::Hsm, Action::Encrypt, "AES-256-GCM")
            .using(Artefact::per_call_key(&sealed.key))
            .using(context_artefact(encryption_context))
            .making(Artefact::shown(ciphertext_kind(made), key.arn(), &sealed.blob));
        match shown {
            Some(kind) => step.using(Artefact::shown(kind, "", plaintext)),
            None => step,
        }
    });
    trace_discard(context, current.id, &material, &sealed.key);
    Ok(sealed.blob)
}

/// Encrypts under the public key: no key material is in use.
fn encrypt_rsa(
    context: &mut Context<'_>,
    key: &Key,
    (name, oaep): (&'static str, Oaep),
    shown: Option<Kind>,
    plaintext: &[u8],
) -> Result<Vec<u8>, KmsError> {
    let ciphertext = rsa::encrypt(public_key(key)?, oaep, plaintext, context.random);
    let ciphertext = ciphertext.map_err(|error| pair_error(error, name))?;
    context.trace.step(|| {
        let step = Step::new(Actor::Hsm, Action::Encrypt, name).making(Artefact::shown(
            Kind::Ciphertext,
            key.arn(),
            &ciphertext,
        ));
        match shown {
            Some(kind) => step.using(Artefact::shown(kind, "", plaintext)),
            None => step,
        }
    });
    Ok(ciphertext)
}

/// Opens a ciphertext.
fn open(
    context: &mut Context<'_>,
    key: &Key,
    opening: &Opening<'_>,
    encryption_context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KmsError> {
    match opening {
        Opening::Symmetric(blob) => open_blob(context, key, blob, encryption_context),
        Opening::Rsa(cipher, oaep, ciphertext) => {
            let current = key.current()?;
            let material = context.unseal(key, current)?;
            let opened = context.rsa_decrypt((current.id, &material), *oaep, ciphertext);
            // Whoever has the public key may encrypt nothing at all; a plaintext here is 1 byte or more.
            let opened = opened.and_then(|plaintext| match plaintext.is_empty() {
                true => Err(KmsError::invalid_ciphertext()),
                false => Ok(plaintext),
            });
            context.trace.step(|| {
                let outcome = if opened.is_ok() { "" } else { ": the padding does not fit" };
                Step::new(Actor::Hsm, Action::Decrypt, format!("{}{outcome}", cipher.name()))
                    .using(material_artefact(key, current, &material))
                    .using(Artefact::shown(Kind::Ciphertext, key.arn(), ciphertext))
            });
            context.trace.step(|| {
                Step::new(Actor::Hsm, Action::Discard, "").using(material_artefact(key, current, &material))
            });
            opened
        }
    }
}

/// Opens a symmetric ciphertext under the material that it names.
fn open_blob(
    context: &mut Context<'_>,
    key: &Key,
    blob: &Blob<'_>,
    encryption_context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KmsError> {
    let sealed = key.material(blob.material).ok_or_else(KmsError::unknown_ciphertext_key)?;
    let material = context.unseal(key, sealed)?;
    let per_call = blob::derive_per_call_key(&material, blob.nonce())?;
    trace_derivation(context, sealed.id, &material, blob.nonce(), &per_call);
    let opened = blob.open(&per_call, encryption_context);
    context.trace.step(|| {
        let outcome = if opened.is_ok() { "AES-256-GCM" } else { "AES-256-GCM: the tag does not fit" };
        Step::new(Actor::Hsm, Action::Decrypt, outcome)
            .using(Artefact::per_call_key(&per_call))
            .using(context_artefact(encryption_context))
    });
    trace_discard(context, sealed.id, &material, &per_call);
    opened
}

fn trace_derivation(
    context: &mut Context<'_>,
    id: MaterialId,
    material: &crate::crypto::KeyMaterial,
    nonce: &[u8],
    per_call: &crate::crypto::PerCallKey,
) {
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Derive, "NIST SP 800-108 counter mode, HMAC-SHA-256")
            .using(Artefact::key_material(id.to_string(), material))
            .using(Artefact::shown(Kind::Nonce, "", nonce))
            .making(Artefact::per_call_key(per_call))
    });
}

fn trace_discard(
    context: &mut Context<'_>,
    id: MaterialId,
    material: &crate::crypto::KeyMaterial,
    per_call: &crate::crypto::PerCallKey,
) {
    context.trace.step(|| {
        Step::new(Actor::Hsm, Action::Discard, "")
            .using(Artefact::key_material(id.to_string(), material))
            .using(Artefact::per_call_key(per_call))
    });
}

/// Traces the answer on its way to whoever called.
pub(super) fn answer_sent(context: &mut Context<'_>, add: impl FnOnce(Step) -> Step) {
    let to = if context.caller.via_service.as_deref() == Some("s3") { Actor::S3 } else { Actor::You };
    context.trace.step(|| add(Step::new(Actor::Kms, Action::Send, "").to(to)));
}

fn context_artefact(encryption_context: &EncryptionContext) -> Artefact {
    let mut encoded = Vec::new();
    encryption_context.encode(&mut encoded);
    let pairs: Vec<String> =
        encryption_context.0.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    Artefact::shown(Kind::EncryptionContext, pairs.join(", "), &encoded)
}

fn ciphertext_kind(made: Made) -> Kind {
    match made {
        Made::ByEncrypt => Kind::Ciphertext,
        Made::ByGenerateDataKey => Kind::EncryptedDataKey,
    }
}

fn plaintext_kind(made: Made) -> Kind {
    match made {
        Made::ByEncrypt => Kind::Plaintext,
        Made::ByGenerateDataKey => Kind::DataKey,
    }
}

/// Answers for Nitro enclaves are not built.
pub(super) fn no_recipient(recipient: Option<&Value>) -> Result<(), KmsError> {
    match recipient {
        None | Some(Value::Null) => Ok(()),
        Some(_) => Err(KmsError::unsupported("tabkms does not implement Recipient yet")),
    }
}
