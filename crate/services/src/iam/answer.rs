//! Answers, member by member, and the pages of the lists.

use tabkms_core::model::{Timestamp, Value};

/// An answer, or a structure in one, that is being written.
#[derive(Default)]
pub(super) struct Answer(Vec<(String, Value)>);

impl Answer {
    #[inline(never)]
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    #[inline(never)]
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.set(name, Value::String(text.to_owned()));
    }

    pub(super) fn time(&mut self, name: &str, time: Timestamp) {
        self.set(name, Value::Float(time.seconds()));
    }

    /// An answer of these texts.
    pub(super) fn of(texts: &[(&str, &str)]) -> Self {
        let mut answer = Self::default();
        texts.iter().for_each(|(name, text)| answer.text(name, text));
        answer
    }

    /// An answer that has a structure for its one member.
    pub(super) fn with(name: &str, value: Self) -> Self {
        Self(vec![(name.to_owned(), value.into_value())])
    }

    pub(super) fn into_value(self) -> Value {
        Value::Map(self.0)
    }
}

/// What a list has under a name.
pub(super) type Item = (String, Value);
