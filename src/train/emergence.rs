//! Emergence of a network on its probe batch: from an architecture to the graph of its units, and from activations to numbers.

use crate::device::read;
use crate::emergence::graph::{EdgeKind, Edges, GraphWindow, NetworkGraph, NetworkLayer};
use crate::emergence::{self, ActiveRule, EmergenceError, LayerActivity, Measurement};
use crate::error::{Error, Result};
use crate::experiment::architecture::{Architecture, FeatureShape, Layer, Window};
use crate::experiment::{ActiveDefinition, ActivitySpec};
use crate::metrics::Quantity;
use burn::tensor::{Tensor, Transaction};

/// Measures the emergence of runs of one architecture.
#[derive(Debug)]
pub(super) struct EmergenceMeasure {
    graph: NetworkGraph,
    /// Whether a feature map is more than one unit, so that the approximation is something else.
    has_maps: bool,
    rule: ActiveRule,
    tau: f32,
}

/// What the probe showed of a run.
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
    /// For networks of this architecture.
    ///
    /// # Errors
    /// [`Error::Emergence`] for an architecture without a layer to measure, which no experiment has.
    pub(super) fn new(architecture: &Architecture, activity: &ActivitySpec) -> Result<Self> {
        let rule = match activity.definition {
            ActiveDefinition::Sample => ActiveRule::Sample,
            ActiveDefinition::Mean => ActiveRule::Mean,
            ActiveDefinition::Rate => ActiveRule::Rate,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a threshold on f32 values")]
        let tau = activity.tau as f32;
        let has_maps = architecture.measured().iter().any(|layer| layer.shape.positions() > 1);
        Ok(Self { graph: graph(architecture).map_err(unmeasurable)?, has_maps, rule, tau })
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
        let units = emergence::measure(&self.graph, layers, self.rule, self.tau).map_err(unmeasurable)?;
        let channels = if self.has_maps {
            Some(emergence::measure_channels(&self.graph, layers, self.rule, self.tau).map_err(unmeasurable)?)
        } else {
            None
        };
        Ok(Observation { units, channels })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn unmeasurable(error: EmergenceError) -> Error {
    Error::Emergence { reason: error.to_string() }
}

/// The units of an architecture that count, with the paths between them.
///
/// # Errors
/// What [`NetworkGraph::new`] refuses, which no architecture gives rise to.
pub fn graph(architecture: &Architecture) -> std::result::Result<NetworkGraph, EmergenceError> {
    let measured = architecture.measured();
    let mut layers: Vec<NetworkLayer> = Vec::new();
    let mut trace = Trace { shape: architecture.input, last: None, inputs: Vec::new(), branch: None };
    for (index, step) in architecture.steps.iter().enumerate() {
        let before = trace.shape;
        trace.shape = step.output;
        let pooled = match step.layer {
            Layer::Dense(_) => trace.through(EdgeKind::Convolution(GraphWindow::whole([before.height, before.width]))),
            Layer::Convolution(_, window) => trace.through(EdgeKind::Convolution(square(window))),
            Layer::Pool(_, window) => trace.through(EdgeKind::Depthwise(square(window))),
            Layer::GlobalAveragePool => {
                trace.through(EdgeKind::Depthwise(GraphWindow::whole([before.height, before.width])))
            }
            Layer::BatchNorm | Layer::Activation => false,
            Layer::Branch => {
                trace.branch = trace.last;
                false
            }
            Layer::AddShortcut { stride } => {
                let kind = EdgeKind::Depthwise(GraphWindow::pointwise(stride));
                trace.inputs.extend(trace.branch.take().map(|from| Edges { from, kind }));
                false
            }
        };
        if measured.get(layers.len()).is_some_and(|layer| layer.step == index) {
            let FeatureShape { channels, height, width } = step.output;
            let inputs = std::mem::take(&mut trace.inputs);
            layers.push(NetworkLayer { channels, height, width, pooled, inputs });
            trace.last = Some(layers.len() - 1);
        }
    }
    NetworkGraph::new(layers)
}

/// Where [`graph`] is in an architecture.
struct Trace {
    shape: FeatureShape,
    /// The last layer of the graph; none before the first, since the input is no node.
    last: Option<usize>,
    /// Edges into the next layer of the graph.
    inputs: Vec<Edges>,
    /// Where the next shortcut comes from.
    branch: Option<usize>,
}

impl Trace {
    /// Edges of this kind lead on from the last layer. Returns whether they are those of a pool.
    fn through(&mut self, kind: EdgeKind) -> bool {
        self.inputs.extend(self.last.map(|from| Edges { from, kind }));
        matches!(kind, EdgeKind::Depthwise(_))
    }
}

fn square(window: Window) -> GraphWindow {
    GraphWindow::square(window.kernel, window.stride, window.padding)
}
