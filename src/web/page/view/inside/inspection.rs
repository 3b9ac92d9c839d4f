//! One run: images of its first-layer weights, its active units, its confusion matrix and misclassified images. Each panel keeps
//! its elements and updates only what changes, so that nothing flickers or moves during training.

use crate::experiment::architecture::MeasuredLayer;
use crate::metrics::{Examination, Filters, History, ImageSamples, RunCurves};
use crate::plot::{ConfusionMatrix, draw_confusion};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::weights::weight_pixels;
use crate::web::page::view::canvas::Canvas;
use crate::web::page::view::pixels::{add_image, draw_pixels};
use crate::web::page::words::NOTHING;
use crate::web::page::words::inside::{
    activity_note, confusion_description, confusion_note, filters_description, filters_note, image_number, later,
    mistake_text, mistakes_note, not_available, percent,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};

/// The weights of the first layer.
pub(super) struct FirstLayer {
    holder: Element,
    note: Element,
    scale: HtmlElement,
    canvases: Vec<HtmlCanvasElement>,
    filters: Option<Filters>,
    painted: Option<bool>,
}

impl FirstLayer {
    pub(super) fn bind() -> WebResult<Self> {
        Ok(Self {
            holder: dom::element("filters")?,
            note: dom::element("filters-note")?,
            scale: dom::element("filters-scale")?,
            canvases: Vec::new(),
            filters: None,
            painted: None,
        })
    }

    pub(super) fn set(&mut self, filters: Option<Filters>) {
        if filters.is_some() || self.filters.is_some() {
            self.filters = filters;
            self.painted = None;
        }
    }

    /// Shows the weights of the run with this name.
    pub(super) fn draw(&mut self, history: &History, name: &str, dark: bool) -> WebResult<()> {
        let Some(filters) = &self.filters else {
            dom::set_text(&self.note, &not_available());
            dom::set_attribute(&self.holder, "aria-label", &filters_description(None))?;
            return dom::set_attribute(&self.holder, "data-empty", "");
        };
        if self.painted == Some(dark) {
            return Ok(());
        }
        self.holder.remove_attribute("data-empty")?;
        if self.canvases.len() != filters.pictures.len() {
            self.holder.set_inner_html("");
            self.canvases.clear();
        }
        for (index, picture) in filters.pictures.iter().enumerate() {
            if index == self.canvases.len() {
                self.canvases.push(add_image(&self.holder, None)?);
            }
            let pixels = weight_pixels(picture, filters.channels, dark);
            draw_pixels(&self.canvases[index], 3, filters.height, filters.width, &pixels)?;
        }
        let note = filters_note(filters, history);
        dom::set_text(&self.note, &note);
        dom::set_attribute(&self.holder, "aria-label", &filters_description(Some((name, &note))))?;
        dom::set_attribute(&self.scale, "data-colors", if filters.channels == 3 { "mixed" } else { "diverging" })?;
        self.painted = Some(dark);
        Ok(())
    }
}

/// The fraction of active units per layer.
pub(super) struct Activity {
    list: Element,
    note: Element,
    layers: Vec<MeasuredLayer>,
    /// The bar and the value of each layer.
    lines: Vec<(HtmlElement, Element)>,
}

impl Activity {
    pub(super) fn bind() -> WebResult<Self> {
        let (list, note) = (dom::element("active")?, dom::element("active-note")?);
        Ok(Self { list, note, layers: Vec::new(), lines: Vec::new() })
    }

    pub(super) fn draw(&mut self, history: &History, run: Option<&RunCurves>, at: Option<u64>) -> WebResult<()> {
        if self.layers != history.layers.measured {
            self.rebuild(&history.layers.measured)?;
        }
        let until = at.unwrap_or(u64::MAX);
        let last = run.and_then(|run| run.active_fraction.iter().rev().find(|(step, _)| *step <= until));
        for (index, (bar, value)) in self.lines.iter().enumerate() {
            let share = last.and_then(|(_, shares)| shares.get(index)).map(|share| f64::from(*share));
            dom::set_text(value, &share.map_or(NOTHING.to_owned(), percent));
            bar.style().set_property("width", &format!("{:.1}%", share.unwrap_or(0.0) * 100.0))?;
        }
        dom::set_text(&self.note, &activity_note(last.map(|(step, _)| *step)));
        Ok(())
    }

    fn rebuild(&mut self, layers: &[MeasuredLayer]) -> WebResult<()> {
        self.list.set_inner_html("");
        self.lines.clear();
        for layer in layers {
            let (line, track) = (dom::create("li", "", "")?, dom::create("span", "track", "")?);
            let (bar, value) = (dom::create("i", "", "")?, dom::create("b", "", NOTHING)?);
            dom::append(&line, &dom::create("span", "", &layer.name)?)?;
            dom::append(&track, &bar)?;
            dom::append(&line, &track)?;
            dom::append(&line, &value)?;
            dom::append(&self.list, &line)?;
            self.lines.push((bar.unchecked_into(), value));
        }
        self.layers = layers.to_vec();
        Ok(())
    }
}

/// The confusion matrix and misclassified images of a run.
pub(super) struct Errors {
    canvas: Canvas,
    note: Element,
    list: Element,
    list_note: Element,
    examination: Option<Examination>,
    listed: bool,
    /// The theme (whether dark) and the size with which the matrix was drawn.
    painted: Option<(bool, i32, i32)>,
}

impl Errors {
    pub(super) fn bind() -> WebResult<Self> {
        Ok(Self {
            canvas: Canvas::bind("chart-confusion")?,
            note: dom::element("confusion-note")?,
            list: dom::element("mistakes")?,
            list_note: dom::element("mistakes-note")?,
            examination: None,
            listed: false,
            painted: None,
        })
    }

    pub(super) fn set(&mut self, examination: Option<Examination>) {
        if examination.is_some() || self.examination.is_some() {
            self.examination = examination;
            (self.listed, self.painted) = (false, None);
        }
    }

    pub(super) fn draw(&mut self, data: &ImageSamples, name: &str, dark: bool) -> WebResult<()> {
        if !self.listed {
            self.list_mistakes(data)?;
            self.listed = true;
        }
        let holder = self.canvas.holder();
        let now = (dark, holder.client_width(), holder.client_height());
        let Some(examination) = &self.examination else {
            holder.style().set_property("visibility", "hidden")?;
            dom::set_text(&self.note, &later());
            return self.canvas.describe(&confusion_description(None, &later()));
        };
        holder.style().remove_property("visibility")?;
        if self.painted == Some(now) {
            return Ok(());
        }
        let matrix = ConfusionMatrix { classes: data.classes.clone(), counts: examination.confusion.clone() };
        let painted = self.canvas.paint(dark, |area, style| draw_confusion(area, &matrix, style))?;
        self.painted = painted.map(|()| now);
        let note = confusion_note(examination, &data.classes);
        dom::set_text(&self.note, &note);
        self.canvas.describe(&confusion_description(Some(name), &note))
    }

    fn list_mistakes(&self, data: &ImageSamples) -> WebResult<()> {
        self.list.set_inner_html("");
        let Some(examination) = &self.examination else {
            dom::set_text(&self.list_note, &later());
            return Ok(());
        };
        dom::set_text(&self.list_note, &mistakes_note(examination, data.classes.len()));
        for mistake in &examination.mistakes {
            let item = dom::create("li", "", "")?;
            draw_pixels(&add_image(&item, None)?, data.channels, data.height, data.width, &mistake.pixels)?;
            dom::append(&item, &dom::create("span", "", &mistake_text(mistake, &data.classes))?)?;
            dom::append(&item, &dom::create("small", "", &image_number(mistake.index))?)?;
            dom::append(&self.list, &item)?;
        }
        Ok(())
    }
}
