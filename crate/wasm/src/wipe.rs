//! Wiping what a call left on wasm's stack.
//!
//! Secrets stand in buffers that zeroize, but a cipher's round keys and a compiler's spilled registers pass through
//! the stack; below the pointer of a call that has returned they lie until something else runs over them.

use std::hint::black_box;

/// How far below the caller's frame is wiped, in bytes: more than the deepest symmetric operation uses.
const DEPTH: usize = 64 * 1024;

/// As [`DEPTH`], for ML-DSA, whose matrices stand on the stack; wasm's whole stack is 1 MiB.
const DEEP: usize = 640 * 1024;

/// Overwrites the stack below the caller with zeros. Call it from the same depth as what is to be wiped.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    black_box(&mut below);
}

/// As [`wipe_stack`], ten times as far: after work with key pairs.
#[inline(never)]
#[allow(clippy::large_stack_arrays)] // that is the point
pub fn wipe_deep_stack() {
    let mut below = [0_u8; DEEP];
    black_box(&mut below);
}

/// Wipes as deep as `operation` may have gone. After RSA in wasm the call itself wipes: that is not told by the name.
pub(crate) fn wipe_after(operation: &str) {
    const WITH_KEY_PAIRS: [&str; 10] = [
        "CreateKey",
        "Decapsulate",
        "DeriveSharedSecret",
        "Encapsulate",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GetParametersForImport",
        "ImportKeyMaterial",
        "Sign",
        "Verify",
    ];
    if WITH_KEY_PAIRS.contains(&operation) { wipe_deep_stack() } else { wipe_stack() }
}
