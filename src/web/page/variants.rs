//! The list of variants in the form: what is in it, the check boxes of the plain schemes, and the builder of rescaled
//! ones. The text field `init` is the truth; everything here reads or writes that.

use super::fields::promotion_text;
use super::legend::sample;
use super::wording::variant_label;
use super::{Action, Dispatcher};
use crate::experiment::{BaseInit, InitScheme};
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement};

/// Binds the buttons.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    for (id, control) in [("add-emergence", false), ("add-control", true)] {
        let add = dispatcher.clone();
        dom::on(&dom::element::<Element>(id)?, "click", move |_| add.dispatch(Action::AddVariant { control }))?;
    }
    let remove = dispatcher.clone();
    dom::on(&dom::element::<Element>("variants")?, "click", move |event| {
        if let Some(index) = dom::marked(&event, "remove").and_then(|index| index.parse().ok()) {
            remove.dispatch(Action::RemoveVariant(index));
        }
    })
}

/// Whether an event comes from the builder of rescaled variants.
pub(super) fn field_of_builder(event: &Event) -> bool {
    target(event).is_some_and(|element| element.id().starts_with("em-"))
}

/// The plain scheme whose check box an event comes from.
pub(super) fn toggled_base(event: &Event) -> Option<BaseInit> {
    let element = target(event)?;
    element.closest("#bases").ok()??;
    let name = element.dyn_into::<HtmlInputElement>().ok()?.value();
    BaseInit::all().find(|base| base.to_string() == name)
}

/// The scheme that the builder describes; a sentence appears in its place when there is none.
pub(super) fn built(control: bool) -> WebResult<Option<InitScheme>> {
    let select = |id: &str| dom::element::<HtmlSelectElement>(id).map(|select| select.value());
    let input = |id: &str| dom::element::<HtmlInputElement>(id).map(|input| input.value());
    let text =
        promotion_text(&select("em-base")?, &input("em-alpha")?, &select("em-rule")?, &input("em-turn")?, control);
    let parsed = text.parse::<InitScheme>();
    let message = parsed.as_ref().err().map(|error| super::fields::field_error(error).1);
    show_builder_error(message.as_deref())?;
    Ok(parsed.ok())
}

/// Says why the builder's variant cannot be added, or that all is well.
pub(super) fn show_builder_error(message: Option<&str>) -> WebResult<()> {
    let place: HtmlElement = dom::element("error-emergence")?;
    dom::set_text(&place, message.unwrap_or_default());
    place.set_hidden(message.is_none());
    Ok(())
}

/// Shows the variants of the experiment.
pub(super) fn show(variants: &[InitScheme]) -> WebResult<()> {
    for input in dom::all("#bases input")? {
        if let Ok(input) = input.dyn_into::<HtmlInputElement>() {
            let name = input.value();
            let listed = variants.iter().any(|one| one.to_string() == name);
            input.set_checked(listed);
        }
    }
    let list: Element = dom::element("variants")?;
    let text = super::fields::init_text(variants);
    // Rebuilding an unchanged list would take the focus from its buttons.
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
        // The button that was pressed is gone with its variant.
        dom::element::<HtmlElement>("variant-summary")?.focus()?;
    }
    Ok(())
}

fn item(index: usize, variant: &InitScheme, removable: bool) -> WebResult<Element> {
    let item = dom::create("li", "", "")?;
    let name = variant.to_string();
    let label = variant_label(&name);
    dom::append(&item, &sample(index)?)?;
    let text = dom::create("span", "name", &label)?;
    text.set_attribute("title", &name)?;
    dom::append(&item, &text)?;
    if removable {
        let button = dom::create("button", "remove", "×")?;
        button.set_attribute("type", "button")?;
        button.set_attribute("data-remove", &index.to_string())?;
        button.set_attribute("aria-label", &format!("Leave out {label}"))?;
        dom::append(&item, &button)?;
    }
    Ok(item)
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
