//! Wiping what a call left on wasm's stack.
//!
//! Secrets stand in buffers that zeroize, but a cipher's round keys and a compiler's spilled registers pass through
//! the stack; below the pointer of a call that has returned they lie until something else runs over them.

use std::hint::black_box;

/// How far below the caller's frame is wiped, in bytes: more than the deepest operation uses.
const DEPTH: usize = 64 * 1024;

/// Overwrites the stack below the caller with zeros. Call it from the same depth as what is to be wiped.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    black_box(&mut below);
}
