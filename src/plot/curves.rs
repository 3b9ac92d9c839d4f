//! The figure: a quantity of every variant as a function of the training step, as a [`Chart`], and the values at a position on a chart.

use super::scale::{drawable, extent, padded, widened};
use super::{AxisScale, AxisUnit, Chart, ChartAxis, Dash, Series, Shade};
use crate::catalog::{DataKind, FigureQuantity, FigureSource, FigureUnit};
use crate::experiment::{Band, Experiment, FigureView, XUnit, YAxis, Zoom};
use crate::metrics::{Divergence, FigureCurve, FigureSpec, History};
use crate::texts::{text, translated};

/// Minimum range of an automatic axis, in the unit of the axis, so that noise does not look like a difference.
const LEAST_SPAN: f64 = 0.5;
/// A loss is shown up to this multiple of the largest mean at the start.
const LOSS_CLIP: f64 = 3.0;

/// What a figure shows of a history.
#[derive(Debug, Clone, Copy)]
pub struct Figure<'a> {
    /// The measurements.
    pub history: &'a History,
    /// The quantity.
    pub quantity: FigureQuantity,
    /// Axes, zoom, bands and smoothing.
    pub view: &'a FigureView,
    /// Which variants are shown, by index; those beyond its end are shown.
    pub visible: &'a [bool],
    /// The names at the ends of the lines, by index; none if there are fewer.
    pub names: &'a [String],
    /// Whether curves of emergence have the band of random activity below them, if it is known, whatever the view says.
    pub random: bool,
    /// An earlier result, whose means are drawn behind.
    pub pinned: Option<Pinned<'a>>,
}

/// An earlier result.
#[derive(Debug, Clone, Copy)]
pub struct Pinned<'a> {
    /// Its measurements.
    pub history: &'a History,
    /// The names at the ends of its lines, by index; none if there are fewer.
    pub names: &'a [String],
}

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

/// The heading of a quantity: the accuracy of sentences is that of their tokens, each after the correct ones before it.
#[must_use]
pub fn heading(quantity: FigureQuantity, experiment: &Experiment) -> String {
    match (quantity, experiment.model.kind()) {
        (FigureQuantity::Accuracy, DataKind::Images) if experiment.dataset.valid > 0 => text!("Validation accuracy"),
        (FigureQuantity::Difference, DataKind::Images) if experiment.dataset.valid > 0 => {
            text!("Validation accuracy, difference from the baseline")
        }
        (FigureQuantity::TestLoss, _) if experiment.dataset.valid > 0 => text!("Validation loss"),
        (FigureQuantity::Accuracy, DataKind::Pairs) => text!("Token accuracy"),
        (FigureQuantity::Difference, DataKind::Pairs) => text!("Token accuracy, difference from the baseline"),
        _ => translated(quantity.facts().title),
    }
}

impl Figure<'_> {
    /// The chart.
    ///
    /// The axis of steps covers the whole experiment from the start, so that lines grow toward its end.
    #[must_use]
    pub fn chart(&self) -> Chart {
        let row = self.quantity.facts();
        let x = self.x_axis();
        let steps = x.range.unwrap_or((0.0, 1.0));
        let mut series = self.pinned.map(|pinned| pinned_series(pinned, self)).unwrap_or_default();
        series.extend(self.series());
        let is_error = self.is_error_rate();
        if is_error {
            for series in &mut series {
                series.reflect(100.0);
            }
        }
        let is_validation = self.is_validation();
        let label = match (self.quantity, self.kind()) {
            _ if is_error && is_validation => text!("validation error (%)"),
            _ if is_error => text!("test error (%)"),
            (FigureQuantity::Accuracy, DataKind::Images) if is_validation => text!("validation accuracy (%)"),
            (FigureQuantity::TestLoss, _) if is_validation => text!("validation loss (nats)"),
            (FigureQuantity::Accuracy, DataKind::Pairs) => text!("token accuracy (%)"),
            _ => translated(row.axis),
        };
        let log = is_error || self.y_is_logarithmic();
        let counted = counted(&series);
        let range = if log { log_range(&counted, steps) } else { self.y_range(&counted, steps) };
        let scale = if log { AxisScale::Log } else { AxisScale::Linear };
        let y = ChartAxis { label, scale, range: Some(range), unit: AxisUnit::Same };
        Chart { title: self.title(), x, y, series, named: !self.names.is_empty() }
    }

    /// The heading.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.is_error_rate(), self.is_validation()) {
            (true, true) => text!("Validation error"),
            (true, false) => text!("Test error"),
            (false, _) => heading(self.quantity, &self.history.setup.experiment),
        }
    }

    fn kind(&self) -> DataKind {
        self.history.setup.experiment.model.kind()
    }

    /// Whether the runs are evaluated on held-out training examples.
    fn is_validation(&self) -> bool {
        self.history.setup.experiment.dataset.valid > 0
    }

    /// Whether an accuracy is shown as an error rate.
    fn is_error_rate(&self) -> bool {
        self.view.y == YAxis::Error && matches!(self.quantity, FigureQuantity::Accuracy | FigureQuantity::ExactMatch)
    }

    /// Logarithms are on a linear axis already, and differences can be negative.
    fn y_is_logarithmic(&self) -> bool {
        let unit = self.quantity.facts().unit();
        self.view.y == YAxis::Log && matches!(unit, FigureUnit::Percent | FigureUnit::Nats)
    }

    fn x_axis(&self) -> ChartAxis {
        let steps_per_epoch = self.history.setup.start.as_ref().map_or(0, |start| start.steps_per_epoch);
        let (label, unit) = match self.view.x.unit {
            XUnit::Epoch if steps_per_epoch > 0 => (text!("epoch"), AxisUnit::Multiple(steps_per_epoch as f64)),
            XUnit::Seconds if self.history.elapsed.len() > 1 => {
                let clock = self.history.elapsed.iter().map(|(step, seconds)| (*step as f64, *seconds));
                (text!("seconds"), AxisUnit::Table(clock.collect()))
            }
            XUnit::Step | XUnit::Epoch | XUnit::Seconds => (text!("step"), AxisUnit::Same),
        };
        let scale = if self.view.x.log { AxisScale::LogPlusOne } else { AxisScale::Linear };
        let (from, to) = self.view.zoom.range(self.history.setup.experiment.steps.max(self.history.step));
        ChartAxis { label, scale, range: Some(widened((from, to.max(from + 1.0)))), unit }
    }

    fn spec(&self) -> FigureSpec {
        let last = self.history.variants.len().saturating_sub(1);
        FigureSpec {
            source: self.quantity.facts().source,
            baseline: (self.view.baseline as usize).saturating_sub(1).min(last),
            band: self.view.band,
            smoothing: self.view.smoothing,
        }
    }

    fn series(&self) -> Vec<Series> {
        let curves = self.history.figure_curves(&self.spec()).into_iter().enumerate();
        let shown = curves.filter(|(index, _)| self.visible.get(*index).copied().unwrap_or(true));
        let series = shown.map(|(index, curve)| {
            let variant = &self.history.variants[index];
            let random = match self.quantity.facts().source {
                FigureSource::Measured(quantity) if self.random || self.view.band == Band::Random => {
                    self.history.random_band(variant, quantity)
                }
                _ => Vec::new(),
            };
            Series {
                name: self.names.get(index).cloned().unwrap_or_default(),
                random: random.into_iter().map(|(step, low, high)| (step as f64, low, high)).collect(),
                ..series(index, variant.palette_index, &curve, self.view.band)
            }
        });
        series.collect()
    }

    /// The range of the vertical axis for what is visible between two steps.
    fn y_range(&self, series: &[&Series], steps: (f64, f64)) -> (f64, f64) {
        let means = || series.iter().flat_map(|series| series.visible(steps));
        let all = || extent(means().chain(series.iter().flat_map(|series| series.visible_bands(steps))));
        match self.quantity.facts().unit() {
            FigureUnit::Percent if self.view.zoom == Zoom::All => (0.0, 100.0),
            FigureUnit::Percent => {
                let (low, high) = padded(all().unwrap_or((0.0, 100.0)), 0.06);
                widened((low.max(0.0), high.min(100.0)))
            }
            FigureUnit::Nats => self.loss_range(series, extent(means())),
            FigureUnit::Score => {
                let (low, high) = all().unwrap_or((0.0, 1.0));
                let bottom = if self.view.zoom == Zoom::All { 0.0 } else { low * 0.95 };
                widened((bottom, (high * 1.05).max(1.0)))
            }
            FigureUnit::PowersOfTen | FigureUnit::Points | FigureUnit::PercentChange => {
                let (low, high) = all().unwrap_or((0.0, if self.quantity.facts().is_relative() { 1.0 } else { 10.0 }));
                let missing = (LEAST_SPAN - (high - low)).max(0.0) / 2.0;
                padded((low - missing, high + missing), 0.05)
            }
        }
    }

    /// From 0, or from the smallest value of the plateau, to the largest one, but at most [`LOSS_CLIP`] times the largest value at the
    /// start, so that one exploding run does not flatten the others.
    fn loss_range(&self, series: &[&Series], means: Option<(f64, f64)>) -> (f64, f64) {
        let first = extent(series.iter().filter_map(|series| series.points.first()).map(|(_, loss)| *loss));
        let (low, high) = means.unwrap_or((0.0, 2.4));
        let top = first.map_or(high, |(_, first)| high.min(LOSS_CLIP * first)) * 1.05;
        let bottom = if self.view.zoom == Zoom::Plateau { (low * 0.95).min(top * 0.9) } else { 0.0 };
        widened((bottom, top.max(1e-6)))
    }
}

/// The end of the axis of steps.
pub(super) fn last_step(history: &History) -> f64 {
    history.setup.experiment.steps.max(history.step) as f64
}

/// The series that determine the range of an axis: those with runs that have not diverged, if there are any. A run explodes before it
/// diverges, and would flatten all others.
fn counted(series: &[Series]) -> Vec<&Series> {
    let lasting: Vec<&Series> = series.iter().filter(|series| !series.ended).collect();
    if lasting.is_empty() { series.iter().collect() } else { lasting }
}

/// The range of a logarithmic axis.
fn log_range(series: &[&Series], steps: (f64, f64)) -> (f64, f64) {
    let positive = series.iter().flat_map(|series| series.visible(steps)).filter(|value| *value > 0.0);
    let (low, high) = extent(positive.map(f64::log10)).unwrap_or((-1.0, 1.0));
    let missing = (LEAST_SPAN - (high - low)).max(0.0) / 2.0;
    let (low, high) = padded((low - missing, high + missing), 0.05);
    (10_f64.powf(low.max(-12.0)), 10_f64.powf(high.min(12.0)))
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

fn series(variant: usize, palette_index: usize, curve: &FigureCurve, band: Band) -> Series {
    let line = |values: &Vec<(u64, f64)>| values.iter().map(|(step, value)| (*step as f64, *value)).collect();
    let banded = curve.points.iter().filter(|point| point.n > 1 && matches!(band, Band::Deviation | Band::Interval));
    Series {
        variant,
        name: String::new(),
        color: Shade::of_variant(palette_index),
        dash: Dash::of_variant(palette_index),
        points: curve.points.iter().map(|point| (point.step as f64, point.mean)).collect(),
        band: banded.map(|point| (point.step as f64, point.low, point.high)).collect(),
        thin: curve.seeds.iter().chain([&curve.raw]).filter(|line| !line.is_empty()).map(line).collect(),
        random: Vec::new(),
        mark: curve.divergence.as_ref().map(divergence_text),
        ended: curve.divergence.as_ref().is_some_and(|divergence| divergence.runs == divergence.of),
        behind: false,
    }
}

/// `diverged at step 3, 2 of 2`.
#[must_use]
pub fn divergence_text(Divergence { step, runs, of }: &Divergence) -> String {
    text!("diverged at step {step}, {runs} of {of}", step, runs, of)
}

/// The means of an earlier result, without bands. What is compared with the baseline is compared with the same variant there, if the
/// result has it.
fn pinned_series(Pinned { history, names }: Pinned<'_>, figure: &Figure<'_>) -> Vec<Series> {
    let spec = figure.spec();
    let baseline = history.same_variant(figure.history, spec.baseline);
    if baseline.is_none() && figure.quantity.facts().is_relative() {
        return Vec::new();
    }
    let spec = FigureSpec { baseline: baseline.unwrap_or_default(), band: Band::Deviation, smoothing: 0.0, ..spec };
    let curves = history.figure_curves(&spec).into_iter().enumerate();
    let behind = curves.map(|(index, curve)| Series {
        name: names.get(index).cloned().unwrap_or_default(),
        band: Vec::new(),
        dash: Dash::Sparse,
        behind: true,
        ..series(index, history.variants[index].palette_index, &curve, Band::Deviation)
    });
    behind.collect()
}

/// The chart of a quantity with the default axes, for exports that show several at once.
#[must_use]
pub fn quantity_chart(history: &History, quantity: FigureQuantity, visible: &[bool], random: bool) -> Chart {
    let view = FigureView::default();
    Figure { history, quantity, view: &view, visible, names: &[], random, pinned: None }.chart()
}
