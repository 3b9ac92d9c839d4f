//! `lab run`: trains one experiment and writes its results as JSON, CSV and SVG.

use crate::arguments::{Arguments, Options, Usage};
use crate::checkpoints::{Keeper, Resumption};
use crate::output::{print, tell};
use crate::own_files;
use crate::preparation::{LoadedData, load};
use crate::results::Outputs;
use crate::signals::{EndSignal, Signals};
use crate::threads::{Supervision, Trained, train};
use emergence_lab::catalog::DataKind;
use emergence_lab::dataset::PairSet;
use emergence_lab::dataset::symbols::UNKNOWN;
use emergence_lab::error::{Error, Requirement};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{DevicePreference, Experiment, Named, parse_query};
use emergence_lab::metrics::{History, Record, Translation, statistics};
use std::fmt;

/// A training that a signal ended, after its results were written.
#[derive(Debug)]
pub(crate) struct Interruption {
    signal: EndSignal,
    /// The last step, if there was one; the results are up to there.
    step: Option<u64>,
    steps: u64,
    /// The path of the checkpoint, if there is one of that step.
    checkpoint: Option<String>,
}

impl Interruption {
    /// The exit code of a program that a signal ended.
    pub(crate) fn exit_code(&self) -> u8 {
        self.signal.exit_code()
    }
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, steps, .. } = self;
        match (step, &self.checkpoint) {
            (None, _) => f.write_str("interrupted before the first step; there are no results"),
            (Some(step), None) => write!(f, "interrupted at step {step} of {steps}; the results end there"),
            (Some(step), Some(path)) => {
                write!(
                    f,
                    "interrupted at step {step} of {steps}; the results end there, `lab run --resume {path}` goes on"
                )
            }
        }
    }
}

impl std::error::Error for Interruption {}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let known = ["data-dir", "out", "csv", "svg", "threads", "translate", "checkpoint", "every", "resume", "use"];
    let options = arguments.options(&known)?;
    let threads = options.threads()?;
    let resumption = Resumption::new(&options)?;
    let keeper = Keeper::new(&options)?;
    let choices = own_files::choices(&options)?;
    let outputs = Outputs::new(&options, keeper.as_ref().map(Keeper::place))?;
    let experiment = experiment(&options, resumption.as_ref())?;
    own_files::check_experiment(&experiment, &choices)?;
    let sentence = options.get("translate");
    if sentence.is_some() && experiment.model.kind() != DataKind::Pairs {
        let got = format!("data={}", experiment.dataset.name.name());
        return Err(Usage::new("--translate", "an experiment on pairs of sentences, like data=numbers", got).into());
    }
    let signals = Signals::listen()?;
    let LoadedData { dataset, altered } = load(&experiment, &options, &choices)?;
    if let Some(resumption) = &resumption {
        resumption.check_data(&dataset)?;
    }
    if let (Some(sentence), Some(pairs)) = (sentence, dataset.pairs()) {
        note_on_sentence(sentence, pairs);
    }
    let kept_at = keeper.as_ref().map(|keeper| keeper.place().to_string());
    let supervision = Supervision { sentence, resumption: resumption.as_ref(), keeper, signals: Some(&signals) };
    let trained = train(&experiment, dataset, threads, supervision, report);
    let Trained { history, translations, ended_by, saved_at, failure } = trained;
    if let Some(history) = &history {
        outputs.write(history, altered)?;
        print_translations(history, &translations)?;
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let Some(signal) = ended_by else { return Ok(()) };
    let step = history.map(|history| history.step);
    // Before anything is computed, the file of `--resume` is still the checkpoint of its step, unless others go elsewhere.
    let resumed_at = resumption.filter(|_| options.get("checkpoint").is_none()).map(|resumption| resumption.state.step);
    let kept_step = saved_at.or(resumed_at);
    let checkpoint = kept_at.filter(|_| kept_step.is_some() && kept_step == step);
    Err(Interruption { signal, step, steps: experiment.steps, checkpoint }.into())
}

/// The experiment of the query, or of the checkpoint, which a query beside it must not contradict.
fn experiment(options: &Options, resumption: Option<&Resumption>) -> anyhow::Result<Experiment> {
    let query = match (options.words().as_slice(), resumption) {
        ([], Some(resumption)) => return Ok(resumption.experiment().clone()),
        _ => options.positional::<1>("one query, like 'data=mnist&steps=469'")?[0],
    };
    let parsed = parse_query(query_of_link(query));
    for key in &parsed.unknown {
        tell(format!("note: unknown key `{key}` ignored"));
    }
    let (experiment, _) = parsed.strict()?;
    if experiment.device == DevicePreference::WebGpu {
        // `auto` means the CPU here, without the note that the browser gives when it falls back to it.
        return Err(Error::value("device", Requirement::NativeDevice.into(), "webgpu").into());
    }
    let Some(resumption) = resumption else { return Ok(experiment) };
    resumption.check_experiment(&experiment)?;
    Ok(resumption.experiment().clone())
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
        tell(format!("note: {unknown} {what} of `{sentence}` are unknown and are read as <unk>"));
    }
    let facts = pairs.facts().examples;
    if let ExampleFacts::Pairs { source, .. } = facts
        && symbols.len() > source.positions
    {
        tell(format!("note: of `{sentence}` only the first {} symbols are translated", source.positions));
    }
}

/// A line for every run: scheme, seed, translation.
fn print_translations(history: &History, translations: &[Translation]) -> anyhow::Result<()> {
    let runs = history.variants.iter().flat_map(|variant| variant.runs.iter().map(move |run| (variant, run)));
    for ((variant, run), translation) in runs.zip(translations) {
        print(&format!("{}\t{}\t{}", variant.variant, run.seed, translation.text))?;
    }
    Ok(())
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
        tell(format!("step {:>6}  {name}  {line}", evaluation.step));
    }
}
