//! Wiping what a call left on wasm's stack.
//!
//! Secrets stand in buffers that zeroize, but a cipher's round keys and a compiler's spilled registers pass through
//! the stack; below the pointer of a call that has returned they lie until something else runs over them.

use std::cell::Cell;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How far below the caller's frame is wiped, in bytes: more than the deepest symmetric operation uses, which
/// tests/npm/residue.test.mjs measures.
const DEPTH: usize = 24 * 1024;

/// As [`DEPTH`], for ML-DSA, whose matrices stand on the stack; wasm's whole stack is 1 MiB.
const DEEP: usize = 640 * 1024;

/// Overwrites the stack below the caller with zeros. Call it from the same depth as what is to be wiped.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    black_box(&mut below);
}

/// As [`wipe_stack`], as far as [`DEEP`] says: after work with key pairs.
#[inline(never)]
#[allow(clippy::large_stack_arrays)] // that is the point
pub fn wipe_deep_stack() {
    let mut below = [0_u8; DEEP];
    black_box(&mut below);
}

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the work since the last wipe may have gone deep.
pub(crate) fn went_deep() {
    IS_DEEP.set(true);
}

/// Notes how deep `operation` may have gone. After RSA in wasm the call itself says so: the name does not tell.
pub(crate) fn note(operation: &str) {
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
    if WITH_KEY_PAIRS.contains(&operation) {
        went_deep();
    }
}

/// A future after each of whose steps the stack is wiped, however it ends: at a wait too nothing is left there.
pub(crate) struct Wiping<T>(Pin<Box<dyn Future<Output = T>>>);

impl<T> Wiping<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for Wiping<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let polled = self.0.as_mut().poll(context);
        if IS_DEEP.replace(false) {
            wipe_deep_stack()
        } else {
            wipe_stack()
        }
        polled
    }
}
