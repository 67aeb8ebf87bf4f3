//! The secret of an access key.

use zeroize::Zeroizing;

use crate::crypto::{Failure, StoreKey, kdf};

/// As long as AWS's.
const LEN: usize = 40;
const LETTERS: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The secret access key of the access key `id`: 40 letters of base 64 and so 240 bits, derived from the store key.
/// Nothing has to be kept for it, and it stays the same for as long as the store lives, in exports of it too.
///
/// # Errors
/// As [`kdf::derive`].
pub fn secret_access_key(store_key: &StoreKey, id: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut secret = Zeroizing::new(Vec::with_capacity(LEN));
    for label in [b"tabkms secret access key 1", b"tabkms secret access key 2"] {
        let mut half = Zeroizing::new([0; 32]);
        kdf::derive(store_key.expose(), label, id.as_bytes(), &mut half)?;
        // 64 letters go into 256 without a rest: each is as likely as any other.
        let letters = half.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 64)));
        secret.extend(letters.take(LEN / 2));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_of_its_access_key_and_its_store() {
        let store = |byte| StoreKey::copy_from(&[byte; 32]).unwrap();
        let secret = |byte, id| secret_access_key(&store(byte), id).unwrap();
        let first = secret(1, "AKIAABCDEFGHIJKLMNOP");
        assert!(first.len() == 40 && first.iter().all(|letter| LETTERS.contains(letter)));
        assert_eq!(first, secret(1, "AKIAABCDEFGHIJKLMNOP"));
        assert_ne!(first, secret(2, "AKIAABCDEFGHIJKLMNOP"));
        assert_ne!(first, secret(1, "AKIAABCDEFGHIJKLMNOQ"));
        assert_ne!(first[..20], first[20..]);
    }
}
