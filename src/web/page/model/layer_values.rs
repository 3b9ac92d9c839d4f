//! The values of the section: means over the seeds of a variant, as cells of a table and lines of a chart.

use super::layer_quantity::LayerQuantity;
use crate::catalog::Quantity;
use crate::metrics::statistics::mean;
use crate::metrics::{History, LayerReport, VariantCurves, VariantStart};
use crate::plot::{Dash, LayerAxis, LayerChart, LayerLine, Shade};
use crate::texts::text;
use crate::web::page::words::{NOTHING, duration, grouped, three_digits};

/// The cells of a quantity at the last measurement after at most `at` steps (the last one if absent): one row per layer, one cell per
/// variant.
#[must_use]
pub fn cells(history: &History, quantity: LayerQuantity, at: Option<u64>) -> Vec<Vec<String>> {
    let variants = 0..history.variants.len();
    let line =
        |layer: usize| variants.clone().map(|variant| cell(&reports(history, variant, layer, at), quantity)).collect();
    (0..history.layers.weights.len()).map(line).collect()
}

/// The totals of a variant: `log10 E_B` and `log10 E_A` after at most `at` steps, seconds for all its runs, gradient evaluations
/// and forward passes per run. Dashes before the start.
#[must_use]
pub fn totals(variant: &VariantCurves, start: Option<&VariantStart>, at: Option<u64>) -> [String; 5] {
    let Some(VariantStart { cost, .. }) = start else { return std::array::from_fn(|_| NOTHING.to_owned()) };
    [
        emergence(variant, Quantity::EmergenceB, at),
        emergence(variant, Quantity::EmergenceA, at),
        duration(cost.seconds),
        grouped(cost.gradient_evaluations),
        grouped(cost.forward_passes),
    ]
}

/// The chart of a quantity for the variants that are `visible`, by index; `None` before anything is measured.
#[must_use]
pub fn chart(history: &History, quantity: LayerQuantity, visible: &[bool], at: Option<u64>) -> Option<LayerChart> {
    history.setup.start.as_ref()?;
    let shown = (0..history.variants.len()).filter(|index| visible.get(*index).copied().unwrap_or(true));
    let lines: Vec<LayerLine> = shown.map(|index| line(history, quantity, index, at)).collect();
    let values = || lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let axis = quantity.axis(values());
    let hidden = axis == LayerAxis::Logarithmic && values().any(|value| value <= 0.0);
    let x_label = if hidden { text!("layer (zeros: see the table)") } else { text!("layer") };
    Some(LayerChart { y_label: quantity.axis_label(), x_label, layers: history.layers.weights.clone(), axis, lines })
}

fn line(history: &History, quantity: LayerQuantity, index: usize, at: Option<u64>) -> LayerLine {
    let place = history.variants[index].palette_index;
    let layers = 0..history.layers.weights.len();
    let value = |layer| over_seeds(&reports(history, index, layer, at), |report| quantity.value(report)).0;
    LayerLine { color: Shade::of_variant(place), dash: Dash::of_variant(place), values: layers.map(value).collect() }
}

/// The reports of a layer in all runs of a variant; empty before the start.
fn reports(history: &History, variant: usize, layer: usize, at: Option<u64>) -> Vec<&LayerReport> {
    let runs = 0..history.variants.get(variant).map_or(0, |curves| curves.runs.len());
    runs.filter_map(|run| history.layers_at(variant, run, at)?.1.get(layer)).collect()
}

/// The mean over the seeds for which a value is a finite number, and the number of these seeds.
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
    let Some(value) = value else { return text!("not finite") };
    let text = match quantity {
        LayerQuantity::Activations => {
            let center = over_seeds(reports, |report| report.activation_mean).0;
            format!("{} ± {}", center.map_or(NOTHING.to_owned(), three_digits), three_digits(value))
        }
        LayerQuantity::Active => format!("{value:.1} %"),
        LayerQuantity::Scale => scale(reports, value),
        _ => three_digits(value),
    };
    if count < reports.len() { of_seeds(&text, count, reports.len()) } else { text }
}

/// A mean over some of the seeds.
fn of_seeds(value: &str, count: usize, all: usize) -> String {
    text!("{value} ({count} of {all} seeds)", value, count, all)
}

/// The factor of the weights, and those of bias and normalization if they were multiplied as well.
fn scale(reports: &[&LayerReport], weight: f64) -> String {
    let others = [
        (text!("bias"), over_seeds(reports, |report| report.scales.bias).0),
        (text!("norm"), over_seeds(reports, |report| report.scales.norm).0),
    ];
    let changed =
        others.into_iter().filter_map(|(name, factor)| Some((name, factor.filter(|factor| !is_one(*factor))?)));
    let weight = if is_one(weight) { "1".to_owned() } else { three_digits(weight) };
    changed.fold(weight, |text, (name, factor)| format!("{text}, {name} {}", three_digits(factor)))
}

/// Whether a factor is 1, up to rounding of the mean.
fn is_one(factor: f64) -> bool {
    (factor - 1.0).abs() < 1e-9
}

/// The mean of the logarithm of emergence after at most `at` steps, over seeds in which the measure is not zero.
fn emergence(variant: &VariantCurves, quantity: Quantity, at: Option<u64>) -> String {
    let until = at.unwrap_or(u64::MAX);
    let points =
        variant.runs.iter().filter_map(|run| run.curves[quantity].iter().rev().find(|(step, _)| *step <= until));
    let measured: Vec<Option<f64>> = points.map(|(_, value)| *value).collect();
    let values: Vec<f64> = measured.iter().flatten().copied().collect();
    match mean(&values) {
        Some(value) if values.len() < measured.len() => of_seeds(&format!("{value:.2}"), values.len(), measured.len()),
        Some(value) => format!("{value:.2}"),
        None if measured.is_empty() => NOTHING.to_owned(),
        None => text!("undefined: E = 0"),
    }
}
