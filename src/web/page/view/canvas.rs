//! A canvas with the resolution of the screen: plotters draws in device pixels, the page uses CSS pixels.

use super::pixels::context;
use crate::plot::{Area, Chart, Drawn, PlotStyle, draw_with_legend, legend_height};
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use plotters::drawing::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement};

/// How much larger than usual type is in the presentation: 24 instead of 12 CSS pixels.
const PRESENTED_TYPE: f64 = 2.0;
/// The width of a window above which type grows with it, in CSS pixels: 16 instead of 12 at 1920.
const USUAL_WIDTH: f64 = 1430.0;

/// A canvas with the element that determines its size.
pub(super) struct Canvas {
    element: HtmlCanvasElement,
    holder: HtmlElement,
    scale: f64,
}

impl Canvas {
    /// The canvas with this id.
    pub(super) fn bind(id: &str) -> WebResult<Self> {
        let element: HtmlCanvasElement = dom::element(id)?;
        let holder = element.parent_element().and_then(|parent| parent.dyn_into().ok());
        let holder = holder.ok_or_else(|| WebError::Element { id: format!("{id}'s parent") })?;
        Ok(Self { element, holder, scale: 1.0 })
    }

    /// The element around it, which takes the keyboard focus and contains the box with the values.
    pub(super) fn holder(&self) -> &HtmlElement {
        &self.holder
    }

    /// Device pixels per CSS pixel in the last drawing.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Sets the description for screen readers.
    pub(super) fn describe(&self, text: &str) -> WebResult<()> {
        dom::set_attribute(&self.element, "aria-label", text)
    }

    /// Clears the drawing.
    pub(super) fn clear(&self) {
        // Setting a size wipes the canvas.
        self.element.set_width(self.element.width());
    }

    /// Redraws the canvas; `None` while it has no size because it is not shown.
    pub(super) fn paint<T>(
        &mut self,
        dark: bool,
        draw: impl FnOnce(&Area<CanvasBackend>, &PlotStyle) -> Drawn<CanvasBackend, T>,
    ) -> WebResult<Option<T>> {
        let (width, height) = (self.holder.client_width(), self.holder.client_height());
        if width < 40 || height < 40 {
            return Ok(None);
        }
        // Plotters rounds to whole pixels: with fewer than two per CSS pixel its lines look jagged.
        self.scale = dom::window()?.device_pixel_ratio().clamp(2.0, 4.0);
        self.fit(f64::from(width), f64::from(height))?;
        let missing = || WebError::Missing { what: "2D canvas" };
        let backend = CanvasBackend::with_canvas_object(self.element.clone()).ok_or_else(missing)?;
        let area = backend.into_drawing_area();
        let drawn = draw(&area, &PlotStyle::canvas(self.scale * type_factor()?, dark));
        drawn.map(Some).map_err(|error| WebError::Drawing { message: error.to_string() })
    }

    /// Sets the size of the canvas in device pixels, and clears it.
    fn fit(&self, width: f64, height: f64) -> WebResult<()> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
        let size = ((width * self.scale).round() as u32, (height * self.scale).round() as u32);
        if (self.element.width(), self.element.height()) != size {
            // Setting a size wipes the canvas.
            self.element.set_width(size.0);
            self.element.set_height(size.1);
            return Ok(());
        }
        context(&self.element)?.clear_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
        Ok(())
    }
}

/// The address of a PNG of a chart with its legend, on white, at twice the resolution of `size` CSS pixels.
pub(super) fn picture(chart: &Chart, size: (u32, u32)) -> WebResult<String> {
    let element: HtmlCanvasElement = dom::create("canvas", "", "")?.unchecked_into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
    let height = size.1 + legend_height(chart, size.0).ceil() as u32;
    element.set_width(2 * size.0);
    element.set_height(2 * height);
    let missing = || WebError::Missing { what: "2D canvas" };
    let backend = CanvasBackend::with_canvas_object(element.clone()).ok_or_else(missing)?;
    draw_with_legend(&backend.into_drawing_area(), chart, &PlotStyle::canvas(2.0, false))
        .map_err(|error| WebError::Drawing { message: error.to_string() })?;
    Ok(element.to_data_url()?)
}

/// How much larger than usual type and lines are: in a wide window, as on a projector, and in the presentation.
fn type_factor() -> WebResult<f64> {
    let width = dom::window()?.inner_width()?.as_f64().unwrap_or_default();
    let presenting = dom::root()?.has_attribute("data-present");
    Ok(if presenting { PRESENTED_TYPE } else { (width / USUAL_WIDTH).clamp(1.0, 1.5) })
}
