//! A few training examples of the data set selected in the form: images by class, or sentences with their translations.

use super::pixels::{add_image, draw_pixels};
use crate::experiment::{DatasetName, DatasetSpec};
use crate::metrics::{DatasetSample, ImageSamples, SampleImage, SampleSentence};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::files::selection_note;
use crate::web::page::words::inside::class_name;
use crate::web::page::words::{sample_missing, sample_title};
use web_sys::{Element, HtmlDetailsElement};

/// The largest number of images shown per class.
const PER_CLASS: usize = 2;
/// In windows up to this width, in CSS pixels, and in embeds the images are collapsed, since the charts should come first.
const NARROW: f64 = 760.0;

/// The section for images, and the images of all data sets loaded so far.
pub(super) struct Samples {
    title: Element,
    place: Element,
    known: Vec<DatasetSample>,
    shown: Option<DatasetSample>,
}

impl Samples {
    /// Binds the section for the images, and expands it if there is room.
    pub(super) fn bind(embedded: bool) -> WebResult<Self> {
        let wide = dom::window()?.inner_width()?.as_f64().is_some_and(|width| width > NARROW);
        dom::element::<HtmlDetailsElement>("samples")?.set_open(wide && !embedded);
        Ok(Self {
            title: dom::element("samples-title")?,
            place: dom::element("samples-place")?,
            known: Vec::new(),
            shown: None,
        })
    }

    /// Forgets the examples of a data set, which has other ones now.
    pub(super) fn forget(&mut self, name: DatasetName) {
        self.known.retain(|known| known.name != name);
    }

    /// Keeps the examples of a data set.
    pub(super) fn learn(&mut self, sample: DatasetSample) {
        self.known.retain(|known| (known.name, known.direction) != (sample.name, sample.direction));
        self.known.push(sample);
    }

    /// Shows the images of a data set, or says when they will appear.
    pub(super) fn show(&mut self, dataset: &DatasetSpec) -> WebResult<()> {
        let name = dataset.name;
        // `auto` may resolve to either of two data sets; the one loaded last is shown.
        let wanted = |sample: &&DatasetSample| {
            let is_of = name.candidates().any(|candidate| sample.name == candidate);
            is_of && sample.direction.is_none_or(|direction| direction == dataset.direction)
        };
        let found = self.known.iter().rev().find(wanted);
        let resolved = name.candidates().find(|name| found.is_some_and(|sample| sample.name == *name));
        dom::set_text(&self.title, &sample_title(resolved.unwrap_or(name)));
        let Some(sample) = found else {
            self.shown = None;
            dom::set_text(&self.place, &sample_missing(name));
            return Ok(());
        };
        if self.shown.as_ref() != Some(sample) {
            self.place.set_inner_html("");
            let list = if sample.sentences.is_empty() { strip(&sample.images)? } else { pairs(&sample.sentences)? };
            dom::append(&self.place, &list)?;
            if let Some(selection) = &sample.selection {
                dom::append(&self.place, &dom::create("p", "hint", &selection_note(selection))?)?;
            }
            self.shown = Some(sample.clone());
        }
        Ok(())
    }
}

/// A list with one entry for each class that has sample images.
fn strip(sample: &ImageSamples) -> WebResult<Element> {
    let list = dom::create("ul", "strip", "")?;
    for label in 0..sample.classes.len() {
        let class = class_name(&sample.classes, label);
        let images = sample.images.iter().filter(|image| usize::from(image.label) == label).take(PER_CLASS);
        let images: Vec<&SampleImage> = images.collect();
        if images.is_empty() {
            continue;
        }
        let item = dom::create("li", "", "")?;
        let row = dom::create("div", "", "")?;
        for image in images {
            let canvas = add_image(&row, Some(&class))?;
            draw_pixels(&canvas, sample.channels, sample.height, sample.width, &image.pixels)?;
        }
        dom::append(&item, &row)?;
        dom::append(&item, &dom::create("span", "", &class)?)?;
        dom::append(&list, &item)?;
    }
    Ok(list)
}

/// A list of sentences, each with its translation.
fn pairs(sentences: &[SampleSentence]) -> WebResult<Element> {
    let list = dom::create("ul", "sentences", "")?;
    for sentence in sentences {
        let item = dom::create("li", "", "")?;
        dom::append(&item, &dom::untranslated("span", &sentence.source)?)?;
        dom::append(&item, &dom::create("small", "", " → ")?)?;
        dom::append(&item, &dom::untranslated("span", &sentence.reference)?)?;
        dom::append(&list, &item)?;
    }
    Ok(list)
}
