//! Images with labels and pairs of sentences: readers of files, generators, and the order in which examples are used.
//!
//! An [`ImageSet`] keeps its pixels as bytes, a quarter of the memory of floats; they become normalized floats only for
//! the examples of a batch. Generated data sets are drawn one example at a time, as examples are needed. The list of data
//! sets is in [`catalog`](crate::catalog). No code here knows where bytes come from, except the native [`files`].

pub mod augment;
pub mod batcher;
pub mod drawn;
#[cfg(not(target_arch = "wasm32"))]
pub mod files;
pub mod numbers;
pub mod pairs;
pub mod parts;
pub mod readers;
pub mod recipe;
pub mod symbols;
pub mod text;
pub mod upload;

mod checksum;
mod examples;
mod image_set;
mod limit;
mod normalization;
mod selection;
mod set;

pub use crate::catalog::{Normalization, Part};
pub use checksum::DatasetChecksum;
pub use drawn::{digits, patterns};
pub use examples::{DrawnExamples, LabeledExamples, Split};
pub use image_set::ImageSet;
pub use pairs::{PairSet, SentencePairs, Vocabulary, until_end, without_padding};
pub use set::Dataset;
