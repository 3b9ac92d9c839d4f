//! Charts of measured curves, and the values at a position on a chart.

use super::scale::{drawable, extent, padded, widened};
use super::{Chart, Dash, Series, Shade};
use crate::catalog::{AxisRange, Quantity, QuantityFacts, Unit};
use crate::metrics::{History, MeanCurve};

/// Minimum range of an automatic axis, half a power of ten if it is logarithmic, so that noise does not look like a
/// difference.
const LEAST_SPAN: f64 = 0.5;

/// The value of a series nearest to a position on the x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Index of the variant.
    pub variant: usize,
    /// The x coordinate of the value.
    pub x: f64,
    /// The value, in the unit of the axis.
    pub y: f64,
    /// The band there, if the series has one.
    pub band: Option<(f64, f64)>,
}

/// The chart of a quantity as a function of the training step, with a line and a band per variant. `visible` says which
/// variants are shown, by index; those beyond its end are shown. With `random`, curves of emergence have the band of random
/// activity below them, if the history contains it.
///
/// The axis of steps covers the whole experiment from the start, so that lines grow toward its end.
#[must_use]
pub fn quantity_chart(history: &History, quantity: Quantity, visible: &[bool], random: bool) -> Chart {
    let (row, curves) = (quantity.facts(), history.curves(quantity));
    let shown = history.variants.iter().zip(&curves).enumerate();
    let shown = shown.filter(|(index, _)| visible.get(*index).copied().unwrap_or(true));
    let series = shown.map(|(index, (variant, curve))| {
        let band = if random { history.random_band(variant, quantity) } else { Vec::new() };
        Series {
            random: band.into_iter().map(|(step, low, high)| (step as f64, low, high)).collect(),
            ..series(index, curve, row.display_factor())
        }
    });
    let series: Vec<Series> = series.collect();
    Chart {
        title: row.title.to_owned(),
        x_label: "step".to_owned(),
        y_label: axis_label(row),
        y_range: Some(y_range(row.range, row.display_factor(), &series)),
        series,
        x_max: last_step(history),
    }
}

/// The end of the axis of steps.
pub(super) fn last_step(history: &History) -> f64 {
    history.setup.experiment.steps.max(history.step) as f64
}

/// The label of a vertical axis: `test accuracy (%)`, `log10 E_A`.
fn axis_label(row: &QuantityFacts) -> String {
    let unit = match row.unit {
        Unit::None => "",
        Unit::Percent => " (%)",
        Unit::Nats => " (nats)",
    };
    format!("{}{}{unit}", if row.logarithmic { "log10 " } else { "" }, row.symbol)
}

/// The value of each series that is nearest to `x`, in the order of the series; `None` for one without points.
#[must_use]
pub fn read_at(chart: &Chart, x: f64) -> Vec<Option<Reading>> {
    chart.series.iter().map(|series| read_series(series, x)).collect()
}

fn read_series(series: &Series, x: f64) -> Option<Reading> {
    let points = series.points.iter().filter(|(x, y)| drawable(*x) && drawable(*y));
    let nearest = points.min_by(|one, other| (one.0 - x).abs().total_cmp(&(other.0 - x).abs()))?;
    let at = |(at, _, _): &&(f64, f64, f64)| (at - nearest.0).abs() < 0.5;
    let band = series.band.iter().find(at).map(|(_, low, high)| (*low, *high));
    Some(Reading { variant: series.variant, x: nearest.0, y: nearest.1, band })
}

fn series(variant: usize, curve: &MeanCurve, factor: f64) -> Series {
    let points = curve.points.iter().map(|point| (point.step as f64, point.mean * factor));
    let banded = curve.points.iter().filter(|point| point.n > 1);
    let band = banded.map(|point| (point.step as f64, point.low * factor, point.high * factor));
    Series {
        variant,
        color: Shade::of_variant(variant),
        dash: Dash::of_variant(variant),
        points: points.collect(),
        band: band.collect(),
        random: Vec::new(),
    }
}

/// The range of the vertical axis for series in the unit of the axis; these values are `factor` times the measured ones.
fn y_range(range: AxisRange, factor: f64, series: &[Series]) -> (f64, f64) {
    let means = || series.iter().flat_map(|series| series.points.iter().map(|(_, y)| *y));
    let all = extent(means().chain(series.iter().flat_map(Series::bands)));
    match range {
        AxisRange::Fraction => {
            let (low, high) = all.unwrap_or((0.0, factor));
            let tenth = factor / 10.0;
            let (low, high) = ((low / tenth).floor() * tenth, (high / tenth).ceil() * tenth);
            widened((low.clamp(0.0, factor - tenth), high.clamp(tenth, factor)))
        }
        AxisRange::Loss => {
            let first = extent(series.iter().filter_map(|series| series.points.first()).map(|(_, loss)| *loss));
            let top = extent(means()).zip(first).map_or(2.5, |(all, first)| all.1.min(2.0 * first.1) * 1.05);
            widened((0.0, top.max(1e-6)))
        }
        AxisRange::Automatic => {
            let (low, high) = all.unwrap_or((0.0, 10.0));
            let missing = (LEAST_SPAN - (high - low)).max(0.0) / 2.0;
            padded((low - missing, high + missing), 0.05)
        }
    }
}
