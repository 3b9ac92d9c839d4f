//! Weights as images.

use crate::plot::palette::diverging;

/// Red, green and blue `[3, height, width]` of an image of the weights `[channels, height, width]`, scaled to the largest
/// absolute weight. Weights of three channels are shown as red, green and blue around mid-gray; for any other number of channels,
/// the weights of the first one are shown on the diverging scale.
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
