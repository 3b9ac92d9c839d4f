//! The tools the project needs: found where they are, installed where they are not.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::command::{ask, find, root, run, target_dir, tool};
use crate::step::step;

/// Needs no newer Rust than ours, which later versions do.
const TRUNK: &str = "0.21.14";
/// wasm-opt; distributions lag behind what today's rustc emits.
const BINARYEN: &str = "132.0.0";
const WASM: &str = "wasm32-unknown-unknown";
const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// rustfmt and clippy.
pub(crate) fn lints() -> Result<()> {
    for (component, probe) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if ask(tool("cargo").args([probe, "--version"])).is_none() {
            step(&format!("install {component}"), || run(tool("rustup").args(["component", "add", component])))
                .with_context(|| format!("install {component} for the Rust of rust-toolchain.toml"))?;
        }
    }
    Ok(())
}

/// The standard library for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = ask(tool("rustc").args(["--print", "sysroot"])).ok_or_else(|| anyhow!("rustc does not run"))?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("the {WASM} target is missing and there is no rustup to add it: install your distribution's package");
    }
    step(&format!("install the {WASM} target"), || run(tool("rustup").args(["target", "add", WASM])))
}

/// What a build of the page needs: the wasm target, Trunk, and wasm-bindgen in the version that the lock file names.
pub(crate) fn page() -> Result<()> {
    wasm_target()?;
    // Trunk only copies files for us: an unoptimized build of it is ready in a third of the time.
    let quick = [("LTO", "off"), ("OPT_LEVEL", "1"), ("CODEGEN_UNITS", "16")];
    cargo_tool("trunk", "trunk", TRUNK, true, &quick)?;
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    // Without --locked: its own lock file may name versions that a mirror does not have yet.
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", version, false, &[])
}

/// Version of `package` in the text of a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let start = lock.find(&format!("name = \"{package}\"\n"))?;
    let version = lock[start..].lines().nth(1)?;
    version.strip_prefix("version = \"")?.strip_suffix('"')
}

/// Installs `package` unless its `program` is there in exactly this version. `profile` are settings of its release
/// profile.
fn cargo_tool(program: &str, package: &str, version: &str, locked: bool, profile: &[(&str, &str)]) -> Result<()> {
    let found = ask(tool(program).arg("--version"));
    // `trunk 0.21.14`, `wasm-bindgen 0.2.130`, some with a commit in brackets behind it.
    if found.as_deref().and_then(|line| line.split_whitespace().nth(1)) == Some(version) {
        return Ok(());
    }
    // Its own build folder: nothing of it mixes with ours, and an interrupted installation goes on where it was.
    let folder = target_dir()?.join("tools").join(format!("build-{program}"));
    step(&format!("install {package} {version} (some minutes, once)"), || {
        let mut command = tool("cargo");
        command.args(["install", package, "--version", version, "--force"]);
        command.args(locked.then_some("--locked"));
        for (key, value) in profile {
            command.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        run(command.env("CARGO_TARGET_DIR", &folder))
    })?;
    // Only disk space: nothing is wrong if it stays.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

/// Node.js and npm: for wasm-opt, the browser tests and the benchmark.
pub(crate) fn node() -> Result<()> {
    if ask(tool("node").arg("--version")).is_none() && can_apt() {
        apt(&["nodejs", "npm"])?;
    }
    let version = ask(tool("node").arg("--version"));
    match version.as_deref().and_then(node_major) {
        Some(20..) if find("npm").is_some() => Ok(()),
        Some(20..) => bail!("npm is missing: install it beside Node.js"),
        Some(_) => bail!("Node.js {} is too old: install Node.js 20 or newer", version.unwrap_or_default()),
        None => bail!("Node.js is missing: install Node.js 20 or newer, https://nodejs.org"),
    }
}

/// 20 for `v20.20.2`.
fn node_major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// wasm-opt, as arguments for `node`.
pub(crate) fn wasm_opt() -> Result<PathBuf> {
    node()?;
    let folder = target_dir()?.join("tools").join(format!("binaryen-{BINARYEN}"));
    let program = folder.join("node_modules/binaryen/bin/wasm-opt");
    if !program.is_file() {
        step(&format!("install wasm-opt (npm binaryen {BINARYEN})"), || {
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
            let flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix"];
            run(tool("npm").arg("install").args(flags).arg(&folder).arg(format!("binaryen@{BINARYEN}")))
        })?;
    }
    Ok(program)
}

/// The packages of `e2e/` as its lock file names them; nothing to do while that is unchanged.
pub(crate) fn e2e_packages() -> Result<()> {
    node()?;
    let folder = root().join("e2e");
    let lock = std::fs::read(folder.join("package-lock.json")).context("cannot read e2e/package-lock.json")?;
    let mark = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step("install the npm packages of e2e/", || {
        // The system's browser is used: npm must not fetch another.
        run(tool("npm").current_dir(&folder).arg("ci").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
        std::fs::write(&mark, &lock).with_context(|| format!("cannot write {}", mark.display()))
    })
}

/// Chrome or Chromium: `$CHROME`, the first of the usual names, or Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROME").filter(|value| !value.is_empty()).map(PathBuf::from) {
        let found = if path.is_file() { Some(path.clone()) } else { find(&path.to_string_lossy()) };
        return found.ok_or_else(|| anyhow!("CHROME is set to {}, which is no file", path.display()));
    }
    if let Some(path) = installed_browser() {
        return Ok(path);
    }
    if can_apt() {
        apt(&["chromium"])?;
    }
    installed_browser().context("no Chrome or Chromium found: install one, or set CHROME to its path")
}

fn installed_browser() -> Option<PathBuf> {
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    BROWSERS.iter().find_map(|name| find(name)).or_else(|| mac.is_file().then_some(mac))
}

/// Whether this is Debian (or a child of it) and we are root.
fn can_apt() -> bool {
    let root_user = ask(tool("id").arg("-u")).as_deref() == Some("0");
    root_user && Path::new("/etc/debian_version").is_file() && find("apt-get").is_some()
}

fn apt(packages: &[&str]) -> Result<()> {
    step(&format!("install {} (apt)", packages.join(", ")), || {
        run(tool("apt-get").arg("update").env("DEBIAN_FRONTEND", "noninteractive"))?;
        let flags = ["install", "-y", "--no-install-recommends"];
        run(tool("apt-get").args(flags).args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"), "not that of -futures");
        assert_eq!(locked_version(lock, "trunk"), None, "not in the file");
    }

    #[test]
    fn node_says_its_version_with_a_v() {
        assert_eq!(node_major("v20.20.2"), Some(20), "as node prints it");
        assert_eq!(node_major("nonsense"), None, "not a version");
    }

    #[test]
    fn our_lock_file_names_wasm_bindgen() {
        let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("the lock file is committed");
        assert!(locked_version(&lock, "wasm-bindgen").is_some(), "Cargo.lock names wasm-bindgen");
    }
}
