//! Results as JSON, CSV and SVG: the same text from the page and from the native command line.

mod results;

pub use results::{Results, SCHEMA, VariantResults, parse_results, results_json};

use crate::metrics::{History, Quantity};
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
            let seed = run.seed.to_string();
            let mut line = |step: u64, quantity: &str, value: String| {
                writer.write_record([variant.name.as_str(), &seed, &step.to_string(), quantity, &value])
            };
            let measured = [Quantity::TrainLoss, Quantity::TestLoss, Quantity::TestAccuracy];
            for (quantity, points) in measured.iter().zip([&run.train_loss, &run.test_loss, &run.test_accuracy]) {
                // Straight from f32, so that 0.9 is not written as 0.8999999761581421.
                for (step, value) in points.iter().filter(|(_, value)| value.is_finite()) {
                    line(*step, quantity.name(), value.to_string())?;
                }
            }
            for quantity in [Quantity::EmergenceA, Quantity::EmergenceB] {
                for (step, value) in quantity.points(run).into_iter().filter(|(_, value)| value.is_finite()) {
                    line(step, quantity.name(), value.to_string())?;
                }
            }
            for (step, fractions) in &run.active_fraction {
                for (index, fraction) in fractions.iter().enumerate().filter(|(_, fraction)| fraction.is_finite()) {
                    line(*step, &format!("active_fraction_{}", index + 1), fraction.to_string())?;
                }
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
