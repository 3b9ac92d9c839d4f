//! Commands that concern checkpoints: a run goes on after a failure, a reload, or another visit.

use super::Page;
use crate::checkpoint::CheckpointHead;
use crate::error::Error;
use crate::experiment::estimate::Estimate;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::Setup;
use crate::protocol::Command;
use crate::web::error::{WebError, WebResult};
use crate::web::page::model::checkpoints::KeptRun;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::shown::{Origin, Shown};
use crate::web::page::view::action::CheckpointCommand;
use crate::web::page::view::checkpoint_storage::{self, StoredCheckpoint};
use crate::web::page::view::checkpoints::{LatestCheckpoint, forget, interrupted, remember};
use crate::web::page::view::net;
use crate::web::page::view::notices::Severity;
use crate::web::page::words::interruptions;
use js_sys::Uint8Array;

/// Subject of the notices about interruptions.
pub(super) const INTERRUPTION: &str = "interruption";

impl Page {
    /// Lists the interrupted runs. After a reload, the one that was in progress in this tab goes on, if the
    /// address still states its experiment.
    pub(super) fn find_interrupted_runs(&mut self, stated: &Experiment) {
        checkpoint_storage::list(&self.dispatcher);
        if let Some(key) = interrupted(stated) {
            self.checkpoints.is_reading = true;
            checkpoint_storage::load(key, &self.dispatcher);
        }
    }

    /// Sets the times of checkpoints when a phase begins.
    pub(super) fn time_checkpoints(&mut self, after: Phase) -> WebResult<()> {
        if after == Phase::Training {
            self.checkpoints.training()?;
        } else {
            self.checkpoints.rest();
        }
        match after {
            Phase::Paused => self.ask_for_checkpoint()?,
            Phase::Ready | Phase::Finished => self.checkpoints.saved(false)?,
            _ => {}
        }
        self.show_checkpoints()
    }

    /// Asks the worker for a checkpoint, while training goes on or waits at a step that is in none.
    pub(super) fn ask_for_checkpoint(&mut self) -> WebResult<()> {
        let is_new = self.checkpoints.latest.as_ref().is_none_or(|latest| latest.step < self.shown.history.step);
        let is_measuring = self.lifecycle.measuring() && self.shown.history.step > 0;
        if is_new && is_measuring && !self.checkpoints.is_too_large && self.checkpoints.ask()? {
            return self.send(&Command::Checkpoint);
        }
        Ok(())
    }

    /// Keeps the state that the worker has sent. All measurements up to its step are shown, and none of later ones.
    pub(super) fn keep_checkpoint(&mut self, step: u64, state_sha256: String, state: Uint8Array) -> WebResult<()> {
        if !self.lifecycle.measuring() {
            // Of a run that has ended in the meantime.
            return Ok(());
        }
        let latest = LatestCheckpoint { history: self.shown.history.clone(), step, state_sha256, state };
        let is_training = self.lifecycle.phase() == Phase::Training && !self.lifecycle.pausing();
        if is_training {
            self.checkpoints.training()?;
        } else {
            self.checkpoints.rest();
        }
        if !self.view.embed {
            let LatestCheckpoint { history, step, state_sha256, state } = &latest;
            let (state_bytes, state_sha256) = (state.length().into(), state_sha256.clone());
            let head = CheckpointHead { step: *step, history: history.clone(), state_bytes, state_sha256 }.to_bytes();
            let (key, state) = (self.checkpoints.key.clone(), latest.state.clone());
            remember(&key, self.shown_experiment());
            checkpoint_storage::save(StoredCheckpoint { key, head, state, is_training }, &self.dispatcher);
        }
        net::keep_results(&latest.history);
        self.checkpoints.keep(latest)
    }

    /// The worker could not make a checkpoint: it is asked again later, unless no checkpoint of the experiment can be made, which is said once.
    pub(super) fn do_without_checkpoint(&mut self) -> WebResult<()> {
        self.checkpoints.forget_request();
        let Setup { experiment, start } = &self.shown.history.setup;
        let estimate = start.as_ref().and_then(|start| Estimate::new(experiment, &start.data).ok());
        if let Some(estimate) = estimate.filter(|estimate| !estimate.has_checkpoints()) {
            self.checkpoints.is_too_large = true;
            // In a frame no run is kept.
            if self.view.embed {
                return Ok(());
            }
            let text = interruptions::too_large(estimate.state_bytes);
            return self.notices.show("storage", Severity::Warning, &text, &[]);
        }
        if self.lifecycle.phase() == Phase::Training { self.checkpoints.training() } else { Ok(()) }
    }

    /// Whether there is a checkpoint from which the experiment that was started can go on.
    pub(super) fn can_resume(&self) -> bool {
        self.checkpoints.latest.is_some()
    }

    /// Goes on from the latest checkpoint in a new worker.
    pub(super) fn resume(&mut self, device: Option<DevicePreference>, paused: bool) -> WebResult<()> {
        let Some(latest) = &self.checkpoints.latest else { return Ok(()) };
        let (history, step) = (latest.history.clone(), latest.step);
        let experiment = history.setup.experiment.clone();
        let experiment = Experiment { device: device.unwrap_or(experiment.device), ..experiment };
        let started = self.started.clone().unwrap_or_else(|| experiment.clone());
        self.set_shown(Shown { experiment: started, history, origin: Origin::Live });
        self.notices.show(INTERRUPTION, Severity::Info, &interruptions::resumed(step), &[])?;
        let effects = self.lifecycle.resume_with(&experiment, paused);
        self.carry_out(effects)?;
        self.draw()
    }

    /// After the loss of the worker or its GPU, goes on by itself, unless that has already failed at this step. True if it does.
    pub(super) fn recover(&mut self, reason: &str) -> WebResult<bool> {
        let phase = self.lifecycle.phase();
        let is_busy = self.lifecycle.measuring() || phase == Phase::Preparing && self.lifecycle.resumes();
        let step = self.checkpoints.latest.as_ref().map(|latest| latest.step);
        let Some(step) = step.filter(|step| is_busy && self.checkpoints.recovered_at.is_none_or(|last| last < *step))
        else {
            return Ok(false);
        };
        self.checkpoints.recovered_at = Some(step);
        self.files.uploads.crashed();
        self.resume(None, phase == Phase::Paused)?;
        self.notices.show(INTERRUPTION, Severity::Warning, &interruptions::recovered(step, reason), &[])?;
        Ok(true)
    }

    /// A resumed run has failed to start, so its checkpoint is of no use.
    pub(super) fn drop_checkpoint(&mut self) {
        self.leave_checkpoint();
        self.notices.remove(INTERRUPTION);
    }

    /// The run does not go on by itself any more.
    pub(super) fn leave_checkpoint(&mut self) {
        self.checkpoints.latest = None;
        forget();
    }

    /// All steps are done: the shelf has the result.
    pub(super) fn complete_checkpoint(&mut self) {
        self.leave_checkpoint();
        // Even if it is not listed yet: the first one may still be on its way.
        if !self.view.embed {
            checkpoint_storage::remove(self.checkpoints.key.clone(), &self.dispatcher);
        }
    }

    /// The list of interrupted runs. The one in progress is not among them.
    pub(super) fn list_checkpoints(&mut self, runs: WebResult<Vec<KeptRun>>) -> WebResult<()> {
        match runs {
            Ok(runs) => {
                let (key, latest) = (&self.checkpoints.key, &self.checkpoints.latest);
                let is_latest = |run: &KeptRun| latest.as_ref().is_some_and(|latest| run.step >= latest.step);
                let is_stored = runs.iter().any(|run| run.key == *key && is_latest(run));
                self.checkpoints.runs = runs;
                if is_stored {
                    self.checkpoints.saved(self.lifecycle.phase() == Phase::Training)?;
                }
            }
            // Without storage, runs last as long as the page.
            Err(error) if self.checkpoints.latest.is_some() => {
                return self.notices.show("storage", Severity::Warning, &interruptions::not_stored(error), &[]);
            }
            Err(_) => {}
        }
        self.show_checkpoints()
    }

    /// Shows the list without the run in progress.
    pub(super) fn show_checkpoints(&self) -> WebResult<()> {
        let is_own =
            matches!(self.lifecycle.phase(), Phase::Preparing | Phase::Training | Phase::Paused | Phase::Loading);
        let others = |run: &&KeptRun| !(is_own && run.key == self.checkpoints.key);
        let others: Vec<KeptRun> = self.checkpoints.runs.iter().filter(others).cloned().collect();
        self.checkpoints.section.show(&others)
    }

    pub(super) fn use_checkpoint(&mut self, key: &str, command: CheckpointCommand) -> WebResult<()> {
        match command {
            CheckpointCommand::Delete => checkpoint_storage::remove(key.to_owned(), &self.dispatcher),
            CheckpointCommand::Continue => {
                if !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
                    return self.notices.show(INTERRUPTION, Severity::Info, &interruptions::busy(), &[]);
                }
                checkpoint_storage::load(key.to_owned(), &self.dispatcher);
            }
        }
        Ok(())
    }

    /// An interrupted run was read: goes on with it.
    pub(super) fn continue_run(&mut self, key: String, loaded: WebResult<(Vec<u8>, Uint8Array)>) -> WebResult<()> {
        let after_reload = std::mem::take(&mut self.checkpoints.is_reading);
        if !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
            // Another run was started while it was read.
            return self.notices.show(INTERRUPTION, Severity::Info, &interruptions::busy(), &[]);
        }
        let read = loaded.and_then(|(head, state)| Ok((CheckpointHead::read(&head).map_err(Error::from)?.0, state)));
        let latest = match read {
            Ok((CheckpointHead { history, step, state_sha256, .. }, state)) => {
                LatestCheckpoint { history, step, state_sha256, state }
            }
            Err(error) => return self.give_up_run(after_reload, error),
        };
        let was_training = self.checkpoints.runs.iter().find(|run| run.key == key).is_none_or(|run| run.was_training);
        let experiment = latest.history.setup.experiment.clone();
        self.form.write(experiment.clone())?;
        self.edited()?;
        if self.lacks_files() {
            return self.ask_for_files();
        }
        self.begin(&experiment)?;
        self.checkpoints.key = key;
        self.checkpoints.latest = Some(latest);
        remember(&self.checkpoints.key, &experiment);
        self.resume(None, after_reload && !was_training)
    }

    fn give_up_run(&mut self, after_reload: bool, error: WebError) -> WebResult<()> {
        forget();
        self.notices.show(INTERRUPTION, Severity::Warning, &interruptions::unreadable(error), &[])?;
        if after_reload && self.view.run { self.request(Request::Run) } else { Ok(()) }
    }
}
