//! From activations to emergence: which units count as active on a probe batch, and the resulting measure.
//!
//! A unit is active if `|h| > τ`, where `h` is its value after the activation function or after pooling. `τ = 0.05` is the
//! value that a public review reports of the companion paper (AlShinaifi et al., arXiv 2409.01568); the three rules for a
//! batch, and the definition of an active channel, are this project's. Callers pass the hidden layers, the pooled layers and
//! the output, not the input.

use super::graph::{NetworkGraph, NetworkLayer};
use super::scaled_number::ScaledNumber;
use super::units::Recurrence;
use super::{EmergenceError, EmergenceForm};

/// When a unit counts as active on a batch of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveRule {
    /// Every sample has its own mask, `|h| > τ`; the measure is averaged over the samples.
    Sample,
    /// One mask: the mean of `|h|` over the samples exceeds `τ`.
    Mean,
    /// One mask: `|h| > τ` on at least 5 % of the samples.
    Rate,
}

/// [`ActiveRule::Rate`]: one sample in this many must exceed the threshold.
const RATE_ONE_IN: usize = 20;

/// The values of one layer of one run after the activation function, `[samples, units]` row by row; the units of a row are
/// `[channels, height, width]` of the layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerActivity<'values> {
    /// `samples · units` values. NaN counts as inactive: divergence is not determined here.
    pub values: &'values [f32],
    /// Units of the layer, `channels · height · width`.
    pub units: usize,
}

/// The emergence of one run on one probe batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// `log10` of `E_A` (averaged over the samples with [`ActiveRule::Sample`]); `None` if it is zero.
    pub log10_e_a: Option<f64>,
    /// `log10` of `E_B`, likewise.
    pub log10_e_b: Option<f64>,
    /// The active fraction of every layer, averaged likewise.
    pub active_fraction: Vec<f32>,
}

/// Measures one run at the level of units, exactly: `layers` are those of `network`, all observed on the same samples,
/// active above `tau` under `rule`.
///
/// If the samples have separate masks, `E_A` and `E_B` are averaged over the samples before the logarithm is taken. Costs
/// `O(units + positions · (kernel height + kernel width))` per mask and form, independent of the number of edges. The
/// extension of the measure to convolutions, pooling and skip connections is derived by this project and checked against the
/// graph of all units and edges.
///
/// # Errors
/// [`EmergenceError`] if the layers are not those of the network, a layer has no whole number of samples, or the
/// numbers of samples differ.
pub fn measure(
    network: &NetworkGraph,
    layers: &[LayerActivity<'_>],
    rule: ActiveRule,
    tau: f32,
) -> Result<Measurement, EmergenceError> {
    check(network, layers)?;
    let masks: Vec<Vec<bool>> = layers.iter().map(|layer| active_units(layer, rule, tau)).collect();
    let mut masks_of_layers: Vec<_> =
        masks.iter().zip(layers).map(|(masks, layer)| masks.chunks_exact(layer.units)).collect();
    let mut recurrence = Recurrence::new(network);
    let (mut sum_a, mut sum_b, mut count) = (ScaledNumber::ZERO, ScaledNumber::ZERO, 0_u32);
    while let Some(active) = masks_of_layers.iter_mut().map(Iterator::next).collect::<Option<Vec<_>>>() {
        recurrence.activate(&active);
        sum_a = sum_a.plus(recurrence.emergence(EmergenceForm::ThroughActive));
        sum_b = sum_b.plus(recurrence.emergence(EmergenceForm::ThroughAll));
        count += 1;
    }
    let share = ScaledNumber::new(1.0 / f64::from(count));
    let active_fraction = masks.iter().map(|masks| fraction(masks)).collect();
    Ok(Measurement { log10_e_a: sum_a.times(share).log10(), log10_e_b: sum_b.times(share).log10(), active_fraction })
}

/// Measures one run at the level of channels, a cheap approximation of this project: [`channel_values`] on
/// [`NetworkGraph::channel_level`]. Arguments and errors as for [`measure`], with the values of all units.
///
/// [`Measurement::active_fraction`] has one entry per layer of the channel level, so none for pooled layers.
pub fn measure_channels(
    network: &NetworkGraph,
    layers: &[LayerActivity<'_>],
    rule: ActiveRule,
    tau: f32,
) -> Result<Measurement, EmergenceError> {
    let channels = network.channel_level();
    let values = channel_values(network, layers)?;
    let activity = values.iter().zip(channels.layers());
    let activity = activity.map(|(values, layer)| LayerActivity { values, units: layer.channels });
    measure(&channels, &activity.collect::<Vec<_>>(), rule, tau)
}

/// The values of the channels, `[samples, channels]` for every layer of [`NetworkGraph::channel_level`].
///
/// The value of a channel on a sample is the mean of `|h|` over its positions, after the activation function and before
/// pooling (a definition of this project); it is NaN, hence inactive, if any of them is. Errors as for [`measure`].
pub fn channel_values(network: &NetworkGraph, layers: &[LayerActivity<'_>]) -> Result<Vec<Vec<f32>>, EmergenceError> {
    check(network, layers)?;
    let kept = network.layers().iter().zip(layers).filter(|(layer, _)| !layer.pooled);
    Ok(kept.map(|(layer, activity)| activity.values.chunks_exact(layer.positions()).map(mean_size).collect()).collect())
}

/// Checks that the activity is that of the network, on one number of samples.
fn check(network: &NetworkGraph, layers: &[LayerActivity<'_>]) -> Result<(), EmergenceError> {
    if network.layers().len() != layers.len() {
        return Err(EmergenceError::LayerCount { widths: network.layers().len(), active: layers.len() });
    }
    let mut expected = None;
    for (index, (layer, activity)) in network.layers().iter().zip(layers).enumerate() {
        let got = samples(index, layer, activity)?;
        let expected = *expected.get_or_insert(got);
        if got != expected {
            return Err(EmergenceError::SampleCount { layer: index, expected, got });
        }
    }
    Ok(())
}

/// Number of samples of a layer.
fn samples(index: usize, layer: &NetworkLayer, activity: &LayerActivity<'_>) -> Result<usize, EmergenceError> {
    let (units, values) = (activity.units, activity.values.len());
    if units != layer.units() {
        return Err(EmergenceError::UnitCount { layer: index, expected: layer.units(), got: units });
    }
    if values == 0 || !values.is_multiple_of(units) {
        return Err(EmergenceError::ActivityShape { layer: index, units, values });
    }
    Ok(values / units)
}

/// Which units of a layer are active, `[samples, units]`, or `[1, units]` if the batch has a single mask.
fn active_units(layer: &LayerActivity<'_>, rule: ActiveRule, tau: f32) -> Vec<bool> {
    let rows = layer.values.chunks_exact(layer.units);
    let samples = rows.len();
    match rule {
        ActiveRule::Sample => layer.values.iter().map(|value| value.abs() > tau).collect(),
        ActiveRule::Mean => {
            let mut sums = vec![0.0_f64; layer.units];
            for row in rows {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(value.abs()));
            }
            sums.iter().map(|sum| sum / samples as f64 > f64::from(tau)).collect()
        }
        ActiveRule::Rate => {
            let mut fired = vec![0_usize; layer.units];
            for row in rows {
                fired.iter_mut().zip(row).for_each(|(fired, value)| *fired += usize::from(value.abs() > tau));
            }
            fired.iter().map(|fired| fired * RATE_ONE_IN >= samples).collect()
        }
    }
}

/// Mean of `|h|`.
#[expect(clippy::cast_possible_truncation, reason = "a mean of f32 values, summed in f64")]
fn mean_size(values: &[f32]) -> f32 {
    let sum: f64 = values.iter().map(|value| f64::from(value.abs())).sum();
    (sum / values.len() as f64) as f32
}

/// Mean active fraction of a layer over its masks.
#[expect(clippy::cast_possible_truncation, reason = "a fraction in [0, 1] for display")]
fn fraction(masks: &[bool]) -> f32 {
    (masks.iter().filter(|&&active| active).count() as f64 / masks.len() as f64) as f32
}
