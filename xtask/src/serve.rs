//! `cargo xtask serve`: serves the page on this machine and rebuilds it whenever a source file changes.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{only_option, root, tool};
use crate::step::say;
use crate::{build, tools};

/// Builds the page and serves it until interrupted, at `--port` or the port in Trunk.toml.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let given = only_option("--port", "N", arguments)?.map(ToOwned::to_owned);
    let port = given.map_or_else(|| tools::pinned("Trunk.toml", "\nport = ", '\n'), Ok)?;
    let number = port.parse().ok().filter(|number| *number > 0);
    let number = number.with_context(|| format!("--port: expected 1 to 65535, got `{port}`"))?;
    let is_complete = holding(number, || {
        tools::page()?;
        let is_complete = build::has_gpu_worker()?;
        if is_complete {
            build::compile()?;
        } else {
            build::compile_first()?;
        }
        Ok(is_complete)
    })?;
    if !is_complete {
        serve_while_compiling(&port, number)?;
    }
    say(&format!("==> Emergence Lab: http://127.0.0.1:{port} (ready in a few seconds; Ctrl-C stops it)"));
    become_program(tool("trunk").args(["serve", "--release", "--port", &port]))
}

/// Does the `work` before a server starts, with its port in use, so that no other program takes it in the meantime: it may take long.
fn holding<T>(port: u16, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
        format!("port {port} is in use: stop the program that uses it, or choose another one with --port")
    })?;
    let done = work();
    drop(listener);
    done
}

/// Serves the page without the worker for WebGPU until that is compiled, too.
fn serve_while_compiling(port: &str, number: u16) -> Result<()> {
    let first = build::first_page()?;
    let mut server = tool("trunk")
        .args(["serve", "--release", "--port", port, "--html-output", "index.html", first])
        .spawn()
        .context("cannot start trunk")?;
    // Trunk listens after its first build; before, both would wait for the same build folder.
    while TcpStream::connect((Ipv4Addr::LOCALHOST, number)).is_err() {
        if let Some(status) = server.try_wait().context("cannot watch trunk")? {
            bail!("trunk ended with {status}");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    say(&format!("==> Emergence Lab: http://127.0.0.1:{port}, on the CPU; the worker for WebGPU follows"));
    let compiled = build::compile();
    server.kill().context("cannot stop trunk")?;
    server.wait().context("cannot stop trunk")?;
    let page = root().join(first);
    std::fs::remove_file(&page).with_context(|| format!("cannot remove {}", page.display()))?;
    compiled
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_held_during_the_build_and_free_afterwards() {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let port = bind(0).and_then(|free| free.local_addr()).expect("a free port").port();
        let built = holding(port, || {
            bind(port).expect_err("another program cannot take it");
            let error = holding(port, || Ok(())).expect_err("nor another server");
            assert!(error.to_string().contains(&format!("port {port} is in use: stop the program")), "{error}");
            Ok("built")
        });
        assert_eq!(built.expect("the build"), "built", "the result of the build");
        let other = bind(port).expect("free for the server");
        holding(port, || -> Result<()> { panic!("no build if the port is taken") }).expect_err("taken");
        drop(other);
        holding(port, || -> Result<()> { bail!("broken") }).expect_err("a build that fails");
        bind(port).expect("free again");
    }
}
