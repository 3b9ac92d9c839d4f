//! One line of a chart: the mean over a variant's runs with a band, for each quantity that is measured.

use super::{History, RunCurves, VariantCurves};
use crate::metrics::statistics;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest number of points that a train-loss curve has at the end of its experiment.
pub const LOSS_BUCKETS: u64 = 100;

/// What can be plotted against steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Fraction of test examples classified correctly.
    TestAccuracy,
    /// Cross-entropy of the mini-batches.
    TrainLoss,
    /// Cross-entropy of the test examples.
    TestLoss,
    /// `log10 E_A`, the paths through active units only.
    EmergenceA,
    /// `log10 E_B`, the paths through all units.
    EmergenceB,
    /// `log10 E_A` where whole feature maps are the nodes.
    ChannelEmergenceA,
    /// `log10 E_B` where whole feature maps are the nodes.
    ChannelEmergenceB,
}

/// A variant's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeanCurve {
    /// By rising step.
    pub points: Vec<CurvePoint>,
}

/// One point of a variant's line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Training steps taken.
    pub step: u64,
    /// Mean over the runs.
    pub mean: f64,
    /// `mean` minus one sample standard deviation over the runs; `mean` itself when `n` is 1.
    pub low: f64,
    /// `mean` plus one sample standard deviation over the runs; `mean` itself when `n` is 1.
    pub high: f64,
    /// Runs behind the point.
    pub n: usize,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::TestAccuracy,
        Self::TrainLoss,
        Self::TestLoss,
        Self::EmergenceA,
        Self::EmergenceB,
        Self::ChannelEmergenceA,
        Self::ChannelEmergenceB,
    ];

    /// The name in results files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TestAccuracy => "test_accuracy",
            Self::TrainLoss => "train_loss",
            Self::TestLoss => "test_loss",
            Self::EmergenceA => "emergence_a",
            Self::EmergenceB => "emergence_b",
            Self::ChannelEmergenceA => "channel_emergence_a",
            Self::ChannelEmergenceB => "channel_emergence_b",
        }
    }

    /// The heading of a chart.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::TestAccuracy => "Test accuracy",
            Self::TrainLoss => "Train loss",
            Self::TestLoss => "Test loss",
            Self::EmergenceA => "Emergence E_A",
            Self::EmergenceB => "Emergence E_B",
            Self::ChannelEmergenceA => "Emergence E_A of feature maps",
            Self::ChannelEmergenceB => "Emergence E_B of feature maps",
        }
    }

    /// The label of a chart's axis.
    #[must_use]
    pub fn axis_label(self) -> &'static str {
        match self {
            Self::TestAccuracy => "test accuracy (%)",
            Self::TrainLoss => "train loss (nats)",
            Self::TestLoss => "test loss (nats)",
            Self::EmergenceA | Self::ChannelEmergenceA => "log10 E_A",
            Self::EmergenceB | Self::ChannelEmergenceB => "log10 E_B",
        }
    }

    /// What a measured value is multiplied with to stand in the unit of [`Self::axis_label`].
    #[must_use]
    pub fn display_factor(self) -> f64 {
        match self {
            Self::TestAccuracy => 100.0,
            _ => 1.0,
        }
    }

    /// The measured points of one run, as `(step, value)`; where the measure is zero its logarithm has no point.
    #[must_use]
    pub fn points(self, run: &RunCurves) -> Vec<(u64, f64)> {
        let widened = |points: &[(u64, f32)]| points.iter().map(|&(step, value)| (step, f64::from(value))).collect();
        let defined = |points: &[(u64, Option<f64>)]| {
            points.iter().filter_map(|&(step, value)| value.map(|value| (step, value))).collect()
        };
        match self {
            Self::TestAccuracy => widened(&run.test_accuracy),
            Self::TrainLoss => widened(&run.train_loss),
            Self::TestLoss => widened(&run.test_loss),
            Self::EmergenceA => defined(&run.emergence_a),
            Self::EmergenceB => defined(&run.emergence_b),
            Self::ChannelEmergenceA => defined(&run.channel_emergence_a),
            Self::ChannelEmergenceB => defined(&run.channel_emergence_b),
        }
    }
}

impl History {
    /// The curve of a quantity, in the unit in which it is measured (accuracy in `[0, 1]`), for every variant.
    ///
    /// A point is the mean over the runs that have not diverged, with a band of one sample standard deviation to either
    /// side when there are two or more; where all have, see [`VariantCurves::shown_runs`]. The loss of single
    /// mini-batches jumps, so a train-loss point is the mean over a bucket of neighboring steps, at its middle; buckets
    /// are equally wide, at most [`LOSS_BUCKETS`] of them in the planned steps, and stay where they are while the curve
    /// grows.
    #[must_use]
    pub fn curves(&self, quantity: Quantity) -> Vec<MeanCurve> {
        let width = match quantity {
            Quantity::TrainLoss => self.setup.steps.div_ceil(LOSS_BUCKETS).max(1),
            _ => 1,
        };
        self.variants.iter().map(|variant| curve(variant, quantity, width)).collect()
    }
}

fn curve(variant: &VariantCurves, quantity: Quantity, width: u64) -> MeanCurve {
    let (runs, end) = variant.shown_runs();
    let mut values: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for run in runs {
        let points = quantity.points(run).into_iter();
        let points = points.filter(|(step, value)| value.is_finite() && *step < end);
        for (step, value) in bucketed(points, width) {
            values.entry(step).or_default().push(value);
        }
    }
    MeanCurve { points: values.into_iter().filter_map(|(step, values)| point(step, &values)).collect() }
}

fn point(step: u64, values: &[f64]) -> Option<CurvePoint> {
    let mean = statistics::mean(values)?;
    let deviation = statistics::standard_deviation(values).unwrap_or(0.0);
    Some(CurvePoint { step, mean, low: mean - deviation, high: mean + deviation, n: values.len() })
}

/// The means over the buckets `1..=width`, `width + 1..=2 width`, ... of steps, each at the middle of the steps it has.
fn bucketed(points: impl Iterator<Item = (u64, f64)>, width: u64) -> Vec<(u64, f64)> {
    let mut buckets: Vec<Bucket> = Vec::new();
    for (step, value) in points {
        let index = step.saturating_sub(1) / width;
        match buckets.last_mut().filter(|bucket| bucket.index == index && width > 1) {
            Some(bucket) => bucket.add(step, value),
            None => buckets.push(Bucket { index, first: step, last: step, sum: value, count: 1 }),
        }
    }
    buckets.iter().map(|bucket| (bucket.first.midpoint(bucket.last), bucket.sum / bucket.count as f64)).collect()
}

/// Neighboring steps that become one point.
struct Bucket {
    index: u64,
    first: u64,
    last: u64,
    sum: f64,
    count: u64,
}

impl Bucket {
    fn add(&mut self, step: u64, value: f64) {
        self.last = step;
        self.sum += value;
        self.count += 1;
    }
}
