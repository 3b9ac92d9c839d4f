//! The list of variants in the form. The text field `init` holds the list; this module displays it, and
//! [`picker`](super::picker) changes it.

use super::variant_name::sample;
use super::words::variant_label;
use super::{Action, Dispatcher, picker};
use crate::experiment::scheme::list_text;
use crate::experiment::{Experiment, InitScheme};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement};

/// Binds the list: the name of a variant loads it into the picker, the button beside it removes it.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    picker::bind(dispatcher)?;
    let pressed = dispatcher.clone();
    dom::on(&dom::element::<Element>("variants")?, "click", move |event| {
        let index = |name: &str| dom::marked(&event, name).and_then(|index| index.parse().ok());
        if let Some(index) = index("remove") {
            pressed.dispatch(Action::RemoveVariant(index));
        } else if let Some(index) = index("edit") {
            pressed.dispatch(Action::EditVariant(index));
        }
    })
}

/// Shows the variants of the experiment, and what the picker would add to them.
pub(super) fn show(experiment: &Experiment) -> WebResult<()> {
    show_list(&experiment.variants)?;
    picker::show(experiment)
}

fn show_list(variants: &[InitScheme]) -> WebResult<()> {
    let list: Element = dom::element("variants")?;
    let text = list_text(variants);
    // Rebuilding an unchanged list would remove the focus from its buttons.
    if list.get_attribute("data-init").as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    let focused = dom::document()?.active_element().is_some_and(|focused| list.contains(Some(&focused)));
    list.set_attribute("data-init", &text)?;
    list.set_inner_html("");
    for (index, variant) in variants.iter().enumerate() {
        dom::append(&list, &item(index, variant, variants.len() > 1)?)?;
    }
    if focused {
        // The button that was pressed has been removed with its variant.
        dom::element::<HtmlElement>("variant-summary")?.focus()?;
    }
    picker::forget_origin()
}

fn item(index: usize, variant: &InitScheme, removable: bool) -> WebResult<Element> {
    let item = dom::create("li", "", "")?;
    let name = variant.to_string();
    let label = variant_label(variant);
    dom::append(&item, &sample(index)?)?;
    let edit = button("name", &label, ("data-edit", index))?;
    edit.set_attribute("title", &name)?;
    edit.set_attribute("aria-label", &format!("Change {label}"))?;
    dom::append(&item, &edit)?;
    if removable {
        let remove = button("remove", "×", ("data-remove", index))?;
        remove.set_attribute("aria-label", &format!("Remove {label}"))?;
        dom::append(&item, &remove)?;
    }
    Ok(item)
}

fn button(class: &str, text: &str, (mark, index): (&str, usize)) -> WebResult<Element> {
    let button = dom::create("button", class, text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute(mark, &index.to_string())?;
    Ok(button)
}
