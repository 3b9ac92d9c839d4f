//! Reading values from the charts with a pointer, a finger or the arrow keys: event listeners, and the box with the values.

use super::cursor::CursorKey;
use super::variant_name::{self, color_class};
use super::words::grouped;
use super::words::values::{spread_text, value_text};
use super::{Action, Dispatcher};
use crate::catalog::Quantity;
use crate::experiment::InitScheme;
use crate::metrics::History;
use crate::plot::heatmap::ActivityReading;
use crate::plot::{Chart, read_at};
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

/// Distance between the pointer and the box with the values, in CSS pixels.
const GAP: f64 = 14.0;

/// Listens to the pointer and the keyboard on a chart.
pub(super) fn bind(holder: &HtmlElement, panel: usize, dispatcher: &Dispatcher) -> WebResult<()> {
    bind_pointer(holder, dispatcher, move |column, _| Action::Point { panel, column })?;
    let pressed = dispatcher.clone();
    dom::on(holder, "keydown", move |event| {
        if let Some(key) = event.dyn_ref::<KeyboardEvent>().and_then(cursor_key) {
            event.prevent_default();
            pressed.dispatch(Action::Press { panel, key });
        }
    })
}

/// Listens to the pointer on the heat map of active units.
pub(super) fn bind_map(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    bind_pointer(holder, dispatcher, |column, row| Action::PointMap { column, row })
}

/// Listens to a pointer that enters, moves and leaves; `at` is the action for a column and row, in CSS pixels.
fn bind_pointer(
    holder: &HtmlElement,
    dispatcher: &Dispatcher,
    at: impl Fn(f64, f64) -> Action + Copy + 'static,
) -> WebResult<()> {
    for kind in ["pointermove", "pointerdown"] {
        let moved = dispatcher.clone();
        let own = holder.clone();
        dom::on(holder, kind, move |event| {
            if let Some((column, row)) = place(&event, &own) {
                moved.dispatch(at(column, row));
            }
        })?;
    }
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

fn cursor_key(event: &KeyboardEvent) -> Option<CursorKey> {
    CursorKey::named(&event.key(), event.alt_key() || event.ctrl_key() || event.meta_key())
}

/// The position of a pointer inside an element, in CSS pixels.
fn place(event: &web_sys::Event, holder: &HtmlElement) -> Option<(f64, f64)> {
    let pointer = event.dyn_ref::<PointerEvent>()?;
    let bounds = holder.get_bounding_client_rect();
    Some((f64::from(pointer.client_x()) - bounds.left(), f64::from(pointer.client_y()) - bounds.top()))
}

/// A heading, and for each line the index of the variant, the variant and a value.
type Content = (String, Vec<(usize, InitScheme, String)>);

/// The box with the values at the cursor.
pub(super) struct Readout {
    element: HtmlElement,
    holder: HtmlElement,
    content: RefCell<Content>,
}

impl Readout {
    /// A box inside a chart, hidden for now.
    pub(super) fn new(holder: &HtmlElement) -> WebResult<Self> {
        let element = dom::create("div", "readout", "")?;
        element.set_attribute("role", "status")?;
        dom::append(holder, &element)?;
        let element: HtmlElement = element.unchecked_into();
        element.set_hidden(true);
        Ok(Self { element, holder: holder.clone(), content: RefCell::default() })
    }

    /// Hides the box.
    pub(super) fn hide(&self) {
        self.element.set_hidden(true);
    }

    /// Shows the values of a chart at a step, beside the column of that step.
    pub(super) fn show(
        &self,
        chart: &Chart,
        quantity: Quantity,
        history: &History,
        step: f64,
        column: f64,
    ) -> WebResult<()> {
        let lines = read_at(chart, step).into_iter().flatten().filter_map(|reading| {
            let scheme = history.variants.get(reading.variant)?.scheme.clone();
            let spread = reading.band.map(|(_, high)| format!(" ± {}", spread_text(quantity, high - reading.y)));
            Some((reading.variant, scheme, value_text(quantity, reading.y) + &spread.unwrap_or_default()))
        });
        let content = (format!("step {step:.0}"), lines.collect());
        // During training, charts are drawn ten times a second; a screen reader should not repeat the same text.
        if *self.content.borrow() != content {
            self.fill(&content)?;
            self.content.replace(content);
        }
        self.place(column, 34.0)
    }

    fn fill(&self, (heading, lines): &Content) -> WebResult<()> {
        self.element.set_inner_html("");
        dom::append(&self.element, &dom::create("p", "", heading)?)?;
        for (index, scheme, value) in lines {
            let line = dom::create("div", "", "")?;
            dom::append(&line, &dom::create("i", &color_class(*index), "")?)?;
            dom::append(&line, &variant_name::label(scheme)?)?;
            dom::append(&line, &dom::create("b", "", value)?)?;
            dom::append(&self.element, &line)?;
        }
        Ok(())
    }

    /// Shows the values of a cell of the heat map of active units.
    pub(super) fn show_cell(&self, reading: &ActivityReading, column: f64, row: f64) -> WebResult<()> {
        let share = reading.fraction * 100.0;
        let rest = format!(", {}, step {}: {share:.0} % active", reading.layer, grouped(reading.step));
        dom::set_pieces(&self.element, &[(&reading.variant, true), (&rest, false)])?;
        self.place(column, row + GAP)
    }

    /// Places the box to the right of a column, or to its left if there is no room, but never outside the chart.
    fn place(&self, column: f64, top: f64) -> WebResult<()> {
        self.element.set_hidden(false);
        let (room, width) = (f64::from(self.holder.client_width()), f64::from(self.element.offset_width()));
        let right = column + GAP;
        let left =
            if right + width <= room { right } else { (column - GAP - width).clamp(0.0, (room - width).max(0.0)) };
        self.element.style().set_property("left", &format!("{left:.0}px"))?;
        self.element.style().set_property("top", &format!("{top:.0}px"))?;
        Ok(())
    }
}
