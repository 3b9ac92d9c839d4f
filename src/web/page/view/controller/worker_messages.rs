//! Commands to the worker, and what happens at its events.

use super::Page;
use super::host_commands::OTHER;
use crate::protocol::{Command, Event, FailureKind};
use crate::texts;
use crate::web::error::WebResult;
use crate::web::page::model::lifecycle::Effect;
use crate::web::page::model::phase::Phase;
use crate::web::page::view::Action;
use crate::web::page::view::notices::{Offer, Severity};
use crate::web::page::view::worker_link::WorkerLink;
use crate::web::page::words;
use crate::web::page::words::incidents;

/// Subject of the notice that the worker has not responded.
const SILENCE: &str = "silence";

impl Page {
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> WebResult<()> {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.send(&command)?,
                Effect::ReplaceWorker => {
                    // The old worker is terminated first: two would compete for the GPU.
                    self.worker = None;
                    self.notices.remove(SILENCE);
                    match WorkerLink::open(&self.dispatcher) {
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
            self.give_files_again()?;
        }
        self.carry_out(effects)?;
        self.inspection_event(&event)?;
        match event {
            Event::Dataset { .. } | Event::Uploaded { .. } | Event::UploadRefused { .. } => self.hear_of_data(event)?,
            Event::Device { environment, fallback } => self.toolbar.show_backend(&environment, fallback.as_deref())?,
            Event::Data { file, received, total } => {
                let share = total.filter(|total| *total > 0).map(|total| received as f64 / total as f64);
                self.loading = Some((words::data_text(&file, received, total), share));
            }
            Event::Preparation { progress } => {
                let share = progress.done as f64 / progress.total.max(1) as f64;
                self.loading = Some((words::preparation_text(&progress), Some(share)));
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
            | Event::Classified { .. } => {}
        }
        self.show()?;
        self.redraw.request()
    }
}
