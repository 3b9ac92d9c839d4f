//! The picker of initializations: a list of schemes in HTML, one of which is selected. Everything that belongs to a scheme, its
//! description and the fields of its parameters, has its name in `data-for`; every field has the name of its parameter in
//! `data-parameter`. The fields are read and validated by the parser of query strings.

use super::controls::{focus, set_value, value_of};
use super::{Action, Dispatcher};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Variant};
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::fields::FieldText;
use crate::web::page::model::picker_fields;
use crate::web::page::model::picker_fields::Addition;
use crate::web::page::model::quotations::quotations;
use crate::web::page::words::{scheme_label, variant_label};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// Binds the buttons, and the Enter key, which acts as the first one.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let picker: Element = dom::element("picker")?;
    let pressed = dispatcher.clone();
    dom::on(&picker, "click", move |event| {
        if let Some(addition) = dom::marked(&event, "add").and_then(|name| Addition::named(&name)) {
            pressed.dispatch(Action::AddVariant(addition));
        }
    })?;
    let edited = dispatcher.clone();
    dom::on(&picker, "input", move |event| {
        let chosen = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.id() == "scheme");
        edited.dispatch(if chosen { Action::SchemeChosen } else { Action::SchemeEdited });
    })?;
    bind_search(dispatcher)?;
    let entered = dispatcher.clone();
    dom::on(&picker, "keydown", move |event| {
        let enter = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Enter");
        if enter && event.target().is_some_and(|target| target.has_type::<HtmlInputElement>()) {
            entered.dispatch(Action::AddVariant(Addition::Itself));
        }
    })
}

/// Typing in the search field selects the first scheme whose entry contains the text.
fn bind_search(dispatcher: &Dispatcher) -> WebResult<()> {
    let (search, found): (HtmlInputElement, Dispatcher) = (dom::element("scheme-search")?, dispatcher.clone());
    let own = search.clone();
    dom::on(&search, "input", move |_| {
        if select_matching(&own.value()).unwrap_or(false) {
            found.dispatch(Action::SchemeChosen);
        }
    })
}

/// Hides the entries of which no word begins with a text, and selects the first one that does; whether another one was selected.
fn select_matching(typed: &str) -> WebResult<bool> {
    let select: HtmlSelectElement = dom::element("scheme")?;
    let typed = typed.trim().to_ascii_lowercase();
    let mut first = None;
    for option in dom::all("#scheme option")? {
        let value = option.get_attribute("value").unwrap_or_default();
        let label = option.text_content().unwrap_or_default();
        let group = option.parent_element().and_then(|group| group.get_attribute("label")).unwrap_or_default();
        let parts = dom::all(&format!("#cards [data-for=\"{value}\"] :is(p, dd)"))?;
        let card: Vec<String> = parts.into_iter().filter_map(|part| part.text_content()).collect();
        let text = format!("{value} {label} {group} {}", card.join(" ")).to_ascii_lowercase();
        // At the beginning of a word: `he` is an author, and a part of `the`.
        let begins = |at: usize| !text[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        let matches = text.match_indices(&typed).any(|(at, _)| begins(at));
        option.set_hidden(!matches);
        first = first.or(matches.then_some(value));
    }
    match first.filter(|first| *first != select.value()) {
        Some(first) => {
            select.set_value(&first);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Handles the selection of another scheme, with what is offered for it.
pub(super) fn choose(experiment: &Experiment) -> WebResult<()> {
    let name = chosen()?;
    fill(&name, &picker_fields::offered_parameters(&name, &experiment.model))
}

/// Loads a variant of the list into the picker, where it can be changed and replaced.
pub(super) fn load(variant: &Variant, index: usize) -> WebResult<()> {
    let name = picker_fields::name(&variant.scheme);
    let select: HtmlSelectElement = dom::element("scheme")?;
    select.set_value(&name);
    fill(&name, &picker_fields::parameters(&variant.scheme))?;
    rate_field()?.set_value(&variant.learning_rate.map(|rate| rate.to_string()).unwrap_or_default());
    let replace: HtmlElement = dom::element("replace")?;
    replace.set_attribute("data-add", &index.to_string())?;
    let name = variant_label(variant);
    dom::set_naming(&replace, &text!("Replace {name}", name), &name)?;
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

/// The variant in the fields of the selected entry.
pub(super) fn variant() -> WebResult<Result<Variant>> {
    let name = chosen()?;
    let fields = dom::all(&parameter(&name, ""))?.into_iter();
    let pairs: Vec<FieldText> =
        fields.filter_map(|field| Some((field.get_attribute("data-parameter")?, value_of(&field)?))).collect();
    let rate = picker_fields::own_learning_rate(&rate_field()?.value());
    Ok(picker_fields::scheme(&name, &pairs).and_then(|scheme| Ok(Variant::new(scheme, rate?))))
}

/// Shows the selected entry, and whether its scheme can be added to the experiment.
pub(super) fn show(experiment: &Experiment) -> WebResult<()> {
    let name = chosen()?;
    for part in dom::all("#picker [data-for]")? {
        let names = part.get_attribute("data-for").unwrap_or_default();
        part.set_hidden(!names.split(' ').any(|one| one == name));
    }
    offer_bases(&experiment.variants, &name, None)?;
    let variant = variant()?;
    let listed = variant.as_ref().is_ok_and(|variant| experiment.variants.contains(variant));
    let text = variant.as_ref().map(ToString::to_string).unwrap_or_default();
    let verdict = variant.and_then(|variant| Addition::Itself.put(variant, experiment));
    let error = verdict.err().filter(|_| !listed);
    show_error(error.as_ref(), &name)?;
    dom::set_text(&dom::element("scheme-text")?, &text);
    let words = if listed { text!("In the list: ") } else { text!("As text: ") };
    dom::set_text(&dom::element("scheme-words")?, &words);
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

/// The field of the variant's own learning rate.
fn rate_field() -> WebResult<HtmlInputElement> {
    dom::element("own-rate")
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
fn offer_bases(variants: &[Variant], name: &str, base: Option<&str>) -> WebResult<()> {
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
        let label = base.parse().map_or_else(|_| base.clone(), |scheme| scheme_label(&scheme));
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
    let rate = rate_field()?;
    dom::set_attribute(&rate, "aria-invalid", if culprit == Some("lr") { "true" } else { "false" })?;
    for field in dom::all(&parameter(name, ""))? {
        let wrong = culprit.is_some() && field.get_attribute("data-parameter").as_deref() == culprit;
        dom::set_attribute(&field, "aria-invalid", if wrong { "true" } else { "false" })?;
    }
    Ok(())
}
