//! The browser's side: the page, and the worker that trains. Parts that need no browser (the page's state machine, its texts,
//! its messages) are compiled and tested natively; everything else exists only in wasm.

#[cfg(target_arch = "wasm32")]
pub mod dom;
#[cfg(target_arch = "wasm32")]
pub mod error;
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod schedule;
#[cfg(all(target_arch = "wasm32", feature = "train"))]
pub mod worker;
