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
    use super::*;

    /// The formula written out, over the plain HMAC: what the library must compute.
    #[test]
    fn is_one_block_of_sp_800_108_in_counter_mode() {
        use hmac::{Hmac, KeyInit, Mac};
        use sha2::Sha256;
        let (key, label, context) = ([7u8; 32], b"label".as_slice(), b"context".as_slice());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for part in [&1u32.to_be_bytes()[..], label, &[0], context, &256u32.to_be_bytes()] {
            mac.update(part);
        }
        let mut out = [0; 32];
        derive(&key, label, context, &mut out).unwrap();
        assert_eq!(out[..], mac.finalize().into_bytes()[..]);
    }
}
