//! `lab init`: what an initialisation draws, layer by layer.

use crate::arguments::{Arguments, Usage};
use emergence_lab::experiment::{Activation, DatasetName, Experiment, InitScheme, ModelSpec, NormLayer};
use emergence_lab::init::{self, LayerWeights};
use serde_json::{Value, json};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["scheme", "model", "data", "seed", "act", "norm"])?;
    options.positional::<0>("no words, only options")?;
    let scheme = options.required("scheme", "an initialisation, like kaiming_normal")?;
    let model = options.required("model", "a model, like mlp:128,128,128")?;
    let data = options.get("data").unwrap_or("mnist");
    let facts = DatasetName::all().find(|known| known.name() == data).and_then(DatasetName::facts);
    let facts = facts.ok_or_else(|| Usage::new("--data", "a data set, like mnist or cifar-10", data))?;
    let seed = options.parsed::<u32>("seed", "a whole number from 0 to 4294967295")?.unwrap_or(0);
    let scheme = scheme.parse::<InitScheme>().map_err(|error| Usage::refused("--scheme", &error))?;
    let model = model.parse::<ModelSpec>().map_err(|error| Usage::refused("--model", &error))?;
    let activation = options.get("act").unwrap_or("relu").parse::<Activation>();
    let activation = activation.map_err(|error| Usage::refused("--act", &error))?;
    let norm = options.get("norm").unwrap_or("none").parse::<NormLayer>();
    let norm = norm.map_err(|error| Usage::refused("--norm", &error))?;
    let experiment = Experiment { model, norm, variants: vec![scheme.clone()], seeds: 1, ..Experiment::default() };
    experiment
        .validate_for(&facts)
        .map_err(|error| Usage::refused(if error.key() == Some("init") { "--scheme" } else { "--model" }, &error))?;
    let Experiment { model, .. } = experiment;
    let architecture = model.architecture(facts.shape, facts.classes, norm)?;
    let layers = init::sample(&scheme, &architecture.weight_layers(), activation, u64::from(seed))?;
    let document = json!({
        "scheme": scheme.to_string(),
        "model": model.to_string(),
        "data": data,
        "seed": seed,
        "layers": layers.iter().map(described).collect::<Vec<_>>(),
        "weights_sha256": init::weights_sha256(&layers),
    });
    crate::print(&serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// What the contract says of a layer.
fn described(layer: &LayerWeights) -> Value {
    let statistics = layer.statistics();
    json!({
        "shape": layer.shape.dimensions(),
        "fan_in": layer.fan().fan_in,
        "fan_out": layer.fan().fan_out,
        "mean": statistics.map(|statistics| statistics.mean),
        "std": statistics.map(|statistics| statistics.std),
        "scale": layer.factor,
        "sha256": layer.weight_sha256(),
    })
}
