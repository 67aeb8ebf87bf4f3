//! What RFCs print: deterministic ECDSA (RFC 6979), Ed25519ph (RFC 8032).

use sha2::{Digest, Sha512};
use tabkms_core::crypto::pair::{PairKind, Signed};

use crate::support::{Prescribed, material};

/// A message and its signature's r and s.
type Signature = (&'static [u8], &'static str, &'static str);

/// RFC 6979, A.2.5 to A.2.7: the private key, then the signatures of `sample` and of `test` under the curve's digest.
const RFC_6979: [(PairKind, &str, [Signature; 2]); 3] = [
    (
        PairKind::P256,
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        [
            (
                b"sample",
                "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
            ),
            (
                b"test",
                "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
                "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
            ),
        ],
    ),
    (
        PairKind::P384,
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8\
         96D5724E4C70A825F872C9EA60D2EDF5",
        [
            (
                b"sample",
                "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C\
                 81A648152E44ACF96E36DD1E80FABE46",
                "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F\
                 A329C145786E679E7B82C71A38628AC8",
            ),
            (
                b"test",
                "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB\
                 0542A7F0812998DA8F1DD3CA3CF023DB",
                "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0\
                 6A739F040649A667BF3B828246BAA5A5",
            ),
        ],
    ),
    (
        PairKind::P521,
        "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75\
         CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538",
        [
            (
                b"sample",
                "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F\
                 174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA",
                "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF\
                 282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A",
            ),
            (
                b"test",
                "013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F1\
                 0CDB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47EE6D",
                "01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E7\
                 8A19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4DCE3",
            ),
        ],
    ),
];

/// DER `Ecdsa-Sig-Value` of r and s, written out by hand.
fn signature(r: &str, s: &str) -> Vec<u8> {
    let integer = |number: &str| {
        let bytes = hex::decode(number).unwrap();
        let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        let sign: &[u8] = if digits[0] > 0x7f { &[0] } else { &[] };
        [&[2, u8::try_from(sign.len() + digits.len()).unwrap()], sign, &digits].concat()
    };
    let content = [integer(r), integer(s)].concat();
    let length = u8::try_from(content.len()).unwrap();
    let header = if length > 0x7f { vec![0x30, 0x81, length] } else { vec![0x30, length] };
    [header, content].concat()
}

#[test]
fn ecdsa_signs_deterministically_as_rfc_6979_prints_it() {
    for (kind, private, cases) in RFC_6979 {
        let private = material(&hex::decode(private).unwrap());
        for (message, r, s) in cases {
            let wanted = signature(r, s);
            assert_eq!(kind.sign(&private, Signed::Message(message)), Ok(wanted), "{kind:?} {message:?}");
        }
    }
}

/// RFC 8032, section 7.3: the one vector that it has.
#[test]
fn ed25519ph_signs_and_verifies_as_rfc_8032_prints_it() {
    let seed = hex::decode("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42").unwrap();
    let wanted = hex::decode(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41\
         31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    );
    let digest = Sha512::digest(b"abc");
    let signed = Signed::Prepared(&digest);
    let signature = PairKind::Ed25519.sign(&material(&seed), signed).unwrap();
    assert_eq!(signature, wanted.unwrap());
    let pair = PairKind::Ed25519.generate(&mut Prescribed(&seed)).unwrap();
    let public = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf";
    assert!(pair.public.ends_with(&hex::decode(public).unwrap()));
    assert_eq!(PairKind::Ed25519.verify(&pair.public, signed, &signature), Ok(true));
    let pure = PairKind::Ed25519.verify(&pair.public, Signed::Message(b"abc"), &signature);
    assert_eq!(pure, Ok(false), "Ed25519ph is no Ed25519");
}
