//! Everything that can go wrong, as one closed list: a variant per real cause, each saying what was expected and
//! what was got. Nothing below this module panics on bad input.

/// The library's error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A key of the query string (or an argument with the same grammar) holds a value that it cannot hold.
    #[error("{key}: expected {expected}, got `{got}`")]
    Value {
        /// The key as it stands in the query string.
        key: String,
        /// What the key may hold, as a phrase.
        expected: String,
        /// The text that was found.
        got: String,
    },
    /// A data file could not be downloaded.
    #[error("{file} could not be downloaded: {reason}")]
    Download {
        /// The file's name.
        file: String,
        /// Why, as a phrase.
        reason: String,
    },
    /// WebGPU was asked for and there is none.
    #[error("WebGPU is not available: {reason}")]
    NoWebGpu {
        /// Why, as a phrase.
        reason: String,
    },
    /// The device opened but computes wrong numbers.
    #[error("the device failed its self-test: {check} gave {got}, expected {expected}")]
    SelfTest {
        /// Which known answer was asked for.
        check: String,
        /// The right answer.
        expected: String,
        /// The device's answer.
        got: String,
    },
    /// The emergence of what a run computed could not be measured.
    #[error("emergence could not be measured: {reason}")]
    Emergence {
        /// What the measure expected and what it got.
        reason: String,
    },
    /// The device failed while computing.
    #[error("the device failed: {message}")]
    Device {
        /// What the device said.
        message: String,
    },
    /// A results file of another format or version.
    #[error("results file: expected schema `{expected}`, got `{got}`")]
    ResultsSchema {
        /// The schema that can be read.
        expected: String,
        /// The schema that the file names.
        got: String,
    },
    /// A results file that is not JSON, or lacks something.
    #[error("results file: {reason}")]
    ResultsMalformed {
        /// What is wrong, with line and column.
        reason: String,
    },
}

impl Error {
    /// What the device said when it failed.
    pub fn device(message: &impl ToString) -> Self {
        Self::Device { message: message.to_string() }
    }

    /// A value of `key` that is not what was `expected`.
    pub fn value(key: &str, expected: impl Into<String>, got: impl ToString) -> Self {
        Self::Value { key: key.to_owned(), expected: expected.into(), got: got.to_string() }
    }
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;
