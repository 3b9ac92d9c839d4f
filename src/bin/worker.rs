//! The training worker of the page; see `web::worker`.

#![recursion_limit = "256"]

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        run_constructors();
        emergence_lab::web::worker::start();
    }
}

/// Registers the GPU compiler's operations, once.
///
/// cubecl collects them with static constructors. Unless some exported function calls them itself, the linker has every
/// exported function run all of them again at every call from JavaScript: 40 % of a small network's training step.
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "the linker's own function has no safe name")]
fn run_constructors() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: the linker defines it for every WebAssembly module, without arguments or result; this is the first thing that
    // runs, and the only place that calls it.
    unsafe { __wasm_call_ctors() }
}
