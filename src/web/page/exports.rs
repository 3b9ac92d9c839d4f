//! Exports: results as JSON, CSV and SVG, the link, and the embed code.

use super::action::{Action, Export};
use super::dispatch::Dispatcher;
use super::words::incidents;
use crate::export::{csv, results_json, svg};
use crate::metrics::History;
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Element, HtmlAnchorElement, Url};

impl Export {
    /// The export called `name` in the document.
    #[must_use]
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "svg" => Some(Self::Svg),
            "link" => Some(Self::Link),
            "embed" => Some(Self::Embed),
            _ => None,
        }
    }

    /// Performs the export; `query` is the experiment in the form.
    pub(super) fn perform(self, history: &History, query: &str) -> WebResult<()> {
        match self {
            // Without results the button is disabled.
            Self::Json => results_json(history).map_or(Ok(()), |json| download("json", "application/json", &json)),
            Self::Csv => download("csv", "text/csv", &csv(history)),
            Self::Svg => download("svg", "image/svg+xml", &svg(history)),
            Self::Link => copy(&address(query)?, incidents::LINK_COPIED),
            Self::Embed => copy(&embed_code(query)?, incidents::EMBED_COPIED),
        }
    }
}

/// Listens to the buttons.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let pressed = dispatcher.clone();
    dom::on(&dom::element::<Element>("export")?, "click", move |event| {
        if let Some(export) = dom::marked(&event, "export").as_deref().and_then(Export::named) {
            pressed.dispatch(Action::Exported(export));
        }
    })
}

/// Enables the buttons that need results.
pub(super) fn enable(measured: bool) -> WebResult<()> {
    for button in dom::all("[data-export=json], [data-export=csv], [data-export=svg]")? {
        button.toggle_attribute_with_force("disabled", !measured)?;
    }
    Ok(())
}

fn download(extension: &str, kind: &str, text: &str) -> WebResult<()> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = dom::create("a", "", "")?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(&format!("emergence-lab.{extension}"));
    anchor.click();
    Url::revoke_object_url(&address)?;
    Ok(())
}

/// The address of this page with the experiment `query`.
pub(super) fn address(query: &str) -> WebResult<String> {
    let location = dom::window()?.location();
    let base = format!("{}{}", location.origin()?, location.pathname()?);
    Ok(if query.is_empty() { base } else { format!("{base}?{query}") })
}

fn embed_code(query: &str) -> WebResult<String> {
    let separator = if query.is_empty() { "" } else { "&" };
    let source = address(&format!("{query}{separator}embed=1"))?.replace('&', "&amp;").replace('"', "&quot;");
    Ok(format!(
        "<iframe src=\"{source}\" title=\"Emergence Lab\" loading=\"lazy\" style=\"width:100%;border:0\" height=\"980\" \
         allow=\"fullscreen; clipboard-write\"></iframe>"
    ))
}

/// Copies a text and confirms it; without access to the clipboard (in a frame without permission) it shows the text instead.
fn copy(text: &str, done: &'static str) -> WebResult<()> {
    let place: Element = dom::element("export-status")?;
    let clipboard = dom::window()?.navigator().clipboard();
    // In an insecure context there is no clipboard, although the type promises one.
    if clipboard.is_undefined() {
        return show_code(&place, text);
    }
    let (copying, code) = (JsFuture::from(clipboard.write_text(text)), text.to_owned());
    wasm_bindgen_futures::spawn_local(async move {
        if copying.await.is_ok() {
            place.set_text_content(Some(done));
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
