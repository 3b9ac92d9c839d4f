//! Form controls of any kind: what they say, making them say something, moving the focus to them.

use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// Moves the focus to a field, and opens what it is folded into.
pub(super) fn focus(field: &HtmlElement) -> WebResult<()> {
    let mut outside = field.closest("details")?;
    while let Some(details) = outside {
        if let Some(details) = details.dyn_ref::<HtmlDetailsElement>() {
            details.set_open(true);
        }
        outside = details.parent_element().and_then(|parent| parent.closest("details").ok().flatten());
    }
    Ok(field.focus()?)
}

/// What a field says; `None` for an element that is none.
pub(super) fn value_of(element: &Element) -> Option<String> {
    let of_input = element.dyn_ref::<HtmlInputElement>().map(input_value);
    let of_select = || element.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value);
    let of_text = || element.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value);
    of_input.or_else(of_select).or_else(of_text)
}

/// A check box says `0` or `1`, as the keys that it stands for.
fn input_value(input: &HtmlInputElement) -> String {
    if input.type_() == "checkbox" { u8::from(input.checked()).to_string() } else { input.value() }
}

/// Makes a field say this.
pub(super) fn set_value(element: &Element, value: &str) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        if input.type_() == "checkbox" {
            return input.set_checked(value == "1");
        }
        input.set_value(value);
    } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        select.set_value(value);
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(value);
    }
}
