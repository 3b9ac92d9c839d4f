//! Batch normalization with a run axis (Ioffe & Szegedy 2015, arXiv 1502.03167): `y = γ (x - mean) / √(variance + ε) + β`
//! for every unit of a dense layer or every feature map, with PyTorch's constants.
//!
//! In training, mean and variance are those of the batch (for a feature map over all its positions); in evaluation they are the
//! running ones: `running = 0.9 running + 0.1 batch`, with the variance divided by `n - 1` there and by `n` everywhere else.

use super::jet::{ElementwiseFunction, Jet};
use burn::tensor::module::{BatchNormTrainOutput, batch_norm, batch_norm_train};
use burn::tensor::{Device, Tensor};

/// `ε`, added to the variance.
pub const EPSILON: f64 = 1e-5;
/// Weight of a new batch in the running statistics, PyTorch's `momentum`.
pub const MOMENTUM: f64 = 0.1;

/// Mean and variance of every unit or feature map of every run.
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    /// `[runs, 1, channels]`.
    pub mean: Tensor<3>,
    /// `[runs, 1, channels]`.
    pub variance: Tensor<3>,
}

impl BatchStatistics {
    /// Running statistics before the first batch: mean 0 and variance 1.
    #[must_use]
    pub fn initial(runs: usize, channels: usize, device: &Device) -> Self {
        let shape = [runs, 1, channels];
        Self { mean: Tensor::zeros(shape, device), variance: Tensor::ones(shape, device) }
    }

    /// Running statistics after another batch.
    #[must_use]
    pub fn updated(self, batch: Self) -> Self {
        let blend = |old: Tensor<3>, new: Tensor<3>| old.mul_scalar(1.0 - MOMENTUM) + new.mul_scalar(MOMENTUM);
        Self { mean: blend(self.mean, batch.mean), variance: blend(self.variance, batch.variance) }
    }
}

/// The source of mean and variance.
pub enum StatisticsSource<'statistics> {
    /// The batch; its statistics are returned.
    Batch,
    /// The statistics gathered in training.
    Running(&'statistics BatchStatistics),
}

/// As [`normalize`], with derivatives if there are any; the statistics of the batch are then not returned.
pub(super) fn normalize_jet<const D: usize>(
    maps: Jet<D>,
    scale: Jet<3>,
    shift: Jet<3>,
    source: &StatisticsSource<'_>,
) -> (Jet<D>, Option<BatchStatistics>) {
    if maps.is_plain() && scale.is_plain() && shift.is_plain() {
        let (maps, statistics) = normalize(maps.value, scale.value, shift.value, source);
        return (Jet::constant(maps), statistics);
    }
    let shape = along_channels::<D>(maps.value.dims()[1]);
    let standardized = match source {
        StatisticsSource::Running(BatchStatistics { mean, variance }) => {
            let mean = mean.clone().reshape(shape);
            let inverse = variance.clone().add_scalar(EPSILON).sqrt().recip().reshape(shape);
            let centered = maps.plus(Jet::constant(mean.neg()));
            centered.linear(|maps| maps * inverse.clone())
        }
        StatisticsSource::Batch => {
            let mean = maps.clone().linear(|maps| means(maps).neg());
            let centered = maps.plus(mean);
            let variance = centered.product(&centered, |left, right| left * right).linear(means);
            centered.product(&variance.map(&inverse_root()), |centered, inverse| centered * inverse)
        }
    };
    let scaled = standardized.product(&scale, |maps, scale| maps * scale.reshape(shape));
    (scaled.plus(shift.linear(|shift| shift.reshape(shape))), None)
}

/// `[1, channels, 1, ...]`.
fn along_channels<const D: usize>(channels: usize) -> [usize; D] {
    let mut shape = [1; D];
    shape[1] = channels;
    shape
}

/// The mean over everything but the channels, which stay along axis 1.
fn means<const D: usize>(maps: Tensor<D>) -> Tensor<D> {
    (0..D).filter(|axis| *axis != 1).fold(maps, Tensor::mean_dim)
}

/// `1 / √(x + ε)` with its derivatives.
fn inverse_root<const D: usize>() -> ElementwiseFunction<D> {
    ElementwiseFunction {
        value: |x| x.add_scalar(EPSILON).sqrt().recip(),
        slope: |_, y| y.clone().powi_scalar(3).mul_scalar(-0.5),
        curvature: Some(|_, y| y.clone().powi_scalar(5).mul_scalar(0.75)),
    }
}

/// Normalizes `maps`, `[batch, runs · channels, ...]`; `scale` (γ) and `shift` (β) are `[runs, 1, channels]`. Returns the
/// statistics of the batch if they were used, outside the graph and with the variance as the running statistics need it.
#[must_use]
pub fn normalize<const D: usize>(
    maps: Tensor<D>,
    scale: Tensor<3>,
    shift: Tensor<3>,
    source: &StatisticsSource<'_>,
) -> (Tensor<D>, Option<BatchStatistics>) {
    let (shape, all) = (scale.dims(), maps.dims()[1]);
    let flat = |parameter: Tensor<3>| parameter.reshape([all]);
    match source {
        StatisticsSource::Running(BatchStatistics { mean, variance }) => {
            let (mean, variance) = (flat(mean.clone()), flat(variance.clone()));
            (batch_norm(maps, flat(scale), flat(shift), mean, variance, EPSILON), None)
        }
        StatisticsSource::Batch => {
            let samples = maps.dims().iter().product::<usize>() / all;
            let BatchNormTrainOutput { output, mean, variance } =
                batch_norm_train(maps, flat(scale), flat(shift), EPSILON);
            // A single sample has no unbiased variance.
            let unbiased = samples as f64 / samples.saturating_sub(1).max(1) as f64;
            let statistics = BatchStatistics {
                mean: mean.inner().reshape(shape),
                variance: variance.inner().mul_scalar(unbiased).reshape(shape),
            };
            (output, Some(statistics))
        }
    }
}
