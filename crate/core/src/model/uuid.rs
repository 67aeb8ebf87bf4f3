//! UUIDs of version 4 (RFC 9562, 5.4), for what is not a KMS key: requests and events.

use std::fmt;

use super::cbor::{Cbor, Reader, Writer};
use super::hex;

/// A UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid([u8; 16]);

impl Cbor for Uuid {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self(Cbor::read(from))
    }
}

impl Uuid {
    /// The UUID of version 4 that 16 random bytes make: six of their bits give way.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(bytes);
        let version_4 = (number & !(0xf << 76)) | (0x4 << 76);
        let variant = (version_4 & !(0x3 << 62)) | (0x2 << 62);
        Self(variant.to_be_bytes())
    }

    /// The 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The UUID of these bytes, as a record holds them.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(hex::as_text(&hex::uuid(&self.0)))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uuid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_variant_stand_where_the_rfc_has_them() {
        let all = Uuid::from_random([0xff; 16]);
        assert_eq!(all.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(Uuid::from_random([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
        let mut writer = Writer::default();
        all.write(&mut writer);
        assert_eq!(Uuid::read(&mut Reader::new(&writer.into_bytes())), all);
    }
}
