//! `lab bleu`: the scores of translations against reference translations.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::print;
use emergence_lab::score::{BLEU_SIGNATURE, CHRF_SIGNATURE, bleu, chrf};
use serde_json::json;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["hypotheses", "references"])?;
    options.positional::<0>("only the options --hypotheses and --references")?;
    let (hypotheses, references) = (text(&options, "hypotheses")?, text(&options, "references")?);
    let (hypotheses, references) = (lines(&hypotheses), lines(&references));
    let wrong = |error| Usage::because("--hypotheses", error);
    let score = bleu(&hypotheses, &references).map_err(wrong)?;
    let chrf = chrf(&hypotheses, &references).map_err(wrong)?;
    let document = json!({
        "bleu": score.score,
        "precisions": score.precisions,
        "brevity_penalty": score.brevity_penalty,
        "hypothesis_length": score.hypothesis_length,
        "reference_length": score.reference_length,
        "bleu_signature": BLEU_SIGNATURE,
        "chrf": chrf,
        "chrf_signature": CHRF_SIGNATURE,
    });
    print(&document.to_string())
}

/// The text of the file that option `name` gives.
fn text(options: &Options, name: &str) -> Result<String, Usage> {
    let expected = "a text file in UTF-8 with one sentence per line";
    let path = options.required(name, expected)?;
    std::fs::read_to_string(path)
        .map_err(|error| Usage::because(&format!("--{name}"), format!("expected {expected}, got `{path}`: {error}")))
}

/// The sentences of a file; empty lines are empty sentences.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}
