//! Matrices in panels, in the order in which the tile of a product reads them: for each `k` of the sum, the numbers of the panel's
//! rows or columns. What is in places beyond the last row or column does not matter.

use super::unit::Number;

/// The numbers of a matrix in memory.
#[derive(Debug, Clone, Copy)]
pub enum Matrix<'numbers, T> {
    /// `[depth, count]`: the numbers of each `k` are neighbors.
    Columns(&'numbers [T]),
    /// `[count, depth]`: the terms of each sum are neighbors.
    Rows(&'numbers [T]),
}

impl<T: Number> Matrix<'_, T> {
    /// Packs `WIDTH` rows or columns of `count`, from `first` on, into a panel for sums of `depth` terms.
    pub fn pack<const WIDTH: usize>(self, panel: &mut [T], first: usize, [count, depth]: [usize; 2]) {
        let width = WIDTH.min(count - first);
        let places = panel.as_chunks_mut::<WIDTH>().0;
        match self {
            Self::Columns(numbers) => {
                for (place, row) in places.iter_mut().zip(numbers.chunks_exact(count)) {
                    match row[first..].first_chunk::<WIDTH>() {
                        Some(chunk) => *place = *chunk,
                        None => place[..width].copy_from_slice(&row[first..]),
                    }
                }
            }
            Self::Rows(numbers) if width == WIDTH => {
                let rows: [&[T]; WIDTH] = std::array::from_fn(|lane| &numbers[(first + lane) * depth..][..depth]);
                for (k, place) in places.iter_mut().enumerate() {
                    for lane in 0..WIDTH {
                        place[lane] = rows[lane][k];
                    }
                }
            }
            Self::Rows(numbers) => {
                for (lane, row) in numbers[first * depth..].chunks_exact(depth).enumerate() {
                    places.iter_mut().zip(row).for_each(|(place, number)| place[lane] = *number);
                }
            }
        }
    }
}

/// A packed matrix: panels of `WIDTH` rows or columns each.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels<T, const WIDTH: usize> {
    numbers: Vec<T>,
    /// Numbers of a panel.
    size: usize,
}

impl<T: Number, const WIDTH: usize> Panels<T, WIDTH> {
    /// Packs a matrix with `count` rows or columns for sums of `depth` terms.
    #[must_use]
    pub fn new(matrix: Matrix<'_, T>, [count, depth]: [usize; 2]) -> Self {
        let size = depth * WIDTH;
        let mut numbers = vec![T::default(); count.next_multiple_of(WIDTH) * depth];
        for (panel, first) in numbers.chunks_exact_mut(size.max(1)).zip((0..count).step_by(WIDTH)) {
            matrix.pack::<WIDTH>(panel, first, [count, depth]);
        }
        Self { numbers, size }
    }

    /// The panel with this index; empty if there is none.
    #[must_use]
    pub fn panel(&self, index: usize) -> &[T] {
        self.numbers.get(index * self.size..).and_then(|rest| rest.get(..self.size)).unwrap_or_default()
    }

    /// The panels one after another.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, T> {
        self.numbers.chunks_exact(self.size.max(1))
    }
}

impl<'panels, T: Number, const WIDTH: usize> IntoIterator for &'panels Panels<T, WIDTH> {
    type Item = &'panels [T];
    type IntoIter = std::slice::ChunksExact<'panels, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
