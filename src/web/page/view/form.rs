//! The form: it turns fields into an experiment and back, and shows the parser's messages beside the fields concerned.

use super::action::Action;
use super::controls::{focus, set_value, value_of};
use super::dispatch::Dispatcher;
use super::picker;
use crate::error::Error;
use crate::experiment::key::KeyScope;
use crate::experiment::variant::list_text;
use crate::experiment::{DatasetName, Direction, Experiment, Named, NormLayer, Variant};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::fields::{
    FieldText, after_change_of_data, changed_fields, field_error, is_init_text, parse_fields, with_data,
};
use crate::web::page::model::phase::Request;
use crate::web::page::model::quotations::quotations;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement};

/// The key whose field is a selection with a number beside it.
const SCHEDULE: &str = "sched";

/// Whether a schedule begins with a ramp, whose length is in a field of its own.
fn has_ramp(schedule: &str) -> bool {
    matches!(schedule, "warmup" | "inverse_sqrt")
}

/// The form with its last valid experiment.
pub(super) struct Form {
    element: HtmlFormElement,
    /// The last valid experiment, which Run starts and the address bar shows.
    experiment: Experiment,
    /// The last experiment of each other task.
    put_aside: Vec<Experiment>,
    errors: Vec<Error>,
}

impl Form {
    /// Binds the form of the document.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let element: HtmlFormElement = dom::element("controls")?;
        let edited = dispatcher.clone();
        dom::on(&element, "input", move |_| edited.dispatch(Action::Edited))?;
        let submitted = dispatcher.clone();
        dom::on(&element, "submit", move |event| {
            event.prevent_default();
            // First, because a refused field opens it again.
            if let Err(error) = super::dialogs::close("setup") {
                dom::report(&error);
            }
            submitted.dispatch(Action::Requested(Request::Run));
        })?;
        let defaults = dispatcher.clone();
        dom::on(&dom::element::<Element>("defaults")?, "click", move |_| defaults.dispatch(Action::Defaults))?;
        picker::bind(dispatcher)?;
        Ok(Self { element, experiment: Experiment::default(), put_aside: Vec::new(), errors: Vec::new() })
    }

    /// The last valid experiment.
    pub(super) fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Whether every field is valid.
    pub(super) fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Sets the fields to an experiment.
    pub(super) fn write(&mut self, experiment: Experiment) -> WebResult<()> {
        self.element.reset();
        for (key, value) in changed_fields(&experiment) {
            self.set_field(&key, &value)?;
        }
        self.experiment = experiment;
        self.show_schedule()?;
        self.show_kind()?;
        self.show_errors(Vec::new())?;
        picker::show(&self.experiment)
    }

    /// Reads the fields.
    pub(super) fn read(&mut self) -> WebResult<()> {
        let fields = self.fields()?;
        if let Some(standard) = after_change_of_data(&self.experiment, &fields) {
            return self.use_data(standard.dataset.name);
        }
        let parsed = parse_fields(&fields);
        // Conflicts between fields are known only once every field can be read.
        let errors = if parsed.errors.is_empty() { parsed.conflicts } else { parsed.errors };
        if errors.is_empty() {
            self.experiment = parsed.experiment;
        }
        self.show_schedule()?;
        self.show_kind()?;
        self.show_errors(errors)?;
        picker::show(&self.experiment)
    }

    /// Chooses another data set. Who comes back to a task finds the experiment that was left.
    pub(super) fn use_data(&mut self, name: DatasetName) -> WebResult<()> {
        let before = self.experiment.clone();
        if name.row().task() == before.task() {
            return self.write(with_data(&before, name));
        }
        let left = self.put_aside.iter().find(|aside| aside.task() == name.row().task()).cloned();
        self.put_aside.retain(|aside| aside.task() != before.task());
        self.put_aside.push(before.clone());
        self.write(with_data(left.as_ref().unwrap_or(&before), name))
    }

    /// Writes another list of variants into its field and reads the form. While a field is invalid, or the list is being edited
    /// as text, it does not change. The error is the one to fix first.
    pub(super) fn set_variants(&mut self, list: &[Variant]) -> WebResult<Result<(), Option<Error>>> {
        let old = self.control("init")?.and_then(|field| value_of(&field)).unwrap_or_default();
        if is_init_text(&old, &self.experiment) {
            self.set_field("init", &list_text(list))?;
            self.read()?;
            if self.is_valid() && self.experiment.variants == list {
                return Ok(Ok(()));
            }
        }
        let error = self.errors.first().cloned();
        self.set_field("init", &old)?;
        self.read()?;
        Ok(Err(error))
    }

    /// Moves the focus to the first invalid field.
    pub(super) fn focus_error(&self) -> WebResult<()> {
        let Some((key, _)) = self.errors.first().map(field_error) else { return Ok(()) };
        let field = self.control(key)?.and_then(|field| field.dyn_into::<HtmlElement>().ok());
        field.map_or(Ok(()), |field| focus(&field))
    }

    /// The label of the first invalid field, in the words of the form; its key if it has none.
    pub(super) fn refused_label(&self) -> WebResult<Option<String>> {
        let Some((key, _)) = self.errors.first().map(field_error) else { return Ok(None) };
        let field = self.control(key)?.and_then(|field| field.closest(".field").ok().flatten());
        let label = field.and_then(|field| field.query_selector("span").ok().flatten()?.text_content());
        Ok(Some(label.unwrap_or_else(|| key.to_owned())))
    }

    fn fields(&self) -> WebResult<Vec<FieldText>> {
        let named = self.element.query_selector_all("[name]")?;
        let elements = (0..named.length()).filter_map(|index| named.item(index)?.dyn_into::<Element>().ok());
        let pairs = elements.filter_map(|element| Some((element.get_attribute("name")?, value_of(&element)?)));
        let mut pairs: Vec<FieldText> = pairs.collect();
        for (_, value) in pairs.iter_mut().filter(|(key, value)| key == SCHEDULE && has_ramp(value)) {
            let steps: HtmlInputElement = dom::element("warmup-steps")?;
            *value = format!("{value}:{}", steps.value().trim());
        }
        Ok(pairs)
    }

    fn set_field(&self, key: &str, value: &str) -> WebResult<()> {
        let mut value = value;
        if let Some((schedule, steps)) =
            value.split_once(':').filter(|(schedule, _)| key == SCHEDULE && has_ramp(schedule))
        {
            dom::element::<HtmlInputElement>("warmup-steps")?.set_value(steps);
            value = schedule;
        }
        if let Some(field) = self.control(key)? {
            set_value(&field, value);
        }
        Ok(())
    }

    fn control(&self, key: &str) -> WebResult<Option<Element>> {
        Ok(self.element.query_selector(&format!("[name=\"{key}\"]"))?)
    }

    /// Shows the fields and choices for this kind of data.
    fn show_kind(&self) -> WebResult<()> {
        let kind = self.experiment.model.kind();
        for cell in dom::all("#controls [data-kind]")? {
            let scope = KeyScope::named(&cell.get_attribute("data-kind").unwrap_or_default());
            cell.toggle_attribute_with_force("hidden", !scope.includes(self.experiment.task()))?;
        }
        let directions = Direction::choices(self.experiment.dataset.name);
        for option in dom::all("#f-pair option")? {
            let direction = option.get_attribute("value").and_then(|value| value.parse::<Direction>().ok());
            let offered = direction.is_some_and(|direction| directions.contains(&direction));
            option.toggle_attribute_with_force("hidden", !offered)?;
        }
        for option in dom::all("#f-norm option")? {
            let norm = option.get_attribute("value").and_then(|value| NormLayer::named(&value));
            let offered = norm.is_some_and(|norm| NormLayer::of_kind(kind).contains(&norm));
            option.toggle_attribute_with_force("hidden", !offered)?;
        }
        Ok(())
    }

    fn show_schedule(&self) -> WebResult<()> {
        let warmup = self.control(SCHEDULE)?.and_then(|field| value_of(&field)).is_some_and(|kind| has_ramp(&kind));
        dom::element::<HtmlElement>("warmup-field")?.set_hidden(!warmup);
        Ok(())
    }

    fn show_errors(&mut self, errors: Vec<Error>) -> WebResult<()> {
        self.errors = errors;
        let texts: Vec<(&str, String)> = self.errors.iter().map(field_error).collect();
        for place in dom::all("#controls .error[id]")? {
            let key = place.id().trim_start_matches("error-").to_owned();
            let text = texts.iter().find(|(about, _)| *about == key).map_or("", |(_, text)| text);
            dom::set_pieces(&place, &quotations(text))?;
            place.set_hidden(text.is_empty());
            if let Some(field) = self.control(&key)? {
                dom::set_attribute(&field, "aria-invalid", if text.is_empty() { "false" } else { "true" })?;
            }
        }
        Ok(())
    }
}
