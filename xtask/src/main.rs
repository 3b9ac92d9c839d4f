//! The project's commands, run as `cargo xtask COMMAND`. They find or install the tools they need, report each step with its
//! duration, and stop with a one-line message if manual action is required.

mod build;
mod command;
mod data;
mod dist;
mod e2e;
mod hashed_names;
mod serve;
mod stamp;
mod step;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::step::say;

const HELP: &str = "\
Emergence Lab: cargo xtask COMMAND

  serve [--port N]           build the page and serve it on http://127.0.0.1:8080
  test [--native]            all checks: formatting, spelling, lints, dependencies, native tests, page build, sizes, browser
       [--no-skips]          tests (--native: no page); with --no-skips it fails if something cannot be checked
  dist [--public-url PATH]   build dist/ for any static host: wasm-opt applied, sizes checked; with --site-url, the full address
       [--site-url URL]      of the page, other sites can show scenarios (oEmbed, previews); --service-worker off takes the
       [--service-worker S]  service worker, which keeps the page for visits without a network, back from all visitors
  record [NAME]              train one scenario, or all, and write its recorded result and what is generated from it
  docs                       write the parts generated from the tables of the crate: the page's partials, tables of the docs
  data [NAME] [--from DIR]   put a data set (default mnist) into data/, from the public mirror or from DIR; --license NAME
       [--license NAME]      accepts the license of one that asks
  e2e [--no-build] [ARGS]    browser tests alone; ARGS go to Playwright, --no-build uses the existing dist/
  gpu-check                  check the graphics processor of this machine natively, and time it (`lab gpu-check` is the program)
  bench [ARGS]               measure speed in the browser against jax-js and TensorFlow.js
  help                       this text

Tools that are missing are installed: the wasm target (rustup), trunk, wasm-bindgen, typos and cargo-deny (cargo install),
npm packages, Chromium and Node.js (apt, on Debian as root). CARGO_TARGET_DIR, CHROME and EMERGENCE_LAB_DATA are respected.
Exit code 1: a check failed; 2: the command could not be carried out.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = arguments.split_first().map_or(("help", &[][..]), |(name, rest)| (name.as_str(), rest));
    match dispatch(name, rest).with_context(|| name.to_owned()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(name: &str, rest: &[String]) -> Result<ExitCode> {
    match name {
        "serve" => serve::serve(rest)?,
        "test" => return test::test(rest),
        "dist" => dist::dist(rest)?,
        "docs" => test::docs(rest)?,
        "record" => test::record(rest)?,
        "data" => data::fetch(rest)?,
        "stage" => data::stage()?,
        "e2e" => return e2e::e2e(rest),
        "bench" => e2e::bench(rest)?,
        "gpu-check" => test::gpu_check(rest)?,
        "help" | "-h" | "--help" => say(HELP),
        _ => bail!("unknown command; `cargo xtask help` lists them"),
    }
    Ok(ExitCode::SUCCESS)
}
