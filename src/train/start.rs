//! What is known about the start only after the first steps: it is measured in between, so that no curve waits for it.

use super::cohort::Cohort;
use super::layer_probe::{LayerProbe, StackedRuns};
use super::preparation::Preparation;
use crate::dataset::{Dataset, DatasetChecksum};
use crate::emergence::graph::NetworkGraph;
use crate::emergence::{self, RandomInterval};
use crate::error::Result;
use crate::init::InitialParameters;
use crate::metrics::{LateFacts, LayerReport, RandomActivity, RandomPoint};
use crate::rng::{Purpose, below, stream};
use std::collections::VecDeque;
use std::rc::Rc;

/// Examples that are added to the checksum of the data in one piece of work.
const HASHED_EXAMPLES: usize = 500;

/// The measurements of the start that are not complete.
#[derive(Debug)]
pub(super) struct StartMeasurement {
    layers: Option<PendingLayers>,
    random: Option<PendingRandom>,
    checksum: Option<DatasetChecksum>,
}

/// The layers of the runs before the first step, those of the first groups so far.
#[derive(Debug)]
struct PendingLayers {
    unmeasured: VecDeque<StackedRuns>,
    /// The initial parameters, per run.
    weights: Vec<InitialParameters>,
    measured: Vec<Vec<LayerReport>>,
}

/// The table of random activity so far.
#[derive(Debug)]
struct PendingRandom {
    graph: Rc<NetworkGraph>,
    seed: u64,
    points: Vec<RandomPoint>,
}

impl StartMeasurement {
    /// Nothing is measured yet. The table of random activity and the checksum are the same for all shares: the last share has the table and
    /// the first one the checksum.
    pub(super) fn new(preparation: &mut Preparation, cohort: &Cohort) -> Self {
        let share = preparation.share;
        let random = PendingRandom {
            graph: Rc::clone(&preparation.probe.graph),
            seed: preparation.experiment.order_seed().into(),
            points: Vec::new(),
        };
        Self {
            layers: Some(PendingLayers {
                unmeasured: cohort.stacked_runs().into(),
                weights: std::mem::take(&mut preparation.weights),
                measured: Vec::new(),
            }),
            random: share.is_last().then_some(random),
            checksum: share.is_first().then(DatasetChecksum::default),
        }
    }

    /// Nothing is left to be measured.
    pub(super) fn complete() -> Self {
        Self { layers: None, random: None, checksum: None }
    }

    /// Whether the layers are still to be measured, which come before those of any later step.
    pub(super) fn has_layers(&self) -> bool {
        self.layers.is_some()
    }

    /// Whether anything is still to be measured.
    pub(super) fn is_pending(&self) -> bool {
        self.layers.is_some() || self.random.is_some() || self.checksum.is_some()
    }

    /// Measures a little more, and returns what is complete by that.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read.
    pub(super) async fn advance(&mut self, probe: &LayerProbe, dataset: &Dataset) -> Result<LateFacts> {
        let mut facts = LateFacts::default();
        if let Some(mut layers) = self.layers.take() {
            if layers.advance(probe).await? {
                facts.layers = layers.measured;
            } else {
                self.layers = Some(layers);
            }
        } else if let Some(mut random) = self.random.take() {
            if random.advance() {
                facts.random_activity = RandomActivity { points: random.points };
            } else {
                self.random = Some(random);
            }
        } else if let Some(mut checksum) = self.checksum.take() {
            if checksum.advance(dataset, HASHED_EXAMPLES) {
                facts.data_sha256 = checksum.finish();
            } else {
                self.checksum = Some(checksum);
            }
        }
        Ok(facts)
    }
}

impl PendingLayers {
    /// Measures the layers of the next group. True if there is none left.
    async fn advance(&mut self, probe: &LayerProbe) -> Result<bool> {
        if let Some(stacked) = self.unmeasured.pop_front() {
            let weights = self.weights.get(self.measured.len()..).unwrap_or_default();
            self.measured.extend(probe.at_start(stacked, weights).await?);
        }
        Ok(self.unmeasured.is_empty())
    }
}

impl PendingRandom {
    /// Computes the next point, whose masks are derived from the first seed. True if there is none left.
    fn advance(&mut self) -> bool {
        let Self { graph, seed, points } = self;
        let point = emergence::random_point(graph, points.len(), |mask| {
            let mut draws = stream(*seed, Purpose::RandomActivity, mask);
            move |bound| below(&mut draws, bound)
        });
        let Some(RandomInterval { fraction, log10_e_a, log10_e_b }) = point else { return true };
        points.push(RandomPoint { fraction, emergence_a: log10_e_a, emergence_b: log10_e_b });
        false
    }
}
