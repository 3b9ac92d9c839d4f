//! Converts an architecture to the graph on which `emergence` counts paths: the measured layers, and the edges between their
//! units.

use super::architecture::{Architecture, AttentionKind, FeatureShape, Layer, Route, Window};
use crate::emergence::EmergenceError;
use crate::emergence::graph::{EdgeKind, Edges, GraphWindow, NetworkGraph, NetworkLayer, Reach};

/// The graph of the measured layers of an architecture.
///
/// # Errors
/// Those of [`NetworkGraph::new`]; no architecture causes them.
pub fn network_graph(architecture: &Architecture) -> Result<NetworkGraph, EmergenceError> {
    let measured = architecture.measured();
    let mut layers: Vec<NetworkLayer> = Vec::new();
    let mut trace =
        Trace { shape: architecture.input, last: None, inputs: Vec::new(), branch: None, encoder_end: None };
    for (index, step) in architecture.steps.iter().enumerate() {
        let before = trace.shape;
        trace.shape = step.output;
        let pooled = match step.layer {
            Layer::Dense(_) => {
                trace.through(EdgeKind::Convolution(GraphWindow::whole([before.height, before.width]).into()))
            }
            Layer::Convolution(_, window) => trace.through(EdgeKind::Convolution(square(window))),
            Layer::Pool(_, window) => trace.through(EdgeKind::Depthwise(square(window))),
            Layer::GlobalAveragePool => {
                trace.through(EdgeKind::Depthwise(GraphWindow::whole([before.height, before.width]).into()))
            }
            Layer::Projection(_, Route::Onward) | Layer::TiedOutput { .. } => {
                trace.through(EdgeKind::Convolution(Reach::Window(GraphWindow::pointwise(1))))
            }
            // Queries, keys and the weights of attention say how much, not where: the edges are those of attention.
            Layer::BatchNorm | Layer::Activation | Layer::LayerNorm | Layer::Projection(..) => false,
            Layer::Attention { kind, .. } => trace.attend(kind),
            Layer::Embedding { .. } => {
                // Symbols are inputs, not nodes.
                trace.last = None;
                trace.branch = None;
                trace.inputs.clear();
                false
            }
            Layer::EncoderEnd => {
                trace.encoder_end = trace.last;
                false
            }
            Layer::Branch => {
                trace.branch = trace.last;
                false
            }
            Layer::AddShortcut { stride } => {
                let kind = EdgeKind::Depthwise(GraphWindow::pointwise(stride).into());
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

/// The state of [`network_graph`] while it follows the steps of an architecture.
struct Trace {
    shape: FeatureShape,
    /// The last layer of the graph so far; `None` before the first one, since inputs are not nodes.
    last: Option<usize>,
    /// Edges into the next layer of the graph.
    inputs: Vec<Edges>,
    /// The layer at which the current shortcut begins.
    branch: Option<usize>,
    /// The layer at which the encoder ends.
    encoder_end: Option<usize>,
}

impl Trace {
    /// Adds edges of this kind from the last layer. Returns whether they are those of a pooling layer.
    fn through(&mut self, kind: EdgeKind) -> bool {
        self.inputs.extend(self.last.map(|from| Edges { from, kind }));
        matches!(kind, EdgeKind::Depthwise(_))
    }

    /// Adds the edges of attention: from every feature of the positions that are looked at. Returns that this is no pooling layer.
    fn attend(&mut self, kind: AttentionKind) -> bool {
        let (from, reach) = match kind {
            AttentionKind::Encoder => (self.last, Reach::All),
            AttentionKind::Causal => (self.last, Reach::Before),
            AttentionKind::Cross => (self.encoder_end, Reach::All),
        };
        self.inputs.extend(from.map(|from| Edges { from, kind: EdgeKind::Convolution(reach) }));
        false
    }
}

fn square(window: Window) -> Reach {
    GraphWindow::square(window.kernel, window.stride, window.padding).into()
}
