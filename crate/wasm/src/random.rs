//! The platform's randomness, or a reproducible one for tests.

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use tabkms_core::crypto::{Failure, Random};
use wasm_bindgen::JsCast;
use web_sys::Crypto;
use zeroize::{Zeroize, Zeroizing};

use crate::host;

/// How many public random bytes are drawn at a time. A draw costs some microseconds, however short it is.
const PUBLIC: usize = 4096;
/// How many bytes of data keys to come are drawn at a time: few, for they are secrets that stand here unused.
const DATA_KEYS: usize = 1024;

/// Where random bytes come from.
pub enum Source {
    /// `crypto.getRandomValues`. Key material is drawn when it is needed; there is a supply for ids, nonces and
    /// initialisation vectors, and another for data keys. Whoever could read that one could read the store key beside
    /// it, and what is given out is wiped from it.
    Platform {
        /// For what everybody may see.
        public: Supply<PUBLIC>,
        /// For data keys.
        data_keys: Supply<DATA_KEYS>,
    },
    /// ChaCha20 from a seed: the same seed gives the same ids and keys. Insecure, for tests.
    Seeded(Box<ChaCha20Rng>),
}

impl Default for Source {
    fn default() -> Self {
        Self::Platform { public: Supply::default(), data_keys: Supply::default() }
    }
}

/// Random bytes drawn in advance, each given out once.
pub struct Supply<const N: usize> {
    bytes: Box<[u8; N]>,
    left: usize,
}

impl<const N: usize> Default for Supply<N> {
    fn default() -> Self {
        Self { bytes: Box::new([0; N]), left: 0 }
    }
}

impl<const N: usize> Supply<N> {
    fn give(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        give(self.bytes.as_mut_slice(), &mut self.left, dest)
    }
}

/// Takes `dest` from the end of what is left, drawing anew where it is not enough.
fn give(bytes: &mut [u8], left: &mut usize, dest: &mut [u8]) -> Result<(), Failure> {
    if dest.len() > bytes.len() {
        return platform(dest);
    }
    if *left < dest.len() {
        platform(bytes)?;
        *left = bytes.len();
    }
    let rest = left.saturating_sub(dest.len());
    if let Some(taken) = bytes.get_mut(rest..*left) {
        dest.copy_from_slice(taken);
        taken.zeroize();
    }
    *left = rest;
    Ok(())
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
            Self::Platform { .. } => Ok(Self::default()),
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

/// `crypto.getRandomValues`, straight into our memory: no copy stays on JavaScript's heap.
fn platform(dest: &mut [u8]) -> Result<(), Failure> {
    /// The most that one draw gives: <https://www.w3.org/TR/WebCryptoAPI/#Crypto-method-getRandomValues>.
    const MOST: usize = 65_536;
    thread_local! {
        static CRYPTO: Option<Crypto> = host::global("crypto").map(JsCast::unchecked_into);
    }
    CRYPTO.with(|crypto| {
        let crypto = crypto.as_ref().ok_or(Failure::Randomness)?;
        dest.chunks_mut(MOST).try_for_each(|part| {
            crypto.get_random_values_with_u8_array(part).map(drop).map_err(|_| Failure::Randomness)
        })
    })
}

impl Random for Source {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        match self {
            Self::Platform { .. } => platform(dest),
            Self::Seeded(generator) => {
                generator.fill_bytes(dest);
                Ok(())
            }
        }
    }

    fn fill_public(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        match self {
            Self::Platform { public, .. } => public.give(dest),
            Self::Seeded(_) => self.fill(dest),
        }
    }

    fn fill_data_key(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        match self {
            Self::Platform { data_keys, .. } => data_keys.give(dest),
            Self::Seeded(_) => self.fill(dest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key stream of ChaCha20 under a key, a nonce and a counter of zero: RFC 8439, A.1, test vectors 1 and 2.
    #[test]
    fn a_seed_gives_chacha20_s_key_stream() {
        let mut source = Source::seeded(&[0; 32]).unwrap();
        let mut stream = [0; 128];
        source.fill(&mut stream[..64]).unwrap();
        source.fill_public(&mut stream[64..]).unwrap();
        let expected: [u8; 128] = [
            0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
            0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7,
            0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37,
            0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
            0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d,
            0xcb, 0x0f, 0x29, 0xa0, 0x48, 0xe3, 0x65, 0x69, 0x12, 0xc6, 0x53, 0x3e, 0x32, 0xee, 0x7a, 0xed,
            0x29, 0xb7, 0x21, 0x76, 0x9c, 0xe6, 0x4e, 0x43, 0xd5, 0x71, 0x33, 0xb0, 0x74, 0xd8, 0x39, 0xd5,
            0x31, 0xed, 0x1f, 0x28, 0x51, 0x0a, 0xfb, 0x45, 0xac, 0xe1, 0x0a, 0x1f, 0x4b, 0x79, 0x4d, 0x6f,
        ];
        assert_eq!(stream, expected);
    }
}
