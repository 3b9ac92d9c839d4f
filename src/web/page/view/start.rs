//! Starts the page.

use super::controller::Page;
use super::dispatch::Dispatcher;
use super::net;
use super::translation;
use crate::experiment::{Language, parse_query};
use crate::texts;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::incidents;

/// Initializes the page; an error becomes the state `failed`.
pub fn start() {
    // Nothing works without an origin; `www/early.js` says so.
    if dom::window().is_ok_and(|window| window.origin() == "null") {
        return;
    }
    net::set_memory();
    std::panic::set_hook(Box::new(|panic| net::set_reason(&panic.to_string())));
    match wanted_language() {
        Ok(Language::English) => report(begin()),
        Ok(language) => wasm_bindgen_futures::spawn_local(async move {
            let translated = translation::catalog(language).await.is_ok_and(|catalog| {
                texts::install(catalog);
                translation::translate_document(language).is_ok()
            });
            report(begin());
            if !translated {
                web_sys::console::warn_1(&"the translation could not be loaded".into());
            }
        }),
        Err(error) => report(Err(error)),
    }
}

fn wanted_language() -> WebResult<Language> {
    let view = parse_query(&dom::window()?.location().search()?).view;
    Ok(translation::resolved(view.language))
}

fn report(begun: WebResult<()>) {
    if let Err(error) = begun {
        fail(&incidents::page_failed(error));
    }
}

fn begin() -> WebResult<()> {
    net::translate();
    let dispatcher = Dispatcher::new();
    dispatcher.direct_to(Box::new(Page::new(&dispatcher)?));
    Ok(())
}

/// Reports an error when no other part of the page can be relied on.
fn fail(message: &str) {
    web_sys::console::error_1(&message.into());
    let show = || -> WebResult<()> {
        dom::root()?.dataset().set("state", "failed")?;
        let notice = dom::create("p", "notice failure", message)?;
        dom::element::<web_sys::Element>("notices")?.append_child(&notice)?;
        Ok(())
    };
    if let Err(error) = show() {
        dom::report(&error);
    }
}
