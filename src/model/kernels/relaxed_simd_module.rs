//! A WebAssembly module of its own with the loop of [`tile`] for browsers with relaxed SIMD, whose multiplication and addition are one
//! instruction. A browser without it loads no module that contains it, so the worker carries this one as bytes (build.rs compiles
//! it) and uses it if the browser accepts it. It works on the worker's memory and has none of its own: no constants, no stack.

#![no_std]

#[path = "tile.rs"]
mod tile;

use core::arch::wasm32::{f32x4_extract_lane, f32x4_relaxed_madd, f32x4_splat, v128, v128_load, v128_store};
use tile::{LANES, ROWS, VECTORS, VectorUnit, add_products};

#[derive(Clone, Copy)]
struct RelaxedSimd;

impl VectorUnit for RelaxedSimd {
    type Number = f32;
    type Vector = v128;
    const LANES: usize = LANES;

    #[inline(always)]
    fn splat(self, number: f32) -> v128 {
        f32x4_splat(number)
    }

    #[inline(always)]
    fn load(self, numbers: &[f32]) -> v128 {
        let numbers = &numbers[..LANES];
        // SAFETY: four numbers are as long as a register, and the instruction needs no alignment.
        unsafe { v128_load(numbers.as_ptr().cast()) }
    }

    #[inline(always)]
    fn multiply_add(self, a: v128, b: v128, c: v128) -> v128 {
        f32x4_relaxed_madd(a, b, c)
    }
}

/// `Number::add_to_tile` of the worker.
///
/// # Safety
/// `left` and `right` point to `depth` times the rows and columns of a tile, `tile` to a tile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn add_to_tile(left: *const f32, right: *const f32, depth: usize, tile: *mut f32) {
    // SAFETY: as the caller promises.
    unsafe {
        let left = core::slice::from_raw_parts(left, depth * ROWS);
        let right = core::slice::from_raw_parts(right, depth * VECTORS * LANES);
        let mut sums = [[f32x4_splat(0.0); VECTORS]; ROWS];
        for row in 0..ROWS {
            for vector in 0..VECTORS {
                sums[row][vector] = v128_load(tile.add((row * VECTORS + vector) * LANES).cast());
            }
        }
        let sums = add_products(RelaxedSimd, left, right, sums);
        for row in 0..ROWS {
            for vector in 0..VECTORS {
                v128_store(tile.add((row * VECTORS + vector) * LANES).cast(), sums[row][vector]);
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
