//! The grammar of networks and their architectures: `mlp:128,128`, `cnn:16,32`, `cnn:32,32p,64,64p`, `resnet:16,32x2`.
//!
//! | text | network |
//! |---|---|
//! | `mlp:W,W,...` | dense layers of these widths, then the output; `mlp` alone is a linear softmax classifier |
//! | `cnn:C,C,...` | per entry a 3x3 convolution to `C` feature maps with activation, then one dense layer on all values |
//! | `resnet:C,C,...` | a 3x3 convolution to the first `C`, a residual block per entry, the mean of every map, one dense layer |
//!
//! An entry of `cnn` may continue with `k5` (5x5 kernel), `s2` (stride 2), and `p` or `a` (followed by 2x2 max or average
//! pooling), in this order. If no entry has `s2`, `p` or `a`, every convolution is followed by max pooling. Convolutions are
//! padded so that a stride of 1 preserves the size.
//!
//! An entry `CxN` of `resnet` is `N` basic blocks (He et al. 2016, fig. 5 left): two 3x3 convolutions, with the input added
//! before the second activation function. The first block of every entry but the first has stride 2. If a block changes the
//! shape, its shortcut has no parameters (their option A): every second row and column, and zeros for the additional maps.

use super::architecture::{Architecture, FeatureShape, Layer, LayerPlace, Pooling, WeightLayer, WeightShape, Window};
use super::limits;
use super::values::Named;
use crate::error::{Bounds, Error, Expected, NetworkForm, Requirement, Result};
use crate::prose::Prose;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The kind and size of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSpec {
    /// Fully connected layers; with no hidden layer it is a linear softmax classifier.
    Mlp {
        /// Width of each hidden layer, in forward order.
        hidden: Vec<usize>,
    },
    /// Convolutions, then one dense layer.
    Cnn {
        /// In forward order; at least one.
        convolutions: Vec<ConvolutionSpec>,
    },
    /// Residual blocks, then one dense layer on the mean of every feature map.
    ResNet {
        /// In forward order; at least one.
        stages: Vec<StageSpec>,
    },
}

/// One entry of a convolutional network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvolutionSpec {
    /// Number of feature maps that it computes.
    pub channels: usize,
    /// Side length of its kernel, 3 or 5.
    pub kernel: usize,
    /// Stride, 1 or 2.
    pub stride: usize,
    /// The pooling after its activation function.
    pub pool: Option<Pooling>,
}

/// Residual blocks with the same number of feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageSpec {
    /// Number of feature maps.
    pub channels: usize,
    /// Number of blocks.
    pub blocks: usize,
}

/// Normalization between the weights and the activation function of every hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum NormLayer {
    /// None.
    #[default]
    None,
    /// Batch normalization (Ioffe & Szegedy 2015).
    Batch,
}

impl Named for NormLayer {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("none", "none", Self::None), ("batch", "batch", Self::Batch)].into_iter()
    }
}

/// Example networks, each with a description.
pub const NETWORK_EXAMPLES: [(Prose, Prose); 10] = [
    (Prose::new("mlp:128,128,128"), Prose::new("3 hidden layers of 128")),
    (Prose::new("mlp:64"), Prose::new("1 hidden layer of 64")),
    (Prose::new("mlp:64,64,64,64,64,64"), Prose::new("6 hidden layers of 64")),
    (Prose::new("mlp:"), Prose::new("no hidden layer: a linear classifier")),
    (Prose::new("cnn:8,16"), Prose::new("2 convolutions, small")),
    (Prose::new("cnn:16,32"), Prose::new("2 convolutions, each max-pooled")),
    (Prose::new("cnn:16,16p,32,32p,32p"), Prose::new("5 convolutions, pooled where marked p")),
    (Prose::new("cnn:16s2,32s2"), Prose::new("2 convolutions with stride 2, no pooling")),
    (Prose::new("resnet:16,32"), Prose::new("2 residual blocks")),
    (Prose::new("resnet:16,32,64"), Prose::new("3 residual blocks")),
];

impl ModelSpec {
    /// The network for examples of shape `input`.
    ///
    /// # Errors
    /// [`Error::Value`] of `model` if the feature maps become too small for a window.
    pub fn architecture(&self, input: FeatureShape, classes: usize, norm: NormLayer) -> Result<Architecture> {
        let mut builder = Builder { architecture: Architecture::new(input), norm };
        match self {
            Self::Mlp { hidden } => {
                for width in hidden {
                    builder.dense(*width, norm == NormLayer::Batch, LayerPlace::Trunk);
                    builder.activate(norm);
                }
            }
            Self::Cnn { convolutions } => {
                for entry in convolutions {
                    self.convolve(&mut builder, *entry)?;
                }
            }
            Self::ResNet { stages } => builder.residual(stages).ok_or_else(|| self.too_small(input))?,
        }
        builder.dense(classes, false, LayerPlace::Output);
        Ok(builder.architecture)
    }

    fn convolve(&self, builder: &mut Builder, entry: ConvolutionSpec) -> Result<()> {
        let input = builder.architecture.input;
        let fits = builder.convolution(entry.channels, (entry.kernel, entry.stride), LayerPlace::Trunk);
        fits.ok_or_else(|| self.too_small(input))?;
        builder.activate(builder.norm);
        match entry.pool {
            Some(pooling) => builder.pool(pooling).ok_or_else(|| self.too_small(input)),
            None => Ok(()),
        }
    }

    fn too_small(&self, input: FeatureShape) -> Error {
        let left = Requirement::PositionLeft { height: input.height as u64, width: input.width as u64 };
        Error::value("model", left.into(), self)
    }

    /// Whether it has convolutions.
    #[must_use]
    pub fn has_convolutions(&self) -> bool {
        !matches!(self, Self::Mlp { .. })
    }

    /// Number of layers with weights.
    #[must_use]
    pub fn weight_layer_count(&self) -> usize {
        match self {
            Self::Mlp { hidden } => hidden.len() + 1,
            Self::Cnn { convolutions } => convolutions.len() + 1,
            Self::ResNet { stages } => 2 + stages.iter().map(|stage| 2 * stage.blocks).sum::<usize>(),
        }
    }
}

struct Builder {
    architecture: Architecture,
    norm: NormLayer,
}

impl Builder {
    fn dense(&mut self, outputs: usize, normalized: bool, place: LayerPlace) {
        let shape = WeightShape::Dense { inputs: self.architecture.output().units(), outputs };
        self.architecture.push(Layer::Dense(WeightLayer { shape, normalized, place }), FeatureShape::dense(outputs));
    }

    /// `None` if the window does not fit.
    fn convolution(&mut self, channels_out: usize, (kernel, stride): (usize, usize), place: LayerPlace) -> Option<()> {
        let window = Window { kernel, stride, padding: kernel / 2 };
        let input = self.architecture.output();
        let shape = WeightShape::Convolution { channels_in: input.channels, channels_out, kernel };
        let output = moved(window, FeatureShape { channels: channels_out, ..input })?;
        let layer = WeightLayer { shape, normalized: self.norm == NormLayer::Batch, place };
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

impl FromStr for ModelSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kind, entries) = text.split_once(':').unwrap_or((text, ""));
        let entries: Vec<&str> = if entries.is_empty() { Vec::new() } else { entries.split(',').collect() };
        let model = match kind {
            "mlp" => parse_mlp(&entries),
            "cnn" => parse_cnn(&entries),
            "resnet" => parse_resnet(&entries),
            _ => Err(Expected::OneOf(vec!["mlp:W,W,...", "cnn:C,C,...", "resnet:C,C,..."])),
        };
        model.map_err(|expected| Error::value("model", expected, text))
    }
}

/// The allowed sizes of a network of this form.
fn network(form: NetworkForm, least: usize, most: usize, size: usize) -> Expected {
    let entries = Bounds::whole(least as u64, most as u64);
    Expected::Network { form, entries, size: Bounds::whole(1, size as u64) }
}

fn parse_mlp(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let (layers, width) = (limits::HIDDEN_LAYERS, limits::WIDTH);
    let hidden = entries.iter().map(|entry| whole(entry, width)).collect::<Option<Vec<_>>>();
    let hidden = hidden.filter(|hidden| hidden.len() <= layers).map(|hidden| ModelSpec::Mlp { hidden });
    hidden.ok_or_else(|| network(NetworkForm::Mlp, 0, layers, width))
}

fn parse_cnn(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let layers = limits::HIDDEN_LAYERS;
    let expected = || network(NetworkForm::Cnn, 1, layers, limits::CHANNELS);
    let convolutions = entries.iter().map(|entry| convolution(entry)).collect::<Option<Vec<_>>>();
    let mut convolutions = convolutions.filter(|list| (1..=layers).contains(&list.len())).ok_or_else(expected)?;
    if convolutions.iter().all(|entry| entry.pool.is_none() && entry.stride == 1) {
        for entry in &mut convolutions {
            entry.pool = Some(Pooling::Max);
        }
    }
    Ok(ModelSpec::Cnn { convolutions })
}

fn parse_resnet(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let blocks = limits::HIDDEN_LAYERS / 2;
    let expected = || network(NetworkForm::ResNet, 1, blocks, limits::CHANNELS);
    let stages = entries.iter().map(|entry| stage(entry)).collect::<Option<Vec<_>>>().ok_or_else(expected)?;
    let total = stages.iter().map(|stage| stage.blocks).sum::<usize>();
    // Option A is not defined if the number of maps decreases.
    let rising = stages.windows(2).all(|pair| pair[0].channels <= pair[1].channels);
    if rising && (1..=blocks).contains(&total) { Ok(ModelSpec::ResNet { stages }) } else { Err(expected()) }
}

fn whole(text: &str, most: usize) -> Option<usize> {
    // `parse` would accept a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=most).contains(number))
}

/// `C[k3|k5][s1|s2][p|a]`.
fn convolution(text: &str) -> Option<ConvolutionSpec> {
    let (text, pool) = match (text.strip_suffix('p'), text.strip_suffix('a')) {
        (Some(rest), _) => (rest, Some(Pooling::Max)),
        (_, Some(rest)) => (rest, Some(Pooling::Average)),
        _ => (text, None),
    };
    let (text, stride) = option(text, 's', 1, &[1, 2])?;
    let (text, kernel) = option(text, 'k', 3, &[3, 5])?;
    Some(ConvolutionSpec { channels: whole(text, limits::CHANNELS)?, kernel, stride, pool })
}

/// Splits off a letter with one of the `allowed` numbers, if the text has that letter.
fn option<'text>(text: &'text str, letter: char, standard: usize, allowed: &[usize]) -> Option<(&'text str, usize)> {
    match text.split_once(letter) {
        None => Some((text, standard)),
        Some((rest, number)) => {
            let number = whole(number, usize::MAX).filter(|number| allowed.contains(number))?;
            Some((rest, number))
        }
    }
}

/// `C[xN]`.
fn stage(text: &str) -> Option<StageSpec> {
    let (channels, blocks) = text.split_once('x').unwrap_or((text, "1"));
    Some(StageSpec { channels: whole(channels, limits::CHANNELS)?, blocks: whole(blocks, limits::HIDDEN_LAYERS)? })
}

impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |entries: Vec<String>| entries.join(",");
        match self {
            Self::Mlp { hidden } => write!(f, "mlp:{}", join(hidden.iter().map(ToString::to_string).collect())),
            Self::Cnn { convolutions } => {
                let plain = convolutions.iter().all(|entry| entry.pool == Some(Pooling::Max) && entry.stride == 1);
                write!(f, "cnn:{}", join(convolutions.iter().map(|entry| entry.text(!plain)).collect()))
            }
            Self::ResNet { stages } => write!(f, "resnet:{}", join(stages.iter().map(ToString::to_string).collect())),
        }
    }
}

impl ConvolutionSpec {
    /// Its text, with the mark of max pooling if `pool_marks` is set: it is omitted if all convolutions are max-pooled.
    fn text(self, pool_marks: bool) -> String {
        let kernel = if self.kernel == 3 { String::new() } else { format!("k{}", self.kernel) };
        let stride = if self.stride == 1 { String::new() } else { format!("s{}", self.stride) };
        let pool = match self.pool {
            Some(Pooling::Average) => "a",
            Some(Pooling::Max) if pool_marks => "p",
            _ => "",
        };
        format!("{}{kernel}{stride}{pool}", self.channels)
    }
}

impl fmt::Display for StageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.blocks {
            1 => write!(f, "{}", self.channels),
            blocks => write!(f, "{}x{blocks}", self.channels),
        }
    }
}
