//! Copies of a few numbers. A browser calls a function for every `memory.copy`, which takes longer than copying a row of an image.

use super::unit::Number;
use std::hint::black_box;

/// Copies rows.
#[derive(Debug, Clone, Copy)]
pub struct RowCopy<T> {
    one: T,
}

impl<T: Number> Default for RowCopy<T> {
    fn default() -> Self {
        Self { one: black_box(T::from_f64(1.0)) }
    }
}

impl<T: Number> RowCopy<T> {
    /// Copies as many numbers as both rows have. They are multiplied by a one that the compiler does not know: of a loop that only
    /// copies it would make a `memory.copy`.
    #[inline(always)]
    pub fn copy(self, to: &mut [T], from: &[T]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from * self.one;
        }
    }
}
