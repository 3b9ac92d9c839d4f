//! Emergence Lab: train small neural networks from several weight initializations side by side, under controlled
//! conditions, and follow their accuracy, loss and emergence.
//!
//! The modules are layers, listed in reading order; the table in `tests/it/layers.rs` states which layer may use which.
//! Everything that holds a tensor requires the feature `train`; the page is built without it.

#![recursion_limit = "256"]

pub mod catalog;
pub mod digest;
pub mod error;
pub mod experiment;
#[cfg(target_arch = "wasm32")]
pub mod graphics_adapter;
pub mod rng;
pub mod texts;
pub mod version;

pub mod checkpoint;
pub mod dataset;
pub mod emergence;
pub mod init;
pub mod metrics;
pub mod prose;
pub mod replay;
pub mod score;

#[cfg(feature = "train")]
pub mod device;
#[cfg(feature = "train")]
pub mod model;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "train")]
pub mod tune;

pub mod export;
pub mod plot;
pub mod protocol;
#[cfg(not(target_arch = "wasm32"))]
pub mod reference;

pub mod web;
