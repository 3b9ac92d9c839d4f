//! The project's commands, run as `cargo xtask COMMAND`. They find or install the tools they need, say what they do
//! and how long it took, and stop with one line where a person has to step in.

mod bench;
mod build;
mod command;
mod data;
mod dist;
mod e2e;
mod serve;
mod step;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::step::say;

const HELP: &str = "\
Emergence Lab: cargo xtask COMMAND

  serve [--port N]           build the page and serve it on http://127.0.0.1:8080
  test [--native]            formatting, lints, native tests, page build, browser tests (--native: no browser part)
  dist [--public-url PATH]   build dist/ for any static host: wasm-opt applied, sizes checked
  data [NAME] [--from DIR]   put a data set (default mnist) into data/, from the public mirror or from DIR
  e2e [--no-build] [ARGS]    browser tests alone; ARGS go to Playwright, --no-build takes dist/ as it is
  bench [ARGS]               measure speed in the browser against jax-js and TensorFlow.js
  help                       this text

Tools that are missing are installed: the wasm target (rustup), trunk and wasm-bindgen (cargo install), npm packages,
Chromium and Node.js (apt, on Debian as root). CARGO_TARGET_DIR, CHROME and EMERGENCE_LAB_DATA are obeyed.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            step::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", arguments),
    };
    match name {
        "serve" => serve::serve(rest)?,
        "test" => return test::test(rest),
        "dist" => dist::dist(rest)?,
        "data" => data::fetch(rest)?,
        "stage" => data::stage()?,
        "e2e" => return e2e::e2e(rest),
        "bench" => bench::bench(rest)?,
        "help" | "-h" | "--help" => say(HELP),
        other => bail!("unknown command `{other}`; `cargo xtask help` lists them"),
    }
    Ok(ExitCode::SUCCESS)
}
