//! A trace's steps on the wire.

use super::Value;
use super::shape::IntoValue;
use crate::trace::{Artefact, Bytes, Step};

fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

impl IntoValue for Step {
    fn into_value(self) -> Value {
        let mut members = vec![
            ("actor".to_owned(), text(self.actor.name())),
            ("action".to_owned(), text(self.action.name())),
            ("detail".to_owned(), text(self.detail)),
            ("uses".to_owned(), self.uses.into_value()),
            ("makes".to_owned(), self.makes.into_value()),
        ];
        if let Some(to) = self.to {
            members.push(("to".to_owned(), text(to.name())));
        }
        Value::Map(members)
    }
}

impl IntoValue for Artefact {
    fn into_value(self) -> Value {
        let mut members =
            vec![("kind".to_owned(), text(self.kind.name())), ("label".to_owned(), text(self.label))];
        match self.bytes {
            Bytes::Shown { bytes, length } => {
                members.push(("shown".to_owned(), Value::Bytes(bytes.into())));
                members
                    .push(("length".to_owned(), Value::Integer(i64::try_from(length).unwrap_or(i64::MAX))));
            }
            Bytes::Kept { what, bits } => members.push((
                "kept".to_owned(),
                Value::Map(vec![("what".to_owned(), text(what)), ("bits".to_owned(), bits.into_value())]),
            )),
        }
        Value::Map(members)
    }
}
