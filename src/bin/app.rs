//! The page; see `web::page`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    emergence_lab::web::page::start();
}
