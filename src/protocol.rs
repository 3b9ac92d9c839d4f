//! The messages between page and worker: one closed enum in each direction, as JSON text. The worker speaks first
//! ([`Event::Ready`] with the protocol version), so that a new page recognizes an old cached worker and can say so.
//!
//! A message is `{"name": {its fields}}`, or just `"name"` if it has none. Serde parses this in one pass; with a tag among the
//! fields it would have to buffer them all, and that code took up an eighth of the page.

use crate::experiment::Experiment;
use crate::metrics::{DatasetSample, Environment, Examination, Filters, PreparationProgress, Record, Setup, Timing};
use serde::{Deserialize, Serialize};

/// Version of these two enums; page and worker must agree.
pub const PROTOCOL_VERSION: u32 = 6;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Load the data and build the cohort of this experiment, dropping any other; answered by `Data*`, `Device`,
    /// `Preparation`, `Started`. With `paused` the worker evaluates step 0 and waits.
    Start {
        /// The experiment.
        experiment: Box<Experiment>,
        /// Wait after the evaluation of step 0.
        paused: bool,
    },
    /// Pause after the current step, or before the first one.
    Pause,
    /// Continue training.
    Resume,
    /// Take exactly one training step and pause again.
    Step,
    /// Drop the cohort and its curves.
    Reset,
    /// From now on, inspect the run with this index over all variants: answered by `Filters` at once and after every
    /// evaluation, and by `Examination` at once and whenever training pauses or ends. The choice is kept for later experiments.
    Inspect {
        /// The run.
        run: usize,
    },
    /// Let every run classify an image; answered by `Classified`.
    Classify {
        /// Which image.
        image: ImageSource,
    },
    /// Use the files sent with this message as the data set `upload`; answered by `Uploaded` or `UploadRefused`.
    /// If they are refused, previously uploaded files remain in use.
    Upload,
}

/// An image to be classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The worker has loaded. Its text is that of [`Event::to_json`].
    #[serde(skip)]
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        protocol_version: u32,
    },
    /// The device is open.
    Device {
        /// The backend and the device.
        environment: Environment,
        /// Why the CPU is used although `WebGPU` was allowed, as a sentence.
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
        /// Why, as a sentence.
        reason: String,
    },
    /// The data set is loaded.
    Dataset {
        /// A few of its images.
        sample: DatasetSample,
    },
    /// The visitor's files are now the data set `upload`.
    Uploaded {
        /// Training examples.
        train: usize,
        /// Test examples.
        test: usize,
        /// A few of its images.
        sample: DatasetSample,
    },
    /// The visitor's files cannot be used as a data set.
    UploadRefused {
        /// The reason, as a sentence.
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
    /// How every run classifies an image.
    Classified {
        /// The image, `[channels, height, width]`, 0 to 255.
        pixels: Vec<u8>,
        /// Index and true class if it is a test example.
        test: Option<(usize, u8)>,
        /// Probability of each class for each run, by variant, then by seed; not finite in a run that has diverged.
        #[serde(deserialize_with = "crate::metrics::nan_for_null")]
        probabilities: Vec<Vec<f32>>,
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
        /// What went wrong, as a plain sentence.
        message: String,
    },
}

/// The first message of a worker. Its text is the same in all versions, so that a page and a worker of different versions can
/// at least exchange their versions.
#[derive(Serialize, Deserialize)]
struct Greeting {
    #[serde(rename = "type")]
    kind: GreetingKind,
    protocol_version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GreetingKind {
    Ready,
}

impl Event {
    /// The text that is sent.
    #[must_use]
    pub fn to_json(&self) -> String {
        let written = match self {
            Self::Ready { protocol_version } => {
                serde_json::to_string(&Greeting { kind: GreetingKind::Ready, protocol_version: *protocol_version })
            }
            event => serde_json::to_string(event),
        };
        // These are plain values with text keys, for which writing to memory cannot fail.
        written.unwrap_or_default()
    }

    /// Parses a message.
    ///
    /// # Errors
    /// The error of serde if the text is not an event.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        match serde_json::from_str(text) {
            Ok(event) => Ok(event),
            Err(error) => match serde_json::from_str::<Greeting>(text) {
                Ok(Greeting { protocol_version, .. }) => Ok(Self::Ready { protocol_version }),
                Err(_) => Err(error),
            },
        }
    }
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The experiment is impossible; change it.
    Experiment,
    /// The data set could not be loaded; retry or use `digits`.
    Data,
    /// WebGPU was required but is missing or computes wrong numbers; use the CPU.
    NoDevice,
    /// The device has failed during training; restart, perhaps on the CPU.
    Device,
    /// The worker has crashed; restart it.
    Crash,
}
