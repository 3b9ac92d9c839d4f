//! Small images on canvases of their own.

use crate::web::error::{WebError, WebResult};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Puts an image `[channels, height, width]` on a canvas, which becomes as large as the image: three channels are red,
/// green and blue, of any other number the first one is grey. An image of another size than it says is not drawn.
pub(super) fn draw_pixels(
    canvas: &HtmlCanvasElement,
    channels: usize,
    height: usize,
    width: usize,
    pixels: &[u8],
) -> WebResult<()> {
    let places = height * width;
    if places == 0 || pixels.len() != channels * places {
        return Ok(());
    }
    let step = if channels == 3 { places } else { 0 };
    let colors = (0..places).flat_map(|place| [pixels[place], pixels[place + step], pixels[place + 2 * step], 255]);
    let colors: Vec<u8> = colors.collect();
    let size = |size: usize| u32::try_from(size).unwrap_or_default();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&colors), size(width), size(height))?;
    // Setting a size wipes the canvas, so it is done only where it changes something.
    if (canvas.width(), canvas.height()) != (size(width), size(height)) {
        canvas.set_width(size(width));
        canvas.set_height(size(height));
    }
    let missing = || WebError::Missing { what: "2D canvas" };
    let context = canvas.get_context("2d")?.ok_or_else(missing)?;
    let context: CanvasRenderingContext2d = context.dyn_into().map_err(|_| missing())?;
    Ok(context.put_image_data(&image, 0.0, 0.0)?)
}
