//! The messages between page and worker: one closed enum in each direction. The worker speaks first ([`Event::Ready`] with the
//! protocol version), so that a new page recognizes an old cached worker and can say so.
//!
//! Both programs are built from the same source, so messages are sent as bytes in the format of postcard: fields in order, without
//! names. The code for parsing names, as in JSON, took up a tenth of the page. An error is sent in the words of `error::english`, so
//! that the page does not have to contain all errors of the training. Only the greeting and the crash notice of a worker
//! are text, in a format that is the same in all versions.

use crate::error::{MessageError, WorkerError};
use crate::experiment::{DatasetName, Experiment};
use crate::metrics::{
    DatasetSample, Environment, Examination, Filters, PreparationProgress, Record, SentenceAnswer, Setup, Timing,
};
use crate::texts::Catalog;
use serde::{Deserialize, Serialize};

/// Version of these two enums; page and worker must agree.
pub const PROTOCOL_VERSION: u32 = 13;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Load the data and build the cohort of this experiment, dropping any other; answered by `Data*`, `Device`,
    /// `Preparation`, `Started`. With `paused` the worker evaluates step 0, measures the layers, and waits.
    Start {
        /// The experiment.
        experiment: Box<Experiment>,
        /// Wait after the evaluation of step 0.
        paused: bool,
        /// How the CPU computes.
        computing: Computing,
    },
    /// Pause after the current step, or before the first one.
    Pause,
    /// Continue training.
    Resume,
    /// Take exactly one training step and pause again.
    Step,
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
    Upload,
    /// The visitor has accepted the license of a data set: from now on it may be downloaded.
    AcceptLicense {
        /// The data set.
        dataset: DatasetName,
    },
    /// From now on, word errors with this catalog of texts; see `texts`.
    Speak {
        /// English texts with their translations.
        catalog: Catalog,
    },
}

/// How the CPU computes: settings of the browser, not of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computing {
    /// Number of cores that may be used.
    pub cores: usize,
    /// Use the arithmetic that gives the same bits in all browsers, even if there is a faster one.
    pub exact: bool,
}

impl Default for Computing {
    fn default() -> Self {
        Self { cores: 1, exact: false }
    }
}

/// A question to all runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkQuestion {
    /// What is on an image?
    Image(ImageSource),
    /// What is the translation of a sentence?
    Sentence(SentenceSource),
}

/// A sentence to be translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentenceSource {
    /// A test sentence.
    Test {
        /// Its index, modulo the number of test sentences.
        index: usize,
    },
    /// A sentence typed by the visitor.
    Typed {
        /// As it was typed.
        text: String,
    },
}

/// An image to be classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageSource {
    /// A test example.
    Test {
        /// Its index, modulo the number of test examples.
        index: usize,
    },
    /// A drawing by the visitor.
    Drawn {
        /// `[channels, height, width]` of the data set, 0 to 255.
        pixels: Vec<u8>,
    },
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker has loaded; sent as [`greeting`].
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        protocol_version: u32,
    },
    /// The device is open.
    Device {
        /// The backend and the device.
        environment: Environment,
        /// Why the CPU is used although `WebGPU` was allowed: the words of an [`Error`](crate::error::Error).
        fallback: Option<String>,
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
    /// The default data set could not be downloaded, and the built-in digits are used instead.
    DataFallback {
        /// Why: the words of an [`Error`](crate::error::Error).
        reason: String,
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
        /// Names of files that are not used.
        left_aside: Vec<String>,
        /// A few of the examples, with the name of the data set.
        sample: DatasetSample,
    },
    /// The visitor's files cannot be used as a data set.
    UploadRefused {
        /// Why: the words of an [`Error`](crate::error::Error).
        message: String,
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
    /// Training waits for `Resume` or `Step`.
    Paused {
        /// Steps taken.
        step: u64,
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
        /// What went wrong: the words of an [`Error`](crate::error::Error).
        message: String,
    },
}

/// The answers of all runs to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NetworkAnswer {
    /// How they classify an image.
    Image {
        /// The image, `[channels, height, width]`, 0 to 255.
        pixels: Vec<u8>,
        /// Index and true class if it is a test example.
        test: Option<(usize, u8)>,
        /// Probability of each class for each run, by variant, then by seed; not finite in a run that has diverged.
        probabilities: Vec<Vec<f32>>,
    },
    /// How they translate a sentence.
    Sentence(SentenceAnswer),
}

/// The beginning of [`greeting`], the same in all versions: by it a page recognizes a worker of another version. The number of the
/// version and a brace follow.
const GREETING: &str = r#"{"type":"ready","protocol_version":"#;
/// The beginning of [`last_words`], which must not depend on anything that a crash may have damaged.
const LAST_WORDS: &str = "crashed: ";

impl Command {
    /// The bytes that are sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoded(self)
    }

    /// Reads the bytes of a command.
    ///
    /// # Errors
    /// [`MessageError::Bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        decoded(bytes)
    }
}

impl Event {
    /// The bytes that are sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoded(self)
    }

    /// Reads the bytes of an event.
    ///
    /// # Errors
    /// [`MessageError::Bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        decoded(bytes)
    }

    /// Reads the text of [`greeting`] or [`last_words`].
    ///
    /// # Errors
    /// [`MessageError::Text`].
    pub fn from_text(text: &str) -> Result<Self, MessageError> {
        if let Some(message) = text.strip_prefix(LAST_WORDS) {
            return Ok(Self::Failed { kind: FailureKind::Crash, message: message.to_owned() });
        }
        let version = text.strip_prefix(GREETING).and_then(|rest| rest.split(['}', ',']).next()?.parse().ok());
        match version {
            Some(protocol_version) => Ok(Self::Ready { protocol_version }),
            None => Err(MessageError::Text { length: text.len() }),
        }
    }
}

/// The greeting: the text by which a worker of this version reports that it is ready.
#[must_use]
pub fn greeting() -> String {
    format!("{GREETING}{PROTOCOL_VERSION}}}")
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
    /// The data set may be downloaded only after its license has been accepted; ask.
    License,
    /// WebGPU was required but is missing or computes wrong numbers; use the CPU.
    NoDevice,
    /// The device has failed during training; restart, perhaps on the CPU.
    Device,
    /// The worker has crashed; restart it.
    Crash,
}
