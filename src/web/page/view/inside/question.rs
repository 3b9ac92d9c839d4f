//! The panel "Classify an image": a drawing or a test image, and how every variant classifies it.

use super::pad::Pad;
use crate::experiment::Variant;
use crate::metrics::{History, ImageSamples};
use crate::protocol::{Command, ImageSource, NetworkQuestion};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::answers::{Answer, answers};
use crate::web::page::model::inside::inquiry::{Inquiry, InspectionRequest, Pick, picked};
use crate::web::page::model::phase::Phase;
use crate::web::page::view::pixels::draw_pixels;
use crate::web::page::view::{Action, Dispatcher, text_cells};
use crate::web::page::words::NOTHING;
use crate::web::page::words::inside::{ask_invitation, ask_reason, class_name, image_note, no_image, percent};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};

/// Maximum number of bars; more would be too thin to distinguish.
const BARS: usize = 40;
/// Class names up to this width, in Latin letters, are shown below their bars.
const SHORT_NAME: usize = 2;

/// An answer of the worker.
pub(super) struct Classified {
    pub(super) pixels: Vec<u8>,
    pub(super) test: Option<(usize, u8)>,
    pub(super) probabilities: Vec<Vec<f32>>,
}

/// The controls and the table.
pub(super) struct QuestionPanel {
    controls: Element,
    hint: Element,
    pad: Pad,
    image: HtmlCanvasElement,
    note: Element,
    body: Element,
    lines: Vec<AnswerRow>,
    /// The variants and the names of the classes for which the rows were built.
    shape: (Vec<Variant>, Vec<String>),
    answer: Option<Classified>,
    shown: bool,
    enabled: bool,
}

/// The cells of a variant.
struct AnswerRow {
    answer: Element,
    verdict: Element,
    shares: Element,
    bars: Vec<HtmlElement>,
}

impl QuestionPanel {
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let picking = dispatcher.clone();
        let controls: Element = dom::element("ask-controls")?;
        dom::on(&controls, "click", move |event| match dom::marked(&event, "pick").as_deref() {
            Some("clear") => picking.dispatch(Action::Inspected(InspectionRequest::Clear)),
            Some(name) => picking.dispatch(Action::Inspected(InspectionRequest::Test(Pick::named(name)))),
            None => {}
        })?;
        Ok(Self {
            controls,
            hint: dom::element("ask-hint")?,
            pad: Pad::bind(dispatcher)?,
            image: dom::element("asked-image")?,
            note: dom::element("asked-note")?,
            body: text_cells::body("answers")?,
            lines: Vec::new(),
            shape: (Vec::new(), Vec::new()),
            answer: None,
            shown: false,
            enabled: false,
        })
    }

    pub(super) fn set(&mut self, answer: Option<Classified>) {
        self.shown = false;
        self.answer = answer;
    }

    /// Handles drawing or choosing an image; `count` is the number of test examples.
    pub(super) fn handle(
        &mut self,
        request: &InspectionRequest,
        inquiry: &mut Inquiry,
        data: &ImageSamples,
        count: usize,
    ) -> WebResult<Option<Command>> {
        match request {
            _ if !self.enabled => {}
            InspectionRequest::Stroke { from, to } => self.pad.stroke(*from, *to)?,
            InspectionRequest::Lift => self.pad.rest()?,
            InspectionRequest::Drawn => {
                let image = self.pad.image(data.height, data.width);
                return Ok(image.and_then(|pixels| inquiry.ask(NetworkQuestion::Image(ImageSource::Drawn { pixels }))));
            }
            InspectionRequest::Clear => {
                self.pad.clear()?;
                inquiry.forget();
                self.set(None);
            }
            InspectionRequest::Test(pick) => {
                self.pad.clear()?;
                let index = picked(*pick, inquiry.asked(), count, js_sys::Math::random());
                return Ok(inquiry.ask(NetworkQuestion::Image(ImageSource::Test { index })));
            }
            InspectionRequest::Run(_) | InspectionRequest::Typed(_) | InspectionRequest::Head => {}
        }
        Ok(None)
    }

    pub(super) fn draw(&mut self, history: &History, data: &ImageSamples, phase: Phase) -> WebResult<()> {
        let reason = ask_reason(phase);
        let drawable = data.channels == 1;
        self.enabled = reason.is_none() && !data.classes.is_empty();
        self.controls.toggle_attribute_with_force("disabled", !self.enabled)?;
        self.pad.offer(drawable, self.enabled)?;
        dom::set_text(&self.hint, &reason.unwrap_or_else(|| ask_invitation(&data.classes, drawable)));
        let variants = &history.setup.experiment.variants;
        if self.shape.0 != *variants || self.shape.1 != data.classes {
            self.shape = (variants.clone(), data.classes.clone());
            self.rebuild()?;
            self.shown = false;
        }
        if self.shown {
            return Ok(());
        }
        self.shown = true;
        self.show(history, data)
    }

    fn show(&self, history: &History, data: &ImageSamples) -> WebResult<()> {
        let blank = vec![0; data.channels * data.height * data.width];
        let answer = self.answer.as_ref();
        let pixels = answer.map_or(&blank, |answer| &answer.pixels);
        draw_pixels(&self.image, data.channels, data.height, data.width, pixels)?;
        let note = answer.map_or_else(no_image, |answer| image_note(answer.test, &data.classes));
        dom::set_text(&self.note, &note);
        dom::set_attribute(&self.image, "aria-label", &note)?;
        let truth = answer.and_then(|answer| answer.test).map(|(_, label)| label);
        let given = answer.map(|answer| answers(history, &answer.probabilities, &data.classes, truth));
        for (index, line) in self.lines.iter().enumerate() {
            line.show(given.as_ref().and_then(|answers| answers.get(index)), &data.classes)?;
        }
        Ok(())
    }

    fn rebuild(&mut self) -> WebResult<()> {
        self.body.set_inner_html("");
        self.lines.clear();
        for (index, variant) in self.shape.0.iter().enumerate() {
            let row = text_cells::row(&self.body, &text_cells::variant_heading("row", index, variant)?)?;
            let line = AnswerRow::new(&self.shape.1)?;
            let (first, last) = (dom::create("td", "", "")?, dom::create("td", "", "")?);
            dom::append(&first, &line.answer)?;
            dom::append(&first, &line.verdict)?;
            dom::append(&last, &line.shares)?;
            dom::append(&row, &first)?;
            dom::append(&row, &last)?;
            self.lines.push(line);
        }
        Ok(())
    }
}

impl AnswerRow {
    fn new(classes: &[String]) -> WebResult<Self> {
        let shares = dom::create("div", "shares", "")?;
        shares.set_attribute("role", "img")?;
        let mut bars = Vec::new();
        for class in 0..if classes.len() > BARS { 0 } else { classes.len() } {
            let name = class_name(classes, class);
            let (column, bar) = (dom::create("span", "", "")?, dom::create("i", "", "")?);
            column.set_attribute("title", &name)?;
            dom::append(&column, &bar)?;
            let width: usize = name.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum();
            let label = if width <= SHORT_NAME { name.as_str() } else { "" };
            dom::append(&column, &dom::create("small", "", label)?)?;
            dom::append(&shares, &column)?;
            bars.push(bar.unchecked_into());
        }
        Ok(Self { answer: dom::create("div", "", "")?, verdict: dom::create("small", "", "")?, shares, bars })
    }

    fn show(&self, answer: Option<&Answer>, classes: &[String]) -> WebResult<()> {
        dom::set_text(&self.answer, answer.map_or(NOTHING, |answer| &answer.answer));
        dom::set_text(&self.verdict, answer.map_or("\u{a0}", |answer| &answer.verdict));
        let shares = answer.map_or(&[][..], |answer| &answer.shares);
        let texts = shares
            .iter()
            .enumerate()
            .map(|(class, share)| format!("{} {}", class_name(classes, class), percent(*share)));
        let texts: Vec<String> = texts.collect();
        let texts = if texts.is_empty() { NOTHING.to_owned() } else { texts.join(", ") };
        dom::set_attribute(&self.shares, "aria-label", &texts)?;
        for (class, bar) in self.bars.iter().enumerate() {
            let share = shares.get(class).copied().unwrap_or(0.0);
            bar.style().set_property("height", &format!("{:.1}%", share * 100.0))?;
            bar.set_class_name(if answer.is_some_and(|answer| answer.top == Some(class)) { "top" } else { "" });
        }
        Ok(())
    }
}
