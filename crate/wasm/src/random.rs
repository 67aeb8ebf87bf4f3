//! The platform's randomness, or a reproducible one for tests.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use tabkms_core::crypto::{Failure, Random};
use zeroize::Zeroizing;

/// How many public random bytes are drawn at a time. A draw costs some microseconds, however short it is.
const SUPPLY: usize = 1024;

/// Where random bytes come from.
pub enum Source {
    /// `crypto.getRandomValues`. What is secret is drawn when it is needed; for ids, nonces and initialisation vectors
    /// there is a supply, and how much of it is left.
    Platform(Box<[u8; SUPPLY]>, usize),
    /// ChaCha20 from a seed: the same seed gives the same ids and keys. Insecure, for tests.
    Seeded(Box<ChaCha20Rng>),
}

impl Default for Source {
    fn default() -> Self {
        Self::Platform(Box::new([0; SUPPLY]), 0)
    }
}

impl Source {
    /// A reproducible source; `None` unless `seed` is 32 bytes long.
    #[must_use]
    pub fn seeded(seed: &[u8]) -> Option<Self> {
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).ok()?);
        Some(Self::Seeded(Box::new(ChaCha20Rng::from_seed(*seed))))
    }

    /// Another source of the same kind; a seeded one gives its child a seed, so that both stay reproducible and
    /// never draw the same bytes.
    ///
    /// # Errors
    /// None for a seeded source, and none before the first draw for the platform's.
    pub fn split(&mut self) -> Result<Self, Failure> {
        match self {
            Self::Platform(..) => Ok(Self::default()),
            Self::Seeded(generator) => {
                let mut seed = Zeroizing::new([0; 32]);
                generator.fill_bytes(seed.as_mut_slice());
                Ok(Self::Seeded(Box::new(ChaCha20Rng::from_seed(*seed))))
            }
        }
    }

    /// Whether the bytes can be predicted.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        matches!(self, Self::Seeded(_))
    }
}

impl Random for Source {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        match self {
            Self::Platform(..) => getrandom::fill(dest).map_err(|_| Failure::Randomness),
            Self::Seeded(generator) => {
                generator.fill_bytes(dest);
                Ok(())
            }
        }
    }
    fn fill_public(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        let Self::Platform(supply, left) = self else { return self.fill(dest) };
        if dest.len() > SUPPLY {
            return self.fill(dest);
        }
        if *left < dest.len() {
            getrandom::fill(supply.as_mut_slice()).map_err(|_| Failure::Randomness)?;
            *left = SUPPLY;
        }
        let rest = left.saturating_sub(dest.len());
        if let Some(taken) = supply.get_mut(rest..*left) {
            dest.copy_from_slice(taken);
            // Given out once and never again.
            taken.fill(0);
        }
        *left = rest;
        Ok(())
    }
}
