//! The path explorer in the article: a network of a few nodes, which the visitor switches on and off, and all paths that
//! the two forms of emergence count in it. [`model`] is what is shown, [`words`] how it reads; both are pure and compiled
//! everywhere. It has nothing to do with experiments, and the worker never hears of it.

pub mod model;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::PathSection;
