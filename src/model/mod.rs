//! Stacked networks: every parameter carries a leading run axis, so one batched operation serves all runs.
//!
//! Shapes are written `[runs, ...]`; feature maps have the shape `[batch, runs · channels, height, width]`, sequences
//! `[runs, batch · positions, features]`. A mini-batch has
//! `runs = 1` and is broadcast: all runs see the same examples. Effects in one run (a NaN, for example) stay in that run, since
//! no operation here mixes along the run axis.

mod activation;
pub mod attention;
mod batch;
pub mod batch_norm;
pub mod convolution;
mod decode;
pub mod dense;
mod derivatives;
pub(crate) mod flex;
#[cfg(feature = "gpu")]
pub mod gpu;
mod jet;
pub mod kernels;
mod layer_norm;
mod loss;
mod loss_gradient;
mod moments;
mod network;
mod networks;
mod pass;
mod sequences;
mod values;

pub use batch::{Batch, Inputs, SentenceTensor, Sentences, Targets};
pub use decode::Decoded;
pub use dense::product as stacked_product;
pub use derivatives::CurvatureGradient;
pub use loss::{cross_entropy, predicted_classes};
pub use loss_gradient::LossGradient;
pub use moments::{Moments, counted_mean, inner_product};
pub use network::{Network, Plan};
pub use networks::{Networks, join};
pub use pass::{Mode, StepView};
