//! Everything that can happen on the page, one at a time.

use super::catalog::Addition;
use super::controller::Page;
use super::cursor::CursorKey;
use super::exports::Export;
use super::inside::InspectionRequest;
use super::lifecycle::Request;
use super::messages::Question;
use super::paths::Explored;
use super::start_report::quantity::LayerQuantity;
use crate::experiment::Theme;
use crate::metrics::Quantity;
use crate::protocol::Event;
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
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
    /// The worker is gone; why, as a sentence.
    WorkerLost(String),
    /// The worker was expected to say something and has not.
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
    /// The page around this one has asked for something.
    Asked(Question),
    /// Another embed of this site has started to compute.
    OtherStarted,
    /// Other colors were chosen.
    Themed(Theme),
    /// A notice was dismissed.
    Dismiss(String),
    /// The embedded digits are to be used.
    UseDigits,
    /// The CPU is to be used.
    UseCpu,
    /// The page is to be loaded anew.
    Reload,
    /// Size or colors have changed, or a drawing is due.
    Draw,
}

/// Takes actions from anywhere on the page.
#[derive(Clone)]
pub(super) struct Dispatcher(Rc<Shared>);

struct Shared {
    waiting: RefCell<VecDeque<Action>>,
    page: RefCell<Option<Page>>,
}

impl Dispatcher {
    /// Takes in an action. While another one is at work (or the page is still being put together) it waits.
    pub(super) fn dispatch(&self, action: Action) {
        self.0.waiting.borrow_mut().push_back(action);
        self.work();
    }

    fn work(&self) {
        let Ok(mut page) = self.0.page.try_borrow_mut() else { return };
        let Some(page) = page.as_mut() else { return };
        loop {
            let Some(action) = self.0.waiting.borrow_mut().pop_front() else { return };
            if let Err(error) = page.update(action) {
                dom::report(&error);
            }
        }
    }
}

/// Puts the page together; what cannot work at all becomes the state `failed`.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| fail(&format!("The page has crashed: {panic}"))));
    if let Err(error) = begin() {
        fail(&format!("The page could not be put together: {error}."));
    }
}

fn begin() -> WebResult<()> {
    let shared = Shared { waiting: RefCell::new(VecDeque::new()), page: RefCell::new(None) };
    let dispatcher = Dispatcher(Rc::new(shared));
    let page = Page::new(&dispatcher)?;
    dispatcher.0.page.replace(Some(page));
    dispatcher.work();
    Ok(())
}

/// The last resort, for when nothing of the page can be relied on.
fn fail(message: &str) {
    web_sys::console::error_1(&message.into());
    let show = || -> WebResult<()> {
        dom::root()?.dataset().set("state", "failed")?;
        let notice = dom::create("p", "notice failure", &format!("{message} Please reload the page."))?;
        dom::element::<web_sys::Element>("notices")?.append_child(&notice)?;
        Ok(())
    };
    if let Err(error) = show() {
        dom::report(&error);
    }
}
