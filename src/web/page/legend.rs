//! The legend: a button per variant with its line, pressed while the variant is shown; and what is to be known of variants
//! that belong together.

use super::rate_control::rate_control_note;
use super::words::variant_label;
use super::{Action, Dispatcher};
use crate::experiment::parse_query;
use crate::metrics::History;
use crate::plot::{Dash, variant_css};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement};

/// The legend with what it shows.
pub(super) struct Legend {
    element: Element,
    note: HtmlElement,
    names: Vec<String>,
    visible: Vec<bool>,
}

impl Legend {
    /// Binds the legend of the document.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let element: Element = dom::element("legend")?;
        let toggle = dispatcher.clone();
        dom::on(&element, "click", move |event| {
            if let Some(index) = dom::marked(&event, "variant").and_then(|index| index.parse().ok()) {
                toggle.dispatch(Action::ToggleVariant(index));
            }
        })?;
        Ok(Self { element, note: dom::element("control-note")?, names: Vec::new(), visible: Vec::new() })
    }

    /// Which variants are shown, by index.
    pub(super) fn visible(&self) -> &[bool] {
        &self.visible
    }

    /// Shows the variants of a history; another list of variants is shown in full.
    pub(super) fn show(&mut self, history: &History) -> WebResult<()> {
        let note = rate_control_note(&parse_query(&history.setup.query).experiment);
        dom::set_text(&self.note, note.as_deref().unwrap_or_default());
        self.note.set_hidden(note.is_none());
        let names: Vec<String> = history.variants.iter().map(|variant| variant.name.clone()).collect();
        if names == self.names {
            return Ok(());
        }
        self.element.set_inner_html("");
        for (index, name) in names.iter().enumerate() {
            dom::append(&self.element, &button(index, name)?)?;
        }
        self.visible = vec![true; names.len()];
        self.names = names;
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

fn button(index: usize, name: &str) -> WebResult<Element> {
    let button = dom::create("button", "", "")?;
    button.set_attribute("type", "button")?;
    button.set_attribute("data-variant", &index.to_string())?;
    button.set_attribute("aria-pressed", "true")?;
    button.set_attribute("title", name)?;
    dom::append(&button, &sample(index)?)?;
    dom::append(&button, &dom::create("span", "", &variant_label(name))?)?;
    Ok(button)
}

/// A piece of the line of the variant with this index. Its color is a class, so that it follows the theme.
pub(super) fn sample(index: usize) -> WebResult<Element> {
    let svg = dom::create("span", &format!("sample {}", color_class(index)), "")?;
    let dashes: Vec<String> = Dash::of_variant(index).pattern().iter().map(ToString::to_string).collect();
    svg.set_attribute("aria-hidden", "true")?;
    // Numbers only: nothing here comes from outside.
    svg.set_inner_html(&format!(
        r#"<svg width="28" height="10" viewBox="0 0 28 10"><path d="M0 5H28" fill="none" stroke="currentColor" stroke-width="2.5" stroke-dasharray="{}"/></svg>"#,
        dashes.join(" ")
    ));
    Ok(svg)
}

/// The class that carries the color of the variant with this index.
pub(super) fn color_class(index: usize) -> String {
    format!("variant-{}", index % VARIANT_COLORS)
}

/// Colors before they repeat, as in [`crate::plot::palette`].
const VARIANT_COLORS: usize = 8;

/// Writes the colors of the plots into the document's style sheet, so that they stand in one place only.
pub(super) fn publish_colors() -> WebResult<()> {
    let style = dom::root()?.style();
    for index in 0..VARIANT_COLORS {
        for (name, dark) in [("light", false), ("dark", true)] {
            style.set_property(&format!("--variant-{index}-{name}"), &variant_css(index, dark))?;
        }
    }
    Ok(())
}
