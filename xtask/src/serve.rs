//! `cargo xtask serve`: the page on this machine, rebuilt whenever a source file changes.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::tool;
use crate::step::say;
use crate::{build, tools};

const PORT: u16 = 8080;

/// Builds the page and serves it until interrupted.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let port = parse_port(arguments)?;
    // Before a long build, not after it.
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("port {port} is not free: stop what uses it, or choose another with --port"))?;
    tools::page()?;
    build::compile()?;
    say(&format!("==> Emergence Lab: http://127.0.0.1:{port} (in some seconds; Ctrl-C ends it)"));
    let mut trunk = tool("trunk");
    trunk.args(["serve", "--release", "--address", "127.0.0.1", "--port", &port.to_string()]);
    become_program(&mut trunk)
}

fn parse_port(arguments: &[String]) -> Result<u16> {
    let words: Vec<&str> = arguments.iter().flat_map(|word| word.splitn(2, '=')).collect();
    match words[..] {
        [] => Ok(PORT),
        ["--port", value] => {
            let port = value.parse().ok().filter(|port| *port > 0);
            port.with_context(|| format!("--port: expected 1 to 65535, got `{value}`"))
        }
        _ => bail!("serve: expected [--port N], got `{}`", arguments.join(" ")),
    }
}

/// Replaces this process, so that whoever ends us ends the server and leaves no orphan on the port.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start trunk")
}

/// Waits for the program; where processes cannot be replaced Ctrl-C reaches both.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    crate::command::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_can_be_chosen() {
        let port = |words: &[&str]| parse_port(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(port(&[]).expect("default"), 8080, "default");
        assert_eq!(port(&["--port", "9000"]).expect("two words"), 9000, "two words");
        assert_eq!(port(&["--port=9000"]).expect("one word"), 9000, "one word");
        let error = port(&["--port", "many"]).expect_err("no number");
        assert_eq!(error.to_string(), "--port: expected 1 to 65535, got `many`", "says what was expected");
        assert!(port(&["--prot", "9000"]).is_err(), "unknown option");
        assert!(port(&["--port=0"]).is_err(), "no port");
    }
}
