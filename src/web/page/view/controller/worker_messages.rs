//! Commands to the worker, and what happens at its events.

use super::Page;
use super::host_commands::OTHER;
use crate::graphics_adapter;
use crate::metrics::Environment;
use crate::protocol::{Command, Event, FailureKind};
use crate::texts;
use crate::web::error::WebResult;
use crate::web::page::model::lifecycle::Effect;
use crate::web::page::model::phase::Phase;
use crate::web::page::model::worker_program::WorkerProgram;
use crate::web::page::view::Action;
use crate::web::page::view::notices::{Offer, Severity};
use crate::web::page::view::worker_link::WorkerLink;
use crate::web::page::words;
use crate::web::page::words::incidents;

/// Subject of the notice that the worker has not responded.
const SILENCE: &str = "silence";
/// Time that the browser may take to look for a graphics adapter, in milliseconds.
const ADAPTER_MILLISECONDS: i32 = 5_000;

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
                    self.notices.remove(SILENCE);
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

    /// The device is open. If the GPU could not be used, the smaller worker takes over, and the page keeps the reason.
    fn hear_of_device(&mut self, environment: &Environment, fallback: Option<String>) -> WebResult<()> {
        match fallback {
            Some(reason) if self.lifecycle.program() == WorkerProgram::Gpu => self.leave_gpu(reason),
            fallback => {
                let reason = fallback.map(|reason| self.gpu_refusal.clone().unwrap_or(reason));
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

    pub(super) fn send(&self, command: &Command) -> WebResult<()> {
        let Some(worker) = &self.worker else { return Ok(()) };
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

    pub(super) fn hear(&mut self, event: Event) -> WebResult<()> {
        if !self.lifecycle.accepts(&event) {
            return Ok(());
        }
        if matches!(event, Event::Failed { kind: FailureKind::Crash, .. }) {
            self.files.uploads.crashed();
        }
        let effects = self.lifecycle.event(&event);
        self.expect_news()?;
        if matches!(event, Event::Ready { .. }) && self.lifecycle.worker_ready() {
            // The language and the files are sent before a start that waits for the worker.
            if let Some(catalog) = texts::installed() {
                self.send(&Command::Speak { catalog })?;
            }
            for dataset in self.accepted.clone() {
                self.send(&Command::AcceptLicense { dataset })?;
            }
            self.give_files_again()?;
        }
        self.carry_out(effects)?;
        self.inspection_event(&event)?;
        match event {
            Event::Dataset { .. } | Event::Uploaded { .. } | Event::UploadRefused { .. } => self.hear_of_data(event)?,
            Event::Device { environment, fallback } => self.hear_of_device(&environment, fallback)?,
            Event::Data { file, received, total } => {
                let share = total.filter(|total| *total > 0).map(|total| received as f64 / total as f64);
                self.loading = Some((words::data_text(&file, received, total), share));
            }
            Event::Preparation { progress } => {
                let share = progress.done as f64 / progress.total.max(1) as f64;
                self.loading = Some((words::preparation_text(&progress), Some(share)));
            }
            Event::Recomputing { runs } => {
                self.notices.show(RECOMPUTING, Severity::Warning, &incidents::recomputing(runs), &[])?;
            }
            Event::DataFallback { reason } => {
                let text = incidents::data_replaced(&reason);
                self.notices.show("data", Severity::Warning, &text, &[])?;
            }
            Event::Started { setup } => self.started_with(*setup),
            Event::Progress { record, timing } => {
                self.shown.history.apply(&record);
                self.shown.history.set_timing(timing);
                self.parent.post(&self.situation_post("progress"))?;
            }
            Event::Finished { timing } => self.finish(timing)?,
            Event::Ready { .. }
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
