//! The browser's side: the page, and the worker that trains. What needs no browser (the page's state machine, its words,
//! the messages) is compiled and tested natively; everything else exists in wasm only.

#[cfg(target_arch = "wasm32")]
pub mod dom;
#[cfg(target_arch = "wasm32")]
pub mod error;
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod schedule;
#[cfg(all(target_arch = "wasm32", feature = "train"))]
pub mod worker;
