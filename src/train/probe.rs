//! The probe batch: the examples on which emergence is measured, the same for all runs, steps and devices.
//!
//! Of images, the first training examples. Of sentences, training pairs of one pair of lengths, so that nothing is padded and all have the
//! same graph: the lengths that have the most symbols of the training part.

use super::batches::{BatchForm, batch, positions, sentence_batch, symbols};
use crate::dataset::{Dataset, Part};
use crate::emergence::graph::NetworkGraph;
use crate::error::Result;
use crate::experiment::Experiment;
use crate::experiment::architecture::Architecture;
use crate::experiment::dataset::{ExampleFacts, SequenceFacts};
use crate::experiment::network_graph::network_graph;
use crate::model::{Inputs, Plan};
use burn::tensor::Device;
use std::rc::Rc;

/// Maximum size of the probe batch.
pub const PROBE_EXAMPLES: usize = 256;
/// Minimum size of the probe batch, for networks with many units.
const LEAST_PROBE_EXAMPLES: usize = 16;
/// Maximum number of measured values (units times examples) per run in a probe batch of more than the minimum size.
const PROBE_VALUES: usize = 1_500_000;

/// Size of the probe batch: [`PROBE_EXAMPLES`], or fewer for networks with many units. The same for all runs, steps and
/// devices.
#[must_use]
pub fn probe_examples(architecture: &Architecture) -> usize {
    let units = architecture.measured().iter().map(|layer| layer.shape.units()).sum::<usize>();
    (PROBE_VALUES / units.max(1)).clamp(LEAST_PROBE_EXAMPLES, PROBE_EXAMPLES)
}

/// The probe batch, and what it is to a network.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    /// The network for examples of this length.
    pub(super) plan: Rc<Plan>,
    /// The graph on which emergence is measured.
    pub(super) graph: Rc<NetworkGraph>,
    /// What its examples are.
    pub(super) examples: ExampleFacts,
    /// Indices of training examples.
    indices: Vec<u32>,
}

impl Probe {
    /// The probe batch for an experiment on this data set.
    ///
    /// # Errors
    /// Those of [`crate::experiment::ModelSpec::architecture`].
    pub(super) fn new(experiment: &Experiment, dataset: &Dataset, plan: &Rc<Plan>) -> Result<Self> {
        let (examples, mut indices, plan) = match dataset {
            Dataset::Images(_) => {
                let indices = (0_u32..).take(dataset.len(Part::Train)).collect();
                (dataset.facts().examples, indices, Rc::clone(plan))
            }
            Dataset::Pairs(pairs) => {
                let ([source, target], indices) = pairs.commonest_lengths();
                let [source_symbols, target_symbols] = symbols(pairs);
                let examples = ExampleFacts::Pairs {
                    source: SequenceFacts { symbols: source_symbols, positions: source },
                    target: SequenceFacts { symbols: target_symbols, positions: target },
                    joint: pairs.has_joint_vocabulary(),
                };
                let architecture = experiment.model.architecture(&examples, experiment.norm)?;
                (examples, indices, Rc::new(Plan { architecture, activation: plan.activation }))
            }
        };
        indices.truncate(probe_examples(&plan.architecture));
        let graph = Rc::new(network_graph(&plan.architecture)?);
        Ok(Self { plan, graph, examples, indices })
    }

    /// The examples on a device.
    ///
    /// # Errors
    /// [`crate::error::DatasetError::NoSuchExample`] does not occur: every index is below the number of examples.
    pub(super) fn inputs(&self, dataset: &Dataset, device: &Device) -> Result<Inputs> {
        let (Dataset::Pairs(pairs), ExampleFacts::Pairs { source, target, .. }) = (dataset, self.examples) else {
            return Ok(batch(dataset, Part::Train, &self.indices, BatchForm::default(), device)?.inputs);
        };
        debug_assert!(source.positions <= positions(pairs)[0], "no sentence is longer than the longest");
        let sentences = self.indices.iter().filter_map(|index| pairs.train.get(*index as usize));
        Ok(sentence_batch(sentences, [source.positions, target.positions], target.symbols, 0.0, device).inputs)
    }
}
