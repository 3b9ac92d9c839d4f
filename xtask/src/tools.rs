//! Finds the tools that the project needs, and installs those that are missing.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, anyhow, bail};

use crate::command::{ask, read, root, run, target_dir, tool};
use crate::step::step;

/// Versions of the checkers of spelling and dependencies; neither needs a newer Rust than ours. The versions of all other tools
/// are in Trunk.toml, Cargo.lock and e2e/package-lock.json.
const TYPOS: &str = "1.52.0";
const DENY: &str = "0.20.2";
/// One of the packages of `e2e/`, because the versions in Linux distributions are too old for the output of current rustc.
pub(crate) const WASM_OPT: &str = "e2e/node_modules/binaryen/bin/wasm-opt";
/// Settings for a barely optimized build of tools that do little work; it takes a third of the time.
const QUICK: &[(&str, &str)] = &[("LTO", "off"), ("OPT_LEVEL", "1"), ("CODEGEN_UNITS", "16")];

/// Installs what rust-toolchain.toml lists if rustup has not done so: rustfmt, clippy, the target of the page.
pub(crate) fn toolchain() -> Result<()> {
    let sysroot = ask(tool("rustc").args(["--print", "sysroot"])).ok_or_else(|| anyhow!("rustc does not run"))?;
    let target = Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir();
    let component = |name| ask(tool("cargo").args([name, "--version"])).is_some();
    if target && component("fmt") && component("clippy") {
        return Ok(());
    }
    step("install what rust-toolchain.toml lists", || run(tool("rustup").args(["toolchain", "install"])))
        .context("rustfmt, clippy or the target wasm32-unknown-unknown is missing: install it for this Rust")
}

/// Installs what a build of the page needs: the toolchain, Trunk, and wasm-bindgen in the version of the lock file.
pub(crate) fn page() -> Result<()> {
    toolchain()?;
    cargo_tool("trunk", "trunk", &pinned("Trunk.toml", "trunk-version = \"=", '"')?, true, QUICK)?;
    let version = pinned("Cargo.lock", "name = \"wasm-bindgen\"\nversion = \"", '"')?;
    // Without --locked, because its own lock file may contain versions that a mirror does not have yet.
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &version, false, &[])
}

/// Installs the spell checker, which reads typos.toml.
pub(crate) fn typos() -> Result<()> {
    cargo_tool("typos", "typos-cli", TYPOS, true, QUICK)
}

/// Installs the checker of dependencies, which reads deny.toml.
pub(crate) fn deny() -> Result<()> {
    cargo_tool("cargo-deny", "cargo-deny", DENY, true, QUICK)
}

/// The version of wasm-opt.
pub(crate) fn wasm_opt_version() -> Result<String> {
    pinned("e2e/package.json", "\"binaryen\": \"", '"')
}

/// The text between `before` and `after` in a file of the repository.
pub(crate) fn pinned(file: &str, before: &str, after: char) -> Result<String> {
    let text = std::fs::read_to_string(root().join(file)).with_context(|| format!("cannot read {file}"))?;
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.map(|(value, _)| value.to_owned()).with_context(|| format!("{file} has no `{}`", before.trim()))
}

/// Installs `package` unless its `program` is installed in exactly this version. `profile` contains settings of its release
/// profile.
fn cargo_tool(program: &str, package: &str, version: &str, locked: bool, profile: &[(&str, &str)]) -> Result<()> {
    let found = ask(tool(program).arg("--version"));
    // `trunk 0.21.14`, `wasm-bindgen 0.2.130`, some followed by a commit in brackets.
    if found.as_deref().and_then(|line| line.split_whitespace().nth(1)) == Some(version) {
        return Ok(());
    }
    // A separate build folder does not interfere with ours, and an interrupted installation can be resumed.
    let folder = target_dir()?.join("tools").join(format!("build-{program}"));
    step(&format!("install {package} {version} (takes minutes, once)"), || {
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

/// Installs Node.js and npm.
fn node() -> Result<()> {
    let recent = "process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)";
    let ready = || ask(tool("node").args(["-e", recent])).is_some() && ask(tool("npm").arg("--version")).is_some();
    if !ready() && can_apt() {
        apt(&["nodejs", "npm"])?;
    }
    if !ready() {
        bail!("Node.js 20 or newer with npm is missing: install it, https://nodejs.org");
    }
    Ok(())
}

/// Installs the packages of `e2e/` in the versions of its lock file, unless they are already installed.
pub(crate) fn e2e_packages() -> Result<()> {
    node()?;
    let folder = root().join("e2e");
    let lock = read(&folder.join("package-lock.json"))?;
    unless_installed(&folder.join("node_modules/.installed-lock.json"), &lock, || {
        step("install the npm packages of e2e/", || {
            // The system's browser is used, so npm must not download another one.
            run(tool("npm").current_dir(&folder).arg("ci").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
        })
    })
}

/// Installs something, unless the file `mark` says that this very thing is installed. An installation that fails or is killed leaves no mark,
/// not even that of another version that it may have replaced in part.
fn unless_installed(mark: &Path, wanted: &[u8], install: impl FnOnce() -> Result<()>) -> Result<()> {
    if std::fs::read(mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if mark.exists() {
        std::fs::remove_file(mark).with_context(|| format!("cannot remove {}", mark.display()))?;
    }
    install()?;
    std::fs::write(mark, wanted).with_context(|| format!("cannot write {}", mark.display()))
}

/// Chrome or Chromium: the one that e2e/chromium.mjs finds, or else Debian's package.
pub(crate) fn chromium() -> Result<()> {
    let chosen = std::env::var_os("CHROME").is_some_and(|path| !path.is_empty());
    let mut find = tool("node");
    find.arg("e2e/chromium.mjs");
    if ask(find.stderr(Stdio::null())).is_none() && !chosen && can_apt() {
        apt(&["chromium"])?;
    }
    run(find.stderr(Stdio::inherit()))
}

/// What native tests use if it is there: a graphics processor, or Mesa's software for one, and GNU parallel. Without them, those tests say
/// that they were skipped.
pub(crate) fn for_native_tests() -> Result<()> {
    let has_vulkan = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].into_iter().any(has_files);
    let has_parallel = ask(tool("parallel").arg("--version")).is_some();
    let missing = [(has_vulkan, "mesa-vulkan-drivers"), (has_parallel, "parallel")];
    let packages = missing.into_iter().filter(|(found, _)| !found).map(|(_, package)| package).collect::<Vec<_>>();
    if packages.is_empty() || !cfg!(target_os = "linux") || !can_apt() {
        return Ok(());
    }
    apt(&packages)
}

fn has_files(folder: &str) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
}

/// Whether this is Debian (or a derivative) and we are root.
fn can_apt() -> bool {
    let root_user = ask(tool("id").arg("-u")).as_deref() == Some("0");
    root_user && Path::new("/etc/debian_version").is_file()
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

    /// With a process that is killed in place of npm.
    #[test]
    #[cfg(unix)]
    fn a_killed_installation_does_not_count() {
        let mark = std::env::temp_dir().join(format!("emergence-lab-mark-{}", std::process::id()));
        let mut runs = 0;
        let mut install = |version: &str, script: &str| {
            unless_installed(&mark, version.as_bytes(), || {
                runs += 1;
                run(tool("sh").args(["-c", script]))
            })
        };
        let (killed, whole) = ("kill -KILL $$", "true");
        install("1", killed).expect_err("killed");
        install("1", whole).expect("installed");
        install("1", killed).expect("nothing left to do");
        install("2", killed).expect_err("another version, killed");
        install("1", whole).expect("the first one, which may be replaced in part");
        assert_eq!(runs, 4, "every installation but the one after a success");
        std::fs::remove_file(&mark).expect("the mark of the last one");
    }

    #[test]
    fn pinned_versions_are_found() {
        type Version = fn() -> Result<String>;
        let trunk: Version = || pinned("Trunk.toml", "trunk-version = \"=", '"');
        let bindgen: Version = || pinned("Cargo.lock", "name = \"wasm-bindgen\"\nversion = \"", '"');
        for version in [trunk, bindgen, wasm_opt_version] {
            let version = version().expect("a version");
            assert_eq!(version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{version}");
        }
        let error = pinned("Trunk.toml", "no-such-key = ", '"').expect_err("not in the file");
        assert_eq!(error.to_string(), "Trunk.toml has no `no-such-key =`", "the error states what is missing");
    }
}
