//! Commands to the worker, and what happens at its events.

use super::Page;
use super::host_commands::OTHER;
use crate::experiment::DevicePreference;
use crate::graphics_adapter;
use crate::metrics::{Environment, OpeningStage, StepTimes, Timing};
use crate::protocol::{Command, Event, FailureKind};
use crate::texts;
use crate::web::error::WebResult;
use crate::web::page::model::lifecycle::Effect;
use crate::web::page::model::phase::Phase;
use crate::web::page::model::worker_program::WorkerProgram;
use crate::web::page::view::notices::{Offer, Severity};
use crate::web::page::view::worker_link::WorkerLink;
use crate::web::page::view::{Action, deploy};
use crate::web::page::words;
use crate::web::page::words::{incidents, interruptions};

/// Subject of the notice that the worker has not responded.
const SILENCE: &str = "silence";
/// Time that the browser may take to look for a graphics adapter, in milliseconds.
const ADAPTER_MILLISECONDS: i32 = 5_000;

/// Subject of the notice that the GPU was lost after the end of a run.
const LOSS: &str = "loss";

/// The subject of the notice that runs are being recomputed.
pub(super) const RECOMPUTING: &str = "recomputing";

impl Page {
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> WebResult<()> {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.send(&command)?,
                Effect::AskForAdapter => {
                    self.worker = None;
                    self.notices.remove(SILENCE);
                    self.ask_for_adapter()?;
                }
                Effect::ReplaceWorker(program) => {
                    // The old worker is terminated first: two would compete for the GPU.
                    self.worker = None;
                    self.checkpoints.forget_request();
                    self.notices.remove(SILENCE);
                    self.notices.remove(LOSS);
                    match WorkerLink::open(&self.dispatcher, program) {
                        Ok(worker) => self.worker = Some(worker),
                        Err(error) => {
                            let message = incidents::worker_refused(error);
                            self.dispatcher.dispatch(Action::WorkerLost(message));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks the browser for a graphics adapter; without an answer in time there is none.
    fn ask_for_adapter(&self) -> WebResult<()> {
        let asked = self.dispatcher.clone();
        wasm_bindgen_futures::spawn_local(async move {
            asked.dispatch(Action::AdapterKnown(graphics_adapter::find().await.is_ok()));
        });
        self.patience.set(ADAPTER_MILLISECONDS)
    }

    /// Starts what has waited for the browser's answer.
    pub(super) fn learn_of_adapter(&mut self, there: bool) -> WebResult<()> {
        self.patience.clear();
        let effects = self.lifecycle.adapter_known(there);
        self.carry_out(effects)
    }

    /// The device is open. If the GPU could not be used, or is the slower device, the smaller worker takes over, and the page keeps the reason.
    fn hear_of_device(
        &mut self,
        environment: &Environment,
        fallback: Option<String>,
        step_times: Option<StepTimes>,
    ) -> WebResult<()> {
        self.loading = None;
        self.step_times = step_times;
        let is_on_gpu = self.lifecycle.program() == WorkerProgram::Gpu;
        if let Some(times) = step_times.filter(|times| is_on_gpu && times.cpu_is_faster()) {
            let effects = self.lifecycle.prefer_cpu(times);
            return self.carry_out(effects);
        }
        match fallback {
            Some(reason) if self.lifecycle.program() == WorkerProgram::Gpu => self.leave_gpu(reason),
            fallback => {
                let refusal = fallback.map(|reason| self.gpu_refusal.clone().unwrap_or(reason));
                let reason = step_times.map(words::step_times_text).or(refusal);
                self.toolbar.show_backend(environment, reason.as_deref())
            }
        }
    }

    /// Starts again what waits or was started, in a worker for the CPU.
    pub(super) fn leave_gpu(&mut self, reason: String) -> WebResult<()> {
        self.gpu_refusal = Some(reason);
        let experiment = self.started.clone().unwrap_or_else(|| self.form.experiment().clone());
        let effects = self.lifecycle.leave_gpu(&experiment);
        self.carry_out(effects)
    }

    /// The worker has ended, or could not be loaded.
    pub(super) fn end_worker(&mut self, message: String) -> WebResult<()> {
        if self.lifecycle.worker_loading() {
            // Its files may be gone because the site has others now.
            deploy::check(&self.dispatcher);
        }
        if self.lifecycle.hopes_for_gpu() { self.leave_gpu(message) } else { self.lose_worker(&message) }
    }

    /// The site has another build of the page: this one cannot go on without its files.
    pub(super) fn be_outdated(&mut self) -> WebResult<()> {
        self.lifecycle.page_outdated();
        self.worker = None;
        self.show_failure()
    }

    /// The worker is gone: the run goes on from its latest checkpoint, or fails.
    pub(super) fn lose_worker(&mut self, reason: &str) -> WebResult<()> {
        if self.recover(reason)? {
            return Ok(());
        }
        self.lifecycle.worker_lost(reason);
        self.files.uploads.crashed();
        self.expect_news()
    }

    /// The timing of the whole run, if this worker has gone on with it.
    fn whole_timing(&self, timing: Timing) -> Timing {
        Timing { elapsed_secs: self.checkpoints.former_secs + timing.elapsed_secs, ..timing }
    }

    pub(super) fn send(&self, command: &Command) -> WebResult<()> {
        let Some(worker) = &self.worker else { return Ok(()) };
        if matches!(command, Command::Start { resumes: true, .. })
            && let Some(latest) = &self.checkpoints.latest
        {
            worker.send_state(&Command::Restore { receipt: latest.receipt() }, &latest.state)?;
        }
        worker.send(command)?;
        self.expect_news()?;
        if matches!(command, Command::Start { paused: false, .. } | Command::Resume) {
            self.notices.remove(OTHER);
            self.parent.announce_start()?;
        }
        Ok(())
    }

    /// Expects an event from the worker within a time limit, if it has work.
    pub(super) fn expect_news(&self) -> WebResult<()> {
        self.notices.remove(SILENCE);
        let busy = matches!(self.lifecycle.phase(), Phase::Preparing | Phase::Training);
        self.worker.as_ref().map_or(Ok(()), |worker| worker.expect_news(busy))
    }

    /// Notifies the visitor that the worker has not responded for a long time: it may be busy, or may have crashed silently.
    pub(super) fn mention_silence(&self) -> WebResult<()> {
        let loading = self.lifecycle.phase() == Phase::Loading;
        let offers: &[Offer] = if loading { &[Offer::Restart] } else { &[Offer::Restart, Offer::Cpu] };
        self.notices.show(SILENCE, Severity::Warning, &words::silence(loading), offers)
    }

    /// Mends what can be mended after a failure; returns whether a new worker goes on from a checkpoint already.
    fn mend(&mut self, kind: FailureKind, message: &str) -> WebResult<bool> {
        // In as little memory the same would happen again.
        if kind.is_fatal() && kind != FailureKind::Memory && self.recover(message)? {
            return Ok(true);
        }
        if kind == FailureKind::Device {
            if self.lifecycle.phase() == Phase::Preparing && self.may_leave_gpu() && !self.can_resume() {
                // One that is lost before it has trained anything is as good as none.
                self.leave_gpu(message.to_owned())?;
                return Ok(true);
            }
            if self.recover_on_cpu(message)? {
                return Ok(true);
            }
        }
        if matches!(kind, FailureKind::Crash | FailureKind::Memory) {
            self.files.uploads.crashed();
        }
        if self.lifecycle.resumes() && kind == FailureKind::Experiment {
            self.drop_checkpoint();
        }
        Ok(false)
    }

    /// A GPU that has failed twice at the same step is given up, if the experiment leaves the choice. True if the CPU goes on.
    fn recover_on_cpu(&mut self, reason: &str) -> WebResult<bool> {
        let is_busy = matches!(self.lifecycle.phase(), Phase::Preparing | Phase::Training | Phase::Paused);
        if !is_busy || !self.may_leave_gpu() || self.checkpoints.recovered_at.take().is_none() {
            return Ok(false);
        }
        self.gpu_refusal = Some(reason.to_owned());
        let effects = self.lifecycle.adapter_known(false);
        self.carry_out(effects)?;
        self.recover(reason)
    }

    /// Whether a GPU is in use that the experiment does not insist on.
    fn may_leave_gpu(&self) -> bool {
        let experiment = self.started.as_ref().unwrap_or(self.form.experiment());
        experiment.device == DevicePreference::Auto && self.lifecycle.program() == WorkerProgram::Gpu
    }

    /// The GPU was lost while nothing was computed: its worker goes, and with it the networks of the last run.
    fn let_worker_go(&mut self) -> WebResult<()> {
        self.worker = None;
        self.trained = None;
        if self.lifecycle.phase() == Phase::Finished && !self.view.embed {
            return self.notices.show(LOSS, Severity::Info, &incidents::gpu_lost_afterwards(), &[]);
        }
        Ok(())
    }

    /// A failure of a run that was to go on, in the words of the page.
    fn explained(&self, event: Event) -> Event {
        match event {
            Event::Failed { kind: FailureKind::Experiment, message } if self.lifecycle.resumes() => {
                Event::Failed { kind: FailureKind::Experiment, message: interruptions::unreadable(message) }
            }
            event => event,
        }
    }

    /// Tells a worker that is ready what it has to know before a start that waits for it: the language and the files.
    fn introduce(&mut self) -> WebResult<()> {
        if let Some(catalog) = texts::installed() {
            self.send(&Command::Speak { catalog })?;
        }
        for source in self.consents.allowed() {
            self.send(&Command::AllowDownload { source: source.clone() })?;
        }
        self.give_files_again()
    }

    pub(super) fn hear(&mut self, event: Event) -> WebResult<()> {
        if !self.lifecycle.accepts(&event) {
            return Ok(());
        }
        let event = self.explained(event);
        if let Event::Failed { kind, message } = &event
            && self.mend(*kind, message)?
        {
            return Ok(());
        }
        let effects = self.lifecycle.event(&event);
        self.expect_news()?;
        if matches!(event, Event::Ready { .. }) && self.lifecycle.worker_ready() {
            self.introduce()?;
        }
        self.carry_out(effects)?;
        self.inspection_event(&event)?;
        match event {
            Event::Dataset { .. } | Event::Uploaded { .. } | Event::UploadRefused { .. } => self.hear_of_data(event)?,
            Event::Device { environment, fallback, step_times } => {
                self.hear_of_device(&environment, fallback, step_times)?;
            }
            Event::Opening { .. } | Event::Data { .. } => self.loading = loading(&event),
            Event::Preparation { progress } => {
                let share = progress.done as f64 / progress.total.max(1) as f64;
                self.loading = Some((words::preparation_text(&progress), Some(share)));
                self.checkpoints.computing()?;
                self.parent.post(&self.situation_post("progress"))?;
            }
            Event::Recomputing { runs } => {
                self.notices.show(RECOMPUTING, Severity::Warning, &incidents::recomputing(runs), &[])?;
            }
            Event::DownloadOffered { source } => self.offered = Some(source),
            Event::DataFallback { reason, offer } => self.explain_digits(&reason, offer)?,
            Event::Failed { kind: FailureKind::Consent, .. } => self.recall_refusal()?,
            Event::Failed { kind: FailureKind::Device, .. } if self.lifecycle.failure().is_none() => {
                self.let_worker_go()?;
            }
            Event::Started { setup } => self.started_with(*setup),
            Event::Progress { record, timing } => {
                self.shown.history.apply(&record);
                self.shown.history.set_timing(self.whole_timing(timing));
                self.parent.post(&self.situation_post("progress"))?;
            }
            Event::Finished { timing } => {
                let timing = self.whole_timing(timing);
                self.finish(timing)?;
            }
            // Without a state: it could not be made.
            Event::Checkpoint { .. } => self.do_without_checkpoint()?,
            Event::Alive { .. }
            | Event::Ready { .. }
            | Event::Paused { .. }
            | Event::Failed { .. }
            | Event::Filters { .. }
            | Event::Examination { .. }
            | Event::Answered { .. } => {}
        }
        self.show()?;
        self.redraw.request()
    }
}

/// What is loaded or made ready, and how much of it is done.
fn loading(event: &Event) -> Option<(String, Option<f64>)> {
    match event {
        Event::Opening { stage } => {
            let share = match stage {
                OpeningStage::Testing { done, total } => Some(*done as f64 / (*total).max(1) as f64),
                OpeningStage::Timing => None,
            };
            Some((words::opening_text(*stage), share))
        }
        Event::Data { file, received, total } => {
            let share = total.filter(|total| *total > 0).map(|total| *received as f64 / total as f64);
            Some((words::data_text(file, *received, *total), share))
        }
        _ => None,
    }
}
