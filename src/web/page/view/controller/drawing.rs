//! Draws what is shown, and keeps the address equal to it.

use super::Page;
use crate::catalog::{EmergenceNodes, FigureQuantity, FigureSource};
use crate::experiment::{Band, FigureView, PagePart, View};
use crate::metrics::VariantCurves;
use crate::plot::{Pinned, heading};
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::quotations::quotations;
use crate::web::page::model::rate_control::rate_control_note;
use crate::web::page::model::shown::{Origin, differences, listed};
use crate::web::page::model::variant_rows::{RowSpec, only_pinned, variant_rows};
use crate::web::page::model::verdict::verdict_text;
use crate::web::page::view::address::{address, framed_query, query_of};
use crate::web::page::view::section::{Picture, Section};
use crate::web::page::view::share::ShareSubject;
use crate::web::page::view::toolbar::Situation;
use crate::web::page::view::{appearance, navigation, scenario_strip};
use crate::web::page::words;
use crate::web::page::words::values::measure_note;
use crate::web::page::words::{grouped, sentences, setup_summary, variant_label};
use crate::web::schedule::now;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

/// What the sections draw. (A macro, because they are borrowed mutably together with it.)
macro_rules! picture {
    ($page:ident, $names:ident, $pinned:ident, $dark:ident) => {
        Picture {
            history: &$page.shown.history,
            view: &$page.view.figure,
            inspected: $page.inspected_phase(),
            visible: &$page.visible,
            names: &$names,
            pinned: $page
                .shelf
                .pinned(&$page.shown.experiment)
                .map(|result| Pinned { history: &result.history, names: &$pinned }),
            titled: $page.view.embed || navigation::is_presenting(),
            dark: $dark,
        }
    };
}

impl Page {
    pub(super) fn draw(&mut self) -> WebResult<()> {
        let start = now()?;
        let (names, pinned) = (self.names(), self.pinned_names());
        let (dark, tab) = (appearance::is_dark()?, navigation::part_of_document()?);
        let picture = picture!(self, names, pinned, dark);
        let sections: [&mut dyn Section; 4] =
            [&mut self.figure, &mut self.activity, &mut self.layers, &mut self.inside];
        for section in sections.into_iter().filter(|section| section.tab() == tab) {
            section.draw(&picture)?;
        }
        self.shelf_section.show(&self.shelf, &self.shown.experiment)?;
        self.show()?;
        dom::root()?.dataset().set("step", &self.shown.history.step.to_string())?;
        self.redraw.drawn(start)
    }

    /// Repaints the figure after the cursor has moved, with the values there.
    pub(super) fn repaint(&mut self) -> WebResult<()> {
        let (names, pinned, dark) = (self.names(), self.pinned_names(), appearance::is_dark()?);
        self.figure.paint(&picture!(self, names, pinned, dark))?;
        self.show_table()
    }

    fn names(&self) -> Vec<String> {
        self.shown.history.variants.iter().map(|variant| variant_label(&variant.variant)).collect()
    }

    fn pinned_names(&self) -> Vec<String> {
        let variants = self.shelf.pinned(&self.shown.experiment).map(|result| result.history.variants.as_slice());
        let name = |curves: &VariantCurves| text!("{name}, pinned", name = variant_label(&curves.variant));
        variants.unwrap_or_default().iter().map(name).collect()
    }

    /// Updates all texts.
    pub(super) fn show(&mut self) -> WebResult<()> {
        let edited = self.is_edited();
        self.toolbar.show(&Situation {
            lifecycle: &self.lifecycle,
            history: &self.shown.history,
            edited,
            refused: self.form.refused_label()?,
            embedded: self.view.embed,
            again: self.started.is_some() && !edited,
            loading: self.loading.as_ref(),
        })?;
        self.show_table()?;
        self.show_notes()?;
        self.show_edited(edited)?;
        self.show_scrubber()
    }

    fn show_table(&mut self) -> WebResult<()> {
        let quantity = self.quantity();
        let at = self.figure.step(&self.view.figure);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a step, which is not negative")]
        let at = at.map(|step| step.round() as u64);
        let spec = RowSpec {
            quantity,
            at,
            baseline: self.baseline(),
            finished: self.shown.is_complete(),
            pinned: self.shelf.pinned(&self.shown.experiment).map(|result| &result.history),
        };
        let rows = variant_rows(&self.shown.history, &spec);
        let others = only_pinned(&self.shown.history, &spec);
        put_note("pinned-note", &others.map(|values| text!("Only pinned: {values}", values)).unwrap_or_default())?;
        let step = at.unwrap_or(self.shown.history.step);
        let measured = self.shown.history.step > 0;
        let step = if measured { text!("at step {step}", step = grouped(step)) } else { String::new() };
        let entries = listed(&self.shown, self.form.experiment());
        self.table.show(
            &entries,
            &rows,
            &self.visible,
            (&heading(quantity, &self.shown.history.setup.experiment), &step),
        )
    }

    /// The quantity of the large chart.
    pub(super) fn quantity(&self) -> FigureQuantity {
        self.view.figure.show.first().copied().unwrap_or(FigureQuantity::Accuracy)
    }

    /// The index of the baseline.
    pub(super) fn baseline(&self) -> usize {
        let last = self.shown.history.variants.len().saturating_sub(1);
        (self.view.figure.baseline as usize).saturating_sub(1).min(last)
    }

    fn show_notes(&self) -> WebResult<()> {
        let history = &self.shown.history;
        let experiment = &history.setup.experiment;
        let note = rate_control_note(experiment).unwrap_or_default();
        put_note("control-note", &note)?;
        let nodes = match self.quantity().facts().source {
            FigureSource::Measured(quantity) | FigureSource::Change(quantity) => quantity.facts().nodes,
            _ => None,
        };
        let measured = matches!(self.quantity(), FigureQuantity::EmergenceA | FigureQuantity::EmergenceB);
        let random = measured && self.view.figure.band == Band::Random && history.has_random_activity();
        let convolutions = experiment.model.has_convolutions();
        let note = nodes.map(|nodes: EmergenceNodes| measure_note(nodes, convolutions, random));
        put_note("measure-note", &note.unwrap_or_default())?;
        let scenario = self.recorded_scenario();
        scenario_strip::mark(scenario)?;
        let finished = self.shown.is_complete();
        let verdict = match scenario {
            Some(name) => scenario_strip::texts(name)?.map(|(question, answer)| sentences([question, answer])),
            None => Some(verdict_text(history, self.baseline(), finished)),
        };
        set("verdict", &verdict.filter(|text| !text.is_empty()).unwrap_or_else(|| "\u{a0}".to_owned()))?;
        let origin = words::origin_text(&self.shown, self.lifecycle.phase(), !self.view.hide.contains(&PagePart::Run));
        let all = self.batches.as_ref().map(|batches| batches.whole.run_count());
        let queued = all.map(|all| words::queue_text(history.runs().count(), all));
        set("origin", &words::sentences([Some(origin), queued].into_iter().flatten()))?;
        set("facts", &words::facts(&history.setup).unwrap_or_else(|| "\u{a0}".to_owned()))?;
        set("setup-summary", &setup_summary(self.form.experiment()))?;
        set("version", env!("CARGO_PKG_VERSION"))?;
        let query = self.shown.experiment.to_query();
        set("about-command", &format!("cargo run --release --bin lab -- run '{query}'"))
    }

    /// Shows how the form differs from what is shown.
    fn show_edited(&self, edited: bool) -> WebResult<()> {
        let bar: HtmlElement = dom::element("edited")?;
        bar.set_hidden(!edited || !self.shown.is_result());
        if let Some(run) = bar.query_selector("[data-request=run]")? {
            let possible = self.lifecycle.allows(Request::Run, true);
            dom::set_attribute(&run, "aria-disabled", if possible { "false" } else { "true" })?;
        }
        let pairs = differences(self.shown_experiment(), self.form.experiment());
        let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} {value}")).collect();
        set("edited-what", &pairs.join(", "))?;
        dom::element::<HtmlElement>("undo")?.set_hidden(self.undo.is_none());
        let idle = matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished);
        for (id, enabled) in [
            ("more-seeds", idle && self.shown.is_complete() && !edited),
            ("show-difference", self.shown.history.variants.len() > 1 && self.shown.is_result()),
        ] {
            dom::element::<Element>(id)?.toggle_attribute_with_force("disabled", !enabled)?;
        }
        Ok(())
    }

    fn show_scrubber(&self) -> WebResult<()> {
        let steps = self.shown.history.evaluation_steps();
        let last = steps.len().saturating_sub(1);
        let at = self.view.figure.at.and_then(|at| steps.iter().rposition(|step| *step <= at)).unwrap_or(last);
        let step = steps.get(at).copied().unwrap_or_default();
        self.scrubber.show(at, last, &text!("step {step}", step = grouped(step)))
    }

    /// What is shared and exported.
    pub(super) fn shared(&self) -> ShareSubject<'_> {
        ShareSubject {
            experiment: &self.shown.experiment,
            view: &self.view,
            history: &self.shown.history,
            chart: self.figure.chart(),
            title: self.figure.title(),
        }
    }

    /// The view with the result that is pinned now, whose place on the shelf may have changed.
    fn view_with_pin(&self) -> View {
        let pin = self.shelf.pinned_index().and_then(|index| u32::try_from(index + 1).ok());
        View { figure: FigureView { pin, ..self.view.figure.clone() }, ..self.view.clone() }
    }

    /// The address is that of what is shown; while nothing is, that of the form.
    pub(super) fn write_address(&self) -> WebResult<()> {
        let experiment = if self.shown.is_result() { self.shown_experiment() } else { self.form.experiment() };
        appearance::show_full_link(&query_of(experiment, &View::default()))?;
        let part = navigation::part_of_document()?;
        let address = address(&framed_query(experiment, &self.view_with_pin())?)? + &navigation::fragment(part);
        // Some browsers limit the rate of these calls; the next change then updates the address.
        let replaced = dom::window()?.history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        dom::root()?.dataset().set("origin", origin_name(&self.shown.origin))?;
        replaced.or(Ok(()))
    }
}

/// The value of `data-origin`.
fn origin_name(origin: &Origin) -> &'static str {
    match origin {
        Origin::Nothing => "nothing",
        Origin::Recorded { .. } => "recorded",
        Origin::Live | Origin::Kept { .. } => "live",
    }
}

fn set(id: &str, text: &str) -> WebResult<()> {
    dom::set_text(&dom::element::<Element>(id)?, text);
    Ok(())
}

/// Shows a note, or hides its place if it is empty.
fn put_note(id: &str, text: &str) -> WebResult<()> {
    let place: HtmlElement = dom::element(id)?;
    dom::set_pieces(&place, &quotations(text))?;
    place.set_hidden(text.is_empty());
    Ok(())
}
