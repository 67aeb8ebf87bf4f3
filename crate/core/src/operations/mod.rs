//! The operations of the KMS API, one file per family. Each reads state and returns an answer and the changes.
//!
//! Adding one: its function in the family's file, its line in [`TABLE`].

mod agreement;
mod aliases;
mod authorise;
mod context;
mod custom_stores;
mod data_key_pairs;
mod data_keys;
mod deletion;
mod due;
mod encryption;
mod given;
mod grants;
mod host;
mod import;
mod keys;
mod last_use;
mod mac;
mod paging;
mod policies;
mod random;
mod replicas;
mod rotation;
mod signing;
mod simulate;
mod states;
mod tags;

pub use context::Context;
pub use due::{DueBatch, Happened};
pub(crate) use due::{Means, next_batch};
pub use given::Given;
pub use host::{Desk, HostJob, HostKey, HostResult};
pub(crate) use simulate::simulate;

use crate::model::shape::{FromValue, IntoValue, answer, read, request};
use crate::model::{KmsError, Value};

/// An operation ready to run: takes a validated input.
pub type Run = fn(&mut Context<'_>, Value) -> Result<Value, KmsError>;

request! {
    /// The request of the operations that want to know the KMS key and nothing else.
    struct KeyRequest {
        "KeyId" key_id: String,
    }
}

answer! {
    /// The answer of the operations that say which KMS key it was.
    struct KeyResponse {
        "KeyId" key_id: String,
    }
}

/// Runs a typed operation on values.
fn run<I: FromValue, O: IntoValue>(
    operation: fn(&mut Context<'_>, I) -> Result<O, KmsError>,
    context: &mut Context<'_>,
    input: Value,
) -> Result<Value, KmsError> {
    operation(context, read(input)?).map(IntoValue::into_value)
}

macro_rules! operations {
    ($($name:literal => $operation:path,)*) => {
        /// Every operation that is built, sorted by name.
        pub static TABLE: &[(&str, Run)] =
            &[$(($name, |context, input| run($operation, context, input)),)*];
    };
}

operations! {
    "CancelKeyDeletion" => deletion::cancel_key_deletion,
    "ConnectCustomKeyStore" => custom_stores::connect_custom_key_store,
    "CreateAlias" => aliases::create_alias,
    "CreateCustomKeyStore" => custom_stores::create_custom_key_store,
    "CreateGrant" => grants::create_grant,
    "CreateKey" => keys::create_key,
    "Decapsulate" => agreement::decapsulate,
    "Decrypt" => encryption::decrypt,
    "DeleteAlias" => aliases::delete_alias,
    "DeleteCustomKeyStore" => custom_stores::delete_custom_key_store,
    "DeleteImportedKeyMaterial" => import::delete_imported_key_material,
    "DeriveSharedSecret" => agreement::derive_shared_secret,
    "DescribeCustomKeyStores" => custom_stores::describe_custom_key_stores,
    "DescribeKey" => keys::describe_key,
    "DisableKey" => states::disable_key,
    "DisableKeyRotation" => rotation::disable_key_rotation,
    "DisconnectCustomKeyStore" => custom_stores::disconnect_custom_key_store,
    "EnableKey" => states::enable_key,
    "EnableKeyRotation" => rotation::enable_key_rotation,
    "Encapsulate" => agreement::encapsulate,
    "Encrypt" => encryption::encrypt,
    "GenerateDataKey" => data_keys::generate_data_key,
    "GenerateDataKeyPair" => data_key_pairs::generate_data_key_pair,
    "GenerateDataKeyPairWithoutPlaintext" => data_key_pairs::generate_data_key_pair_without_plaintext,
    "GenerateDataKeyWithoutPlaintext" => data_keys::generate_data_key_without_plaintext,
    "GenerateMac" => mac::generate_mac,
    "GenerateRandom" => random::generate_random,
    "GetKeyLastUsage" => last_use::get_key_last_usage,
    "GetKeyPolicy" => policies::get_key_policy,
    "GetKeyRotationStatus" => rotation::get_key_rotation_status,
    "GetParametersForImport" => import::get_parameters_for_import,
    "GetPublicKey" => signing::get_public_key,
    "ImportKeyMaterial" => import::import_key_material,
    "ListAliases" => aliases::list_aliases,
    "ListGrants" => grants::list_grants,
    "ListKeyPolicies" => policies::list_key_policies,
    "ListKeyRotations" => rotation::list_key_rotations,
    "ListKeys" => keys::list_keys,
    "ListResourceTags" => tags::list_resource_tags,
    "ListRetirableGrants" => grants::list_retirable_grants,
    "PutKeyPolicy" => policies::put_key_policy,
    "ReEncrypt" => encryption::re_encrypt,
    "ReplicateKey" => replicas::replicate_key,
    "RetireGrant" => grants::retire_grant,
    "RevokeGrant" => grants::revoke_grant,
    "RotateKeyOnDemand" => rotation::rotate_key_on_demand,
    "ScheduleKeyDeletion" => deletion::schedule_key_deletion,
    "Sign" => signing::sign,
    "TagResource" => tags::tag_resource,
    "UntagResource" => tags::untag_resource,
    "UpdateAlias" => aliases::update_alias,
    "UpdateCustomKeyStore" => custom_stores::update_custom_key_store,
    "UpdateKeyDescription" => keys::update_key_description,
    "UpdatePrimaryRegion" => replicas::update_primary_region,
    "Verify" => signing::verify,
    "VerifyMac" => mac::verify_mac,
}

/// The operation of that name, where it is built.
#[must_use]
pub fn find(name: &str) -> Option<Run> {
    let at = TABLE.binary_search_by_key(&name, |(name, _)| name).ok()?;
    TABLE.get(at).map(|(_, run)| *run)
}
