//! A named stretch of bytes: what the inspectors answer and the page draws.

use super::Value;
use super::shape::IntoValue;

/// A named stretch of bytes and what it means; stretches may nest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Short and stable, since the page links to it: `iv`, `frame-1`.
    pub name: String,
    /// What it is called in words: `Initialisation vector`.
    pub title: String,
    /// Where it begins, in bytes from the start of what is inspected.
    pub offset: usize,
    /// How many bytes it is; 0 where something is present by being empty.
    pub length: usize,
    /// What it means, in one sentence.
    pub meaning: String,
    /// Where that is written: a specification, an AWS page, or `observed`.
    pub source: String,
    /// The value in words, where it has one: `AES-256-GCM`.
    pub value: Option<String>,
    /// Its parts in their order; empty where it has none.
    pub fields: Vec<Field>,
}

impl Field {
    /// A field of `length` bytes at `offset`, without value and parts.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        title: impl Into<String>,
        offset: usize,
        length: usize,
        meaning: impl Into<String>,
        source: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            offset,
            length,
            meaning: meaning.into(),
            source: source.into(),
            value: None,
            fields: Vec::new(),
        }
    }

    /// Sets the value in words.
    #[must_use]
    pub fn valued(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Sets the parts.
    #[must_use]
    pub fn parted(mut self, fields: Vec<Field>) -> Self {
        self.fields = fields;
        self
    }

    /// Moves it and its parts by `offset` bytes, for bytes that stand within others.
    pub fn shift(&mut self, offset: usize) {
        self.offset = self.offset.saturating_add(offset);
        self.fields.iter_mut().for_each(|part| part.shift(offset));
    }
}

impl IntoValue for Field {
    /// The members of `Field` in js/src/api.ts.
    fn into_value(self) -> Value {
        let number = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let mut members = vec![
            ("name".to_owned(), Value::String(self.name)),
            ("title".to_owned(), Value::String(self.title)),
            ("offset".to_owned(), number(self.offset)),
            ("length".to_owned(), number(self.length)),
            ("meaning".to_owned(), Value::String(self.meaning)),
            ("source".to_owned(), Value::String(self.source)),
        ];
        if let Some(value) = self.value {
            members.push(("value".to_owned(), Value::String(value)));
        }
        if !self.fields.is_empty() {
            members.push(("fields".to_owned(), self.fields.into_value()));
        }
        Value::Map(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_names_of_the_javascript_interface() {
        let part = Field::new("part", "Part", 1, 2, "Half.", "observed");
        let mut whole = Field::new("whole", "Whole", 0, 4, "All.", "observed").valued("x").parted(vec![part]);
        whole.shift(10);
        let Value::Map(members) = whole.into_value() else { panic!("a field is a structure") };
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["name", "title", "offset", "length", "meaning", "source", "value", "fields"]);
        let Value::List(parts) = &members[7].1 else { panic!("the parts are a list") };
        assert_eq!(parts[0].get("offset"), Some(&Value::Integer(11)));
        assert_eq!(parts[0].get("value"), None);
        assert_eq!(parts[0].get("fields"), None);
    }
}
