//! A training that was interrupted, as a file: its history, and the state from which it goes on.
//!
//! | bytes | contents |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 4 | [`FORMAT`], little-endian |
//! | 4 | length of the header, little-endian |
//! | 64 | SHA-256 of the header in hexadecimal |
//! | | the [`CheckpointHeader`]: program, query, step, sizes, SHA-256 of each of the following |
//! | | the [`History`] |
//! | | the [`TrainingState`] |
//!
//! Header, history and state are in the format of postcard, without the names of fields. Therefore a file is read only by the version that
//! wrote it, and [`FORMAT`] changes with any of their types. A file that is torn, damaged, or something else is told by its lengths and
//! checksums before anything is decoded. The header can be read alone: a list of checkpoints needs no states.

mod context;
mod header;
mod state;

use crate::digest::sha256;
use crate::error::{CheckpointError, CheckpointPart};
use crate::experiment::Experiment;
use crate::metrics::History;
pub use context::RunContext;
pub use header::{CheckpointHeader, FORMAT, LARGEST_HEADER, MAGIC};
use serde::{Deserialize, Serialize};
pub use state::{RunState, ShareOfState, StateShape, TrainingState};

/// An interrupted training.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// What it is, with the measurements.
    pub head: CheckpointHead,
    /// The bytes of the [`TrainingState`]: who only shows the history need not decode them.
    pub state: Vec<u8>,
}

/// A checkpoint up to its state, which may be elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointHead {
    /// Number of training steps taken.
    pub step: u64,
    /// Everything measured up to that step, with the experiment.
    pub history: History,
    /// Length of the state in bytes.
    pub state_bytes: u64,
    /// SHA-256 of the state, in hexadecimal.
    pub state_sha256: String,
}

impl CheckpointHead {
    /// The experiment, with the data set that is in use.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.history.setup.experiment
    }

    /// The file up to the state.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let history = encoded(&self.history);
        let header = CheckpointHeader {
            program: header::PROGRAM.to_owned(),
            query: self.experiment().to_query(),
            step: self.step,
            history_bytes: history.len() as u64,
            state_bytes: self.state_bytes,
            history_sha256: sha256([&history]),
            state_sha256: self.state_sha256.clone(),
        };
        let mut bytes = header.to_bytes();
        bytes.extend_from_slice(&history);
        bytes
    }

    /// Reads a file up to its state, which is what remains.
    ///
    /// # Errors
    /// As [`CheckpointHeader::read`]; [`CheckpointError::Program`] if another program has written it, [`CheckpointError::Length`] if it is shorter than its header says, [`CheckpointError::Checksum`] if the
    /// history has changed, and [`CheckpointError::Contents`] if it is none.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), CheckpointError> {
        let (header, start) = CheckpointHeader::read(bytes)?;
        header.check_program()?;
        let length = usize::try_from(header.history_bytes).ok();
        let parts = length.and_then(|length| bytes.get(start..)?.split_at_checked(length));
        let expected = header.file_bytes(start).unwrap_or(u64::MAX);
        let (history, rest) = parts.ok_or(CheckpointError::Length { expected, got: bytes.len() as u64 })?;
        checked(history, &header.history_sha256, CheckpointPart::History)?;
        let mut history: History = decoded(history, CheckpointPart::History)?;
        history.name_layers();
        let CheckpointHeader { step, state_bytes, state_sha256, .. } = header;
        Ok((Self { step, history, state_bytes, state_sha256 }, rest))
    }
}

impl Checkpoint {
    /// The checkpoint of a training in this state, which has measured `history` by then.
    #[must_use]
    pub fn new(history: History, state: &TrainingState) -> Self {
        let (step, state) = (state.step, state.to_bytes());
        let head = CheckpointHead { step, history, state_bytes: state.len() as u64, state_sha256: sha256([&state]) };
        Self { head, state }
    }

    /// The state from which the training goes on.
    ///
    /// # Errors
    /// As [`TrainingState::from_bytes`].
    pub fn training_state(&self) -> Result<TrainingState, CheckpointError> {
        TrainingState::from_bytes(&self.state)
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head.to_bytes();
        bytes.extend_from_slice(&self.state);
        bytes
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`CheckpointHead::read`]; [`CheckpointError::Length`] if it is longer or shorter than its header says, and
    /// [`CheckpointError::Checksum`] if the state has changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (head, state) = CheckpointHead::read(bytes)?;
        let got = bytes.len() as u64;
        let expected = (got - state.len() as u64).saturating_add(head.state_bytes);
        if got != expected {
            return Err(CheckpointError::Length { expected, got });
        }
        checked(state, &head.state_sha256, CheckpointPart::State)?;
        Ok(Self { head, state: state.to_vec() })
    }
}

fn checked(bytes: &[u8], expected: &str, part: CheckpointPart) -> Result<(), CheckpointError> {
    let got = sha256([bytes]);
    if got == expected { Ok(()) } else { Err(CheckpointError::Checksum { part, expected: expected.to_owned(), got }) }
}

/// The bytes of a value.
fn encoded(value: &impl Serialize) -> Vec<u8> {
    // Plain values of known lengths, for which writing to memory cannot fail.
    postcard::to_allocvec(value).unwrap_or_default()
}

/// The value of all these bytes. Memory is taken as values are read, not as lengths promise.
fn decoded<'bytes, T: Deserialize<'bytes>>(bytes: &'bytes [u8], part: CheckpointPart) -> Result<T, CheckpointError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(CheckpointError::Contents { part, length: bytes.len() as u64 }),
    }
}
