//! An experiment that has not been started, as empty curves: the charts, the legend and the table have their shape
//! before there is anything to show, so that nothing jumps when it comes.

use crate::experiment::Experiment;
use crate::metrics::{Environment, History, Receipt, RunSetup, Setup, VariantSetup};

/// Empty curves of an experiment; what only its start can tell is left empty.
#[must_use]
pub fn preview(experiment: &Experiment) -> History {
    let (inputs, classes) = experiment.dataset.name.shape();
    let runs = experiment.run_seeds().map(|seed| RunSetup { seed, weights_sha256: String::new() });
    let runs: Vec<RunSetup> = runs.collect();
    let variants = experiment.variants.iter();
    let variants = variants.map(|variant| VariantSetup { name: variant.to_string(), runs: runs.clone() });
    History::new(Setup {
        query: experiment.to_query(),
        train_examples: 0,
        test_examples: 0,
        steps_per_epoch: 0,
        steps: experiment.steps,
        layer_widths: experiment.model.widths(inputs, classes)[1..].to_vec(),
        parameters: 0,
        environment: Environment { backend: String::new(), adapter: String::new(), version: String::new() },
        receipt: Receipt { data_sha256: String::new(), order_sha256: String::new() },
        variants: variants.collect(),
    })
}
