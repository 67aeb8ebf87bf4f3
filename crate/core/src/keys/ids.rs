//! Account, Region and key ids, and the ARN that the three make.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id>

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use tabkms_symmetric::hexadecimal;

use crate::crypto::{Failure, Random, random};
use crate::model::cbor::Cbor;
use crate::model::hex;

/// Text that is no id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

/// Ids stand in the store as the text that people know them by.
macro_rules! stored_as_text {
    ($type:ty, $blank:expr) => {
        impl $crate::model::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::model::cbor::Writer) {
                to.str(&self.to_string());
            }

            fn read(from: &mut $crate::model::cbor::Reader<'_>) -> Self {
                from.str().parse().unwrap_or_else(|_| from.fail())
            }

            fn blank() -> Self {
                $blank
            }
        }
    };
}
pub(crate) use stored_as_text;

/// An AWS account: twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AccountId(u64);

impl FromStr for AccountId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnId);
        }
        text.parse().map(Self).map_err(|_| NotAnId)
    }
}

impl AccountId {
    /// Hands the twelve digits over, made on the stack.
    fn with_text<T>(self, then: impl FnOnce(&str) -> T) -> T {
        let mut digits = [b'0'; 12];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        then(hex::as_text(&digits))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

/// An AWS Region, such as `us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Default for Region {
    fn default() -> Self {
        Self("us-east-1".into())
    }
}

impl FromStr for Region {
    type Err = NotAnId;

    /// Two to four words and a number: `us-east-1`, `us-gov-west-1`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (words, number) = text.rsplit_once('-').ok_or(NotAnId)?;
        let lower = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        let good = text.len() <= 32
            && (2..=3).contains(&words.split('-').count())
            && words.split('-').all(lower)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit());
        if good { Ok(Self(text.into())) } else { Err(NotAnId) }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a KMS key: a UUID, or `mrk-` and 32 hexadecimal digits for a multi-Region key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    bytes: [u8; 16],
    multi_region: bool,
}

impl KeyId {
    /// A fresh id: a UUID of version 4 (RFC 9562, 5.4), or `mrk-` and as many random bits.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(multi_region: bool, random: &mut dyn Random) -> Result<Self, Failure> {
        let number = u128::from_be_bytes(random::array(random)?);
        let version_4 = (number & !(0xf << 76)) | (0x4 << 76);
        let variant = (version_4 & !(0x3 << 62)) | (0x2 << 62);
        let bytes = variant.to_be_bytes();
        Ok(Self { bytes, multi_region })
    }
}

impl KeyId {
    /// The id that [`KeyId::to_ordered_bytes`] has written.
    #[must_use]
    pub fn from_ordered_bytes(ordered: &[u8]) -> Option<Self> {
        let (bytes, last) = ordered.split_first_chunk()?;
        match last {
            [0] => Some(Self { bytes: *bytes, multi_region: false }),
            [1] => Some(Self { bytes: *bytes, multi_region: true }),
            _ => None,
        }
    }
}

impl AccountId {
    /// The twelve digits as a number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The account of that number; `None` beyond twelve digits.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        (number < 1_000_000_000_000).then_some(Self(number))
    }
}

impl FromStr for KeyId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (multi_region, digits) = match text.strip_prefix("mrk-") {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let bytes = hex::decode_id(digits, !multi_region).ok_or(NotAnId)?;
        Ok(Self { bytes, multi_region })
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl KeyId {
    /// Hands the id's text over, made on the stack.
    fn with_text<T>(&self, then: impl FnOnce(&str) -> T) -> T {
        if self.multi_region {
            let mut text = *b"mrk-................................";
            hexadecimal(&self.bytes, text.split_at_mut(4).1);
            then(hex::as_text(&text))
        } else {
            then(hex::as_text(&hex::uuid(&self.bytes)))
        }
    }
}

impl KeyId {
    /// 17 bytes in the order of the ids, for an index.
    #[must_use]
    pub fn to_ordered_bytes(&self) -> [u8; 17] {
        let mut ordered = [u8::from(self.multi_region); 17];
        ordered.iter_mut().zip(self.bytes).for_each(|(to, from)| *to = from);
        ordered
    }

    /// Whether it is a multi-Region key's.
    #[must_use]
    pub fn is_multi_region(&self) -> bool {
        self.multi_region
    }
}

impl AccountId {
    /// 8 bytes in the order of the ids, for an index.
    #[must_use]
    pub fn to_ordered_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl Region {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which KMS key: account, Region and id. Its text is `ACCOUNT/REGION/ID`, its ARN what AWS shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyRef {
    /// Whose key.
    pub account: AccountId,
    /// In which Region; replicas of a multi-Region key share their id.
    pub region: Region,
    /// The id.
    pub id: KeyId,
}

impl KeyRef {
    /// `arn:aws:kms:REGION:ACCOUNT:key/ID`.
    #[must_use]
    pub fn arn(&self) -> String {
        // Piece by piece: it is in every answer, and a formatter costs as much as a cipher.
        let mut arn = String::with_capacity(96);
        arn.push_str("arn:aws:kms:");
        arn.push_str(self.region.as_str());
        arn.push(':');
        self.account.with_text(|text| arn.push_str(text));
        arn.push_str(":key/");
        self.id.with_text(|text| arn.push_str(text));
        arn
    }

    /// The key of the same id in another Region.
    #[must_use]
    pub fn in_region(&self, region: &Region) -> Self {
        Self { region: region.clone(), ..self.clone() }
    }
}

impl FromStr for KeyRef {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut parts = text.splitn(3, '/');
        let mut part = || parts.next().ok_or(NotAnId);
        Ok(Self { account: part()?.parse()?, region: part()?.parse()?, id: part()?.parse()? })
    }
}

impl fmt::Display for KeyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.id)
    }
}

stored_as_text!(AccountId, Self::default());
stored_as_text!(Region, Self::default());
stored_as_text!(KeyId, Self { bytes: [0; 16], multi_region: false });
stored_as_text!(KeyRef, Self { account: Cbor::blank(), region: Cbor::blank(), id: Cbor::blank() });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::tests::Counting;

    #[test]
    fn a_generated_id_is_a_version_4_uuid_and_parses_back() {
        let id = KeyId::generate(false, &mut Counting::default()).unwrap();
        let text = id.to_string();
        assert_eq!((text.len(), &text[14..15]), (36, "4"));
        assert!("89ab".contains(&text[19..20]));
        assert_eq!(text.parse(), Ok(id));
    }

    #[test]
    fn a_generated_multi_region_id_says_so_and_parses_back() {
        let id = KeyId::generate(true, &mut Counting::default()).unwrap();
        assert!(id.to_string().starts_with("mrk-"));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn ids_are_parsed_strictly() {
        let uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
        let mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";
        for good in [uuid, mrk] {
            assert_eq!(good.parse::<KeyId>().unwrap().to_string(), good);
        }
        for bad in ["", "x", &uuid.to_uppercase(), &uuid[1..], &uuid.replace('-', ""), &mrk[1..], "mrk-"] {
            assert_eq!(bad.parse::<KeyId>(), Err(NotAnId), "{bad}");
        }
        for bad in ["", "us", "us-east-", "us-east-1a", "US-east-1", "a-b-c-d-1", "-1"] {
            assert_eq!(bad.parse::<Region>(), Err(NotAnId), "{bad}");
        }
        for bad in ["", "1", "0000000000000", "00000000000a", "+00000000000"] {
            assert_eq!(bad.parse::<AccountId>(), Err(NotAnId), "{bad}");
        }
    }
}
