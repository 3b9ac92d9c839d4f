//! The training worker of the page that computes on the CPU; see `web::worker`.

#![recursion_limit = "256"]

fn main() {
    #[cfg(target_arch = "wasm32")]
    emergence_lab::web::worker::start();
}
