//! Sharing what is shown: the link, the code of a frame, and files. Everything belongs to what is shown, not to the form.

use super::action::{Action, Export};
use super::address::{address, query_of};
use super::canvas;
use super::dispatch::Dispatcher;
use crate::experiment::scenarios::Scenario;
use crate::experiment::{Experiment, FigureView, PagePart, Theme, View};
use crate::export::{TableFormat, results_table, svg, write_csv, write_results};
use crate::metrics::History;
use crate::plot::{self, Chart};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::incidents;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Element, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlSelectElement,
    HtmlTextAreaElement, Url,
};

/// Height of a frame in CSS pixels: usually, at least and at most.
const USUAL_HEIGHT: u32 = 420;
const LEAST_HEIGHT: u32 = 240;
const MOST_HEIGHT: u32 = 4000;
/// Size of the exported figure, in CSS pixels.
const FIGURE: (u32, u32) = (840, 480);

impl Export {
    /// The export called `name` in the document.
    #[must_use]
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "markdown" => Some(Self::Table(TableFormat::Markdown)),
            "latex" => Some(Self::Table(TableFormat::Latex)),
            "figure" => Some(Self::Figure),
            "png" => Some(Self::Png),
            "svg" => Some(Self::Sheet),
            "link" => Some(Self::Link),
            "embed" => Some(Self::Embed),
            _ => None,
        }
    }
}

/// What is shared.
pub(super) struct ShareSubject<'page> {
    /// The experiment that is shown.
    pub(super) experiment: &'page Experiment,
    /// How it is shown.
    pub(super) view: &'page View,
    /// Its measurements.
    pub(super) history: &'page History,
    /// The figure.
    pub(super) chart: Option<&'page Chart>,
    /// Its title.
    pub(super) title: &'page str,
}

impl ShareSubject<'_> {
    /// Performs an export.
    pub(super) fn export(&self, export: Export) -> WebResult<()> {
        match export {
            // Without results the button is disabled.
            Export::Json => self.download("json", "application/json", |out| write_results(self.history, out)),
            Export::Csv => self.download("csv", "text/csv", |out| write_csv(self.history, out)),
            Export::Table(format) => {
                let (extension, kind) = match format {
                    TableFormat::Markdown => ("md", "text/markdown"),
                    TableFormat::Latex => ("tex", "application/x-tex"),
                };
                self.download(extension, kind, |out| out(results_table(self.history, format).as_bytes()))
            }
            Export::Sheet => self.download("svg", "image/svg+xml", |out| out(svg(self.history).as_bytes())),
            Export::Figure => self.titled().map_or(Ok(()), |chart| {
                let text = plot::svg::chart_with_legend(self.history, &chart, FIGURE, false);
                self.download("svg", "image/svg+xml", |out| out(text.as_bytes()))
            }),
            Export::Png => match self.titled() {
                Some(chart) => save(&canvas::picture(&chart, FIGURE)?, &self.file_name("png")),
                None => Ok(()),
            },
            Export::Link => copy(&self.link()?, incidents::link_copied()),
            Export::Embed => copy(&self.code()?, incidents::embed_copied()),
        }
    }

    /// Prepares the dialog for what is shown, with the title of the figure.
    pub(super) fn prepare_dialog(&self) -> WebResult<()> {
        dom::element::<HtmlInputElement>("share-title")?.set_value(&format!("{} · Emergence Lab", self.title));
        let travels = Scenario::of(self.experiment).is_some();
        dom::element::<HtmlElement>("share-unrecorded")?.set_hidden(travels);
        self.fill_dialog()
    }

    /// Fills the fields of the dialog.
    pub(super) fn fill_dialog(&self) -> WebResult<()> {
        dom::element::<HtmlInputElement>("share-link")?.set_value(&self.link()?);
        dom::element::<HtmlTextAreaElement>("share-code")?.set_value(&self.code()?);
        self.preview()?;
        for button in dom::all("[data-export]")? {
            let name = button.get_attribute("data-export").unwrap_or_default();
            let needs_results = !matches!(Export::named(&name), Some(Export::Link | Export::Embed));
            button.toggle_attribute_with_force("disabled", needs_results && self.history.step == 0)?;
        }
        Ok(())
    }

    /// The figure with its title, which the page shows above it.
    fn titled(&self) -> Option<Chart> {
        Some(Chart { title: self.title.to_owned(), ..self.chart?.clone() })
    }

    fn view(&self) -> WebResult<View> {
        let start = dom::document()?.query_selector("[name=share-start]:checked")?;
        let start = start.and_then(|radio| radio.get_attribute("value"));
        Ok(View {
            run: start.as_deref() == Some("run"),
            embed: false,
            hide: if start.as_deref() == Some("recorded") { vec![PagePart::Run] } else { Vec::new() },
            height: None,
            theme: Theme::Auto,
            language: self.view.language,
            // Another visitor's shelf holds other results.
            figure: FigureView { pin: None, ..self.view.figure.clone() },
        })
    }

    fn link(&self) -> WebResult<String> {
        address(&query_of(self.experiment, &self.view()?))
    }

    /// The address of the frame.
    fn frame(&self) -> WebResult<String> {
        use crate::experiment::Named;
        let theme = Theme::named(&dom::element::<HtmlSelectElement>("share-theme")?.value()).unwrap_or_default();
        let query = query_of(self.experiment, &View { embed: true, theme, ..self.view()? });
        let show = if query.contains("show=") { "" } else { "&show=accuracy" };
        address(&format!("{query}{show}"))
    }

    /// Shows the frame in the dialog, while the visitor wants to see it.
    fn preview(&self) -> WebResult<()> {
        let frame: Element = dom::element("share-frame")?;
        if !dom::element::<Element>("share-preview")?.has_attribute("open") {
            return Ok(frame.remove_attribute("src")?);
        }
        dom::set_attribute(&frame, "height", &frame_height()?.to_string())?;
        dom::set_attribute(&frame, "src", &self.frame()?)
    }

    fn code(&self) -> WebResult<String> {
        let source = self.frame()?.replace('&', "&amp;").replace('"', "&quot;");
        let title =
            dom::element::<HtmlInputElement>("share-title")?.value().replace('&', "&amp;").replace('"', "&quot;");
        let height = frame_height()?;
        Ok(format!(
            "<iframe src=\"{source}\" title=\"{title}\" loading=\"lazy\" style=\"width:100%;border:0\" height=\"{height}\" \
             allow=\"fullscreen; clipboard-write\"></iframe>"
        ))
    }

    /// A name made of the data set and the variants: `mnist-kaiming_normal-xavier_normal.csv`.
    fn file_name(&self, extension: &str) -> String {
        use crate::experiment::Named;
        let variants = self.experiment.variants.iter().map(ToString::to_string);
        let parts = std::iter::once(self.history.setup.experiment.dataset.name.name().to_owned()).chain(variants);
        let name: String = parts.collect::<Vec<_>>().join("-");
        let safe = name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' });
        format!("{}.{extension}", safe.take(80).collect::<String>())
    }

    /// Saves a file that is written in parts: whatever its size, only a part of it is in memory.
    fn download(&self, extension: &str, kind: &str, write: impl FnOnce(&mut dyn FnMut(&[u8]))) -> WebResult<()> {
        let (parts, mut refused) = (js_sys::Array::new(), None);
        write(&mut |part| {
            // The browser may keep blobs on the disk.
            match Blob::new_with_u8_array_sequence(&js_sys::Array::of1(&Uint8Array::from(part))) {
                Ok(blob) => drop(parts.push(&blob)),
                Err(error) => refused = Some(error),
            }
        });
        if let Some(error) = refused {
            return Err(error.into());
        }
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_blob_sequence_and_options(&parts, &options)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        save(&address, &self.file_name(extension))?;
        Ok(Url::revoke_object_url(&address)?)
    }
}

/// Listens to the buttons and choices of the dialog.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let dialog: Element = dom::element("export")?;
    let pressed = dispatcher.clone();
    dom::on(&dialog, "click", move |event| {
        if let Some(export) = dom::marked(&event, "export").as_deref().and_then(Export::named) {
            pressed.dispatch(Action::Exported(export));
        }
    })?;
    let toggled = dispatcher.clone();
    dom::on(&dom::element::<Element>("share-preview")?, "toggle", move |_| toggled.dispatch(Action::ShareEdited))?;
    let changed = dispatcher.clone();
    dom::on(&dialog, "input", move |_| changed.dispatch(Action::ShareEdited))
}

/// The height that the visitor wants for the frame, in CSS pixels; that of an ordinary figure if it is no such number.
fn frame_height() -> WebResult<u32> {
    let typed = dom::element::<HtmlInputElement>("share-height")?.value().trim().parse().ok();
    Ok(typed.filter(|height| (LEAST_HEIGHT..=MOST_HEIGHT).contains(height)).unwrap_or(USUAL_HEIGHT))
}

fn save(address: &str, name: &str) -> WebResult<()> {
    let anchor: HtmlAnchorElement = dom::create("a", "", "")?.unchecked_into();
    anchor.set_href(address);
    anchor.set_download(name);
    anchor.click();
    Ok(())
}

/// Copies a text and confirms it; without access to the clipboard (in a frame without permission) it shows the text instead.
fn copy(text: &str, done: String) -> WebResult<()> {
    let place: Element = dom::element("export-status")?;
    let clipboard = dom::window()?.navigator().clipboard();
    // In an insecure context there is no clipboard, although the type promises one.
    if clipboard.is_undefined() {
        return show_code(&place, text);
    }
    let (copying, code) = (JsFuture::from(clipboard.write_text(text)), text.to_owned());
    wasm_bindgen_futures::spawn_local(async move {
        if copying.await.is_ok() {
            place.set_text_content(Some(&done));
        } else if let Err(error) = show_code(&place, &code) {
            dom::report(&error);
        }
    });
    Ok(())
}

fn show_code(place: &Element, text: &str) -> WebResult<()> {
    place.set_text_content(None);
    dom::append(place, &dom::untranslated("code", text)?)
}
