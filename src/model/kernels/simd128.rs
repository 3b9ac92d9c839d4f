//! WebAssembly's registers for the loops of [`super::tile`]: in the module with relaxed SIMD, and in the benchmark of tiles, which is compiled
//! with and without it. The program itself uses those of the crate `pulp`.

#[cfg(target_feature = "relaxed-simd")]
use core::arch::wasm32::f32x4_relaxed_madd;
#[cfg(not(target_feature = "relaxed-simd"))]
use core::arch::wasm32::{f32x4_add, f32x4_mul};
use core::arch::wasm32::{f32x4_splat, v128, v128_load, v128_store};

use super::tile::{LANES, VectorUnit, add_products};

/// Registers of four numbers.
#[derive(Clone, Copy)]
pub struct Simd128;

impl VectorUnit for Simd128 {
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
        #[cfg(target_feature = "relaxed-simd")]
        return f32x4_relaxed_madd(a, b, c);
        #[cfg(not(target_feature = "relaxed-simd"))]
        f32x4_add(f32x4_mul(a, b), c)
    }
}

/// Adds the products of packed factors to a tile of `R` rows and `V` registers.
///
/// # Safety
/// `left` and `right` point to `depth` times the rows and columns of the tile, `tile` to the tile.
#[inline(always)]
pub unsafe fn add_to_tile<const R: usize, const V: usize>(
    left: *const f32,
    right: *const f32,
    depth: usize,
    tile: *mut f32,
) {
    // SAFETY: as the caller promises.
    unsafe {
        let left = core::slice::from_raw_parts(left, depth * R);
        let right = core::slice::from_raw_parts(right, depth * V * LANES);
        let mut sums = [[f32x4_splat(0.0); V]; R];
        for row in 0..R {
            for vector in 0..V {
                sums[row][vector] = v128_load(tile.add((row * V + vector) * LANES).cast());
            }
        }
        let sums = add_products(Simd128, left, right, sums);
        for row in 0..R {
            for vector in 0..V {
                v128_store(tile.add((row * V + vector) * LANES).cast(), sums[row][vector]);
            }
        }
    }
}
