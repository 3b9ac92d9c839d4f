//! Measures the emergence of networks from their activations on the probe batch.

use crate::catalog::Quantity;
use crate::device::read;
use crate::emergence::graph::{NetworkGraph, NetworkLayer};
use crate::emergence::{self, ActiveRule, LayerActivity, Measurement};
use crate::error::Result;
use crate::experiment::{ActiveDefinition, ActivitySpec};
use burn::tensor::{Tensor, Transaction};
use std::rc::Rc;

/// Measures the emergence of runs of one architecture.
#[derive(Debug)]
pub(super) struct EmergenceMeasure {
    graph: Rc<NetworkGraph>,
    /// Whether a feature map can have more than one unit, so that the measure of feature maps differs from that of units.
    has_maps: bool,
    rule: ActiveRule,
    tau: f32,
}

/// The measurements of a run on the probe batch.
#[derive(Debug)]
pub(super) struct Observation {
    units: Measurement,
    channels: Option<Measurement>,
}

impl Observation {
    /// The measures of emergence of the run.
    pub(super) fn values(&self) -> impl Iterator<Item = (Quantity, Option<f64>)> {
        let units = [(Quantity::EmergenceA, self.units.log10_e_a), (Quantity::EmergenceB, self.units.log10_e_b)];
        let channels = self.channels.as_ref().map(|channels| {
            [(Quantity::ChannelEmergenceA, channels.log10_e_a), (Quantity::ChannelEmergenceB, channels.log10_e_b)]
        });
        units.into_iter().chain(channels.into_iter().flatten())
    }

    /// Fraction of active units of every measured layer.
    pub(super) fn into_active_fraction(self) -> Vec<f32> {
        self.units.active_fraction
    }
}

impl EmergenceMeasure {
    /// The measurement for networks with this graph.
    pub(super) fn new(graph: &Rc<NetworkGraph>, activity: &ActivitySpec) -> Self {
        let rule = match activity.definition {
            ActiveDefinition::Sample => ActiveRule::Sample,
            ActiveDefinition::Mean => ActiveRule::Mean,
            ActiveDefinition::Rate => ActiveRule::Rate,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a threshold on f32 values")]
        let tau = activity.tau as f32;
        // The positions of a sequence, which attention reads, are no map.
        let is_sequence = |layer: &NetworkLayer| layer.inputs.iter().any(|edges| edges.kind.reach().is_of_attention());
        let has_maps = graph.layers().iter().any(|layer| layer.height * layer.width > 1)
            && !graph.layers().iter().any(is_sequence);
        Self { graph: Rc::clone(graph), has_maps, rule, tau }
    }

    /// Reads the activations of a group of runs back, `[runs, samples, units]` per layer, and measures each run.
    ///
    /// # Errors
    /// [`Error::Device`] and [`Error::Emergence`].
    pub(super) async fn observe(&self, layers: Vec<Tensor<3>>) -> Result<Vec<Observation>> {
        let shapes = layers.iter().map(Tensor::dims).collect::<Vec<_>>();
        let values = read(layers.into_iter().fold(Transaction::default(), Transaction::register)).await?;
        let runs = shapes.first().map_or(0, |shape| shape[0]);
        let run = |run: usize| {
            let layers = values.iter().zip(&shapes).map(|(values, &[_, samples, units])| LayerActivity {
                values: &values[run * samples * units..(run + 1) * samples * units],
                units,
            });
            self.measure(&layers.collect::<Vec<_>>())
        };
        (0..runs).map(run).collect()
    }

    fn measure(&self, layers: &[LayerActivity<'_>]) -> Result<Observation> {
        let units = emergence::measure(&self.graph, layers, self.rule, self.tau)?;
        let channels = if self.has_maps {
            Some(emergence::measure_channels(&self.graph, layers, self.rule, self.tau)?)
        } else {
            None
        };
        Ok(Observation { units, channels })
    }
}
