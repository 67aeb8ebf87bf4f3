//! The core's cryptography against vectors that others have published: Wycheproof's, NIST's, the RFCs'. Each file
//! names its source, each test counts its cases, and none may run fewer than it knows there are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers and all

mod nist;
mod rfc;
mod support;
mod wycheproof;
