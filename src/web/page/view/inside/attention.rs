//! The panel "Cross-attention": a table of how much every symbol of a translation looks at every symbol of the sentence.

use crate::metrics::{AttentionMap, SentenceAnswer};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::inquiry::InspectionRequest;
use crate::web::page::view::text_cells;
use crate::web::page::view::{Action, Dispatcher};
use crate::web::page::words::sentences::{attention_note, head_label, layer_label};
use web_sys::{Element, HtmlElement, HtmlSelectElement};

/// Cells above this weight are so dark that their text is light.
const LIGHT_TEXT: f32 = 0.55;

/// The choices and the table.
pub(super) struct AttentionPanel {
    note: Element,
    layer: HtmlSelectElement,
    head: HtmlSelectElement,
    table: Element,
    answer: Option<SentenceAnswer>,
    /// Layers and heads that are offered.
    offered: (usize, usize),
    /// What is shown: the name of the run, the layer and the head.
    shown: Option<(String, i32, i32)>,
}

impl AttentionPanel {
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let panel = Self {
            note: dom::element("attention-note")?,
            layer: dom::element("attention-layer")?,
            head: dom::element("attention-head")?,
            table: dom::element("attention")?,
            answer: None,
            offered: (0, 0),
            shown: None,
        };
        for select in [&panel.layer, &panel.head] {
            let chosen = dispatcher.clone();
            dom::on(select, "change", move |_| chosen.dispatch(Action::Inspected(InspectionRequest::Head)))?;
        }
        Ok(panel)
    }

    pub(super) fn set(&mut self, answer: Option<SentenceAnswer>) {
        self.answer = answer;
        self.shown = None;
    }

    /// Shows the attention of the run with this name.
    pub(super) fn draw(&mut self, name: &str) -> WebResult<()> {
        let map = self.answer.as_ref().and_then(|answer| answer.attention.as_ref());
        if let Some(offered) = map.map(|map| (map.layers, map.heads)).filter(|offered| self.offered != *offered) {
            self.offer(offered)?;
        }
        dom::element::<HtmlElement>("attention-choices")?.set_hidden(self.offered == (0, 0));
        let now = (name.to_owned(), self.layer.selected_index(), self.head.selected_index());
        if self.shown.as_ref() == Some(&now) {
            return Ok(());
        }
        let answer = self.answer.as_ref();
        let map = answer.and_then(|answer| answer.attention.as_ref());
        dom::set_text(&self.note, &attention_note(name, map));
        self.table.set_inner_html("");
        if let Some((answer, map)) = answer.zip(map) {
            let layer = usize::try_from(now.1).unwrap_or_default();
            let head = usize::try_from(now.2).ok().and_then(|head| head.checked_sub(1));
            self.fill(answer, map, &map.of(layer, head))?;
        }
        self.shown = Some(now);
        Ok(())
    }

    /// Offers the layers, of which the last one is chosen at first, and the heads, of which at first the mean is.
    fn offer(&mut self, (layers, heads): (usize, usize)) -> WebResult<()> {
        self.offered = (layers, heads);
        self.layer.set_inner_html("");
        self.head.set_inner_html("");
        for layer in 0..layers {
            dom::append(&self.layer, &dom::create("option", "", &layer_label(layer))?)?;
        }
        self.layer.set_selected_index(i32::try_from(layers).unwrap_or(1) - 1);
        for head in std::iter::once(None).chain((0..heads).map(Some)) {
            dom::append(&self.head, &dom::create("option", "", &head_label(head))?)?;
        }
        Ok(())
    }

    /// A row for each symbol of the translation and its end, a column for each symbol of the sentence.
    fn fill(&self, answer: &SentenceAnswer, map: &AttentionMap, weights: &[f32]) -> WebResult<()> {
        let (head, body) = (dom::create("thead", "", "")?, dom::create("tbody", "", "")?);
        let first = text_cells::row(&head, &dom::create("td", "", "")?)?;
        for word in &answer.words {
            let heading = text_cells::heading("col", word)?;
            heading.set_attribute("translate", "no")?;
            dom::append(&first, &heading)?;
        }
        let outputs = answer.translations.get(map.run).map_or(&[][..], |translation| &translation.words);
        let outputs = outputs.iter().map(String::as_str).chain(["</s>"]);
        for (output, weights) in outputs.zip(weights.chunks(map.inputs.max(1))) {
            let heading = text_cells::heading("row", output)?;
            heading.set_attribute("translate", "no")?;
            let row = text_cells::row(&body, &heading)?;
            for weight in weights {
                let cell = dom::create("td", "", &format!("{:.0}", weight * 100.0))?;
                dom::set_style(&cell, "--share", &format!("{weight:.2}"))?;
                cell.toggle_attribute_with_force("data-high", *weight > LIGHT_TEXT)?;
                dom::append(&row, &cell)?;
            }
        }
        dom::append(&self.table, &head)?;
        dom::append(&self.table, &body)
    }
}
