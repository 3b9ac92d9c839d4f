//! The product of two matrices, one of which is packed already.

use super::panels::{Matrix, Panels};
use super::parallel::{by_blocks, threads};
use super::tile::{COLUMNS, ROWS, Tile};
use super::unit::Number;

/// Memory for the rows of the left factor that are multiplied with all columns before the next ones are, in bytes: it has to stay in the
/// second-level cache.
const BLOCK_BYTES: usize = 256 << 10;

/// Writes `left * right`, `[rows, columns]`, to `result`, with sums of `depth` terms.
///
/// Every sum is formed in the order of its terms, whatever the number of rows and columns. A panel of the right factor stays in the
/// first-level cache while a block of the left one passes by. It is packed just before, or if there are several blocks, once for all of them.
pub fn multiply<T: Number>(
    left: &Panels<T, ROWS>,
    right: Matrix<'_, T>,
    [rows, columns, depth]: [usize; 3],
    result: &mut [T],
) {
    let cached = BLOCK_BYTES / (depth * size_of::<T>()).max(1);
    let block = rows.div_ceil(threads()).min(cached).next_multiple_of(ROWS).max(ROWS);
    let packed = (rows > block).then(|| Panels::<T, COLUMNS>::new(right, [columns, depth]));
    by_blocks(result, block * columns, |index, result| {
        let panels = || left.iter().skip(index * block / ROWS).zip((0..).step_by(ROWS));
        let mut own = Vec::new();
        for (panel, first) in (0..columns).step_by(COLUMNS).enumerate() {
            let right = if let Some(packed) = &packed {
                packed.panel(panel)
            } else {
                own.resize(depth * COLUMNS, T::default());
                right.pack::<COLUMNS>(&mut own, first, [columns, depth]);
                &own
            };
            let width = COLUMNS.min(columns - first);
            for (left, row) in panels() {
                let Some(rows) = result.get_mut(row * columns..).filter(|rows| !rows.is_empty()) else { break };
                let mut tile = Tile::<T>::default();
                T::add_to_tile(left, right, &mut tile);
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
