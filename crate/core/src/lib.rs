//! tabkms-core: AWS KMS's key hierarchy, operations and envelope encryption.
//!
//! Pure Rust and sans-I/O: time, randomness and storage are handed in, so every answer can be reproduced.
//! A request goes down the rooms in this order and its answer comes up; a lower room never names a higher one.
#![forbid(unsafe_code)]

pub mod api;
pub mod audit;
pub mod authz;
pub mod crypto;
pub mod envelope;
pub mod hierarchy;
pub mod keys;
pub mod model;
pub mod operations;
pub mod store;
pub mod trace;
