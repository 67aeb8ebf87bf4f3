//! The tags of users and roles: `aws:PrincipalTag/…`
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>).

use tabkms_core::keys::{Identity, Tag};
use tabkms_core::model::Value;

use super::answer::Answer;
use super::call::Call;
use super::documents::over_quota;
use super::{IamError, put_in_order, remove, title};

/// Tags that one of them may have.
const MAX_TAGS: usize = 50;

/// Puts the tags of the request over those of `identity`, in the order of their keys. "Tag key values for IAM users and roles
/// are not case sensitive, but case is preserved": a key in other letters takes the place of the one that was there.
pub(super) fn put(call: &Call<'_>, identity: &mut Identity) -> Result<(), IamError> {
    let Some(Value::List(more)) = call.input.get("Tags") else { return Ok(()) };
    let tags = &mut identity.tags;
    let key_of = |tag: &Value| text(tag, "Key");
    for (at, tag) in more.iter().enumerate() {
        let key = key_of(tag);
        if is_reserved(&key) {
            let message = ["The tag key ", &key, " begins with aws:, which is reserved."];
            return Err(IamError::new(IamError::INVALID_INPUT, &message));
        }
        if more.iter().take(at).any(|earlier| key_of(earlier).eq_ignore_ascii_case(&key)) {
            let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(IamError::new(IamError::INVALID_INPUT, &[message]));
        }
        let tag = Tag { key: key.clone(), value: text(tag, "Value") };
        put_in_order(tags, tag, key_in, &|other| other.eq_ignore_ascii_case(&key));
    }
    if tags.len() > MAX_TAGS {
        return Err(over_quota("TagsPer", title(identity.kind), MAX_TAGS));
    }
    Ok(())
}

fn text(tag: &Value, member: &str) -> String {
    tag.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn key_in(tag: &Tag) -> &str {
    &tag.key
}

fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// `TagUser`, `TagRole`.
pub(super) fn tag(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    put(call, identity)?;
    Ok(call.put(identity))
}

/// `UntagUser`, `UntagRole`: a key that no tag has is nothing to complain of.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn untag(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    if let Some(Value::List(keys)) = call.input.get("TagKeys") {
        for key in keys.iter().filter_map(Value::as_str) {
            remove(&mut identity.tags, key_in, &|other| other.eq_ignore_ascii_case(key));
        }
    }
    Ok(call.put(identity))
}

/// `ListUserTags`, `ListRoleTags`.
#[allow(clippy::unnecessary_wraps)] // as the other operations
pub(super) fn list(call: &mut Call<'_>, identity: &mut Identity) -> Result<Answer, IamError> {
    let mut page = call.page();
    for tag in &identity.tags {
        if page.wants(&tag.key) {
            page.push(describe(tag));
        }
    }
    Ok(page.into_answer("Tags"))
}

pub(super) fn describe(tag: &Tag) -> Value {
    Answer::of(&[("Key", &tag.key), ("Value", &tag.value)]).into_value()
}
