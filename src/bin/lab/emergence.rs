//! `lab emergence`: the emergence of a layered network, as an exact number and as a logarithm.

use crate::arguments::{Arguments, Usage};
use emergence_lab::emergence;
use serde_json::json;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["widths", "active"])?;
    options.positional::<0>("only the options --widths and --active")?;
    let expected = "whole numbers separated by commas, like 3,3,3,3";
    let widths = counts("--widths", options.required("widths", expected)?, expected)?;
    let active = counts("--active", options.required("active", expected)?, expected)?;
    let wrong = |error| Usage::because("--active", error);
    let (e_a, e_b) =
        (emergence::e_a(&widths, &active).map_err(wrong)?, emergence::e_b(&widths, &active).map_err(wrong)?);
    let document = json!({
        "e_a": e_a.to_string(),
        "e_b": e_b.to_string(),
        "log10_e_a": emergence::log10(&e_a),
        "log10_e_b": emergence::log10(&e_b),
    });
    crate::print(&document.to_string());
    Ok(())
}

fn counts(argument: &str, text: &str, expected: &str) -> Result<Vec<u64>, Usage> {
    text.split(',').map(|word| word.trim().parse().map_err(|_| Usage::new(argument, expected, text))).collect()
}
