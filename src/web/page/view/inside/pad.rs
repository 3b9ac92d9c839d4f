//! The area in which a visitor draws with mouse, pen or finger.

use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::drawing::{SIDE, Sheet};
use crate::web::page::model::inside::inquiry::InspectionRequest;
use crate::web::page::view::pixels::draw_pixels;
use crate::web::page::view::{Action, Dispatcher};
use crate::web::schedule::Timer;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, PointerEvent};

/// Pause of the pen after which the drawing is classified, in milliseconds.
const REST_MILLISECONDS: i32 = 150;

/// The canvas with its drawing.
pub(super) struct Pad {
    canvas: HtmlCanvasElement,
    sheet: Sheet,
    rest: Timer,
}

impl Pad {
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let canvas: HtmlCanvasElement = dom::element("pad")?;
        let rested = dispatcher.clone();
        let rest = Timer::new(move || rested.dispatch(Action::Inspected(InspectionRequest::Drawn)));
        listen(&canvas, dispatcher)?;
        let pad = Self { canvas, sheet: Sheet::default(), rest };
        pad.paint()?;
        Ok(pad)
    }

    /// Shows or hides the drawing area, and enables or disables it.
    pub(super) fn offer(&self, drawable: bool, enabled: bool) -> WebResult<()> {
        self.canvas.set_hidden(!drawable);
        dom::set_attribute(&self.canvas, "aria-disabled", if enabled { "false" } else { "true" })
    }

    pub(super) fn stroke(&mut self, from: (f32, f32), to: (f32, f32)) -> WebResult<()> {
        self.sheet.stroke(from, to);
        self.rest.clear();
        self.paint()
    }

    /// The pen was lifted.
    pub(super) fn rest(&self) -> WebResult<()> {
        self.rest.set(REST_MILLISECONDS)
    }

    pub(super) fn clear(&mut self) -> WebResult<()> {
        self.rest.clear();
        self.sheet = Sheet::default();
        self.paint()
    }

    /// The drawing as an image of this size, if there is any ink.
    pub(super) fn image(&self, height: usize, width: usize) -> Option<Vec<u8>> {
        self.sheet.image(height, width)
    }

    fn paint(&self) -> WebResult<()> {
        draw_pixels(&self.canvas, 1, SIDE, SIDE, self.sheet.ink())
    }
}

fn listen(canvas: &HtmlCanvasElement, dispatcher: &Dispatcher) -> WebResult<()> {
    let last = Rc::new(Cell::new(None));
    for kind in ["pointerdown", "pointermove"] {
        let (drawn, own, last) = (dispatcher.clone(), canvas.clone(), Rc::clone(&last));
        dom::on(canvas, kind, move |event| {
            let Some(pointer) = event.dyn_ref::<PointerEvent>().filter(|pointer| pointer.is_primary()) else { return };
            let to = place(pointer, &own);
            if kind == "pointerdown" && pointer.button() == 0 {
                // With the pointer captured, strokes continue outside the area; if capture fails, they end at its edge.
                let _ = own.set_pointer_capture(pointer.pointer_id());
                event.prevent_default();
                last.set(Some(to));
            }
            if let Some(from) = last.get() {
                last.set(Some(to));
                drawn.dispatch(Action::Inspected(InspectionRequest::Stroke { from, to }));
            }
        })?;
    }
    for kind in ["pointerup", "pointercancel"] {
        let (lifted, last) = (dispatcher.clone(), Rc::clone(&last));
        dom::on(canvas, kind, move |_| {
            if last.take().is_some() {
                lifted.dispatch(Action::Inspected(InspectionRequest::Lift));
            }
        })?;
    }
    Ok(())
}

/// The position of a pointer in the drawing area, from 0 to 1.
fn place(pointer: &PointerEvent, canvas: &HtmlCanvasElement) -> (f32, f32) {
    let bounds = canvas.get_bounding_client_rect();
    let share = |at: i32, from: f64, size: f64| (f64::from(at) - from) / size.max(1.0);
    let x = share(pointer.client_x(), bounds.left(), bounds.width());
    let y = share(pointer.client_y(), bounds.top(), bounds.height());
    #[expect(clippy::cast_possible_truncation, reason = "about one")]
    (x as f32, y as f32)
}
