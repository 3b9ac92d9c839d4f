//! `lab run`: trains one experiment and writes its results as JSON, CSV and SVG.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::{check_place, write_whole};
use crate::preparation::load;
use crate::threads::{Trained, train};
use anyhow::Context;
use emergence_lab::catalog::DataKind;
use emergence_lab::dataset::PairSet;
use emergence_lab::dataset::symbols::UNKNOWN;
use emergence_lab::error::{Error, Requirement};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{DevicePreference, Named, parse_query};
use emergence_lab::export;
use emergence_lab::metrics::{History, Record, Translation, statistics};
use std::path::PathBuf;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "out", "csv", "svg", "threads", "translate"])?;
    let [query] = options.positional("one query, like 'data=mnist&steps=469'")?;
    let threads = options.threads()?;
    let outputs = Outputs::new(&options)?;
    let parsed = parse_query(query_of_link(query));
    for key in &parsed.unknown {
        eprintln!("note: unknown key `{key}` ignored");
    }
    let (experiment, _) = parsed.strict()?;
    if experiment.device == DevicePreference::WebGpu {
        // `auto` means the CPU here, without the note that the browser gives when it falls back to it.
        return Err(Error::value("device", Requirement::NativeDevice.into(), "webgpu").into());
    }
    let sentence = options.get("translate");
    if sentence.is_some() && experiment.model.kind() != DataKind::Pairs {
        let got = format!("data={}", experiment.dataset.name.name());
        return Err(Usage::new("--translate", "an experiment on pairs of sentences, like data=numbers", got).into());
    }
    let dataset = load(&experiment, &options)?;
    if let (Some(sentence), Some(pairs)) = (sentence, dataset.pairs()) {
        note_on_sentence(sentence, pairs);
    }
    let Trained { history, translations } = train(&experiment, dataset, threads, sentence, report)?;
    outputs.write(&history)?;
    print_translations(&history, &translations);
    Ok(())
}

/// The query string of a link; other text is returned unchanged, as a query string.
fn query_of_link(text: &str) -> &str {
    // A formula may also contain a question mark, but the text before the question mark of a link has no equals sign.
    let query = text.split_once('?').filter(|(address, _)| !address.contains('=')).map_or(text, |(_, query)| query);
    query.split_once('#').map_or(query, |(query, _)| query)
}

/// Says on stderr what of a sentence is not translated.
fn note_on_sentence(sentence: &str, pairs: &PairSet) {
    let symbols = pairs.source.read(sentence);
    let unknown = symbols.iter().filter(|symbol| **symbol == UNKNOWN).count();
    if unknown > 0 {
        let what = if pairs.selection.is_some() { "characters" } else { "words" };
        eprintln!("note: {unknown} {what} of `{sentence}` are unknown and are read as <unk>");
    }
    let facts = pairs.facts().examples;
    if let ExampleFacts::Pairs { source, .. } = facts
        && symbols.len() > source.positions
    {
        eprintln!("note: of `{sentence}` only the first {} symbols are translated", source.positions);
    }
}

/// A line for every run: scheme, seed, translation.
fn print_translations(history: &History, translations: &[Translation]) {
    let runs = history.variants.iter().flat_map(|variant| variant.runs.iter().map(move |run| (variant, run)));
    for ((variant, run), translation) in runs.zip(translations) {
        crate::print(&format!("{}\t{}\t{}", variant.variant, run.seed, translation.text));
    }
}

/// One line on stderr per evaluation.
pub(crate) fn report(history: &History, record: &Record) {
    let quantity = history.setup.experiment.primary_quantity();
    let name = quantity.facts().title.to_lowercase();
    for evaluation in &record.evaluations {
        let mut runs = evaluation.runs.iter();
        let variants = history.variants.iter().map(|variant| {
            let runs = runs.by_ref().take(variant.runs.len()).flatten();
            let accuracies = runs.filter_map(|run| run.value(quantity)).collect::<Vec<_>>();
            match statistics::mean(&accuracies) {
                Some(mean) => format!("{} {mean:.4}", variant.variant),
                None => format!("{} diverged", variant.variant),
            }
        });
        let line = variants.collect::<Vec<_>>().join("  ");
        eprintln!("step {:>6}  {name}  {line}", evaluation.step);
    }
}

/// Files for the results, in addition to stdout. Paths are checked before training, which may take long.
struct Outputs {
    json: Option<PathBuf>,
    csv: Option<PathBuf>,
    svg: Option<PathBuf>,
}

impl Outputs {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let place = |name| options.get(name).map(|path| check_place(name, path)).transpose();
        Ok(Self { json: place("out")?, csv: place("csv")?, svg: place("svg")? })
    }

    /// Writes to stdout first, so that the results are not lost if the disk is full.
    fn write(&self, history: &History) -> anyhow::Result<()> {
        let json = export::results_json(history).context("the experiment has not started")?;
        crate::print(&json);
        if let Some(path) = &self.json {
            write_whole(path, json.as_bytes())?;
        }
        if let Some(path) = &self.csv {
            write_whole(path, export::csv(history).as_bytes())?;
        }
        if let Some(path) = &self.svg {
            write_whole(path, export::svg(history).as_bytes())?;
        }
        Ok(())
    }
}
