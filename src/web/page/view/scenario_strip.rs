//! The cards of the scenarios, whose texts are in the HTML, and the links to scenarios in the lessons.

use super::{Action, Dispatcher};
use crate::experiment::parse_query;
use crate::experiment::scenarios::Scenario;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::tabs::Tab;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, MouseEvent};

/// Listens to the cards and links.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let followed = dispatcher.clone();
    for lesson in dom::all("[data-in=learn]")? {
        let followed = followed.clone();
        dom::on(&lesson, "click", move |event| {
            if let Some(scenario) = linked(&event) {
                // Following the link would load the page anew, without the results, colors and language of this visit.
                event.prevent_default();
                followed.dispatch(Action::ShowScenario(scenario));
                followed.dispatch(Action::ShowTab(Tab::Compare));
                dom::window()
                    .map_or_else(|error| dom::report(&error), |window| window.scroll_to_with_x_and_y(0.0, 0.0));
            }
        })?;
    }
    let pressed = dispatcher.clone();
    dom::on(&dom::element::<Element>("scenarios")?, "click", move |event| {
        if let Some(scenario) = dom::marked(&event, "scenario").as_deref().and_then(Scenario::named) {
            pressed.dispatch(Action::ShowScenario(scenario));
        }
    })
}

/// The scenario to which a pressed link leads in this window.
fn linked(event: &Event) -> Option<&'static Scenario> {
    let click = event.dyn_ref::<MouseEvent>()?;
    if click.ctrl_key() || click.meta_key() || click.shift_key() {
        return None;
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    let address = target.closest("a[href^=\"?\"]").ok()??.get_attribute("href")?;
    Scenario::of(&parse_query(&address).experiment)
}

/// Marks the card of the scenario that is shown, if any.
pub(super) fn mark(name: Option<&str>) -> WebResult<()> {
    for card in dom::all("#scenarios [data-scenario]")? {
        let own = card.get_attribute("data-scenario");
        let pressed = if name.is_some() && own.as_deref() == name { "true" } else { "false" };
        dom::set_attribute(&card, "aria-pressed", pressed)?;
    }
    Ok(())
}

/// The question and the answer on a card.
pub(super) fn texts(name: &str) -> WebResult<Option<(String, String)>> {
    let text = |part: &str| -> WebResult<Option<String>> {
        let selector = format!("#scenarios [data-scenario=\"{name}\"] {part}");
        Ok(dom::document()?.query_selector(&selector)?.and_then(|element| element.text_content()))
    };
    Ok(text("strong")?.zip(text(".answer")?))
}
