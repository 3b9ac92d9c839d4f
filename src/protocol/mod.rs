//! The messages between page and worker: one closed enum in each direction. The worker speaks first ([`Event::Ready`] with the
//! protocol version), so that a new page recognizes an old cached worker and can say so.
//!
//! Both programs are built from the same source, so messages are sent as bytes in the format of postcard: fields in order, without
//! names. The code for parsing names, as in JSON, took up a tenth of the page. An error is sent in the words of `error::english`, so
//! that the page does not have to contain all errors of the training. Only the greeting and the crash notice of a worker
//! are text, in a format that is the same in all versions.

mod question;
mod start_numbers;

use crate::error::{MessageError, WorkerError};
use crate::experiment::own_files::{FileReading, RoleChoices};
use crate::experiment::{DatasetName, Experiment};
use crate::metrics::{
    DatasetSample, Environment, Examination, Filters, OpeningStage, PreparationProgress, Record, Setup, StepTimes,
    Timing,
};
use crate::texts::Catalog;
use crate::version::BUILD;
pub use question::{ImageSource, NetworkAnswer, NetworkQuestion, SentenceSource};
use serde::{Deserialize, Serialize};
pub use start_numbers::{Numbered, StartNumbers};

/// Version of these two enums; page and worker must agree.
pub const PROTOCOL_VERSION: u32 = 17;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Load the data and build the cohort of this experiment, dropping any other; answered by `Data*`, `Device`,
    /// `Preparation`, `Started`. With `paused` the worker evaluates step 0, measures the layers, and waits.
    Start {
        /// The experiment.
        experiment: Box<Experiment>,
        /// Wait after the evaluation of step 0, or at the step of the checkpoint.
        paused: bool,
        /// How the CPU computes.
        computing: Computing,
        /// Go on from the state that was sent with `Restore`.
        resumes: bool,
    },
    /// The state sent with this message is that of the checkpoint from which the next `Start` goes on.
    Restore {
        /// What the state and the data must be.
        receipt: StateReceipt,
    },
    /// Pause after the current step or, while weights are tuned, after the current iteration; answered by `Paused`.
    Pause,
    /// Continue.
    Resume,
    /// Take exactly one training step, or one iteration of tuning, and pause again.
    Step,
    /// As soon as all runs can wait at the same step, send the state of the training there, and go on; answered by `Checkpoint`.
    Checkpoint,
    /// Drop the cohort and its curves.
    Reset,
    /// From now on, inspect the run with this index over all variants: answered by `Filters` and `Examination` at once. Without a step,
    /// `Filters` is repeated after every evaluation, and `Examination` whenever training pauses or ends. The choice is kept for later
    /// experiments.
    Inspect {
        /// The run.
        run: usize,
        /// The training step: the latest kept parameters up to it are used, or the current ones if it is absent.
        at: Option<u64>,
    },
    /// Let every run classify an image, or translate a sentence; answered by `Answered`.
    Ask {
        /// The image or sentence.
        question: NetworkQuestion,
        /// The training step: the latest kept parameters up to it are used, or the current ones if it is absent.
        at: Option<u64>,
    },
    /// Use the files sent with this message as the data set `upload` (images) or `text` (sentences); answered by `Uploaded` or `UploadRefused`.
    /// If they are refused, previously uploaded files remain in use.
    Upload {
        /// The uses that the visitor has chosen for some of them; the others are used as their names say.
        choices: RoleChoices,
    },
    /// The visitor has agreed to the download of a data set from another site, and to its license if it has one.
    AllowDownload {
        /// The data set and the server.
        source: DownloadSource,
    },
    /// From now on, word errors with this catalog of texts; see `texts`.
    Speak {
        /// English texts with their translations.
        catalog: Catalog,
    },
}

/// Another site that has a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadSource {
    /// The data set.
    pub dataset: DatasetName,
    /// The name of the server.
    pub server: String,
}

/// What a state belongs to, as SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateReceipt {
    /// Of the state.
    pub state_sha256: String,
    /// Of the data on which it was trained.
    pub data_sha256: String,
}

/// How the CPU computes: settings of the browser, not of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computing {
    /// Number of cores that may be used.
    pub cores: usize,
    /// Use the arithmetic that gives the same bits in all browsers, even if there is a faster one.
    pub exact: bool,
    /// Why it is the CPU: what was measured in another worker.
    pub step_times: Option<StepTimes>,
}

impl Default for Computing {
    fn default() -> Self {
        Self { cores: 1, exact: false, step_times: None }
    }
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker lives: sent at fixed intervals between two pieces of work, so that one that is gone without a word is noticed.
    Alive {
        /// Seconds that may pass until the next one.
        patience_secs: f32,
    },
    /// The worker has loaded; sent as [`greeting`].
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        protocol_version: u32,
        /// [`BUILD`] of the worker; empty in those that did not say it yet.
        build: String,
    },
    /// The GPU is being made ready for the first step.
    Opening {
        /// What is done now.
        stage: OpeningStage,
    },
    /// The device is open.
    Device {
        /// The backend and the device.
        environment: Environment,
        /// Why the CPU is used although `WebGPU` was allowed: the words of an [`Error`](crate::error::Error).
        fallback: Option<String>,
        /// What was measured for the choice between GPU and CPU, if there was one. If the CPU is faster, and this is the GPU, the worker for the
        /// CPU is expected to take over.
        step_times: Option<StepTimes>,
    },
    /// Progress of downloading a data file or generating a data set.
    Data {
        /// Name of the file or of the generated data set.
        file: String,
        /// Number of bytes (or examples) so far.
        received: u64,
        /// Total number of bytes (or examples), if known.
        total: Option<u64>,
    },
    /// The default data set is not here, and the built-in digits are used instead.
    DataFallback {
        /// Why: the words of an [`Error`](crate::error::Error).
        reason: String,
        /// From where it could be downloaded after `AllowDownload`.
        offer: Option<DownloadSource>,
    },
    /// The data set is loaded.
    Dataset {
        /// A few of its examples.
        sample: DatasetSample,
    },
    /// The visitor's files are now the data set `upload` or `text`.
    Uploaded {
        /// Training examples.
        train: usize,
        /// Test examples.
        test: usize,
        /// Of sentences, the number of pairs in the files, of which not all need be used.
        found: usize,
        /// What every file is used for.
        files: Vec<FileReading>,
        /// What was done with them, in sentences.
        notes: Vec<String>,
        /// A few of the examples, with the name of the data set.
        sample: DatasetSample,
    },
    /// The visitor's files cannot be used as a data set.
    UploadRefused {
        /// Why: the words of an [`Error`](crate::error::Error).
        message: String,
        /// What every file is used for, if they could be unpacked.
        files: Vec<FileReading>,
    },
    /// The first layer of the inspected run.
    Filters {
        /// Its weights.
        filters: Filters,
    },
    /// The confusion matrix of the inspected run.
    Examination {
        /// Counts and examples.
        examination: Examination,
    },
    /// The answers of all runs to a question.
    Answered {
        /// The answers.
        answer: NetworkAnswer,
    },
    /// The experiment is being prepared.
    Preparation {
        /// The progress.
        progress: PreparationProgress,
    },
    /// The cohort is built.
    Started {
        /// Everything that is fixed from now on.
        setup: Box<Setup>,
    },
    /// Progress of the training.
    Progress {
        /// The measurements since the previous report.
        record: Record,
        /// Elapsed time and speed so far.
        timing: Timing,
    },
    /// A worker that trained some of the runs was lost; they are computed again from the beginning, with the same results, while the others
    /// wait.
    Recomputing {
        /// Number of these runs.
        runs: usize,
    },
    /// Training, or the tuning before it, waits for `Resume` or `Step`.
    Paused {
        /// Steps taken.
        step: u64,
    },
    /// The state of the training, sent with this message as bytes (see `checkpoint`). All measurements up to this step were sent before, and
    /// none of later steps.
    Checkpoint {
        /// Steps taken.
        step: u64,
        /// SHA-256 of the state, in hexadecimal.
        state_sha256: String,
    },
    /// All steps are done.
    Finished {
        /// Elapsed time and speed.
        timing: Timing,
    },
    /// The experiment cannot continue.
    Failed {
        /// What can be done about it.
        kind: FailureKind,
        /// What went wrong: the words of an [`Error`](crate::error::Error); empty if the kind says all.
        message: String,
    },
    /// The data set is not here, and is downloaded from another site only after `AllowDownload`; sent before `Failed`.
    DownloadOffered {
        /// The data set and the server.
        source: DownloadSource,
    },
}

/// The beginning of [`greeting`], the same in all versions: by it a page recognizes a worker of another version. The number of the
/// version follows.
const GREETING: &str = r#"{"type":"ready","protocol_version":"#;
/// What follows in [`greeting`]; then come the build, a quotation mark and a brace.
const GREETING_BUILD: &str = r#","build":""#;
/// The beginning of [`last_words`], which must not depend on anything that a crash may have damaged.
const LAST_WORDS: &str = "crashed: ";

impl Event {
    /// Reads the text of [`greeting`] or [`last_words`].
    ///
    /// # Errors
    /// [`MessageError::Text`].
    pub fn from_text(text: &str) -> Result<Self, MessageError> {
        if let Some(message) = text.strip_prefix(LAST_WORDS) {
            return Ok(Self::Failed { kind: FailureKind::Crash, message: message.to_owned() });
        }
        let rest = text.strip_prefix(GREETING);
        let version = rest.and_then(|rest| rest.split(['}', ',']).next()?.parse().ok());
        let build = rest.and_then(|rest| rest.split_once(GREETING_BUILD)?.1.split('"').next()).unwrap_or_default();
        match version {
            Some(protocol_version) => Ok(Self::Ready { protocol_version, build: build.to_owned() }),
            None => Err(MessageError::Text { length: text.len() }),
        }
    }

    /// What is sent as a bare number, which needs no memory: the worker has none left, and ends.
    #[must_use]
    pub fn out_of_memory() -> Self {
        Self::Failed { kind: FailureKind::Memory, message: String::new() }
    }

    /// Whether it is about the worker itself or its data, not about an experiment that may have been discarded.
    #[must_use]
    pub fn is_about_worker(&self) -> bool {
        match self {
            Self::Alive { .. } | Self::Ready { .. } | Self::Uploaded { .. } | Self::UploadRefused { .. } => true,
            Self::Failed { kind, .. } => kind.is_fatal(),
            _ => false,
        }
    }
}

/// The greeting: the text by which a worker of this version reports that it is ready.
#[must_use]
pub fn greeting() -> String {
    format!("{GREETING}{PROTOCOL_VERSION}{GREETING_BUILD}{BUILD}\"}}")
}

/// The crash notice: the text by which a worker reports that it has crashed, and why.
#[must_use]
pub fn last_words(reason: Option<&str>) -> String {
    format!("{LAST_WORDS}{}", WorkerError::Crashed { reason: reason.map(ToOwned::to_owned) })
}

fn encoded(message: &impl Serialize) -> Vec<u8> {
    // Plain values of known lengths, for which writing to memory cannot fail.
    postcard::to_allocvec(message).unwrap_or_default()
}

fn decoded<'bytes, T: Deserialize<'bytes>>(bytes: &'bytes [u8]) -> Result<T, MessageError> {
    postcard::from_bytes(bytes)
        .map_err(|_| MessageError::Bytes { protocol_version: PROTOCOL_VERSION, length: bytes.len() })
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The experiment is impossible; change it.
    Experiment,
    /// The data set could not be loaded; retry or use `digits`.
    Data,
    /// The data set may be downloaded from another site only after the visitor has agreed; ask.
    Consent,
    /// WebGPU was required but is missing or computes wrong numbers; use the CPU.
    NoDevice,
    /// The device has failed during training; restart, perhaps on the CPU.
    Device,
    /// The worker has crashed; restart it.
    Crash,
    /// There is not enough memory; use a smaller experiment.
    Memory,
}

impl FailureKind {
    /// Whether the worker cannot be used any more.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        match self {
            Self::Device | Self::Crash | Self::Memory => true,
            Self::Experiment | Self::Data | Self::Consent | Self::NoDevice => false,
        }
    }
}
