//! Compiles the module with relaxed SIMD that the worker carries as bytes; see `src/model/kernels/relaxed_simd_module.rs`.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

const SOURCES: [&str; 2] = ["src/model/kernels/relaxed_simd_module.rs", "src/model/kernels/tile.rs"];

fn main() -> ExitCode {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let is_worker = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|name| name == "wasm32");
    if !is_worker || env::var_os("CARGO_FEATURE_TRAIN").is_none() {
        return ExitCode::SUCCESS;
    }
    // The module's function becomes one more place in the table of the worker's functions.
    println!("cargo::rustc-link-arg-bins=--growable-table");
    let (Some(rustc), Some(folder)) = (env::var_os("RUSTC"), env::var_os("OUT_DIR")) else { return ExitCode::FAILURE };
    let status = Command::new(rustc)
        .args(["--edition=2024", "--target=wasm32-unknown-unknown", "--crate-type=cdylib", "-Aunused"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=+simd128,+relaxed-simd"])
        // It works on the memory of the worker.
        .arg("-Clink-arg=--import-memory")
        .arg(SOURCES[0])
        .arg("-o")
        .arg(Path::new(&folder).join("relaxed.wasm"))
        .status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
