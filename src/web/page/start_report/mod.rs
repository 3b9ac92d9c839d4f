//! The section "What each initialization does before training": one quantity at a time for every layer of every variant, as a
//! chart and as a table; and the emergence and the cost of each initialization. The explanations are in `www/index.html`.

pub mod quantity;
pub mod values;

#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::StartReport;
