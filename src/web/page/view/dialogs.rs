//! The dialogs: setup, a variant, sharing, keys. A button with `data-open` opens one, `data-close` or Escape closes it.

use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, MouseEvent};

/// The ids of all dialogs.
pub(super) const DIALOGS: [&str; 4] = ["setup", "variant-dialog", "share", "keys"];

/// Listens to the buttons that open and close dialogs.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    // A press that selects text in a dialog may end outside it.
    let begun_outside = Rc::new(Cell::new(false));
    let begun = Rc::clone(&begun_outside);
    dom::on(&dom::document()?, "pointerdown", move |event| {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        begun.set(target.is_some_and(|target| is_outside(&target, &event)));
    })?;
    let opened = dispatcher.clone();
    dom::on(&dom::document()?, "click", move |event| {
        if let Some(name) = dom::marked(&event, "open") {
            if let Some(id) = DIALOGS.into_iter().find(|id| **id == name) {
                opened.dispatch(Action::Opened(id));
            }
        } else if let Some(closing) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let button = closing.closest("[data-close]").ok().flatten();
            let dialog = match button {
                Some(button) => button.closest("dialog").ok().flatten(),
                None => Some(closing).filter(|dialog| begun_outside.get() && is_outside(dialog, &event)),
            };
            if let Some(dialog) = dialog.and_then(|dialog: Element| dialog.dyn_into::<HtmlDialogElement>().ok()) {
                dialog.close();
            }
        }
    })
}

/// Whether a press is on this element but outside its box: on the backdrop of a dialog.
fn is_outside(element: &Element, event: &Event) -> bool {
    let Some(pointer) = event.dyn_ref::<MouseEvent>() else { return false };
    let bounds = element.get_bounding_client_rect();
    let (x, y) = (f64::from(pointer.client_x()), f64::from(pointer.client_y()));
    let inside = (bounds.left()..=bounds.right()).contains(&x) && (bounds.top()..=bounds.bottom()).contains(&y);
    // A key that presses a button is reported at (0, 0), without a number of clicks.
    !inside && (pointer.detail() > 0 || event.type_() == "pointerdown")
}

/// Opens a dialog, unless it is open.
pub(super) fn open(id: &str) -> WebResult<()> {
    let dialog: HtmlDialogElement = dom::element(id)?;
    if !dialog.open() {
        dialog.show_modal()?;
    }
    Ok(())
}

/// Closes a dialog.
pub(super) fn close(id: &str) -> WebResult<()> {
    let dialog: HtmlDialogElement = dom::element(id)?;
    dialog.close();
    Ok(())
}

/// Whether a dialog is open.
pub(super) fn any_open() -> WebResult<bool> {
    Ok(dom::document()?.query_selector("dialog[open]")?.is_some())
}
