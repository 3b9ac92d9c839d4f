//! Blocks one after another.

/// Calls `work` with the index and the numbers of every block of `length` numbers; the last one may be shorter.
pub(in crate::model) fn by_blocks<T>(values: &mut [T], length: usize, work: impl Fn(usize, &mut [T])) {
    values.chunks_mut(length.max(1)).enumerate().for_each(|(index, block)| work(index, block));
}

/// There is one thread.
pub(in crate::model) fn threads() -> usize {
    1
}
