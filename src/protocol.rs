//! What page and worker say to each other: one closed enum each way, as JSON text. The worker speaks first
//! ([`Event::Ready`] with the protocol version), so that an old cached worker meets a new page with a plain sentence.
//!
//! A message is `{"name": {its fields}}`, or just `"name"` if it has none: serde reads that as it comes, whereas a tag among the
//! fields makes it keep everything first, in code that was an eighth of the page.

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
    /// `Preparation`, `Started`. With `paused` it evaluates step 0 and waits.
    Start {
        /// The experiment.
        experiment: Box<Experiment>,
        /// Wait after the evaluation of step 0.
        paused: bool,
    },
    /// Stop after the current step, or before the first one.
    Pause,
    /// Go on.
    Resume,
    /// Take exactly one training step and pause again.
    Step,
    /// Drop the cohort and its curves.
    Reset,
    /// Look into this run, counted through all variants, from now on: answered by `Filters` at once and after every
    /// evaluation, and by `Examination` at once and whenever training pauses or ends. Kept for experiments to come.
    Inspect {
        /// The run.
        run: usize,
    },
    /// Ask every run what it takes an image for; answered by `Classified`.
    Classify {
        /// Which image.
        image: ImageSource,
    },
    /// Take the files that come with this message as the data set `upload`; answered by `Uploaded` or `UploadRefused`.
    /// What was uploaded before stays when they are refused.
    Upload,
}

/// An image that is to be classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// A test example.
    Test {
        /// Its index; beyond the last one it counts on from the first.
        index: usize,
    },
    /// The visitor's own.
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
        /// Where it computes.
        environment: Environment,
        /// Why it is the CPU although `WebGPU` was not ruled out, as a sentence.
        fallback: Option<String>,
    },
    /// A data file is on its way.
    Data {
        /// File name, or what is being generated.
        file: String,
        /// Bytes (or examples) so far.
        received: u64,
        /// Bytes (or examples) in all, where known.
        total: Option<u64>,
    },
    /// The default data set could not be had, and this one is used instead.
    DataFallback {
        /// Why, as a sentence.
        reason: String,
    },
    /// The data set is there.
    Dataset {
        /// A few of its images.
        sample: DatasetSample,
    },
    /// The visitor's files are the data set `upload` now.
    Uploaded {
        /// Training examples.
        train: usize,
        /// Test examples.
        test: usize,
        /// A few of its images.
        sample: DatasetSample,
    },
    /// The visitor's files are no data set.
    UploadRefused {
        /// What is wrong with them, as a sentence.
        message: String,
    },
    /// The first layer of the run that is looked into.
    Filters {
        /// Its weights.
        filters: Filters,
    },
    /// What the run that is looked into gets right and wrong.
    Examination {
        /// Counts and examples.
        examination: Examination,
    },
    /// What every run makes of an image.
    Classified {
        /// The image, `[channels, height, width]`, 0 to 255.
        pixels: Vec<u8>,
        /// Index and class of a test example.
        test: Option<(usize, u8)>,
        /// Probability of each class, per run, variants outermost; not finite in a run that has diverged.
        #[serde(deserialize_with = "crate::metrics::nan_for_null")]
        probabilities: Vec<Vec<f32>>,
    },
    /// It is not ready for its first step yet.
    Preparation {
        /// How far it is.
        progress: PreparationProgress,
    },
    /// The cohort stands.
    Started {
        /// What is fixed from here on.
        setup: Box<Setup>,
    },
    /// News of the training.
    Progress {
        /// What was measured since the last one.
        record: Record,
        /// How long it took so far.
        timing: Timing,
    },
    /// Training waits for `Resume` or `Step`.
    Paused {
        /// Steps taken.
        step: u64,
    },
    /// All steps are done.
    Finished {
        /// How long it took.
        timing: Timing,
    },
    /// It cannot go on.
    Failed {
        /// What can be done about it.
        kind: FailureKind,
        /// What went wrong, as a plain sentence.
        message: String,
    },
}

/// The first message of a worker. Its text is the same in all versions, so that page and worker of different ones understand as
/// much as that.
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

    /// Reads a text.
    ///
    /// # Errors
    /// What serde says of a text that is no event.
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
    /// The experiment asks for something that cannot be; change it.
    Experiment,
    /// The data set could not be had; retry or take `digits`.
    Data,
    /// WebGPU was insisted on and is missing or computes wrong numbers; take the CPU.
    NoDevice,
    /// The device has failed in the middle; restart, perhaps on the CPU.
    Device,
    /// The worker has crashed; restart it.
    Crash,
}
