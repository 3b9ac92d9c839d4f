//! Results as JSON, CSV and SVG: the same text from the page and from the native command line.

mod json;
mod merge;
mod parts;
mod results;
mod run;
mod table;
mod verification;

pub use json::to_json;
pub use merge::merged;
pub use parts::PART_BYTES;
pub use results::{
    ReceiptResults, Results, SCHEMA, SampleResults, ShardFacts, VariantResults, parse_results, results_json,
    write_results,
};
pub use run::RunResults;
pub use table::{TableFormat, results_table};
pub use verification::{Discrepancy, Verification, verify};

use crate::catalog::{EmergenceNodes, Precision, QUANTITIES, QuantityFacts};
use crate::metrics::{History, LayerReport, RunCurves};
use crate::plot;
use parts::Parts;
use run::narrowed;
use std::io::Write;

/// All curves in long format: `variant,seed,step,quantity,value`, one line per value, with the names of the results file. Where
/// a measure is zero, its logarithm has no line.
///
/// - `active_fraction_1` (input side) and so on are the active fractions of the measured layers.
/// - `emergence_a_random_low`, `emergence_a_random_high` and the same for `emergence_b` are the interval of random activity at
///   the run's fraction of active units at that step. The charts show it at the mean fraction of a variant's runs.
/// - `init_weight_std_1` and so on, at step 0, describe the run before training, for every layer with weights: the fields of
///   [`LayerReport`].
///
/// A long experiment has a further column, `measurements`: of how many consecutive measurements the value is the mean, the last one of which
/// was made at `step`; see [`Resolution`](crate::metrics::Resolution). If the training was not finished, the last columns are
/// `unfinished_at` and `planned_steps`, the same in all lines: the last step, and that at which it would be finished.
///
/// The cost of an initialization and the table of random activity belong to no single run and have no lines: they are in the
/// results file.
#[must_use]
pub fn csv(history: &History) -> String {
    let mut bytes = Vec::new();
    write_csv(history, &mut |part| bytes.extend_from_slice(part));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Hands the text of [`csv`] to `out` in parts of at most [`PART_BYTES`] bytes.
pub fn write_csv(history: &History, out: &mut dyn FnMut(&[u8])) {
    let mut parts = Parts::new(out);
    let mut writer = csv::Writer::from_writer(&mut parts);
    // Handing over parts cannot fail.
    let _ = write_lines(history, &mut writer).and_then(|()| Ok(writer.flush()?));
}

/// The figure of the experiment on white, see [`plot::svg::figure`].
#[must_use]
pub fn svg(history: &History) -> String {
    plot::svg::figure(history, false)
}

fn write_lines<W: Write>(history: &History, writer: &mut csv::Writer<W>) -> csv::Result<()> {
    let is_full = history.resolution().is_full();
    let unfinished =
        history.unfinished_at().map(|step| [step, history.setup.experiment.steps].map(|step| step.to_string()));
    let header =
        ["variant", "seed", "step", "quantity", "value"].into_iter().chain((!is_full).then_some("measurements"));
    writer.write_record(header.chain(unfinished.iter().flat_map(|_| ["unfinished_at", "planned_steps"])))?;
    for (index, variant) in history.variants.iter().enumerate() {
        let name = variant.variant.to_string();
        let starts = history.start_of(index).map_or(&[][..], |start| &start.runs);
        for (run, curves) in variant.runs.iter().enumerate() {
            let layers = starts.get(run).map_or(&[][..], |start| &start.layers);
            let reports = layers.iter().enumerate().flat_map(|(layer, report)| reported(layer + 1, report));
            for CsvRow { step, quantity, value, measurements } in measured(history, curves).into_iter().chain(reports) {
                let (seed, step, measurements) = (curves.seed.to_string(), step.to_string(), measurements.to_string());
                let fields =
                    [&name, &seed, &step, &quantity, &value].into_iter().chain((!is_full).then_some(&measurements));
                writer.write_record(fields.chain(unfinished.iter().flatten()))?;
            }
        }
    }
    Ok(())
}

/// A value of a quantity at a step, and the number of measurements of which it is the mean.
struct CsvRow {
    step: u64,
    quantity: String,
    value: String,
    measurements: u64,
}

impl CsvRow {
    fn once(step: u64, quantity: String, value: String) -> Self {
        Self { step, quantity, value, measurements: 1 }
    }
}

/// All measurements of a run during training.
fn measured(history: &History, run: &RunCurves) -> Vec<CsvRow> {
    let mut lines = Vec::new();
    let resolution = history.resolution();
    for row in &QUANTITIES {
        let points = run.values(row.quantity).filter(|(_, value)| value.is_finite());
        lines.extend(points.map(|(step, value)| {
            let measurements = run.curves.measurements(resolution, row.quantity, step);
            CsvRow { measurements, ..CsvRow::once(step, row.name.to_owned(), number(row, value)) }
        }));
    }
    for (step, fractions) in &run.active_fraction {
        let layers = fractions.iter().enumerate().filter(|(_, fraction)| fraction.is_finite());
        let line = |(index, value): (usize, &f32)| {
            CsvRow::once(*step, format!("active_fraction_{}", index + 1), value.to_string())
        };
        lines.extend(layers.map(line));
    }
    for row in QUANTITIES.iter().filter(|row| row.nodes == Some(EmergenceNodes::Units)) {
        for (step, low, high) in history.random_of_run(run, row.quantity) {
            let ends = [("low", low), ("high", high)];
            let line =
                |(end, value): (&str, f64)| CsvRow::once(step, format!("{}_random_{end}", row.name), value.to_string());
            lines.extend(ends.map(line));
        }
    }
    lines
}

/// A value as text. Values measured in f32 are formatted as f32, so that 0.9 does not become 0.8999999761581421.
fn number(row: &QuantityFacts, value: f64) -> String {
    match row.precision {
        Precision::Single => narrowed(value).to_string(),
        Precision::Double => value.to_string(),
    }
}

/// The report of a layer with weights before the first step.
fn reported(number: usize, layer: &LayerReport) -> impl Iterator<Item = CsvRow> {
    let values = [
        ("scale_weight", layer.scales.weight),
        ("scale_bias", layer.scales.bias),
        ("scale_norm", layer.scales.norm),
        ("weight_std", layer.weight_std),
        ("activation_mean", layer.activation_mean),
        ("activation_std", layer.activation_std),
        ("active_fraction", layer.active_fraction),
        ("gradient_norm", layer.gradient_norm),
        ("step_size", layer.step_size),
    ];
    let known = values.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| value.is_finite())?)));
    known.map(move |(name, value)| CsvRow::once(0, format!("init_{name}_{number}"), value.to_string()))
}
