//! Errors of checkpoints: files that are none, or damaged, or of another version, and states of another experiment.

/// Why a training cannot go on from a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointError {
    /// The file is something else.
    Foreign {
        /// Its length in bytes, as far as it was read.
        length: u64,
    },
    /// The file has another version of the format.
    Format {
        /// The version that this program reads.
        expected: u32,
        /// The version of the file.
        got: u32,
    },
    /// Another version of the program wrote the file.
    Program {
        /// The version of this program.
        expected: String,
        /// The version in the file.
        got: String,
    },
    /// The file ends too early, or is too long.
    Length {
        /// Length in bytes that it should have, as far as is known.
        expected: u64,
        /// Its length.
        got: u64,
    },
    /// A part of the file has changed since it was written.
    Checksum {
        /// Which part.
        part: CheckpointPart,
        /// The SHA-256 in the file.
        expected: String,
        /// The SHA-256 of the part.
        got: String,
    },
    /// A part of the file has other contents than this program writes.
    Contents {
        /// Which part.
        part: CheckpointPart,
        /// Its length in bytes.
        length: u64,
    },
    /// The checkpoint is one of another experiment.
    Experiment {
        /// The experiment that should go on, as a query string.
        expected: String,
        /// That of the checkpoint.
        got: String,
    },
    /// The state was trained on other files than these.
    Data {
        /// SHA-256 of the data on which it was trained.
        expected: String,
        /// SHA-256 of the data.
        got: String,
    },
    /// The state is one of another network, optimizer or data set.
    Misfit {
        /// What differs.
        part: StatePart,
        /// The number that it should have; of steps the greatest one.
        expected: u64,
        /// The number that it has.
        got: u64,
    },
}

/// A part of the file of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointPart {
    /// The header.
    Header,
    /// The history.
    History,
    /// The state of the training.
    State,
    /// What the run belongs to, which is kept beside the file.
    Context,
}

/// What a state of a training consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatePart {
    /// Training steps taken.
    Step,
    /// The step of the last evaluation.
    Evaluated,
    /// Variants.
    Variants,
    /// Runs.
    Runs,
    /// Parameters of a run, or numbers of one.
    Parameters,
    /// Running statistics of batch normalizations, or numbers of one.
    Statistics,
    /// Moments of the optimizer, or numbers of one.
    Moments,
    /// Weights of shortcuts.
    Shortcuts,
    /// Predictions of the last evaluation.
    Predictions,
}
