//! The sliders over the evaluations: one below the figure, and one in each other part that shows a step. They move together. Evaluations
//! are evenly spaced on them, so that the dense early ones can be reached.

use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The sliders.
pub(super) struct Scrubber(Vec<HtmlInputElement>);

impl Scrubber {
    /// Binds all sliders of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let sliders = dom::all("[data-scrubber]")?.into_iter().filter_map(|slider| slider.dyn_into().ok());
        let sliders: Vec<HtmlInputElement> = sliders.collect();
        for slider in &sliders {
            let (moved, own) = (dispatcher.clone(), slider.clone());
            dom::on(slider, "input", move |_| {
                moved.dispatch(Action::Scrubbed(own.value().parse().unwrap_or_default()));
            })?;
        }
        Ok(Self(sliders))
    }

    /// Moves all sliders to the place `at` of the places `0..=last`; `text` says which step that is.
    pub(super) fn show(&self, at: usize, last: usize, text: &str) -> WebResult<()> {
        let value = at.to_string();
        for slider in &self.0 {
            dom::set_attribute(slider, "max", &last.to_string())?;
            if slider.value() != value {
                slider.set_value(&value);
            }
            dom::set_attribute(slider, "aria-valuetext", text)?;
        }
        Ok(())
    }
}
