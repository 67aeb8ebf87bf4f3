//! GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.
//!
//! The wrapping key's private part is kept nowhere: it stands, sealed under the store key, in the import token, and
//! comes back with it.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html>

use zeroize::Zeroizing;

use super::Context;
use super::context::{ResolvedKey, require_not, wrong_origin};
use super::keys::shown_material_id;
use crate::crypto::KeyMaterial;
use crate::crypto::pair::{PairError, PairKind};
use crate::crypto::secret::KEY_LEN;
use crate::crypto::wrap::{self, WrappingAlgorithm};
use crate::hierarchy::{MaterialId, SealedMaterial, record};
use crate::keys::{Family, Imported, Key, KeyRef, KeySpec, KeyState, Material, Origin, Status};
use crate::model::cbor::{Cbor, Reader, Writer};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError, SensitiveBlob, Timestamp};

/// How long an import token and its public key live, in days.
const TOKEN_LIFE: u32 = 1;
/// How far ahead imported material may expire, in days.
const MAX_VALIDITY: u32 = 365;
/// What an import token is sealed as; no record has the kind 0.
const TOKEN_LABEL: (u8, &str, u64) = (0, "import token", 0);

/// What stands in an import token: the key, the wrapping algorithm, when it ends, the wrapping key as PKCS #8.
struct ImportToken<'a> {
    key: KeyRef,
    algorithm: &'a str,
    valid_to: Timestamp,
    wrapping_key: &'a [u8],
}

impl<'a> ImportToken<'a> {
    fn write(&self) -> Zeroizing<Vec<u8>> {
        // Sized once: a buffer that grows leaves the private key behind.
        let mut to = Writer::with_capacity(self.wrapping_key.len() + 256);
        to.array(4);
        self.key.write(&mut to);
        to.str(self.algorithm);
        self.valid_to.write(&mut to);
        to.bytes(self.wrapping_key);
        Zeroizing::new(to.into_bytes())
    }

    fn read(token: &'a [u8]) -> Option<Self> {
        let mut from = Reader::new(token);
        from.array();
        let key = Cbor::read(&mut from);
        let algorithm = from.str();
        let valid_to = Cbor::read(&mut from);
        let wrapping_key = from.bytes();
        from.is_at_sound_end().then_some(Self { key, algorithm, valid_to, wrapping_key })
    }
}

request! {
    struct GetParametersForImportRequest {
        "KeyId" key_id: String,
        "WrappingAlgorithm" algorithm: String,
        "WrappingKeySpec" spec: String,
    }
}

answer! {
    struct GetParametersForImportResponse {
        "KeyId" key_id: String,
        "ImportToken" token: SensitiveBlob,
        "PublicKey" public_key: SensitiveBlob,
        "ParametersValidTo" valid_to: Timestamp,
    }
}

/// `GetParametersForImport`: an RSA public key to wrap with, and a token, both for 24 hours.
pub(super) fn get_parameters_for_import(
    context: &mut Context<'_>,
    request: GetParametersForImportRequest,
) -> Result<GetParametersForImportResponse, KmsError> {
    let key = importable(context, &request.key_id)?;
    require_not(&key, &NOT_IN)?;
    require_not(&key, &[KeyState::Updating])?;
    let kind = wrapping_key_kind(&key, &request.algorithm, &request.spec)?;
    let pair = context.generate_pair(kind)?;
    let valid_to = context.now.plus_days(TOKEN_LIFE);
    let token = ImportToken {
        key: key.reference.clone(),
        algorithm: &request.algorithm,
        valid_to,
        wrapping_key: pair.private.expose(),
    };
    let token = record::seal(context.store_key, TOKEN_LABEL, &token.write(), context.random)?;
    Ok(GetParametersForImportResponse {
        key_id: key.arn(),
        token: SensitiveBlob::new(token),
        public_key: SensitiveBlob::new(pair.public),
        valid_to,
    })
}

const NOT_IN: [KeyState; 3] =
    [KeyState::PendingDeletion, KeyState::PendingReplicaDeletion, KeyState::Creating];

fn importable<'a>(context: &mut Context<'a>, key_id: &str) -> Result<ResolvedKey<'a>, KmsError> {
    let key = context.key_not_alias(key_id)?;
    if key.origin == Origin::External { Ok(key) } else { Err(wrong_origin(&key)) }
}

/// The wrapping key's kind, if it can carry this key's material under that algorithm.
fn wrapping_key_kind(key: &Key, algorithm: &str, spec: &str) -> Result<PairKind, KmsError> {
    let kind = match spec {
        "RSA_2048" => PairKind::Rsa2048,
        "RSA_3072" => PairKind::Rsa3072,
        "RSA_4096" => PairKind::Rsa4096,
        _ => {
            let message = format!("tabkms does not implement WrappingKeySpec {spec} yet");
            return Err(KmsError::unsupported(message));
        }
    };
    let Some(wrapping) = WrappingAlgorithm::from_name(algorithm) else {
        return Err(KmsError::unsupported(format!("WrappingAlgorithm {algorithm} is not supported.")));
    };
    let is_direct = matches!(wrapping, WrappingAlgorithm::OaepSha1 | WrappingAlgorithm::OaepSha256);
    let is_too_large = match key.spec.family() {
        Family::Pair(PairKind::P521) => kind == PairKind::Rsa2048,
        Family::Pair(pair) => pair.rsa_bits().is_some(),
        Family::Symmetric | Family::Hmac(_) => false,
    };
    if is_direct && is_too_large {
        return Err(KmsError::unsupported(format!(
            "Key material of KeySpec {} does not fit WrappingAlgorithm {algorithm} with WrappingKeySpec {spec}.",
            key.spec.name()
        )));
    }
    Ok(kind)
}

request! {
    struct ImportKeyMaterialRequest {
        "KeyId" key_id: String,
        "ImportToken" token: SensitiveBlob,
        "EncryptedKeyMaterial" wrapped: SensitiveBlob,
        "ValidTo" valid_to: Option<Timestamp>,
        "ExpirationModel" expiration: Option<String>,
        "ImportType" import_type: Option<String>,
        "KeyMaterialDescription" description: Option<String>,
        "KeyMaterialId" material_id: Option<String>,
    }
}

answer! {
    struct ImportKeyMaterialResponse {
        "KeyId" key_id: String,
        "KeyMaterialId" material_id: Option<String>,
    }
}

/// `ImportKeyMaterial`: the first material, the same again, or, for symmetric encryption keys, the next one.
pub(super) fn import_key_material(
    context: &mut Context<'_>,
    request: ImportKeyMaterialRequest,
) -> Result<ImportKeyMaterialResponse, KmsError> {
    let valid_to = valid_to(context, request.expiration.as_deref(), request.valid_to)?;
    let key = importable(context, &request.key_id)?;
    if key.spec != KeySpec::SymmetricDefault
        && (request.import_type.is_some() || request.description.is_some() || request.material_id.is_some())
    {
        return Err(KmsError::unsupported(
            "ImportType, KeyMaterialDescription and KeyMaterialId are for symmetric encryption KMS keys only.",
        ));
    }
    let is_new = match request.import_type.as_deref() {
        Some(import_type) => import_type == "NEW_KEY_MATERIAL",
        None => key.materials.is_empty(),
    };
    if is_new && request.material_id.is_some() {
        return Err(KmsError::validation("KeyMaterialId is not valid with the ImportType NEW_KEY_MATERIAL."));
    }
    require_not(&key, &NOT_IN)?;
    let (material, public_key) = unwrapped(context, &key, request.token.expose(), request.wrapped.expose())?;

    let key_id = key.reference.id.to_string();
    let id = MaterialId::of(&material, &key_id)?;
    if request.material_id.is_some_and(|wanted| wanted != id.to_string()) {
        return Err(incorrect("The key material is not the one that KeyMaterialId names."));
    }
    let sealed = SealedMaterial::seal(context.store_key, &key_id, &material, context.random)?;
    let description = request.description;
    let imported = Material {
        id,
        sealed: Some(sealed),
        rotated: None,
        imported: Some(Imported { valid_to, description }),
    };
    let was_waiting = key.lacks_material();
    let mut key = key.into_owned();
    if is_new {
        add_new(&mut key, imported)?;
    } else {
        let next = context.next_of_primary(&key)?;
        put_back(&mut key, imported, next)?;
    }
    if let Some(public_key) = public_key {
        key.public_key = Some(public_key);
    }
    if was_waiting && !key.lacks_material() {
        key.status = Status::Enabled;
    }
    let material_id = key.all_materials().find(|material| material.id == id);
    let answer = ImportKeyMaterialResponse {
        key_id: key.arn(),
        material_id: material_id.and_then(|material| shown_material_id(&key, material)),
    };
    context.put_key(key);
    Ok(answer)
}

/// When the material will expire; `None` where it will not.
fn valid_to(
    context: &Context<'_>,
    model: Option<&str>,
    valid_to: Option<Timestamp>,
) -> Result<Option<Timestamp>, KmsError> {
    let does_expire = model != Some("KEY_MATERIAL_DOES_NOT_EXPIRE");
    match (does_expire, valid_to) {
        (false, None) => Ok(None),
        (false, Some(_)) => Err(KmsError::validation(
            "ValidTo is not valid with the ExpirationModel KEY_MATERIAL_DOES_NOT_EXPIRE.",
        )),
        (true, None) => Err(KmsError::validation(
            "ValidTo is required with the ExpirationModel KEY_MATERIAL_EXPIRES, which is the default.",
        )),
        (true, Some(at)) if at <= context.now => Err(KmsError::validation("ValidTo must be in the future.")),
        (true, Some(at)) if at > context.now.plus_days(MAX_VALIDITY) => {
            Err(KmsError::validation(format!("ValidTo must be at most {MAX_VALIDITY} days ahead.")))
        }
        (true, Some(at)) => Ok(Some(at)),
    }
}

/// The material in the form of the key's spec; of a key pair also the public key.
fn unwrapped(
    context: &mut Context<'_>,
    key: &Key,
    token: &[u8],
    wrapped: &[u8],
) -> Result<(KeyMaterial, Option<Vec<u8>>), KmsError> {
    let invalid = || KmsError::request(RequestError::InvalidImportToken, String::new());
    let opened = record::open(context.store_key, TOKEN_LABEL, token).map_err(|_| invalid())?;
    let token = ImportToken::read(&opened).ok_or_else(invalid)?;
    if token.key != key.reference {
        return Err(invalid());
    }
    if token.valid_to <= context.now {
        return Err(KmsError::request(RequestError::ExpiredImportToken, String::new()));
    }
    let algorithm = WrappingAlgorithm::from_name(token.algorithm).ok_or_else(invalid)?;
    let wrapping_key = KeyMaterial::new(Zeroizing::new(token.wrapping_key.to_vec()));
    let material = wrap::unwrap(algorithm, &wrapping_key, wrapped, context.random);
    let material = material.map_err(|error| match error {
        PairError::Failure(failure) => failure.into(),
        _ => KmsError::invalid_ciphertext(),
    })?;
    of_spec(key.spec, material)
}

/// Key material in the form of a spec; of a key pair also the public key.
pub(super) fn of_spec(
    spec: KeySpec,
    material: Zeroizing<Vec<u8>>,
) -> Result<(KeyMaterial, Option<Vec<u8>>), KmsError> {
    let of_length = |length: usize, material: Zeroizing<Vec<u8>>| {
        if material.len() == length {
            return Ok((KeyMaterial::new(material), None));
        }
        Err(incorrect(&format!("The key material is {} bytes long, not {length}.", material.len())))
    };
    match spec.family() {
        Family::Symmetric => of_length(KEY_LEN, material),
        Family::Hmac(algorithm) => of_length(algorithm.length(), material),
        Family::Pair(kind) => {
            let form = |_| {
                incorrect(&format!("The key material is no PKCS #8 private key of KeySpec {}.", spec.name()))
            };
            let pair = kind.import(&material).map_err(form)?;
            Ok((pair.private, Some(pair.public)))
        }
    }
}

fn incorrect(message: &str) -> KmsError {
    KmsError::request(RequestError::IncorrectKeyMaterial, message)
}

/// Takes in material that the key has not had yet: the first, or the next.
fn add_new(key: &mut Key, imported: Material) -> Result<(), KmsError> {
    if key.is_replica() {
        return Err(KmsError::unsupported(
            "New key material is imported into the primary key first, and then into its replicas as existing.",
        ));
    }
    if key.material(imported.id).is_some() {
        return Err(incorrect("The key material belongs to the KMS key already."));
    }
    if key.materials.is_empty() {
        key.materials.push(imported);
        return Ok(());
    }
    match &mut key.pending {
        Some(pending) if pending.id != imported.id => {
            Err(incorrect("Other key material waits for its rotation. Delete it first."))
        }
        pending => {
            *pending = Some(imported);
            Ok(())
        }
    }
}

/// Takes in material that belongs to the key already, or, in a replica, waits in its primary (`next`).
fn put_back(key: &mut Key, imported: Material, next: Option<MaterialId>) -> Result<(), KmsError> {
    let id = imported.id;
    if let Some(known) = key.all_materials_mut().find(|material| material.id == id) {
        let before = known.imported.take().and_then(|before| before.description);
        known.sealed = imported.sealed;
        known.imported =
            imported.imported.map(|now| Imported { description: now.description.or(before), ..now });
        return Ok(());
    }
    if next == Some(id) {
        key.pending = Some(imported);
        return Ok(());
    }
    Err(incorrect("The key material is not the one that was imported before."))
}

impl Context<'_> {
    /// The material that waits for its rotation in the primary of this replica.
    fn next_of_primary(&mut self, key: &Key) -> Result<Option<MaterialId>, KmsError> {
        let Some(related) = key.multi_region.as_ref().filter(|_| key.is_replica()) else { return Ok(None) };
        let primary = self.caught_up(&key.reference.in_region(&related.primary))?;
        Ok(primary.and_then(|primary| primary.pending.as_ref().map(|pending| pending.id)))
    }
}

request! {
    struct DeleteImportedKeyMaterialRequest {
        "KeyId" key_id: String,
        "KeyMaterialId" material_id: Option<String>,
    }
}

/// `DeleteImportedKeyMaterial`: the current material, or the one that is named. What is not there has no effect.
pub(super) fn delete_imported_key_material(
    context: &mut Context<'_>,
    request: DeleteImportedKeyMaterialRequest,
) -> Result<ImportKeyMaterialResponse, KmsError> {
    let key = importable(context, &request.key_id)?;
    if key.spec != KeySpec::SymmetricDefault && request.material_id.is_some() {
        return Err(KmsError::unsupported("KeyMaterialId is for symmetric encryption KMS keys only."));
    }
    require_not(&key, &[KeyState::Creating, KeyState::Updating])?;
    let found = match &request.material_id {
        Some(id) => {
            let found = key.all_materials().find(|material| material.id.to_string() == *id);
            Some(found.ok_or_else(|| KmsError::not_found(format!("Key material {id} not found.")))?)
        }
        None => key.materials.last(),
    };
    let Some(material) = found.cloned() else {
        return Ok(ImportKeyMaterialResponse { key_id: key.arn(), material_id: None });
    };
    let answer =
        ImportKeyMaterialResponse { key_id: key.arn(), material_id: shown_material_id(&key, &material) };
    let mut key = key.into_owned();
    if key.pending.take_if(|pending| pending.id == material.id).is_some() {
        // What waits in a primary waits in its replicas for the same rotation.
        if key.is_replica() {
            context.put_key(key);
        } else {
            context.put_related(key, |_, replica| replica.pending = None)?;
        }
        return Ok(answer);
    }
    if let Some(known) = key.all_materials_mut().find(|known| known.id == material.id) {
        known.sealed = None;
    }
    context.put_key(key);
    Ok(answer)
}
