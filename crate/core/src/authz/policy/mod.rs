//! The language of policies: reads a policy document and says whether a statement of it applies to a request, and if
//! not, which of its elements is why. Who else must allow is no question of this room.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>; where that is silent, the
//! findings of IAM Access Analyzer's checks say what is an error
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>).

mod condition;
mod document;
mod evaluate;
mod index;
mod pattern;
mod principals;
mod ranges;
mod values;
mod variables;

#[cfg(test)]
mod tests;

pub use condition::{Condition, Operator, Order, Set, Test};
pub use document::{Effect, Element, Item, Kind, Policy, Statement, Version};
pub use evaluate::{Facts, Miss, PrincipalMatch, Request};
pub use index::Indexes;
pub use pattern::{Compare, Pattern};
pub use principals::Named;
pub use variables::{Piece, Text};

pub use crate::model::json::{Fault, Span};
