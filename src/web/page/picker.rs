//! The picker of initializations: a list of schemes in HTML, one of which is selected. Everything that belongs to a scheme, its
//! description and the fields of its parameters, has its name in `data-for`; every field has the name of its parameter in
//! `data-parameter`. The fields are read and validated by the parser of query strings.

use super::controls::{focus, set_value, value_of};
use super::fields::FieldText;
use super::picker_fields::{self, Addition};
use super::quotations::quotations;
use super::words::variant_label;
use super::{Action, Dispatcher};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, InitScheme};
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// Binds the buttons, and the Enter key, which acts as the first one.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let picker: Element = dom::element("picker")?;
    let pressed = dispatcher.clone();
    dom::on(&picker, "click", move |event| {
        if let Some(addition) = dom::marked(&event, "add").and_then(|name| Addition::named(&name)) {
            pressed.dispatch(Action::AddVariant(addition));
        }
    })?;
    let entered = dispatcher.clone();
    dom::on(&picker, "keydown", move |event| {
        let enter = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Enter");
        if enter && event.target().is_some_and(|target| target.has_type::<HtmlInputElement>()) {
            entered.dispatch(Action::AddVariant(Addition::Itself));
        }
    })
}

/// The action for an edit in the picker, whose fields are not part of the experiment; `None` for an edit elsewhere.
pub(super) fn edited(event: &Event) -> Option<Action> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest("#picker").ok()??;
    Some(if element.id() == "scheme" { Action::SchemeChosen } else { Action::SchemeEdited })
}

/// Handles the selection of another scheme, with its default base.
pub(super) fn choose() -> WebResult<()> {
    let name = chosen()?;
    let base = picker_fields::default_base(&name).to_string();
    fill(&name, &[("base".to_owned(), base)])
}

/// Loads a variant of the list into the picker, where it can be changed and replaced.
pub(super) fn load(variant: &InitScheme, index: usize) -> WebResult<()> {
    dom::element::<HtmlDetailsElement>("variant-editor")?.set_open(true);
    let name = picker_fields::name(variant);
    let select: HtmlSelectElement = dom::element("scheme")?;
    select.set_value(&name);
    fill(&name, &picker_fields::parameters(variant))?;
    let replace: HtmlElement = dom::element("replace")?;
    replace.set_attribute("data-add", &index.to_string())?;
    dom::set_pieces(&replace, &[("Replace ", false), (&variant_label(variant), true)])?;
    replace.set_hidden(false);
    say("")?;
    Ok(select.focus()?)
}

/// Forgets which variant was loaded, because the list has changed and its index may now belong to another one.
pub(super) fn forget_origin() -> WebResult<()> {
    let replace: HtmlElement = dom::element("replace")?;
    let focused = dom::document()?.active_element().is_some_and(|focused| focused.is_same_node(Some(&replace)));
    replace.set_hidden(true);
    if focused {
        dom::element::<HtmlElement>("scheme")?.focus()?;
    }
    Ok(())
}

/// The scheme in the fields of the selected entry.
pub(super) fn scheme() -> WebResult<Result<InitScheme>> {
    let name = chosen()?;
    let fields = dom::all(&parameter(&name, ""))?.into_iter();
    let pairs: Vec<FieldText> =
        fields.filter_map(|field| Some((field.get_attribute("data-parameter")?, value_of(&field)?))).collect();
    Ok(picker_fields::scheme(&name, &pairs))
}

/// Shows the selected entry, and whether its scheme can be added to the experiment.
pub(super) fn show(experiment: &Experiment) -> WebResult<()> {
    let name = chosen()?;
    for part in dom::all("#picker [data-for]")? {
        let names = part.get_attribute("data-for").unwrap_or_default();
        part.set_hidden(!names.split(' ').any(|one| one == name));
    }
    offer_bases(&experiment.variants, &name, None)?;
    let scheme = scheme()?;
    let listed = scheme.as_ref().is_ok_and(|scheme| experiment.variants.contains(scheme));
    let text = scheme.as_ref().map(ToString::to_string).unwrap_or_default();
    let verdict = scheme.and_then(|scheme| Addition::Itself.put(scheme, experiment));
    let error = verdict.err().filter(|_| !listed);
    show_error(error.as_ref(), &name)?;
    dom::set_text(&dom::element("scheme-text")?, &text);
    dom::set_text(&dom::element("scheme-words")?, if listed { "In the list: " } else { "As text: " });
    for button in dom::all("#picker [data-add]")? {
        // The controls of a scheme that is already in the list can still be added.
        let control = button.has_attribute("data-for");
        let dead = error.is_some() || (listed && !control);
        dom::set_attribute(&button, "aria-disabled", if dead { "true" } else { "false" })?;
    }
    Ok(())
}

/// Shows the outcome of a button until the next change.
pub(super) fn say(words: &str) -> WebResult<()> {
    dom::set_pieces(&dom::element("scheme-status")?, &quotations(words))
}

/// Moves the focus to the invalid field because of which the scheme cannot be added.
pub(super) fn focus_error() -> WebResult<()> {
    let wrong = dom::all("#picker [aria-invalid=\"true\"]")?;
    wrong.first().map_or(Ok(()), focus)
}

/// The name of the selected scheme.
fn chosen() -> WebResult<String> {
    Ok(dom::element::<HtmlSelectElement>("scheme")?.value())
}

/// The selector of a parameter's field in an entry, or of all with an empty `condition`.
fn parameter(name: &str, condition: &str) -> String {
    format!("#picker [data-for~=\"{name}\"] [data-parameter{condition}]")
}

fn fill(name: &str, parameters: &[FieldText]) -> WebResult<()> {
    for (key, value) in parameters {
        if key == "base" {
            offer_bases(&[], name, Some(value))?;
        }
        for field in dom::all(&parameter(name, &format!("=\"{key}\"")))? {
            set_value(&field, value);
        }
    }
    Ok(())
}

/// Offers the variants that can be a base, and the selected one even if it is no longer in the list.
fn offer_bases(variants: &[InitScheme], name: &str, base: Option<&str>) -> WebResult<()> {
    let select: HtmlSelectElement = dom::element("scheme-base")?;
    let group: HtmlElement = dom::element("listed-bases")?;
    let chosen = base.map_or_else(|| select.value(), ToOwned::to_owned);
    let mut offered = picker_fields::listed_bases(variants, name);
    // Compared in Rust, since a formula may contain characters that a selector cannot.
    let mut named = dom::all("#scheme-base > option")?.into_iter();
    let known = named.any(|option| option.get_attribute("value").as_deref() == Some(chosen.as_str()));
    if !known && !offered.contains(&chosen) {
        offered.push(chosen.clone());
    }
    group.set_hidden(offered.is_empty());
    let text = offered.join(",");
    if group.get_attribute("data-offered").as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    group.set_attribute("data-offered", &text)?;
    group.set_inner_html("");
    for base in offered {
        let label = base.parse().map_or_else(|_| base.clone(), |scheme| variant_label(&scheme));
        let option = dom::untranslated("option", &label)?;
        option.set_attribute("value", &base)?;
        dom::append(&group, &option)?;
    }
    select.set_value(&chosen);
    Ok(())
}

fn show_error(error: Option<&Error>, name: &str) -> WebResult<()> {
    let place: HtmlElement = dom::element("scheme-error")?;
    let sentence = error.map(picker_fields::refusal).unwrap_or_default();
    let parts = error.and_then(picker_fields::marked);
    // Not updated unless it changes, so that screen readers do not repeat it.
    let whole = format!("{sentence}{}", parts.map(|parts| parts.concat()).unwrap_or_default());
    if place.text_content().as_deref() != Some(whole.as_str()) {
        dom::set_pieces(&place, &quotations(&sentence))?;
        if let Some([before, part, after]) = parts {
            let formula = dom::untranslated("code", before)?;
            dom::append(&formula, &dom::create("mark", "", part)?)?;
            dom::append(&formula, &dom::create("span", "", after)?)?;
            dom::append(&place, &formula)?;
        }
    }
    place.set_hidden(error.is_none());
    dom::element::<HtmlElement>("scheme-says")?.set_hidden(error.is_some());
    let culprit = error.and_then(picker_fields::culprit);
    for field in dom::all(&parameter(name, ""))? {
        let wrong = culprit.is_some() && field.get_attribute("data-parameter").as_deref() == culprit;
        dom::set_attribute(&field, "aria-invalid", if wrong { "true" } else { "false" })?;
    }
    Ok(())
}
