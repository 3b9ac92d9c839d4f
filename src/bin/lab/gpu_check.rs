//! `lab gpu-check`: whether the graphics processor of this machine computes correctly, and how fast, in one table.

use crate::arguments::{Arguments, Usage};
use crate::output::{print, tell};
use crate::preparation::now;
use anyhow::Context;
use emergence_lab::dataset::{Dataset, ImageSet, drawn};
use emergence_lab::device::{OpenDevice, open_cpu, open_webgpu};
use emergence_lab::experiment::{Experiment, Share, parse_query};
use emergence_lab::metrics::History;
use emergence_lab::model::gpu::with_burn_operations;
use emergence_lab::train::self_test::{check_convolutions, check_device, check_transformer};
use emergence_lab::train::{Training, Work, step_seconds};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Instant;

/// The networks that are compared.
const COMPARED: [&str; 3] = ["mlp:256,256", "cnn:16,32", "resnet:8,16&norm=batch"];
/// Those that are timed.
const MODELS: [&str; 2] = ["mlp:256,256", "cnn:16,32"];
/// The numbers of runs.
const RUNS: [u32; 4] = [1, 4, 12, 48];
/// Most runs that can be asked for.
const MOST_RUNS: u32 = 48;
/// Steps of the comparison.
const COMPARED_STEPS: u64 = 20;
/// Training and test examples.
const EXAMPLES: [usize; 2] = [640, 64];
/// Time for one entry of the table, in seconds.
const ENTRY_SECS: f64 = 4.0;

/// What computes an entry of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Gpu,
    /// The GPU without our own shaders.
    Burn,
    Cpu,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["model", "runs"])?;
    options.positional::<0>("only options")?;
    let models = options.get("model").map_or(MODELS.to_vec(), |model| vec![model]);
    let runs = match options.get("runs") {
        None => RUNS.to_vec(),
        Some(text) => {
            let number = text.parse().ok().filter(|runs| (1..=MOST_RUNS).contains(runs));
            let expected = format!("a whole number from 1 to {MOST_RUNS}");
            vec![number.ok_or_else(|| Usage::new("--runs", &expected, text))?]
        }
    };
    let lost = |message: &str| tell(format!("note: the GPU was lost: {message}"));
    let open = pollster::block_on(open_webgpu(lost))?;
    let mut text = format!("GPU: {}\n", open.adapter);
    pollster::block_on(async {
        check_device(&open).await?;
        check_convolutions(&open).await?;
        check_transformer(&open).await
    })?;
    text.push_str("self-test: passed\n\n");
    text.push_str("Largest difference of the training losses of 20 steps from those on the CPU:\n\n");
    let data = data()?;
    let compared = if options.get("model").is_some() { models.clone() } else { COMPARED.to_vec() };
    for model in compared {
        tell(format!("comparing {model}"));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- {model}: {:.1e}", difference(model, &data, &open)?);
    }
    text.push_str("\nMilliseconds per step of all runs, batch 64, 28 × 28 pixels:\n\n");
    text.push_str("| network | runs | GPU | GPU with Burn's operations | CPU, one thread |\n|---|---|---|---|---|\n");
    for model in models {
        for runs in runs.iter().copied() {
            let cpu = open_cpu();
            let entries = [(Column::Gpu, &open), (Column::Burn, &open), (Column::Cpu, &cpu)]
                .map(|(column, open)| entry(model, runs, &data, open, column));
            let mut words = Vec::new();
            for entry in entries {
                words.push(format!("{:.2}", entry?));
            }
            let row = format!("| {model} | {runs} | {} |", words.join(" | "));
            tell(&row);
            let _ = writeln!(text, "{row}");
        }
    }
    print(text.trim_end())
}

fn data() -> anyhow::Result<Rc<Dataset>> {
    let [train, test] = EXAMPLES;
    let images = ImageSet::drawn(&drawn::digits::RECIPE, 0, train, test)?;
    Ok(Rc::new(images.into()))
}

fn experiment(model: &str, runs: u32, steps: u64) -> anyhow::Result<Experiment> {
    let query = format!(
        "data=digits&model={model}&seeds={runs}&init=kaiming_normal&batch=64&lr=0.01&steps={steps}&eval={steps}"
    );
    Ok(parse_query(&query).strict()?.0)
}

/// The largest difference of the losses of any step between the GPU and the CPU, relative to losses above 1.
fn difference(model: &str, data: &Rc<Dataset>, open: &OpenDevice) -> anyhow::Result<f64> {
    let losses = |open: &OpenDevice| -> anyhow::Result<Vec<f64>> {
        let experiment = experiment(model, 2, COMPARED_STEPS)?;
        pollster::block_on(async {
            let mut training = Training::new(&experiment, data, open).await?;
            let mut history = History::new(training.setup().clone());
            while training.advance(true).await? != Work::Finished {}
            history.apply(&training.drain().await?);
            let losses = |quantity| history.runs().flat_map(move |run| run.values(quantity)).map(|(_, loss)| loss);
            Ok(losses(emergence_lab::catalog::Quantity::TrainLoss).collect())
        })
    };
    let pairs = losses(&open_cpu())?.into_iter().zip(losses(open)?);
    pairs.map(|(cpu, gpu)| (cpu - gpu).abs() / cpu.abs().max(1.0)).reduce(f64::max).context("there are no losses")
}

/// Milliseconds per training step of all runs.
fn entry(model: &str, runs: u32, data: &Rc<Dataset>, open: &OpenDevice, column: Column) -> anyhow::Result<f64> {
    let work = || milliseconds(model, runs, data, open);
    if column == Column::Burn { with_burn_operations(work) } else { work() }
}

fn milliseconds(model: &str, runs: u32, data: &Rc<Dataset>, open: &OpenDevice) -> anyhow::Result<f64> {
    let experiment = experiment(model, runs, COMPARED_STEPS)?;
    let seconds = step_seconds(&experiment, Share::WHOLE, data, open, ENTRY_SECS, now_secs);
    Ok(1e3 * pollster::block_on(seconds)?)
}

/// Seconds since the first call.
fn now_secs() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(now).elapsed().as_secs_f64()
}
