//! What the page shows first, its parts, and its dialogs.

use super::Page;
use crate::experiment::scenarios::{FIRST_SCENARIO, Scenario};
use crate::experiment::{Experiment, PagePart, ParsedQuery};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::notice_board::MOST_NOTICES;
use crate::web::page::model::phase::Request;
use crate::web::page::model::shown::Shown;
use crate::web::page::model::tabs::Tab;
use crate::web::page::view::notices::Severity;
use crate::web::page::view::{Action, Dispatcher, dialogs, navigation, picker, shelf_storage};
use crate::web::page::words;
use web_sys::HtmlElement;

impl Page {
    /// Shows what the address asks for: the recording of a scenario if it is one, the first scenario if it asks for nothing.
    pub(super) fn open(&mut self, parsed: &ParsedQuery) -> WebResult<()> {
        self.show_address_errors(parsed)?;
        self.show_tab(navigation::part_of_address()?)?;
        let search = dom::window()?.location().search()?;
        let asks_nothing = parsed.experiment == Experiment::default() && !parsed.view.run && !search.contains("init=");
        let scenario = if asks_nothing { Scenario::named(FIRST_SCENARIO) } else { Scenario::of(&parsed.experiment) };
        let experiment = match scenario {
            Some(scenario) if asks_nothing => scenario.experiment(),
            _ => parsed.experiment.clone(),
        };
        if !parsed.view.embed {
            self.find_interrupted_runs(&experiment);
            self.shelf.restore(shelf_storage::load());
            if let Some(number) = parsed.view.figure.pin {
                self.shelf.pin(number as usize - 1);
                self.shelf.color_pinned(&mut self.palette);
            }
        }
        self.form.write(experiment.clone())?;
        self.set_shown(Shown::nothing(&experiment));
        if let Some(scenario) = scenario.filter(|_| !parsed.view.run) {
            self.fetch_recording(scenario);
        }
        self.edited()?;
        dom::root()?.dataset().set("state", self.lifecycle.phase().name())?;
        self.parent.post(&self.situation_post("ready"))?;
        if parsed.view.run && !self.checkpoints.is_after_reload { self.request(Request::Run) } else { Ok(()) }
    }

    /// Says what of the address is not used. A long address can have thousands of errors, of which the first ones are shown.
    fn show_address_errors(&self, parsed: &ParsedQuery) -> WebResult<()> {
        let has_unknown = !parsed.unknown.is_empty();
        let most = MOST_NOTICES - usize::from(has_unknown);
        for (index, error) in parsed.errors.iter().chain(&parsed.conflicts).take(most).enumerate() {
            let text = words::address_error(error);
            self.notices.show(&format!("address-{index}"), Severity::Warning, &text, &[])?;
        }
        if has_unknown {
            self.notices.show("unknown", Severity::Info, &words::unknown_keys(&parsed.unknown), &[])?;
        }
        self.notices.add_more((parsed.errors.len() + parsed.conflicts.len()).saturating_sub(most))
    }

    /// Shows a part of the page; the first one in place of one that the address omits.
    pub(super) fn show_tab(&self, tab: Tab) -> WebResult<()> {
        navigation::show(if tab.is_hidden_by(&self.view.hide) { Tab::default() } else { tab })
    }

    pub(super) fn open_dialog(&mut self, dialog: &'static str) -> WebResult<()> {
        // Without a form, the experiment stays as the author of the embedding page has set it up.
        let hidden = match dialog {
            "setup" | "variant-dialog" => self.view.hide.contains(&PagePart::Controls),
            "share" => self.view.hide.contains(&PagePart::Export),
            _ => false,
        };
        if hidden {
            return Ok(());
        }
        match dialog {
            "share" => self.shared().prepare_dialog()?,
            "variant-dialog" => {
                picker::forget_origin()?;
                self.show_picker()?;
            }
            _ => {}
        }
        dialogs::open(dialog)
    }
}

/// The id of a button, and what pressing it does.
type Button = (&'static str, fn() -> Action);

/// Listens to single buttons.
pub(super) fn bind_buttons(dispatcher: &Dispatcher) -> WebResult<()> {
    let buttons: [Button; 4] = [
        ("revert", || Action::Revert),
        ("undo", || Action::Undo),
        ("more-seeds", || Action::MoreSeeds),
        ("show-difference", || Action::FigureChosen { key: "show".to_owned(), value: "difference".to_owned() }),
    ];
    for (id, action) in buttons {
        let pressed = dispatcher.clone();
        dom::on(&dom::element::<HtmlElement>(id)?, "click", move |_| pressed.dispatch(action()))?;
    }
    Ok(())
}
