//! The heat map of active units, with a box that names the cell under the pointer or the one chosen by arrow keys.

use super::canvas::Canvas;
use super::section::{Picture, Section};
use super::{Action, Dispatcher};
use crate::plot::heatmap::ActivityReading;
use crate::plot::{self, ActivityMap, Frame};
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::tabs::Tab;
use crate::web::page::words::{chart_descriptions, grouped, variant_label};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

/// Distance between the pointer and the box, in CSS pixels.
const GAP: f64 = 14.0;

/// The heat map with its state.
pub(super) struct ActivitySection {
    canvas: Canvas,
    drawn: Option<(ActivityMap, Frame)>,
    readout: HtmlElement,
    /// The position of the pointer, in CSS pixels.
    pointed: Option<(f64, f64)>,
}

impl ActivitySection {
    /// Binds the heat map of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let canvas = Canvas::bind("chart-activity")?;
        let holder = canvas.holder().clone();
        for kind in ["pointermove", "pointerdown"] {
            let (moved, own) = (dispatcher.clone(), holder.clone());
            dom::on(&holder, kind, move |event| {
                let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
                let bounds = own.get_bounding_client_rect();
                let column = f64::from(pointer.client_x()) - bounds.left();
                moved.dispatch(Action::PointMap { column, row: f64::from(pointer.client_y()) - bounds.top() });
            })?;
        }
        for kind in ["pointerleave", "blur"] {
            let left = dispatcher.clone();
            dom::on(&holder, kind, move |_| left.dispatch(Action::Unpoint))?;
        }
        let pressed = dispatcher.clone();
        dom::on(&holder, "keydown", move |event| {
            if let Some((columns, rows)) = event.dyn_ref::<KeyboardEvent>().and_then(direction) {
                event.prevent_default();
                event.stop_propagation();
                pressed.dispatch(Action::StepMap { columns, rows });
            }
        })?;
        let readout = dom::create("div", "readout", "")?;
        dom::append(&holder, &readout)?;
        let readout: HtmlElement = readout.unchecked_into();
        readout.set_hidden(true);
        Ok(Self { canvas, drawn: None, readout, pointed: None })
    }

    /// Shows the cell under a pointer at this position, in CSS pixels.
    pub(super) fn point(&mut self, column: f64, row: f64) -> WebResult<()> {
        self.pointed = Some((column, row));
        dom::set_attribute(&self.readout, "aria-live", "off")?;
        self.show_readout()
    }

    /// Moves from the cell that is shown by this number of evaluations (to the right) and layers (down).
    pub(super) fn step(&mut self, columns: isize, rows: isize) -> WebResult<()> {
        let scale = self.canvas.scale();
        let from = self.pointed.map(|(column, row)| (column * scale, row * scale));
        let to = self.drawn.as_ref().and_then(|(map, frame)| map.neighbor(frame, from, columns, rows));
        self.pointed = to.map(|(column, row)| (column / scale, row / scale));
        // A screen reader says what a key has chosen.
        dom::set_attribute(&self.readout, "aria-live", "polite")?;
        self.show_readout()
    }

    /// Hides the box.
    pub(super) fn leave(&mut self) -> WebResult<()> {
        self.pointed = None;
        self.show_readout()
    }

    fn show_readout(&self) -> WebResult<()> {
        let scale = self.canvas.scale();
        let cell = self.pointed.zip(self.drawn.as_ref()).and_then(|((column, row), (map, frame))| {
            Some((map.read_at(frame, column * scale, row * scale)?, column, row))
        });
        let Some((reading, column, row)) = cell else {
            self.readout.set_hidden(true);
            return Ok(());
        };
        let ActivityReading { variant, layer, step, fraction } = reading;
        let (step, share) = (grouped(step), format!("{:.0} %", fraction * 100.0));
        let reading = text!("{variant}, {layer}, step {step}: {share} active", variant, layer, step, share);
        dom::set_naming(&self.readout, &reading, &variant)?;
        self.readout.set_hidden(false);
        let (room, width) = (f64::from(self.canvas.holder().client_width()), f64::from(self.readout.offset_width()));
        let left = (column + GAP).min(room - width).max(0.0);
        self.readout.style().set_property("left", &format!("{left:.0}px"))?;
        Ok(self.readout.style().set_property("top", &format!("{:.0}px", row + GAP))?)
    }

    fn describe(&self, map: &ActivityMap, at: Option<u64>) -> WebResult<()> {
        let variants = map.variants.iter().filter_map(|variant| {
            let layers = map.layers.iter().zip(&variant.layers);
            let last: Option<Vec<String>> = layers
                .map(|(name, layer)| {
                    layer
                        .iter()
                        .rev()
                        .find(|(step, _)| *step <= at.unwrap_or(u64::MAX))
                        .map(|(_, share)| format!("{name} {:.0} %", share * 100.0))
                })
                .collect();
            Some(format!("{}: {}", variant.name, last?.join(", ")))
        });
        let values: Vec<String> = variants.collect();
        self.canvas.describe(&chart_descriptions::heat_map(&values, at))
    }
}

/// The direction of an arrow key: evaluations to the right and layers down.
fn direction(event: &KeyboardEvent) -> Option<(isize, isize)> {
    match event.key().as_str() {
        _ if event.alt_key() || event.ctrl_key() || event.meta_key() => None,
        "ArrowLeft" => Some((-1, 0)),
        "ArrowRight" => Some((1, 0)),
        "ArrowUp" => Some((0, -1)),
        "ArrowDown" => Some((0, 1)),
        _ => None,
    }
}

impl Section for ActivitySection {
    fn tab(&self) -> Tab {
        Tab::Compare
    }

    /// Redraws the map at its natural height, up to the step under the scrubber.
    fn draw(&mut self, picture: &Picture<'_>) -> WebResult<()> {
        let map = ActivityMap::new(picture.history, picture.visible, variant_label).marked_at(picture.view.at);
        let height = map.natural_height();
        self.canvas.holder().style().set_property("height", &format!("{height:.0}px"))?;
        let painted = self.canvas.paint(picture.dark, |area, style| plot::draw_heatmap(area, &map, style))?;
        self.describe(&map, picture.view.at)?;
        self.drawn = painted.map(|frame| (map, frame));
        self.show_readout()
    }
}
