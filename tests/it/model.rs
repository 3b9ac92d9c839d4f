//! Layers with a run axis against an independent implementation, finite differences, and each other.

mod gradients;
mod kernels;
mod reference;
mod runs;
mod training;
mod transformer;
