//! The recurrence of the [module](super) on a [`NetworkGraph`], layer by layer from the output backwards, with numbers that
//! cannot overflow.
//!
//! A unit contributes `1 + T` to its predecessors if active and else nothing (form A), or `[active] + T` (form
//! B), where `T` is the number of counted paths that leave it. Every input channel of a convolution has the same edges, so `T`
//! of the previous layer is one plane: the contributions summed over the channels and spread back over the window of each
//! position (a transposed convolution with a kernel of ones). A depthwise window does the same per channel.
//! A layer without depthwise windows is therefore one plane on which channels are only counted, and a dense layer a
//! single number. Time is `O(units + positions · (kernel height + kernel width))` per mask.
//!
//! The counts of one layer share one power of two, with the largest mantissa between 1 and 2^300. So a count is lost
//! if it is smaller than the largest of its layer by more than 2^1000. This has no effect as long as no count
//! reaches 2^1000 (10^301), since counts are whole numbers; 64 dense layers of 8192 units stay below 2^833. Larger
//! networks also lose nothing if all units of a layer have equal counts, as between dense layers. A loss would
//! require such a network in which, in addition, some units lead almost nowhere while others lead everywhere.

use super::EmergenceForm;
use super::graph::{EdgeKind, NetworkGraph, NetworkLayer, Reach};
use super::scaled_number::{ScaledNumber, exponent_of, power_of_two};
use std::ops::Range;

/// The largest mantissa of a layer: far enough below the limit of 2^1023 for sums over all edges of a layer.
const LARGEST: f64 = power_of_two(300);
/// Values smaller by more than this power of two count as zero.
const NEGLIGIBLE: i64 = 1000;
/// Sums and maxima are formed in this many parts, which a processor can compute in parallel.
const LANES: usize = 8;

/// Evaluates the recurrence for one mask after another, in memory that it reuses.
#[derive(Debug)]
pub(super) struct Recurrence<'network> {
    network: &'network NetworkGraph,
    blocks: Vec<Block>,
    scratch: Scratch,
}

/// The units of one layer as planes of `height · width`: one per channel, or one for all channels.
#[derive(Debug)]
struct Block {
    /// Channels that share a plane.
    channels: usize,
    /// How many of them are active, per plane and position.
    active: Vec<f64>,
    /// First the paths that leave a unit, then the joint contributions of the channels of the plane.
    counts: Counts,
    /// The windows of each of [`NetworkLayer::inputs`].
    covers: Vec<Cover>,
}

/// The rows and columns of a plane that each row and column of the layer after it reads.
#[derive(Debug)]
struct Cover {
    rows: Vec<Range<usize>>,
    columns: Vec<Range<usize>>,
    /// `[height, width]` of the plane.
    over: [usize; 2],
}

/// For a convolution: the sum over its output channels, and the same spread over its windows; and one row.
#[derive(Debug, Default)]
struct Scratch {
    sums: Vec<f64>,
    spread: Vec<f64>,
    row: Vec<f64>,
}

/// The non-negative numbers `mantissa · 2^exponent`.
#[derive(Debug)]
struct Counts {
    mantissas: Vec<f64>,
    /// Never negative, because the largest count is at least 1; so a count of 1 is the mantissa `2^-exponent <= 1`.
    exponent: i64,
}

impl<'network> Recurrence<'network> {
    /// With no unit active.
    pub(super) fn new(network: &'network NetworkGraph) -> Self {
        let layers = network.layers();
        let mut shared = vec![true; layers.len()];
        for (index, layer) in layers.iter().enumerate() {
            for edges in layer.inputs.iter().filter(|edges| matches!(edges.kind, EdgeKind::Depthwise(_))) {
                shared[index] = false;
                shared[edges.from] = false;
            }
        }
        let blocks = layers.iter().zip(shared).map(|(layer, shared)| Block::new(layers, layer, shared));
        Self { network, blocks: blocks.collect(), scratch: Scratch::default() }
    }

    /// Makes exactly these units active: one entry per layer, `[channels, height, width]` of that layer.
    pub(super) fn activate(&mut self, active: &[&[bool]]) {
        for (block, active) in self.blocks.iter_mut().zip(active) {
            block.activate(active);
        }
    }

    /// `E` under the current mask.
    pub(super) fn emergence(&mut self, form: EmergenceForm) -> ScaledNumber {
        for Block { counts, .. } in &mut self.blocks {
            counts.mantissas.fill(0.0);
            counts.exponent = 0;
        }
        let mut total = ScaledNumber::ZERO;
        for (index, layer) in self.network.layers().iter().enumerate().rev() {
            let (earlier, later) = self.blocks.split_at_mut(index);
            let block = &mut later[0];
            block.counts.rescale();
            total = total.plus(block.leaving_inactive());
            block.pass_on(form);
            for (edges, cover) in layer.inputs.iter().zip(&block.covers) {
                let into = &mut earlier[edges.from].counts;
                match edges.kind {
                    EdgeKind::Convolution(_) => self.scratch.convolution(cover, &block.counts, into),
                    EdgeKind::Depthwise(_) => self.scratch.depthwise(cover, &block.counts, into),
                }
            }
        }
        total
    }
}

impl Block {
    fn new(layers: &[NetworkLayer], layer: &NetworkLayer, shared: bool) -> Self {
        let (planes, channels) = if shared { (1, layer.channels) } else { (layer.channels, 1) };
        let zeros = vec![0.0; planes * layer.positions()];
        let covers = layer.inputs.iter().map(|edges| Cover::new(edges.kind.reach(), layer, &layers[edges.from]));
        Self {
            channels,
            active: zeros.clone(),
            counts: Counts { mantissas: zeros, exponent: 0 },
            covers: covers.collect(),
        }
    }

    /// Counts the active channels, one mask entry after another.
    fn activate(&mut self, mask: &[bool]) {
        if let [all] = &mut self.active[..] {
            // A dense layer. Whole numbers are exact in any order, and integers are counted faster.
            *all = mask.iter().map(|&active| u32::from(active)).sum::<u32>().into();
            return;
        }
        self.active.fill(0.0);
        for mask in mask.chunks_exact(self.active.len()) {
            self.active.iter_mut().zip(mask).for_each(|(count, &active)| *count += f64::from(u8::from(active)));
        }
    }

    /// The paths that leave inactive units.
    fn leaving_inactive(&self) -> ScaledNumber {
        let channels = self.channels as f64;
        let leaving = |(paths, active): (&f64, &f64)| (channels - active) * paths;
        let sum = in_lanes(&self.counts.mantissas, &self.active, leaving, |sum, value| sum + value);
        ScaledNumber::normalized(sum, self.counts.exponent)
    }

    /// Replaces the paths that leave a unit by the joint contribution of its plane's units to their predecessors.
    fn pass_on(&mut self, form: EmergenceForm) {
        let one = negligible_or_power_of_two(-self.counts.exponent);
        let channels = self.channels as f64;
        let units = self.counts.mantissas.iter_mut().zip(&self.active);
        match form {
            EmergenceForm::ThroughActive => units.for_each(|(paths, active)| *paths = active * (one + *paths)),
            EmergenceForm::ThroughAll => units.for_each(|(paths, active)| *paths = active * one + channels * *paths),
        }
    }
}

impl Cover {
    fn new(reach: &Reach, layer: &NetworkLayer, source: &NetworkLayer) -> Self {
        let over = source.size();
        let axis = |axis: usize| (0..layer.size()[axis]).map(|at| reach.covered(axis, at, over[axis])).collect();
        Self { rows: axis(0), columns: axis(1), over }
    }

    /// `height · width` of the layer after the window, and of the plane.
    fn positions(&self) -> [usize; 2] {
        [self.rows.len() * self.columns.len(), self.over[0] * self.over[1]]
    }

    /// Adds `factor` times the value of every position to all positions of the plane `into` that its window covers.
    fn spread(&self, values: &[f64], factor: f64, into: &mut [f64], row: &mut Vec<f64>) {
        let width = self.over[1];
        for (rows, values) in self.rows.iter().zip(values.chunks_exact(self.columns.len())) {
            zeros(row, width);
            for (columns, value) in self.columns.iter().zip(values) {
                row[columns.clone()].iter_mut().for_each(|sum| *sum += value * factor);
            }
            for into in into[rows.start * width..rows.end * width].chunks_exact_mut(width) {
                add(into, row);
            }
        }
    }
}

impl Scratch {
    /// Adds the contributions of a layer through the edges of a convolution to the counts `into` of another one.
    fn convolution(&mut self, cover: &Cover, passed_on: &Counts, into: &mut Counts) {
        let factor = into.align(passed_on.exponent);
        let [after, before] = cover.positions();
        zeros(&mut self.sums, after);
        for plane in passed_on.mantissas.chunks_exact(after) {
            add(&mut self.sums, plane);
        }
        zeros(&mut self.spread, before);
        cover.spread(&self.sums, factor, &mut self.spread, &mut self.row);
        for plane in into.mantissas.chunks_exact_mut(before) {
            add(plane, &self.spread);
        }
    }

    /// The same for a depthwise window. Channels that exist only in the later layer lead nowhere.
    fn depthwise(&mut self, cover: &Cover, passed_on: &Counts, into: &mut Counts) {
        let factor = into.align(passed_on.exponent);
        let [after, before] = cover.positions();
        let planes = passed_on.mantissas.chunks_exact(after);
        for (plane, into) in planes.zip(into.mantissas.chunks_exact_mut(before)) {
            cover.spread(plane, factor, into, &mut self.row);
        }
    }
}

impl Counts {
    /// Brings the largest mantissa back between 1 and [`LARGEST`].
    fn rescale(&mut self) {
        let larger = |a: f64, b: f64| if a > b { a } else { b };
        let largest = in_lanes(&self.mantissas, &self.mantissas, |(&mantissa, _)| mantissa, larger);
        if largest == 0.0 {
            self.exponent = 0;
        } else if largest > LARGEST || largest < 1.0 && self.exponent > 0 {
            let shift = exponent_of(largest).clamp(-NEGLIGIBLE, NEGLIGIBLE).max(-self.exponent);
            self.scale(power_of_two(-shift));
            self.exponent += shift;
        }
    }

    /// Makes sure that numbers of this exponent can be added; they must be multiplied by the result.
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
}

/// `2^exponent` for exponents up to 0, and 0 if nothing would be left of a mantissa.
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

/// Reduces the values of `value` for the pairs, starting from zeros.
fn in_lanes(a: &[f64], b: &[f64], value: impl Fn((&f64, &f64)) -> f64, reduce: impl Fn(f64, f64) -> f64) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for (lane, pair) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane = reduce(*lane, value(pair));
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(value);
    lanes.into_iter().chain(rest).fold(0.0, reduce)
}
