//! The scales of the axes, and the units in which an axis of steps is labeled.

use super::scale::{AxisMark, Ticks, decades};

/// How values are mapped to positions on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AxisScale {
    /// Proportionally.
    #[default]
    Linear,
    /// By their logarithm; values must be positive.
    Log,
    /// By `log10(1 + x)`, so that 0 has a place; values must not be negative.
    LogPlusOne,
}

/// The unit in which an axis is labeled.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum AxisUnit {
    /// That of the values.
    #[default]
    Same,
    /// Values divided by this number.
    Multiple(f64),
    /// Values with their labels, both increasing; linear between them.
    Table(Vec<(f64, f64)>),
}

impl AxisScale {
    /// The position of a value, on a scale on which distances are proportional to pixels.
    #[must_use]
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
            Self::LogPlusOne => (1.0 + value).log10(),
        }
    }

    /// The value at a position.
    #[must_use]
    pub fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10_f64.powf(place),
            Self::LogPlusOne => 10_f64.powf(place) - 1.0,
        }
    }

    /// The position of a value within a range, 0 at its lower and 1 at its upper end.
    #[must_use]
    pub fn share(self, value: f64, (from, to): (f64, f64)) -> f64 {
        let (from, to) = (self.place(from), self.place(to));
        (self.place(value) - from) / (to - from)
    }
}

impl AxisUnit {
    /// The label of a value.
    #[must_use]
    pub fn of(&self, value: f64) -> f64 {
        match self {
            Self::Same => value,
            Self::Multiple(factor) => value / factor,
            Self::Table(table) => interpolated(table.iter().copied(), value),
        }
    }

    /// The value with a label.
    #[must_use]
    pub fn value(&self, label: f64) -> f64 {
        match self {
            Self::Same => label,
            Self::Multiple(factor) => label * factor,
            Self::Table(table) => interpolated(table.iter().map(|(value, label)| (*label, *value)), label),
        }
    }
}

/// The second coordinate at a first one, linear between the points and beyond the last two.
fn interpolated(points: impl Iterator<Item = (f64, f64)>, at: f64) -> f64 {
    let mut points = std::iter::once((0.0, 0.0)).chain(points.filter(|(one, other)| *one > 0.0 && *other > 0.0));
    let Some(mut from) = points.next() else { return at };
    let Some(mut to) = points.next() else { return at };
    for next in points {
        if to.0 >= at {
            break;
        }
        (from, to) = (to, next);
    }
    from.1 + (at - from.0) * (to.1 - from.1) / (to.0 - from.0).max(f64::MIN_POSITIVE)
}

/// About `count` marks on an axis; with `whole`, only at whole numbers of its unit.
pub(super) fn marks(range: (f64, f64), scale: AxisScale, unit: &AxisUnit, count: usize, whole: bool) -> Vec<AxisMark> {
    let labels = (unit.of(range.0), unit.of(range.1));
    let marks = match scale {
        AxisScale::Linear => Ticks::new(labels, count, whole).marks(),
        AxisScale::Log => logarithmic(labels, count),
        AxisScale::LogPlusOne => from_zero(labels, unit, count),
    };
    marks.into_iter().map(|(label, text)| (unit.value(label), text)).collect()
}

/// Marks at powers of ten and, if there is room, at 2 and 5 times each.
fn logarithmic((low, high): (f64, f64), count: usize) -> Vec<AxisMark> {
    let range = (low.max(f64::MIN_POSITIVE).log10(), high.max(f64::MIN_POSITIVE).log10());
    decades(range, count).into_iter().map(|(exponent, text)| (10_f64.powf(exponent), text)).collect()
}

/// The same for an axis that begins at zero, where one step is the smallest distance that matters.
fn from_zero((low, high): (f64, f64), unit: &AxisUnit, count: usize) -> Vec<AxisMark> {
    let one = unit.of(1.0).max(1e-9);
    let zero = (low <= 0.0).then(|| (0.0, "0".to_owned()));
    let positive = logarithmic((low.max(one), high.max(one * 1.001)), count.saturating_sub(1));
    zero.into_iter().chain(positive).collect()
}
