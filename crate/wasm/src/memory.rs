//! Wasm's linear memory, which grows and never shrinks.

/// How much room rows take for each byte that they have at rest, until they are loaded and gone: about 1 as rows, 1 for
/// the store that keeps them in memory, 3 as records in the state, with their places in its tree.
const TIMES: usize = 5;
/// Below this the allocator finds room soon enough.
const LEAST: usize = 1 << 20;

/// Makes room at once for the rows of `at_rest` bytes, which are to be read and loaded. Grown by the allocator, a few
/// pages at a time, memory takes most of the time that it takes to open a store of 100,000 keys: at each step the engine
/// makes a new `ArrayBuffer` of it.
pub(crate) fn reserve(at_rest: u32) {
    let bytes = usize::try_from(at_rest).unwrap_or(usize::MAX).saturating_mul(TIMES);
    if bytes > LEAST {
        let mut room: Vec<u8> = Vec::new();
        // Given back at once; the allocator keeps it. Where there is no room for all, there may be for what is needed.
        let _ = room.try_reserve_exact(bytes);
    }
}
