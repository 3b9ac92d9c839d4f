//! Work on blocks of a vector: on all cores natively, on the one there is in a browser.

#[cfg(not(target_arch = "wasm32"))]
use rayon::prelude::*;

/// Calls `work` with the index and the numbers of every block of `length` numbers; the last one may be shorter.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn by_blocks<T: Send>(values: &mut [T], length: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    values.par_chunks_mut(length.max(1)).enumerate().for_each(|(index, block)| work(index, block));
}

/// Calls `work` with the index and the numbers of every block of `length` numbers; the last one may be shorter.
#[cfg(target_arch = "wasm32")]
pub(super) fn by_blocks<T>(values: &mut [T], length: usize, work: impl Fn(usize, &mut [T])) {
    values.chunks_mut(length.max(1)).enumerate().for_each(|(index, block)| work(index, block));
}
