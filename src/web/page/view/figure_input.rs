//! What a pointer, fingers, the wheel and keys do on the figure.

use super::action::FigureCommand;
use super::{Action, Dispatcher};
use crate::experiment::Zoom;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::cursor::CursorKey;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};

/// Distance, in CSS pixels, from which on a movement of a pressed pointer selects steps.
const DRAG: f64 = 12.0;
/// Factor of one zoom by a key or a turn of the wheel.
const ZOOM: f64 = 1.5;

/// The pointers that are down: their number, and where each began and is.
#[derive(Default)]
struct Pressed {
    pointers: Vec<(i32, f64, f64)>,
    /// Distance of two fingers at the last magnification.
    spread: Option<f64>,
}

/// Listens on the figure.
pub(super) fn bind(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    let pressed: Rc<RefCell<Pressed>> = Rc::default();
    bind_down(holder, &pressed)?;
    bind_move(holder, dispatcher, &pressed)?;
    bind_up(holder, dispatcher, &pressed)?;
    bind_leave(holder, dispatcher)?;
    bind_wheel(holder, dispatcher)?;
    let all = dispatcher.clone();
    dom::on(holder, "dblclick", move |_| all.dispatch(Action::Figure(FigureCommand::Zoom(Zoom::All))))?;
    let keys = dispatcher.clone();
    dom::on(holder, "keydown", move |event| {
        if let Some(command) = event.dyn_ref::<KeyboardEvent>().and_then(key_command) {
            event.prevent_default();
            event.stop_propagation();
            keys.dispatch(Action::Figure(command));
        }
    })
}

fn bind_down(holder: &HtmlElement, pressed: &Rc<RefCell<Pressed>>) -> WebResult<()> {
    let (own, pressed) = (holder.clone(), Rc::clone(pressed));
    dom::on(holder, "pointerdown", move |event| {
        let Some((id, column)) = pointer(&event, &own) else { return };
        // A button on the figure keeps its presses.
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        if target.is_some_and(|target| target.closest("button").is_ok_and(|button| button.is_some())) {
            return;
        }
        // So that its end is heard of even outside the figure; a pointer that is gone cannot be captured.
        let _ = own.set_pointer_capture(id);
        let mut pressed = pressed.borrow_mut();
        pressed.pointers.retain(|finger| finger.0 != id);
        pressed.pointers.push((id, column, column));
        pressed.spread = None;
    })
}

fn bind_move(holder: &HtmlElement, dispatcher: &Dispatcher, pressed: &Rc<RefCell<Pressed>>) -> WebResult<()> {
    let (own, pressed, dispatcher) = (holder.clone(), Rc::clone(pressed), dispatcher.clone());
    dom::on(holder, "pointermove", move |event| {
        let Some((id, column)) = pointer(&event, &own) else { return };
        let mut pressed = pressed.borrow_mut();
        for finger in pressed.pointers.iter_mut().filter(|finger| finger.0 == id) {
            finger.2 = column;
        }
        if let [(_, _, one), (_, _, other)] = pressed.pointers[..] {
            let spread = (one - other).abs().max(1.0);
            if let Some(before) = pressed.spread.replace(spread) {
                let command = FigureCommand::Magnify(spread / before, Some(one.midpoint(other)));
                dispatcher.dispatch(Action::Figure(command));
            }
        } else {
            dispatcher.dispatch(Action::Figure(FigureCommand::Point(column)));
        }
    })
}

fn bind_up(holder: &HtmlElement, dispatcher: &Dispatcher, pressed: &Rc<RefCell<Pressed>>) -> WebResult<()> {
    for kind in ["pointerup", "pointercancel"] {
        let (own, pressed, dispatcher) = (holder.clone(), Rc::clone(pressed), dispatcher.clone());
        dom::on(holder, kind, move |event| {
            let Some((id, column)) = pointer(&event, &own) else { return };
            let mut pressed = pressed.borrow_mut();
            let alone = pressed.pointers.len() == 1;
            let begun = pressed.pointers.iter().find(|finger| finger.0 == id).map(|finger| finger.1);
            pressed.pointers.retain(|finger| finger.0 != id);
            let mouse = event.dyn_ref::<PointerEvent>().is_some_and(|pointer| pointer.pointer_type() != "touch");
            match begun.filter(|begun| alone && mouse && kind == "pointerup" && (begun - column).abs() >= DRAG) {
                Some(begun) => dispatcher.dispatch(Action::Figure(FigureCommand::Span(begun, column))),
                None => dispatcher.dispatch(Action::Figure(FigureCommand::Point(column))),
            }
        })?;
    }
    Ok(())
}

fn bind_leave(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    let blurred = dispatcher.clone();
    dom::on(holder, "blur", move |_| blurred.dispatch(Action::Unpoint))?;
    let left = dispatcher.clone();
    dom::on(holder, "pointerleave", move |event| {
        // A finger leaves whenever it is lifted, so the values remain until another place is touched.
        if event.dyn_ref::<PointerEvent>().is_some_and(|pointer| pointer.pointer_type() == "mouse") {
            left.dispatch(Action::Unpoint);
        }
    })
}

/// Without Ctrl (or Cmd) the wheel scrolls the page; pinching on a touch pad arrives as a wheel with Ctrl.
fn bind_wheel(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    let (own, turned) = (holder.clone(), dispatcher.clone());
    dom::on_active(holder, "wheel", move |event| {
        let Some(wheel) = event.dyn_ref::<WheelEvent>().filter(|wheel| wheel.ctrl_key() || wheel.meta_key()) else {
            return;
        };
        event.prevent_default();
        let column = f64::from(wheel.client_x()) - own.get_bounding_client_rect().left();
        let factor = if wheel.delta_y() < 0.0 { ZOOM } else { 1.0 / ZOOM };
        turned.dispatch(Action::Figure(FigureCommand::Magnify(factor, Some(column))));
    })
}

fn key_command(event: &KeyboardEvent) -> Option<FigureCommand> {
    let modified = event.alt_key() || event.ctrl_key() || event.meta_key();
    match event.key().as_str() {
        _ if modified => None,
        "+" | "=" => Some(FigureCommand::Magnify(ZOOM, None)),
        "-" => Some(FigureCommand::Magnify(1.0 / ZOOM, None)),
        "0" => Some(FigureCommand::Zoom(Zoom::All)),
        key => CursorKey::named(key, modified).map(FigureCommand::Press),
    }
}

/// The id of a pointer and its column inside an element, in CSS pixels.
fn pointer(event: &Event, holder: &HtmlElement) -> Option<(i32, f64)> {
    let pointer = event.dyn_ref::<PointerEvent>()?;
    Some((pointer.pointer_id(), f64::from(pointer.client_x()) - holder.get_bounding_client_rect().left()))
}
