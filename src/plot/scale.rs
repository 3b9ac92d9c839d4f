//! The scale of an axis: ranges that contain the data, ticks at round numbers, and their labels.

/// A position on an axis, in the unit of the axis, and its label.
pub(super) type AxisMark = (f64, String);

/// Larger values are not drawn: the arithmetic of an axis would overflow.
const LARGEST: f64 = 1e100;

/// Whether a value can be drawn.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The smallest range that contains all drawable `values`.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let grow = |range: Option<(f64, f64)>, value: f64| match range {
        Some((low, high)) => Some((low.min(value), high.max(value))),
        None => Some((value, value)),
    };
    values.into_iter().filter(|value| drawable(*value)).fold(None, grow)
}

/// A range with `share` of its width added at both ends.
pub(super) fn padded((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let padding = (high - low) * share;
    widened((low - padding, high + padding))
}

/// A range that can be divided: drawable, increasing, and wide enough for f64 to distinguish the ticks.
pub(super) fn widened((low, high): (f64, f64)) -> (f64, f64) {
    if !drawable(low) || !drawable(high) {
        return (0.0, 1.0);
    }
    let (low, high) = (low.min(high), low.max(high));
    let least = low.abs().max(high.abs()) * 1e-6;
    if high - low > least && high - low > 1e-12 {
        return (low, high);
    }
    let half = if least > 1e-12 { least * 1e4 } else { 0.5 };
    (low - half, high + half)
}

/// The range of an axis of steps that ends at `most`.
pub(super) fn step_range(most: f64) -> (f64, f64) {
    widened((0.0, if drawable(most) { most.max(1e-9) } else { 1.0 }))
}

/// Round positions on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    /// In increasing order.
    values: Vec<f64>,
    /// Distance between neighbors.
    step: f64,
}

impl Ticks {
    /// About `count` round positions inside a range (at least two, at most a third more); with `whole`, only whole numbers.
    pub(super) fn new((low, high): (f64, f64), count: usize, whole: bool) -> Self {
        let rough = (high - low) / count.max(2) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let factors = [1.0, 2.0, 5.0, 10.0];
        let factor = factors.into_iter().find(|factor| factor * power >= rough * 0.75).unwrap_or(10.0);
        let step = if whole { (factor * power).max(1.0) } else { factor * power };
        let first = (low / step - 1e-9).ceil();
        // A range contains at most 4/3 `count` steps; the limit prevents an endless sequence due to rounding.
        let values = (0..=2 * count.max(2)).map(|index| (first + index as f64) * step + 0.0);
        Self { values: values.take_while(|value| *value <= high + step * 1e-9).collect(), step }
    }

    /// The positions with their labels.
    pub(super) fn marks(self) -> Vec<AxisMark> {
        let labels = self.labels();
        self.values.into_iter().zip(labels).collect()
    }

    /// The labels: plain numbers with as many decimals as the step needs; from 10,000 on in thousands ("k") and from ten
    /// million on in millions ("M"); numbers that are too long are written with powers of ten.
    fn labels(&self) -> Vec<String> {
        let largest = self.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let (divisor, suffix) = match largest {
            plain if plain < 1e4 => (1.0, ""),
            thousands if thousands < 1e7 => (1e3, "k"),
            _ => (1e6, "M"),
        };
        self.values.iter().map(|value| label(*value, self.step, largest, divisor, suffix)).collect()
    }
}

/// The number of ticks that fit on a length if each takes up this much, both in CSS pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to small whole numbers first")]
pub(super) fn count(length: f64, each: f64) -> usize {
    (length / each).floor().clamp(2.0, 12.0) as usize
}

fn label(value: f64, step: f64, largest: f64, divisor: f64, suffix: &str) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if largest >= 1e10 || step < 1e-4 {
        return format!("{value:.1e}");
    }
    let decimals = (0..6).find(|decimals| is_whole(step / divisor * 10_f64.powi(*decimals))).unwrap_or(6);
    let decimals = usize::try_from(decimals).unwrap_or_default();
    let number = format!("{:.decimals$}", value / divisor).replace('-', "\u{2212}");
    let number = if suffix.is_empty() { number.as_str() } else { trimmed(&number) };
    format!("{number}{suffix}")
}

/// The number without trailing zeros after the decimal point: for abbreviated labels, brevity matters more than equal length.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0)
}

/// The powers of ten within a range of logarithms; every n-th of them if there is no room for all, and also 2 and 5 times each if
/// there is enough room: at most 1.5 times `count`.
pub(super) fn decades((low, high): (f64, f64), count: usize) -> Vec<AxisMark> {
    let (span, room) = (high - low, count.max(2) as f64);
    let factors: &[f64] = if span * 2.0 <= room { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = (span / (1.5 * room)).ceil().max(1.0);
    let first = (low / stride).floor() * stride;
    // A range holds at most 1.5 `room` strides, and begins within the first one.
    let exponents = (0..=2 * count.max(2) + 1).map(|index| first + index as f64 * stride);
    let marks = exponents.flat_map(|exponent| {
        factors.iter().map(move |factor| (exponent + factor.log10(), decade_label(*factor, exponent)))
    });
    marks.filter(|(place, _)| *place >= low - 1e-9 && *place <= high + 1e-9).collect()
}

/// `0.02`, `500`; numbers that are too long are written with powers of ten.
fn decade_label(factor: f64, exponent: f64) -> String {
    if !(-4.0..=4.0).contains(&exponent) {
        return format!("{factor:.0}e{exponent:.0}").replace('-', "\u{2212}");
    }
    let decimals = (0..4).take_while(|decimals| f64::from(*decimals) < -exponent).count();
    format!("{:.decimals$}", factor * 10_f64.powf(exponent))
}
