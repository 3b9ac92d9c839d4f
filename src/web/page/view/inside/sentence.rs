//! The panel "Translate a sentence": a typed or test sentence, and how every variant translates it.

use crate::experiment::Variant;
use crate::metrics::{History, SentenceAnswer};
use crate::protocol::{Command, NetworkQuestion, SentenceSource};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::inquiry::{Inquiry, InspectionRequest, Pick, picked};
use crate::web::page::model::inside::translations::{TranslationRow, translation_rows};
use crate::web::page::model::phase::Phase;
use crate::web::page::view::text_cells::{self, set_language};
use crate::web::page::view::{Action, Dispatcher};
use crate::web::page::words::NOTHING;
use crate::web::page::words::inside::ask_reason;
use crate::web::page::words::sentences::{no_sentence, sentence_invitation, sentence_note};
use web_sys::{Element, HtmlInputElement};

/// The controls and the table.
pub(super) struct SentencePanel {
    controls: Element,
    hint: Element,
    input: HtmlInputElement,
    note: Element,
    body: Element,
    rows: Vec<TranslationCells>,
    /// The variants for which the rows were built.
    variants: Vec<Variant>,
    answer: Option<SentenceAnswer>,
    shown: bool,
    enabled: bool,
}

/// The cells of a variant.
struct TranslationCells {
    text: Element,
    words: Element,
    verdict: Element,
    score: Element,
}

impl SentencePanel {
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let picking = dispatcher.clone();
        let controls: Element = dom::element("translate-controls")?;
        dom::on(&controls, "click", move |event| {
            if let Some(name) = dom::marked(&event, "pick") {
                picking.dispatch(Action::Inspected(InspectionRequest::Test(Pick::named(&name))));
            }
        })?;
        let input: HtmlInputElement = dom::element("sentence")?;
        let (typing, own) = (dispatcher.clone(), input.clone());
        dom::on(&input, "input", move |_| {
            typing.dispatch(Action::Inspected(InspectionRequest::Typed(own.value())));
        })?;
        Ok(Self {
            controls,
            hint: dom::element("translate-hint")?,
            input,
            note: dom::element("sentence-note")?,
            body: text_cells::body("translations")?,
            rows: Vec::new(),
            variants: Vec::new(),
            answer: None,
            shown: false,
            enabled: false,
        })
    }

    pub(super) fn set(&mut self, answer: Option<SentenceAnswer>, asked: bool) {
        if !asked {
            self.input.set_value("");
        }
        // What is being typed stays as it is.
        if let Some(answer) = answer.as_ref().filter(|answer| answer.test.is_some()) {
            self.input.set_value(&answer.sentence);
        }
        self.shown = false;
        self.answer = answer;
    }

    /// Handles typing or choosing a sentence; `count` is the number of test sentences.
    pub(super) fn handle(
        &mut self,
        request: &InspectionRequest,
        inquiry: &mut Inquiry,
        count: usize,
    ) -> Option<Command> {
        match request {
            _ if !self.enabled => None,
            InspectionRequest::Typed(text) if text.trim().is_empty() => {
                inquiry.forget();
                self.set(None, true);
                None
            }
            InspectionRequest::Typed(text) => {
                inquiry.ask(NetworkQuestion::Sentence(SentenceSource::Typed { text: text.clone() }))
            }
            InspectionRequest::Test(pick) => {
                let index = picked(*pick, inquiry.asked(), count, js_sys::Math::random());
                inquiry.ask(NetworkQuestion::Sentence(SentenceSource::Test { index }))
            }
            _ => None,
        }
    }

    pub(super) fn draw(&mut self, history: &History, phase: Phase) -> WebResult<()> {
        let reason = ask_reason(phase);
        self.enabled = reason.is_none();
        self.controls.toggle_attribute_with_force("disabled", !self.enabled)?;
        let experiment = &history.setup.experiment;
        let direction = experiment.dataset.direction;
        set_language(&self.input, direction.languages().map(|pair| pair.source))?;
        set_language(&self.body, direction.languages().map(|pair| pair.target))?;
        dom::set_text(&self.hint, &reason.unwrap_or_else(|| sentence_invitation(experiment.task(), direction)));
        let variants = &history.setup.experiment.variants;
        if self.variants != *variants {
            self.variants.clone_from(variants);
            self.rebuild()?;
            self.shown = false;
        }
        if self.shown {
            return Ok(());
        }
        self.shown = true;
        let task = history.setup.experiment.task();
        let note = self.answer.as_ref().map_or_else(no_sentence, |answer| sentence_note(task, answer));
        dom::set_text(&self.note, &note);
        let rows = self.answer.as_ref().map_or_else(Vec::new, |answer| translation_rows(history, answer));
        for (index, cells) in self.rows.iter().enumerate() {
            cells.show(rows.get(index))?;
        }
        Ok(())
    }

    fn rebuild(&mut self) -> WebResult<()> {
        self.body.set_inner_html("");
        self.rows.clear();
        for (index, variant) in self.variants.iter().enumerate() {
            let row = text_cells::row(&self.body, &text_cells::variant_heading("row", index, variant)?)?;
            let (translation, verdict, score) =
                (dom::create("td", "", "")?, dom::create("td", "", "")?, dom::create("td", "number", "")?);
            let (text, words) = (dom::create("div", "", "")?, dom::create("div", "symbols", "")?);
            dom::append(&translation, &text)?;
            dom::append(&translation, &words)?;
            for cell in [&translation, &verdict, &score] {
                dom::append(&row, cell)?;
            }
            self.rows.push(TranslationCells { text, words, verdict, score });
        }
        Ok(())
    }
}

impl TranslationCells {
    fn show(&self, row: Option<&TranslationRow>) -> WebResult<()> {
        dom::set_text(&self.text, row.map_or(NOTHING, |row| &row.text));
        dom::set_text(&self.verdict, row.map_or("\u{a0}", |row| &row.verdict));
        dom::set_text(&self.score, row.map_or("\u{a0}", |row| &row.score));
        self.words.set_inner_html("");
        for (word, probability) in row.map_or(&[][..], |row| &row.words) {
            let chip = dom::untranslated("span", word)?;
            dom::set_style(&chip, "--share", &format!("{probability:.2}"))?;
            dom::append(&chip, &dom::create("small", "", &format!(" {:.0} %", probability * 100.0))?)?;
            dom::append(&self.words, &chip)?;
        }
        Ok(())
    }
}
