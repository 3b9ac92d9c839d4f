//! The page in the document, in WebAssembly only: every section binds its part of the HTML, and everything that happens is an
//! action; the controller carries out one at a time, so actions never interleave.

mod action;
mod activity_section;
mod address;
mod appearance;
mod canvas;
mod controller;
mod controls;
mod cpu_fields;
mod dialogs;
mod dispatch;
mod embed;
mod figure_input;
mod figure_section;
mod form;
mod inside;
mod layer_section;
mod navigation;
mod notices;
mod own_files;
mod path_section;
mod picker;
mod pixels;
mod readout;
mod samples;
mod scenario_fetch;
mod scenario_strip;
mod scrubber;
mod section;
mod share;
mod shelf_section;
mod shelf_storage;
mod start;
mod text_cells;
mod toolbar;
mod translation;
mod variant_name;
mod variant_table;
mod worker_link;

pub use start::start;
use {action::Action, dispatch::Dispatcher};
