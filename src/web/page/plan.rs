//! The parts around the form: the list of presets above its fields, and the estimate below them.

use super::presets::{PRESETS, preset_of};
use super::words;
use super::{Action, Dispatcher};
use crate::experiment::Experiment;
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlSelectElement};

/// The list of presets and the estimate of the document.
pub(super) struct PlanSection {
    picker: HtmlSelectElement,
    lesson: Element,
    estimate: Element,
}

impl PlanSection {
    /// Binds the list of presets and fills it.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let picker: HtmlSelectElement = dom::element("preset")?;
        for (index, preset) in PRESETS.iter().enumerate() {
            let option = dom::create("option", "", preset.name)?;
            option.set_attribute("value", &index.to_string())?;
            dom::append(&picker, &option)?;
        }
        let (chosen, own) = (dispatcher.clone(), picker.clone());
        dom::on(&picker, "input", move |event| {
            // It is not a field of the experiment.
            event.stop_propagation();
            // Some browsers offer “Custom” although it is hidden: the form then stays as it is.
            chosen.dispatch(own.value().parse().map_or(Action::Edited, Action::Preset));
        })?;
        Ok(Self { picker, lesson: dom::element("lesson")?, estimate: dom::element("estimate")? })
    }

    /// Shows which preset the form holds, if any; `None` while a field is invalid.
    pub(super) fn show_preset(&self, experiment: Option<&Experiment>) {
        let index = experiment.and_then(preset_of);
        self.picker.set_value(&index.map_or_else(String::new, |index| index.to_string()));
        let lesson = index.and_then(|index| PRESETS.get(index)).map(|preset| preset.lesson);
        dom::set_text(&self.lesson, lesson.unwrap_or(words::NO_PRESET));
    }

    /// Shows the estimate.
    pub(super) fn show_estimate(&self, text: &str) {
        dom::set_text(&self.estimate, text);
    }
}
