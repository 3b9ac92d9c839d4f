//! The page: an HTML form controlled from Rust, charts on canvas, and the connection to the training worker.
//!
//! Everything that happens is an action; the controller handles one at a time, so actions never interleave. The parts that need
//! no browser are compiled natively, too: [`lifecycle`] (the state machine), [`fields`] (form and query string), [`picker_fields`]
//! (schemes and the fields of the picker), [`start_report`] (layers before training), [`inside`] (inspection of a run),
//! [`messages`] (to and from the embedding page), [`paths`] (the path explorer), [`presets`], [`uploads`] (the files that the
//! worker has), [`rate_control`], [`forecast`], [`cursor`] (of the charts), [`words`] and [`quotations`]
//! (parts of sentences that must not be translated).

pub mod cursor;
pub mod fields;
pub mod forecast;
pub mod inside;
pub mod lifecycle;
pub mod messages;
pub mod paths;
pub mod picker_fields;
pub mod presets;
pub mod quotations;
pub mod rate_control;
pub mod start_report;
pub mod uploads;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod action;
#[cfg(target_arch = "wasm32")]
mod appearance;
#[cfg(target_arch = "wasm32")]
mod canvas;
#[cfg(target_arch = "wasm32")]
mod charts;
#[cfg(target_arch = "wasm32")]
mod controller;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod dispatch;
#[cfg(target_arch = "wasm32")]
mod embed;
#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod form;
#[cfg(target_arch = "wasm32")]
mod hover;
#[cfg(target_arch = "wasm32")]
mod legend;
#[cfg(target_arch = "wasm32")]
mod notices;
#[cfg(target_arch = "wasm32")]
mod own_files;
#[cfg(target_arch = "wasm32")]
mod panel_switch;
#[cfg(target_arch = "wasm32")]
mod picker;
#[cfg(target_arch = "wasm32")]
mod pixels;
#[cfg(target_arch = "wasm32")]
mod plan;
#[cfg(target_arch = "wasm32")]
mod samples;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod table;
#[cfg(target_arch = "wasm32")]
mod text_cells;
#[cfg(target_arch = "wasm32")]
mod toolbar;
#[cfg(target_arch = "wasm32")]
mod variant_name;
#[cfg(target_arch = "wasm32")]
mod variants;
#[cfg(target_arch = "wasm32")]
mod worker_link;

#[cfg(target_arch = "wasm32")]
pub use start::start;
#[cfg(target_arch = "wasm32")]
use {action::Action, dispatch::Dispatcher};
