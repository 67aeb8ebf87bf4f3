//! Key derivation: NIST SP 800-108r1 in counter mode with HMAC-SHA-256 as the PRF.
//!
//! `K = HMAC(key, [1]₃₂ ‖ label ‖ 0x00 ‖ context ‖ [256]₃₂)`: one block, since each key here is 256 bits.

use super::Failure;
use super::secret::KEY_LEN;

/// Derives 256 bits from `key` into `out`; `label` says what for, `context` makes it this one.
///
/// # Errors
/// [`Failure::Derivation`] where the derivation refuses its parameters, which fixed lengths do not let happen.
pub fn derive(key: &[u8], label: &[u8], context: &[u8], out: &mut [u8; KEY_LEN]) -> Result<(), Failure> {
    if tabkms_symmetric::derive(key, label, context, out) { Ok(()) } else { Err(Failure::Derivation) }
}

#[cfg(test)]
mod tests {
    use hmac::Hmac;
    use kbkdf::{Counter, Kbkdf, Params};
    use proptest::prelude::*;
    use sha2::Sha256;
    use sha2::digest::consts::U32;

    use super::*;

    /// A key of 256 bits, for the type that `kbkdf` wants to know the length from.
    struct Key256;

    impl sha2::digest::common::KeySizeUser for Key256 {
        type KeySize = U32;
    }

    proptest! {
        #[test]
        fn agrees_with_a_second_implementation(
            key in proptest::collection::vec(any::<u8>(), 0..200),
            label in proptest::collection::vec(any::<u8>(), 0..70),
            context in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let params = Params::builder(&key).with_label(&label).with_context(&context).build();
            let expected = Counter::<Hmac<Sha256>, Key256>::default().derive(params).unwrap();
            let mut out = [0; 32];
            derive(&key, &label, &context, &mut out).unwrap();
            prop_assert_eq!(&out[..], &expected[..]);
        }
    }
}
