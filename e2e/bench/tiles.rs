//! The innermost loop of a matrix product in several shapes, for `tiles.html`: compiled from the same source as the worker's, once with
//! multiplication and addition, once with relaxed SIMD's multiply-add (`cargo xtask bench` compiles both).

#![no_std]

#[path = "../../src/model/kernels/simd128.rs"]
mod simd128;
#[path = "../../src/model/kernels/tile.rs"]
mod tile;

/// A function of its own, as in the worker.
///
/// # Safety
/// As for [`simd128::add_to_tile`].
#[inline(never)]
unsafe fn add<const R: usize, const V: usize>(left: *const f32, right: *const f32, depth: usize, tile: *mut f32) {
    // SAFETY: as the caller promises.
    unsafe { simd128::add_to_tile::<R, V>(left, right, depth, tile) }
}

macro_rules! shapes {
    ($($name:ident: $rows:literal, $vectors:literal;)*) => {$(
        /// Adds the same products `repeats` times.
        ///
        /// # Safety
        /// As for [`add`].
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(left: *const f32, right: *const f32, depth: usize, tile: *mut f32, repeats: usize) {
            for _ in 0..repeats {
                // SAFETY: as the caller promises.
                unsafe { add::<$rows, $vectors>(left, right, depth, tile) };
            }
        }
    )*};
}

shapes! {
    tile_4x2: 4, 2;
    tile_5x2: 5, 2;
    tile_6x2: 6, 2;
    tile_4x3: 4, 3;
    tile_3x3: 3, 3;
    tile_2x4: 2, 4;
    tile_8x1: 8, 1;
    tile_4x4: 4, 4;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
