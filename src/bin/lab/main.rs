//! The native command line: the same experiments as on the page. Results are written to stdout, progress and
//! errors to stderr; invalid input results in exit code 2 and one line. Without the feature `train`, hence without Burn, it
//! compiles quickly but has only the commands `sweep`, `emergence`, `bleu`, `words` and `data`.

#![recursion_limit = "256"]

mod arguments;
mod bleu;
#[cfg(feature = "train")]
mod checkpoints;
mod closed_stdout;
#[cfg(feature = "train")]
mod conductor;
mod data;
#[cfg(feature = "train")]
mod device;
mod download;
mod emergence;
#[cfg(feature = "train")]
mod gate;
#[cfg(feature = "gpu")]
mod gpu_check;
#[cfg(feature = "train")]
mod init;
#[cfg(feature = "train")]
mod merge;
mod output;
#[cfg(feature = "train")]
mod output_place;
#[cfg(feature = "train")]
mod own_files;
#[cfg(feature = "train")]
mod preparation;
mod query;
#[cfg(feature = "train")]
mod race;
#[cfg(feature = "train")]
mod record;
#[cfg(feature = "train")]
mod results;
#[cfg(feature = "train")]
mod run;
#[cfg(feature = "train")]
mod shard;
#[cfg(feature = "train")]
mod signals;
mod sweep;
#[cfg(feature = "train")]
mod threads;
#[cfg(feature = "train")]
mod verify;
mod words;

use arguments::{Arguments, COMMANDS, Usage};
use output::{print, tell};
use std::process::ExitCode;

const HELP: &str = "\
lab: compare weight initializations from the command line

  lab run 'QUERY' [--data-dir DIR] [--out FILE.json] [--csv FILE.csv] [--svg FILE.svg] [--table FILE.md|FILE.tex]
          [--threads N] [--device cpu|webgpu] [--shard I/N] [--translate TEXT] [--checkpoint FILE] [--every SECONDS] [--resume]
          [--progress text|jsonl] [--use FILE=train|test|none]...
  lab run --resume FILE [the same options]
      train an experiment; QUERY is the query string of a link to the page, or the link itself; on the CPU, the runs are shared out
      over N threads, by default one per core, and the results do not depend on N; --device webgpu computes on a graphics processor,
      by Vulkan, Metal or DirectX 12; --shard 0/4 to 3/4 each train a quarter of the runs, of which `lab merge` makes one file;
      with --resume and no file, results that the file of --out has already are not computed again, and the training goes on from
      the file of --checkpoint if that exists; --progress jsonl writes all lines on stderr as JSON, evaluations among them as
      {\"event\": \"evaluation\", \"step\", \"steps\", \"quantity\", \"variants\": [{\"name\", \"mean\"}]}; with --translate, the results are followed by a
      line per run with its greedy translation of TEXT: scheme, seed and translation, separated by tabs; with --checkpoint, all that
      is needed to go on is written to FILE every 60 seconds, or as stated, and at the end; --resume goes on from there, to the results
      of an uninterrupted run, and keeps FILE up to date unless there is a --checkpoint. Ctrl-C and SIGTERM end a run with a checkpoint, if
      wanted, and the results so far; the second one ends it at once. --use states whether a file of data=upload or data=text, or a
      folder of pictures, is for training, for testing or for neither, if its name does not say it; FILE is its name in the folder or in
      an archive, as stderr lists it
  lab race 'QUERY' [--rates LIST] [--refine] [--seeds N] [--data-dir DIR] [--out FILE.json] [--threads N]
      the fair race: train every initialization of QUERY over a grid of learning rates (a list, or a grid like 0.001..0.1x7), choose the
      best rate of each on held-out training examples, and compare them at their best rates on 10 fresh seeds, or N, and the test
      examples; --refine adds two rates around each best one; the table and the conclusions are lines on stderr
  lab verify FILES... [--data-dir DIR] [--threads N]
      compute the experiments of results files again, and say of each whether the numbers are bit-identical, agree up to the arithmetic of
      another device, or where they first differ; exit code 1 if one differs
  lab merge FILES... [--out FILE.json]
      make one results file of those of all shards of an experiment, which equals that of the whole experiment but for timing
  lab sweep 'QUERY' --over 'lr=0.001,0.003,0.01;alpha=1.1,1.5' --list
      print the queries of a grid, one per line: --over has keys of the query string with their values, and alpha, rule, turn and level
      of the rescalings in init; docs/clusters.md shows how to run them on many machines
  lab emergence --widths 3,3,3,3 --active 0,0,3,3
      compute the emergence of a layered network exactly
  lab emergence --model transformer:2h1x1 --positions 2,2 --symbols 3 --active '0011 1100 …' [--norm pre]
      compute the emergence of a transformer from its active units; --positions are the lengths of source and target, --symbols is the
      size of the target vocabulary, and --active has a word for each measured layer, in forward order: a digit 1 (active) or 0 per
      unit, feature by feature and, within a feature, position by position
  lab init --scheme 'emergence(kaiming_normal;alpha=1.5)' --model 'mlp:256,128' --data mnist --seed 0 [--act relu] [--norm batch]
          [--batch 128] [--opt sgd] [--data-dir DIR]
      print statistics of the initial weights, layer by layer; a tuned initialization needs the data, and its cost is printed
  lab bleu --hypotheses FILE --references FILE
      compute BLEU and chrF of translations against reference translations, as sacrebleu does; both files have one sentence per line
  lab words --number 423918 [--lang de]
      print a number below a million in words, as in data=numbers, in digits, en, de, fr or zh, or in all of these
  lab record NAME --dir DIR [--data-dir DIR]
      train a scenario of the page, or all of them, and write NAME.bin, the recorded result that the page shows at first
  lab gpu-check [--model MODEL] [--runs N]
      check the graphics processor of this machine against the CPU, and print milliseconds per step for several networks and numbers of
      runs; takes up to six minutes
  lab data list
  lab data fetch NAME [--data-dir DIR] [--from DIR] [--license NAME]
  lab data check NAME [--data-dir DIR]
      list, download or verify data files; DIR defaults to $EMERGENCE_LAB_DATA, else data/. A broken download is continued where it broke
      off; --from names a local folder, or the http:// address of another server. A license that has to be accepted is asked for on the
      terminal; --license accepts it by its name

JSON, or the plain text of `words`, is written to stdout, progress and errors to stderr. Exit codes: 2 for an invalid argument, 1 for
any other error, also if the results cannot be written (except to a closed pipe); 130 after Ctrl-C and 143 after SIGTERM.";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_env();
    let result = match arguments.command() {
        Ok(command) => match command.as_str() {
            #[cfg(feature = "train")]
            "run" => run::run(arguments),
            #[cfg(feature = "train")]
            "race" => race::run(arguments),
            #[cfg(feature = "train")]
            "verify" => verify::run(arguments),
            #[cfg(feature = "train")]
            "record" => record::run(arguments),
            #[cfg(feature = "gpu")]
            "gpu-check" => gpu_check::run(arguments),
            #[cfg(not(feature = "gpu"))]
            "gpu-check" => Err(anyhow::anyhow!("`gpu-check` needs a program that was built with the feature `gpu`")),
            #[cfg(feature = "train")]
            "merge" => merge::run(arguments),
            "sweep" => sweep::run(arguments),
            "emergence" => emergence::run(arguments),
            "bleu" => bleu::run(arguments),
            "words" => words::run(arguments),
            #[cfg(feature = "train")]
            "init" => init::run(arguments),
            #[cfg(not(feature = "train"))]
            "run" | "race" | "verify" | "merge" | "record" | "init" => Err(anyhow::anyhow!(
                "`{command}` requires training, which this program was built without: build it with the feature `train`"
            )),
            "data" => data::run(arguments),
            "help" => print(HELP),
            other => Err(Usage::new("command", COMMANDS, other).into()),
        },
        Err(usage) => Err(usage.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(format!("lab: {error:#}"));
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The exit code: 2 for invalid input, that of the signal that ended a training, 1 for any other error.
fn exit_code(error: &anyhow::Error) -> u8 {
    use emergence_lab::error::Error;
    #[cfg(feature = "train")]
    if let Some(interruption) = error.downcast_ref::<run::Interruption>() {
        return interruption.exit_code();
    }
    let bad_input = error.is::<Usage>() || error.downcast_ref::<Error>().and_then(Error::key).is_some();
    if bad_input { 2 } else { 1 }
}
