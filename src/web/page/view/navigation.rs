//! Moving around: the links to the parts of the page, the keys that work everywhere, and the presentation.

use super::{Action, Dispatcher, dialogs};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::phase::Request;
use crate::web::page::model::tabs::Tab;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

/// Listens to links and keys.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let shown = dispatcher.clone();
    dom::on(&dom::element::<Element>("parts")?, "click", move |event| {
        if let Some(part) = dom::marked(&event, "to").as_deref().and_then(Tab::named) {
            event.prevent_default();
            shown.dispatch(Action::ShowTab(part));
        }
    })?;
    let moved = dispatcher.clone();
    dom::on(&dom::window()?, "hashchange", move |_| {
        if let Ok(part) = part_of_address() {
            moved.dispatch(Action::ShowTab(part));
        }
    })?;
    let presented = dispatcher.clone();
    dom::on(&dom::element::<Element>("present")?, "click", move |_| presented.dispatch(Action::Presented))?;
    let ended = dispatcher.clone();
    dom::on(&dom::document()?, "fullscreenchange", move |_| {
        // Escape ends the full screen, and with it the presentation.
        let full = dom::document().is_ok_and(|document| document.fullscreen_element().is_some());
        if !full && is_presenting() {
            ended.dispatch(Action::Presented);
        }
    })?;
    let pressed = dispatcher.clone();
    dom::on(&dom::window()?, "keydown", move |event| {
        if let Some(action) = key_action(&event) {
            event.prevent_default();
            pressed.dispatch(action);
        }
    })
}

/// What a key does that works everywhere. Letters are left to fields and dialogs.
fn key_action(event: &Event) -> Option<Action> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    if key.key() == "Enter" && (key.ctrl_key() || key.meta_key()) {
        return Some(Action::Requested(Request::Run));
    }
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let local = target.as_ref().is_some_and(|target| {
        target.closest("input, select, textarea, button, summary, a").is_ok_and(|found| found.is_some())
    });
    // In a region that scrolls, the key scrolls.
    let scrolled = target.as_ref().is_some_and(|target| target.closest(".scroll").is_ok_and(|found| found.is_some()));
    if key.alt_key() || key.ctrl_key() || key.meta_key() || dialogs::any_open().unwrap_or(true) {
        return None;
    }
    match key.key().as_str() {
        "?" => Some(Action::Opened("keys")),
        "p" | "P" if !local => Some(Action::Presented),
        "s" | "S" if !local => Some(Action::Opened("setup")),
        " " if !local && !scrolled && shows_results() => Some(Action::Toggled),
        "Escape" if is_presenting() => Some(Action::Presented),
        "ArrowLeft" if is_presenting() => Some(Action::WalkScenarios(-1)),
        "ArrowRight" if is_presenting() => Some(Action::WalkScenarios(1)),
        _ => None,
    }
}

/// Whether the part that is shown belongs to the run.
fn shows_results() -> bool {
    part_of_document().is_ok_and(|part| matches!(part, Tab::Compare | Tab::Layers | Tab::Inside))
}

/// The part that the fragment of the address names.
pub(super) fn part_of_address() -> WebResult<Tab> {
    let hash = dom::window()?.location().hash()?;
    Ok(Tab::named(hash.trim_start_matches('#')).unwrap_or_default())
}

/// The part that is shown.
pub(super) fn part_of_document() -> WebResult<Tab> {
    Ok(dom::root()?.dataset().get("part").as_deref().and_then(Tab::named).unwrap_or_default())
}

/// Shows a part, and marks its link.
pub(super) fn show(part: Tab) -> WebResult<()> {
    dom::root()?.dataset().set("part", part.name())?;
    for link in dom::all("#parts [data-to]")? {
        if link.get_attribute("data-to").as_deref() == Some(part.name()) {
            link.set_attribute("aria-current", "page")?;
        } else {
            link.remove_attribute("aria-current")?;
        }
    }
    Ok(())
}

/// The fragment of the address for a part; empty for the first one.
pub(super) fn fragment(part: Tab) -> String {
    if part == Tab::default() { String::new() } else { format!("#{}", part.name()) }
}

/// Whether the figure fills the screen, in large type.
pub(super) fn is_presenting() -> bool {
    dom::root().is_ok_and(|root| root.has_attribute("data-present"))
}

/// Begins or ends the presentation.
pub(super) fn toggle_presentation() -> WebResult<()> {
    let root = dom::root()?;
    let document = dom::document()?;
    if root.toggle_attribute("data-present")? {
        // A frame without permission, or a browser that refuses, presents in its window.
        let _ = root.request_fullscreen();
    } else if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    }
    Ok(())
}
