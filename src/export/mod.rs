//! Results as JSON, CSV and SVG: the same text from the page and from the native command line.

mod results;

pub use results::{Results, SCHEMA, VariantResults, parse_results, results_json};

use crate::metrics::{History, Quantity, RunCurves};
use crate::plot;

/// All curves in long format: `variant,seed,step,quantity,value`, a line per measured value, with the names of the results
/// file; the active fractions are called `active_fraction_1` (input side) and so on. Where a measure is zero its
/// logarithm has no line.
#[must_use]
pub fn csv(history: &History) -> String {
    // Writing to memory cannot fail.
    write_csv(history).unwrap_or_default()
}

/// The figure of the experiment on white, see [`plot::svg::figure`].
#[must_use]
pub fn svg(history: &History) -> String {
    plot::svg::figure(history, false)
}

fn write_csv(history: &History) -> csv::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["variant", "seed", "step", "quantity", "value"])?;
    for variant in &history.variants {
        for run in &variant.runs {
            for (step, quantity, value) in measured(run) {
                let (seed, step) = (run.seed.to_string(), step.to_string());
                writer.write_record([variant.name.as_str(), &seed, &step, &quantity, &value])?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Everything measured of a run as `(step, quantity, value)`. Numbers in f32 are written from f32, so that 0.9 does not
/// become 0.8999999761581421.
fn measured(run: &RunCurves) -> Vec<(u64, String, String)> {
    let mut lines = Vec::new();
    for (quantity, points) in [
        (Quantity::TrainLoss, &run.train_loss),
        (Quantity::TestLoss, &run.test_loss),
        (Quantity::TestAccuracy, &run.test_accuracy),
    ] {
        let points = points.iter().filter(|(_, value)| value.is_finite());
        lines.extend(points.map(|(step, value)| (*step, quantity.name().to_owned(), value.to_string())));
    }
    for quantity in
        [Quantity::EmergenceA, Quantity::EmergenceB, Quantity::ChannelEmergenceA, Quantity::ChannelEmergenceB]
    {
        let points = quantity.points(run).into_iter().filter(|(_, value)| value.is_finite());
        lines.extend(points.map(|(step, value)| (step, quantity.name().to_owned(), value.to_string())));
    }
    for (step, fractions) in &run.active_fraction {
        let layers = fractions.iter().enumerate().filter(|(_, fraction)| fraction.is_finite());
        lines.extend(layers.map(|(index, value)| (*step, format!("active_fraction_{}", index + 1), value.to_string())));
    }
    lines
}
