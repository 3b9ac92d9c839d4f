//! The color theme, the language, and the parts of the page that are hidden.

use super::address::address;
use super::{Action, Dispatcher};
use crate::experiment::{Language, Named, Theme, View};
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlAnchorElement, HtmlElement, HtmlSelectElement, MediaQueryList, ResizeObserver};

/// Listens for changes of color and size, after which the charts must be redrawn.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    let select: HtmlSelectElement = dom::element("theme")?;
    let (chosen, own) = (dispatcher.clone(), select.clone());
    dom::on(&select, "change", move |_| {
        let name = own.value();
        let theme = Theme::named(&name);
        chosen.dispatch(Action::Themed(theme.unwrap_or_default()));
    })?;
    bind_language(dispatcher)?;
    let darkened = dispatcher.clone();
    dom::on(&preference()?, "change", move |_| darkened.dispatch(Action::Draw))?;
    for (event, printing) in [("beforeprint", true), ("afterprint", false)] {
        let printed = dispatcher.clone();
        dom::on(&dom::window()?, event, move |_| {
            if let Err(error) =
                dom::root().and_then(|root| Ok(root.toggle_attribute_with_force("data-printing", printing)?))
            {
                dom::report(&error);
            }
            printed.dispatch(Action::Draw);
        })?;
    }
    // Following the link would add an entry to the browser's history, with the current address.
    dom::on(&dom::element::<Element>("skip")?, "click", |event| {
        event.prevent_default();
        if let Err(error) = dom::element::<HtmlElement>("figure").and_then(|figure| Ok(figure.focus()?)) {
            dom::report(&error);
        }
    })?;
    let resized = dispatcher.clone();
    let changed = Closure::<dyn FnMut()>::new(move || resized.dispatch(Action::Draw));
    let observer = ResizeObserver::new(changed.as_ref().unchecked_ref())?;
    for holder in dom::all(".chart .canvas")? {
        observer.observe(&holder);
    }
    // Both live as long as the page.
    changed.forget();
    std::mem::forget(observer);
    Ok(())
}

/// Offers all languages, each by its own name.
fn bind_language(dispatcher: &Dispatcher) -> WebResult<()> {
    let select: HtmlSelectElement = dom::element("language")?;
    for (name, label, _) in Language::rows().filter(|(_, _, language)| *language != Language::Auto) {
        let option = dom::untranslated("option", label)?;
        option.set_attribute("value", name)?;
        option.set_attribute("lang", name)?;
        dom::append(&select, &option)?;
    }
    let (chosen, own) = (dispatcher.clone(), select.clone());
    dom::on(&select, "change", move |_| {
        chosen.dispatch(Action::Spoken(Language::named(&own.value()).unwrap_or_default()));
    })
}

/// Applies the color theme and hides the parts of the page, as requested in the address; `host_theme` is what the embedding page
/// has said, for `theme=from-parent`.
pub(super) fn apply(view: &View, host_theme: Theme) -> WebResult<()> {
    let data = dom::root()?.dataset();
    match if view.theme == Theme::FromParent { host_theme } else { view.theme } {
        Theme::Auto | Theme::FromParent => data.delete("theme"),
        theme => data.set("theme", theme.name())?,
    }
    dom::element::<HtmlSelectElement>("theme")?.set_value(view.theme.name());
    dom::element::<HtmlSelectElement>("language")?.set_value(view.language.name());
    if view.embed {
        // A frame that names what to show is the figure alone, and fills its height.
        let figure = dom::window()?.location().search()?.contains("show=");
        data.set("embed", if figure { "figure" } else { "page" })?;
    } else {
        data.delete("embed");
    }
    let hidden: Vec<&str> = view.hide.iter().map(|part| part.name()).collect();
    data.set("hide", &hidden.join(" "))?;
    let style = dom::root()?.style();
    match view.height {
        Some(height) => style.set_property("--figure-height", &format!("{height}px"))?,
        None => drop(style.remove_property("--figure-height")?),
    }
    Ok(())
}

/// Whether the page is in a frame that is the figure alone.
pub(super) fn is_figure() -> WebResult<bool> {
    Ok(dom::root()?.dataset().get("embed").as_deref() == Some("figure"))
}

/// Whether the dark theme is in use. Paper is white.
pub(super) fn is_dark() -> WebResult<bool> {
    if dom::root()?.has_attribute("data-printing") {
        return Ok(false);
    }
    Ok(match dom::root()?.dataset().get("theme").as_deref() {
        Some("dark") => true,
        Some(_) => false,
        None => preference()?.matches(),
    })
}

/// Points the link below an embed to the same experiment on the full page.
pub(super) fn show_full_link(query: &str) -> WebResult<()> {
    let link: Element = dom::element("full-link")?;
    if let Some(link) = link.dyn_ref::<HtmlAnchorElement>() {
        link.set_href(&address(query)?);
    }
    Ok(())
}

fn preference() -> WebResult<MediaQueryList> {
    media("(prefers-color-scheme: dark)")
}

/// Whether a media query holds.
pub(super) fn media(query: &str) -> WebResult<MediaQueryList> {
    dom::window()?.match_media(query)?.ok_or(WebError::Missing { what: "media queries" })
}
