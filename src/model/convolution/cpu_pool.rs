//! Max pooling of 2 × 2 windows on the CPU.
//!
//! Burn's own implementation stores the position of every maximum as a 64-bit number and took a quarter of a training step.
//! Here the gradient searches for the maximum again, without branches, which a processor could not predict.

use crate::model::kernels::Number;

/// Selects between numbers by their bits. Browsers compile a selection between floats to a jump.
pub trait Choice: Number {
    /// `self` if `keep`, else `other`.
    #[must_use]
    fn or(self, keep: bool, other: Self) -> Self;

    /// The larger of two numbers, the first of equal ones, NaN if either is NaN.
    #[must_use]
    #[inline]
    fn larger(self, other: Self) -> Self {
        // NaN is not equal to itself.
        let is_nan = self.partial_cmp(&self).is_none();
        self.or(self >= other || is_nan, other)
    }
}

macro_rules! choice {
    ($number:ty, $bits:ty) => {
        impl Choice for $number {
            #[inline]
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
    let mut result = vec![T::default(); maps.len()];
    let mut pair = RowPair::new(width / 2 * 2);
    let planes = result.chunks_exact_mut(height * width).zip(maps.chunks_exact(height * width));
    for ((result, map), gradient) in planes.zip(gradient.chunks_exact((height / 2) * (width / 2))) {
        let rows = result.chunks_exact_mut(2 * width).zip(map.chunks_exact(2 * width));
        for ((result, map), gradient) in rows.zip(gradient.chunks_exact(width / 2)) {
            let (rows, results) = (map.split_at(width), result.split_at_mut(width));
            pair.distribute(rows.into(), gradient, results.into());
        }
    }
    result
}

/// Memory for two rows that share their windows. A window is two neighboring columns, and everything is computed for every column in the
/// same way, so that the compiler makes vectors of columns. Conditions are numbers, 1 or 0; what concerns only the left or the right column of
/// a window is multiplied by `is_left` or `is_right`. The other vectors have a place more at both ends, so that each column has neighbors.
struct RowPair<T> {
    is_left: Vec<T>,
    is_right: Vec<T>,
    /// The larger number of each column.
    larger: Vec<T>,
    /// Whether the number of a column is the maximum of its window, in the top and in the bottom row.
    is_largest: [Vec<T>; 2],
    /// The gradient of the window of each column.
    gradient: Vec<T>,
}

impl<T: Choice> RowPair<T> {
    /// For an even number of columns.
    fn new(columns: usize) -> Self {
        let (zero, one) = (T::default(), T::from_f64(1.0));
        let is_left = [one, zero].into_iter().cycle().take(columns).collect();
        let is_right = [zero, one].into_iter().cycle().take(columns).collect();
        let place = || vec![zero; columns + 2];
        Self { is_left, is_right, larger: place(), is_largest: [place(), place()], gradient: vec![zero; columns] }
    }

    /// Writes the gradient of each window to the place of its maximum, and zeros to the others.
    fn distribute(&mut self, rows: [&[T]; 2], gradient: &[T], results: [&mut [T]; 2]) {
        for (pair, gradient) in self.gradient.as_chunks_mut::<2>().0.iter_mut().zip(gradient) {
            *pair = [*gradient; 2];
        }
        let columns = self.gradient.len();
        let [top, bottom] = rows.map(|row| &row[..columns]);
        let [result_top, result_bottom] = results.map(|row| &mut row[..columns]);
        let [largest_top, largest_bottom] = &mut self.is_largest;
        compare_rows(top, bottom, &mut self.larger[1..=columns]);
        let (at_top, at_bottom) = (&mut largest_top[1..=columns], &mut largest_bottom[1..=columns]);
        compare_columns(&self.larger, &self.is_right, top, bottom, at_top, at_bottom);
        write_gradients(
            largest_top,
            largest_bottom,
            &self.is_left,
            &self.is_right,
            &self.gradient,
            result_top,
            result_bottom,
        );
    }
}

/// The numbers left of each column, in the column, and right of it.
fn neighbors<T>(numbers: &[T], columns: usize) -> [&[T]; 3] {
    [&numbers[..columns], &numbers[1..][..columns], &numbers[2..][..columns]]
}

// The loops are functions of their own, whose arguments are slices: so the compiler knows that nothing overlaps, and makes vectors.

/// The larger number of each column.
#[inline(never)]
fn compare_rows<T: Choice>(top: &[T], bottom: &[T], larger: &mut [T]) {
    for ((larger, top), bottom) in larger.iter_mut().zip(top).zip(bottom) {
        *larger = top.larger(*bottom);
    }
}

/// Whether each number is the maximum of its window, given the larger number of each column.
#[inline(never)]
fn compare_columns<T: Choice>(
    larger: &[T],
    is_right: &[T],
    top: &[T],
    bottom: &[T],
    largest_top: &mut [T],
    largest_bottom: &mut [T],
) {
    let (zero, one, columns) = (T::default(), T::from_f64(1.0), is_right.len());
    let [left, own, right] = neighbors(larger, columns);
    let (top, bottom) = (&top[..columns], &bottom[..columns]);
    let (largest_top, largest_bottom) = (&mut largest_top[..columns], &mut largest_bottom[..columns]);
    for column in 0..columns {
        let with_left = left[column].larger(own[column]);
        let maximum = with_left.or(is_right[column] > zero, own[column].larger(right[column]));
        largest_top[column] = one.or(top[column] == maximum, zero);
        largest_bottom[column] = one.or(bottom[column] == maximum, zero);
    }
}

/// The gradient of each window at its first maximum, in the order top left, top right, bottom left, bottom right; in the last place, too, if no
/// number is equal to the maximum, which then is not a number.
#[inline(never)]
fn write_gradients<T: Choice>(
    largest_top: &[T],
    largest_bottom: &[T],
    is_left: &[T],
    is_right: &[T],
    gradient: &[T],
    result_top: &mut [T],
    result_bottom: &mut [T],
) {
    let (zero, one, columns) = (T::default(), T::from_f64(1.0), gradient.len());
    let [top_left, top, top_right] = neighbors(largest_top, columns);
    let [bottom_left, bottom, _] = neighbors(largest_bottom, columns);
    let (is_left, is_right) = (&is_left[..columns], &is_right[..columns]);
    let (result_top, result_bottom) = (&mut result_top[..columns], &mut result_bottom[..columns]);
    for column in 0..columns {
        let (before, after) = (is_right[column] * top_left[column], is_left[column] * top_right[column]);
        let above = top[column] + before + after;
        let below = is_left[column] * bottom[column] + is_right[column] * (one - bottom_left[column]);
        result_top[column] = gradient[column].or(top[column] > before, zero);
        result_bottom[column] = gradient[column].or(below > above, zero);
    }
}
