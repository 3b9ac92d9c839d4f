//! `lab init`: what an initialisation draws, layer by layer.

use crate::arguments::{Arguments, Usage};
use emergence_lab::experiment::{DatasetName, InitScheme, ModelSpec, parse_query};
use emergence_lab::init;
use serde_json::json;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["scheme", "model", "data", "seed", "act"])?;
    options.positional::<0>("no words, only options")?;
    let scheme = options.required("scheme", "an initialisation, like kaiming_normal")?.parse::<InitScheme>()?;
    let model = options.required("model", "a model, like mlp:128,128,128")?.parse::<ModelSpec>()?;
    let data = options.get("data").unwrap_or("mnist");
    if ![DatasetName::Mnist.name(), DatasetName::Digits.name()].contains(&data) {
        return Err(Usage::new("--data", "mnist or digits", data).into());
    }
    let seed = options.parsed::<u32>("seed", "a whole number from 0 to 4294967295")?.unwrap_or(0);
    let activation = parse_query(&format!("act={}", options.get("act").unwrap_or("relu"))).strict()?.0.activation;
    // Both data sets have 28 x 28 grey pixels and ten classes.
    let widths = model.widths(28 * 28, 10);
    let layers = init::sample(&scheme, &widths, activation, u64::from(seed));
    let described = layers.iter().map(|layer| {
        let statistics = layer.statistics();
        json!({
            "shape": [layer.fan_in, layer.fan_out],
            "fan_in": layer.fan_in,
            "fan_out": layer.fan_out,
            "mean": statistics.map(|statistics| statistics.mean),
            "std": statistics.map(|statistics| statistics.std),
            "scale": layer.factor,
            "sha256": layer.weight_sha256(),
        })
    });
    let document = json!({
        "scheme": scheme.to_string(),
        "model": model.to_string(),
        "data": data,
        "seed": seed,
        "layers": described.collect::<Vec<_>>(),
        "weights_sha256": init::weights_sha256(&layers),
    });
    crate::print(&serde_json::to_string_pretty(&document)?);
    Ok(())
}
