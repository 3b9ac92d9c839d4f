//! One results file from those of the shards of an experiment, which several machines have computed.

use super::results::{Results, SampleResults, VariantResults};
use super::run::RunResults;
use crate::error::MergeError;
use crate::experiment::{BaseInit, Experiment, parse_query};
use crate::metrics::{Environment, InitCost, RunCurves, TableFacts, Timing, VariantCurves, VariantSummary, summaries};
use std::collections::BTreeMap;

/// The results of all runs from those of the shards, each with the name of its file: those of the whole experiment but for timing, and for
/// the description of the device if not all shards had the same.
///
/// # Errors
/// [`MergeError`] if a file is not one of a shard of the first file's experiment and data, or is unfinished; if two files have the same run;
/// if runs are missing.
pub fn merged(files: &[(String, Results)]) -> Result<Results, MergeError> {
    let (_, first) = files.first().ok_or(MergeError::Nothing)?;
    let experiment = parse_query(&first.query).experiment;
    let mut merging =
        Merging { variants: vec![MergedVariant::default(); experiment.variants.len()], ..Merging::default() };
    for (file, results) in files {
        check(file, results, first)?;
        merging.add(file, results)?;
    }
    let table = table_facts(first);
    let random = files.iter().map(|(_, results)| &results.random_activity).find(|random| !random.is_empty());
    let timings = files.iter().map(|(_, results)| results.timing);
    let timing = timings.reduce(|one, other| Timing { runs: one.runs + other.runs, ..one.slower(other) });
    Ok(Results {
        shard: None,
        environment: environment(files, &first.environment),
        random_activity: random.cloned().unwrap_or_default(),
        samples: merging.samples.into_values().flatten().collect(),
        variants: variants(merging.variants, &experiment, &table)?,
        timing: timing.unwrap_or_default(),
        ..first.clone()
    })
}

/// Checks that a file is one of a shard of the experiment and the data of the first one.
fn check(file: &str, results: &Results, first: &Results) -> Result<(), MergeError> {
    let file = || file.to_owned();
    if results.shard.is_none() {
        return Err(MergeError::Whole { file: file() });
    }
    if let Some(step) = results.unfinished_at {
        return Err(MergeError::Unfinished { file: file(), step });
    }
    let differs = |expected: &str, got: &str| {
        let (expected, got) = (expected.to_owned(), got.to_owned());
        Err(MergeError::Other { file: file(), expected, got })
    };
    if results.query != first.query {
        return differs(&first.query, &results.query);
    }
    let [expected, got] = [first, results].map(|results| serde_json::to_string(&results.receipt).unwrap_or_default());
    if expected == got { Ok(()) } else { differs(&expected, &got) }
}

/// What the files have so far.
#[derive(Debug, Default)]
struct Merging {
    variants: Vec<MergedVariant>,
    /// Translations of the sample sentences, by step.
    samples: BTreeMap<u64, Vec<SampleResults>>,
}

/// The runs of a variant so far.
#[derive(Debug, Clone, Default)]
struct MergedVariant {
    init: InitCost,
    /// By seed.
    runs: BTreeMap<u64, RunResults>,
}

impl Merging {
    fn add(&mut self, file: &str, results: &Results) -> Result<(), MergeError> {
        for (own, variant) in self.variants.iter_mut().zip(&results.variants) {
            own.init = own.init.most(variant.init);
            for run in &variant.runs {
                if own.runs.insert(run.seed, run.clone()).is_some() {
                    let (file, variant) = (file.to_owned(), variant.name.clone());
                    return Err(MergeError::Repeated { file, variant, seed: run.seed });
                }
            }
        }
        let mut of_step: BTreeMap<u64, Vec<&SampleResults>> = BTreeMap::new();
        for sample in &results.samples {
            of_step.entry(sample.step).or_default().push(sample);
        }
        for (step, samples) in of_step {
            // Every shard has the same sentences in the same order.
            let known = self.samples.entry(step).or_default();
            for (index, sample) in samples.into_iter().enumerate() {
                match known.get_mut(index) {
                    Some(known) => known.output.extend(sample.output.clone()),
                    None => known.push(sample.clone()),
                }
            }
        }
        Ok(())
    }
}

/// The variants with all runs and their summaries.
fn variants(
    merged: Vec<MergedVariant>,
    experiment: &Experiment,
    table: &TableFacts,
) -> Result<Vec<VariantResults>, MergeError> {
    let own = || experiment.variants.iter().zip(&merged);
    let missing = own().flat_map(|(variant, merged)| {
        let seeds = experiment.run_seeds().filter(|seed| !merged.runs.contains_key(seed));
        seeds.map(|seed| (variant.to_string(), seed))
    });
    let missing = missing.collect::<Vec<_>>();
    if !missing.is_empty() {
        return Err(MergeError::Missing { runs: missing });
    }
    let curves = own().enumerate().map(|(palette_index, (variant, merged))| VariantCurves {
        variant: variant.clone(),
        palette_index,
        runs: merged.runs.values().map(curves).collect(),
    });
    let weights: Vec<Vec<&str>> =
        merged.iter().map(|variant| variant.runs.values().map(|run| run.weights_sha256.as_str()).collect()).collect();
    let summaries = summaries(&curves.collect::<Vec<_>>(), &weights, table);
    let named = experiment.variants.iter().map(ToString::to_string).zip(merged).zip(summaries);
    let variant = |((name, merged), summary): ((String, MergedVariant), VariantSummary)| VariantResults {
        name,
        init: merged.init,
        runs: merged.runs.into_values().collect(),
        summary,
    };
    Ok(named.map(variant).collect())
}

fn curves(run: &RunResults) -> RunCurves {
    let RunResults { seed, diverged_at, curves, active_fraction, correct, .. } = run.clone();
    RunCurves { seed, diverged_at, curves, active_fraction, correct, ..RunCurves::default() }
}

/// What the results table of a file depends on besides its curves. Only of a shard it is known how long an epoch is.
fn table_facts(results: &Results) -> TableFacts {
    let experiment = parse_query(&results.query).experiment;
    TableFacts {
        task: experiment.task(),
        chance: results.chance,
        examples: results.test_examples,
        steps_per_epoch: results.shard.map(|shard| shard.steps_per_epoch),
        margin: experiment.margin(),
        goal: experiment.goal(),
        is_finished: results.unfinished_at.is_none(),
    }
}

/// The results table that follows from the curves of a file. The accuracy after the first epoch is that of the file, unless it is a shard.
pub(super) fn stated_summaries(results: &Results) -> Vec<VariantSummary> {
    let variants = results.variants.iter().enumerate().map(|(palette_index, variant)| VariantCurves {
        variant: variant.name.parse().unwrap_or_else(|_| BaseInit::KaimingNormal.into()),
        palette_index,
        runs: variant.runs.iter().map(curves).collect(),
    });
    let weights: Vec<Vec<&str>> = results
        .variants
        .iter()
        .map(|variant| variant.runs.iter().map(|run| run.weights_sha256.as_str()).collect())
        .collect();
    let computed = summaries(&variants.collect::<Vec<_>>(), &weights, &table_facts(results));
    let known = results.variants.iter().map(|variant| variant.summary.first_epoch_accuracy);
    let pairs = computed.into_iter().zip(known);
    let stated = pairs.map(|(summary, first_epoch_accuracy)| match results.shard {
        None => VariantSummary { first_epoch_accuracy, ..summary },
        Some(_) => summary,
    });
    stated.collect()
}

/// The environment of the shards: their devices, one after another, if they differ.
fn environment(files: &[(String, Results)], first: &Environment) -> Environment {
    let mut adapters: Vec<&str> = Vec::new();
    for (_, results) in files {
        if !adapters.contains(&results.environment.adapter.as_str()) {
            adapters.push(&results.environment.adapter);
        }
    }
    Environment { adapter: adapters.join("; "), ..first.clone() }
}
