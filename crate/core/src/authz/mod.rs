//! Who may do what, and why.
//!
//! [`Question`] says what is asked, [`decide`] answers it, [`explain`] answers it with the reasons. The language of the
//! policies is a room of its own, [`policy`].

mod caller;
mod decision;
mod default_policy;
mod facts;
mod grants;
mod identity;
pub mod policy;
mod question;
mod why;

#[cfg(test)]
mod tests;

pub use caller::{Caller, Session};
pub use decision::{Refusal, decide, unknown_to};
pub use default_policy::default_policy;
pub use grants::may_retire;
pub use question::{Question, Resource};
pub use why::{Layer, Record, explain};
