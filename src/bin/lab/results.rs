//! Where the results of `lab run` go.

use crate::arguments::{Options, Usage};
use crate::checkpoints::computes_same;
use crate::output::print;
use crate::output_place::OutputPlace;
use anyhow::{Context, bail};
use emergence_lab::experiment::{Experiment, Share, parse_query};
use emergence_lab::export::{self, Results, ShardFacts, TableFormat, parse_results, to_json};
use emergence_lab::metrics::History;

/// Files for the results, in addition to stdout.
pub(crate) struct Outputs {
    json: Option<OutputPlace>,
    csv: Option<OutputPlace>,
    svg: Option<OutputPlace>,
    /// The results table.
    table: Option<OutputPlace>,
    table_format: TableFormat,
}

impl Outputs {
    /// The places of the options, none of which is `checkpoint` or the file of `--resume`. They are checked before training, which may take
    /// long.
    ///
    /// # Errors
    /// If one cannot be written, or two are the same.
    pub(crate) fn new(options: &Options, checkpoint: Option<&OutputPlace>) -> Result<Self, Usage> {
        let path = |name| options.get(name).filter(|path| !path.is_empty() || name != "resume");
        let place = |name| path(name).map(|path| OutputPlace::new(name, path)).transpose();
        let own = Self {
            json: place("out")?,
            csv: place("csv")?,
            svg: place("svg")?,
            table: place("table")?,
            table_format: table_format(options.get("table"))?,
        };
        for input in [checkpoint, place("resume")?.as_ref()] {
            OutputPlace::check_apart(input.into_iter().chain(own.places()))?;
        }
        checkpoint.into_iter().chain(own.places()).try_for_each(OutputPlace::probe)?;
        Ok(own)
    }

    fn places(&self) -> impl Iterator<Item = &OutputPlace> {
        [&self.json, &self.csv, &self.svg, &self.table].into_iter().flatten()
    }

    /// The text of the file of `--out`, if it has the results of all steps of these runs already.
    ///
    /// # Errors
    /// If there is no `--out` with a regular file, or its results are those of other runs.
    pub(crate) fn whole(&self, experiment: &Experiment, share: Share) -> Result<Option<String>, Usage> {
        let place = self.json.as_ref().and_then(OutputPlace::file);
        let place = place.ok_or_else(|| Usage::new("--resume", "a checkpoint, or --out with a file", "neither"))?;
        // What is not a results file, and what ends early, is computed again.
        let Ok(text) = std::fs::read_to_string(place) else { return Ok(None) };
        let Ok(results) = parse_results(&text) else { return Ok(None) };
        let found = results.shard.map_or(Share::WHOLE, |shard| Share::new(shard.index, shard.of));
        let own = parse_query(&results.query).experiment;
        if !computes_same(experiment, &own) || found != share {
            let got = format!("{} (shard {}/{})", results.query, found.first, found.of);
            return Err(Usage::new("--out", "no file yet, or one with results of these runs", got));
        }
        Ok(results.unfinished_at.is_none().then(|| text.trim_end().to_owned()))
    }

    /// Writes all results. What cannot be written does not keep the others from being written.
    ///
    /// # Errors
    /// Names every place that cannot be written.
    pub(crate) fn write(&self, history: &History, share: Share, altered: Vec<String>) -> anyhow::Result<()> {
        let mut results = Results::of(history).context("the experiment has not started")?;
        results.shard = ShardFacts::of(history, share);
        results.receipt.altered_files = altered;
        let json = to_json(&results);
        let texts = |place: &Option<OutputPlace>, text: &dyn Fn() -> String| Some((place.clone()?, text()));
        let texts = [
            texts(&self.json, &|| json.clone()),
            texts(&self.csv, &|| export::csv(history)),
            texts(&self.svg, &|| export::svg(history)),
            texts(&self.table, &|| export::results_table(history, self.table_format)),
        ];
        // Files come first: the reader of a pipe may be slow, or never read.
        let (files, streams): (Vec<_>, Vec<_>) = texts.into_iter().flatten().partition(|(place, _)| place.is_file());
        let mut reasons = Vec::new();
        let mut note = |written: anyhow::Result<()>| reasons.extend(written.err().map(|error| format!("{error:#}")));
        for (place, text) in &files {
            note(place.write(text.as_bytes()));
        }
        note(print(&json));
        for (place, text) in &streams {
            note(place.write(text.as_bytes()));
        }
        if reasons.is_empty() { Ok(()) } else { bail!(reasons.join("; ")) }
    }
}

/// The format of the file of `--table`, by the end of its name.
fn table_format(path: Option<&str>) -> Result<TableFormat, Usage> {
    match path.and_then(|path| path.rsplit_once('.')) {
        Some((_, "tex")) => Ok(TableFormat::Latex),
        Some((_, "md")) => Ok(TableFormat::Markdown),
        _ if path.is_none() => Ok(TableFormat::Markdown),
        _ => Err(Usage::new("--table", "a file that ends in .md or .tex", path.unwrap_or_default())),
    }
}

/// A results file, with its name.
pub(crate) fn read(path: &str) -> Result<(String, Results), Usage> {
    let refused = |reason: &dyn std::fmt::Display| Usage::because(path, format!("expected a results file: {reason}"));
    let text = std::fs::read_to_string(path).map_err(|error| refused(&error))?;
    let results = parse_results(&text).map_err(|error| refused(&error))?;
    Ok((path.to_owned(), results))
}
