//! Everything about the page that needs no browser: its state machine, its form as text, what is shown and how it differs from
//! the form, the rows of the table, the results of the visit, messages to and from the embedding page. Nothing here depends on the
//! document, so all of it is compiled and tested natively.

pub mod batches;
pub mod checkpoints;
pub mod consents;
pub mod cores;
pub mod cursor;
pub mod failure;
pub mod fields;
pub mod file_roles;
pub mod forecast;
pub mod host_queue;
pub mod inside;
pub mod layer_quantity;
pub mod layer_values;
pub mod lifecycle;
pub mod messages;
pub mod notice_board;
pub mod palette_slots;
pub mod path_explorer;
pub mod phase;
pub mod picker_fields;
pub mod quotations;
pub mod rate_control;
pub mod relief;
pub mod shelf;
pub mod shown;
pub mod sight;
pub mod start_claim;
pub mod tabs;
pub mod uploads;
pub mod variant_rows;
pub mod verdict;
pub mod worker_program;
