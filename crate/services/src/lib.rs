//! The AWS services that call KMS or stand beside it, sans-I/O as the core is.
