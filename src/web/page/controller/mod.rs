//! Carries out each action: the only place where form, lifecycle, worker, charts and messages are connected.

mod form_commands;
mod host_commands;
mod inside;
mod variant_commands;

use super::charts::Charts;
use super::dispatch::Update;
use super::embed::Parent;
use super::forecast::MeasuredSpeed;
use super::form::Form;
use super::inside::Inside;
use super::legend::Legend;
use super::lifecycle::{Effect, Lifecycle, Phase, Request};
use super::messages::announcement;
use super::notices::{Notices, Offer, Severity};
use super::own_files::OwnFiles;
use super::paths::PathSection;
use super::plan::PlanSection;
use super::samples::Samples;
use super::start_report::StartReport;
use super::table::ResultsTable;
use super::toolbar::{Situation, Toolbar};
use super::variant_name::publish_colors;
use super::worker_link::WorkerLink;
use super::{Action, Dispatcher, appearance, exports, words};
use crate::experiment::{Experiment, ParsedQuery, View, parse_query};
use crate::metrics::History;
use crate::protocol::{Command, Event, FailureKind};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::incidents;
use crate::web::schedule::{Redraw, now};
use host_commands::OTHER;
use wasm_bindgen::JsValue;

/// Subject of the notice that the worker has not responded.
const SILENCE: &str = "silence";

/// The page with all its parts.
pub(super) struct Page {
    dispatcher: Dispatcher,
    form: Form,
    plan: PlanSection,
    files: OwnFiles,
    samples: Samples,
    legend: Legend,
    charts: Charts,
    table: ResultsTable,
    start_report: StartReport,
    inside: Inside,
    paths: PathSection,
    toolbar: Toolbar,
    notices: Notices,
    parent: Parent,
    redraw: Redraw,
    worker: Option<WorkerLink>,
    lifecycle: Lifecycle,
    view: View,
    /// The measurements shown, or an empty history for the experiment of the form.
    history: History,
    /// The last experiment that was started.
    started: Option<Experiment>,
    /// What is being loaded or prepared, and the fraction done, if known.
    loading: Option<(String, Option<f64>)>,
    /// The speed of the last experiment.
    speed: Option<MeasuredSpeed>,
}

impl Update for Page {
    fn update(&mut self, action: Action) -> WebResult<()> {
        let before = self.lifecycle.phase();
        let acted = self.act(action);
        let after = self.lifecycle.phase();
        if before != after {
            self.arrive(before, after)?;
        }
        acted
    }
}

impl Page {
    /// Binds the document, reads the address and creates the worker.
    pub(super) fn new(dispatcher: &Dispatcher) -> WebResult<Self> {
        let parsed = parse_query(&dom::window()?.location().search()?);
        appearance::bind(dispatcher)?;
        appearance::apply(&parsed.view)?;
        publish_colors()?;
        exports::bind(dispatcher)?;
        let drawn = dispatcher.clone();
        let mut page = Self {
            form: Form::bind(dispatcher)?,
            plan: PlanSection::bind(dispatcher)?,
            files: OwnFiles::bind(dispatcher)?,
            samples: Samples::bind(parsed.view.embed)?,
            legend: Legend::bind(dispatcher)?,
            charts: Charts::bind(dispatcher)?,
            table: ResultsTable::bind()?,
            start_report: StartReport::bind(dispatcher)?,
            inside: Inside::bind(dispatcher)?,
            paths: PathSection::bind(dispatcher)?,
            toolbar: Toolbar::bind(dispatcher)?,
            notices: Notices::bind(dispatcher)?,
            parent: Parent::bind(dispatcher)?,
            redraw: Redraw::new(move || drawn.dispatch(Action::Draw)),
            worker: None,
            lifecycle: Lifecycle::default(),
            history: History::preview(&parsed.experiment),
            view: parsed.view.clone(),
            started: None,
            loading: None,
            speed: None,
            dispatcher: dispatcher.clone(),
        };
        page.open(parsed)?;
        Ok(page)
    }

    fn open(&mut self, parsed: ParsedQuery) -> WebResult<()> {
        for (index, error) in parsed.errors.iter().chain(&parsed.conflicts).enumerate() {
            let text = words::address_error(error);
            self.notices.show(&format!("address-{index}"), Severity::Warning, &text, &[])?;
        }
        if !parsed.unknown.is_empty() {
            self.notices.show("unknown", Severity::Info, &words::unknown_keys(&parsed.unknown), &[])?;
        }
        self.form.write(parsed.experiment)?;
        self.carry_out(vec![Effect::ReplaceWorker])?;
        if parsed.view.run {
            self.request(Request::Run)?;
        }
        self.edited()
    }

    fn act(&mut self, action: Action) -> WebResult<()> {
        let dark = || appearance::is_dark();
        match action {
            Action::Edited => self.read_form(),
            Action::SchemeChosen => self.choose_scheme(),
            Action::SchemeEdited => self.show_picker(),
            Action::AddVariant(addition) => self.add_variant(addition),
            Action::EditVariant(index) => self.edit_variant(index),
            Action::RemoveVariant(index) => self.remove_variant(index),
            Action::Defaults => self.configure(Experiment::default()),
            Action::Preset(index) => self.choose_preset(index),
            Action::FilesGiven(files) => self.give_files(&files),
            Action::Requested(request) => self.press(request),
            Action::Heard(event) => self.hear(*event),
            Action::WorkerLost(message) => {
                self.lifecycle.worker_lost(&message);
                self.files.uploads.crashed();
                self.expect_news()
            }
            Action::WorkerSilent => self.mention_silence(),
            Action::ToggleVariant(index) => {
                self.legend.toggle(index)?;
                self.draw()
            }
            Action::ShowQuantity(quantity) => {
                self.charts.switch(quantity);
                self.draw()
            }
            Action::ShowLayers(quantity) => {
                self.start_report.switch(quantity)?;
                self.draw()
            }
            Action::Inspected(request) => self.inspect(&request),
            Action::Explored(explored) => self.paths.act(explored),
            Action::Point { panel, column } => self.charts.point(panel, column, &self.history, dark()?),
            Action::PointMap { column, row } => self.charts.point_map(column, row),
            Action::Press { panel, key } => self.charts.press(panel, key, &self.history, dark()?),
            Action::Unpoint => self.charts.leave(&self.history, dark()?),
            Action::Exported(export) => export.perform(&self.history, &self.form.experiment().to_query()),
            Action::Asked(question) => self.answer(&question),
            Action::OtherStarted => self.yield_to_other(),
            Action::Themed(theme) => {
                self.view.theme = theme;
                appearance::apply(&self.view)?;
                self.write_address()?;
                self.draw()
            }
            Action::Dismiss(subject) => {
                self.notices.remove(&subject);
                Ok(())
            }
            Action::UseDigits => self.use_digits(),
            Action::UseCpu => self.use_cpu(),
            Action::Reload => Ok(dom::window()?.location().reload()?),
            Action::Draw => self.draw(),
        }
    }

    fn read_form(&mut self) -> WebResult<()> {
        self.form.read()?;
        self.edited()
    }

    /// After a change of the form, updates the address and, if nothing has been measured, the empty charts.
    fn edited(&mut self) -> WebResult<()> {
        self.write_address()?;
        if matches!(self.lifecycle.phase(), Phase::Loading | Phase::Ready) {
            self.history = History::preview(self.form.experiment());
            self.legend.show(&self.history)?;
        }
        self.show_plan()?;
        self.show()?;
        self.redraw.request()
    }

    /// Handles a button. Buttons that are not available only look disabled, so they can still be pressed.
    fn press(&mut self, request: Request) -> WebResult<()> {
        if !self.lifecycle.allows(request, self.is_changed()) {
            return Ok(());
        }
        if self.starts(request) && !self.form.is_valid() {
            return self.form.focus_error();
        }
        self.request(request)
    }

    /// Whether a request starts the experiment of the form.
    fn starts(&self, request: Request) -> bool {
        request == Request::Run || (request == Request::Step && self.lifecycle.phase() != Phase::Paused)
    }

    fn request(&mut self, request: Request) -> WebResult<()> {
        let starts = self.starts(request);
        if starts && self.lacks_files() {
            return self.ask_for_files();
        }
        let experiment = self.form.experiment();
        if starts && self.lifecycle.allows(request, true) {
            self.started = Some(experiment.clone());
        }
        let effects = self.lifecycle.request(request, experiment);
        self.carry_out(effects)?;
        self.show()
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> WebResult<()> {
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

    fn send(&self, command: &Command) -> WebResult<()> {
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
    fn expect_news(&self) -> WebResult<()> {
        self.notices.remove(SILENCE);
        let busy = matches!(self.lifecycle.phase(), Phase::Preparing | Phase::Training);
        self.worker.as_ref().map_or(Ok(()), |worker| worker.expect_news(busy))
    }

    /// Notifies the visitor that the worker has not responded for a long time: it may be busy, or may have crashed silently.
    fn mention_silence(&self) -> WebResult<()> {
        let loading = self.lifecycle.phase() == Phase::Loading;
        let offers: &[Offer] = if loading { &[Offer::Restart] } else { &[Offer::Restart, Offer::Cpu] };
        self.notices.show(SILENCE, Severity::Warning, words::silence(loading), offers)
    }

    fn hear(&mut self, event: Event) -> WebResult<()> {
        if !self.lifecycle.accepts(&event) {
            return Ok(());
        }
        if matches!(event, Event::Failed { kind: FailureKind::Crash, .. }) {
            self.files.uploads.crashed();
        }
        let effects = self.lifecycle.event(&event);
        self.expect_news()?;
        if matches!(event, Event::Ready { .. }) && self.lifecycle.worker_ready() {
            // The files are sent before a start that waits for the worker.
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
            Event::Started { setup } => {
                self.history = History::new(*setup);
                self.legend.show(&self.history)?;
            }
            Event::Progress { record, timing } => {
                self.history.apply(&record);
                self.history.timing = timing;
                self.parent.post(&self.situation_post("progress"))?;
            }
            Event::Finished { timing } => self.history.timing = timing,
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

    /// Handles a change of phase.
    fn arrive(&mut self, before: Phase, after: Phase) -> WebResult<()> {
        if before == Phase::Training {
            self.measure_speed()?;
        }
        match after {
            Phase::Preparing => self.prepare(),
            Phase::Ready if before != Phase::Loading => self.history = History::preview(self.form.experiment()),
            Phase::Loading => self.history = History::preview(self.form.experiment()),
            _ => {}
        }
        if !matches!(after, Phase::Training | Phase::Paused) {
            self.notices.remove(OTHER);
        }
        self.show_failure()?;
        self.legend.show(&self.history)?;
        // The charts are drawn before the phase is announced, so that code waiting for a phase finds them up to date. If drawing
        // fails, the phase is announced nevertheless.
        let drawn = self.draw();
        dom::root()?.dataset().set("state", after.name())?;
        if let Some(name) = announcement(before, after) {
            self.parent.post(&self.situation_post(name))?;
        }
        drawn
    }

    fn prepare(&mut self) {
        self.loading = None;
        self.notices.remove("data");
        self.history = History::preview(self.form.experiment());
    }

    fn show_failure(&self) -> WebResult<()> {
        if let Some(failure) = self.lifecycle.failure() {
            self.notices.show("failure", Severity::Failure, &failure.message, Offer::against(failure.remedy))
        } else {
            self.notices.remove("failure");
            Ok(())
        }
    }

    fn draw(&mut self) -> WebResult<()> {
        let start = now()?;
        self.charts.draw(&self.history, self.legend.visible(), appearance::is_dark()?)?;
        self.table.show(&self.history)?;
        self.start_report.draw(&self.history, self.legend.visible(), appearance::is_dark()?)?;
        self.inside.draw(&self.history, self.lifecycle.phase(), appearance::is_dark()?)?;
        exports::enable(self.history.step > 0)?;
        self.show()?;
        dom::root()?.dataset().set("step", &self.history.step.to_string())?;
        self.redraw.drawn(start)
    }

    fn show(&self) -> WebResult<()> {
        self.toolbar.show(&Situation {
            lifecycle: &self.lifecycle,
            history: &self.history,
            changed: self.is_changed(),
            again: self.started.is_some() && !self.is_changed(),
            loading: self.loading.as_ref(),
        })
    }

    fn is_changed(&self) -> bool {
        self.started.as_ref().is_some_and(|started| started != self.form.experiment())
    }

    fn write_address(&self) -> WebResult<()> {
        let query = self.form.experiment().to_query_with(&self.view);
        appearance::show_full_link(&self.form.experiment().to_query())?;
        let address = exports::address(&query)?;
        // Some browsers limit the rate of these calls; the next change then updates the address.
        let replaced = dom::window()?.history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        replaced.or(Ok(()))
    }
}
