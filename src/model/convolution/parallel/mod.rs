//! Work on blocks of a vector: on all cores natively, on a single one in a browser.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::by_blocks;
#[cfg(target_arch = "wasm32")]
pub(super) use wasm::by_blocks;
