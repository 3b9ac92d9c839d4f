//! The messages of all errors of the library: one plain line each, with what was expected and what was found. They are English unless
//! another catalog of texts is installed.

mod checkpoint;
mod corpus;
mod data_file;
mod dataset;
mod emergence;
mod merge;
mod requirements;
mod score;
mod upload_note;

use super::{
    Bounds, CorpusError, DataFileError, DatasetError, DeviceCheck, DeviceError, Expected, FormulaError, FormulaReason,
    FormulaSize, MessageError, MissingWebGpu, NetworkForm, ResultsError, UploadError, ValueError, WorkerError,
};
use crate::emergence::EmergenceError;
use crate::prose::IS_PAGE;
use crate::score::ScoreError;
use crate::texts::{text, translated};
use std::fmt::{Display, Formatter, Result};

/// In place of words for an error that cannot occur in this program.
const NONE: &str = "…";

impl std::error::Error for ValueError {}
impl std::error::Error for FormulaError {}
impl std::error::Error for DatasetError {}
impl std::error::Error for UploadError {}
impl std::error::Error for CorpusError {}
impl std::error::Error for DataFileError {}
impl std::error::Error for DeviceError {}
impl std::error::Error for ResultsError {}
impl std::error::Error for EmergenceError {}
impl std::error::Error for ScoreError {}
impl std::error::Error for WorkerError {}
impl std::error::Error for MessageError {}

impl Display for ValueError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { key, parameter, expected, got } = self;
        f.write_str(&match parameter {
            None => text!("{key}: expected {expected}, got `{got}`", key, expected, got),
            Some(parameter) => {
                text!("{key}: {parameter}: expected {expected}, got `{got}`", key, parameter, expected, got)
            }
        })
    }
}

impl Display for Bounds {
    /// `a whole number from 1 to 64`, `a number above 0 and at most 1e6`.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (from, to) = (bound(self.from, self.whole), bound(self.to, self.whole));
        f.write_str(&match (self.whole, self.above, self.below) {
            (true, false, false) => text!("a whole number from {from} to {to}", from, to),
            (true, false, true) => text!("a whole number of at least {from} and below {to}", from, to),
            (true, true, false) => text!("a whole number above {from} and at most {to}", from, to),
            (true, true, true) => text!("a whole number above {from} and below {to}", from, to),
            (false, false, false) => text!("a number from {from} to {to}", from, to),
            (false, false, true) => text!("a number of at least {from} and below {to}", from, to),
            (false, true, false) => text!("a number above {from} and at most {to}", from, to),
            (false, true, true) => text!("a number above {from} and below {to}", from, to),
        })
    }
}

/// A bound as a decimal number, or in scientific notation if that would have many digits.
fn bound(value: f64, whole: bool) -> String {
    let plain = whole || value == 0.0 || (1e-4..1e5).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Number(bounds) => bounds.to_string(),
            Self::AutoOr(bounds) => text!("auto or {bounds}", bounds),
            Self::AllOr(bounds) => text!("all or {bounds}", bounds),
            Self::NumberListOrGrid(bounds) => {
                text!("{bounds}, a list like 0.003,0.01 or a grid like 0.001..0.1x5", bounds)
            }
            Self::OneOf(names) => match names.as_slice() {
                [only] => named(only),
                names => {
                    let names: Vec<String> = names.iter().map(|name| named(name)).collect();
                    text!("one of {names}", names = names.join(", "))
                }
            },
            Self::Network { form, entries, size } => network(*form, entries, size),
            Self::Requires(requirement) => requirement.to_string(),
        })
    }
}

/// One of the names or forms in an [`Expected`]: names are the same in every language, descriptions of several words are not.
#[must_use]
pub fn named(name: &str) -> String {
    if name.contains(' ') { translated(name) } else { name.to_owned() }
}

fn network(form: NetworkForm, entries: &Bounds, size: &Bounds) -> String {
    let (least, most, largest) = (entries.from, entries.to, size.to);
    match form {
        NetworkForm::Mlp => {
            text!("mlp:W,W,... with at most {most} hidden layers of 1 to {largest} units", most, largest)
        }
        NetworkForm::Cnn => text!(
            "cnn:C,C,... with {least} to {most} convolutions of 1 to {largest} feature maps, each optionally followed by k5, \
             s2, and p or a",
            least,
            most,
            largest
        ),
        NetworkForm::ResNet => text!(
            "resnet:C,C,... with numbers of feature maps from 1 to {largest} that never decrease, each optionally followed by \
             xBLOCKS, and {least} to {most} blocks in all",
            largest,
            least,
            most
        ),
        NetworkForm::Transformer => text!(
            "transformer:W with an even width W of at most {largest} that is a multiple of the number of heads, optionally \
             followed by hHEADS, fHIDDEN_UNITS, xLAYERS or xENCODER+DECODER (1 to {most} layers), and u",
            largest,
            most
        ),
    }
}

impl Display for FormulaError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let ([_, part, _], formula, character) = (self.parts(), &self.formula, self.character());
        let reason = &self.reason;
        f.write_str(&if part.is_empty() {
            text!("init: {reason} at character {character} of `{formula}`", reason, character, formula)
        } else {
            text!("init: {reason}: `{part}` at character {character} of `{formula}`", reason, part, character, formula)
        })
    }
}

impl Display for FormulaReason {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::UnknownVariable => text!("expected fan_in, fan_out, layer, n_layers, depth, alpha, pi or e"),
            Self::UnknownFunction => text!("expected sqrt, pow, min or max"),
            Self::Syntax(words) => translated(words),
            Self::NoValue { why, layer } => text!("{why} in layer {layer}", why = translated(why), layer),
            Self::Negative { size: FormulaSize::StandardDeviation, value, layer } => {
                text!("expected a standard deviation of at least 0, got {value} in layer {layer}", value, layer)
            }
            Self::Negative { size: FormulaSize::Bound, value, layer } => {
                text!("expected a bound of at least 0, got {value} in layer {layer}", value, layer)
            }
            Self::TooLarge { most, value, layer } => {
                let (most, value) = (format!("{most:e}"), format!("{value:e}"));
                text!("expected at most {most}, got {value} in layer {layer}", most, value, layer)
            }
            Self::Zero { method, value, layer } => text!(
                "expected more than 0 for {method}, which needs nonzero layer outputs, got {value} in layer {layer}",
                method,
                value,
                layer
            ),
        })
    }
}

impl Display for DeviceError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::NoWebGpu(missing) => text!("WebGPU is not available: {missing}", missing),
            Self::SelfTest { check, expected, got } => {
                text!(
                    "the device failed its self-test: {check} returned {got}, expected {expected}",
                    check,
                    got,
                    expected
                )
            }
            Self::Logged { message } => text!("the GPU reported an error: {message}", message),
            Self::Failed { message } => text!("the device failed: {message}", message),
        })
    }
}

impl Display for MissingWebGpu {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::NativeBuild => text!("this program was built without the feature `gpu`"),
            Self::CpuWorker => text!("this worker computes on the CPU"),
            Self::NotOffered => text!("this browser does not offer it"),
            Self::NoAdapter => text!("the browser found no graphics adapter for it"),
            Self::Refused { message } => message.clone(),
        })
    }
}

impl Display for DeviceCheck {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::MatrixProduct => text!("a matrix product"),
            Self::Softmax => text!("a softmax"),
            Self::TrainingStep => text!("one training step"),
            Self::ConvolutionStep => text!("one training step of convolutions"),
            Self::TransformerStep => text!("one training step of a transformer"),
        })
    }
}

impl Display for ResultsError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Schema { expected, got } => {
                text!("results file: expected schema `{expected}`, got `{got}`", expected, got)
            }
            Self::Malformed { reason } => text!("results file: {reason}", reason),
        })
    }
}

impl Display for WorkerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Command(error) => text!("unknown command: {error}", error),
            Self::NoMessageChannel { message } => {
                text!(
                    "the training worker cannot wait for commands: expected a message channel, got {message}",
                    message
                )
            }
            Self::NoHelper { message } => {
                text!("could not start another training worker: {message}", message)
            }
            Self::Lost { times } => {
                text!("Training workers have stopped {times} times. Using fewer cores needs less memory.", times)
            }
            Self::Crashed { reason: Some(reason) } => text!("The training worker has crashed: {reason}.", reason),
            Self::Crashed { reason: None } => text!("The training worker has crashed: no reason was given."),
        })
    }
}

impl Display for MessageError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Bytes { protocol_version, length } => text!(
                "expected a message of protocol version {protocol_version}, got {length} other bytes",
                protocol_version,
                length
            ),
            Self::Text { length } => {
                text!("expected the greeting or the crash notice of a worker, got a text of {length} bytes", length)
            }
        })
    }
}
