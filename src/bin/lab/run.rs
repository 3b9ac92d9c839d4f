//! `lab run`: trains one experiment and writes its results as JSON, CSV and SVG.

use crate::arguments::{Arguments, Options, Usage};
use crate::checkpoints::{Keeper, Resumption};
use crate::device;
use crate::output::{print, tell, tell_as_json, tell_event};
use crate::own_files;
use crate::preparation::{LoadedData, load};
use crate::query::query_of_link;
use crate::results::Outputs;
use crate::shard;
use crate::signals::{EndSignal, Signals};
use crate::threads::{Supervision, Trained, Workforce, train};
use emergence_lab::catalog::DataKind;
use emergence_lab::dataset::PairSet;
use emergence_lab::dataset::symbols::UNKNOWN;
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{Experiment, Named, parse_query};
use emergence_lab::metrics::{History, Record, Translation, statistics};
use serde_json::json;
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

/// The options of the command.
const OPTIONS: [&str; 14] = [
    "data-dir",
    "out",
    "csv",
    "svg",
    "table",
    "threads",
    "device",
    "shard",
    "translate",
    "checkpoint",
    "every",
    "resume",
    "progress",
    "use",
];

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&OPTIONS)?;
    choose_progress(&options)?;
    let threads = options.threads()?;
    let keeper = Keeper::new(&options)?;
    let choices = own_files::choices(&options)?;
    let outputs = Outputs::new(&options, keeper.as_ref().map(Keeper::place))?;
    let stated = stated_experiment(&options)?;
    if options.get("resume") == Some("") {
        let experiment =
            stated.as_ref().ok_or_else(|| Usage::new("--resume", "a checkpoint, or a query", "neither"))?;
        if let Some(results) = outputs.whole(experiment, shard::share(&options, experiment)?)? {
            tell("note: the file of --out has all results already");
            return print(&results);
        }
    }
    let resumption = Resumption::new(&options)?;
    let experiment = experiment(stated, resumption.as_ref())?;
    let share = shard::share(&options, &experiment)?;
    if let Some(resumption) = &resumption {
        resumption.check_share(share)?;
    }
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
        resumption.announce();
    }
    if let (Some(sentence), Some(pairs)) = (sentence, dataset.pairs()) {
        note_on_sentence(sentence, pairs);
    }
    let kept_at = keeper.as_ref().map(|keeper| keeper.place().to_string());
    let supervision = Supervision { sentence, resumption: resumption.as_ref(), keeper, signals: Some(&signals) };
    let workforce = Workforce { share, open: device::open(&options, &experiment)?, threads };
    let trained = train(&experiment, dataset, &workforce, supervision, report);
    let Trained { history, translations, ended_by, saved_at, failure } = trained;
    if let Some(history) = &history {
        outputs.write(history, share, altered)?;
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

/// Has stderr written as `--progress` says.
fn choose_progress(options: &Options) -> Result<(), Usage> {
    match options.get("progress") {
        None | Some("text") => {}
        Some("jsonl") => tell_as_json(),
        Some(other) => return Err(Usage::new("--progress", "text or jsonl", other)),
    }
    Ok(())
}

/// The experiment of the query, if there is one.
fn stated_experiment(options: &Options) -> anyhow::Result<Option<Experiment>> {
    if options.words().is_empty() && options.get("resume").is_some() {
        return Ok(None);
    }
    let [query] = options.positional("one query, like 'data=mnist&steps=469'")?;
    let parsed = parse_query(query_of_link(query));
    for key in &parsed.unknown {
        tell(format!("note: unknown key `{key}` ignored"));
    }
    Ok(Some(parsed.strict()?.0))
}

/// The experiment of the query, or of the checkpoint, which a query beside it must not contradict.
fn experiment(stated: Option<Experiment>, resumption: Option<&Resumption>) -> anyhow::Result<Experiment> {
    match (stated, resumption) {
        (Some(stated), None) => Ok(stated),
        (stated, Some(resumption)) => {
            stated.iter().try_for_each(|stated| resumption.check_experiment(stated))?;
            Ok(resumption.experiment().clone())
        }
        (None, None) => Err(Usage::new("arguments", "one query, like 'data=mnist&steps=469'", "nothing").into()),
    }
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
    let experiment = &history.setup.experiment;
    let quantity = experiment.primary_quantity();
    for evaluation in &record.evaluations {
        let mut runs = evaluation.runs.iter();
        let variants = history.variants.iter().map(|variant| {
            let runs = runs.by_ref().take(variant.runs.len()).flatten();
            let accuracies = runs.filter_map(|run| run.value(quantity)).collect::<Vec<_>>();
            (variant.variant.to_string(), statistics::mean(&accuracies))
        });
        let variants = variants.collect::<Vec<_>>();
        let word = |(name, mean): &(String, Option<f64>)| match mean {
            Some(mean) => format!("{name} {mean:.4}"),
            None => format!("{name} diverged"),
        };
        let words = variants.iter().map(word).collect::<Vec<_>>().join("  ");
        let name = quantity.facts().title.to_lowercase();
        tell_event(&format!("step {:>6}  {name}  {words}", evaluation.step), || {
            let means = variants.iter().map(|(name, mean)| json!({"name": name, "mean": mean}));
            json!({
                "event": "evaluation", "step": evaluation.step, "steps": experiment.steps,
                "quantity": quantity.facts().name, "variants": means.collect::<Vec<_>>(),
            })
        });
    }
}
