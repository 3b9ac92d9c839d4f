//! Work on blocks of a vector: on all cores natively, on a single one in a browser.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(target_arch = "wasm32"))]
pub(in crate::model) use native::{by_blocks, threads};
#[cfg(target_arch = "wasm32")]
pub(in crate::model) use wasm::{by_blocks, threads};
