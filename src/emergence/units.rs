//! The recurrence of the [module](super) on a [`Network`], layer by layer from the output backwards, with numbers that
//! cannot overflow.
//!
//! What a unit passes on to its predecessors is `1 + T` if active and else nothing (form A), or `[active] + T` (form
//! B), with `T` the paths that leave it. Into a convolution lead the same edges from every channel, so `T` of the
//! layer before is one plane: the sum over the channels of what they pass on, spread back over the window of each
//! position (a transposed convolution with a kernel of ones). A depthwise window does the same channel by channel.
//! Time is `O(units + positions · kernel area)` per mask.
//!
//! The counts of one layer share one power of two, with the largest mantissa between 1 and 2^300. So a count vanishes
//! when it is smaller than the largest of its layer by more than 2^1000. That loses nothing as long as no count
//! reaches 2^1000 (10^301), since counts are whole numbers; 64 layers of 8192 units, dense, stay below 2^833. In larger
//! networks nothing is lost either where all units of a layer have equal counts, as between dense layers. It would
//! take such a network with, in addition, units that lead almost nowhere beside units that lead everywhere.

use super::graph::{EdgeKind, Edges, Network, NetworkLayer, Window};
use super::scaled::{Scaled, exponent_of, power_of_two};
use super::{Amount, Form};

/// The largest mantissa of a layer: far enough from the limit of 2^1023 for sums over all edges of a layer.
const LARGEST: f64 = power_of_two(300);
/// What is smaller by more than this power of two counts as nothing.
const NEGLIGIBLE: i64 = 1000;

/// Evaluates the recurrence for one mask after the other, in memory that it keeps.
#[derive(Debug)]
pub(super) struct Recurrence<'network> {
    network: &'network Network,
    /// Per layer and unit, `[channels, height, width]`: first the paths that leave it, then what it passes on.
    counts: Vec<Counts>,
    planes: Planes,
}

/// Scratch memory of a convolution: the sum over the channels that it leads to, and the same spread over its windows.
#[derive(Debug, Default)]
struct Planes {
    sums: Vec<f64>,
    spread: Vec<f64>,
}

/// The non-negative numbers `mantissa · 2^exponent`.
#[derive(Debug)]
struct Counts {
    mantissas: Vec<f64>,
    /// Never negative, because the largest count is at least 1; so a count of 1 is the mantissa `2^-exponent <= 1`.
    exponent: i64,
}

impl<'network> Recurrence<'network> {
    pub(super) fn new(network: &'network Network) -> Self {
        let counts = network.layers().iter().map(|layer| Counts { mantissas: vec![0.0; layer.units()], exponent: 0 });
        Self { network, counts: counts.collect(), planes: Planes::default() }
    }

    /// `E` when these units are active: one entry per layer, `[channels, height, width]` of that layer.
    pub(super) fn emergence(&mut self, form: Form, active: &[&[bool]]) -> Scaled {
        for counts in &mut self.counts {
            counts.mantissas.fill(0.0);
            counts.exponent = 0;
        }
        let mut total = Scaled::zero();
        let layers = self.network.layers();
        for (index, (layer, active)) in layers.iter().zip(active).enumerate().rev() {
            let (earlier, later) = self.counts.split_at_mut(index);
            let counts = &mut later[0];
            counts.rescale();
            total = total.plus(&counts.sum_inactive(active));
            counts.pass_on(form, active);
            for Edges { from, kind } in &layer.inputs {
                let (source, into) = (&layers[*from], &mut earlier[*from]);
                match kind {
                    EdgeKind::Convolution(window) => self.planes.convolution(window, layer, counts, source, into),
                    EdgeKind::Depthwise(window) => depthwise(window, layer, counts, source, into),
                }
            }
        }
        total
    }
}

impl Planes {
    /// Adds what `layer` passes on through the edges of a convolution to the counts `into` of `source`.
    fn convolution(
        &mut self,
        window: &Window,
        layer: &NetworkLayer,
        counts: &Counts,
        source: &NetworkLayer,
        into: &mut Counts,
    ) {
        let factor = into.align(counts.exponent);
        zeros(&mut self.sums, layer.positions());
        for channel in counts.mantissas.chunks_exact(layer.positions()) {
            add(&mut self.sums, channel);
        }
        zeros(&mut self.spread, source.positions());
        spread(window, layer.size(), &self.sums, factor, source.size(), &mut self.spread);
        for channel in into.mantissas.chunks_exact_mut(source.positions()) {
            add(channel, &self.spread);
        }
    }
}

/// The same for a depthwise window. Channels that `source` does not have lead nowhere.
fn depthwise(window: &Window, layer: &NetworkLayer, counts: &Counts, source: &NetworkLayer, into: &mut Counts) {
    let factor = into.align(counts.exponent);
    let channels = counts.mantissas.chunks_exact(layer.positions());
    for (channel, into) in channels.zip(into.mantissas.chunks_exact_mut(source.positions())) {
        spread(window, layer.size(), channel, factor, source.size(), into);
    }
}

/// Adds `factor` times the value of every position to all positions that its window covers, of a plane of size `over`.
fn spread(window: &Window, size: [usize; 2], values: &[f64], factor: f64, over: [usize; 2], into: &mut [f64]) {
    for (y, values) in values.chunks_exact(size[1]).enumerate() {
        for row in window.covered(0, y, over[0]) {
            let into = &mut into[row * over[1]..(row + 1) * over[1]];
            for (x, value) in values.iter().enumerate() {
                for sum in &mut into[window.covered(1, x, over[1])] {
                    *sum += value * factor;
                }
            }
        }
    }
}

impl Counts {
    /// Brings the largest mantissa back between 1 and [`LARGEST`].
    fn rescale(&mut self) {
        let largest = self.mantissas.iter().fold(0.0, |largest: f64, &mantissa| largest.max(mantissa));
        if largest == 0.0 {
            self.exponent = 0;
        } else if largest > LARGEST || largest < 1.0 && self.exponent > 0 {
            let shift = exponent_of(largest).clamp(-NEGLIGIBLE, NEGLIGIBLE).max(-self.exponent);
            self.scale(power_of_two(-shift));
            self.exponent += shift;
        }
    }

    /// Makes sure that numbers of this exponent can be added; they have to be multiplied with the result.
    fn align(&mut self, exponent: i64) -> f64 {
        let gap = exponent - self.exponent;
        if gap > 0 {
            self.scale(negligible_or_power_of_two(-gap));
            self.exponent = exponent;
        }
        negligible_or_power_of_two(gap.min(0))
    }

    fn scale(&mut self, factor: f64) {
        self.mantissas.iter_mut().for_each(|mantissa| *mantissa *= factor);
    }

    /// The paths that leave inactive units.
    fn sum_inactive(&self, active: &[bool]) -> Scaled {
        let inactive =
            self.mantissas.iter().zip(active).map(|(&mantissa, &active)| if active { 0.0 } else { mantissa });
        Scaled::normalized(inactive.sum(), self.exponent)
    }

    /// Replaces the paths that leave each unit by the paths on which it lies or ends, seen from a predecessor.
    fn pass_on(&mut self, form: Form, active: &[bool]) {
        let one = negligible_or_power_of_two(-self.exponent);
        for (mantissa, &active) in self.mantissas.iter_mut().zip(active) {
            *mantissa = match form {
                Form::ThroughActive if active => *mantissa + one,
                Form::ThroughActive => 0.0,
                Form::ThroughAll => *mantissa + if active { one } else { 0.0 },
            };
        }
    }
}

/// `2^exponent` for exponents up to 0, as 0 where nothing is left of a mantissa.
fn negligible_or_power_of_two(exponent: i64) -> f64 {
    if exponent < -NEGLIGIBLE { 0.0 } else { power_of_two(exponent) }
}

fn zeros(plane: &mut Vec<f64>, positions: usize) {
    plane.clear();
    plane.resize(positions, 0.0);
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}
