//! The few operations on the document that the page needs, each with a typed error instead of an exception.

use super::error::{WebError, WebResult};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AddEventListenerOptions, Document, Element, Event, EventTarget, HtmlElement, Window};

/// The window.
pub fn window() -> WebResult<Window> {
    web_sys::window().ok_or(WebError::Missing { what: "window" })
}

/// The window of the page around this one, if this one is in a frame.
pub fn host() -> WebResult<Option<Window>> {
    let own = window()?;
    Ok(own.parent()?.filter(|parent| !js_sys::Object::is(parent, &own)))
}

/// The memory of the device in gigabytes, rounded; `None` in browsers that do not tell.
pub fn device_memory() -> WebResult<Option<f64>> {
    Ok(js_sys::Reflect::get(&window()?.navigator(), &"deviceMemory".into())?.as_f64())
}

/// The document.
pub fn document() -> WebResult<Document> {
    window()?.document().ok_or(WebError::Missing { what: "document" })
}

/// The `<html>` element.
pub fn root() -> WebResult<HtmlElement> {
    let element = document()?.document_element().and_then(|element| element.dyn_into().ok());
    element.ok_or(WebError::Missing { what: "root element" })
}

/// The element with this id.
pub fn element<T: JsCast>(id: &str) -> WebResult<T> {
    let found = document()?.get_element_by_id(id).and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| WebError::Element { id: id.to_owned() })
}

/// A new element with a class (none if empty) and a text.
pub fn create(tag: &str, class: &str, text: &str) -> WebResult<Element> {
    let element = document()?.create_element(tag)?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    Ok(element)
}

/// Sets a property of an element's style. An attribute `style` would be refused by the content security policy.
pub fn set_style(element: &Element, property: &str, value: &str) -> WebResult<()> {
    let Some(element) = element.dyn_ref::<HtmlElement>() else { return Ok(()) };
    Ok(element.style().set_property(property, value)?)
}

/// The content of the `<meta>` of this name; `None` if there is none, or nothing in it.
pub fn meta(name: &str) -> WebResult<Option<String>> {
    let found = document()?.query_selector(&format!("meta[name=\"{name}\"]"))?;
    Ok(found.and_then(|meta| meta.get_attribute("content")).filter(|content| !content.is_empty()))
}

/// The address of a file in a folder of the page, of which a `<meta>` says how it begins: with a hash that changes with the files.
pub fn address_in(folder: &str, name: &str) -> WebResult<String> {
    Ok(meta(folder)?.unwrap_or_default() + name)
}

/// Appends an element to another.
pub fn append(parent: &Element, child: &Element) -> WebResult<()> {
    parent.append_child(child)?;
    Ok(())
}

/// All elements that match.
pub fn all(selector: &str) -> WebResult<Vec<HtmlElement>> {
    let list = document()?.query_selector_all(selector)?;
    Ok((0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect())
}

/// Sets a text unless it is already set, to avoid a new layout and a repeated announcement by screen readers.
pub fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

/// Sets a text in pieces, each marked as protected from translation or not. Does nothing if the text is the same.
pub fn set_pieces(element: &Element, pieces: &[(&str, bool)]) -> WebResult<()> {
    let text: String = pieces.iter().map(|(piece, _)| *piece).collect();
    if element.text_content().as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    element.set_text_content(None);
    for (piece, protected) in pieces {
        if *protected {
            append(element, &untranslated("span", piece)?)?;
        } else {
            element.append_with_str_1(piece)?;
        }
    }
    Ok(())
}

/// Sets a text in which a name is protected from translation.
pub fn set_naming(element: &Element, text: &str, name: &str) -> WebResult<()> {
    match text.split_once(name) {
        Some((before, after)) => {
            let mut pieces = vec![(before, false), (name, true), (after, false)];
            pieces.retain(|(piece, _)| !piece.is_empty());
            set_pieces(element, &pieces)
        }
        None => set_pieces(element, &[(text, false)]),
    }
}

/// A new element whose text is protected from translation: a name, a query, a formula.
pub fn untranslated(tag: &str, text: &str) -> WebResult<Element> {
    let element = create(tag, "", text)?;
    element.set_attribute("translate", "no")?;
    Ok(element)
}

/// Sets an attribute unless it is already set.
pub fn set_attribute(element: &Element, name: &str, value: &str) -> WebResult<()> {
    if element.get_attribute(name).as_deref() != Some(value) {
        element.set_attribute(name, value)?;
    }
    Ok(())
}

/// Calls `handler` at every `kind` of event, for the lifetime of the page.
pub fn on(target: &impl AsRef<EventTarget>, kind: &str, handler: impl FnMut(Event) + 'static) -> WebResult<()> {
    let closure = Closure::<dyn FnMut(Event)>::new(handler);
    target.as_ref().add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref())?;
    closure.forget();
    Ok(())
}

/// The same for a handler that may prevent what the browser would do with a wheel or a touch.
pub fn on_active(target: &impl AsRef<EventTarget>, kind: &str, handler: impl FnMut(Event) + 'static) -> WebResult<()> {
    let closure = Closure::<dyn FnMut(Event)>::new(handler);
    let options = AddEventListenerOptions::new();
    options.set_passive(false);
    let listener = closure.as_ref().unchecked_ref();
    target.as_ref().add_event_listener_with_callback_and_add_event_listener_options(kind, listener, &options)?;
    closure.forget();
    Ok(())
}

/// The nearest element around an event's target that has `data-NAME`, and its value.
#[must_use]
pub fn marked(event: &Event, name: &str) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let attribute = format!("data-{name}");
    target.closest(&format!("[{attribute}]")).ok()??.get_attribute(&attribute)
}

/// Writes an error that only a developer can use to the console.
pub fn report(error: &WebError) {
    web_sys::console::error_1(&JsValue::from_str(&error.to_string()));
}
