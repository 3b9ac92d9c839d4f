//! From activations to emergence: which units count as active on a probe batch, and what that measures.
//!
//! A unit is active where `|h| > τ` with `h` its value after the nonlinearity. `τ = 0.05` is what a public review
//! reports of the companion paper (AlShinaifi et al., arXiv 2409.01568); the three rules for a batch are this
//! project's. Callers pass the hidden layers and the output, not the input.

use super::layered::{Layer, emergence};
use super::{Amount, EmergenceError, Form, Scaled};

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

/// [`ActiveRule::Rate`]: one sample in so many has to exceed the threshold.
const RATE_ONE_IN: usize = 20;

/// The values of one layer of one run after the nonlinearity, `[samples, units]` row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerActivity<'values> {
    /// `samples · units` values. NaN counts as inactive: whether a run has diverged is not decided here.
    pub values: &'values [f32],
    /// Units of the layer.
    pub units: usize,
}

/// The emergence of one run on one probe batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// `log10` of `E_A` (averaged over the samples with [`ActiveRule::Sample`]); `None` where it is zero.
    pub log10_e_a: Option<f64>,
    /// `log10` of `E_B`, likewise.
    pub log10_e_b: Option<f64>,
    /// Active units over units for every layer, averaged likewise.
    pub active_fraction: Vec<f32>,
}

/// Measures one run: `layers` input side first, all observed on the same samples, active above `tau` under `rule`.
///
/// Costs one pass over the values, then `O(samples · layers)`.
///
/// # Errors
/// [`EmergenceError`] when there is no layer, a layer has no unit or no whole number of samples, or the numbers of
/// samples differ.
pub fn measure(layers: &[LayerActivity<'_>], rule: ActiveRule, tau: f32) -> Result<Measurement, EmergenceError> {
    let mut counts = Vec::with_capacity(layers.len());
    let mut expected = None;
    for (index, layer) in layers.iter().enumerate() {
        let got = samples(index, layer)?;
        let expected = *expected.get_or_insert(got);
        if got != expected {
            return Err(EmergenceError::SampleCount { layer: index, expected, got });
        }
        counts.push(active_counts(layer, rule, tau));
    }
    let widths: Vec<usize> = layers.iter().map(|layer| layer.units).collect();
    measure_counts(&widths, &counts)
}

/// Measures one run of which the active units are counted already, for example on the GPU.
///
/// `counts[layer][mask]` is the number of active units of `layer` under each mask: one mask per sample for
/// [`ActiveRule::Sample`], a single mask otherwise. `E_A` and `E_B` are averaged over the masks, and only then is the
/// logarithm taken.
///
/// # Errors
/// [`EmergenceError`] when there is no layer or no mask, the lengths differ, or a count exceeds its width.
pub fn measure_counts(widths: &[usize], counts: &[Vec<u32>]) -> Result<Measurement, EmergenceError> {
    let masks = check_counts(widths, counts)?;
    let mut sum_a = Scaled::zero();
    let mut sum_b = Scaled::zero();
    for mask in 0..masks {
        let from_output = || {
            widths.iter().zip(counts).rev().map(|(&width, counts)| {
                let active = f64::from(counts[mask]);
                Layer { inactive: Scaled::new(width as f64 - active), active: Scaled::new(active) }
            })
        };
        sum_a = sum_a.plus(&emergence(Form::ThroughActive, from_output()));
        sum_b = sum_b.plus(&emergence(Form::ThroughAll, from_output()));
    }
    let share = Scaled::new(1.0 / masks as f64);
    let active_fraction = widths.iter().zip(counts).map(|(&width, counts)| fraction(width, counts)).collect();
    Ok(Measurement { log10_e_a: sum_a.times(&share).log10(), log10_e_b: sum_b.times(&share).log10(), active_fraction })
}

/// Number of samples of a layer.
fn samples(index: usize, layer: &LayerActivity<'_>) -> Result<usize, EmergenceError> {
    let values = layer.values.len();
    let samples = values.checked_div(layer.units).ok_or(EmergenceError::EmptyLayer { layer: index })?;
    if samples == 0 || samples * layer.units != values {
        return Err(EmergenceError::ActivityShape { layer: index, units: layer.units, values });
    }
    Ok(samples)
}

/// Active units of a layer, per sample or under the one mask of the batch.
fn active_counts(layer: &LayerActivity<'_>, rule: ActiveRule, tau: f32) -> Vec<u32> {
    let rows = layer.values.chunks_exact(layer.units);
    match rule {
        ActiveRule::Sample => rows.map(|row| row.iter().map(|value| u32::from(value.abs() > tau)).sum()).collect(),
        ActiveRule::Mean => {
            let samples = rows.len() as f64;
            let mut sums = vec![0.0_f64; layer.units];
            for row in rows {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(value.abs()));
            }
            vec![sums.iter().map(|sum| u32::from(sum / samples > f64::from(tau))).sum()]
        }
        ActiveRule::Rate => {
            let samples = rows.len();
            let mut fired = vec![0_usize; layer.units];
            for row in rows {
                fired.iter_mut().zip(row).for_each(|(fired, value)| *fired += usize::from(value.abs() > tau));
            }
            vec![fired.iter().map(|fired| u32::from(fired * RATE_ONE_IN >= samples)).sum()]
        }
    }
}

/// Number of masks, once the shapes and counts are known to fit.
fn check_counts(widths: &[usize], counts: &[Vec<u32>]) -> Result<usize, EmergenceError> {
    if widths.len() != counts.len() {
        return Err(EmergenceError::LayerCount { widths: widths.len(), active: counts.len() });
    }
    let masks = counts.first().ok_or(EmergenceError::NoLayers)?.len();
    for (layer, (&width, counts)) in widths.iter().zip(counts).enumerate() {
        if counts.len() != masks {
            return Err(EmergenceError::SampleCount { layer, expected: masks, got: counts.len() });
        }
        if width == 0 {
            return Err(EmergenceError::EmptyLayer { layer });
        }
        if counts.is_empty() {
            return Err(EmergenceError::ActivityShape { layer, units: width, values: 0 });
        }
        if let Some(active) = counts.iter().find(|&&active| active as usize > width) {
            let (width, active) = (width.to_string(), active.to_string());
            return Err(EmergenceError::ActiveCount { layer, width, active });
        }
    }
    Ok(masks)
}

/// Mean active fraction of a layer over the masks.
#[expect(clippy::cast_possible_truncation, reason = "a fraction in [0, 1] for display")]
fn fraction(width: usize, counts: &[u32]) -> f32 {
    let active: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    (active as f64 / (counts.len() as f64 * width as f64)) as f32
}
