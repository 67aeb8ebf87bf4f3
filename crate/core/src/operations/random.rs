//! GenerateRandom.

use zeroize::Zeroizing;

use super::Context;
use super::custom_stores::require_random_source;
use crate::model::shape::{answer, request};
use crate::model::{KmsError, SensitiveBlob};

request! {
    struct GenerateRandomRequest {
        "NumberOfBytes" number_of_bytes: Option<i64>,
        "CustomKeyStoreId" custom_key_store_id: Option<String>,
        "Recipient" recipient: Option<crate::model::Value>,
    }
}

answer! {
    struct GenerateRandomResponse {
        "Plaintext" plaintext: SensitiveBlob,
    }
}

/// `GenerateRandom`: 1 to 1024 random bytes.
pub(super) fn generate_random(
    context: &mut Context<'_>,
    request: GenerateRandomRequest,
) -> Result<GenerateRandomResponse, KmsError> {
    super::encryption::no_recipient(request.recipient.as_ref())?;
    require_random_source(context, request.custom_key_store_id.as_deref())?;
    let wanted = request.number_of_bytes.ok_or_else(|| KmsError::validation("NumberOfBytes is required."))?;
    let length = usize::try_from(wanted).map_err(|_| KmsError::validation("NumberOfBytes is required."))?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    context.random.fill(&mut bytes)?;
    Ok(GenerateRandomResponse { plaintext: bytes.into() })
}
