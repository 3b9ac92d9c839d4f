//! Everything that can happen on the page.

use super::cursor::CursorKey;
use super::inside::inquiry::InspectionRequest;
use super::lifecycle::Request;
use super::messages::Question;
use super::paths::model::Explored;
use super::picker_fields::Addition;
use super::start_report::quantity::LayerQuantity;
use crate::catalog::Quantity;
use crate::experiment::Theme;
use crate::protocol::Event;
use web_sys::File;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// A field of the form has another value.
    Edited,
    /// Another scheme was selected in the picker.
    SchemeChosen,
    /// A parameter in the picker has another value.
    SchemeEdited,
    /// The scheme of the picker is to be added to the list.
    AddVariant(Addition),
    /// The variant with this index is to be loaded into the picker.
    EditVariant(usize),
    /// The variant with this index is to be removed from the list.
    RemoveVariant(usize),
    /// The form is to be set to the default experiment.
    Defaults,
    /// The form is to be set to the preset with this index.
    Preset(usize),
    /// Files were chosen, or dropped on the page.
    FilesGiven(Vec<File>),
    /// A button was pressed.
    Requested(Request),
    /// The worker has sent an event.
    Heard(Box<Event>),
    /// The worker has terminated, for this reason (a sentence).
    WorkerLost(String),
    /// The worker has not sent anything in the expected time.
    WorkerSilent,
    /// A variant of the legend was pressed.
    ToggleVariant(usize),
    /// Another quantity is to be shown in its panel.
    ShowQuantity(Quantity),
    /// Another quantity is to be shown in the section about layers before training.
    ShowLayers(LayerQuantity),
    /// Something was done in the section "Inside a run".
    Inspected(InspectionRequest),
    /// Something was done in the path explorer.
    Explored(Explored),
    /// The pointer is over a chart.
    Point {
        /// Index of the chart.
        panel: usize,
        /// Distance from its left edge in CSS pixels.
        column: f64,
    },
    /// The pointer is over the heat map of active units.
    PointMap {
        /// Distance from its left edge in CSS pixels.
        column: f64,
        /// Distance from its top edge in CSS pixels.
        row: f64,
    },
    /// A key was pressed on a chart.
    Press {
        /// Index of the chart.
        panel: usize,
        /// The key, which moves the cursor.
        key: CursorKey,
    },
    /// The pointer has left the charts.
    Unpoint,
    /// An export button was pressed.
    Exported(Export),
    /// The host has sent a message.
    Asked(Question),
    /// Another embed of this origin has started to compute.
    OtherStarted,
    /// Another color theme was chosen.
    Themed(Theme),
    /// A notice was dismissed.
    Dismiss(String),
    /// The built-in digits are to be used.
    UseDigits,
    /// The CPU is to be used.
    UseCpu,
    /// The page is to be reloaded.
    Reload,
    /// The size or the colors have changed, or the charts need to be redrawn.
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
