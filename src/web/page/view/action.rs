//! Everything that can happen on the page.

use super::stored_run::LoadedRun;
use crate::experiment::scenarios::Scenario;
use crate::experiment::{Language, Theme, Zoom};
use crate::export::TableFormat;
use crate::protocol::Event;
use crate::web::error::WebResult;
use crate::web::page::model::checkpoints::KeptRun;
use crate::web::page::model::cursor::CursorKey;
use crate::web::page::model::inside::inquiry::InspectionRequest;
use crate::web::page::model::layer_quantity::LayerQuantity;
use crate::web::page::model::messages::Question;
use crate::web::page::model::path_explorer::Explored;
use crate::web::page::model::phase::Request;
use crate::web::page::model::picker_fields::Addition;
use crate::web::page::model::relief::Relief;
use crate::web::page::model::start_claim::StartClaim;
use crate::web::page::model::tabs::Tab;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::File;

/// Something that has happened.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// A field of the form has another value.
    Edited,
    /// Another scheme was selected in the picker.
    SchemeChosen,
    /// A parameter in the picker has another value.
    SchemeEdited,
    /// The scheme of the picker is to be added to the list.
    AddVariant(Addition),
    /// Something was done with a row of the list of variants.
    Listed(usize, RowCommand),
    /// The form is to be set to the default experiment.
    Defaults,
    /// The form is to be set to what is shown.
    Revert,
    /// The last replacement of the whole form is to be undone.
    Undo,
    /// A scenario is to be shown.
    ShowScenario(&'static Scenario),
    /// The next (or with -1 the previous) scenario is to be shown.
    WalkScenarios(isize),
    /// The recording of a scenario has arrived, or could not be fetched.
    Recorded(&'static Scenario, Option<Vec<u8>>),
    /// Five more seeds are to be computed.
    MoreSeeds,
    /// A button of the shelf was pressed: show this result, or pin it.
    Shelved(usize, ShelfCommand),
    /// Files were chosen, or dropped on the page.
    FilesGiven(Vec<File>),
    /// The use of one of them is to be changed.
    FileUseChanged(usize),
    /// A button was pressed.
    Requested(Request),
    /// Space was pressed: run, pause or resume.
    Toggled,
    /// The worker has sent an event.
    Heard(Box<Event>),
    /// The worker has terminated, for this reason (a sentence).
    WorkerLost(String),
    /// The worker has not sent anything in the expected time.
    WorkerSilent,
    /// The worker has sent the state of the training at a step.
    CheckpointMade {
        /// The step.
        step: u64,
        /// SHA-256 of the state.
        state_sha256: String,
        /// The state.
        state: Uint8Array,
    },
    /// It is time for a checkpoint: while training goes on, or because the page may soon be gone.
    CheckpointDue,
    /// The interrupted runs that the browser keeps, or why they cannot be read.
    CheckpointsListed(WebResult<Vec<KeptRun>>),
    /// An interrupted run was read.
    CheckpointLoaded(String, WebResult<Box<LoadedRun>>),
    /// A button of an interrupted run was pressed.
    Checkpointed(String, CheckpointCommand),
    /// The browser has a graphics adapter for WebGPU, or not.
    AdapterKnown(bool),
    /// A field that says how the CPU computes has another value.
    ComputingChosen,
    /// A choice above the figure has another value.
    FigureChosen {
        /// The query key.
        key: String,
        /// Its value.
        value: String,
    },
    /// The quantity of a small chart is to be shown large.
    Swapped(usize),
    /// Something was done on the figure.
    Figure(FigureCommand),
    /// A slider was moved to the evaluation with this place.
    Scrubbed(usize),
    /// Another quantity is to be shown in the section about layers.
    ShowLayers(LayerQuantity),
    /// Something was done in the section "Inside a run".
    Inspected(InspectionRequest),
    /// Something was done in the path explorer.
    Explored(Explored),
    /// The pointer is over the heat map of active units.
    PointMap {
        /// Distance from its left edge in CSS pixels.
        column: f64,
        /// Distance from its top edge in CSS pixels.
        row: f64,
    },
    /// An arrow key was pressed on the heat map.
    StepMap {
        /// Evaluations to the right.
        columns: isize,
        /// Layers down.
        rows: isize,
    },
    /// The pointer has left the charts.
    Unpoint,
    /// An export button was pressed.
    Exported(Export),
    /// A choice of the dialog for sharing has another value.
    ShareEdited,
    /// The host has sent a message, with this id, which may be any value.
    Asked(Question, Vec<JsValue>),
    /// Another embed of this site has started to compute.
    OtherStarted(StartClaim),
    /// The frame has come into sight, or has left it.
    Seen(bool),
    /// Another color theme was chosen.
    Themed(Theme),
    /// Another language was chosen.
    Spoken(Language),
    /// Another part of the page is to be shown.
    ShowTab(Tab),
    /// The presentation is to begin or to end.
    Presented,
    /// A dialog is to be opened.
    Opened(&'static str),
    /// A notice was dismissed.
    Dismiss(String),
    /// The download of the data set from another site was allowed, and its license accepted.
    AllowDownload,
    /// Less memory is to be used.
    Relieved(Relief),
    /// The built-in digits are to be used.
    UseDigits,
    /// The CPU is to be used.
    UseCpu,
    /// The site has another build of the page.
    Outdated,
    /// The page is to be reloaded.
    Reload,
    /// The size or the colors have changed, or the charts need to be redrawn.
    Draw,
}

/// What can be done with a row of the list of variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowCommand {
    /// Show or hide its line.
    Toggle,
    /// Load it into the picker.
    Edit,
    /// Make it the baseline.
    Baseline,
    /// Move it up.
    Raise,
    /// Remove it from the list.
    Remove,
}

/// What can be done with an interrupted run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckpointCommand {
    /// Go on with it.
    Continue,
    /// Delete it.
    Delete,
}

/// What can be done with a result of the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShelfCommand {
    /// Show it.
    Show,
    /// Draw it behind what is shown, or no longer.
    Pin,
}

/// What can be done on the figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FigureCommand {
    /// The pointer is at this column, in CSS pixels.
    Point(f64),
    /// A key was pressed that moves the cursor.
    Press(CursorKey),
    /// The steps between two columns are to be shown, in CSS pixels.
    Span(f64, f64),
    /// The figure is to be magnified by a factor around a column, in CSS pixels; around the middle if absent.
    Magnify(f64, Option<f64>),
    /// Another part of the training is to be shown.
    Zoom(Zoom),
}

/// One of the export buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Export {
    /// The results file.
    Json,
    /// All curves as CSV in long format.
    Csv,
    /// The results table.
    Table(TableFormat),
    /// The figure as it is shown, as SVG.
    Figure,
    /// The figure as it is shown, as PNG.
    Png,
    /// The sheet with four figures, as SVG.
    Sheet,
    /// The address of what is shown.
    Link,
    /// An `<iframe>` with what is shown.
    Embed,
}
