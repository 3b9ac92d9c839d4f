//! The shape of a network at the level of units: layers of `[channels, height, width]` and the edges between them.
//!
//! Nodes are what a network computes: every hidden layer after its activation function, every pooled layer, and the logits.
//! The input image is not a node, so a layer that reads only the image has no edges. An edge is a connection along which a
//! value flows, whatever its weight: the support of a convolution's kernel, a pooling window, a skip connection.
//! Exact measurement on these nodes and edges is derived by this project ([`measure`](super::measure)), as is the cheap
//! approximation of [`NetworkGraph::channel_level`].

use super::EmergenceError;
use std::ops::Range;

/// A network as layers in topological order, from input to output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkGraph {
    layers: Vec<NetworkLayer>,
}

/// A block of `channels · height · width` units; a dense layer of `n` units is `[n, 1, 1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkLayer {
    /// Channels (feature maps).
    pub channels: usize,
    /// Rows of a channel.
    pub height: usize,
    /// Columns of a channel.
    pub width: usize,
    /// Whether this layer is another one pooled: a smaller image of the same channels, which
    /// [`NetworkGraph::channel_level`] does not count twice. Then `inputs` is one depthwise window over that layer.
    pub pooled: bool,
    /// The edges into this layer. Several from one layer are parallel connections, whose paths count separately.
    pub inputs: Vec<Edges>,
}

/// All edges from one layer into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges {
    /// Index of the layer where they start.
    pub from: usize,
    /// Which of its units they connect to which.
    pub kind: EdgeKind,
}

/// Which units two layers connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// From all channels in reach to all channels: a convolution. A dense layer, also one after flattening, is a
    /// window as large as the previous layer ([`GraphWindow::whole`]).
    Convolution(Reach),
    /// From each channel in reach to the same channel: pooling, a depthwise convolution, an identity skip
    /// ([`GraphWindow::pointwise`]`(1)`), a parameter-free shortcut with a stride (He et al., arXiv 1512.03385, option A).
    /// The later layer may have more channels; the additional ones have no such edge.
    Depthwise(Reach),
}

/// Which positions of a layer each position of the next one reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those in a window.
    Window(GraphWindow),
    /// Every position reads every position of a sequence.
    All,
    /// Every position of a sequence reads itself and the ones before.
    Before,
}

impl From<GraphWindow> for Reach {
    fn from(window: GraphWindow) -> Self {
        Self::Window(window)
    }
}

/// The kernel's placement for every position of a layer, `[vertical, horizontal]`, as in PyTorch (dilation 1, floor mode):
/// an axis of `n` becomes `floor((n + 2 padding - kernel) / stride) + 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphWindow {
    /// Extent of the kernel.
    pub kernel: [usize; 2],
    /// Distance between neighboring positions.
    pub stride: [usize; 2],
    /// Rows and columns added on each side. They contain no nodes.
    pub padding: [usize; 2],
}

impl NetworkGraph {
    /// A network of these layers.
    ///
    /// # Errors
    /// [`EmergenceError`] if there is no layer or an empty one, an edge does not come from an earlier layer, a window
    /// is empty, does not fit or yields a size other than the layer's, channels are lost through a depthwise window, or
    /// a pooled layer is not one depthwise window over the same number of channels.
    pub fn new(layers: Vec<NetworkLayer>) -> Result<Self, EmergenceError> {
        if layers.is_empty() {
            return Err(EmergenceError::NoLayers);
        }
        for (index, layer) in layers.iter().enumerate() {
            if layer.units() == 0 {
                return Err(EmergenceError::EmptyLayer { layer: index });
            }
            for edges in &layer.inputs {
                check_edges(&layers, index, edges)?;
            }
            if layer.pooled && layer.pools(&layers).is_none() {
                return Err(EmergenceError::PooledLayer { layer: index });
            }
        }
        Ok(Self { layers })
    }

    /// Layers of these widths, dense between neighbors: a multilayer perceptron.
    ///
    /// # Errors
    /// [`EmergenceError::NoLayers`] and [`EmergenceError::EmptyLayer`].
    pub fn dense(widths: &[usize]) -> Result<Self, EmergenceError> {
        let layers = widths.iter().enumerate().map(|(index, &width)| {
            let edges = |from| Edges { from, kind: EdgeKind::Convolution(GraphWindow::pointwise(1).into()) };
            NetworkLayer::new([width, 1, 1], index.checked_sub(1).map(edges).into_iter().collect())
        });
        Self::new(layers.collect())
    }

    /// The layers, from input to output.
    #[must_use]
    pub fn layers(&self) -> &[NetworkLayer] {
        &self.layers
    }

    /// The same network with one node per channel, a cheap approximation of this project: every layer becomes
    /// `[channels, 1, 1]`, every window a single position. A pooled layer, including global average pooling, has the same
    /// channels as the layer that it pools and merges with it, so there may be fewer layers than before.
    ///
    /// Without skip connections this is the [layered](super::layered) network whose widths are the channels. Its counts
    /// are far smaller than those of the units, so values of the two levels are not comparable.
    #[must_use]
    pub fn channel_level(&self) -> Self {
        let mut layers: Vec<NetworkLayer> = Vec::new();
        // Index in `layers` of each layer of `self`.
        let mut merged: Vec<usize> = Vec::new();
        for layer in &self.layers {
            if let (true, Some(edges)) = (layer.pooled, layer.inputs.first()) {
                merged.push(merged[edges.from]);
                continue;
            }
            let inputs = layer.inputs.iter().map(|edges| Edges {
                from: merged[edges.from],
                kind: match edges.kind {
                    EdgeKind::Convolution(_) => EdgeKind::Convolution(GraphWindow::pointwise(1).into()),
                    EdgeKind::Depthwise(_) => EdgeKind::Depthwise(GraphWindow::pointwise(1).into()),
                },
            });
            layers.push(NetworkLayer::new([layer.channels, 1, 1], inputs.collect()));
            merged.push(layers.len() - 1);
        }
        Self { layers }
    }
}

impl NetworkLayer {
    /// A layer of `[channels, height, width]` that computes something new from its inputs.
    #[must_use]
    pub fn new([channels, height, width]: [usize; 3], inputs: Vec<Edges>) -> Self {
        Self { channels, height, width, pooled: false, inputs }
    }

    /// Layer `from` pooled by `window` to `[channels, height, width]`.
    #[must_use]
    pub fn pooled([channels, height, width]: [usize; 3], from: usize, window: GraphWindow) -> Self {
        let inputs = vec![Edges { from, kind: EdgeKind::Depthwise(window.into()) }];
        Self { channels, height, width, pooled: true, inputs }
    }

    /// `channels · height · width`.
    #[must_use]
    pub fn units(&self) -> usize {
        self.channels * self.positions()
    }

    /// `height · width`.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.height * self.width
    }

    /// `[height, width]`.
    pub(super) fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// The layer that this one pools, if its edges are those of a pooled layer.
    fn pools<'layers>(&self, layers: &'layers [Self]) -> Option<&'layers Self> {
        match self.inputs[..] {
            [Edges { from, kind: EdgeKind::Depthwise(_) }] => Some(&layers[from]),
            _ => None,
        }
        .filter(|from| from.channels == self.channels)
    }
}

impl EdgeKind {
    /// The positions that are read, for either kind.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        match self {
            Self::Convolution(reach) | Self::Depthwise(reach) => reach,
        }
    }
}

impl Reach {
    /// Whether it is that of attention, which reads the positions of a sequence.
    #[must_use]
    pub fn is_of_attention(&self) -> bool {
        matches!(self, Self::All | Self::Before)
    }

    /// `[height, width]` that a layer of `size` may have if it reads one of `source` in this way: that of a window's output, or of any
    /// sequence. `None` if it cannot.
    fn output(&self, source: [usize; 2], size: [usize; 2]) -> Option<[usize; 2]> {
        let are_sequences = source[0] == 1 && size[0] == 1;
        match self {
            Self::Window(window) => window.output(source),
            Self::All => are_sequences.then_some(size),
            Self::Before => are_sequences.then_some(source),
        }
    }

    /// The part of an axis of `size` that `position` reads, empty if a kernel is within the padding.
    pub(super) fn covered(&self, axis: usize, position: usize, size: usize) -> Range<usize> {
        match self {
            Self::Window(window) => window.covered(axis, position, size),
            Self::All => 0..size,
            Self::Before => 0..(position + 1).min(size),
        }
    }
}

impl GraphWindow {
    /// The same kernel, stride and padding along both axes.
    #[must_use]
    pub fn square(kernel: usize, stride: usize, padding: usize) -> Self {
        Self { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 2] }
    }

    /// Single positions, `stride` apart.
    #[must_use]
    pub fn pointwise(stride: usize) -> Self {
        Self::square(1, stride, 0)
    }

    /// All of a layer of `[height, width]` at once, which leaves a single position: a dense layer after flattening, or
    /// global average pooling.
    #[must_use]
    pub fn whole(size: [usize; 2]) -> Self {
        Self { kernel: size, stride: [1; 2], padding: [0; 2] }
    }

    /// `[height, width]` of the window's output for an input of `size`; `None` if kernel or stride is zero or the kernel does
    /// not fit.
    #[must_use]
    pub fn output(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        let axis = |axis: usize| {
            let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
            let padded = self.padding[axis].checked_mul(2)?.checked_add(size[axis])?;
            let steps = padded.checked_sub(kernel)?.checked_div(stride)?;
            (kernel > 0).then_some(steps + 1)
        };
        Some([axis(0)?, axis(1)?])
    }

    /// The part of an axis of `size` that the kernel at `position` covers, empty if the kernel is within the padding.
    fn covered(&self, axis: usize, position: usize, size: usize) -> Range<usize> {
        let start = position * self.stride[axis];
        let end = (start + self.kernel[axis]).saturating_sub(self.padding[axis]).min(size);
        start.saturating_sub(self.padding[axis]).min(end)..end
    }
}

fn check_edges(layers: &[NetworkLayer], index: usize, edges: &Edges) -> Result<(), EmergenceError> {
    let from = edges.from;
    if from >= index {
        return Err(EmergenceError::EdgesBackwards { layer: index, from });
    }
    let (layer, source) = (&layers[index], &layers[from]);
    let Some(expected) = edges.kind.reach().output(source.size(), layer.size()) else {
        return Err(EmergenceError::WindowMisfit { layer: index, from });
    };
    if expected != layer.size() {
        return Err(EmergenceError::LayerSize { layer: index, from, expected, got: layer.size() });
    }
    if matches!(edges.kind, EdgeKind::Depthwise(_)) && layer.channels < source.channels {
        let (expected, got) = (source.channels, layer.channels);
        return Err(EmergenceError::DepthwiseChannels { layer: index, from, expected, got });
    }
    Ok(())
}
