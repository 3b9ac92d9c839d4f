//! The panel "Translations over time": fixed test sentences, as every variant translates them at the step under the scrubber.

use crate::metrics::History;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::translations::{SampleRow, sample_rows};
use crate::web::page::view::text_cells::{self, set_language};
use crate::web::page::words::sentences::{judgment, reference_label, samples_note};
use web_sys::Element;

/// The list of sentences.
pub(super) struct SamplesOverTime {
    note: Element,
    list: Element,
    shown: Vec<SampleRow>,
}

impl SamplesOverTime {
    pub(super) fn bind() -> WebResult<Self> {
        Ok(Self {
            note: dom::element("translated-note")?,
            list: dom::element("translated-samples")?,
            shown: Vec::new(),
        })
    }

    pub(super) fn draw(&mut self, history: &History, at: Option<u64>) -> WebResult<()> {
        let (step, rows) = sample_rows(history, at);
        dom::set_text(&self.note, &samples_note(step));
        if self.shown == rows {
            return Ok(());
        }
        self.list.set_inner_html("");
        for row in &rows {
            let item = dom::create("li", "", "")?;
            dom::append(&item, &dom::untranslated("b", &row.source)?)?;
            dom::append(&item, &dom::create("small", "", &reference_label(&row.reference))?)?;
            let (table, body) = (dom::create("table", "", "")?, dom::create("tbody", "", "")?);
            table.set_attribute("aria-label", &row.source)?;
            let languages = history.setup.experiment.dataset.direction.languages();
            set_language(&body, languages.map(|pair| pair.target))?;
            for (index, (translation, variant)) in
                row.translations.iter().zip(&history.setup.experiment.variants).enumerate()
            {
                let line = text_cells::row(&body, &text_cells::variant_heading("row", index, variant)?)?;
                let cell = dom::create("td", "", "")?;
                cell.set_attribute("translate", "no")?;
                let [before, changed, after] = &translation.parts;
                cell.append_with_str_1(before)?;
                if !changed.is_empty() {
                    dom::append(&cell, &dom::create("mark", "", changed)?)?;
                }
                cell.append_with_str_1(after)?;
                dom::append(&line, &cell)?;
                let verdict = dom::create("td", "", "")?;
                if let Some((mark, words)) = translation.is_right.map(judgment) {
                    verdict.append_with_str_1(mark)?;
                    dom::append(&verdict, &dom::create("span", "unseen", &words)?)?;
                }
                dom::append(&line, &verdict)?;
            }
            dom::append(&table, &body)?;
            dom::append(&item, &table)?;
            dom::append(&self.list, &item)?;
        }
        self.shown = rows;
        Ok(())
    }
}
