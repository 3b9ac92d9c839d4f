//! Why a value is refused, as values: bounds, lists of names, what the rest of an experiment requires. Programs look here,
//! people read what `english` makes of it.

/// The numbers that a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The smallest one, or the limit above which they begin.
    pub from: f64,
    /// The largest one, or the limit below which they end.
    pub to: f64,
    /// Whole numbers only.
    pub whole: bool,
    /// Whether `from` itself is excluded.
    pub above: bool,
    /// Whether `to` itself is excluded.
    pub below: bool,
}

impl Bounds {
    /// Whole numbers `from..=to`; both are below `2^53`.
    #[must_use]
    pub const fn whole(from: u64, to: u64) -> Self {
        Self { from: from as f64, to: to as f64, whole: true, above: false, below: false }
    }

    /// Real numbers in `[from, to]`.
    #[must_use]
    pub const fn real(from: f64, to: f64) -> Self {
        Self { from, to, whole: false, above: false, below: false }
    }

    /// The same without `from`.
    #[must_use]
    pub const fn above(self) -> Self {
        Self { above: true, ..self }
    }

    /// The same without `to`.
    #[must_use]
    pub const fn below(self) -> Self {
        Self { below: true, ..self }
    }

    /// Whether `value` is one of these numbers.
    #[must_use]
    pub fn contain(&self, value: f64) -> bool {
        let above = if self.above { value > self.from } else { value >= self.from };
        let below = if self.below { value < self.to } else { value <= self.to };
        above && below && !(self.whole && value.fract() != 0.0)
    }
}

/// What a key of the query string, or a parameter of a scheme, may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// A number.
    Number(Bounds),
    /// `auto` or a number.
    AutoOr(Bounds),
    /// One of these names and forms; what stands in capitals is a placeholder.
    OneOf(Vec<&'static str>),
    /// A network: `form`, a list of `entries` sizes.
    Network {
        /// Its notation.
        form: NetworkForm,
        /// How many entries there may be.
        entries: Bounds,
        /// What the first number of each may be.
        size: Bounds,
    },
    /// Something that the rest of the experiment, or the device, requires.
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
}

/// What a value requires of the rest of an experiment, or the other way around. Counts are in 64 bits, memory is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// No variant twice.
    DistinctVariants,
    /// Variants times seeds.
    Runs {
        /// The most.
        most: u64,
    },
    /// Training examples that fill at least one batch.
    OneBatch {
        /// Examples of a batch.
        batch_size: u64,
    },
    /// Parameters of a network.
    Parameters {
        /// The most for one run.
        most: u64,
        /// Runs that share the memory.
        runs: u64,
    },
    /// Values that a network computes for one image.
    ValuesPerImage {
        /// The most.
        most: u64,
    },
    /// Examples of a batch for this network.
    BatchForNetwork {
        /// The most.
        most: u64,
    },
    /// Layers small enough for a QR decomposition.
    OrthogonalLayers,
    /// Training steps for this number of runs.
    StepsForRuns {
        /// The most.
        most: u64,
        /// Runs.
        runs: u64,
    },
    /// Steps between two evaluations, for these steps and runs.
    EvaluationInterval {
        /// The fewest.
        least: u64,
    },
    /// Pools and strides that leave at least one position of an image.
    PositionLeft {
        /// Rows of an image.
        height: u64,
        /// Columns of an image.
        width: u64,
    },
    /// Layers that the turning point may be after.
    TurnWithinLayers {
        /// Layers with weights.
        layers: u64,
    },
    /// A residual network without normalization.
    ResidualWithoutNormalization {
        /// The scheme that requires it.
        scheme: &'static str,
    },
    /// A base that draws no layer of zeros.
    NonzeroBase {
        /// The method that measures after such layers.
        method: &'static str,
    },
    /// Examples of a training batch that a method divides.
    BatchToDivide {
        /// The method.
        method: &'static str,
        /// The fewest.
        least: u64,
    },
    /// Parts into which a method divides a batch.
    PartsOfBatch {
        /// The method.
        method: &'static str,
        /// The most.
        most: u64,
        /// Examples of the batch.
        batch_size: u64,
    },
    /// Examples of a method's own batch, of which there are enough for training.
    WithinTrainingExamples {
        /// The method.
        method: &'static str,
        /// Training examples.
        most: u64,
    },
    /// Bytes of a formula.
    FormulaLength {
        /// The most.
        most: u64,
    },
    /// Memory of the open device.
    DeviceMemory {
        /// What takes it.
        demand: DeviceDemand,
        /// Bytes that there are.
        most: u64,
    },
    /// A device of the native build.
    NativeDevice,
    /// A data set that can be loaded by its name.
    NamedDataset,
}

/// What takes memory of a device.
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

/// A value that a key or a parameter cannot hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueError {
    /// The key as it is written in the query string.
    pub key: &'static str,
    /// The parameter of a scheme inside the value, if it is about one.
    pub parameter: Option<&'static str>,
    /// What it may hold.
    pub expected: Expected,
    /// The text that was found.
    pub got: String,
}

/// A formula of an initialization that cannot be read or evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaError {
    /// The formula.
    pub formula: String,
    /// Where it is wrong.
    pub span: Span,
    /// What is wrong there.
    pub reason: FormulaReason,
}

/// A part of a text, in bytes; empty where something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
}

impl FormulaError {
    /// The formula before the wrong part, that part, and the rest.
    #[must_use]
    pub fn parts(&self) -> [&str; 3] {
        let formula = self.formula.as_str();
        let at = |place: usize| (0..=place.min(formula.len())).rev().find(|place| formula.is_char_boundary(*place));
        let start = at(self.span.start).unwrap_or_default();
        let end = at(self.span.end).unwrap_or_default().max(start);
        [&formula[..start], &formula[start..end], &formula[end..]]
    }

    /// The character at which the wrong part begins, counted from 1.
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
    /// The grammar, in the words of the parser.
    Syntax(&'static str),
    /// It has no value for a layer, in the words of the evaluator.
    NoValue {
        /// Why.
        why: &'static str,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value cannot be what the formula stands for.
    Negative {
        /// What it stands for.
        size: FormulaSize,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value is too large to train.
    TooLarge {
        /// The largest.
        most: f64,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
    /// Its value is 0 for a layer after which a method measures.
    Zero {
        /// The method.
        method: &'static str,
        /// Its value.
        value: f64,
        /// Number of the layer, from 1.
        layer: usize,
    },
}

/// What the value of a formula is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormulaSize {
    /// The standard deviation of a normal distribution.
    StandardDeviation,
    /// The bound of a uniform distribution.
    Bound,
}
