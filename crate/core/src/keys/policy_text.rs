//! The text of a policy.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::model::cbor::{Cbor, Reader, Writer};

/// The text of a policy, with a place for what has been read from it: each call asks the same policies again, and to
/// read one costs more than to ask it. Copies share what was read.
#[derive(Clone, Default)]
pub struct PolicyText {
    text: Arc<str>,
    read: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl PolicyText {
    /// The text as it was put.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What `read` makes of the text; it is asked once. `None` where something of another type was read before.
    pub fn read<T: Any + Send + Sync>(&self, read: impl FnOnce(&str) -> T) -> Option<&T> {
        self.read.get_or_init(|| Arc::new(read(&self.text))).downcast_ref()
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self { text: text.into(), read: OnceLock::new() }
    }
}

impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PolicyText {}

impl fmt::Debug for PolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl fmt::Display for PolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Cbor for PolicyText {
    fn write(&self, to: &mut Writer) {
        to.str(&self.text);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        from.str().to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_for_it_and_its_copies() {
        let text = PolicyText::from("text".to_owned());
        assert_eq!(text.read(str::len), Some(&4));
        let copy = text.clone();
        assert_eq!(copy.read(|_| 9_usize), Some(&4));
        assert_eq!(copy.read(|_| "of another type"), None);
        assert_eq!((copy.as_str(), &copy), ("text", &text));
        assert_ne!(text, PolicyText::from("other".to_owned()));
    }
}
