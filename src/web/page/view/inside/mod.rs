//! The section "Inside a run": the first-layer weights, activity and errors of one run, and the classification of an image by
//! all networks.

mod inspection;
mod pad;
mod question;
mod section;

pub(super) use section::Inside;
