//! `lab init`: statistics of the initial weights of each layer and, for a tuned initialization, its scales and its cost.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::print;
use crate::preparation::{load, tune};
use anyhow::Context;
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::architecture::Architecture;
use emergence_lab::experiment::own_files::RoleChoices;
use emergence_lab::experiment::{Experiment, Named, Share, parse_query};
use emergence_lab::init::{self, Factors, InitialParameters, LayerParameters};
use emergence_lab::metrics::InitCost;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The options that correspond to a key of the query string, with that key.
const KEYS: [(&str, &str); 8] = [
    ("scheme", "init"),
    ("model", "model"),
    ("data", "data"),
    ("seed", "seed"),
    ("act", "act"),
    ("norm", "norm"),
    ("batch", "batch"),
    ("opt", "opt"),
];

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["scheme", "model", "data", "seed", "act", "norm", "batch", "opt", "data-dir"])?;
    options.positional::<0>("only options")?;
    let (experiment, architecture) = experiment(&options)?;
    let scheme = &experiment.variants[0].scheme;
    let (parameters, cost) = if scheme.tuning().is_some() {
        pollster::block_on(tuned(&experiment, &options))?
    } else {
        let seed = u64::from(experiment.first_seed);
        (init::sample(scheme, &architecture, experiment.activation, seed)?, InitCost::default())
    };
    let layers = parameters.layers(&architecture);
    let names = architecture.weight_layer_names();
    let ranks = architecture.weight_layers().into_iter().map(|layer| layer.rank.depth);
    let document = json!({
        "scheme": scheme.to_string(),
        "model": experiment.model.to_string(),
        "data": experiment.dataset.name.name(),
        "seed": experiment.first_seed,
        "cost": cost,
        "layers": layers.iter().zip(names).zip(ranks).map(described).collect::<Vec<_>>(),
        "weights_sha256": parameters.sha256(),
    });
    print(&serde_json::to_string_pretty(&document)?)
}

/// The experiment of one run that the options describe, and its network.
fn experiment(options: &Options) -> anyhow::Result<(Experiment, Architecture)> {
    options.required("scheme", "an initialization, like kaiming_normal")?;
    options.required("model", "a model, like mlp:128,128,128")?;
    let stated = KEYS.iter().filter_map(|(option, key)| Some((*key, options.get(option)?)));
    let pairs = [("data", "mnist"), ("seeds", "1")].into_iter().chain(stated);
    let pairs = pairs.map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let (experiment, _) = parse_query(&pairs.collect::<Vec<_>>().join("&")).strict().map_err(|error| {
        let option = KEYS.iter().find(|(_, key)| error.key() == Some(*key)).map_or("model", |(option, _)| *option);
        Usage::refused(&format!("--{option}"), &error)
    })?;
    if let [_, second, ..] = experiment.variants.as_slice() {
        return Err(Usage::new("--scheme", "one initialization", second).into());
    }
    if let Some(rate) = experiment.variants[0].learning_rate {
        return Err(Usage::new("--scheme", "an initialization without a learning rate", format!("@lr={rate}")).into());
    }
    match experiment.dataset.facts() {
        Some(facts) => {
            let architecture = experiment.model.architecture(&facts.examples, experiment.norm)?;
            Ok((experiment, architecture))
        }
        None => Err(Usage::new("--data", "a data set, like mnist or cifar-10", experiment.dataset.name.name()).into()),
    }
}

/// The tuned parameters of the run, and the cost of tuning.
async fn tuned(experiment: &Experiment, options: &Options) -> anyhow::Result<(InitialParameters, InitCost)> {
    let dataset = load(experiment, options, &RoleChoices::new())?.dataset;
    let preparation =
        tune(experiment, Share::WHOLE, dataset, &open_cpu(), || false).await?.context("tuning was stopped")?;
    let parameters = preparation.weights().first().cloned().unwrap_or_default();
    Ok((parameters, preparation.costs().first().copied().unwrap_or_default()))
}

/// A layer with its name and its rank by depth: its statistics and the factors of its parameters, as JSON.
fn described(((layer, name), rank): ((&LayerParameters<'_>, String), usize)) -> Value {
    let statistics = layer.statistics();
    let Factors { weight, bias, norm } = layer.factors;
    json!({
        "name": name,
        "rank": rank,
        "shape": layer.shape.dimensions(),
        "fan_in": layer.fan().fan_in,
        "fan_out": layer.fan().fan_out,
        "mean": statistics.map(|statistics| statistics.mean),
        "std": statistics.map(|statistics| statistics.std),
        "scale": weight,
        "bias_scale": bias,
        "norm_scale": norm,
        "sha256": layer.weight_sha256(),
    })
}
