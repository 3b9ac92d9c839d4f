//! The legend: a button per variant with its line, pressed while the variant is visible; and a note about rescalings and their
//! rate controls.

use super::quotations::quotations;
use super::rate_control::rate_control_note;
use super::{Action, Dispatcher, variant_name};
use crate::experiment::InitScheme;
use crate::metrics::History;
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement};

/// The legend with its state.
pub(super) struct Legend {
    element: Element,
    note: HtmlElement,
    schemes: Vec<InitScheme>,
    visible: Vec<bool>,
}

impl Legend {
    /// Binds the legend of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let element: Element = dom::element("legend")?;
        let toggle = dispatcher.clone();
        dom::on(&element, "click", move |event| {
            if let Some(index) = dom::marked(&event, "variant").and_then(|index| index.parse().ok()) {
                toggle.dispatch(Action::ToggleVariant(index));
            }
        })?;
        Ok(Self { element, note: dom::element("control-note")?, schemes: Vec::new(), visible: Vec::new() })
    }

    /// Which variants are visible, by index.
    pub(super) fn visible(&self) -> &[bool] {
        &self.visible
    }

    /// Shows the variants of a history; in a new list of variants all are visible.
    pub(super) fn show(&mut self, history: &History) -> WebResult<()> {
        let experiment = &history.setup.experiment;
        let note = rate_control_note(experiment);
        dom::set_pieces(&self.note, &quotations(note.as_deref().unwrap_or_default()))?;
        self.note.set_hidden(note.is_none());
        if experiment.variants == self.schemes {
            return Ok(());
        }
        self.element.set_inner_html("");
        for (index, scheme) in experiment.variants.iter().enumerate() {
            dom::append(&self.element, &button(index, scheme)?)?;
        }
        self.visible = vec![true; experiment.variants.len()];
        self.schemes.clone_from(&experiment.variants);
        Ok(())
    }

    /// Hides a variant, or shows it again.
    pub(super) fn toggle(&mut self, index: usize) -> WebResult<()> {
        let Some(visible) = self.visible.get_mut(index) else { return Ok(()) };
        *visible = !*visible;
        let pressed = if *visible { "true" } else { "false" };
        if let Some(button) = self.element.query_selector(&format!("[data-variant=\"{index}\"]"))? {
            button.set_attribute("aria-pressed", pressed)?;
        }
        Ok(())
    }
}

fn button(index: usize, scheme: &InitScheme) -> WebResult<Element> {
    let button = dom::create("button", "", "")?;
    button.set_attribute("type", "button")?;
    button.set_attribute("data-variant", &index.to_string())?;
    button.set_attribute("aria-pressed", "true")?;
    variant_name::put(&button, index, scheme)?;
    Ok(button)
}
