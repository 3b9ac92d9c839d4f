//! Images on canvas, pixel by pixel; CSS determines their size.

use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData};

/// A new canvas for an image at the end of `parent`; screen readers skip it unless it has a `label`.
pub(super) fn add_image(parent: &Element, label: Option<&str>) -> WebResult<HtmlCanvasElement> {
    let canvas = dom::create("canvas", "pixels", "")?;
    match label {
        Some(label) => {
            canvas.set_attribute("role", "img")?;
            canvas.set_attribute("aria-label", label)?;
        }
        None => canvas.set_attribute("aria-hidden", "true")?,
    }
    dom::append(parent, &canvas)?;
    Ok(canvas.unchecked_into())
}

/// Draws an image `[channels, height, width]`, 0 to 255, at its own size: in color if it has three channels, else its first
/// channel in gray. Draws nothing if there are too few pixels.
pub(super) fn draw_pixels(
    canvas: &HtmlCanvasElement,
    channels: usize,
    height: usize,
    width: usize,
    pixels: &[u8],
) -> WebResult<()> {
    let plane = height * width;
    if plane == 0 || pixels.len() < channels * plane {
        return Ok(());
    }
    let shift = if channels == 3 { plane } else { 0 };
    let colors = (0..plane).flat_map(|at| [pixels[at], pixels[at + shift], pixels[at + 2 * shift], u8::MAX]);
    let colors: Vec<u8> = colors.collect();
    #[expect(clippy::cast_possible_truncation, reason = "the side of an image")]
    let (columns, rows) = (width as u32, height as u32);
    canvas.set_width(columns);
    canvas.set_height(rows);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&colors), columns, rows)?;
    Ok(context(canvas)?.put_image_data(&image, 0.0, 0.0)?)
}

/// The drawing context of a canvas.
pub(super) fn context(canvas: &HtmlCanvasElement) -> WebResult<CanvasRenderingContext2d> {
    let context = canvas.get_context("2d")?.and_then(|context| context.dyn_into().ok());
    context.ok_or(WebError::Missing { what: "2D canvas" })
}
