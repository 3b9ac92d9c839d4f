//! The section "What each initialization does before training": one quantity of every layer of every variant at a time, as
//! a chart and as a table, and what each variant's initialization amounts to and has cost. The explanations stand in
//! `www/index.html`.

pub mod quantity;
pub mod values;

#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::StartReport;
