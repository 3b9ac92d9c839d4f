//! Reading values off the charts with a pointer, a finger or the arrow keys.

use super::legend::color_class;
use super::words::{grouped, value_text, variant_label};
use super::{Action, Dispatcher};
use crate::metrics::{History, Quantity};
use crate::plot::heatmap::ActivityReading;
use crate::plot::{Chart, read_at};
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

/// Distance between the pointer and the box with the values, in CSS pixels.
const GAP: f64 = 14.0;

/// The keys that move the cursor.
const KEYS: [&str; 5] = ["ArrowLeft", "ArrowRight", "Home", "End", "Escape"];

/// Listens to pointer and keyboard on a chart.
pub(super) fn bind(holder: &HtmlElement, panel: usize, dispatcher: &Dispatcher) -> WebResult<()> {
    for kind in ["pointermove", "pointerdown"] {
        let moved = dispatcher.clone();
        let own = holder.clone();
        dom::on(holder, kind, move |event| {
            if let Some((column, _)) = place(&event, &own) {
                moved.dispatch(Action::Point { panel, column });
            }
        })?;
    }
    let pressed = dispatcher.clone();
    dom::on(holder, "keydown", move |event| {
        let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key).unwrap_or_default();
        if KEYS.contains(&key.as_str()) {
            event.prevent_default();
            pressed.dispatch(Action::Press { panel, key });
        }
    })?;
    bind_leave(holder, dispatcher)
}

/// Listens to the pointer on the map of active units.
pub(super) fn bind_map(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    for kind in ["pointermove", "pointerdown"] {
        let moved = dispatcher.clone();
        let own = holder.clone();
        dom::on(holder, kind, move |event| {
            if let Some((column, row)) = place(&event, &own) {
                moved.dispatch(Action::PointMap { column, row });
            }
        })?;
    }
    bind_leave(holder, dispatcher)
}

fn bind_leave(holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<()> {
    let blurred = dispatcher.clone();
    dom::on(holder, "blur", move |_| blurred.dispatch(Action::Unpoint))?;
    let left = dispatcher.clone();
    dom::on(holder, "pointerleave", move |event| {
        // A finger leaves whenever it is lifted; what it has asked for stays until it asks for something else.
        if event.dyn_ref::<PointerEvent>().is_some_and(|pointer| pointer.pointer_type() == "mouse") {
            left.dispatch(Action::Unpoint);
        }
    })
}

/// Where a pointer is inside an element, in CSS pixels.
fn place(event: &web_sys::Event, holder: &HtmlElement) -> Option<(f64, f64)> {
    let pointer = event.dyn_ref::<PointerEvent>()?;
    let bounds = holder.get_bounding_client_rect();
    Some((f64::from(pointer.client_x()) - bounds.left(), f64::from(pointer.client_y()) - bounds.top()))
}

/// The step of the point that is nearest to `x`, over all lines.
pub(super) fn nearest_step(chart: &Chart, x: f64) -> Option<f64> {
    let readings = read_at(chart, x).into_iter().flatten().map(|reading| reading.x);
    readings.min_by(|one, other| (one - x).abs().total_cmp(&(other - x).abs()))
}

/// Where a key moves the cursor; `None` takes it away.
pub(super) fn stepped(chart: &Chart, now: Option<f64>, key: &str) -> Option<f64> {
    let mut steps: Vec<f64> = chart.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x)).collect();
    steps.sort_by(f64::total_cmp);
    let (first, last) = (steps.first().copied(), steps.last().copied());
    match (key, now) {
        ("Escape", _) => None,
        ("Home", _) => first,
        ("End", _) | (_, None) => last,
        ("ArrowLeft", Some(now)) => steps.iter().rev().copied().find(|step| *step < now).or(first),
        (_, Some(now)) => steps.iter().copied().find(|step| *step > now).or(last),
    }
}

/// A heading, and per line the class of its color, a label and a value.
type Content = (String, Vec<(String, String, String)>);

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

    /// Takes the box away.
    pub(super) fn hide(&self) {
        self.element.set_hidden(true);
    }

    /// Shows the values of a chart at a step, beside the CSS column of that step.
    pub(super) fn show(
        &self,
        chart: &Chart,
        quantity: Quantity,
        history: &History,
        step: f64,
        column: f64,
    ) -> WebResult<()> {
        let lines = read_at(chart, step).into_iter().flatten().map(|reading| {
            let index = history.variants.iter().position(|variant| variant.name == reading.name).unwrap_or_default();
            let spread = reading.band.map(|(_, high)| format!(" ± {}", spread_text(quantity, high - reading.y)));
            let value = value_text(quantity, reading.y) + &spread.unwrap_or_default();
            (color_class(index), variant_label(&reading.name), value)
        });
        let content = (format!("step {step:.0}"), lines.collect());
        // While it trains, charts are drawn ten times a second; a screen reader need not hear the same again.
        if *self.content.borrow() != content {
            self.fill(&content)?;
            self.content.replace(content);
        }
        self.place(column, 34.0)
    }

    fn fill(&self, (heading, lines): &Content) -> WebResult<()> {
        self.element.set_inner_html("");
        dom::append(&self.element, &dom::create("p", "", heading)?)?;
        for (color, label, value) in lines {
            let line = dom::create("div", "", "")?;
            dom::append(&line, &dom::create("i", color, "")?)?;
            dom::append(&line, &dom::create("span", "", label)?)?;
            dom::append(&line, &dom::create("b", "", value)?)?;
            dom::append(&self.element, &line)?;
        }
        Ok(())
    }

    /// Shows a cell of the map of active units.
    pub(super) fn show_cell(&self, reading: &ActivityReading, column: f64, row: f64) -> WebResult<()> {
        let share = reading.fraction * 100.0;
        let text =
            format!("{}, {}, step {}: {share:.0} % active", reading.variant, reading.layer, grouped(reading.step));
        dom::set_text(&self.element, &text);
        self.place(column, row + GAP)
    }

    /// Puts the box to the right of a column, or to its left where there is no room, and never outside the chart.
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

fn spread_text(quantity: Quantity, spread: f64) -> String {
    match quantity {
        Quantity::TestAccuracy => format!("{spread:.1}"),
        Quantity::TrainLoss | Quantity::TestLoss => format!("{spread:.3}"),
        _ => format!("{spread:.2} in the exponent"),
    }
}
