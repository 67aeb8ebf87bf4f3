//! The AWS services that call KMS or stand beside it, sans-I/O as the core is.
#![forbid(unsafe_code)]

pub mod iam;
pub mod s3;
