//! From measured curves to charts, and from a place on a chart back to numbers.

use super::axis::{drawable, extent, padded, widened};
use super::{Chart, Dash, Series, Shade};
use crate::metrics::{History, MeanCurve, Quantity};

/// An emergence axis spans at least so many powers of ten, so that noise does not look like news.
const LEAST_DECADES: f64 = 0.5;

/// The value of a series nearest to a place on the x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Name of the series.
    pub name: String,
    /// Where the value stands.
    pub x: f64,
    /// The value, in the unit of the axis.
    pub y: f64,
    /// The band there, where the series has one.
    pub band: Option<(f64, f64)>,
}

/// The chart of a quantity against training steps, with a line and a band per variant. `visible` says which variants
/// are shown, by index; those beyond its end are. With `random`, behind the emergence of units lies that of random activity,
/// where the history has it.
///
/// The axis of steps spans the whole experiment from the start, so that lines grow towards its end. Accuracy is in
/// percent, between multiples of ten. A loss axis starts at 0 and ends at the latest at twice the largest loss at the start, so that one exploding
/// run does not flatten the others: what lies above is cut.
#[must_use]
pub fn quantity_chart(history: &History, quantity: Quantity, visible: &[bool], random: bool) -> Chart {
    let curves = history.curves(quantity);
    let shown = history.variants.iter().zip(&curves).enumerate();
    let shown = shown.filter(|(index, _)| visible.get(*index).copied().unwrap_or(true));
    let series = shown.map(|(index, (variant, curve))| {
        let band = if random { history.random_band(variant, quantity) } else { Vec::new() };
        Series {
            random: band.into_iter().map(|(step, low, high)| (step as f64, low, high)).collect(),
            ..series(&variant.name, index, curve, quantity.display_factor())
        }
    });
    let series: Vec<Series> = series.collect();
    Chart {
        title: quantity.title().to_owned(),
        x_label: "step".to_owned(),
        y_label: quantity.axis_label().to_owned(),
        y_range: Some(y_range(quantity, &series)),
        series,
        x_max: history.setup.steps.max(history.step) as f64,
    }
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
    Some(Reading { name: series.name.clone(), x: nearest.0, y: nearest.1, band })
}

fn series(name: &str, index: usize, curve: &MeanCurve, factor: f64) -> Series {
    let points = curve.points.iter().map(|point| (point.step as f64, point.mean * factor));
    let banded = curve.points.iter().filter(|point| point.n > 1);
    let band = banded.map(|point| (point.step as f64, point.low * factor, point.high * factor));
    Series {
        name: name.to_owned(),
        color: Shade::of_variant(index),
        dash: Dash::of_variant(index),
        points: points.collect(),
        band: band.collect(),
        random: Vec::new(),
    }
}

fn y_range(quantity: Quantity, series: &[Series]) -> (f64, f64) {
    let means = || series.iter().flat_map(|series| series.points.iter().map(|(_, y)| *y));
    let all = extent(means().chain(series.iter().flat_map(Series::bands)));
    match quantity {
        Quantity::TestAccuracy => {
            let (low, high) = all.unwrap_or((0.0, 100.0));
            let (low, high) = ((low / 10.0).floor() * 10.0, (high / 10.0).ceil() * 10.0);
            widened((low.clamp(0.0, 90.0), high.clamp(10.0, 100.0)))
        }
        Quantity::TrainLoss | Quantity::TestLoss => {
            let first = extent(series.iter().filter_map(|series| series.points.first()).map(|(_, loss)| *loss));
            let top = extent(means()).zip(first).map_or(2.5, |(all, first)| all.1.min(2.0 * first.1) * 1.05);
            widened((0.0, top.max(1e-6)))
        }
        _ => {
            let (low, high) = all.unwrap_or((0.0, 10.0));
            let missing = (LEAST_DECADES - (high - low)).max(0.0) / 2.0;
            padded((low - missing, high + missing), 0.05)
        }
    }
}
