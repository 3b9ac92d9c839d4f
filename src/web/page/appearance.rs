//! The color theme, and the parts of the page that are hidden.

use super::{Action, Dispatcher, exports};
use crate::experiment::Named;
use crate::experiment::{Theme, View};
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
    let darkened = dispatcher.clone();
    dom::on(&preference()?, "change", move |_| darkened.dispatch(Action::Draw))?;
    // Following the link would add an entry to the browser's history, with the current address.
    dom::on(&dom::element::<Element>("skip")?, "click", |event| {
        event.prevent_default();
        if let Err(error) = dom::element::<HtmlElement>("charts").and_then(|charts| Ok(charts.focus()?)) {
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

/// Applies the color theme and hides the parts of the page, as requested in the address.
pub(super) fn apply(view: &View) -> WebResult<()> {
    let data = dom::root()?.dataset();
    match view.theme {
        Theme::Auto => data.delete("theme"),
        theme => data.set("theme", theme.name())?,
    }
    dom::element::<HtmlSelectElement>("theme")?.set_value(view.theme.name());
    if view.embed {
        data.set("embed", "")?;
    } else {
        data.delete("embed");
    }
    let hidden: Vec<&str> = view.hide.iter().map(|part| part.name()).collect();
    data.set("hide", &hidden.join(" "))?;
    dom::element::<HtmlElement>("full-version")?.set_hidden(!view.embed);
    Ok(())
}

/// Whether the dark theme is in use.
pub(super) fn is_dark() -> WebResult<bool> {
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
        link.set_href(&exports::address(query)?);
    }
    Ok(())
}

fn preference() -> WebResult<MediaQueryList> {
    let list = dom::window()?.match_media("(prefers-color-scheme: dark)")?;
    list.ok_or(WebError::Missing { what: "media queries" })
}
