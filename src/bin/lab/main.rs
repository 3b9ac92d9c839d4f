//! The native command line: the same experiments as the page, on the CPU. JSON goes to stdout, progress and errors to
//! stderr; bad input ends with exit code 2 and one line. Without the feature `train`, hence without Burn, it
//! compiles quickly and knows `emergence` and `data` only.

#![recursion_limit = "256"]

mod arguments;
mod data;
mod emergence;
#[cfg(feature = "train")]
mod init;
mod output;
#[cfg(feature = "train")]
mod preparation;
#[cfg(feature = "train")]
mod run;

use arguments::{Arguments, Usage};
use std::process::ExitCode;

const HELP: &str = "\
lab: compare weight initializations from the command line

  lab run 'QUERY' [--data-dir DIR] [--out FILE.json] [--csv FILE.csv] [--svg FILE.svg]
      train the experiment that a link of the page describes
  lab emergence --widths 3,3,3,3 --active 0,0,3,3
      the emergence measure of a layered network, exactly
  lab init --scheme 'emergence(kaiming_normal;alpha=1.5)' --model 'mlp:256,128' --data mnist --seed 0 [--act relu] [--norm batch]
          [--batch 128] [--opt sgd] [--data-dir DIR]
      what an initialization draws, layer by layer; a tuned one runs the network on the data first, and its cost is told
  lab data list
  lab data fetch NAME [--data-dir DIR] [--from DIR]
  lab data check NAME [--data-dir DIR]
      the data files; DIR defaults to $EMERGENCE_LAB_DATA, else data/

JSON goes to stdout, progress and errors to stderr. Exit code 2: an argument is wrong; 1: something failed.";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_env();
    let result = match arguments.command() {
        Ok(command) => match command.as_str() {
            #[cfg(feature = "train")]
            "run" => run::run(arguments),
            "emergence" => emergence::run(arguments),
            #[cfg(feature = "train")]
            "init" => init::run(arguments),
            #[cfg(not(feature = "train"))]
            "run" | "init" => Err(anyhow::anyhow!(
                "`{command}` trains networks, and this program was built without training: build it with the feature `train`"
            )),
            "data" => data::run(arguments),
            "help" => {
                print(HELP);
                Ok(())
            }
            other => Err(Usage::new("command", "run, emergence, init, data or help", other).into()),
        },
        Err(usage) => Err(usage.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// Bad input is 2, everything else 1.
fn exit_code(error: &anyhow::Error) -> u8 {
    use emergence_lab::error::Error;
    let bad_input = error.is::<Usage>() || error.downcast_ref::<Error>().and_then(Error::key).is_some();
    if bad_input { 2 } else { 1 }
}

/// Writes one document to stdout; a closed pipe is not an error worth a message.
fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
