//! All errors, as closed lists: one enum per layer with one variant per actual cause, each stating what was expected and
//! what was found. The library returns them instead of panicking on bad input.
//!
//! Errors are values that can be compared; their messages are all in `english`.

mod checkpoint;
mod corpus;
mod data_file;
mod dataset;
mod english;
mod merge;
mod reasons;
mod upload_note;

use crate::emergence::EmergenceError;
pub use checkpoint::{CheckpointError, CheckpointPart, StatePart};
pub use corpus::CorpusError;
pub use data_file::{DataFileError, MemberRefusal, NpyRefusal};
pub use dataset::{ArchiveDamage, Conversion, DatasetError, DownloadFailure, UnknownFile, UploadError};
pub use english::named;
pub use merge::MergeError;
pub use reasons::{
    Bounds, DeviceDemand, Expected, FormulaError, FormulaReason, FormulaSize, NetworkForm, Requirement,
    SchemeRequirement, Span, ValueError,
};
pub use upload_note::{NameList, UploadNote};

/// The library's error type.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
pub enum Error {
    /// A key of the query string (or an argument with the same grammar) has an invalid value.
    Value(#[from] ValueError),
    /// The formula of an initialization cannot be read or evaluated.
    Formula(#[from] FormulaError),
    /// A data set, or the requested part of it, is unavailable.
    Dataset(#[from] DatasetError),
    /// The device cannot be used.
    Device(#[from] DeviceError),
    /// The emergence of a run could not be measured.
    Emergence(#[from] EmergenceError),
    /// A results file cannot be read.
    Results(#[from] ResultsError),
    /// A training cannot go on from a checkpoint.
    Checkpoint(#[from] CheckpointError),
}

/// Why the training worker cannot go on; only the worker itself reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerError {
    /// The page sent something else than a command.
    Command(MessageError),
    /// The browser has no message channels, without which the worker cannot wait for commands.
    NoMessageChannel {
        /// The message of the browser.
        message: String,
    },
    /// The browser creates no worker for a share of the runs.
    NoHelper {
        /// The message of the browser.
        message: String,
    },
    /// The worker of a share of the runs was lost again and again.
    Lost {
        /// How often.
        times: u32,
    },
    /// The worker has panicked.
    Crashed {
        /// The message of the panic, if it has one.
        reason: Option<String>,
    },
}

/// Why a message between page and worker cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageError {
    /// The bytes are not those of a message of this version.
    Bytes {
        /// The expected version of the protocol.
        protocol_version: u32,
        /// Number of bytes.
        length: usize,
    },
    /// The text is neither the greeting nor the crash notice of a worker.
    Text {
        /// Length of the text in bytes.
        length: usize,
    },
}

/// Why a device cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceError {
    /// WebGPU was requested but is not available.
    NoWebGpu(MissingWebGpu),
    /// The device could be opened but computes wrong numbers.
    SelfTest {
        /// Which computation failed the check.
        check: DeviceCheck,
        /// The correct result.
        expected: String,
        /// The device's result.
        got: String,
    },
    /// The device failed while computing, which the GPU stack only logged.
    Logged {
        /// The logged message.
        message: String,
    },
    /// The device failed while computing.
    Failed {
        /// The device's message.
        message: String,
    },
}

/// Why there is no WebGPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingWebGpu {
    /// The native program was built without the feature `gpu`.
    NativeBuild,
    /// The worker computes on the CPU only.
    CpuWorker,
    /// The browser has no `navigator.gpu`.
    NotOffered,
    /// The browser has no graphics adapter for it.
    NoAdapter,
    /// The adapter does not open a device.
    Refused {
        /// The message of the browser.
        message: String,
    },
}

/// A computation whose result is known, to check a device with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCheck {
    /// Two products of small matrices.
    MatrixProduct,
    /// A softmax of three logits.
    Softmax,
    /// One training step of a dense network.
    TrainingStep,
    /// One training step of a convolutional network with batch normalization.
    ConvolutionStep,
    /// One training step of a transformer.
    TransformerStep,
}

/// Why a results file cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultsError {
    /// The file has a different format or version.
    Schema {
        /// The supported schema.
        expected: String,
        /// The schema named in the file.
        got: String,
    },
    /// The file is not valid JSON, or a required part is missing.
    Malformed {
        /// What is wrong, with line and column.
        reason: String,
    },
}

impl Error {
    /// The error of a device that failed with this message.
    pub fn device(message: &impl ToString) -> Self {
        DeviceError::Failed { message: message.to_string() }.into()
    }

    /// The query key whose value has to change, if the error is about one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Value(error) => Some(error.key),
            Self::Formula(_) => Some("init"),
            Self::Dataset(error) => error.key(),
            Self::Device(_) | Self::Emergence(_) | Self::Results(_) | Self::Checkpoint(_) => None,
        }
    }

    /// The error about a value of `key` that is not as `expected`.
    pub fn value(key: &'static str, expected: Expected, got: impl std::fmt::Display) -> Self {
        ValueError { key, parameter: None, expected, got: got.to_string() }.into()
    }

    /// The error about a parameter of a scheme in `init` that is not as `expected`.
    pub fn parameter(name: &'static str, expected: Expected, got: impl std::fmt::Display) -> Self {
        ValueError { key: "init", parameter: Some(name), expected, got: got.to_string() }.into()
    }
}

impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        Self::Dataset(error.into())
    }
}

impl From<DataFileError> for Error {
    fn from(error: DataFileError) -> Self {
        Self::Dataset(DatasetError::File(error))
    }
}

impl From<CorpusError> for Error {
    fn from(error: CorpusError) -> Self {
        Self::Dataset(DatasetError::Corpus(error))
    }
}

impl From<Requirement> for Expected {
    fn from(requirement: Requirement) -> Self {
        Self::Requires(requirement)
    }
}

impl From<SchemeRequirement> for Expected {
    fn from(requirement: SchemeRequirement) -> Self {
        Self::Requires(Requirement::Scheme(requirement))
    }
}

/// The library's result type.
pub type Result<T> = std::result::Result<T, Error>;
