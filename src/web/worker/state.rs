//! Checkpoints: when all shares wait at the same step, their states go to the page, which keeps them.

use super::RunFailure;
use super::crew::Crew;
use super::device_failure;
use super::run::Run;
use super::scope::post_with;
use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::digest::sha256;
use crate::error::{CheckpointError, CheckpointPart, Error};
use crate::experiment::{DatasetName, Experiment};
use crate::protocol::{Event, FailureKind, StateReceipt};
use js_sys::Uint8Array;

/// Contributes this worker's state if all wait, and sends the page the state of all runs as soon as it is complete.
pub(super) async fn save(run: &mut Run, crew: &mut Crew) -> Result<(), RunFailure> {
    if crew.ask_for_states() {
        let state = own_state(run).await?;
        if run.has_news() {
            let record = run.report().await?;
            crew.add(0, record, run.timing());
        }
        crew.give_state(0, state);
    }
    if let Some(state) = crew.take_state() {
        crew.send_progress();
        post_state(&state);
    }
    Ok(())
}

/// Sends a state with its checksum.
pub(super) fn post_state(state: &TrainingState) {
    let bytes = state.to_bytes();
    post_with(&Event::Checkpoint { step: state.step, state_sha256: sha256([&bytes]) }, &bytes);
}

/// The state of a share that waits. What is still to be measured is measured first: it is not part of the state.
pub(super) async fn own_state(run: &mut Run) -> Result<Option<TrainingState>, RunFailure> {
    while run.training.is_measuring() {
        run.advance(false).await?;
    }
    run.training.state().await.map_err(device_failure)
}

/// The state of a checkpoint, as the page has sent it.
pub(super) struct RestoredState {
    bytes: Vec<u8>,
    receipt: StateReceipt,
}

impl RestoredState {
    pub(super) fn new(bytes: &Uint8Array, receipt: StateReceipt) -> Self {
        Self { bytes: bytes.to_vec(), receipt }
    }

    /// Reads the state from which training goes on.
    ///
    /// # Errors
    /// A failure of the experiment, if the state is missing or damaged.
    pub(super) fn read(restored: Option<&Self>) -> Result<TrainingState, RunFailure> {
        let bytes = restored.map_or(&[][..], |restored| &restored.bytes);
        let got = sha256([bytes]);
        let expected = restored.map(|restored| restored.receipt.state_sha256.clone()).unwrap_or_default();
        if got != expected {
            return Err(unusable(CheckpointError::Checksum { part: CheckpointPart::State, expected, got }));
        }
        TrainingState::from_bytes(bytes).map_err(unusable)
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
        let truncated = dataset.truncated(spec.train, spec.test);
        let truncated = truncated.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let (expected, got) = (self.receipt.data_sha256.clone(), truncated.sha256());
        if got == expected {
            return Ok(());
        }
        Err(unusable(CheckpointError::Data { expected, got }))
    }
}

fn unusable(error: CheckpointError) -> RunFailure {
    RunFailure::new(FailureKind::Experiment, Error::from(error))
}
