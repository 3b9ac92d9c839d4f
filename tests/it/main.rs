//! All native integration tests, as one binary.

mod build_script;
mod checkpoint;
mod circles;
mod dataset;
mod digest;
mod emergence;
mod estimate;
mod experiment;
mod export;
mod fixtures;
#[cfg(feature = "gpu")]
mod gpu;
mod init;
mod lab;
mod layer_weights;
mod layers;
mod metrics;
#[cfg(feature = "train")]
mod model;
mod names;
mod page;
mod plot;
mod policy;
mod protocol;
mod reference;
mod scenarios;
mod score;
mod sizes;
mod texts;
#[cfg(feature = "train")]
mod training;
#[cfg(feature = "train")]
mod tune;
