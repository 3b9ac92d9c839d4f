//! The shelf of results in the document.

use super::action::{Action, ShelfCommand};
use super::dispatch::Dispatcher;
use crate::experiment::Experiment;
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::shelf::Shelf;
use web_sys::{Element, HtmlElement};

/// The list with what it shows.
pub(super) struct ShelfSection {
    section: HtmlElement,
    list: Element,
    /// For what the list was built: names, which one is shown, which one is pinned.
    built: Vec<(String, bool, bool)>,
}

impl ShelfSection {
    /// Binds the shelf of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let list: Element = dom::element("shelf")?;
        let pressed = dispatcher.clone();
        dom::on(&list, "click", move |event| {
            let index = |name: &str| dom::marked(&event, name).and_then(|index| index.parse().ok());
            if let Some(index) = index("pin") {
                pressed.dispatch(Action::Shelved(index, ShelfCommand::Pin));
            } else if let Some(index) = index("result") {
                pressed.dispatch(Action::Shelved(index, ShelfCommand::Show));
            }
        })?;
        Ok(Self { section: dom::element("shelf-section")?, list, built: Vec::new() })
    }

    /// Shows the results; `current` is the experiment that is shown.
    pub(super) fn show(&mut self, results: &Shelf, current: &Experiment) -> WebResult<()> {
        let entries = results.results().iter().enumerate();
        let entries = entries
            .map(|(index, result)| (results.name(index), result.experiment == *current, results.is_pinned(index)));
        let entries: Vec<(String, bool, bool)> = entries.collect();
        self.section.set_hidden(entries.is_empty());
        if self.built == entries {
            return Ok(());
        }
        self.list.set_inner_html("");
        for (index, (name, current, pinned)) in entries.iter().enumerate() {
            let item = dom::create("li", "", "")?;
            let show = button("result", index, name, *current)?;
            show.set_attribute("translate", "no")?;
            dom::append(&item, &show)?;
            let pin = button("pin", index, &text!("Pin"), *pinned)?;
            pin.set_attribute("title", &text!("Draw it as dotted lines behind what is shown"))?;
            dom::append(&item, &pin)?;
            dom::append(&self.list, &item)?;
        }
        self.built = entries;
        Ok(())
    }
}

fn button(mark: &str, index: usize, text: &str, pressed: bool) -> WebResult<Element> {
    let button = dom::create("button", mark, text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute(&format!("data-{mark}"), &index.to_string())?;
    button.set_attribute("aria-pressed", if pressed { "true" } else { "false" })?;
    Ok(button)
}
