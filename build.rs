//! Names the build by its sources, so that a page recognizes a worker of another one, and what computes by those of them that do. Compiles the module with relaxed SIMD that the worker
//! carries as bytes (`src/model/kernels/relaxed_simd_module.rs`), and checks that it works on nothing but what it is given.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCES: [&str; 3] =
    ["src/model/kernels/relaxed_simd_module.rs", "src/model/kernels/simd128.rs", "src/model/kernels/tile.rs"];

/// What determines a build: page, worker and command line are compiled from these files.
const BUILT_FROM: [&str; 2] = ["src", "Cargo.lock"];
/// What determines the numbers and the format of checkpoints: the modules that compute, and what they are compiled with.
const COMPUTED_FROM: [&str; 14] = [
    "Cargo.lock",
    "src/catalog",
    "src/checkpoint",
    "src/dataset",
    "src/device",
    "src/digest.rs",
    "src/emergence",
    "src/experiment",
    "src/init",
    "src/metrics",
    "src/model",
    "src/rng.rs",
    "src/train",
    "src/tune",
];
/// Sources of the command line alone. It has the name of the library that it uses, so a change here does not compile that again.
const COMMAND_LINE: &str = "src/bin/lab";

/// Sections of a module (WebAssembly specification, 5.5.2) that this one must not have, with what they would mean: it works on the memory of
/// the worker, in which every place belongs to somebody.
const FORBIDDEN: [(u8, &str); 3] = [
    (5, "a memory of its own"),
    (8, "a function that runs at the start"),
    (11, "data that would be written to the worker's memory"),
];
/// The section of the functions.
const CODE: u8 = 10;
/// `global.get 0`, with which every function begins that keeps something on the stack, with the number in one byte or, as the linker writes
/// it, in five. The bytes could also be part of other instructions; then the module is refused although nothing is wrong.
const STACK_POINTER: [&[u8]; 2] = [&[0x23, 0], &[0x23, 0x80, 0x80, 0x80, 0x80, 0]];

fn main() -> Result<(), Box<dyn Error>> {
    let mut sources = Vec::new();
    for path in BUILT_FROM {
        println!("cargo::rerun-if-changed={path}");
        collect(Path::new(path), &mut sources)?;
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=EMERGENCE_LAB_BUILD={}", build_name(&mut sources));
    sources.retain(|(path, _)| COMPUTED_FROM.iter().any(|part| Path::new(path).starts_with(part)));
    println!("cargo::rustc-env=EMERGENCE_LAB_COMPUTATION={}", build_name(&mut sources));
    let is_worker = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|name| name == "wasm32");
    if !is_worker || env::var_os("CARGO_FEATURE_TRAIN").is_none() {
        return Ok(());
    }
    // The module's functions become further places in the table of the worker's functions.
    println!("cargo::rustc-link-arg-bins=--growable-table");
    let rustc = env::var_os("RUSTC").ok_or("cargo did not set RUSTC")?;
    let module = Path::new(&env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?).join("relaxed.wasm");
    let status = Command::new(rustc)
        .args(["--edition=2024", "--target=wasm32-unknown-unknown", "--crate-type=cdylib", "-Aunused"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=+simd128,+relaxed-simd"])
        .arg("-Clink-arg=--import-memory")
        .arg(SOURCES[0])
        .arg("-o")
        .arg(&module)
        .status()?;
    if !status.success() {
        return Err(format!("{} does not compile: {status}", SOURCES[0]).into());
    }
    check(&fs::read(&module)?).map_err(|reason| format!("{}: {reason}", SOURCES[0]).into())
}

/// Reads a file, or all files of a folder, with their paths.
fn collect(path: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), Box<dyn Error>> {
    if path == Path::new(COMMAND_LINE) {
        return Ok(());
    }
    if !path.is_dir() {
        files.push((path.to_string_lossy().replace('\\', "/"), fs::read(path)?));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

/// The name of a build: the 64-bit FNV-1a hash of its files in the order of their paths, in hexadecimal. It tells builds apart and protects
/// against nothing. The ends of lines, which Git may convert, do not count.
pub(crate) fn build_name(files: &mut [(String, Vec<u8>)]) -> String {
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (path, text) in files {
        let bytes = path.bytes().chain([0]).chain(text.iter().copied().filter(|byte| *byte != b'\r')).chain([0]);
        for byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// Checks that a module neither brings data nor uses a stack.
pub(crate) fn check(module: &[u8]) -> Result<(), String> {
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0").ok_or("expected a WebAssembly module")?;
    while let Some((id, body)) = rest.split_first() {
        if let Some((_, what)) = FORBIDDEN.iter().find(|(forbidden, _)| forbidden == id) {
            return Err(format!("the module has {what}"));
        }
        let end = body.iter().position(|byte| byte & 0x80 == 0).ok_or("expected the length of a section")?;
        // In LEB128: seven bits per byte, the lowest ones first.
        let length = body[..=end].iter().rev().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
        let (section, next) = body[end + 1..].split_at_checked(length).ok_or("expected a whole section")?;
        let uses = |bytes: &&[u8]| section.windows(bytes.len()).any(|window| window == *bytes);
        if *id == CODE && STACK_POINTER.iter().any(uses) {
            return Err("the module uses a stack".into());
        }
        rest = next;
    }
    Ok(())
}
