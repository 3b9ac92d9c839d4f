//! The list of interrupted runs in the document.

use super::action::{Action, CheckpointCommand};
use super::dispatch::Dispatcher;
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::checkpoints::KeptRun;
use crate::web::page::words::interruptions;
use web_sys::{Element, HtmlElement};

/// The list with what it shows.
pub(super) struct CheckpointSection {
    section: HtmlElement,
    list: Element,
    /// What they take, in the form.
    total: HtmlElement,
}

impl CheckpointSection {
    /// Binds the list of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let list: Element = dom::element("interrupted")?;
        let pressed = dispatcher.clone();
        dom::on(&list, "click", move |event| {
            if let Some(key) = dom::marked(&event, "continue") {
                pressed.dispatch(Action::Checkpointed(key, CheckpointCommand::Continue));
            } else if let Some(key) = dom::marked(&event, "delete") {
                pressed.dispatch(Action::Checkpointed(key, CheckpointCommand::Delete));
            }
        })?;
        Ok(Self { section: dom::element("interrupted-section")?, list, total: dom::element("interrupted-total")? })
    }

    /// Shows the runs.
    pub(super) fn show(&self, runs: &[KeptRun]) -> WebResult<()> {
        self.section.set_hidden(runs.is_empty());
        self.list.set_inner_html("");
        for run in runs {
            let item = dom::create("li", "", "")?;
            let name = match &run.contents {
                Ok(contents) => dom::untranslated("span", &contents.name())?,
                Err(error) => dom::create("span", "", &interruptions::unusable(error))?,
            };
            dom::append(&item, &name)?;
            dom::append(&item, &dom::create("span", "hint", &interruptions::place(run))?)?;
            if run.contents.is_ok() && !run.is_elsewhere {
                dom::append(&item, &button("continue", &run.key, &text!("Continue"))?)?;
            }
            if !run.is_elsewhere {
                dom::append(&item, &button("delete", &run.key, &text!("Delete"))?)?;
            }
            dom::append(&self.list, &item)?;
        }
        self.total.set_hidden(runs.is_empty());
        dom::set_text(&self.total, &interruptions::total(runs));
        Ok(())
    }
}

fn button(mark: &str, key: &str, text: &str) -> WebResult<Element> {
    let button = dom::create("button", "", text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute(&format!("data-{mark}"), key)?;
    Ok(button)
}
