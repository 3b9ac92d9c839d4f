//! Everything that can go wrong, as closed lists: an enum per layer, a variant per real cause, each saying what was expected
//! and what was got. Nothing below this module panics on bad input.
//!
//! Errors are values to be compared; all their words are in `english`.

mod dataset;
mod english;
mod reasons;

use crate::emergence::EmergenceError;
pub use dataset::{ArchiveDamage, DatasetError, DownloadFailure, UnknownFile};
pub use reasons::{
    Bounds, DeviceDemand, Expected, FormulaError, FormulaReason, FormulaSize, NetworkForm, Requirement, Span,
    ValueError,
};

/// The library's error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
pub enum Error {
    /// A key of the query string (or an argument with the same grammar) holds a value that it cannot hold.
    Value(#[from] ValueError),
    /// The formula of an initialization cannot be read or evaluated.
    Formula(#[from] FormulaError),
    /// There is no data set, or not the part of it that was asked for.
    Dataset(#[from] DatasetError),
    /// The device cannot compute.
    Device(#[from] DeviceError),
    /// The emergence of what a run computed could not be measured.
    Emergence(#[from] EmergenceError),
    /// A results file cannot be read.
    Results(#[from] ResultsError),
}

/// Why a device cannot compute.
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceError {
    /// WebGPU was asked for and there is none.
    NoWebGpu {
        /// Why, as a phrase.
        reason: String,
    },
    /// The device opened but computes wrong numbers.
    SelfTest {
        /// Which known answer was asked for.
        check: String,
        /// The right answer.
        expected: String,
        /// The device's answer.
        got: String,
    },
    /// The device failed while computing.
    Failed {
        /// What the device said.
        message: String,
    },
}

/// Why a results file cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultsError {
    /// A results file of another format or version.
    Schema {
        /// The schema that can be read.
        expected: String,
        /// The schema that the file names.
        got: String,
    },
    /// A results file that is not JSON, or lacks something.
    Malformed {
        /// What is wrong, with line and column.
        reason: String,
    },
}

impl Error {
    /// What the device said when it failed.
    pub fn device(message: &impl ToString) -> Self {
        DeviceError::Failed { message: message.to_string() }.into()
    }

    /// The key of the query string that has to change, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Value(error) => Some(error.key),
            Self::Formula(_) => Some("init"),
            Self::Dataset(error) => error.key(),
            Self::Device(_) | Self::Emergence(_) | Self::Results(_) => None,
        }
    }

    /// A value of `key` that is not what was `expected`.
    pub fn value(key: &'static str, expected: Expected, got: impl std::fmt::Display) -> Self {
        ValueError { key, parameter: None, expected, got: got.to_string() }.into()
    }

    /// A parameter of a scheme in `init` that is not what was `expected`.
    pub fn parameter(name: &'static str, expected: Expected, got: impl std::fmt::Display) -> Self {
        ValueError { key: "init", parameter: Some(name), expected, got: got.to_string() }.into()
    }
}

impl From<Requirement> for Expected {
    fn from(requirement: Requirement) -> Self {
        Self::Requires(requirement)
    }
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;
