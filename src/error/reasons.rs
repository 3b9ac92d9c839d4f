//! Why an input is rejected, as data: bounds, lists of names, requirements of the rest of an experiment. Code examines these
//! values; the messages for people are in `english`.

use crate::catalog::{DataKind, Task};

/// The allowed range of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lower bound.
    pub from: f64,
    /// Upper bound.
    pub to: f64,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
    /// Whether `from` itself is excluded.
    pub above: bool,
    /// Whether `to` itself is excluded.
    pub below: bool,
}

impl Bounds {
    /// Whole numbers `from..=to`; both bounds must be below `2^53`.
    #[must_use]
    pub const fn whole(from: u64, to: u64) -> Self {
        Self { from: from as f64, to: to as f64, whole: true, above: false, below: false }
    }

    /// Real numbers in `[from, to]`.
    #[must_use]
    pub const fn real(from: f64, to: f64) -> Self {
        Self { from, to, whole: false, above: false, below: false }
    }

    /// The same range without `from` itself.
    #[must_use]
    pub const fn above(self) -> Self {
        Self { above: true, ..self }
    }

    /// The same range without `to` itself.
    #[must_use]
    pub const fn below(self) -> Self {
        Self { below: true, ..self }
    }

    /// Whether `value` is in the range.
    #[must_use]
    pub fn contain(&self, value: f64) -> bool {
        let above = if self.above { value > self.from } else { value >= self.from };
        let below = if self.below { value < self.to } else { value <= self.to };
        above && below && !(self.whole && value.fract() != 0.0)
    }
}

/// The allowed values of a query key or of a parameter of a scheme.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// A number.
    Number(Bounds),
    /// `auto` or a number.
    AutoOr(Bounds),
    /// `all` or a number.
    AllOr(Bounds),
    /// A number, a list of numbers or a grid of them.
    NumberListOrGrid(Bounds),
    /// One of these names and forms; words in capitals are placeholders.
    OneOf(Vec<&'static str>),
    /// A network in the notation `form`: a list whose length is within `entries`.
    Network {
        /// Its notation.
        form: NetworkForm,
        /// Allowed number of entries.
        entries: Bounds,
        /// Allowed range of the first number of each entry.
        size: Bounds,
    },
    /// A value that meets a requirement of the rest of the experiment or of the device.
    Requires(Requirement),
}

/// The notation of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkForm {
    /// `mlp:W,W,...`
    Mlp,
    /// `cnn:C,C,...`
    Cnn,
    /// `resnet:C,C,...`
    ResNet,
    /// `transformer:W`
    Transformer,
}

/// What a value requires of the rest of an experiment, or vice versa. Counts are 64-bit integers, memory is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// No variant occurs twice.
    DistinctVariants,
    /// The number of runs, variants times seeds, is limited.
    Runs {
        /// Maximum.
        most: u64,
    },
    /// Nothing held out, of texts.
    NoValidation,
    /// There are enough training examples for at least one batch.
    OneBatch {
        /// Examples per batch.
        batch_size: u64,
    },
    /// The number of parameters of a network is limited.
    Parameters {
        /// Maximum per run.
        most: u64,
        /// Runs that share the memory.
        runs: u64,
    },
    /// The number of values that a network computes for one example is limited.
    ValuesPerExample {
        /// Maximum.
        most: u64,
    },
    /// The batch size is limited for this network.
    BatchForNetwork {
        /// Maximum.
        most: u64,
    },
    /// The layers are small enough for a QR decomposition.
    OrthogonalLayers,
    /// The number of training steps is limited for this number of runs.
    StepsForRuns {
        /// Maximum.
        most: u64,
        /// Number of runs.
        runs: u64,
    },
    /// There is a minimum interval between evaluations for this number of steps and runs.
    EvaluationInterval {
        /// Minimum.
        least: u64,
    },
    /// Pooling and strides leave at least one position of a feature map.
    PositionLeft {
        /// Rows of an image.
        height: u64,
        /// Columns of an image.
        width: u64,
    },
    /// What a scheme requires of the rest of the experiment.
    Scheme(SchemeRequirement),
    /// The memory of the device suffices.
    DeviceMemory {
        /// What needs the memory.
        demand: DeviceDemand,
        /// Available bytes.
        most: u64,
    },
    /// A batch has no example twice.
    TrainingExamples {
        /// Number of training examples.
        most: u64,
    },
    /// A visitor's own files are for this task.
    OwnFiles(Task),
    /// The network is for this kind of data.
    ModelFor(DataKind),
    /// The value has its default: others are only for this kind of data.
    OnlyFor(DataKind),
    /// Another value than the default is only for real sentences, not for images or numbers.
    OnlyForTexts,
}

/// What a scheme requires of the rest of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemeRequirement {
    /// The turning point is not after the last layer.
    TurnWithinLayers {
        /// Number of layers with weights.
        layers: u64,
    },
    /// The network is residual and has no normalization.
    ResidualWithoutNormalization {
        /// The scheme that requires it.
        scheme: &'static str,
    },
    /// The network is a transformer with this normalization; any, if it is absent.
    Transformer {
        /// The scheme that requires it.
        scheme: &'static str,
        /// The value of `norm`.
        norm: Option<&'static str>,
    },
    /// The base initializes no layer to zero.
    NonzeroBase {
        /// The method, which needs nonzero layer outputs.
        method: &'static str,
    },
    /// The batch has enough examples for a method that splits it.
    BatchToDivide {
        /// The method.
        method: &'static str,
        /// Minimum.
        least: u64,
    },
    /// The number of parts into which a method splits a batch is limited by the batch size.
    PartsOfBatch {
        /// The method.
        method: &'static str,
        /// Maximum.
        most: u64,
        /// Examples per batch.
        batch_size: u64,
    },
    /// The batch size of a method does not exceed the number of training examples.
    WithinTrainingExamples {
        /// The method.
        method: &'static str,
        /// Number of training examples.
        most: u64,
    },
    /// The length of a formula, in bytes, is limited.
    FormulaLength {
        /// Maximum.
        most: u64,
    },
}

/// What needs memory of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceDemand {
    /// A training step of one run.
    Step,
    /// The largest tensor of one run.
    Tensor,
    /// An iteration of a method that tunes initial weights.
    Iteration {
        /// The method.
        method: &'static str,
    },
}

/// An invalid value of a query key or of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueError {
    /// The key, as written in the query string.
    pub key: &'static str,
    /// The parameter of a scheme inside the value, if the error is about one.
    pub parameter: Option<&'static str>,
    /// The allowed values.
    pub expected: Expected,
    /// The text that was found.
    pub got: String,
}

/// A formula of an initialization that cannot be read or evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaError {
    /// The formula.
    pub formula: String,
    /// The position of the error.
    pub span: Span,
    /// What is wrong at this position.
    pub reason: FormulaReason,
}

/// A range of bytes in a text; empty at a position where something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
}

impl FormulaError {
    /// The formula in three parts: before the error, the erroneous part, and the rest.
    #[must_use]
    pub fn parts(&self) -> [&str; 3] {
        let formula = self.formula.as_str();
        let at = |place: usize| (0..=place.min(formula.len())).rev().find(|place| formula.is_char_boundary(*place));
        let start = at(self.span.start).unwrap_or_default();
        let end = at(self.span.end).unwrap_or_default().max(start);
        [&formula[..start], &formula[start..end], &formula[end..]]
    }

    /// The number of the character at which the erroneous part begins, from 1.
    #[must_use]
    pub fn character(&self) -> usize {
        self.parts()[0].chars().count() + 1
    }
}

/// What is wrong with a formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FormulaReason {
    /// A name that is not one of the variables.
    UnknownVariable,
    /// A name that is not one of the functions.
    UnknownFunction,
    /// A syntax error, with the message of the parser.
    Syntax(&'static str),
    /// The formula has no value for a layer.
    NoValue {
        /// The message of the evaluator.
        why: &'static str,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value is negative or not finite, and therefore no standard deviation or bound.
    Negative {
        /// The meaning of the value.
        size: FormulaSize,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value is too large for training.
    TooLarge {
        /// The largest allowed value.
        most: f64,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value is 0 for a layer whose outputs a method needs to be nonzero.
    Zero {
        /// The method.
        method: &'static str,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
}

/// The meaning of the value of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormulaSize {
    /// The standard deviation of a normal distribution.
    StandardDeviation,
    /// The bound of a uniform distribution.
    Bound,
}
