//! Everything that can happen on the page.

use super::catalog::Addition;
use super::cursor::CursorKey;
use super::inside::inquiry::InspectionRequest;
use super::lifecycle::Request;
use super::messages::Question;
use super::paths::model::Explored;
use super::start_report::quantity::LayerQuantity;
use crate::experiment::Theme;
use crate::metrics::Quantity;
use crate::protocol::Event;
use web_sys::File;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// A field of the form has another value.
    Edited,
    /// Another scheme of the catalog was opened.
    SchemeChosen,
    /// A parameter in the picker has another value.
    SchemeEdited,
    /// What the picker holds is to be put into the list.
    AddVariant(Addition),
    /// The variant with this index is to be brought into the picker.
    EditVariant(usize),
    /// The variant with this index is to be taken out.
    RemoveVariant(usize),
    /// The form is to hold the default experiment.
    Defaults,
    /// The form is to hold the preset with this index.
    Preset(usize),
    /// Files were chosen, or dropped on the page.
    FilesGiven(Vec<File>),
    /// A button was pressed.
    Requested(Request),
    /// The worker has said something.
    Heard(Box<Event>),
    /// The worker has terminated; why, as a sentence.
    WorkerLost(String),
    /// The worker was expected to send something and has not.
    WorkerSilent,
    /// A variant of the legend was pressed.
    ToggleVariant(usize),
    /// Another quantity is to be shown in its panel.
    ShowQuantity(Quantity),
    /// Another quantity of layers before training is to be shown.
    ShowLayers(LayerQuantity),
    /// Something was done in the section "Inside a run".
    Inspected(InspectionRequest),
    /// Something was done in the path explorer.
    Explored(Explored),
    /// The pointer is at this CSS column of a chart.
    Point {
        /// Index of the chart.
        panel: usize,
        /// CSS pixels from its left edge.
        column: f64,
    },
    /// The pointer is at this place of the map of active units, in CSS pixels.
    PointMap {
        /// From the left edge.
        column: f64,
        /// From the upper edge.
        row: f64,
    },
    /// A key was pressed on a chart.
    Press {
        /// Index of the chart.
        panel: usize,
        /// Where it moves the cursor.
        key: CursorKey,
    },
    /// The pointer is on no chart.
    Unpoint,
    /// An export button was pressed.
    Exported(Export),
    /// The host has sent a message.
    Asked(Question),
    /// Another embed of this origin has started to compute.
    OtherStarted,
    /// Other colors were chosen.
    Themed(Theme),
    /// A notice was dismissed.
    Dismiss(String),
    /// The built-in digits are to be used.
    UseDigits,
    /// The CPU is to be used.
    UseCpu,
    /// The page is to be reloaded.
    Reload,
    /// Size or colors have changed, or a drawing is due.
    Draw,
}

/// One of the export buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Export {
    /// The results file.
    Json,
    /// All curves as CSV in long format.
    Csv,
    /// The figure.
    Svg,
    /// The address of this experiment.
    Link,
    /// An `<iframe>` with this experiment.
    Embed,
}
