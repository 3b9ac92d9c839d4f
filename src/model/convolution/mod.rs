//! Convolution and pooling with a run axis.
//!
//! Feature maps of all runs are concatenated along the channel axis, `[batch, runs · channels, height, width]`, and a
//! grouped convolution keeps the runs separate. The images of a mini-batch are the same for all runs and stored only once.

pub mod cpu;
pub mod cpu_pool;
mod operation;

pub use operation::convolve;
use operation::max_pool;

use crate::experiment::architecture::{Pooling, Window};
use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

/// Pools every feature map of `maps`, `[batch, channels, height, width]`. An incomplete last row or column is omitted.
#[must_use]
pub fn pool(maps: Tensor<4>, pooling: Pooling, window: Window) -> Tensor<4> {
    let (kernel, stride, padding) = ([window.kernel; 2], [window.stride; 2], [window.padding; 2]);
    match pooling {
        Pooling::Max if window == Window::POOL => max_pool(maps),
        Pooling::Max => max_pool2d(maps, MaxPoolOptions::new(kernel).with_stride(stride).with_padding(padding)),
        Pooling::Average => avg_pool2d(maps, AvgPoolOptions::new(kernel).with_stride(stride).with_padding(padding)),
    }
}

/// The mean of every feature map of `maps`, `[batch, channels, height, width]`: `[batch, channels]`.
#[must_use]
pub fn global_average_pool(maps: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = maps.dims();
    maps.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels])
}

/// The parameter-free shortcut (He et al. 2016, option A): every `stride`-th row and column, and after each run's
/// feature maps zeros for its `channels` missing ones. `maps` is `[batch, runs · channels_in, height, width]`.
#[must_use]
pub fn shortcut(maps: Tensor<4>, runs: usize, stride: usize, channels: usize) -> Tensor<4> {
    // A 1 × 1 window selects it; unlike a slice with a stride it has a gradient on every backend.
    let picked =
        if stride == 1 { maps } else { pool(maps, Pooling::Average, Window { kernel: 1, stride, padding: 0 }) };
    let [batch, all, height, width] = picked.dims();
    let own = all / runs;
    if own == channels {
        return picked;
    }
    let zeros = Tensor::<5>::zeros([batch, runs, channels - own, height, width], (&picked.device(), picked.dtype()));
    let split = picked.reshape([batch, runs, own, height, width]);
    Tensor::cat(vec![split, zeros], 2).reshape([batch, runs * channels, height, width])
}
