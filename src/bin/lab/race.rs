//! `lab race`: every initialization at its own best learning rate.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::{print, tell};
use crate::output_place::OutputPlace;
use crate::own_files;
use crate::preparation::{LoadedData, load};
use crate::query::query_of_link;
use crate::run::report;
use crate::signals::Signals;
use crate::threads::{Supervision, Trained, Workforce, train};
use anyhow::{Context, bail};
use emergence_lab::dataset::Dataset;
use emergence_lab::experiment::grid::learning_rates;
use emergence_lab::experiment::{Experiment, Share, parse_query};
use emergence_lab::export::{Results, to_json};
use emergence_lab::metrics::{BaselineComparison, History, RaceTable, Verdict};
use serde::Serialize;
use std::fmt::Write;

/// The rates unless others are asked for: factors of two around those at which small networks learn.
const RATES: &str = "0.00125,0.0025,0.005,0.01,0.02,0.04,0.08,0.16";
/// Seeds of the comparison, unless others are asked for.
const SEEDS: u32 = 10;

/// The document on stdout.
#[derive(Serialize)]
struct RaceDocument {
    schema: &'static str,
    /// The sweeps as experiments.
    sweep_queries: Vec<String>,
    /// Their table.
    sweep: RaceTable,
    /// The results of the comparison at the chosen rates.
    confirmation: Results,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["rates", "refine", "seeds", "data-dir", "out", "threads", "use"])?;
    let [query] = options.positional("one query, like 'data=mnist&init=kaiming_normal,xavier_normal'")?;
    let place = options.get("out").map(|path| OutputPlace::new("out", path)).transpose()?;
    place.iter().try_for_each(OutputPlace::probe)?;
    let rates = options.get("rates").unwrap_or(RATES);
    let rates = learning_rates("lr", rates).map_err(|error| Usage::refused("--rates", &error))?;
    let seeds = seeds(&options)?;
    let (experiment, _) = parse_query(query_of_link(query)).strict()?;
    let choices = own_files::choices(&options)?;
    let LoadedData { dataset, .. } = load(&experiment, &options, &choices)?;
    let race = Race { options: &options, dataset, signals: Signals::listen()? };
    let sweep = experiment.sweep(&rates, race.dataset.facts().train)?;
    // What cannot be compared later is not swept: the limits do not depend on the rates.
    let any_rate: Vec<_> = experiment.schemes().into_iter().map(|scheme| (scheme, rates[0])).collect();
    experiment.confirmation(&any_rate, seeds).validate_for(&race.dataset.facts())?;
    tell(format!("sweep: {} runs", sweep.run_count()));
    let mut sweeps = vec![race.train(&sweep)?];
    let mut table = RaceTable::of(&sweeps[0]);
    let refined = if options.get("refine").is_some() { table.refined_rates() } else { Vec::new() };
    if !refined.is_empty() {
        let more = experiment.sweep(&refined, race.dataset.facts().train)?;
        tell(format!("refined sweep: {} runs", more.run_count()));
        let history = race.train(&more)?;
        table = table.joined(&RaceTable::of(&history));
        sweeps.push(history);
    }
    tell(text(&table));
    let confirmation = experiment.confirmation(&table.chosen(), seeds);
    tell(format!("comparison: {} runs on fresh seeds", confirmation.run_count()));
    let compared = race.train(&confirmation)?;
    tell(conclusions(&compared));
    let document = RaceDocument {
        schema: "emergence-lab/race-1",
        sweep_queries: sweeps.iter().map(|history| history.setup.experiment.to_query()).collect(),
        sweep: table,
        confirmation: Results::of(&compared).context("the comparison has not started")?,
    };
    let json = to_json(&document);
    if let Some(place) = place {
        place.write(json.as_bytes())?;
    }
    print(&json)
}

fn seeds(options: &Options) -> Result<u32, Usage> {
    let Some(text) = options.get("seeds") else { return Ok(SEEDS) };
    let seeds = text.parse().ok().filter(|seeds| (1..=512).contains(seeds));
    seeds.ok_or_else(|| Usage::new("--seeds", "a whole number from 1 to 512", text))
}

/// What all trainings of a race have in common.
struct Race<'race> {
    options: &'race Options,
    dataset: Dataset,
    signals: Signals,
}

impl Race<'_> {
    /// Trains all runs of an experiment to the end.
    fn train(&self, experiment: &Experiment) -> anyhow::Result<History> {
        experiment.validate_for(&self.dataset.facts())?;
        let workforce = Workforce { share: Share::WHOLE, threads: self.options.threads()?, ..Workforce::all_cores() };
        let supervision = Supervision { signals: Some(&self.signals), ..Supervision::default() };
        let Trained { history, ended_by, failure, .. } =
            train(experiment, self.dataset.clone(), &workforce, supervision, report);
        match (history, ended_by, failure) {
            (_, _, Some(error)) => Err(error),
            (_, Some(_), None) => bail!("interrupted; a race has no results before its end"),
            (Some(history), None, None) => Ok(history),
            (None, None, None) => bail!("the training has not started"),
        }
    }
}

/// The sweep as lines: `*` is the best rate of a row, `(k)` are failed runs.
fn text(table: &RaceTable) -> String {
    let mut text = String::from("validation accuracy in %, * best rate, (k) failed runs\n");
    for row in &table.rows {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}", row.scheme);
        for (index, cell) in row.cells.iter().enumerate() {
            let mean = cell.mean.map_or("-".to_owned(), |mean| format!("{:.1}", 100.0 * mean));
            let best = if row.best == Some(index) { "*" } else { "" };
            let failed = if cell.failed > 0 { format!(" ({})", cell.failed) } else { String::new() };
            let _ = write!(text, "  {}: {mean}{best}{failed}", cell.rate);
        }
        text.push_str(if row.is_bracketed { "\n" } else { "  not bracketed: the best rate may be outside\n" });
    }
    text.pop();
    text
}

/// The comparison as lines.
fn conclusions(history: &History) -> String {
    let rows = history.variants.iter().zip(history.summaries()).map(|(curves, summary)| {
        let mean = summary
            .primary(history.setup.experiment.task())
            .mean
            .map_or("-".to_owned(), |mean| format!("{:.2} %", 100.0 * mean));
        let compared = summary.vs_baseline.map_or_else(|| "baseline".to_owned(), |comparison| words(&comparison));
        format!("{}  {mean}  {compared}", curves.variant)
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn words(comparison: &BaselineComparison) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{:+.2}", 100.0 * value));
    let interval = comparison
        .ci95
        .map_or_else(String::new, |[low, high]| format!(" [{}, {}]", number(Some(low)), number(Some(high))));
    let p = comparison.p_holm.map_or_else(String::new, |p| format!(", p {p:.3} after Holm's correction"));
    let verdict = match comparison.verdict {
        Verdict::PracticallyEqual => format!("practically equal within ±{} points", comparison.margin_points()),
        other => other.name().to_owned(),
    };
    format!("{}{interval}: {verdict}{p}", number(comparison.difference))
}
