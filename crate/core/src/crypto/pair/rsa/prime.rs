//! The primes of an RSA key: FIPS 186-5, A.1.3, random numbers that are probably prime.
//!
//! The library's own search sieves with a table of 29 KB, most of which does not compress. This one divides by small
//! primes that it computes first; what decides is the library's test all the same: Miller-Rabin with base 2, and Lucas
//! (Baillie-PSW, which FIPS 186-5, B.3 knows as the second way).

use crypto_bigint::BoxedUint;
use crypto_primes::{Flavor, is_prime};
use zeroize::Zeroizing;

use crate::crypto::{Failure, Random};

/// Numbers with a factor below this are found without the test: 8 in 9.
const SMALL: usize = 17_864;

/// The small primes to divide by, but for 2.
pub(super) fn small_primes() -> Vec<u64> {
    let mut is_composite = vec![false; SMALL];
    let mut primes = Vec::new();
    for number in 3..SMALL {
        if number % 2 == 0 || is_composite.get(number).is_none_or(|is| *is) {
            continue;
        }
        primes.extend(u64::try_from(number));
        is_composite.iter_mut().skip(number * number).step_by(number).for_each(|is| *is = true);
    }
    primes
}

/// A random prime of `bits`, a multiple of 64, its two highest bits set: the product of two has twice as many bits, and
/// each is above √2 · 2^(bits - 1). One less has no divisor in common with `exponent`, which is prime.
pub(super) fn prime(
    bits: u32,
    exponent: u64,
    small: &[u64],
    random: &mut dyn Random,
) -> Result<BoxedUint, Failure> {
    loop {
        let mut bytes = random_bytes(bits, random)?;
        if let [first, .., last] = bytes.as_mut_slice() {
            *first |= 0xc0;
            *last |= 1;
        }
        let is_candidate =
            remainder(&bytes, exponent) != 1 && small.iter().all(|prime| remainder(&bytes, *prime) != 0);
        if is_candidate
            && let candidate = BoxedUint::from_be_slice_truncated(&bytes, bits)
            && is_prime(Flavor::Any, &candidate)
        {
            return Ok(candidate);
        }
    }
}

fn random_bytes(bits: u32, random: &mut dyn Random) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(bits / 8).unwrap_or_default()]);
    random.fill(&mut bytes)?;
    Ok(bytes)
}

/// What is left of `bytes`, big-endian, when it is divided by a number of at most 32 bits.
fn remainder(bytes: &[u8], divisor: u64) -> u64 {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().fold(0, |left, word| ((left << 32) | u64::from(u32::from_be_bytes(*word))) % divisor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::tests::Counting;

    #[test]
    fn the_small_primes_are_the_first_2048_but_for_2() {
        let primes = small_primes();
        assert_eq!(primes.len(), 2047);
        assert_eq!(primes[..9], [3, 5, 7, 11, 13, 17, 19, 23, 29]);
        // The 2048th: https://oeis.org/A000040.
        assert_eq!(primes.last(), Some(&17_863));
        assert!(
            primes.iter().all(|prime| (2..*prime).take_while(|n| n * n <= *prime).all(|n| prime % n != 0))
        );
    }

    #[test]
    fn primes_are_prime_of_their_length_and_fit_the_exponent() {
        let small = small_primes();
        let mut random = Counting::default();
        for bits in [512, 1024] {
            let prime = prime(bits, 65_537, &small, &mut random).unwrap();
            // A second test: Miller-Rabin with a base that the first has not seen.
            let odd = crypto_bigint::Odd::new(prime.clone()).unwrap();
            let seven = BoxedUint::from_be_slice_truncated(&[7], bits);
            let test = crypto_primes::hazmat::MillerRabin::new(odd).test(&seven);
            assert_ne!(test, crypto_primes::hazmat::Primality::Composite);
            let bytes = prime.to_be_bytes();
            assert_eq!(bytes.len() * 8, usize::try_from(bits).unwrap());
            assert_eq!((bytes[0] & 0xc0, bytes[bytes.len() - 1] & 1), (0xc0, 1));
            assert_ne!(remainder(&bytes, 65_537), 1);
        }
        // An exponent that divides one less of half of all primes.
        let fitting = prime(512, 3, &small, &mut random).unwrap();
        assert_eq!(remainder(&fitting.to_be_bytes(), 3), 2);
    }

    #[test]
    fn a_remainder_is_what_division_leaves() {
        let bytes = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128.to_be_bytes();
        for divisor in [1, 2, 3, 17, 65_537, u64::from(u32::MAX)] {
            let expected = u128::from_be_bytes(bytes) % u128::from(divisor);
            assert_eq!(u128::from(remainder(&bytes, divisor)), expected);
        }
    }
}
