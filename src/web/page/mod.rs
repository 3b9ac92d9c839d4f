//! The page: what it knows and decides ([`model`]), its sentences ([`words`]), and the document that shows them (`view`, in
//! WebAssembly only).

pub mod model;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::start;
