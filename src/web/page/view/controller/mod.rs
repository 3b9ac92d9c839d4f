//! Carries out each action: the only place where form, lifecycle, worker, figure and messages are connected.

mod checkpoint_commands;
mod drawing;
mod figure_commands;
mod form_commands;
mod host_commands;
mod inside;
mod remedy_commands;
mod result_commands;
mod start;
mod variant_commands;
mod worker_messages;

use super::activity_section::ActivitySection;
use super::checkpoints::Checkpoints;
use super::chosen_files::ChosenFiles;
use super::dispatch::Update;
use super::embed::Parent;
use super::figure_section::FigureSection;
use super::form::Form;
use super::inside::Inside;
use super::layer_section::LayerSection;
use super::notices::Notices;
use super::own_files::OwnFiles;
use super::path_section::PathSection;
use super::samples::Samples;
use super::scrubber::Scrubber;
use super::shelf_section::ShelfSection;
use super::toolbar::Toolbar;
use super::variant_name::publish_colors;
use super::variant_table::VariantTable;
use super::worker_link::WorkerLink;
use super::{
    Action, Dispatcher, appearance, consent_storage, cpu_fields, deploy, dialogs, navigation, scenario_strip, share,
};
use crate::experiment::{Experiment, PagePart, Theme, View, parse_query};
use crate::metrics::StepTimes;
use crate::protocol::DownloadSource;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::batches::Batches;
use crate::web::page::model::consents::Consents;
use crate::web::page::model::forecast::MeasuredSpeed;
use crate::web::page::model::host_queue::HostQueue;
use crate::web::page::model::lifecycle::Lifecycle;
use crate::web::page::model::messages::announcement;
use crate::web::page::model::palette_slots::PaletteSlots;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::shelf::Shelf;
use crate::web::page::model::shown::{Origin, Shown, same_but_device};
use crate::web::page::model::sight::Sight;
use crate::web::schedule::{Redraw, Timer};
use host_commands::OTHER;
use wasm_bindgen::JsValue;
use web_sys::Element;
use worker_messages::RECOMPUTING;

/// The page with all its parts.
pub(super) struct Page {
    dispatcher: Dispatcher,
    form: Form,
    estimate: Element,
    files: OwnFiles,
    samples: Samples,
    table: VariantTable,
    figure: FigureSection,
    activity: ActivitySection,
    layers: LayerSection,
    inside: Inside,
    paths: PathSection,
    scrubber: Scrubber,
    toolbar: Toolbar,
    shelf_section: ShelfSection,
    notices: Notices,
    parent: Parent,
    /// Whether the frame can be seen, and waits because it cannot.
    sight: Sight,
    redraw: Redraw,
    worker: Option<WorkerLink>,
    /// Rings if the browser does not say whether there is a graphics adapter.
    patience: Timer,
    /// Why the GPU is not used although there is one.
    gpu_refusal: Option<String>,
    /// What was measured for the choice between GPU and CPU.
    step_times: Option<StepTimes>,
    /// What the visitor has decided about downloads.
    consents: Consents,
    /// The latest download that needed a decision.
    offered: Option<DownloadSource>,
    lifecycle: Lifecycle,
    view: View,
    /// The colors that the host has sent.
    host_theme: Theme,
    /// What is drawn, listed, exported and shared.
    shown: Shown,
    /// Which variants are visible, by index.
    visible: Vec<bool>,
    palette: PaletteSlots,
    shelf: Shelf,
    checkpoints: Checkpoints,
    /// The experiment that the worker was last told to start.
    started: Option<Experiment>,
    /// The experiment whose networks the worker has.
    trained: Option<Experiment>,
    /// The batches to which the seeds in training belong, if not all runs are computed at once.
    batches: Option<Batches>,
    /// The name of the scenario whose recording is being fetched.
    fetching: Option<&'static str>,
    /// Questions of the host, with their ids, that wait for a recording.
    questions: HostQueue<Vec<JsValue>>,
    /// The form before a scenario or the defaults replaced it.
    undo: Option<Experiment>,
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
    /// Binds the document and reads the address. The worker is created at the first start.
    pub(super) fn new(dispatcher: &Dispatcher) -> WebResult<Self> {
        let parsed = parse_query(&dom::window()?.location().search()?);
        appearance::bind(dispatcher)?;
        cpu_fields::bind(dispatcher)?;
        appearance::apply(&parsed.view, Theme::Auto)?;
        publish_colors()?;
        share::bind(dispatcher)?;
        dialogs::bind(dispatcher)?;
        navigation::bind(dispatcher)?;
        scenario_strip::bind(dispatcher)?;
        start::bind_buttons(dispatcher)?;
        let (drawn, unanswered) = (dispatcher.clone(), dispatcher.clone());
        let mut page = Self {
            form: Form::bind(dispatcher)?,
            estimate: dom::element("estimate")?,
            files: OwnFiles::bind(dispatcher)?,
            samples: Samples::bind(parsed.view.embed)?,
            table: VariantTable::bind(dispatcher)?,
            figure: FigureSection::bind(dispatcher)?,
            activity: ActivitySection::bind(dispatcher)?,
            layers: LayerSection::bind(dispatcher)?,
            inside: Inside::bind(dispatcher)?,
            paths: PathSection::bind(dispatcher)?,
            scrubber: Scrubber::bind(dispatcher)?,
            toolbar: Toolbar::bind(dispatcher)?,
            shelf_section: ShelfSection::bind(dispatcher)?,
            notices: Notices::bind(dispatcher)?,
            parent: Parent::bind(dispatcher)?,
            sight: Sight::default(),
            redraw: Redraw::new(move || drawn.dispatch(Action::Draw)),
            worker: None,
            patience: Timer::new(move || unanswered.dispatch(Action::AdapterKnown(false))),
            gpu_refusal: None,
            step_times: None,
            consents: consent_storage::load(),
            offered: None,
            lifecycle: Lifecycle::default(),
            shown: Shown::nothing(&parsed.experiment),
            visible: Vec::new(),
            palette: PaletteSlots::default(),
            shelf: Shelf::default(),
            checkpoints: Checkpoints::bind(dispatcher)?,
            view: parsed.view.clone(),
            host_theme: Theme::Auto,
            started: None,
            trained: None,
            batches: None,
            undo: None,
            fetching: None,
            questions: HostQueue::default(),
            loading: None,
            speed: None,
            dispatcher: dispatcher.clone(),
        };
        page.lifecycle.compute_with(cpu_fields::chosen()?);
        page.open(&parsed)?;
        Ok(page)
    }

    fn act(&mut self, action: Action) -> WebResult<()> {
        match action {
            Action::Edited => self.read_form(),
            Action::SchemeChosen => self.choose_scheme(),
            Action::SchemeEdited => self.show_picker(),
            Action::AddVariant(addition) => self.add_variant(addition),
            Action::Listed(index, command) => self.change_listed(index, command),
            Action::Defaults => self.replace_form(Experiment::default()),
            Action::Revert => {
                self.configure(Experiment { device: self.form.experiment().device, ..self.shown_experiment().clone() })
            }
            Action::Undo => self.undo_replacement(),
            Action::ShowScenario(scenario) => self.show_scenario(scenario),
            Action::WalkScenarios(distance) => self.walk_scenarios(distance),
            Action::Recorded(scenario, bytes) => self.receive_recording(scenario, bytes.as_deref()),
            Action::MoreSeeds => self.compute_more_seeds(),
            Action::Shelved(index, command) => self.use_shelf(index, command),
            Action::FilesGiven(files) => self.give_files(ChosenFiles { files, choices: Vec::new() }),
            Action::FileUseChanged(index) => self.change_file_use(index),
            Action::Requested(request) => self.press(request),
            Action::Toggled => self.press(self.lifecycle.phase().main_request()),
            Action::Heard(event) => self.hear(*event),
            Action::WorkerLost(message) => self.end_worker(message),
            Action::ComputingChosen => {
                self.lifecycle.compute_with(cpu_fields::chosen()?);
                Ok(())
            }
            Action::AdapterKnown(there) => self.learn_of_adapter(there),
            Action::WorkerSilent => self.mention_silence(),
            Action::Asked(question, ids) => self.answer(&question, ids),
            Action::CheckpointMade { step, state_sha256, state } => self.keep_checkpoint(step, state_sha256, state),
            Action::CheckpointDue => self.ask_for_checkpoint(),
            Action::CheckpointsListed(runs) => self.list_checkpoints(runs),
            Action::CheckpointLoaded(key, loaded) => self.continue_run(key, loaded),
            Action::Checkpointed(key, command) => self.use_checkpoint(&key, command),
            Action::OtherStarted(claim) => self.yield_to_other(claim),
            Action::Seen(seen) => self.be_seen(seen),
            Action::AllowDownload => self.allow_download(),
            Action::Relieved(relief) => self.relieve(relief),
            Action::UseDigits => self.use_digits(),
            Action::UseCpu => self.use_cpu(),
            Action::Outdated => self.be_outdated(),
            Action::Reload => deploy::reload(),
            other => self.act_on_view(other),
        }
    }

    /// The actions that change how things are shown, not what is.
    fn act_on_view(&mut self, action: Action) -> WebResult<()> {
        match action {
            Action::FigureChosen { key, value } => self.choose_figure(&key, &value),
            Action::Swapped(index) => self.swap_figure(index),
            Action::Figure(command) => self.command_figure(command),
            Action::Scrubbed(place) => self.scrub(place),
            Action::ShowLayers(quantity) => {
                self.layers.switch(quantity)?;
                self.draw()
            }
            Action::Inspected(request) => self.inspect(&request),
            Action::Explored(explored) => self.paths.act(explored),
            Action::PointMap { column, row } => self.activity.point(column, row),
            Action::StepMap { columns, rows } => self.activity.step(columns, rows),
            Action::Unpoint => self.unpoint(),
            Action::Exported(export) => self.shared().export(export),
            Action::ShareEdited => self.shared().fill_dialog(),
            Action::Themed(theme) => {
                self.view.theme = theme;
                appearance::apply(&self.view, self.host_theme)?;
                self.write_address()?;
                self.draw()
            }
            // The texts of the document are translated once, so the page starts again at the address of what is shown.
            Action::Spoken(language) => {
                self.view.language = language;
                self.write_address()?;
                Ok(dom::window()?.location().reload()?)
            }
            Action::ShowTab(part) => {
                self.show_tab(part)?;
                self.write_address()?;
                self.draw()
            }
            Action::Presented => {
                navigation::toggle_presentation()?;
                self.draw()
            }
            Action::Opened(dialog) => self.open_dialog(dialog),
            Action::Dismiss(subject) => {
                self.notices.remove(&subject);
                Ok(())
            }
            _ => self.draw(),
        }
    }

    /// Handles a button. Buttons that are not available only look disabled, so they can still be pressed.
    fn press(&mut self, request: Request) -> WebResult<()> {
        // The host may still start it, the visitor not.
        let fixed = self.starts(request) && self.view.hide.contains(&PagePart::Run);
        if fixed || !self.lifecycle.allows(request, self.is_edited()) {
            return Ok(());
        }
        if self.starts(request) && !self.form.is_valid() {
            dialogs::open("setup")?;
            return self.form.focus_error();
        }
        self.sight.decided();
        self.request(request)
    }

    /// Whether a request starts the experiment of the form.
    fn starts(&self, request: Request) -> bool {
        request == Request::Run || (request == Request::Step && self.lifecycle.phase() != Phase::Paused)
    }

    fn request(&mut self, request: Request) -> WebResult<()> {
        if request == Request::Restart && self.can_resume() {
            return self.resume(None, false);
        }
        let starts = self.starts(request);
        if starts && self.lacks_files() {
            return self.ask_for_files();
        }
        // A new worker continues with what the old one was told, whatever the form says now.
        let form = self.form.experiment().clone();
        let mut experiment = match request {
            Request::Restart => self.started.clone().unwrap_or(form),
            _ => form,
        };
        if starts && self.lifecycle.allows(request, true) {
            experiment = self.begin_whole(experiment)?;
        }
        let effects = self.lifecycle.request(request, &experiment);
        self.carry_out(effects)?;
        self.show()
    }

    /// Handles a change of phase.
    fn arrive(&mut self, before: Phase, after: Phase) -> WebResult<()> {
        if before == Phase::Training {
            self.measure_speed()?;
        }
        match after {
            Phase::Preparing => {
                self.loading = None;
                self.notices.remove("data");
            }
            Phase::Ready if before != Phase::Loading => self.forget_run()?,
            Phase::Failed => self.show_complete_batches(),
            _ => {}
        }
        self.time_checkpoints(after)?;
        if let Some(seen) = self.sight.unsettled() {
            self.dispatcher.dispatch(Action::Seen(seen));
        }
        if self.lifecycle.worker_absent() {
            // A worker that has failed must not go on computing.
            self.worker = None;
        }
        if !matches!(after, Phase::Training | Phase::Paused) {
            for subject in [OTHER, RECOMPUTING] {
                self.notices.remove(subject);
            }
        }
        self.show_failure()?;
        // The charts are drawn before the phase is announced, so that code waiting for a phase finds them up to date. If drawing
        // fails, the phase is announced nevertheless.
        let drawn = self.draw();
        dom::root()?.dataset().set("state", after.name())?;
        if let Some(name) = announcement(before, after) {
            self.parent.post(&self.situation_post(name))?;
        }
        drawn
    }

    /// Whether the experiment in the form is not the one that is shown.
    fn is_edited(&self) -> bool {
        !same_but_device(self.shown_experiment(), self.form.experiment())
    }

    /// The experiment to which what is shown belongs: more than is shown while further seeds are computed.
    fn shown_experiment(&self) -> &Experiment {
        self.batches.as_ref().map_or(&self.shown.experiment, |batches| &batches.whole)
    }

    /// The name of the scenario whose recording is shown.
    fn recorded_scenario(&self) -> Option<&'static str> {
        match &self.shown.origin {
            Origin::Recorded { scenario, .. } => Some(scenario),
            Origin::Nothing | Origin::Live | Origin::Kept { .. } => None,
        }
    }
}
