//! An [`Experiment`] is one value that describes everything: the page's address, the worker's start command, the header of
//! every export and the native command line all carry it. This file defines the plain data; [`keys`] has THE table of query
//! keys and [`query`] the text form, [`dataset`] the data, [`model`] the grammar of networks and [`architecture`] their layers, [`scheme`]
//! the initialization schemes, [`variant`] the list of them, [`grid`] lists and grids of values, [`race`] the fair race, [`optimizer`] the optimizers, [`evaluation`] when runs are evaluated, [`analysis`] how their results are judged,
//! [`limits`] the upper limits, `refusals` the initializations that the rest of an experiment rules out, [`standard`] the defaults, and
//! [`estimate`] the expected memory and time.

pub mod analysis;
pub mod architecture;
pub mod dataset;
mod direction;
pub mod estimate;
pub mod evaluation;
pub mod figure_view;
pub mod form_field;
pub mod grid;
pub mod key;
mod key_texts;
pub mod keys;
pub mod limits;
pub mod model;
pub mod network_graph;
pub mod optimizer;
pub mod own_files;
pub mod query;
pub mod race;
mod refusals;
pub mod scenarios;
pub mod scheme;
mod share;
pub mod standard;
mod validate;
pub mod value_list;
mod values;
pub mod variant;
mod view;

use crate::catalog::{Quantity, Task};

pub use crate::catalog::DatasetName;
pub use analysis::AnalysisSpec;
pub use dataset::DatasetSpec;
pub use direction::{Direction, LanguagePair};
pub use evaluation::EvaluationSteps;
pub use figure_view::{Band, FigureView, XAxis, XUnit, YAxis, Zoom};
pub use model::{ConvolutionSpec, ModelSpec, NormLayer, StageSpec, TransformerSpec};
pub use optimizer::{OptimizerFacts, OptimizerKind, OptimizerSpec, Schedule, UpdateRule};
pub use query::{ParsedQuery, parse_query};
pub use scheme::{
    BaseInit, ClosedForm, InitScheme, Rescaling, RescalingLevel, RescalingRule, Tuning, TuningMethod, Turn,
};
use serde::{Deserialize, Serialize};
pub use share::Share;
pub use values::Named;
pub use variant::Variant;
pub use view::{Language, PagePart, Theme, View};

/// Everything that determines the numbers of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The data set and how much of it is used.
    pub dataset: DatasetSpec,
    /// The network.
    pub model: ModelSpec,
    /// The activation function after every hidden layer.
    pub activation: Activation,
    /// The normalization.
    pub norm: NormLayer,
    /// What is compared, the baseline first.
    pub variants: Vec<Variant>,
    /// Number of runs per variant, each with its own seed.
    pub seeds: u32,
    /// The seed of each variant's first run; the following seeds count up from it.
    pub first_seed: u32,
    /// The seed of the order of examples, of augmentation and of random activity; `first_seed` if absent.
    pub order: Option<u32>,
    /// The update rule of the weights.
    pub optimizer: OptimizerSpec,
    /// Label smoothing: this share of the target's probability is spread over all symbols of the language.
    pub smoothing: f64,
    /// Training examples per step; all runs see the same ones.
    pub batch_size: usize,
    /// Number of training steps.
    pub steps: u64,
    /// When the runs are evaluated on the test examples.
    pub evaluation: EvaluationSteps,
    /// When a unit counts as active in the emergence measure.
    pub activity: ActivitySpec,
    /// How the results are judged.
    pub analysis: AnalysisSpec,
    /// The device to compute on.
    pub device: DevicePreference,
}

/// The activation function after every hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// When a unit counts as active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivitySpec {
    /// Threshold `tau` on the absolute value of the activation `h`.
    pub tau: f64,
    /// The definition.
    pub definition: ActiveDefinition,
}

/// The three definitions of an active unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActiveDefinition {
    /// One mask per example of the probe batch; the measure is averaged over the examples.
    Sample,
    /// One mask: a unit is active if the mean of `|h|` over the probe batch exceeds `tau`.
    Mean,
    /// One mask: a unit is active if `|h| > tau` on at least 5 % of the probe batch.
    Rate,
}

/// The device to compute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DevicePreference {
    /// The faster of `WebGPU`, if it works, and the CPU.
    Auto,
    /// `WebGPU`; it is an error if it does not work.
    WebGpu,
    /// The CPU.
    Cpu,
}

impl Named for DatasetName {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        Self::ALL.iter().map(|dataset| (dataset.row().name, dataset.row().option, *dataset))
    }
}

impl Named for Activation {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("relu", "ReLU", Self::Relu),
            ("tanh", "tanh", Self::Tanh),
            ("gelu", "GELU", Self::Gelu),
            ("sigmoid", "sigmoid", Self::Sigmoid),
        ]
        .into_iter()
    }
}

impl Named for ActiveDefinition {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("sample", "on one example: |h| > τ, averaged over examples", Self::Sample),
            ("mean", "on the batch: mean |h| > τ", Self::Mean),
            ("rate", "if |h| > τ on 5 % of the batch", Self::Rate),
        ]
        .into_iter()
    }
}

impl Named for DevicePreference {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("auto", "Automatic", Self::Auto), ("webgpu", "WebGPU", Self::WebGpu), ("cpu", "CPU", Self::Cpu)].into_iter()
    }
}

impl Experiment {
    /// Whether a training step of both takes the same work on the same choice of devices.
    #[must_use]
    pub fn has_steps_like(&self, other: &Self) -> bool {
        let work = |own: &Self| {
            (
                own.model.clone(),
                own.activation,
                own.norm,
                own.optimizer.kind,
                own.batch_size,
                own.run_count(),
                own.device,
            )
        };
        let are_examples_alike = match (self.dataset.facts(), other.dataset.facts()) {
            (Some(own), Some(other)) => own.examples == other.examples,
            _ => self.dataset == other.dataset,
        };
        are_examples_alike && work(self) == work(other)
    }

    /// Number of runs: variants times seeds.
    #[must_use]
    pub fn run_count(&self) -> usize {
        self.variants.len() * self.seeds as usize
    }

    /// The quantity by which its variants are compared.
    #[must_use]
    pub fn primary_quantity(&self) -> Quantity {
        Quantity::primary(self.task())
    }

    /// What its networks learn.
    #[must_use]
    pub fn task(&self) -> Task {
        self.dataset.name.row().task()
    }

    /// The learning rate with which a variant is trained.
    #[must_use]
    pub fn learning_rate_of(&self, variant: &Variant) -> f64 {
        variant.learning_rate.unwrap_or(self.optimizer.learning_rate)
    }

    /// The tuned initializations among the variants.
    pub fn tunings(&self) -> impl Iterator<Item = &Tuning> {
        self.variants.iter().filter_map(|variant| variant.scheme.tuning())
    }

    /// The seed of the order of examples, which all runs share.
    #[must_use]
    pub fn order_seed(&self) -> u32 {
        self.order.unwrap_or(self.first_seed)
    }

    /// The seeds of a variant's runs, in order.
    pub fn run_seeds(&self) -> impl Iterator<Item = u64> + use<> {
        let first = u64::from(self.first_seed);
        first..first + u64::from(self.seeds)
    }
}
