//! TagResource, UntagResource, ListResourceTags.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html>

use super::Context;
use super::context::require_not_pending_deletion;
use super::paging::{limit, page, parse_marker};
use crate::keys::{Key, Tag};
use crate::model::shape::{answer, request};
use crate::model::{KmsError, RequestError};

/// Tags that one KMS key may have.
const MAX_TAGS: usize = 50;

request! {
    struct TagRequest {
        "TagKey" key: String,
        "TagValue" value: String,
    }
}

answer! {
    struct TagEntry {
        "TagKey" key: String,
        "TagValue" value: String,
    }
}

impl From<&Tag> for TagEntry {
    fn from(tag: &Tag) -> Self {
        Self { key: tag.key.clone(), value: tag.value.clone() }
    }
}

/// `tags` with `more` put over them, sorted by key.
///
/// # Errors
/// `TagException` for a key that is given twice or is AWS's own, `LimitExceededException` beyond 50.
pub(super) fn tagged(mut tags: Vec<Tag>, more: Vec<TagRequest>) -> Result<Vec<Tag>, KmsError> {
    for (at, tag) in more.iter().enumerate() {
        refuse_reserved(&tag.key)?;
        if more.iter().take(at).any(|earlier| earlier.key == tag.key) {
            return Err(tag_error(format!("Tag key {} is given twice", tag.key)));
        }
    }
    for TagRequest { key, value } in more {
        match tags.binary_search_by(|tag| tag.key.cmp(&key)) {
            Ok(at) => {
                if let Some(tag) = tags.get_mut(at) {
                    tag.value = value;
                }
            }
            Err(at) => tags.insert(at, Tag { key, value }),
        }
    }
    if tags.len() > MAX_TAGS {
        let message = format!("A KMS key has at most {MAX_TAGS} tags");
        return Err(KmsError::request(RequestError::LimitExceeded, message));
    }
    Ok(tags)
}

/// Refuses AWS's own tag keys.
fn refuse_reserved(key: &str) -> Result<(), KmsError> {
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(tag_error(format!("Tag key {key} begins with aws:, which is reserved")));
    }
    Ok(())
}

fn tag_error(message: String) -> KmsError {
    KmsError::request(RequestError::Tag, message)
}

request! {
    struct TagResourceRequest {
        "KeyId" key_id: String,
        "Tags" tags: Vec<TagRequest>,
    }
}

/// `TagResource`: adds tags; one of a key that is there already gets the new value.
pub(super) fn tag_resource(context: &mut Context<'_>, request: TagResourceRequest) -> Result<(), KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_not_pending_deletion(&key)?;
    let tags = tagged(key.tags.clone(), request.tags)?;
    if tags != key.tags {
        context.put_key(Key { tags, ..key.into_owned() });
    }
    Ok(())
}

request! {
    struct UntagResourceRequest {
        "KeyId" key_id: String,
        "TagKeys" keys: Vec<String>,
    }
}

/// `UntagResource`: a key that no tag has is nothing to complain of.
pub(super) fn untag_resource(
    context: &mut Context<'_>,
    request: UntagResourceRequest,
) -> Result<(), KmsError> {
    let key = context.key_not_alias(&request.key_id)?;
    require_not_pending_deletion(&key)?;
    request.keys.iter().try_for_each(|key| refuse_reserved(key))?;
    let mut key = key.into_owned();
    let before = key.tags.len();
    key.tags.retain(|tag| !request.keys.contains(&tag.key));
    if key.tags.len() != before {
        context.put_key(key);
    }
    Ok(())
}

request! {
    struct ListResourceTagsRequest {
        "KeyId" key_id: String,
        "Limit" limit: Option<i64>,
        "Marker" marker: Option<String>,
    }
}

answer! {
    struct ListResourceTagsResponse {
        "Tags" tags: Vec<TagEntry>,
        "NextMarker" next_marker: Option<String>,
        "Truncated" truncated: bool,
    }
}

/// `ListResourceTags`: in the order of their keys, at most 50 a page.
pub(super) fn list_resource_tags(
    context: &mut Context<'_>,
    request: ListResourceTagsRequest,
) -> Result<ListResourceTagsResponse, KmsError> {
    let limit = limit(request.limit, 50, 50)?;
    let after: Option<String> = parse_marker(request.marker.as_deref())?;
    let key = context.key_not_alias(&request.key_id)?;
    let tags = key.tags.iter().filter(|tag| after.as_ref().is_none_or(|after| tag.key > *after));
    let page = page(tags, limit, |tag| tag.key.clone());
    Ok(ListResourceTagsResponse {
        tags: page.items.into_iter().map(TagEntry::from).collect(),
        next_marker: page.next_marker,
        truncated: page.truncated,
    })
}
