//! Checkpoints: when all shares wait at the same step, their states go to the page, which keeps them. A state may take hundreds of megabytes, so
//! none is held longer than it is needed.

use super::crew::Crew;
use super::run::Run;
use super::scope::post_with;
use super::{RunFailure, device_failure, heartbeat};
use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::digest::sha256;
use crate::error::{CheckpointError, CheckpointPart, Error};
use crate::experiment::{DatasetName, Experiment};
use crate::protocol::{Event, FailureKind, StateReceipt};
use js_sys::Uint8Array;
use std::rc::Rc;

/// Bytes of a state that even a slow device encodes or decodes in a second, with their checksum.
const BYTES_PER_SEC: f64 = 2e7;

/// Contributes this worker's state if all wait, and sends the page the state of all runs as soon as it is complete.
pub(super) async fn save(run: &mut Run, crew: &mut Crew) -> Result<(), RunFailure> {
    if crew.ask_for_states() {
        let state = own_state(run).await?;
        // Now that the state was read: whatever went wrong before is noticed.
        run.check_device().await?;
        if run.has_news() {
            let record = run.report().await?;
            crew.add(0, record, run.timing());
        }
        crew.give_state(0, state);
    }
    if let Some(state) = crew.take_state() {
        crew.send_progress();
        post_state(state);
    }
    Ok(())
}

/// Sends a state with its checksum, and lets it go before its bytes are copied for the page.
pub(super) fn post_state(state: TrainingState) {
    let numbers = state.runs.iter().flat_map(|run| run.parameters.iter().chain(&run.moments)).map(Vec::len);
    let before = heartbeat::expect_secs(4.0 * numbers.sum::<usize>() as f64 / BYTES_PER_SEC);
    let (step, bytes) = (state.step, state.to_bytes());
    drop(state);
    post_with(&Event::Checkpoint { step, state_sha256: sha256([&bytes]) }, &bytes);
    let _ = heartbeat::expect_secs(before);
}

/// The state of a share that waits. What is still to be measured is measured first: it is not part of the state.
pub(super) async fn own_state(run: &mut Run) -> Result<Option<TrainingState>, RunFailure> {
    while run.training.is_measuring() {
        run.advance(false).await?;
    }
    run.training.state().await.map_err(device_failure)
}

/// The state of a checkpoint as the page has sent it: its bytes are in the memory of the browser, not in that of the program.
pub(super) struct RestoredState {
    bytes: Uint8Array,
    receipt: StateReceipt,
}

impl RestoredState {
    pub(super) fn new(bytes: Uint8Array, receipt: StateReceipt) -> Self {
        Self { bytes, receipt }
    }
}

/// The state from which training goes on: once, for however many need it.
#[derive(Clone)]
pub(super) struct DecodedState {
    pub(super) state: Rc<TrainingState>,
    /// SHA-256 of the data on which it was trained.
    data_sha256: String,
}

impl DecodedState {
    /// Reads a state, whose bytes are let go.
    ///
    /// # Errors
    /// A failure of the experiment, if the state is missing or damaged.
    pub(super) fn read(restored: Option<RestoredState>) -> Result<Self, RunFailure> {
        let restored = restored.map(|RestoredState { bytes, receipt }| (bytes.to_vec(), receipt));
        let (bytes, StateReceipt { state_sha256, data_sha256 }) = restored.unwrap_or_default();
        let before = heartbeat::expect_secs(bytes.len() as f64 / BYTES_PER_SEC);
        let state = checked(&bytes, state_sha256);
        let _ = heartbeat::expect_secs(before);
        Ok(Self { state: Rc::new(state.map_err(unusable)?), data_sha256 })
    }

    /// Checks that the visitor's files are those on which the state was trained; all other data are always the same.
    ///
    /// # Errors
    /// A failure of the experiment.
    pub(super) fn check_data(&self, experiment: &Experiment, dataset: &Dataset) -> Result<(), RunFailure> {
        if !matches!(dataset.name(), DatasetName::Upload | DatasetName::Text) {
            return Ok(());
        }
        let spec = &experiment.dataset;
        let selected = dataset.selected(spec).map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let (expected, got) = (self.data_sha256.clone(), selected.sha256());
        if got == expected {
            return Ok(());
        }
        Err(unusable(CheckpointError::Data { expected, got }))
    }
}

fn checked(bytes: &[u8], expected: String) -> Result<TrainingState, CheckpointError> {
    let got = sha256([bytes]);
    if got != expected {
        return Err(CheckpointError::Checksum { part: CheckpointPart::State, expected, got });
    }
    TrainingState::from_bytes(bytes)
}

fn unusable(error: CheckpointError) -> RunFailure {
    RunFailure::new(FailureKind::Experiment, Error::from(error))
}
