//! Form controls of any kind: reading and setting their values, and moving the focus to them.

use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// Moves the focus to a field, and opens any collapsed section around it.
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

/// The value of a field; `None` for an element that is not a field.
pub(super) fn value_of(element: &Element) -> Option<String> {
    let of_input = element.dyn_ref::<HtmlInputElement>().map(input_value);
    let of_select = || element.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value);
    let of_text = || element.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value);
    of_input.or_else(of_select).or_else(of_text)
}

/// The value of an input; a check box has `0` or `1`, like its query key.
fn input_value(input: &HtmlInputElement) -> String {
    if input.type_() == "checkbox" { u8::from(input.checked()).to_string() } else { input.value() }
}

/// Sets the value of a field.
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
