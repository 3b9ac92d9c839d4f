//! An experiment that has not been started, as empty curves: the charts, the legend and the table have their shape
//! before there is anything to show, so that nothing jumps when it comes.

use crate::experiment::Experiment;
use crate::experiment::architecture::Architecture;
use crate::metrics::{Environment, History, InitCost, RandomActivity, Receipt, RunSetup, Setup, VariantSetup};

/// Empty curves of an experiment; what only its start can tell is left empty.
#[must_use]
pub fn preview(experiment: &Experiment) -> History {
    // Of the visitor's own files nothing is known before they are loaded.
    let architecture = experiment
        .dataset
        .name
        .facts()
        .and_then(|facts| experiment.model.architecture(facts.shape, facts.classes, experiment.norm).ok());
    let weight_layers = architecture.as_ref().map(Architecture::weight_layer_names).unwrap_or_default();
    let measured = architecture.map(|architecture| architecture.measured()).unwrap_or_default();
    let runs = experiment.run_seeds().map(|seed| RunSetup { seed, weights_sha256: String::new(), layers: Vec::new() });
    let runs: Vec<RunSetup> = runs.collect();
    let variants = experiment.variants.iter();
    let variants = variants.map(|variant| VariantSetup {
        name: variant.to_string(),
        cost: InitCost::default(),
        runs: runs.clone(),
    });
    History::new(Setup {
        query: experiment.to_query(),
        train_examples: 0,
        test_examples: 0,
        steps_per_epoch: 0,
        steps: experiment.steps,
        layer_widths: measured.iter().map(|layer| layer.shape.units()).collect(),
        layer_names: measured.into_iter().map(|layer| layer.name).collect(),
        weight_layers,
        parameters: 0,
        environment: Environment { backend: String::new(), adapter: String::new(), version: String::new() },
        receipt: Receipt { data_sha256: String::new(), order_sha256: String::new() },
        random_activity: RandomActivity::default(),
        variants: variants.collect(),
    })
}
