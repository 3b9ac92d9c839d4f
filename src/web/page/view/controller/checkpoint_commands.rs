//! Commands that concern checkpoints: a run goes on after a failure, a reload, or another visit.

use super::Page;
use crate::checkpoint::{CheckpointHead, RunContext};
use crate::error::Error;
use crate::experiment::estimate::Estimate;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::Setup;
use crate::protocol::Command;
use crate::web::error::{WebError, WebResult};
use crate::web::page::model::batches::Batches;
use crate::web::page::model::checkpoints::{InterruptedRun, KeptRun};
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::shown::{Origin, Shown};
use crate::web::page::view::action::CheckpointCommand;
use crate::web::page::view::checkpoint_storage;
use crate::web::page::view::checkpoints::{LatestCheckpoint, interrupted, remember};
use crate::web::page::view::net;
use crate::web::page::view::notices::Severity;
use crate::web::page::view::stored_run::{LoadedRun, StoredCheckpoint};
use crate::web::page::words::interruptions;
use js_sys::Uint8Array;

/// Subject of the notices about interruptions.
pub(super) const INTERRUPTION: &str = "interruption";

impl Page {
    /// Lists the interrupted runs. After a reload, the one that was in progress in this tab goes on, if the
    /// address still states its experiment.
    pub(super) fn find_interrupted_runs(&mut self, stated: &Experiment) {
        match interrupted(stated) {
            // The others are listed after it, when it is known to be that of this tab.
            Some(key) => {
                (self.checkpoints.is_reading, self.checkpoints.is_after_reload) = (true, true);
                checkpoint_storage::load(key, &self.dispatcher);
            }
            None => checkpoint_storage::list(&self.dispatcher),
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
        let is_new = self.checkpoints.latest.as_ref().is_none_or(|latest| latest.head.step < self.shown.history.step);
        let is_measuring = self.lifecycle.measuring() && self.shown.history.step > 0;
        if self.checkpoints.is_too_large {
            return Ok(());
        }
        if is_new && is_measuring && self.checkpoints.ask()? {
            return self.send(&Command::Checkpoint);
        }
        // Steps may take longer than the time between two checkpoints.
        if self.lifecycle.phase() == Phase::Training { self.checkpoints.training() } else { Ok(()) }
    }

    /// Keeps the state that the worker has sent. All measurements up to its step are shown, and none of later ones.
    pub(super) fn keep_checkpoint(&mut self, step: u64, state_sha256: String, state: Uint8Array) -> WebResult<()> {
        if !self.lifecycle.measuring() {
            // Of a run that has ended in the meantime.
            return Ok(());
        }
        let (history, state_bytes) = (self.shown.history.clone(), state.length().into());
        let latest = LatestCheckpoint { head: CheckpointHead { step, history, state_bytes, state_sha256 }, state };
        let is_training = self.lifecycle.phase() == Phase::Training && !self.lifecycle.pausing();
        if is_training {
            self.checkpoints.training()?;
        } else {
            self.checkpoints.rest();
        }
        if !self.view.embed {
            let (key, head, state) = (self.checkpoints.key.clone(), latest.head.to_bytes(), latest.state.clone());
            let (query, context) = (self.shown_experiment().to_query(), self.checkpoints.unstored_context());
            remember(&key, &query);
            let stored = StoredCheckpoint { key, query, head, state, context, is_training };
            checkpoint_storage::save(stored, &self.dispatcher);
        }
        net::keep_results(&latest.head.history);
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
        let (history, step) = (latest.head.history.clone(), latest.head.step);
        let experiment = history.setup.experiment.clone();
        let experiment = Experiment { device: device.unwrap_or(experiment.device), ..experiment };
        let started = self.started.clone().unwrap_or_else(|| experiment.clone());
        // The visitor may have chosen others in the meantime.
        if let Some(files) = self.checkpoints.files.clone().filter(|own| self.files.uploads.latest() != Some(own)) {
            self.files.give(files);
        }
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
        let step = self.checkpoints.latest.as_ref().map(|latest| latest.head.step);
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
        self.checkpoints.leave();
        self.notices.remove(INTERRUPTION);
    }

    /// What the run belongs to that begins now.
    pub(super) fn context(&self) -> RunContext {
        let mut context = RunContext::default();
        if let Some(batches) = &self.batches {
            batches.write(&mut context);
        }
        context
    }

    /// All steps are done: the shelf has the result.
    pub(super) fn complete_checkpoint(&mut self) {
        self.checkpoints.leave();
        // Even if it is not listed yet: the first one may still be on its way.
        if !self.view.embed {
            let former = self.checkpoints.former_batch.take();
            for key in [self.checkpoints.key.clone()].into_iter().chain(former) {
                checkpoint_storage::remove(key, &self.dispatcher);
            }
        }
    }

    /// The checkpoint of a batch that is complete stays until there is one of the next batch, which has begun.
    pub(super) fn keep_former_batch(&mut self, key: String) {
        if let Some(batches) = &self.batches {
            remember(&key, &batches.whole.to_query());
            self.checkpoints.former_batch = Some(key);
        }
    }

    /// The list of interrupted runs. The one in progress is not among them.
    pub(super) fn list_checkpoints(&mut self, runs: WebResult<Vec<KeptRun>>) -> WebResult<()> {
        match runs {
            Ok(runs) => {
                let (key, latest) = (&self.checkpoints.key, &self.checkpoints.latest);
                let step = |run: &KeptRun| run.contents.as_ref().map_or(0, |contents| contents.step);
                let is_latest = |run: &KeptRun| latest.as_ref().is_some_and(|latest| step(run) >= latest.head.step);
                let is_stored = runs.iter().any(|run| run.key == *key && is_latest(run));
                // The lock of this tab is no other one's.
                let own = |run: KeptRun| KeptRun { is_elsewhere: run.is_elsewhere && run.key != *key, ..run };
                self.checkpoints.runs = runs.into_iter().map(own).collect();
                if is_stored {
                    net::promise_return(true);
                    self.checkpoints.context = None;
                    self.checkpoints.saved(self.lifecycle.phase() == Phase::Training)?;
                    if let Some(former) = self.checkpoints.former_batch.take() {
                        checkpoint_storage::remove(former, &self.dispatcher);
                    }
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
            // A second press while it is being read.
            CheckpointCommand::Continue if self.checkpoints.is_reading => {}
            CheckpointCommand::Continue => {
                if !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
                    return self.notices.show(INTERRUPTION, Severity::Info, &interruptions::busy(), &[]);
                }
                if self.can_resume() && key == self.checkpoints.key {
                    return self.resume(None, false);
                }
                self.checkpoints.is_reading = true;
                checkpoint_storage::load(key.to_owned(), &self.dispatcher);
            }
        }
        Ok(())
    }

    /// An interrupted run was read: goes on with it.
    pub(super) fn continue_run(&mut self, key: String, loaded: WebResult<Box<LoadedRun>>) -> WebResult<()> {
        self.checkpoints.is_reading = false;
        let after_reload = std::mem::take(&mut self.checkpoints.is_after_reload);
        if !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
            // Another run was started while it was read.
            return self.notices.show(INTERRUPTION, Severity::Info, &interruptions::busy(), &[]);
        }
        match loaded
            .and_then(|loaded| Ok((InterruptedRun::read(&loaded.head, &loaded.query).map_err(Error::from)?, loaded)))
        {
            Ok((run, loaded)) => match CheckpointHead::read(&loaded.head) {
                Ok((head, _)) => self.go_on(key, &run, head, *loaded, after_reload),
                Err(error) => self.give_up_run(&key, after_reload, Error::from(error).into()),
            },
            Err(error) => self.give_up_run(&key, after_reload, error),
        }
    }

    fn go_on(
        &mut self,
        key: String,
        run: &InterruptedRun,
        head: CheckpointHead,
        loaded: LoadedRun,
        after_reload: bool,
    ) -> WebResult<()> {
        let LoadedRun { state, was_training, mut context, files, lock, .. } = loaded;
        checkpoint_storage::list(&self.dispatcher);
        let batches = Batches::read(&mut context);
        let started = batches.as_ref().map_or_else(|| run.experiment.clone(), Batches::next);
        self.form.write(run.experiment.clone())?;
        self.edited()?;
        if let Some(files) = files.clone().filter(|own| self.files.uploads.latest() != Some(own)) {
            self.files.give(files);
        }
        if self.lacks_files() {
            return self.ask_for_files();
        }
        self.begin(&started, batches)?;
        remember(&key, &run.experiment.to_query());
        self.checkpoints.adopt(key, lock, files, LatestCheckpoint { head, state });
        self.resume(None, after_reload && !was_training)
    }

    fn give_up_run(&mut self, key: &str, after_reload: bool, error: WebError) -> WebResult<()> {
        if after_reload || key == self.checkpoints.key {
            self.checkpoints.leave();
        }
        let (severity, text) = match error {
            // Of a tab that was duplicated, or of one that is open twice.
            WebError::Elsewhere => (Severity::Info, interruptions::elsewhere()),
            error => (Severity::Warning, interruptions::unreadable(error)),
        };
        self.notices.show(INTERRUPTION, severity, &text, &[])?;
        checkpoint_storage::list(&self.dispatcher);
        if after_reload && self.view.run { self.request(Request::Run) } else { Ok(()) }
    }
}
