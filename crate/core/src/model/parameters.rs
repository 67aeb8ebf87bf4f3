//! What a request says of itself, without what nobody else may see: no blob, nothing that the service model calls
//! sensitive. Conditions look at it, and the audit event keeps it.

use super::Value;
use super::validate::{Member, Shape};

/// The members of a request that may be seen, by AWS's names, in the order of the service model.
#[derive(Debug, Default, PartialEq)]
pub struct Parameters(Vec<(&'static str, Value)>);

impl Parameters {
    /// Those of a validated `input` of these `members`.
    #[must_use]
    pub fn of(members: &'static [Member], input: &Value) -> Self {
        let shown = members.iter().filter_map(|member| {
            let value = shown(member.shape, input.get(member.name)?)?;
            Some((member.name, value))
        });
        Self(shown.collect())
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The text of the member of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

fn shown(shape: &Shape, value: &Value) -> Option<Value> {
    Some(match (shape, value) {
        (Shape::String { sensitive: true, .. } | Shape::Blob { .. }, _) | (_, Value::Bytes(_)) => {
            return None;
        }
        (Shape::Structure(members), Value::Map(_)) => {
            let members = members.iter().filter_map(|member| {
                let value = shown(member.shape, value.get(member.name)?)?;
                Some((member.name.to_owned(), value))
            });
            Value::Map(members.collect())
        }
        (Shape::Map { value: of }, Value::Map(pairs)) => {
            let pairs = pairs.iter().filter_map(|(key, value)| Some((key.clone(), shown(of, value)?)));
            Value::Map(pairs.collect())
        }
        (Shape::List { item: of, .. }, Value::List(items)) => {
            Value::List(items.iter().filter_map(|item| shown(of, item)).collect())
        }
        (_, Value::String(text)) => Value::String(text.clone()),
        (_, Value::Integer(number)) => Value::Integer(*number),
        (_, Value::Float(number)) => Value::Float(*number),
        (_, Value::Boolean(value)) => Value::Boolean(*value),
        (_, Value::Null | Value::List(_) | Value::Map(_)) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SensitiveBlob;
    use crate::model::validate::members_of;

    fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    #[test]
    fn shows_all_but_blobs_and_what_is_sensitive() {
        let blob = || Value::Bytes(SensitiveBlob::new(vec![1, 2, 3]));
        let text = |text: &str| Value::String(text.to_owned());
        let (_, members) = members_of("Encrypt").unwrap();
        let pairs = || map([("a", text("b"))]);
        let input = map([("Plaintext", blob()), ("EncryptionContext", pairs()), ("KeyId", text("k"))]);
        let shown = Parameters::of(members, &input);
        assert_eq!(shown.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["KeyId", "EncryptionContext"]);
        assert_eq!((shown.text("KeyId"), shown.get("EncryptionContext")), (Some("k"), Some(&pairs())));

        let (_, members) = members_of("CreateCustomKeyStore").unwrap();
        let credential = map([("AccessKeyId", text("ABC")), ("RawSecretAccessKey", text("secret"))]);
        let input = map([("KeyStorePassword", text("pw")), ("XksProxyAuthenticationCredential", credential)]);
        let shown = Parameters::of(members, &input);
        assert_eq!(shown.get("KeyStorePassword"), None);
        assert!(!format!("{shown:?}").contains("secret"));
    }
}
