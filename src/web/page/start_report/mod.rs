//! The section "What each initialization does before training": one quantity of every layer of every variant at a time, as
//! a chart and as a table, and the totals and the cost of each variant's initialization. The explanations are in
//! `www/index.html`.

pub mod quantity;
pub mod values;

#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::StartReport;
