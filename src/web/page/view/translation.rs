//! The language of the page: fetches the catalog of another language than English, and translates the document.
//!
//! An element whose whole content, with its inline markup, is an entry of the catalog is replaced as a whole, so that a translation
//! can put formulas and emphasis where its grammar needs them. Otherwise its texts are translated one by one. What is marked
//! `translate="no"`, for browsers that translate, is replaced as a whole only: a formula with words, the name of a scheme.
//!
//! `tests/it/texts` reads the same HTML with the same rules.

use crate::experiment::{Language, Named};
use crate::texts::{self, Catalog};
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Node, Response};

/// Attributes that people read or hear.
const ATTRIBUTES: [&str; 5] = ["aria-label", "title", "placeholder", "alt", "label"];

/// The language to use: that of the address or, if it names none, that of the browser.
pub(super) fn resolved(wanted: Language) -> Language {
    let browser = || {
        let name = dom::window().ok().and_then(|window| window.navigator().language()).unwrap_or_default();
        Language::of_browser(&name)
    };
    if wanted == Language::Auto { browser() } else { wanted }
}

/// Fetches the catalog of a language.
pub(super) async fn catalog(language: Language) -> Result<Catalog, JsValue> {
    let address = dom::address_in("texts", &format!("{}.json", language.name()));
    let place = dom::window().and_then(|window| Ok((window, address?)));
    let (window, address) = place.map_err(|error| JsValue::from_str(&error.to_string()))?;
    let response: Response = JsFuture::from(window.fetch_with_str(&address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from_f64(f64::from(response.status())));
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let entries = js_sys::Object::entries(&js_sys::JSON::parse(&text)?.unchecked_into());
    let pairs = entries.iter().filter_map(|pair| {
        let pair: js_sys::Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    Ok(pairs.collect())
}

/// Translates everything that the document contains.
pub(super) fn translate_document(language: Language) -> WebResult<()> {
    let root = dom::root()?;
    root.set_attribute("lang", language.tag())?;
    translate(&root)
}

fn translate(element: &Element) -> WebResult<()> {
    let tag = element.tag_name();
    for name in ATTRIBUTES.into_iter().chain((tag == "META").then_some("content")) {
        let text = element.get_attribute(name).map(|text| collapsed(&text));
        if let Some(text) = text.filter(|text| texts::is_known(text)) {
            element.set_attribute(name, &texts::translated(&text))?;
        }
    }
    // The text of an option without a value is its value; code is the same in every language.
    let is_value = tag == "OPTION" && !element.has_attribute("value");
    if is_value || matches!(tag.as_str(), "SCRIPT" | "STYLE" | "CODE" | "TEXTAREA") {
        return Ok(());
    }
    let children = element.child_nodes();
    let children: Vec<Node> = (0..children.length()).filter_map(|index| children.item(index)).collect();
    let has_text = |node: &Node| node.node_type() == Node::TEXT_NODE && !collapsed(&text_of(node)).is_empty();
    if children.iter().any(has_text) {
        let content = collapsed(&element.inner_html());
        if texts::is_known(&content) {
            element.set_inner_html(&texts::translated(&content));
            return Ok(());
        }
    }
    if element.get_attribute("translate").as_deref() == Some("no") {
        return Ok(());
    }
    for child in children {
        if let Some(child) = child.dyn_ref::<Element>() {
            translate(child)?;
        } else if has_text(&child) {
            translate_text(&child);
        }
    }
    Ok(())
}

fn translate_text(node: &Node) {
    let whole = text_of(node);
    let text = collapsed(&whole);
    if texts::is_known(&text) {
        node.set_node_value(Some(&respaced(&whole, &texts::translated(&text))));
    }
}

fn text_of(node: &Node) -> String {
    node.node_value().unwrap_or_default()
}

/// A text with single spaces, as it is displayed.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with a space where the original begins or ends with one.
fn respaced(original: &str, text: &str) -> String {
    let space = |there: bool| if there { " " } else { "" };
    format!(
        "{}{text}{}",
        space(original.starts_with(char::is_whitespace)),
        space(original.ends_with(char::is_whitespace))
    )
}
