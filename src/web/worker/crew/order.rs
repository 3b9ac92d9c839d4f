//! What a worker sends to its helpers. They answer with the events that it sends to the page.

use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::dataset::parts::DatasetParts;
use crate::error::MessageError;
use crate::experiment::{Experiment, Share};
use crate::protocol::PROTOCOL_VERSION;
use crate::texts::Catalog;
use crate::web::worker::inspection::Inspected;
use crate::web::worker::question::AskedQuestion;
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wasm_bindgen::{JsCast, JsValue};

/// A message to a helper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::web::worker) enum Order {
    /// Word errors with this catalog of texts.
    Speak {
        /// English texts with their translations.
        catalog: Catalog,
    },
    /// Prepare this share of an experiment, answered by `Started`, then evaluate step 0. The examples come with the message.
    Train {
        /// The experiment.
        experiment: Box<Experiment>,
        /// The runs to train.
        share: Share,
        /// Use the arithmetic that gives the same bits in all browsers.
        exact: bool,
        /// What describes the data set besides its examples.
        dataset: DatasetParts,
        /// Go on from the state of a checkpoint, which comes after the examples.
        resumes: bool,
    },
    /// Go on tuning until told otherwise (`None`), or only for this many iterations more than before, each answered by `Paused`; with 0, wait and
    /// answer with `Paused`.
    Tune {
        /// The iterations.
        iterations: Option<u64>,
    },
    /// Train up to this step and answer with `Paused`.
    Proceed {
        /// The step.
        until: u64,
    },
    /// From now on, inspect a run of the share, or none; answered by `Filters` and `Examination` at once, and by `Filters` after every
    /// evaluation.
    Inspect {
        /// The run, counted in the share.
        inspected: Option<Inspected>,
    },
    /// Answer with the `Examination` of the inspected run.
    Examine,
    /// Complete what is to be measured, and answer with `Checkpoint`.
    Checkpoint,
    /// Answer a question with every run of the share; answered by `Answered`.
    Answer {
        /// The question.
        asked: AskedQuestion,
        /// The training step, as in the page's command.
        at: Option<u64>,
    },
}

impl Order {
    /// The order that begins a share, with the examples and the state from which it goes on: the value to send, and the buffers in it that
    /// are handed over.
    pub(super) fn train(
        experiment: &Experiment,
        share: Share,
        exact: bool,
        dataset: &Dataset,
        state: Option<&TrainingState>,
    ) -> (JsValue, Array) {
        let header = DatasetParts::of(dataset);
        let resumes = state.is_some();
        let order = Self::Train { experiment: experiment.clone().into(), share, exact, dataset: header, resumes };
        let message = Array::of1(&order.to_bytes());
        let buffers = Array::new();
        let state = state.map(|state| Cow::from(state.share(share).to_bytes()));
        for bytes in DatasetParts::examples(dataset).into_iter().chain(state) {
            let bytes = Uint8Array::from(&*bytes);
            buffers.push(&bytes.buffer());
            message.push(&bytes);
        }
        (message.into(), buffers)
    }

    /// The bytes that are sent.
    pub(super) fn to_bytes(&self) -> JsValue {
        // Plain values of known lengths, for which writing to memory cannot fail.
        Uint8Array::from(postcard::to_allocvec(self).unwrap_or_default().as_slice()).into()
    }

    /// Reads a message: an order, or a list of an order and examples.
    ///
    /// # Errors
    /// [`MessageError::Bytes`].
    pub(in crate::web::worker) fn read(message: JsValue) -> Result<(Self, Vec<Vec<u8>>), MessageError> {
        let parts = match message.dyn_into::<Array>() {
            Ok(list) => list.to_vec(),
            Err(order) => vec![order],
        };
        let mut parts = parts.into_iter().filter_map(|part| part.dyn_into::<Uint8Array>().ok());
        let order = parts.next().map_or_else(Vec::new, |part| part.to_vec());
        let unknown = |_| MessageError::Bytes { protocol_version: PROTOCOL_VERSION, length: order.len() };
        Ok((postcard::from_bytes(&order).map_err(unknown)?, parts.map(|part| part.to_vec()).collect()))
    }
}
