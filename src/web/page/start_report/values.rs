//! The numbers of the section: means over the seeds of a variant, as the cells of a table and the lines of a chart.

use super::quantity::LayerQuantity;
use crate::metrics::statistics::mean;
use crate::metrics::{History, LayerReport, RunCurves, VariantCurves};
use crate::plot::{Dash, LayerAxis, LayerChart, LayerLine, Shade};
use crate::web::page::words::{NOTHING, duration, grouped, three_digits};

/// Where something was measured, and came out as no finite number.
const NO_NUMBER: &str = "no number";

/// The cells of a quantity: a line per layer, a cell per variant.
#[must_use]
pub fn cells(history: &History, quantity: LayerQuantity) -> Vec<Vec<String>> {
    let line = |layer: usize| history.variants.iter().map(|variant| cell(&reports(variant, layer), quantity)).collect();
    (0..history.setup.weight_layers.len()).map(line).collect()
}

/// What a variant amounts to: `log10 E_B` and `log10 E_A` before the first step, seconds of all its runs, gradient
/// evaluations and forward passes of one.
#[must_use]
pub fn totals(variant: &VariantCurves) -> [String; 5] {
    if variant.runs.iter().all(|run| run.layers.is_empty()) {
        return std::array::from_fn(|_| NOTHING.to_owned());
    }
    [
        emergence(variant, |run| run.emergence_b.first()),
        emergence(variant, |run| run.emergence_a.first()),
        duration(variant.init.seconds),
        grouped(variant.init.gradient_evaluations),
        grouped(variant.init.forward_passes),
    ]
}

/// The chart of a quantity for the variants that are `visible`, by index; nothing before anything was measured.
#[must_use]
pub fn chart(history: &History, quantity: LayerQuantity, visible: &[bool]) -> Option<LayerChart> {
    if history.runs().all(|run| run.layers.is_empty()) {
        return None;
    }
    let shown = history.variants.iter().enumerate();
    let shown = shown.filter(|(index, _)| visible.get(*index).copied().unwrap_or(true));
    let lines: Vec<LayerLine> = shown.map(|(index, variant)| line(history, quantity, index, variant)).collect();
    let values = || lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let axis = quantity.axis(values());
    let hidden = axis == LayerAxis::Logarithmic && values().any(|value| value <= 0.0);
    let x_label = if hidden { "layer (zeros: see the table)" } else { "layer" };
    Some(LayerChart {
        y_label: quantity.axis_label().to_owned(),
        x_label: x_label.to_owned(),
        layers: history.setup.weight_layers.clone(),
        axis,
        lines,
    })
}

fn line(history: &History, quantity: LayerQuantity, index: usize, variant: &VariantCurves) -> LayerLine {
    let layers = 0..history.setup.weight_layers.len();
    let value = |layer| over_seeds(&reports(variant, layer), |report| quantity.value(report)).0;
    LayerLine { color: Shade::of_variant(index), dash: Dash::of_variant(index), values: layers.map(value).collect() }
}

/// A layer in all runs of a variant.
fn reports(variant: &VariantCurves, layer: usize) -> Vec<&LayerReport> {
    variant.runs.iter().filter_map(|run| run.layers.get(layer)).collect()
}

/// The mean over the seeds in which a value is a finite number, and how many these are.
fn over_seeds(reports: &[&LayerReport], value: impl Fn(&LayerReport) -> Option<f64>) -> (Option<f64>, usize) {
    let values: Vec<f64> =
        reports.iter().filter_map(|report| value(report)).filter(|value| value.is_finite()).collect();
    (mean(&values), values.len())
}

fn cell(reports: &[&LayerReport], quantity: LayerQuantity) -> String {
    if reports.is_empty() {
        return NOTHING.to_owned();
    }
    let (value, count) = over_seeds(reports, |report| quantity.value(report));
    let Some(value) = value else { return NO_NUMBER.to_owned() };
    let text = match quantity {
        LayerQuantity::Activations => {
            let center = over_seeds(reports, |report| report.activation_mean).0;
            format!("{} ± {}", center.map_or(NOTHING.to_owned(), three_digits), three_digits(value))
        }
        LayerQuantity::Active => format!("{value:.1} %"),
        LayerQuantity::Scale => scale(reports, value),
        _ => three_digits(value),
    };
    if count < reports.len() { format!("{text} ({count} of {} seeds)", reports.len()) } else { text }
}

/// The factor on the weights, and those on what else was multiplied.
fn scale(reports: &[&LayerReport], weight: f64) -> String {
    let others = [
        ("bias", over_seeds(reports, |report| report.scales.bias).0),
        ("norm", over_seeds(reports, |report| report.scales.norm).0),
    ];
    let changed =
        others.into_iter().filter_map(|(name, factor)| Some((name, factor.filter(|factor| !is_one(*factor))?)));
    let weight = if is_one(weight) { "1".to_owned() } else { three_digits(weight) };
    changed.fold(weight, |text, (name, factor)| format!("{text}, {name} {}", three_digits(factor)))
}

/// Whether a factor has left things alone, up to the rounding of a mean.
fn is_one(factor: f64) -> bool {
    (factor - 1.0).abs() < 1e-9
}

/// The mean of a logarithm of emergence at step 0; a measure of zero has none.
fn emergence<'run>(
    variant: &'run VariantCurves,
    first: impl Fn(&'run RunCurves) -> Option<&'run (u64, Option<f64>)>,
) -> String {
    let points = variant.runs.iter().filter_map(first).filter(|(step, _)| *step == 0);
    let measured: Vec<Option<f64>> = points.map(|(_, value)| *value).collect();
    let values: Vec<f64> = measured.iter().flatten().copied().collect();
    match mean(&values) {
        Some(value) if values.len() < measured.len() => {
            format!("{value:.2} ({} of {} seeds)", values.len(), measured.len())
        }
        Some(value) => format!("{value:.2}"),
        None if measured.is_empty() => NOTHING.to_owned(),
        None => "none: E = 0".to_owned(),
    }
}
