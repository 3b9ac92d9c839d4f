//! What frames the form: the picker of presets above its fields, and below them what the experiment will take.

use super::presets::{PRESETS, preset_of};
use super::{Action, Dispatcher};
use crate::experiment::Experiment;
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlSelectElement};

/// The picker and the estimate of the document.
pub(super) struct PlanSection {
    picker: HtmlSelectElement,
    lesson: Element,
    estimate: Element,
}

impl PlanSection {
    /// Binds the picker and fills it.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let picker: HtmlSelectElement = dom::element("preset")?;
        for (index, preset) in PRESETS.iter().enumerate() {
            let option = dom::create("option", "", preset.name)?;
            option.set_attribute("value", &index.to_string())?;
            dom::append(&picker, &option)?;
        }
        let (chosen, own) = (dispatcher.clone(), picker.clone());
        dom::on(&picker, "input", move |event| {
            // It is no field of the experiment.
            event.stop_propagation();
            // Some browsers offer “Custom” although it is hidden: then the form stays as it is.
            chosen.dispatch(own.value().parse().map_or(Action::Edited, Action::Preset));
        })?;
        Ok(Self { picker, lesson: dom::element("lesson")?, estimate: dom::element("estimate")? })
    }

    /// Shows which preset the form holds, if it is one; `None` while a field cannot be used.
    pub(super) fn show_preset(&self, experiment: Option<&Experiment>) {
        let index = experiment.and_then(preset_of);
        self.picker.set_value(&index.map_or_else(String::new, |index| index.to_string()));
        let lesson = index.and_then(|index| PRESETS.get(index)).map(|preset| preset.lesson);
        dom::set_text(&self.lesson, lesson.unwrap_or("Your own choice of fields."));
    }

    /// Shows what the experiment will take.
    pub(super) fn show_estimate(&self, text: &str) {
        dom::set_text(&self.estimate, text);
    }
}
