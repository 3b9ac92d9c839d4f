//! Normalization: from pixels to network inputs.

use crate::catalog::Normalization;

impl Normalization {
    /// The smallest standard deviation that [`measured`](Self::measured) returns, one gray level: a channel whose images
    /// all have one color has a standard deviation of 0, which cannot be a divisor.
    pub const LEAST_STD: f32 = 1.0 / 255.0;

    /// The normalization of the given pixels; a mean of 0 if there are none. Sums are exact, so the order does not matter.
    #[must_use]
    pub fn measured<'a>(pixels: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut histogram = [0_u64; 256];
        pixels.flatten().for_each(|pixel| histogram[usize::from(*pixel)] += 1);
        let moment =
            |power| (0_u64..).zip(histogram).map(|(pixel, count)| pixel.pow(power) * count).sum::<u64>() as f64;
        let count = moment(0).max(1.0);
        let mean = moment(1) / count;
        let variance = (moment(2) / count - mean * mean).max(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "rounded to the precision of the network's inputs")]
        let [mean, std] = [mean, variance.sqrt()].map(|value| (value / 255.0) as f32);
        Self { mean, std: std.max(Self::LEAST_STD) }
    }

    /// The network's input for each pixel value: `(pixel / 255 - mean) / std`, in `f32` and in this order, as
    /// torchvision's `ToTensor` and `Normalize` compute it.
    #[must_use]
    pub fn table(self) -> [f32; 256] {
        std::array::from_fn(|pixel| (pixel as f32 / 255.0 - self.mean) / self.std)
    }
}
