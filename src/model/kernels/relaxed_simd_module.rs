//! A WebAssembly module of its own with the loops of [`tile`] for browsers with relaxed SIMD, whose multiplication and addition are one
//! instruction. A browser without it loads no module that contains it, so the worker carries this one as bytes (build.rs compiles
//! it) and uses it if the browser accepts it. It works on the worker's memory and has none of its own: no constants, no stack.

#![no_std]

#[path = "simd128.rs"]
mod simd128;
#[path = "tile.rs"]
mod tile;

use core::arch::wasm32::{f32x4_extract_lane, f32x4_relaxed_madd, f32x4_splat};
use simd128::Simd128;
use tile::{ROWS, VECTORS, scalar_products};

/// `Number::add_to_tile` of the worker.
///
/// # Safety
/// `left` and `right` point to `depth` times the rows and columns of a tile, `tile` to a tile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn add_to_tile(left: *const f32, right: *const f32, depth: usize, tile: *mut f32) {
    // SAFETY: as the caller promises.
    unsafe { simd128::add_to_tile::<ROWS, VECTORS>(left, right, depth, tile) }
}

/// `Number::scalar_products` of the worker, for two rows and three others: the sums go to `sums`, `[2, 3]`.
///
/// # Safety
/// The rows have `length` numbers, `sums` six.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scalar_products_2x3(
    row_0: *const f32,
    row_1: *const f32,
    other_0: *const f32,
    other_1: *const f32,
    other_2: *const f32,
    length: usize,
    sums: *mut f32,
) {
    // SAFETY: as the caller promises.
    unsafe {
        let slice = |row| core::slice::from_raw_parts(row, length);
        let (rows, others) = ([slice(row_0), slice(row_1)], [slice(other_0), slice(other_1), slice(other_2)]);
        let products = scalar_products(Simd128, rows, others, f32x4_splat(0.0));
        for row in 0..2 {
            for other in 0..3 {
                let lanes = products[row][other];
                let near = f32x4_extract_lane::<0>(lanes) + f32x4_extract_lane::<1>(lanes);
                let far = f32x4_extract_lane::<2>(lanes) + f32x4_extract_lane::<3>(lanes);
                *sums.add(row * 3 + other) = near + far;
            }
        }
    }
}

/// `a * b + c`, by which the worker learns whether the browser rounds once or twice.
#[unsafe(no_mangle)]
pub extern "C" fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
    f32x4_extract_lane::<0>(f32x4_relaxed_madd(f32x4_splat(a), f32x4_splat(b), f32x4_splat(c)))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
