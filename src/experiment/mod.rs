//! One value that describes everything: the page's address, the worker's start command, the header of every export and
//! the native command line all carry an [`Experiment`]. This file holds the plain data, [`model`] the grammar of networks
//! and [`architecture`] their layers, [`scheme`] the grammar of initializations, [`limits`] what is too much, `refusals`
//! which initializations do not go with the rest, [`estimate`] what it will take, [`query`] the text form.

pub mod architecture;
pub mod estimate;
pub mod limits;
pub mod model;
pub mod query;
mod refusals;
pub mod scheme;

pub use model::{ConvolutionSpec, ModelSpec, NormLayer, StageSpec};
pub use query::{ParsedQuery, parse_query};
pub use scheme::{BaseInit, ClosedForm, InitScheme, Rescaling, RescalingRule, Tuning, TuningMethod, Turn, UpdateRule};
use serde::{Deserialize, Serialize};

/// Everything that decides the numbers of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The data set and how much of it is used.
    pub dataset: DatasetSpec,
    /// The network.
    pub model: ModelSpec,
    /// The nonlinearity after every hidden layer.
    pub activation: Activation,
    /// Normalization after every hidden layer's weights.
    pub norm: NormLayer,
    /// The initializations that are compared, each a *variant*.
    pub variants: Vec<InitScheme>,
    /// How many runs every variant gets, each with its own seed.
    pub seeds: u32,
    /// The seed of each variant's first run; the next ones count up from it.
    pub first_seed: u32,
    /// How weights change at a step.
    pub optimizer: OptimizerSpec,
    /// Training examples per step (and per run: all runs see the same ones).
    pub batch_size: usize,
    /// Training steps.
    pub steps: u64,
    /// Steps between two evaluations; there is also one before the first step and one after the last.
    pub evaluate_every: u64,
    /// When a unit counts as active in the emergence measure.
    pub activity: ActivitySpec,
    /// Where to compute.
    pub device: DevicePreference,
}

/// The data set and how much of it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetSpec {
    /// Which data set.
    pub name: DatasetName,
    /// Use only the first so many training examples; all when absent.
    pub train: Option<usize>,
    /// Use only the first so many test examples; all when absent.
    pub test: Option<usize>,
    /// Whether training images are cropped and flipped at random, as `dataset::augment` says.
    pub augment: bool,
}

/// A data set by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatasetName {
    /// MNIST where its files can be had, else `digits`; whoever resolves it says which it became.
    Auto,
    /// Handwritten digits, `LeCun` et al. 1998.
    Mnist,
    /// Articles of clothing in the format of MNIST, Xiao, Rasul & Vollgraf 2017.
    FashionMnist,
    /// Color photographs of ten kinds of things, Krizhevsky 2009.
    Cifar10,
    /// Digits drawn by our own generator.
    Digits,
    /// Color pictures of ten kinds of shapes and textures drawn by our own generator.
    Patterns,
    /// The visitor's own files.
    Upload,
}

/// The nonlinearity after every hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `tanh x`.
    Tanh,
    /// `x Φ(x)`, exact (with the error function).
    Gelu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
}

/// The optimizer and its schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimizerSpec {
    /// The update rule.
    pub kind: OptimizerKind,
    /// Step size before the schedule.
    pub learning_rate: f64,
    /// Momentum of SGD, in `[0, 1)`; Adam and `AdamW` ignore it.
    pub momentum: f64,
    /// L2 coefficient, added to the gradient in SGD and Adam, decoupled in `AdamW`; weights and biases alike.
    pub weight_decay: f64,
    /// How the step size changes over the run.
    pub schedule: Schedule,
}

/// The update rule, with `PyTorch`'s semantics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam (Kingma & Ba 2014), L2 in the gradient.
    Adam,
    /// `AdamW` (Loshchilov & Hutter 2017), decoupled weight decay.
    AdamW,
}

/// How the step size changes over the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// The same at every step.
    Constant,
    /// Half a cosine from the full rate at the first step down to zero after the last.
    Cosine,
    /// Linear from `1/steps` of the rate up to the full rate over so many steps, then constant.
    Warmup {
        /// Length of the ramp.
        steps: u64,
    },
}

/// When a unit counts as active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivitySpec {
    /// Threshold `tau` on the absolute post-activation value.
    pub tau: f64,
    /// The definition.
    pub definition: ActiveDefinition,
}

/// The three definitions of an active unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActiveDefinition {
    /// A mask per probe example; the measure is averaged over the examples.
    Sample,
    /// One mask: the mean of `|h|` over the probe batch exceeds `tau`.
    Mean,
    /// One mask: `|h| > tau` on at least 5 % of the probe batch.
    Rate,
}

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DevicePreference {
    /// `WebGPU` where it works, else the CPU.
    Auto,
    /// `WebGPU` or an error.
    WebGpu,
    /// The CPU.
    Cpu,
}

/// How the page shows itself; none of it changes a number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct View {
    /// Start at once.
    pub run: bool,
    /// Shown inside another page: no header, no article.
    pub embed: bool,
    /// Parts of the page that are left out.
    pub hide: Vec<PagePart>,
    /// Colors.
    pub theme: Theme,
    /// Language of the texts.
    pub lang: Language,
}

/// A part of the page that a lesson may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagePart {
    /// The form and the buttons.
    Controls,
    /// The legend.
    Legend,
    /// The results table.
    Table,
    /// The explanation.
    Article,
    /// The export buttons.
    Export,
}

/// Colors of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Theme {
    /// As the visitor's system says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Language of the page's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            dataset: DatasetSpec { name: DatasetName::Auto, train: None, test: None, augment: false },
            model: ModelSpec::Mlp { hidden: vec![128, 128, 128] },
            activation: Activation::Relu,
            norm: NormLayer::None,
            variants: vec![
                BaseInit::XavierNormal.into(),
                BaseInit::KaimingNormal.into(),
                InitScheme::emergence(Rescaling::default()),
            ],
            seeds: 3,
            first_seed: 0,
            optimizer: OptimizerSpec {
                kind: OptimizerKind::Sgd,
                learning_rate: 0.01,
                momentum: 0.9,
                weight_decay: 0.0,
                schedule: Schedule::Constant,
            },
            batch_size: 128,
            steps: 1000,
            evaluate_every: 50,
            activity: ActivitySpec { tau: 0.05, definition: ActiveDefinition::Sample },
            device: DevicePreference::Auto,
        }
    }
}

impl Experiment {
    /// Number of runs: variants times seeds.
    #[must_use]
    pub fn run_count(&self) -> usize {
        self.variants.len() * self.seeds as usize
    }

    /// The seed of every run of a variant, in order.
    pub fn run_seeds(&self) -> impl Iterator<Item = u64> + use<> {
        let first = u64::from(self.first_seed);
        first..first + u64::from(self.seeds)
    }
}
