//! Why the results files of shards cannot be merged.

/// Why files are not the shards of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeError {
    /// There are no files.
    Nothing,
    /// A file has all runs of an experiment.
    Whole {
        /// The file.
        file: String,
    },
    /// The runs of a file have not taken all steps.
    Unfinished {
        /// The file.
        file: String,
        /// Their last step.
        step: u64,
    },
    /// A file has another experiment, or other data, than the first one.
    Other {
        /// The file.
        file: String,
        /// What the first file has.
        expected: String,
        /// What this one has.
        got: String,
    },
    /// A file has a run that a file before it has.
    Repeated {
        /// The file.
        file: String,
        /// The variant of the run.
        variant: String,
        /// Its seed.
        seed: u64,
    },
    /// No file has these runs.
    Missing {
        /// Their variants and seeds.
        runs: Vec<(String, u64)>,
    },
}
