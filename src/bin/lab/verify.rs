//! `lab verify`: whether results files are what their experiments give.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::{print, tell};
use crate::own_files;
use crate::preparation::{LoadedData, load};
use crate::results::read;
use crate::signals::Signals;
use crate::threads::{Supervision, Trained, Workforce, train};
use anyhow::{Context, bail};
use emergence_lab::experiment::{Share, parse_query};
use emergence_lab::export::{Discrepancy, Results, Verification, verify};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "threads", "use"])?;
    let files = options.words().into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if files.is_empty() {
        return Err(Usage::new("arguments", "results files", "nothing").into());
    }
    let signals = Signals::listen()?;
    let mut different = 0;
    for (file, results) in &files {
        tell(format!("computing {file} again"));
        let again = computed_again(results, &options, &signals).with_context(|| file.clone())?;
        let found = verify(results, &again);
        different += usize::from(matches!(found, Verification::Differs(_)));
        print(&format!("{file}: {}", words(&found, results, &again)))?;
    }
    if different > 0 {
        bail!("{different} of {} files differ", files.len());
    }
    Ok(())
}

/// The results of computing the experiment of a file again; an unfinished one is refused.
fn computed_again(file: &Results, options: &Options, signals: &Signals) -> anyhow::Result<Results> {
    let (experiment, _) = parse_query(&file.query).strict()?;
    if let Some(step) = file.unfinished_at {
        bail!("its training was not finished (step {step} of {}); finish it first", experiment.steps);
    }
    let share = file.shard.map_or(Share::WHOLE, |shard| Share::new(shard.index, shard.of));
    let choices = own_files::choices(options)?;
    let LoadedData { dataset, .. } = load(&experiment, options, &choices)?;
    let workforce = Workforce { share, threads: options.threads()?, ..Workforce::all_cores() };
    let supervision = Supervision { signals: Some(signals), ..Supervision::default() };
    let trained = train(&experiment, dataset, &workforce, supervision, |_, _| ());
    match trained {
        Trained { failure: Some(error), .. } => Err(error),
        Trained { ended_by: Some(_), .. } => bail!("interrupted"),
        Trained { history, .. } => history.as_ref().and_then(Results::of).context("the experiment has not started"),
    }
}

fn words(found: &Verification, file: &Results, again: &Results) -> String {
    let devices = [file, again].map(|results| {
        let environment = &results.environment;
        format!("{} {} {}", environment.backend, environment.adapter, environment.arithmetic).trim_end().to_owned()
    });
    let other =
        if devices[0] == devices[1] { String::new() } else { format!(" ({}; here {})", devices[0], devices[1]) };
    match found {
        Verification::Identical => "bit-identical".to_owned(),
        Verification::Agrees { largest } => format!("agrees to {largest:.0e}{other}"),
        Verification::Differs(discrepancy) => format!("differs{other}: {}", first(discrepancy)),
    }
}

fn first(discrepancy: &Discrepancy) -> String {
    let number = |value: &Option<f64>| value.map_or("no value".to_owned(), |value| value.to_string());
    match discrepancy {
        Discrepancy::Receipt { name, expected, got } => format!("{name} is {expected} in the file and {got} here"),
        Discrepancy::Weights { variant, seed, expected, got } => {
            format!(
                "initial weights of {variant}, seed {seed}: weights_sha256 is {expected} in the file and {got} here"
            )
        }
        Discrepancy::Runs { variant, expected, got } => {
            format!("runs of {variant}: the file has the seeds {expected:?}, the experiment {got:?}")
        }
        Discrepancy::Statement { variant } => format!(
            "the curves agree, but the file states something else of {variant}: its summary, its layers, or which examples are right"
        ),
        Discrepancy::Value { variant, seed, quantity, step, expected, got } => format!(
            "first {quantity} of {variant}, seed {seed}, at step {step}: {} in the file and {} here",
            number(expected),
            number(got)
        ),
    }
}
