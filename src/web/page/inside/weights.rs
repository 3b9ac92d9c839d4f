//! Weights as pictures.

use crate::plot::palette::diverging;

/// Red, green and blue `[3, height, width]` of a picture of weights `[channels, height, width]`, scaled so that its largest
/// weight has the strongest color. Weights for red, green and blue mix around mid gray; those for a gray image, and the
/// first ones of any other number of channels, stand on the diverging scale.
#[must_use]
pub fn weight_pixels(weights: &[f32], channels: usize, dark: bool) -> Vec<u8> {
    let finite = |weight: f32| if weight.is_finite() { weight } else { 0.0 };
    let largest = weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(finite(*weight).abs()));
    let scaled = weights.iter().map(|weight| f64::from(finite(*weight) / largest));
    if channels == 3 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        return scaled.map(|weight| (127.5 + 127.5 * weight).round() as u8).collect();
    }
    let colors: Vec<_> = scaled.take(weights.len() / channels.max(1)).map(|weight| diverging(weight, dark)).collect();
    let reds = colors.iter().map(|color| color.0);
    reds.chain(colors.iter().map(|color| color.1)).chain(colors.iter().map(|color| color.2)).collect()
}
