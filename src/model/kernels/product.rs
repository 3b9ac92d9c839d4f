//! The product of two matrices, one of which is packed already.

use super::panels::{Matrix, Panels};
use super::parallel::{by_blocks, threads};
use super::tile::{COLUMNS, ROWS, Tile};
use super::unit::Number;

/// Writes `left * right`, `[rows, columns]`, to `result`, with sums of `depth` terms.
///
/// Every sum is formed in the order of its terms, whatever the number of rows and columns. The right factor is packed a panel at a time,
/// which stays in the cache while the left factor passes by.
pub fn multiply<T: Number>(
    left: &Panels<T, ROWS>,
    right: Matrix<'_, T>,
    [rows, columns, depth]: [usize; 3],
    result: &mut [T],
) {
    let block = rows.div_ceil(threads()).next_multiple_of(ROWS).max(1);
    by_blocks(result, block * columns, |index, result| {
        let panels = || left.iter().skip(index * block / ROWS).zip((0..).step_by(ROWS));
        let mut packed = vec![T::default(); depth * COLUMNS];
        for first in (0..columns).step_by(COLUMNS) {
            right.pack::<COLUMNS>(&mut packed, first, [columns, depth]);
            let width = COLUMNS.min(columns - first);
            for (left, row) in panels() {
                let Some(rows) = result.get_mut(row * columns..).filter(|rows| !rows.is_empty()) else { break };
                let mut tile = Tile::<T>::default();
                T::add_to_tile(left, &packed, &mut tile);
                for (row, numbers) in rows.chunks_exact_mut(columns).zip(&tile) {
                    match row[first..].first_chunk_mut::<COLUMNS>() {
                        Some(place) => *place = *numbers,
                        None => row[first..].copy_from_slice(&numbers[..width]),
                    }
                }
            }
        }
    });
}
