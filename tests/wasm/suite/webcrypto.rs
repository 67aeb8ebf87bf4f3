//! Two engines, the same bytes.

use js_sys::Uint8Array;
use tabkms_core::crypto::{Random, random};
use tabkms_wasm::random::Source;
use tabkms_wasm::webcrypto::{Cipher, Engine};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn webcrypto_and_wasm_write_the_same_bytes() {
    let mut source = Source::default();
    let key: [u8; 32] = random::array(&mut source).unwrap();
    let platform = Cipher::new(&key, Engine::Auto).await.unwrap();
    let wasm = Cipher::new(&key, Engine::Wasm).await.unwrap();
    assert!(platform.is_platform() && !wasm.is_platform());
    for length in [0_usize, 1, 15, 16, 17, 4096, 524_288] {
        let iv: [u8; 12] = random::array(&mut source).unwrap();
        let mut aad = vec![0; length % 100];
        source.fill(&mut aad).unwrap();
        let mut data = vec![0; length];
        for part in data.chunks_mut(65_536) {
            source.fill(part).unwrap();
        }
        let data = Uint8Array::from(data.as_slice());
        let one = platform.encrypt(&iv, &aad, &data).await.unwrap();
        let other = wasm.encrypt(&iv, &aad, &data).await.unwrap();
        assert_eq!(one.to_vec(), other.to_vec(), "{length}");
        for cipher in [&platform, &wasm] {
            let opened = cipher.decrypt(&iv, &aad, &one).await.unwrap().unwrap();
            assert_eq!(opened.to_vec(), data.to_vec(), "{length}");
            let forged = one.slice(0, one.length());
            forged.set_index(0, forged.get_index(0) ^ 1);
            assert!(cipher.decrypt(&iv, &aad, &forged).await.unwrap().is_none());
            assert!(cipher.decrypt(&iv, b"other", &one).await.unwrap().is_none());
            assert!(cipher.decrypt(&iv, &aad, &one.slice(0, 15)).await.unwrap().is_none());
        }
    }
}

#[wasm_bindgen_test]
async fn a_key_of_another_length_is_none() {
    for length in [0, 16, 31, 33] {
        assert!(Cipher::new(&vec![0; length], Engine::Auto).await.is_none());
    }
}

#[wasm_bindgen_test]
fn the_same_seed_gives_the_same_bytes() {
    let draw = |seed: &[u8]| {
        let mut source = Source::seeded(seed).unwrap();
        assert!(source.is_seeded());
        [random::array::<32>(&mut source).unwrap(), random::array::<32>(&mut source).unwrap()]
    };
    let (one, other) = (draw(&[7; 32]), draw(&[7; 32]));
    assert_eq!(one, other);
    assert_ne!(one[0], one[1]);
    assert_ne!(draw(&[8; 32]), one);
    assert!(Source::seeded(&[0; 31]).is_none());
}
