//! `cargo xtask serve`: serves the page on this machine and rebuilds it whenever a source file changes.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{only_option, tool};
use crate::step::say;
use crate::{build, tools};

/// Builds the page and serves it until interrupted, at `--port` or the port in Trunk.toml.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let given = only_option("--port", "N", arguments)?.map(ToOwned::to_owned);
    let port = given.map_or_else(|| tools::pinned("Trunk.toml", "\nport = ", '\n'), Ok)?;
    let number = port.parse().ok().filter(|number| *number > 0);
    let number = number.with_context(|| format!("--port: expected 1 to 65535, got `{port}`"))?;
    // Checked before the long build, not after it.
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).with_context(|| {
        format!("port {port} is in use: stop the program that uses it, or choose another one with --port")
    })?;
    tools::page()?;
    build::compile()?;
    say(&format!("==> Emergence Lab: http://127.0.0.1:{port} (ready in a few seconds; Ctrl-C stops it)"));
    become_program(tool("trunk").args(["serve", "--release", "--port", &port]))
}

/// Replaces this process, so that stopping it stops the server, and no orphan keeps the port.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start trunk")
}

/// Waits for the program: where processes cannot be replaced, Ctrl-C reaches both.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    crate::command::run(command)
}
