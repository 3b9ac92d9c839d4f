//! The layers of image networks.

use super::{ConvolutionSpec, ModelSpec, NormLayer, StageSpec};
use crate::error::{Error, Requirement, Result};
use crate::experiment::architecture::{
    Architecture, FeatureShape, Layer, LayerPlace, LayerRank, Pooling, WeightLayer, WeightShape, Window,
};

/// The network for images of shape `input`; that of a transformer has no layers but the output.
///
/// # Errors
/// [`Error::Value`] of `model` if the feature maps become too small for a window.
pub(super) fn architecture(
    model: &ModelSpec,
    input: FeatureShape,
    classes: usize,
    norm: NormLayer,
) -> Result<Architecture> {
    let too_small = || {
        let left = Requirement::PositionLeft { height: input.height as u64, width: input.width as u64 };
        Error::value("model", left.into(), model)
    };
    let mut builder = Builder { architecture: Architecture::new(input), norm, weights: 0 };
    match model {
        ModelSpec::Mlp { hidden } => {
            for width in hidden {
                builder.dense(*width, norm == NormLayer::Batch, LayerPlace::Trunk);
                builder.activate(norm);
            }
        }
        ModelSpec::Cnn { convolutions } => {
            for entry in convolutions {
                builder.convolve(*entry).ok_or_else(too_small)?;
            }
        }
        ModelSpec::ResNet { stages } => builder.residual(stages).ok_or_else(too_small)?,
        ModelSpec::Transformer(_) => {}
    }
    builder.dense(classes, false, LayerPlace::Output);
    Ok(builder.architecture)
}

struct Builder {
    architecture: Architecture,
    norm: NormLayer,
    /// Layers with weights so far.
    weights: usize,
}

impl Builder {
    fn dense(&mut self, outputs: usize, normalized: bool, place: LayerPlace) {
        let shape = WeightShape::Dense { inputs: self.architecture.output().units(), outputs };
        let layer = self.weight_layer(shape, normalized, place);
        self.architecture.push(Layer::Dense(layer), FeatureShape::dense(outputs));
    }

    fn weight_layer(&mut self, shape: WeightShape, normalized: bool, place: LayerPlace) -> WeightLayer {
        let rank = LayerRank::in_chain(self.weights);
        self.weights += 1;
        WeightLayer { shape, normalized, place, rank, part: None }
    }

    /// One entry of a convolutional network.
    fn convolve(&mut self, entry: ConvolutionSpec) -> Option<()> {
        self.convolution(entry.channels, (entry.kernel, entry.stride), LayerPlace::Trunk)?;
        self.activate(self.norm);
        match entry.pool {
            Some(pooling) => self.pool(pooling),
            None => Some(()),
        }
    }

    /// `None` if the window does not fit.
    fn convolution(&mut self, channels_out: usize, (kernel, stride): (usize, usize), place: LayerPlace) -> Option<()> {
        let window = Window { kernel, stride, padding: kernel / 2 };
        let input = self.architecture.output();
        let shape = WeightShape::Convolution { channels_in: input.channels, channels_out, kernel };
        let output = moved(window, FeatureShape { channels: channels_out, ..input })?;
        let layer = self.weight_layer(shape, self.norm == NormLayer::Batch, place);
        self.architecture.push(Layer::Convolution(layer, window), output);
        Some(())
    }

    fn normalize(&mut self, norm: NormLayer) {
        if norm == NormLayer::Batch {
            self.same(Layer::BatchNorm);
        }
    }

    fn activate(&mut self, norm: NormLayer) {
        self.normalize(norm);
        self.same(Layer::Activation);
    }

    fn pool(&mut self, pooling: Pooling) -> Option<()> {
        let output = moved(Window::POOL, self.architecture.output())?;
        self.architecture.push(Layer::Pool(pooling, Window::POOL), output);
        Some(())
    }

    fn residual(&mut self, stages: &[StageSpec]) -> Option<()> {
        self.convolution(stages.first()?.channels, (3, 1), LayerPlace::Trunk)?;
        self.activate(self.norm);
        for (index, stage) in stages.iter().enumerate() {
            for block in 0..stage.blocks {
                self.basic_block(stage.channels, if index > 0 && block == 0 { 2 } else { 1 })?;
            }
        }
        let channels = self.architecture.output().channels;
        self.architecture.push(Layer::GlobalAveragePool, FeatureShape::dense(channels));
        Some(())
    }

    fn basic_block(&mut self, channels: usize, stride: usize) -> Option<()> {
        self.same(Layer::Branch);
        self.convolution(channels, (3, stride), LayerPlace::Branch)?;
        self.activate(self.norm);
        self.convolution(channels, (3, 1), LayerPlace::BranchEnd)?;
        self.normalize(self.norm);
        self.same(Layer::AddShortcut { stride });
        self.activate(NormLayer::None);
        Some(())
    }

    /// Appends a layer that preserves the shape.
    fn same(&mut self, layer: Layer) {
        let output = self.architecture.output();
        self.architecture.push(layer, output);
    }
}

/// The shape of the output of a window on maps of `shape`, with as many maps.
fn moved(window: Window, shape: FeatureShape) -> Option<FeatureShape> {
    Some(FeatureShape { height: window.positions(shape.height)?, width: window.positions(shape.width)?, ..shape })
}
