//! What the vectors' tests share.

use tabkms_core::crypto::pair::PairKind;
use tabkms_core::crypto::{Failure, KeyMaterial, Random};
use zeroize::Zeroizing;

/// Whether the tests may take long (`npm run test:long`).
pub(crate) fn is_long() -> bool {
    std::env::var_os("TABKMS_LONG").is_some()
}

/// Key material of given bytes.
pub(crate) fn material(bytes: &[u8]) -> KeyMaterial {
    KeyMaterial::new(Zeroizing::new(bytes.to_vec()))
}

/// Randomness that a vector prescribes: exactly these bytes, in order, and no more.
pub(crate) struct Prescribed<'a>(pub(crate) &'a [u8]);

impl Random for Prescribed<'_> {
    fn fill(&mut self, dest: &mut [u8]) -> Result<(), Failure> {
        let (now, later) = self.0.split_at_checked(dest.len()).ok_or(Failure::Randomness)?;
        dest.copy_from_slice(now);
        self.0 = later;
        Ok(())
    }
}

/// Counts what ran, by how it went.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) valid: usize,
    pub(crate) invalid: usize,
    /// Cases of something that KMS has not: counted, so that they cannot grow unseen.
    pub(crate) skipped: usize,
}

/// DER SubjectPublicKeyInfo around a raw ML-DSA or ML-KEM public key, built by hand so that the core's own encoder
/// is not its own witness (RFC 9881, section 4; RFC 9935, section 4: no parameters, the raw key as the bit string).
pub(crate) fn subject_public_key_info(kind: PairKind, key: &[u8]) -> Vec<u8> {
    let last_arcs: &[u8] = match kind {
        PairKind::MlDsa44 => &[3, 17],
        PairKind::MlDsa65 => &[3, 18],
        PairKind::MlDsa87 => &[3, 19],
        PairKind::MlKem512 => &[4, 1],
        PairKind::MlKem768 => &[4, 2],
        PairKind::MlKem1024 => &[4, 3],
        other => panic!("{other:?} has its public keys in the vectors as they are"),
    };
    // 2.16.840.1.101.3.4: NIST's algorithms.
    let oid = tagged(6, &[&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04], last_arcs].concat());
    tagged(0x30, &[tagged(0x30, &oid), tagged(3, &[&[0], key].concat())].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match length {
        [0, short @ 0..=127] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [header, content.to_vec()].concat()
}
