//! Randomness is handed in by the host, so that the core stays deterministic.

use super::Failure;

/// A cryptographically secure source of random bytes.
///
/// The hosts give the platform's generator; tests and seeded stores give a reproducible one.
pub trait Random {
    /// Fills `dest` with random bytes.
    ///
    /// # Errors
    /// [`Failure::Randomness`] where the platform has no randomness to give.
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure>;

    /// As [`Random::fill`], for what everybody may see once it is used: ids, nonces, initialisation vectors. A host may
    /// draw a supply of these in advance.
    ///
    /// # Errors
    /// As [`Random::fill`].
    fn fill_public(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        self.fill(dest)
    }

    /// As [`Random::fill`], for a data key: of a secret that is made at every call, a host may draw a small supply in
    /// advance.
    ///
    /// # Errors
    /// As [`Random::fill`].
    fn fill_data_key(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        self.fill(dest)
    }
}

/// An array of `N` random bytes, for what is not secret: ids, nonces.
///
/// # Errors
/// As [`Random::fill`].
pub fn array<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    random.fill_public(&mut bytes)?;
    Ok(bytes)
}

/// A reproducible source for tests.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Never the same bytes twice: SHA-256 over a counter.
    #[derive(Default)]
    pub(crate) struct Counting(u64);

    impl Random for Counting {
        fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
            use sha2::{Digest, Sha256};
            for chunk in dest.chunks_mut(32) {
                self.0 += 1;
                chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
            }
            Ok(())
        }
    }
}
