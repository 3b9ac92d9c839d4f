//! `lab emergence`: the emergence of a layered network, as an exact number and as a logarithm, or of a transformer.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::print;
use emergence_lab::emergence::{self, ActiveRule, LayerActivity, NetworkLayer};
use emergence_lab::experiment::dataset::{ExampleFacts, SequenceFacts};
use emergence_lab::experiment::network_graph::network_graph;
use emergence_lab::experiment::{ModelSpec, Named, NormLayer};
use serde_json::{Value, json};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["widths", "active", "model", "norm", "positions", "symbols"])?;
    options.positional::<0>("only options, like --widths and --active")?;
    let document = if options.get("model").is_some() { of_transformer(&options)? } else { of_layers(&options)? };
    print(&document.to_string())
}

/// The emergence of dense layers with these numbers of active nodes.
fn of_layers(options: &Options) -> anyhow::Result<Value> {
    if let Some(other) = ["norm", "positions", "symbols"].into_iter().find(|name| options.get(name).is_some()) {
        return Err(Usage::new(&format!("--{other}"), "no such option without --model", "one").into());
    }
    let expected = "whole numbers separated by commas, like 3,3,3,3";
    let widths = counts("--widths", options.required("widths", expected)?, expected)?;
    let active = counts("--active", options.required("active", expected)?, expected)?;
    let wrong = |error| Usage::because("--active", error);
    let (e_a, e_b) =
        (emergence::e_a(&widths, &active).map_err(wrong)?, emergence::e_b(&widths, &active).map_err(wrong)?);
    Ok(json!({
        "e_a": e_a.to_string(),
        "e_b": e_b.to_string(),
        "log10_e_a": emergence::log10(&e_a),
        "log10_e_b": emergence::log10(&e_b),
    }))
}

/// The emergence of a transformer with these active units: for every measured layer, in forward order, a word of as many digits 0 and 1 as
/// it has units, feature by feature, and of a feature position by position.
fn of_transformer(options: &Options) -> anyhow::Result<Value> {
    if let Some(widths) = options.get("widths") {
        return Err(Usage::new("--widths", "no such option beside --model", widths).into());
    }
    let text = options.required("model", "a transformer, like transformer:2h1x1")?;
    let model: ModelSpec = text.parse().map_err(|error| Usage::refused("--model", &error))?;
    let norm = options.get("norm").unwrap_or(NormLayer::Pre.name());
    let stated = NormLayer::named(norm).filter(|norm| *norm != NormLayer::Batch);
    let norm = stated.ok_or_else(|| Usage::new("--norm", "none, pre or post", norm))?;
    let positions =
        numbers(options, "positions", "two whole numbers from 1 on, the lengths of source and target, like 6,8")?;
    let [source, target] = positions;
    let [symbols] = numbers(options, "symbols", "a whole number from 1 on, the outputs of every position, like 36")?;
    let sequence = |positions| SequenceFacts { symbols, positions };
    let examples = ExampleFacts::Pairs { source: sequence(source), target: sequence(target), joint: false };
    let architecture = model.architecture(&examples, norm).map_err(|error| Usage::refused("--model", &error))?;
    let graph = network_graph(&architecture)?;
    let layers = architecture.measured();
    let expected = "a word of digits 0 and 1 for every measured layer";
    let words: Vec<&str> = options.required("active", expected)?.split_whitespace().collect();
    let sizes: Vec<usize> = graph.layers().iter().map(NetworkLayer::units).collect();
    if words.len() != sizes.len() {
        let names: Vec<String> = layers.iter().map(|layer| layer.name.clone()).collect();
        let expected = format!("{} words of digits 0 and 1: {}", sizes.len(), names.join(", "));
        return Err(Usage::new("--active", &expected, format!("{} words", words.len())).into());
    }
    let masks = words.iter().zip(&sizes).zip(&layers).map(|((word, units), layer)| {
        let digits = word.chars().map(|digit| match digit {
            '0' => Some(0.0),
            '1' => Some(1.0),
            _ => None,
        });
        let mask = digits.collect::<Option<Vec<f32>>>().filter(|mask| mask.len() == *units);
        mask.ok_or_else(|| Usage::new("--active", &format!("{units} digits 0 or 1 for {}", layer.name), word))
    });
    let masks = masks.collect::<Result<Vec<_>, _>>()?;
    let activity: Vec<_> = masks.iter().zip(&sizes).map(|(values, &units)| LayerActivity { values, units }).collect();
    let measured = emergence::measure(&graph, &activity, ActiveRule::Sample, 0.5)?;
    let described = layers.iter().zip(&sizes).zip(&measured.active_fraction);
    let described =
        described.map(|((layer, units), active)| json!({"name": layer.name, "units": units, "active": active}));
    Ok(json!({
        "layers": described.collect::<Vec<_>>(),
        "log10_e_a": measured.log10_e_a,
        "log10_e_b": measured.log10_e_b,
    }))
}

fn counts(argument: &str, text: &str, expected: &str) -> Result<Vec<u64>, Usage> {
    text.split(',').map(|word| word.trim().parse().map_err(|_| Usage::new(argument, expected, text))).collect()
}

/// As many positive numbers as the option must have, none of them enormous.
fn numbers<const COUNT: usize>(options: &Options, name: &str, expected: &str) -> Result<[usize; COUNT], Usage> {
    let (argument, text) = (format!("--{name}"), options.required(name, expected)?);
    let wrong = || Usage::new(&argument, expected, text);
    let numbers: Vec<usize> = counts(&argument, text, expected)?.into_iter().flat_map(usize::try_from).collect();
    let fit = numbers.iter().all(|number| (1..=10_000).contains(number));
    <[usize; COUNT]>::try_from(numbers).ok().filter(|_| fit).ok_or_else(wrong)
}
