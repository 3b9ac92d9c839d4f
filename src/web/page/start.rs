//! Starts the page.

use super::controller::Page;
use super::dispatch::Dispatcher;
use super::words::incidents;
use crate::web::dom;
use crate::web::error::WebResult;

/// Initializes the page; an error becomes the state `failed`.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| fail(&incidents::page_crashed(panic))));
    if let Err(error) = begin() {
        fail(&incidents::page_failed(error));
    }
}

fn begin() -> WebResult<()> {
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
