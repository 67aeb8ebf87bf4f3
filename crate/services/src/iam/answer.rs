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

/// A page of a list that is in the order of names: those behind the name that the marker is, as many as are wanted.
pub(super) struct Page {
    limit: usize,
    items: Vec<Value>,
    /// The last name on it, or the marker.
    last: String,
    is_truncated: bool,
}

impl Page {
    pub(super) fn new(limit: usize, marker: String) -> Self {
        Self { limit, items: Vec::new(), last: marker, is_truncated: false }
    }

    /// Whether the item of that name, the next in order, belongs on it.
    #[inline(never)]
    pub(super) fn wants(&mut self, name: &str) -> bool {
        if name <= self.last.as_str() {
            return false;
        }
        self.is_truncated = self.items.len() >= self.limit;
        if !self.is_truncated {
            name.clone_into(&mut self.last);
        }
        !self.is_truncated
    }

    pub(super) fn push(&mut self, item: Value) {
        self.items.push(item);
    }

    /// Whether there is more than it has room for.
    pub(super) fn is_over(&self) -> bool {
        self.is_truncated
    }

    #[inline(never)]
    pub(super) fn into_answer(self, member: &str) -> Answer {
        let mut answer = Answer::default();
        answer.set(member, Value::List(self.items));
        answer.set("IsTruncated", Value::Boolean(self.is_truncated));
        if self.is_truncated {
            answer.set("Marker", Value::String(self.last));
        }
        answer
    }
}
