//! Max pooling of 2 × 2 windows on the CPU.
//!
//! Burn's own implementation stores the position of every maximum as a 64-bit number and took a quarter of a training step.
//! Here the gradient searches for the maximum again, without branches, which a processor could not predict.

/// Selects between numbers by their bits. Browsers compile a selection between floats to a jump.
pub trait Choice: Copy + PartialOrd + Default {
    /// `self` if `keep`, else `other`.
    #[must_use]
    fn or(self, keep: bool, other: Self) -> Self;

    /// The larger of two numbers, the first of equal ones, NaN if either is NaN.
    #[must_use]
    fn larger(self, other: Self) -> Self {
        // NaN is not equal to itself.
        let is_nan = self.partial_cmp(&self).is_none();
        self.or(self >= other || is_nan, other)
    }
}

macro_rules! choice {
    ($number:ty, $bits:ty) => {
        impl Choice for $number {
            fn or(self, keep: bool, other: Self) -> Self {
                let mask = <$bits>::from(keep).wrapping_neg();
                Self::from_bits(self.to_bits() & mask | other.to_bits() & !mask)
            }
        }
    };
}

choice!(f32, u32);
choice!(f64, u64);

/// The maximum of every window of maps of `height` and `width`, at least two; an odd last row or column is omitted.
#[must_use]
pub fn max_pool<T: Choice>(maps: &[T], [height, width]: [usize; 2]) -> Vec<T> {
    let mut pooled = Vec::with_capacity(maps.len() / 4);
    for map in maps.chunks_exact(height * width) {
        for rows in map.chunks_exact(2 * width) {
            let (top, bottom) = rows.split_at(width);
            let windows = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
            pooled.extend(windows.map(|([a, b], [c, d])| a.larger(*b).larger(c.larger(*d))));
        }
    }
    pooled
}

/// The gradient with respect to the maps: that of each window goes to its maximum, the first of equal ones.
#[must_use]
pub fn max_pool_gradient<T: Choice>(maps: &[T], gradient: &[T], [height, width]: [usize; 2]) -> Vec<T> {
    let zero = T::default();
    let mut result = vec![zero; maps.len()];
    let planes = result.chunks_exact_mut(height * width).zip(maps.chunks_exact(height * width));
    for ((result, map), gradient) in planes.zip(gradient.chunks_exact((height / 2) * (width / 2))) {
        let rows = result.chunks_exact_mut(2 * width).zip(map.chunks_exact(2 * width));
        for ((result, map), gradient) in rows.zip(gradient.chunks_exact(width / 2)) {
            let ((top, bottom), (result_top, result_bottom)) = (map.split_at(width), result.split_at_mut(width));
            let windows = top.as_chunks::<2>().0.iter().zip(bottom.as_chunks::<2>().0);
            let results = result_top.as_chunks_mut::<2>().0.iter_mut().zip(result_bottom.as_chunks_mut::<2>().0);
            for ((([a, b], [c, d]), (top, bottom)), gradient) in windows.zip(results).zip(gradient) {
                let largest = a.larger(*b).larger(c.larger(*d));
                let (first, second, third) = (*a == largest, *b == largest, *c == largest);
                let given = |here: bool| gradient.or(here, zero);
                *top = [given(first), given(second && !first)];
                *bottom = [given(third && !first && !second), given(!(first || second || third))];
            }
        }
    }
    result
}
