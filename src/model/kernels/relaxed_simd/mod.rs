//! The module with relaxed SIMD, in browsers that have it: its loops take the place of this program's own.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::{add_to_tile, choose, fuses, scalar_products};
#[cfg(target_arch = "wasm32")]
pub(super) use wasm::{add_to_tile, choose, fuses, scalar_products};
