//! Blocks on all cores.

use rayon::prelude::*;

/// Calls `work` with the index and the numbers of every block of `length` numbers; the last one may be shorter.
pub(in crate::model) fn by_blocks<T: Send>(values: &mut [T], length: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    values.par_chunks_mut(length.max(1)).enumerate().for_each(|(index, block)| work(index, block));
}

/// Number of threads that share work.
pub(in crate::model) fn threads() -> usize {
    rayon::current_num_threads()
}
