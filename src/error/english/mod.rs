//! The English messages of all errors of the library: one plain line each, with what was expected and what was found.

mod dataset;

use super::{
    Bounds, DatasetError, DeviceCheck, DeviceDemand, DeviceError, Expected, FormulaError, FormulaReason, FormulaSize,
    MessageError, MissingWebGpu, NetworkForm, Requirement, ResultsError, SchemeRequirement, UploadError, ValueError,
    WorkerError,
};
use crate::emergence::EmergenceError;
use std::fmt::{Display, Formatter, Result};

impl std::error::Error for ValueError {}
impl std::error::Error for FormulaError {}
impl std::error::Error for DatasetError {}
impl std::error::Error for UploadError {}
impl std::error::Error for DeviceError {}
impl std::error::Error for ResultsError {}
impl std::error::Error for EmergenceError {}
impl std::error::Error for WorkerError {}
impl std::error::Error for MessageError {}

impl Display for ValueError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { key, parameter, expected, got } = self;
        write!(f, "{key}: ")?;
        if let Some(parameter) = parameter {
            write!(f, "{parameter}: ")?;
        }
        write!(f, "expected {expected}, got `{got}`")
    }
}

impl Display for Bounds {
    /// `a whole number from 1 to 64`, `a number above 0 and at most 1e6`.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (from, to) = (bound(self.from, self.whole), bound(self.to, self.whole));
        f.write_str(if self.whole { "a whole number " } else { "a number " })?;
        match (self.above, self.below) {
            (false, false) => write!(f, "from {from} to {to}"),
            (false, true) => write!(f, "of at least {from} and below {to}"),
            (true, false) => write!(f, "above {from} and at most {to}"),
            (true, true) => write!(f, "above {from} and below {to}"),
        }
    }
}

/// A bound as a decimal number, or in scientific notation if that would have many digits.
fn bound(value: f64, whole: bool) -> String {
    let plain = whole || value == 0.0 || (1e-4..1e5).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Number(bounds) => write!(f, "{bounds}"),
            Self::AutoOr(bounds) => write!(f, "auto or {bounds}"),
            Self::AllOr(bounds) => write!(f, "all or {bounds}"),
            Self::OneOf(names) => match names.as_slice() {
                [only] => f.write_str(only),
                names => write!(f, "one of {}", names.join(", ")),
            },
            Self::Network { form, entries, size } => network(*form, entries, size, f),
            Self::Requires(requirement) => write!(f, "{requirement}"),
        }
    }
}

fn network(form: NetworkForm, entries: &Bounds, size: &Bounds, f: &mut Formatter<'_>) -> Result {
    let (least, most, largest) = (entries.from, entries.to, size.to);
    match form {
        NetworkForm::Mlp => write!(f, "mlp:W,W,... with at most {most} hidden layers of 1 to {largest} units"),
        NetworkForm::Cnn => write!(
            f,
            "cnn:C,C,... with {least} to {most} convolutions of 1 to {largest} feature maps, each optionally followed by k5, \
             s2, and p or a"
        ),
        NetworkForm::ResNet => write!(
            f,
            "resnet:C,C,... with numbers of feature maps from 1 to {largest} that never decrease, each optionally followed by \
             xBLOCKS, and {least} to {most} blocks in all"
        ),
    }
}

impl Display for Requirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::DistinctVariants => f.write_str("each variant only once"),
            Self::Runs { most } => write!(f, "1 to {most} runs in total"),
            Self::OneBatch { batch_size } => write!(f, "enough examples for one batch ({batch_size})"),
            Self::Parameters { most, runs } => {
                write!(f, "a network of at most {most} parameters for {runs} {}", plural(*runs, "run"))
            }
            Self::ValuesPerImage { most } => write!(f, "a network that computes at most {most} values per image"),
            Self::BatchForNetwork { most } => write!(f, "at most {most} examples for this network"),
            Self::OrthogonalLayers => f.write_str("layers small enough for orthogonal weights, which are slow to draw"),
            Self::StepsForRuns { most, runs } => write!(f, "at most {most} steps for {runs} {}", plural(*runs, "run")),
            Self::EvaluationInterval { least } => write!(f, "at least {least} for this number of steps and runs"),
            Self::PositionLeft { height, width } => {
                write!(
                    f,
                    "a network whose pooling and strides leave at least one position of {height} x {width} images"
                )
            }
            Self::DeviceMemory { demand, most } => device_memory(*demand, *most, f),
            Self::NativeDevice => f.write_str("auto or cpu in the native build"),
            Self::NamedDataset => f.write_str("a named data set; your own files can be uploaded in the browser only"),
            Self::Scheme(requirement) => write!(f, "{requirement}"),
        }
    }
}

impl Display for SchemeRequirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::TurnWithinLayers { layers } => write!(f, "at most the number of weight layers, {layers}"),
            Self::ResidualWithoutNormalization { scheme } => {
                write!(f, "a residual network (resnet:...) without normalization for {scheme}")
            }
            Self::NonzeroBase { method } => {
                write!(f, "a base without zero-initialized layers for {method}, which needs nonzero layer outputs")
            }
            Self::BatchToDivide { method, least } => {
                write!(f, "a batch of at least {least} examples for {method}, which splits it")
            }
            Self::PartsOfBatch { method, most, batch_size } => {
                write!(f, "at most {most} parts for {method} and a batch of {batch_size}")
            }
            Self::WithinTrainingExamples { method, most } => {
                write!(f, "at most the number of training examples, {most}, for {method}")
            }
            Self::FormulaLength { most } => write!(f, "a formula of at most {most} bytes"),
        }
    }
}

fn device_memory(demand: DeviceDemand, most: u64, f: &mut Formatter<'_>) -> Result {
    let most = most.div_ceil(1 << 20);
    match demand {
        DeviceDemand::Step => {
            write!(f, "a network that needs at most {most} MB for a training step of one run on this device")
        }
        DeviceDemand::Tensor => {
            write!(f, "a network that needs at most {most} MB for its largest tensor on this device")
        }
        DeviceDemand::Iteration { method } => write!(
            f,
            "a network that needs at most {most} MB for an iteration of {method} on this device, or other initializations"
        ),
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

impl Display for FormulaError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "init: {}", self.reason)?;
        let [_, part, _] = self.parts();
        if !part.is_empty() {
            write!(f, ": `{part}`")?;
        }
        write!(f, " at character {} of `{}`", self.character(), self.formula)
    }
}

impl Display for FormulaReason {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::UnknownVariable => f.write_str("expected fan_in, fan_out, layer, n_layers, depth, alpha, pi or e"),
            Self::UnknownFunction => f.write_str("expected sqrt, pow, min or max"),
            Self::Syntax(words) => f.write_str(words),
            Self::NoValue { why, layer } => write!(f, "{why} in layer {layer}"),
            Self::Negative { size, value, layer } => {
                let size = match size {
                    FormulaSize::StandardDeviation => "a standard deviation",
                    FormulaSize::Bound => "a bound",
                };
                write!(f, "expected {size} of at least 0, got {value} in layer {layer}")
            }
            Self::TooLarge { most, value, layer } => {
                write!(f, "expected at most {most:e}, got {value:e} in layer {layer}")
            }
            Self::Zero { method, value, layer } => {
                write!(
                    f,
                    "expected more than 0 for {method}, which needs nonzero layer outputs, got {value} in layer {layer}"
                )
            }
        }
    }
}

impl Display for DeviceError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NoWebGpu(missing) => write!(f, "WebGPU is not available: {missing}"),
            Self::SelfTest { check, expected, got } => {
                write!(f, "the device failed its self-test: {check} returned {got}, expected {expected}")
            }
            Self::Logged { message } => write!(f, "the GPU reported an error: {message}"),
            Self::Failed { message } => write!(f, "the device failed: {message}"),
        }
    }
}

impl Display for MissingWebGpu {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::NativeBuild => "the native build computes on the CPU",
            Self::NotOffered => "this browser does not offer it",
            Self::NoAdapter => "the browser found no graphics adapter for it",
            Self::Refused { message } => message,
        })
    }
}

impl Display for DeviceCheck {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::MatrixProduct => "a matrix product",
            Self::Softmax => "a softmax",
            Self::TrainingStep => "one training step",
            Self::ConvolutionStep => "one training step of convolutions",
        })
    }
}

impl Display for ResultsError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Schema { expected, got } => write!(f, "results file: expected schema `{expected}`, got `{got}`"),
            Self::Malformed { reason } => write!(f, "results file: {reason}"),
        }
    }
}

impl Display for WorkerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Command(error) => write!(f, "unknown command: {error}"),
            Self::NoMessageChannel { message } => {
                write!(f, "the training worker cannot wait for commands: expected a message channel, got {message}")
            }
            Self::Crashed { reason } => {
                let reason = reason.as_deref().unwrap_or("no reason was given");
                write!(f, "The training worker has crashed: {reason}.")
            }
        }
    }
}

impl Display for MessageError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Bytes { protocol_version, length } => {
                write!(f, "expected a message of protocol version {protocol_version}, got {length} other bytes")
            }
            Self::Text { length } => {
                write!(f, "expected the greeting or the crash notice of a worker, got a text of {length} bytes")
            }
        }
    }
}

impl Display for EmergenceError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NoLayers => f.write_str("expected at least one layer, got none"),
            Self::EmptyLayer { layer } => write!(f, "layer {layer}: expected at least one node, got none"),
            Self::LayerCount { widths, active } => {
                write!(f, "expected the activity of {widths} layers, got that of {active}")
            }
            Self::ActiveCount { layer, width, active } => {
                write!(f, "layer {layer}: expected between 0 and {width} active nodes, got {active}")
            }
            Self::TooManyNodes { nodes, capacity } => write!(f, "expected at most {capacity} nodes, got {nodes}"),
            Self::ActivityShape { layer, units, values } => {
                write!(f, "layer {layer}: expected one or more complete samples of {units} units, got {values} values")
            }
            Self::UnitCount { layer, expected, got } => {
                write!(f, "layer {layer}: expected the activity of {expected} units, got {got}")
            }
            Self::EdgesBackwards { layer, from } => {
                write!(f, "layer {layer}: expected edges from an earlier layer, got edges from layer {from}")
            }
            Self::WindowMisfit { layer, from } => write!(
                f,
                "layer {layer}: expected a stride of at least 1 and a window that fits into layer {from} with its padding"
            ),
            Self::LayerSize { layer, from, expected, got } => write!(
                f,
                "layer {layer}: expected height and width {expected:?} from the window over layer {from}, got {got:?}"
            ),
            Self::DepthwiseChannels { layer, from, expected, got } => write!(
                f,
                "layer {layer}: expected at least the {expected} channels of layer {from} after a depthwise window, got {got}"
            ),
            Self::PooledLayer { layer } => write!(
                f,
                "layer {layer}: expected a pooled layer to have one depthwise window over a layer with the same number of channels"
            ),
            Self::SampleCount { layer, expected, got } => {
                write!(f, "layer {layer}: expected {expected} samples as in the first layer, got {got}")
            }
        }
    }
}
