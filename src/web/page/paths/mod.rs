//! The path explorer in the article: a network of a few nodes, which the visitor makes active or inactive, and all paths that
//! the two forms of emergence count in it. [`model`] is its state, [`words`] are its texts; both need no browser and are
//! compiled natively, too. It is independent of experiments and of the worker.

pub mod model;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::PathSection;
